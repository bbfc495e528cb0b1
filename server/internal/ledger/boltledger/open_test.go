package boltledger

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

func TestOpenMakesFileAndFolders(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "var", "lib", "parley")
	path := filepath.Join(dir, "parley.db")
	l := open(t, path)
	if l.Path() != path {
		t.Errorf("Path() = %q, want %q", l.Path(), path)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the file has mode %v, %v, want 0600", info.Mode(), err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("the folder holds %v, %v, want just the file", files, err)
	}
}

func TestOpenRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("Open of a folder = %v, want an error that names it", err)
	}
	blocked := filepath.Join(newPath(t), "parley.db")
	if err := os.WriteFile(filepath.Dir(blocked), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(blocked, Options{}); err == nil || !strings.Contains(err.Error(), blocked) {
		t.Errorf("Open below a file = %v, want an error that names it", err)
	}
	dangling := filepath.Join(dir, "dangling")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), dangling); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dangling, Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of a dangling link = %v, want fs.ErrNotExist", err)
	}
}

func TestOpenRefusesAFileInUse(t *testing.T) {
	path := newPath(t)
	l := open(t, path)
	begin := time.Now()
	_, err := Open(path, Options{LockTimeout: time.Millisecond})
	if f := wantFault(t, err, fault.ReasonStoreInUse); !strings.Contains(f.Message, path) {
		t.Errorf("message %q does not name the file", f.Message)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("Open took %v to say so", took)
	}
	grow(t, l, "geneva", 0, "still works")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

func TestOpenWaitsForALittle(t *testing.T) {
	path := newPath(t)
	l := open(t, path)
	opened := make(chan error)
	go func() {
		again, err := Open(path, Options{LockTimeout: time.Minute})
		if err == nil {
			err = again.Close()
		}
		opened <- err
	}()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Error(err)
	}
}

// wantRefused checks that Open refuses the file with a fault that names it, and leaves it as it was.
func wantRefused(t *testing.T, path, reason string) {
	t.Helper()
	before := readFile(t, path)
	l, err := Open(path, Options{LockTimeout: 1})
	if err == nil {
		_ = l.Close()
		t.Fatal("Open succeeds")
	}
	if f := wantFault(t, err, reason); !strings.Contains(f.Message, path) {
		t.Errorf("message %q does not name the file", f.Message)
	}
	if !bytes.Equal(readFile(t, path), before) {
		t.Error("Open has changed the file")
	}
}

func TestOpenRefusesWhatIsNoLedger(t *testing.T) {
	page := strings.Repeat("not a ledger at all. ", 200)[:4096]
	files := map[string]string{
		"empty":       "",
		"one byte":    "x",
		"short text":  "hello, world\n",
		"zeros":       strings.Repeat("\x00", 16<<10),
		"long text":   strings.Repeat(page, 8),
		"sqlite":      "SQLite format 3\x00" + strings.Repeat("\x00", 8<<10),
		"odd length":  page + page + "x",
		"bolt's page": strings.Repeat("\x00", 16) + "\xed\xda\x0c\xed\x02\x00\x00\x00\x00\x10\x00\x00" + page + page,
	}
	for name, content := range files {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			wantRefused(t, path, fault.ReasonStoredDataCorrupt)
		})
	}
}

func TestOpenRefusesAnotherBoltFile(t *testing.T) {
	path := newPath(t)
	withBolt(t, path, func(tx *bolt.Tx) error {
		b, err := tx.CreateBucket([]byte("members"))
		if err != nil {
			return err
		}
		return b.Put([]byte("key"), []byte("value"))
	})
	wantRefused(t, path, fault.ReasonStoredDataCorrupt)
}

func TestOpenRefusesALedgerThatLacksSomething(t *testing.T) {
	changes := map[string]func(tx *bolt.Tx) error{
		"bucket":  func(tx *bolt.Tx) error { return tx.DeleteBucket(bucketRows) },
		"format":  func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Delete(keyFormat) },
		"name":    func(tx *bolt.Tx) error { return tx.Bucket(bucketNames).Delete([]byte("oslo")) },
		"counter": func(tx *bolt.Tx) error { return tx.Bucket(bucketNames).SetSequence(7) },
		"place":   func(tx *bolt.Tx) error { return tx.Bucket(bucketEntries).SetSequence(2) },
		"number": func(tx *bolt.Tx) error { // two negotiations of one number
			return tx.Bucket(bucketNames).Put([]byte("oslo"), log{number: 1, head: 1, recent: []place{3}}.seal("oslo"))
		},
		"older head": func(tx *bolt.Tx) error {
			return tx.Bucket(bucketNames).Put([]byte("geneva"), log{number: 1, head: 1, recent: []place{1}}.seal("geneva"))
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			l := open(t, path)
			grow(t, l, "geneva", 0, "a", "b")
			grow(t, l, "oslo", 0, "x")
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			withBolt(t, path, change)
			wantRefused(t, path, fault.ReasonStoredDataCorrupt)
		})
	}
}

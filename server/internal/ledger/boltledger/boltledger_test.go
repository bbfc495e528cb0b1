package boltledger

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
	"github.com/seed-ff4a8210/parley/server/internal/ledger/ledgertest"
)

func TestBoltledgerConforms(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) ledgertest.Opener {
		path := newPath(t)
		t.Cleanup(func() { checkFile(t, path) })
		return func(t *testing.T) ledger.Ledger { return open(t, path) }
	})
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "parley.db") }

// open opens a ledger that is closed at the end of the test, if not before.
func open(t testing.TB, path string) *Ledger {
	t.Helper()
	l, err := Open(path, Options{LockTimeout: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// checkFile verifies a file that nobody has open, by our own lights and by bbolt's.
func checkFile(t testing.TB, path string) {
	t.Helper()
	l, err := Open(path, Options{LockTimeout: 1})
	if err != nil {
		t.Error(err)
		return
	}
	if err := errors.Join(l.Verify(context.Background()), l.Close()); err != nil {
		t.Error(err)
	}
	withBolt(t, path, func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			t.Errorf("bbolt's check: %v", err)
		}
		return nil
	})
}

// withBolt lets a test look at, or damage, what is in a file that nobody has open.
func withBolt(t testing.TB, path string, fn func(tx *bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoFreelistSync: true, Timeout: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// grow appends entries, which must succeed.
func grow(t testing.TB, l *Ledger, name string, after ledger.Seq, entries ...string) {
	t.Helper()
	all := make([][]byte, len(entries))
	for i, e := range entries {
		all[i] = []byte(e)
	}
	if err := l.Append(t.Context(), name, after, all...); err != nil {
		t.Fatal(err)
	}
}

// contents reads a log as far as it goes.
func contents(t testing.TB, l *Ledger, name string) (entries []string, err error) {
	t.Helper()
	for e, err := range l.Read(t.Context(), name, 1) {
		if err != nil {
			return entries, err
		}
		entries = append(entries, string(e.Data))
	}
	return entries, nil
}

// wantFault checks the reason of a fault, and that its message says what it is about.
func wantFault(t testing.TB, err error, reason string) *fault.Fault {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Reason != reason {
		t.Fatalf("error is %v, want a fault %s", err, reason)
	}
	return f
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

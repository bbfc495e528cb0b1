package boltledger

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// mark is a migration that leaves a trace.
func mark(name string) migration {
	return func(tx *bolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		trace := append(bytes.Clone(meta.Get([]byte("trace"))), name...)
		return meta.Put([]byte("trace"), trace)
	}
}

func TestMigrationsRunOnceAndInOrder(t *testing.T) {
	path := newPath(t)
	writeSample(t, path)
	for _, steps := range [][]migration{{mark("2")}, {mark("2"), mark("3"), mark("4")}, {mark("2"), mark("3"), mark("4")}} {
		l, err := openWith(path, Options{LockTimeout: 1}, steps)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range wantSampleOrFault(t, l) {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	withBolt(t, path, func(tx *bolt.Tx) error {
		if trace := string(tx.Bucket(bucketMeta).Get([]byte("trace"))); trace != "234" {
			t.Errorf("steps taken: %q, want 234", trace)
		}
		version, err := format(tx)
		if version != 4 {
			t.Errorf("format version is %d, want 4", version)
		}
		return err
	})
	f := wantTooNew(t, path)
	for _, want := range []string{path, "version 4", "up to 1"} {
		if !strings.Contains(f.Message, want) {
			t.Errorf("message %q lacks %q", f.Message, want)
		}
	}
}

func wantTooNew(t *testing.T, path string) *fault.Fault {
	t.Helper()
	wantRefused(t, path, fault.ReasonStoredFormatTooNew)
	_, err := Open(path, Options{})
	return wantFault(t, err, fault.ReasonStoredFormatTooNew)
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	path := newPath(t)
	before := writeSample(t, path)
	errStep := errors.New("step failed")
	badSteps := map[string]migration{
		"error": func(*bolt.Tx) error { return errStep },
		"panic": func(*bolt.Tx) error { panic("bbolt met a bad page") },
		"damage": func(tx *bolt.Tx) error { // found by the check of what comes out
			return tx.Bucket(bucketNames).Delete([]byte("geneva"))
		},
	}
	for name, bad := range badSteps {
		if _, err := openWith(path, Options{LockTimeout: 1}, []migration{mark("2"), bad}); err == nil {
			t.Errorf("%s: Open succeeds", name)
		}
		if !bytes.Equal(readFile(t, path), before) {
			t.Errorf("%s: Open has changed the file", name)
		}
	}
	if faults := wantSampleOrFault(t, open(t, path)); len(faults) > 0 {
		t.Error(faults)
	}
}

func TestNewFileNeedsNoMigration(t *testing.T) {
	step := func(*bolt.Tx) error { return errors.New("a step on a new file") }
	l, err := openWith(newPath(t), Options{}, []migration{step})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

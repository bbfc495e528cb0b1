package boltledger

import (
	"context"
	"errors"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

func TestVerifyFindsNothingInAGoodFile(t *testing.T) {
	path := newPath(t)
	writeSample(t, path)
	l := open(t, path)
	if err := l.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	done := make(chan error)
	go func() { done <- l.Verify(context.Background()) }()
	for n := 70; n < 170; n++ { // also beside a writer
		grow(t, l, "geneva", ledger.Seq(n), "more")
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestVerifyReportsEveryProblem(t *testing.T) {
	path := newPath(t)
	writeSample(t, path)
	withBolt(t, path, func(tx *bolt.Tx) error {
		entries, rows, snapshots := tx.Bucket(bucketEntries), tx.Bucket(bucketRows), tx.Bucket(bucketSnapshots)
		flip := func(b *bolt.Bucket, key []byte) error {
			value := []byte(string(b.Get(key)))
			value[sumSize] ^= 1
			return b.Put(key, value)
		}
		geneva, err := unsealLog([]byte("geneva"), tx.Bucket(bucketNames).Get([]byte("geneva")))
		if err != nil {
			return err
		}
		row, err := unsealRow(rowKey(geneva.number, 0), rows.Get(rowKey(geneva.number, 0)))
		if err != nil {
			return err
		}
		stray := place(5000).key()
		return errors.Join(
			flip(entries, row[2].key()),
			entries.Delete(row[6].key()),
			entries.Delete(geneva.recent[0].key()),
			flip(rows, rowKey(geneva.number, 1)),
			flip(snapshots, numberKey(geneva.number)),
			entries.Put(stray, newDraft([]byte("stray")).seal(stray, owner(99, 1))),
		)
	})
	err := open(t, path).Verify(t.Context())
	if err == nil {
		t.Fatal("Verify finds nothing")
	}
	for _, want := range []string{
		`entry 3 of negotiation "geneva"`, `entry 7 of negotiation "geneva"`, `entry 65 of negotiation "geneva"`,
		`row 1 of the index of negotiation "geneva"`, "snapshot 00000001", "entry 1 of negotiation number 99", path,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Verify does not report %q:\n%v", want, err)
		}
	}
}

func TestVerifyEndsWithItsContext(t *testing.T) {
	path := newPath(t)
	writeSample(t, path)
	l := open(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Verify(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Verify = %v, want context.Canceled", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Verify(t.Context()); !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("Verify after Close = %v, want ErrClosed", err)
	}
}

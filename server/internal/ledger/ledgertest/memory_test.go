package ledgertest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
	"github.com/seed-ff4a8210/parley/server/internal/ledger/ledgertest"
)

func TestMemoryConforms(t *testing.T) {
	ledgertest.Run(t, func(*testing.T) ledgertest.Opener {
		store := ledgertest.NewMemoryStore()
		return func(*testing.T) ledger.Ledger { return store.Open() }
	})
}

func TestTwoServersOnOneMemoryStore(t *testing.T) {
	store := ledgertest.NewMemoryStore()
	a, b := store.Open(), store.Open()
	if err := a.Append(t.Context(), "geneva", 0, []byte("from a")); err != nil {
		t.Fatal(err)
	}
	var lost *ledger.LostRaceError
	if err := b.Append(t.Context(), "geneva", 0, []byte("from b")); !errors.As(err, &lost) || lost.Head != 1 {
		t.Errorf("second append = %v, want a lost race at head 1", err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if head, err := b.Head(t.Context(), "geneva"); head != 1 || err != nil {
		t.Errorf("Head = %d, %v, after the other server has gone", head, err)
	}
}

func TestMemoryTailWaitsInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledgertest.Memory()
		ctx, cancel := context.WithCancel(t.Context())
		var got []ledger.Seq
		go func() {
			for e, err := range l.Tail(ctx, "geneva", 1) {
				if err == nil {
					got = append(got, e.Seq)
				}
			}
		}()
		synctest.Wait()
		if err := l.Append(ctx, "geneva", 0, []byte("a"), []byte("b")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(got) != 2 {
			t.Errorf("the tail has yielded %v, want two entries", got)
		}
		cancel()
	})
}

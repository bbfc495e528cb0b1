package ledgertest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

var closeTests = []test{
	{"ends every method", closeEnds},
	{"waits for appends under way", closeWaits},
	{"may be called by many", closeMany},
}

func closeEnds(t *testing.T, open Opener) {
	l := open(t)
	add(t, l, "geneva", 0, "a")
	closeLedger(t, l)
	closeLedger(t, l) // twice is no error

	if err := l.Append(ctx, "geneva", 1, []byte("b")); !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("Append = %v, want ErrClosed", err)
	}
	if _, err := l.Head(ctx, "geneva"); !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("Head = %v, want ErrClosed", err)
	}
	if err := l.PutSnapshot(ctx, "geneva", 1, nil); !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("PutSnapshot = %v, want ErrClosed", err)
	}
	if _, _, err := l.Snapshot(ctx, "geneva"); !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("Snapshot = %v, want ErrClosed", err)
	}
	wantEnd(t, l.Read(ctx, "geneva", 1), ledger.ErrClosed)
	wantEnd(t, l.Tail(ctx, "geneva", 1), ledger.ErrClosed)
	wantEnd(t, l.Negotiations(ctx, ""), ledger.ErrClosed)
}

// closeWaits closes while many append: what was said to be stored is there later, and nothing else.
func closeWaits(t *testing.T, open Opener) {
	const writers = 8
	l := open(t)
	stored := make([]int, writers)
	each(writers+1, func(w int) {
		if w == writers {
			insist(t, l, "busy", 0, "x") // so that some of the others are under way
			closeLedger(t, l)
			return
		}
		for {
			entry := fmt.Sprintf("entry %d", stored[w]+1)
			err := l.Append(ctx, fmt.Sprintf("n%d", w), ledger.Seq(stored[w]), []byte(entry))
			if err != nil {
				if !errors.Is(err, ledger.ErrClosed) {
					t.Errorf("Append beside Close = %v, want none or ErrClosed", err)
				}
				return
			}
			stored[w]++
		}
	})
	l = open(t)
	defer closeLedger(t, l)
	for w := range writers {
		wantLog(t, l, fmt.Sprintf("n%d", w), numbered(1, stored[w])...)
	}
}

func closeMany(t *testing.T, open Opener) {
	l := open(t)
	add(t, l, "geneva", 0, "a")
	each(8, func(int) { closeLedger(t, l) })
	l = open(t) // whoever returned from Close may rely on the store being released
	defer closeLedger(t, l)
	wantLog(t, l, "geneva", "a")
}

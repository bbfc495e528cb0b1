package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

var cancelTests = []test{
	{"ends every call when the context has ended", on(cancelBefore)},
	{"ends a sequence under way", on(cancelDuring)},
	{"never lies about an append", on(cancelAppends)},
}

func cancelBefore(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a")
	ended, cancel := context.WithCancel(ctx)
	cancel()

	err := l.Append(ended, "geneva", 1, []byte("b"))
	if unknown := new(ledger.UnknownError); !errors.Is(err, context.Canceled) || errors.As(err, &unknown) {
		t.Errorf("Append = %v, want plain context.Canceled", err)
	}
	if _, err := l.Head(ended, "geneva"); !errors.Is(err, context.Canceled) {
		t.Errorf("Head = %v, want context.Canceled", err)
	}
	if err := l.PutSnapshot(ended, "geneva", 1, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("PutSnapshot = %v, want context.Canceled", err)
	}
	if _, _, err := l.Snapshot(ended, "geneva"); !errors.Is(err, context.Canceled) {
		t.Errorf("Snapshot = %v, want context.Canceled", err)
	}
	wantEnd(t, l.Read(ended, "geneva", 1), context.Canceled)
	wantEnd(t, l.Tail(ended, "geneva", 1), context.Canceled)
	wantEnd(t, l.Negotiations(ended, ""), context.Canceled)
	wantLog(t, l, "geneva", "a")
}

func cancelDuring(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, numbered(1, 10)...)
	live, cancel := context.WithCancel(ctx)
	defer cancel()
	var last error
	for e, err := range l.Read(live, "geneva", 1) {
		if e.Seq == 3 {
			cancel()
		}
		if e.Seq > 3 {
			t.Errorf("entry %d after the context had ended", e.Seq)
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("Read ends with %v, want context.Canceled", last)
	}
}

// cancelAppends cancels appends at any moment, and then compares what they said with what is there.
func cancelAppends(t *testing.T, l ledger.Ledger) {
	const writers, turns = 8, 20
	each(writers, func(w int) {
		name := fmt.Sprintf("n%d", w)
		head := ledger.Seq(0)
		for turn := range turns {
			head = cancelledAppend(t, l, name, head, fmt.Sprintf("turn %d", turn))
		}
	})
}

// cancelledAppend appends while someone cancels, and returns the head that results.
func cancelledAppend(t *testing.T, l ledger.Ledger, name string, after ledger.Seq, entry string) ledger.Seq {
	live, cancel := context.WithCancel(ctx)
	go cancel()
	err := l.Append(live, name, after, []byte(entry))
	cancel()
	var unknown *ledger.UnknownError
	switch {
	case err == nil:
		wantHead(t, l, name, after+1)
		wantEntries(t, l.Read(ctx, name, after+1), after+1, entry)
		return after + 1
	case errors.As(err, &unknown):
		// It may also be stored later. An append of our own settles it: if it loses, the first one has won.
		var lost *ledger.LostRaceError
		if err := l.Append(ctx, name, after, []byte(entry)); err != nil && (!errors.As(err, &lost) || lost.Head != after+1) {
			t.Errorf("%s: Append after an unknown outcome: %v", name, err)
		}
		wantEntries(t, l.Read(ctx, name, after+1), after+1, entry)
		return after + 1
	case errors.Is(err, context.Canceled):
		wantHead(t, l, name, after)
		return after
	default:
		t.Errorf("%s: Append = %v", name, err)
		return after
	}
}

package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

var tailTests = []test{
	{"yields what is there, then what comes", on(tailFollows)},
	{"waits for an unknown negotiation", on(tailUnknown)},
	{"waits for a seq beyond the head", on(tailBeyond)},
	{"yields each entry once under load", on(tailLoad)},
	{"never slows a writer", on(tailSlow)},
	{"ends with its context", on(tailContext)},
	{"ends when the ledger is closed", tailClosed},
	{"may be left early", on(tailEarly)},
}

// follow pulls a tail.
func follow(t *testing.T, tail iter.Seq2[ledger.Entry, error]) (want func(first int, entries ...string)) {
	next, stop := iter.Pull2(tail)
	t.Cleanup(stop)
	return func(first int, entries ...string) {
		t.Helper()
		for i := range entries {
			e, err, ok := next()
			if !ok || err != nil {
				t.Fatalf("tail ends at %d: %v", first+i, err)
			}
			wantEntry(t, e, ledger.Seq(first+i), entries, i)
		}
	}
}

func tailFollows(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a", "b", "c")
	want := follow(t, l.Tail(ctx, "geneva", 2))
	want(2, "b", "c")
	add(t, l, "geneva", 3, "d")
	want(4, "d")
	add(t, l, "oslo", 0, "elsewhere")
	add(t, l, "geneva", 4, "e", "f")
	want(5, "e", "f")
	add(t, l, "geneva", 6, numbered(7, long)...)
	want(7, numbered(7, long)...)
}

func tailUnknown(t *testing.T, l ledger.Ledger) {
	got := make(chan string)
	go func() {
		for e, err := range l.Tail(t.Context(), "geneva", 1) {
			if err != nil {
				return
			}
			got <- string(e.Data)
		}
	}()
	for i, want := range numbered(1, 5) {
		add(t, l, "geneva", ledger.Seq(i), want)
		if entry := <-got; entry != want {
			t.Errorf("tail yields %q, want %q", entry, want)
		}
	}
}

func tailBeyond(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a")
	got := make(chan ledger.Seq)
	go func() {
		for e, err := range l.Tail(t.Context(), "geneva", 4) {
			if err != nil {
				return
			}
			got <- e.Seq
		}
	}()
	add(t, l, "geneva", 1, "b")
	add(t, l, "geneva", 2, "c")
	add(t, l, "geneva", 3, "d")
	if first := <-got; first != 4 {
		t.Errorf("tail from 4 begins with %d", first)
	}
}

func tailLoad(t *testing.T, l ledger.Ledger) {
	const tails, writers, turns = 4, 4, 30
	each(tails+writers, func(i int) {
		if i >= tails {
			head := ledger.Seq(0)
			for range turns {
				head = insist(t, l, "geneva", head, "x", "y")
			}
			return
		}
		next := ledger.Seq(1)
		for e, err := range l.Tail(ctx, "geneva", 1) {
			if err != nil || e.Seq != next {
				t.Errorf("tail yields %d, %v, want %d", e.Seq, err, next)
				return
			}
			if next == writers*turns*2 {
				return
			}
			next++
		}
	})
}

// tailSlow lets the consumer of a tail block while much is written.
func tailSlow(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "entry 1")
	want := follow(t, l.Tail(ctx, "geneva", 1))
	want(1, "entry 1") // and from here on the consumer does not come back
	for n := 1; n < 40; n++ {
		add(t, l, "geneva", ledger.Seq(n), numbered(n+1, n+1)...)
	}
	add(t, l, "geneva", 40, numbered(41, long)...)
	want(2, numbered(2, long)...)
}

func tailContext(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a")
	live, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error)
	started := make(chan struct{})
	go func() {
		for _, err := range l.Tail(live, "geneva", 1) {
			if err != nil {
				ended <- err
				return
			}
			close(started)
		}
	}()
	<-started
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("tail ends with %v, want context.Canceled", err)
	}
}

func tailClosed(t *testing.T, open Opener) {
	l := open(t)
	const tails = 3
	started, ended := make(chan bool), make(chan error)
	for i := range tails {
		name := fmt.Sprintf("n%d", i)
		add(t, l, name, 0, "a")
		go func() {
			for _, err := range l.Tail(ctx, name, 1) {
				if err != nil {
					ended <- err
					return
				}
				started <- true
			}
		}()
		<-started
	}
	closeLedger(t, l)
	for range tails {
		if err := <-ended; !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("tail ends with %v, want ErrClosed", err)
		}
	}
}

func tailEarly(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a", "b", "c")
	for range 3 {
		for e, err := range l.Tail(ctx, "geneva", 1) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Seq == 2 {
				break
			}
		}
	}
	add(t, l, "geneva", 3, "d")
}

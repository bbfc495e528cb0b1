package ledgertest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
	"github.com/seed-ff4a8210/parley/server/internal/ledger/ledgertest"
)

var errPlanned = errors.New("as planned")

func TestFaultyWithoutPlanConforms(t *testing.T) {
	ledgertest.Run(t, func(*testing.T) ledgertest.Opener {
		store := ledgertest.NewMemoryStore()
		return func(*testing.T) ledger.Ledger { return ledgertest.NewFaulty(store.Open(), nil) }
	})
}

// seqs gives the seqs that a sequence yields, and how it ends.
func seqs(seq func(func(ledger.Entry, error) bool)) (got []ledger.Seq, last error) {
	for e, err := range seq {
		if err != nil {
			return got, err
		}
		got = append(got, e.Seq)
	}
	return got, nil
}

func TestFaultyAppendFailsInBothWays(t *testing.T) {
	ctx := t.Context()
	l := ledgertest.NewFaulty(ledgertest.Memory(), func(_ context.Context, c ledgertest.Call) ledgertest.Verdict {
		if c.Method == ledgertest.Append {
			switch c.N {
			case 1:
				return ledgertest.Fail(errPlanned)
			case 2:
				return ledgertest.Stick(errPlanned)
			}
		}
		return ledgertest.Pass()
	})
	if err := l.Append(ctx, "geneva", 0, []byte("a")); !errors.Is(err, errPlanned) {
		t.Errorf("first append = %v, want the planned error", err)
	}
	if head, err := l.Head(ctx, "geneva"); head != 0 || err != nil {
		t.Errorf("Head = %d, %v, want 0: it failed", head, err)
	}
	var unknown *ledger.UnknownError
	if err := l.Append(ctx, "geneva", 0, []byte("a")); !errors.As(err, &unknown) || !errors.Is(err, errPlanned) {
		t.Errorf("second append = %v, want an UnknownError", err)
	}
	if head, err := l.Head(ctx, "geneva"); head != 1 || err != nil {
		t.Errorf("Head = %d, %v, want 1: it failed but it stuck", head, err)
	}
	if err := l.Append(ctx, "geneva", 1, []byte("b")); err != nil {
		t.Errorf("third append = %v", err)
	}
	if n := l.Count(ledgertest.Append); n != 3 {
		t.Errorf("Count = %d, want 3", n)
	}
}

func TestFaultySequencesFailMidway(t *testing.T) {
	ctx := t.Context()
	l := ledgertest.NewFaulty(ledgertest.Memory(), nil)
	if err := l.Append(ctx, "geneva", 0, []byte("a"), []byte("b"), []byte("c")); err != nil {
		t.Fatal(err)
	}
	for _, after := range []int{0, 1, 2, 3} {
		l.Set(func(context.Context, ledgertest.Call) ledgertest.Verdict {
			return ledgertest.FailAfter(after, errPlanned)
		})
		if got, err := seqs(l.Read(ctx, "geneva", 1)); len(got) != after || !errors.Is(err, errPlanned) {
			t.Errorf("Read yields %v, %v, want %d entries and the planned error", got, err, after)
		}
		if got, err := seqs(l.Tail(ctx, "geneva", 1)); len(got) != after || !errors.Is(err, errPlanned) {
			t.Errorf("Tail yields %v, %v, want %d entries and the planned error", got, err, after)
		}
	}
}

func TestFaultyFailsEveryMethod(t *testing.T) {
	ctx := t.Context()
	l := ledgertest.NewFaulty(ledgertest.Memory(), func(context.Context, ledgertest.Call) ledgertest.Verdict {
		return ledgertest.Fail(errPlanned)
	})
	_, headErr := l.Head(ctx, "geneva")
	_, _, snapshotErr := l.Snapshot(ctx, "geneva")
	var namesErr error
	for _, namesErr = range l.Negotiations(ctx, "") {
		break
	}
	for i, err := range []error{headErr, snapshotErr, namesErr, l.PutSnapshot(ctx, "geneva", 1, nil)} {
		if !errors.Is(err, errPlanned) {
			t.Errorf("call %d = %v, want the planned error", i, err)
		}
	}
	if err := l.Close(); err != nil {
		t.Errorf("Close = %v, want it to pass", err)
	}
}

func TestFaultyGates(t *testing.T) {
	ctx := t.Context()
	asked, answer := make(chan ledgertest.Call), make(chan ledgertest.Verdict)
	l := ledgertest.NewFaulty(ledgertest.Memory(), func(_ context.Context, c ledgertest.Call) ledgertest.Verdict {
		if c.Method != ledgertest.Append {
			return ledgertest.Pass()
		}
		asked <- c
		return <-answer
	})
	done := make(chan error)
	go func() { done <- l.Append(ctx, "geneva", 0, []byte("a")) }()

	call := <-asked // the append waits here, before it is carried out
	if call.Negotiation != "geneva" || call.Seq != 0 || string(call.Entries[0]) != "a" {
		t.Errorf("call is %+v", call)
	}
	if head, _ := l.Head(ctx, "geneva"); head != 0 {
		t.Errorf("Head = %d before the gate opens", head)
	}
	stored, release := make(chan bool), make(chan bool)
	answer <- ledgertest.Verdict{Then: func() {
		close(stored)
		<-release
	}}
	<-stored // and here, after it was carried out
	if head, _ := l.Head(ctx, "geneva"); head != 1 {
		t.Errorf("Head = %d after the append was carried out", head)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

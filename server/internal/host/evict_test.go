package host

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/ledger/ledgertest"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

func (h *Host) inMemory(name string) bool {
	_, ok := h.running.Load(name)
	return ok
}

// settle waits until no write is under way: an answer may be there before the writer has noticed that it has nothing left to do.
func (h *Host) settle() {
	for _, n := range h.running.Range {
		n.(*negotiation).settle()
	}
}

func TestANegotiationThatNobodyAsksForLeavesMemoryAndComesBack(t *testing.T) {
	h := open(t, ledgertest.Memory())
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Write(t.Context(), party("a", "")); err != nil {
		t.Fatal(err)
	}
	if n := h.EvictIdle(time.Minute); n != 0 || !h.inMemory(talks) {
		t.Errorf("%d left although they were just asked for", n)
	}
	h.settle()
	if n := h.EvictIdle(0); n != 1 || h.inMemory(talks) {
		t.Errorf("%d left, not the one", n)
	}
	if got := parties(t, h); !slices.Equal(got, []string{"a"}) {
		t.Errorf("came back with %v", got)
	}
}

func TestWhatIsWatchedStaysInMemory(t *testing.T) {
	h := open(t, ledgertest.Memory())
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	for step, err := range h.Watch(t.Context(), Watch{Viewer: all, Negotiation: talks, Latest: true, Idle: time.Hour}) {
		if err != nil {
			t.Fatal(err)
		}
		if len(step.Entries) > 0 {
			break
		}
		if h.EvictIdle(0) != 0 {
			t.Error("it left with a watcher attached")
		}
		if _, err := h.Write(t.Context(), party("a", "")); err != nil {
			t.Fatal(err)
		}
	}
	h.settle()
	if h.EvictIdle(0) != 1 {
		t.Error("it stayed when the watcher had gone")
	}
}

// While negotiations are thrown out of memory all the time, every write that was acknowledged is seen by the reads after
// it, and none is lost or done twice.
func TestEvictionUnderLoadGivesNoWrongAnswer(t *testing.T) {
	const writers, each = 8, 25
	h := open(t, ledgertest.Memory())
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var load, churn sync.WaitGroup
	churn.Go(func() {
		for ctx.Err() == nil {
			h.EvictIdle(-time.Hour) // also what was asked for this very moment
			runtime.Gosched()
		}
	})
	for w := range writers {
		load.Go(func() {
			for i := range each {
				id := fmt.Sprintf("p%d-%02d", w, i)
				if _, err := h.Write(t.Context(), party(id, "")); err != nil {
					t.Error(err)
					return
				}
				l, err := h.Lens(t.Context(), all, talks, time.Unix(0, record.Latest))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := l.Party(talks + "/parties/" + id); err != nil {
					t.Errorf("%s was acknowledged and is not there: %v", id, err)
				}
			}
		})
	}
	load.Wait()
	stop()
	churn.Wait()
	got := namesOf(t, h.Entries(t.Context(), all, nil, talks, record.Beginning, time.Unix(0, record.Latest)))
	if len(got) != 1+writers*each || len(parties(t, h)) != writers*each {
		t.Errorf("%d entries and %d parties for %d writes", len(got), len(parties(t, h)), writers*each)
	}
}

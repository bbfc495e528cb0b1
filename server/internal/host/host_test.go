package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
	"github.com/seed-ff4a8210/parley/server/internal/ledger/ledgertest"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const talks = "negotiations/talks"

var all = lens.Viewer{Mediator: true, Table: true}

// open runs a host on a ledger, with a clock that stands still: entry times have to rise all the same.
func open(t *testing.T, l ledger.Ledger) *Host {
	t.Helper()
	var mu sync.Mutex
	n := 0
	h, err := Open(t.Context(), l, func() time.Time { return time.Unix(1_700_000_000, 0) }, func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("x%d", n)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

func createTalks(h *Host) error {
	_, err := h.Write(context.Background(), Write{
		Negotiation: talks, Viewer: all, Actor: "m", Method: "CreateNegotiation", Create: true,
		Command: record.CreateNegotiation(&parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{DisplayName: "Talks"}}, "talks"),
	})
	return err
}

// party is the write of a new party.
func party(id, requestID string) Write {
	return Write{
		Negotiation: talks, Viewer: all, Actor: "m", Method: "CreateParty", RequestID: requestID, Digest: []byte(id),
		Command: record.CreateParty(&parleyv1.CreatePartyRequest{Parent: talks, PartyId: id, Party: &parleyv1.Party{DisplayName: id}}),
	}
}

// now is the present in the talks, or whenever if there are none.
func now(t *testing.T, h *Host) time.Time {
	t.Helper()
	at, _ := h.Now(t.Context(), all, talks)
	return at
}

func parties(t *testing.T, h *Host) []string {
	t.Helper()
	l, err := h.Lens(t.Context(), all, talks, now(t, h))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for p := range l.Parties(talks, "", false) {
		out = append(out, record.IDOf(p.GetName()))
	}
	return out
}

func reason(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.Reason
	}
	return ""
}

func TestAppendsThatFail(t *testing.T) {
	cause := errors.New("no space left on device")
	for name, test := range map[string]struct {
		verdict ledgertest.Verdict
		fails   string // "" if the host gets it done all the same
	}{
		"refused by the disk":                {ledgertest.Fail(cause), fault.ReasonUnavailable},
		"outcome unknown, but it was stored": {ledgertest.Stick(cause), ""},
		"outcome unknown, and it was not":    {ledgertest.Fail(&ledger.UnknownError{Cause: cause}), ""},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			store := ledgertest.NewMemoryStore()
			faulty := ledgertest.NewFaulty(store.Open(), nil)
			h := open(t, faulty)
			if err := createTalks(h); err != nil {
				t.Fatal(err)
			}
			once := true
			faulty.Set(func(_ context.Context, c ledgertest.Call) ledgertest.Verdict {
				if c.Method == ledgertest.Append && once {
					once = false
					return test.verdict
				}
				return ledgertest.Pass()
			})
			_, err := h.Write(t.Context(), party("a", ""))
			if reason(err) != test.fails || err == nil != (test.fails == "") {
				t.Errorf("got %v, want reason %q", err, test.fails)
			}
			var want []string
			if test.fails == "" {
				want = []string{"a"}
			}
			if got := parties(t, h); !slices.Equal(got, want) {
				t.Errorf("the record holds %v, want %v", got, want)
			}
			if got := parties(t, open(t, store.Open())); !slices.Equal(got, want) {
				t.Errorf("after a restart the record holds %v, want %v", got, want)
			}
			if _, err := h.Write(t.Context(), party("b", "")); err != nil {
				t.Errorf("the next write fails: %v", err)
			}
		})
	}
}

// Of an append in doubt that lands late, the next try loses the race against itself, and must see that it was its own.
func TestAnAppendThatLandsLateIsNotDoneTwice(t *testing.T) {
	inner := ledgertest.Memory()
	faulty := ledgertest.NewFaulty(inner, nil)
	h := open(t, faulty)
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	appends := 0
	var late ledgertest.Call
	faulty.Set(func(ctx context.Context, c ledgertest.Call) ledgertest.Verdict {
		if c.Method != ledgertest.Append {
			return ledgertest.Pass()
		}
		appends++
		if appends == 1 {
			late = c
			return ledgertest.Fail(&ledger.UnknownError{Cause: errors.New("timeout")})
		}
		if appends == 2 {
			if err := inner.Append(ctx, late.Negotiation, late.Seq, late.Entries...); err != nil {
				t.Error(err)
			}
		}
		return ledgertest.Pass()
	})
	out, err := h.Write(t.Context(), Write{
		Negotiation: talks, Viewer: all, Actor: "m", Method: "CreateParty",
		Command: record.CreateParty(&parleyv1.CreatePartyRequest{Parent: talks, Party: &parleyv1.Party{DisplayName: "nameless"}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := parties(t, h); len(got) != 1 || out.Names[0] != talks+"/parties/"+got[0] {
		t.Errorf("the record holds %v, the caller was told %v", got, out.Names)
	}
}

func TestTwoServersOnOneLedger(t *testing.T) {
	store := ledgertest.NewMemoryStore()
	a, b := open(t, store.Open()), open(t, store.Open())
	if err := createTalks(a); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 40)
	for i := range errs {
		h := a
		if i%2 == 1 {
			h = b
		}
		wg.Go(func() { _, errs[i] = h.Write(context.Background(), party(fmt.Sprintf("p%02d", i/2), "")) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case reason(err) != fault.ReasonResourceExists && reason(err) != fault.ReasonUnavailable:
			t.Error(err)
		}
	}
	if got := parties(t, open(t, store.Open())); len(got) != won || won == 0 {
		t.Errorf("%d writes were acknowledged, the log holds %d parties", won, len(got))
	}
}

func TestARequestIDIsAnsweredOnceAndForAll(t *testing.T) {
	store := ledgertest.NewMemoryStore()
	h := open(t, store.Open())
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	times := make([]time.Time, 8)
	for i := range times {
		wg.Go(func() {
			out, err := h.Write(context.Background(), party("a", "id-1"))
			if err != nil {
				t.Error(err)
				return
			}
			p, err := out.Lens.Party(out.Names[0])
			if err != nil {
				t.Error(err)
				return
			}
			times[i] = p.GetCreateTime().AsTime()
		})
	}
	wg.Wait()
	out, err := open(t, store.Open()).Write(t.Context(), party("a", "id-1"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := out.Lens.Party(out.Names[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range append(times, p.GetCreateTime().AsTime()) {
		if !at.Equal(times[0]) {
			t.Errorf("created at %v and at %v", times[0], at)
		}
	}
	if _, err := h.Write(t.Context(), party("other", "id-1")); reason(err) != fault.ReasonRequestIDReused {
		t.Errorf("another request under the same id: %v", err)
	}
}

func TestWritersWaitingTogetherShareAnAppend(t *testing.T) {
	faulty := ledgertest.NewFaulty(ledgertest.Memory(), nil)
	h := open(t, faulty)
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	gate, entered := make(chan struct{}), make(chan struct{})
	first := true
	sizes := make(chan int, 100)
	faulty.Set(func(_ context.Context, c ledgertest.Call) ledgertest.Verdict {
		if c.Method == ledgertest.Append {
			sizes <- len(c.Entries)
			if first {
				first = false
				close(entered)
				<-gate
			}
		}
		return ledgertest.Pass()
	})
	const writers = 20
	var wg sync.WaitGroup
	write := func(i int) {
		if _, err := h.Write(context.Background(), party(fmt.Sprintf("p%d", i), "")); err != nil {
			t.Error(err)
		}
	}
	wg.Go(func() { write(0) })
	<-entered
	running, _ := h.running.Load(talks)
	n := running.(*negotiation)
	for i := 1; i < writers; i++ {
		wg.Go(func() { write(i) })
	}
	for queued := 0; queued < writers-1; { // all have to be in the queue before the first append returns
		n.mu.Lock()
		queued = len(n.queue)
		n.mu.Unlock()
	}
	close(gate)
	wg.Wait()
	close(sizes)
	var got []int
	for s := range sizes {
		got = append(got, s)
	}
	if !slices.Equal(got, []int{1, writers - 1}) {
		t.Errorf("appended %v entries at a time, want [1 %d]", got, writers-1)
	}
}

func TestADirectoryLineThatACrashKeptOutIsAddedAtTheNextStart(t *testing.T) {
	store := ledgertest.NewMemoryStore()
	faulty := ledgertest.NewFaulty(store.Open(), func(_ context.Context, c ledgertest.Call) ledgertest.Verdict {
		if c.Method == ledgertest.Append && c.Negotiation == record.DirectoryLog {
			return ledgertest.Fail(errors.New("crash"))
		}
		return ledgertest.Pass()
	})
	if err := createTalks(open(t, faulty)); err == nil {
		t.Error("the caller should hear that the directory was not written")
	}
	h := open(t, store.Open())
	var names []string
	for n := range h.Directory(func(string) lens.Viewer { return all }, now(t, h)).Negotiations("", false) {
		names = append(names, n.GetName())
	}
	if !slices.Equal(names, []string{talks}) {
		t.Errorf("the directory lists %v", names)
	}
}

func TestDamagedEntriesAreNotServed(t *testing.T) {
	store := ledgertest.NewMemoryStore()
	h := open(t, store.Open())
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	l := store.Open()
	if err := l.Append(t.Context(), talks, 1, []byte("\xff\xffno entry")); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, store.Open()).Lens(t.Context(), all, talks, now(t, h))
	if reason(err) != fault.ReasonStoredDataCorrupt {
		t.Errorf("got %v", err)
	}
}

func TestACallerWhoLeavesDoesNotTakeTheWriteAlong(t *testing.T) {
	faulty := ledgertest.NewFaulty(ledgertest.Memory(), nil)
	h := open(t, faulty)
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	gate, entered := make(chan struct{}), make(chan struct{})
	faulty.Set(func(_ context.Context, c ledgertest.Call) ledgertest.Verdict {
		if c.Method == ledgertest.Append {
			close(entered)
			<-gate
		}
		return ledgertest.Pass()
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := h.Write(ctx, party("a", ""))
		done <- err
	}()
	<-entered
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(gate)
	h.Close() // waits for what is under way
	if got := parties(t, h); !slices.Equal(got, []string{"a"}) {
		t.Errorf("the record holds %v", got)
	}
}

func TestUnknownNegotiationsLeaveNothingInMemory(t *testing.T) {
	h := open(t, ledgertest.Memory())
	for i := range 10 {
		name := fmt.Sprintf("negotiations/n%d", i)
		if _, err := h.Lens(t.Context(), all, name, now(t, h)); reason(err) != fault.ReasonResourceNotFound {
			t.Error(err)
		}
		_, err := h.Write(t.Context(), Write{
			Negotiation: name, Viewer: all, Method: "CreateNegotiation", Create: true, ValidateOnly: true,
			Command: record.CreateNegotiation(&parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{DisplayName: "x"}}, record.IDOf(name)),
		})
		if err != nil {
			t.Error(err)
		}
	}
	for name := range h.running.Range {
		t.Errorf("%v is kept running and does not exist", name)
	}
}

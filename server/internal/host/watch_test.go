package host

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger/ledgertest"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// slow is a watcher as a test draws it: from where it begins, and how long it takes over each step.
type slow struct {
	from  int             // it begins when so many parties are recorded
	early bool            // it begins with the first entry of the log
	rests int             // it breaks off after so many entries, and resumes with its last token; 0 for never
	takes []time.Duration // over each step, by turns
	most  int             // entries that it takes in one
}

// Whatever the pace of writers and watchers, each watcher is told every entry after its start once and in order, and no
// writer waits for it: in the bubble's time, writes take none.
func TestWatchersAreToldTheLogWhateverTheirPace(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		writes := rapid.SampledFrom([]int{0, 1, 5, 40, keptNews + 50}).Draw(rt, "writes")
		pause := rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Second}).Draw(rt, "pause")
		watchers := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) slow {
			return slow{
				from:  rapid.IntRange(0, writes).Draw(rt, "from"),
				early: rapid.Bool().Draw(rt, "early"),
				rests: rapid.SampledFrom([]int{0, 0, 1, 3, 100}).Draw(rt, "break"),
				takes: rapid.SliceOfN(rapid.SampledFrom([]time.Duration{0, 0, time.Millisecond, 700 * time.Millisecond}), 1, 4).Draw(rt, "takes"),
				most:  rapid.SampledFrom([]int{0, 1, 3, 1000}).Draw(rt, "most"),
			}
		}), 1, 5).Draw(rt, "watchers")
		told := make([][]string, len(watchers))
		var log []string
		var took time.Duration
		synctest.Test(t, func(t *testing.T) { log, took = watched(t, writes, pause, watchers, told) })
		for i, w := range watchers {
			want := log
			if !w.early {
				want = log[1+w.from:]
			}
			if !slices.Equal(told[i], want) {
				rt.Fatalf("watcher %d (%+v) was told %d entries %v…, not the %d after its start", i, w, len(told[i]), head(told[i]), len(want))
			}
		}
		if want := time.Duration(writes) * pause; took != want {
			rt.Fatalf("the writes took %v, not %v", took, want)
		}
	})
}

func head(list []string) []string { return list[:min(3, len(list))] }

// watched runs a writer and watchers, and gives the log, and how long the writer took.
func watched(t *testing.T, writes int, pause time.Duration, watchers []slow, told [][]string) (log []string, took time.Duration) {
	n := 0
	h, err := Open(t.Context(), ledgertest.Memory(), time.Now, func() string { n++; return fmt.Sprintf("x%d", n) })
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int)
	begin := func(recorded int) {
		for i, w := range watchers {
			if w.from == recorded {
				begun := make(chan bool)
				go func() {
					told[i] = w.watch(ctx, h, begun)
					done <- i
				}()
				<-begun
			}
		}
	}
	for i := range writes {
		begin(i)
		start := time.Now()
		time.Sleep(pause)
		if _, err := h.Write(t.Context(), party(fmt.Sprintf("p%04d", i), "")); err != nil {
			t.Error(err)
		}
		took += time.Since(start)
	}
	begin(writes)
	time.Sleep(time.Hour) // enough for the slowest
	stop()
	for range watchers {
		<-done
	}
	for e, err := range h.Entries(t.Context(), all, nil, talks, record.Beginning, time.Now()) {
		if err != nil {
			t.Error(err)
		}
		log = append(log, e.GetName())
	}
	return log, took
}

// watch notes the names of the entries that it is told, until ctx ends.
func (s slow) watch(ctx context.Context, h *Host, begun chan<- bool) (told []string) {
	from := Watch{Viewer: all, Negotiation: talks, After: record.Beginning, Latest: !s.early, Idle: time.Minute, Most: s.most}
	if s.early {
		close(begun)
	}
	for ctx.Err() == nil {
		steps := 0
		for step, err := range h.Watch(ctx, from) {
			if err != nil {
				break
			}
			if begun != nil && !s.early {
				close(begun) // the first is a progress mark
				begun = nil
			}
			from.After, from.Latest = step.Told, false
			if len(step.Entries) > max(1, s.most) {
				told = append(told, "more than the watcher takes")
			}
			for _, e := range step.Entries {
				told = append(told, e.Entry.GetName())
			}
			steps += len(step.Entries)
			if s.rests > 0 && steps >= s.rests {
				break
			}
			time.Sleep(s.takes[steps%len(s.takes)])
		}
	}
	return told
}

func TestProgressMarksComeWhileNothingHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := Open(t.Context(), ledgertest.Memory(), time.Now, func() string { return "x" })
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		if err := createTalks(h); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		var marks []time.Duration
		for step, err := range h.Watch(t.Context(), Watch{Viewer: all, Negotiation: talks, Latest: true, Idle: 10 * time.Second}) {
			if err != nil || len(step.Entries) > 0 {
				t.Fatal(step, err)
			}
			if marks = append(marks, time.Since(start)); len(marks) == 3 {
				break
			}
		}
		if want := []time.Duration{0, 10 * time.Second, 20 * time.Second}; !slices.Equal(marks, want) {
			t.Errorf("marks after %v, want %v", marks, want)
		}
	})
}

// News are kept while somebody watches, and for nobody else: they are a fifth of what a commit leaves in memory.
func TestNewsAreKeptForThoseWhoWatch(t *testing.T) {
	h := open(t, ledgertest.Memory())
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	n, err := h.negotiation(t.Context(), talks, false)
	if err != nil {
		t.Fatal(err)
	}
	write := func(id string) {
		if _, err := h.Write(t.Context(), party(id, "")); err != nil {
			t.Fatal(err)
		}
	}
	write("a")
	if got := len(n.news.after(0).entries); got > 0 {
		t.Errorf("%d entries are kept for nobody", got)
	}
	for step, err := range h.Watch(t.Context(), Watch{Viewer: all, Negotiation: talks, Latest: true, Idle: time.Hour}) {
		if err != nil {
			t.Fatal(err)
		}
		if len(step.Entries) > 0 {
			break
		}
		write("b") // when it has caught up
		if got := len(n.news.after(2).entries); got != 1 {
			t.Errorf("%d entries are kept for a watcher, not 1", got)
		}
	}
	write("c")
	if got := len(n.news.after(0).entries); got > 0 {
		t.Errorf("%d entries are kept for one who has left", got)
	}
}

func TestWatchesEndWhenTheHostDoes(t *testing.T) {
	h := open(t, ledgertest.Memory())
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	for step, err := range h.Watch(t.Context(), Watch{Viewer: all, Negotiation: talks, Latest: true, Idle: time.Hour}) {
		if err != nil {
			if fault.Of(err).Reason != fault.ReasonUnavailable {
				t.Error(err)
			}
			return
		}
		if len(step.Entries) == 0 {
			h.EndWatches()
		}
	}
	t.Error("the watch ended without saying why")
}

func TestWhatIsThereIsWatchedOnly(t *testing.T) {
	h := open(t, ledgertest.Memory())
	for _, err := range h.Watch(t.Context(), Watch{Viewer: all, Negotiation: "negotiations/none", Idle: time.Hour}) {
		if reason(err) != fault.ReasonResourceNotFound {
			t.Errorf("got %v", err)
		}
	}
}

// The log can be read in both directions from any moment.
func TestEntriesUpAndDown(t *testing.T) {
	h := open(t, ledgertest.Memory())
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	for i := range 3*backwards + 5 {
		if _, err := h.Write(t.Context(), party(fmt.Sprintf("p%04d", i), "")); err != nil {
			t.Fatal(err)
		}
	}
	up := namesOf(t, h.Entries(t.Context(), all, nil, talks, record.Beginning, now(t, h)))
	if len(up) != 3*backwards+6 || !slices.IsSorted(up) {
		t.Fatalf("%d entries", len(up))
	}
	for i, name := range up {
		at, ok := record.EntryTime(name)
		e, err := h.Entry(t.Context(), all, nil, name, at)
		if !ok || err != nil || e.GetName() != name {
			t.Fatal(name, err)
		}
		if got := namesOf(t, h.Entries(t.Context(), all, nil, talks, at, now(t, h))); !slices.Equal(got, up[i+1:]) {
			t.Fatalf("after %s: %d entries", name, len(got))
		}
		down := namesOf(t, h.EntriesDown(t.Context(), all, nil, talks, at))
		slices.Reverse(down)
		if !slices.Equal(down, up[:i+1]) {
			t.Fatalf("down from %s: %d entries", name, len(down))
		}
	}
	if _, err := h.Entry(t.Context(), all, nil, talks+"/entries/t20260101-000000-000000000", time.Unix(1_767_225_600, 0)); reason(err) != fault.ReasonResourceNotFound {
		t.Error(err)
	}
}

func namesOf(t *testing.T, entries iter.Seq2[*parleyv1.Entry, error]) (names []string) {
	t.Helper()
	for e, err := range entries {
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		names = append(names, e.GetName())
	}
	return names
}

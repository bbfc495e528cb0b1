package host

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Step is one step of a watch: an entry, or that there is none.
type Step struct {
	Entry *parleyv1.Entry // nil for a progress mark
	Now   time.Time       // of a progress mark: whatever was durable then has been told
	Told  time.Time       // where to go on; what it is tells of entries that the viewer may not know of
}

// Watch is what to tell a watcher.
type Watch struct {
	Viewer      lens.Viewer
	Negotiation string
	After       time.Time     // tell the entries after this moment
	Latest      bool          // or those after the present one
	Idle        time.Duration // how long without news until a progress mark

	// Allowed is asked whenever accounts change and before anything is told: an error ends the watch with it. nil: always.
	Allowed func() error
	// Trust is told what the watch lays open; the caller notes it. nil: nothing.
	Trust *Trust
}

// Watch yields the entries of a negotiation that the viewer may see, each once and in order, those that are there and those
// to come; a progress mark when it has caught up for the first time, and whenever nothing happened for a while. It ends with
// ctx, or when the host closes. It never slows a writer: it takes from the news what is still there, and the rest
// from the log.
func (h *Host) Watch(ctx context.Context, w Watch) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		n, err := h.attach(ctx, w.Negotiation)
		if err != nil {
			yield(Step{}, err)
			return
		}
		defer n.detach()
		at := &watcher{n: n, Watch: w, yield: yield}
		if at.told, err = n.start(ctx, w); err == nil {
			err = at.run(ctx)
		}
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			yield(Step{}, err)
		}
	}
}

// attach finds a negotiation and keeps it in memory until detach.
func (h *Host) attach(ctx context.Context, name string) (*negotiation, error) {
	for {
		n, err := h.negotiation(ctx, name, false)
		if err != nil {
			return nil, err
		}
		if n.hold() {
			return n, nil
		}
	}
}

func (n *negotiation) hold() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.evicted {
		return false
	}
	n.watchers++
	return true
}

func (n *negotiation) detach() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.watchers--
}

// start gives the seq of the last entry that a watcher is not to be told.
func (n *negotiation) start(ctx context.Context, w Watch) (ledger.Seq, error) {
	if w.Latest {
		return n.news.after(0).upTo, nil
	}
	first, err := n.seek(ctx, w.After.UnixNano())
	return first - 1, err
}

// watcher is a watch under way.
type watcher struct {
	Watch
	n     *negotiation
	told  ledger.Seq // the last entry dealt with
	yield func(Step, error) bool
	timer *time.Timer // runs while nothing is yielded
}

// run tells all there is and waits for more. It ends without an error when the consumer has had enough.
func (w *watcher) run(ctx context.Context) error {
	due := true // a progress mark, when all is told
	w.timer = time.NewTimer(w.Idle)
	defer w.timer.Stop()
	for {
		now, more, accounts := w.n.host.clock(), w.n.news.after(w.told), w.n.host.directory.news.after(0)
		if err := w.allowed(); err != nil {
			return err
		}
		told, err := w.tell(ctx, more)
		if err != nil || !told {
			return err
		}
		if due && !w.progress(now, more) {
			return nil
		}
		due = false
		select {
		case <-more.changed:
		case <-accounts.changed:
		case <-w.timer.C:
			due = true
		case <-w.n.host.closing:
			return fault.NotNow("the server is shutting down; resume with the last token", nil)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (w *watcher) allowed() error {
	if w.Allowed == nil {
		return nil
	}
	return w.Allowed()
}

// tell yields entries from the news, or, where those have gone on too far, from the log.
func (w *watcher) tell(ctx context.Context, more more) (bool, error) {
	if !more.gap {
		for _, e := range more.entries {
			if !w.show(e) {
				return false, nil
			}
		}
		return true, nil
	}
	for e, err := range w.n.read(ctx, w.told+1) {
		if err != nil {
			return false, err
		}
		if e.seq > more.upTo { // not published yet
			break
		}
		if !w.show(e.entry) {
			return false, nil
		}
	}
	return true, nil
}

func (w *watcher) show(e *ledgerv1.Entry) bool {
	w.told++
	shown := lens.Entry(w.n.state.Load(), w.Viewer, e, w.Trust.note())
	if shown == nil {
		return true // and what is not told does not count as news either
	}
	if err := w.allowed(); err != nil {
		w.yield(Step{}, err)
		return false
	}
	w.timer.Reset(w.Idle)
	return w.yield(Step{Entry: shown, Told: time.Unix(0, e.GetTime())}, nil)
}

// progress tells that the watch has told all that there was a moment ago.
func (w *watcher) progress(now time.Time, all more) bool {
	w.timer.Reset(w.Idle)
	return w.yield(Step{Now: now, Told: all.time}, nil)
}

// news holds the latest entries of a negotiation in memory, decoded, so that any number of watchers can be told them
// without reading the log.
type news struct {
	mu      sync.Mutex
	last    ledger.Seq        // of the newest entry that watchers may be told
	time    time.Time         // of that entry
	entries []*ledgerv1.Entry // up to it, without gaps
	changed chan struct{}     // closed with the next news
}

// How many entries, and changes in them, a watcher may be behind before it reads the log. The messages are shared with the state.
const (
	keptNews    = 256
	keptChanges = 16 << 10
)

// tell takes in the newest entries, the last of which has the seq; none where they were not at hand. It is called after
// the state that includes them was published.
func (n *news) tell(st *record.State, entries []*ledgerv1.Entry) {
	last := ledger.Seq(st.Seq())
	n.mu.Lock()
	defer n.mu.Unlock()
	if last != n.last+ledger.Seq(len(entries)) {
		n.entries = nil // some are missing in between
	}
	n.last, n.time = last, time.Unix(0, st.Time())
	n.entries = append(n.entries, entries...)
	if over := n.over(); over > 0 {
		n.entries = append([]*ledgerv1.Entry(nil), n.entries[over:]...)
	}
	if n.changed != nil {
		close(n.changed)
		n.changed = nil
	}
}

// over counts the oldest entries that are more than is kept.
func (n *news) over() int {
	changes := 0
	for i, e := range slices.Backward(n.entries) {
		if changes += len(e.GetChanges()); changes > keptChanges || len(n.entries)-i > keptNews {
			return i + 1
		}
	}
	return 0
}

// more is what there is to tell after a seq.
type more struct {
	upTo    ledger.Seq        // the newest entry there is
	time    time.Time         // of that entry
	entries []*ledgerv1.Entry // those up to it
	gap     bool              // they are not all at hand: read the log
	changed <-chan struct{}   // closed when there is more
}

func (n *news) after(told ledger.Seq) more {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.changed == nil {
		n.changed = make(chan struct{})
	}
	m := more{upTo: n.last, time: n.time, changed: n.changed}
	switch behind := int(n.last) - int(told); {
	case behind <= 0:
	case behind <= len(n.entries):
		m.entries = n.entries[len(n.entries)-behind:]
	default:
		m.gap = true
	}
	return m
}

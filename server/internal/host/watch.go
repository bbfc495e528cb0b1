package host

import (
	"context"
	"iter"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
)

// Step is one step of a watch: entries, or that there are none.
type Step struct {
	Entries []Shown   // none for a progress mark; they are the consumer's until it asks for the next step
	Now     time.Time // of a progress mark: whatever was durable then has been told
	Told    time.Time // where to go on; what it is tells of entries that the viewer may not know of
}

// Watch is what to tell a watcher.
type Watch struct {
	Viewer      lens.Viewer
	Negotiation string
	After       time.Time     // tell the entries after this moment
	Latest      bool          // or those after the present one
	Idle        time.Duration // how long without news until a progress mark
	Most        int           // how many entries may be told in one step; one if less

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
	step  Step       // what is to be told next
	size  int        // bytes of it
	some  bool       // a step was told since it last waited
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
		if err := w.gather(ctx); err != nil {
			return err
		}
		select {
		case <-more.changed:
		case <-accounts.changed:
		case <-w.timer.C:
			due = true
		case <-w.n.host.closing:
			return errClosing
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

var errClosing = fault.NotNow("the server is shutting down; resume with the last token", nil)

// gathering is how long a watcher who takes several entries in a step waits after one for those of the next. Told of each at once,
// a thousand of them would leave the writers no time to write.
const gathering = 50 * time.Millisecond

// gather waits for what comes together, if the watcher takes several entries in a step and has just been told of some.
func (w *watcher) gather(ctx context.Context) error {
	if w.Most <= 1 || !w.some {
		return nil
	}
	w.some = false
	enough := time.NewTimer(gathering)
	defer enough.Stop()
	select {
	case <-enough.C:
		return nil
	case <-w.n.host.closing:
		return errClosing
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (w *watcher) allowed() error {
	if w.Allowed == nil {
		return nil
	}
	return w.Allowed()
}

// mostTold is how many bytes of entries make a step: below what gRPC clients take by default.
const mostTold = 1 << 20

// tell yields what there is, entries that are there together in one step if the watcher takes several.
func (w *watcher) tell(ctx context.Context, more more) (bool, error) {
	for e, err := range w.entries(ctx, more) {
		if err != nil {
			return false, err
		}
		w.told++
		shown, err := e.show(w.n.state.Load(), w.Viewer, w.Trust)
		if err != nil {
			return false, err
		}
		if shown.Entry == nil {
			continue // what is not told does not count as news either
		}
		w.step.Entries, w.step.Told = append(w.step.Entries, shown), shown.Entry.GetCreateTime().AsTime()
		w.size += len(shown.Wire)
		if full := len(w.step.Entries) >= w.Most || w.size >= mostTold; full && !w.flush() {
			return false, nil
		}
	}
	return w.flush(), nil
}

// entries yields those after what the watcher has dealt with, from the news, or, where those have gone on too far, from the log.
func (w *watcher) entries(ctx context.Context, more more) iter.Seq2[*item, error] {
	return func(yield func(*item, error) bool) {
		for _, e := range more.entries {
			if !yield(e, nil) {
				return
			}
		}
		if !more.gap {
			return
		}
		for e, err := range w.n.read(ctx, w.told+1) {
			if err == nil && e.seq > more.upTo { // not published yet
				return
			}
			if !yield(&item{entry: e.entry}, err) {
				return
			}
		}
	}
}

// flush yields what has been gathered, if anything.
func (w *watcher) flush() bool {
	if len(w.step.Entries) == 0 {
		return true
	}
	if err := w.allowed(); err != nil {
		w.yield(Step{}, err)
		return false
	}
	w.timer.Reset(w.Idle)
	more := w.yield(w.step, nil)
	clear(w.step.Entries)
	w.step.Entries, w.size, w.some = w.step.Entries[:0], 0, true
	return more
}

// progress tells that the watch has told all that there was a moment ago.
func (w *watcher) progress(now time.Time, all more) bool {
	w.timer.Reset(w.Idle)
	return w.yield(Step{Now: now, Told: all.time}, nil)
}

package host

import (
	"context"
	"iter"
	"slices"
	"time"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Entries yields what a viewer may see of a negotiation's log, oldest first: the entries after one moment and up to another.
func (h *Host) Entries(ctx context.Context, viewer lens.Viewer, trust *Trust, name string, after, until time.Time) iter.Seq2[*parleyv1.Entry, error] {
	return h.entries(ctx, viewer, trust, name, func(n *negotiation) iter.Seq2[numbered, error] {
		return n.between(ctx, after.UnixNano(), until.UnixNano())
	})
}

// EntriesDown is Entries, newest first: those up to a moment.
func (h *Host) EntriesDown(ctx context.Context, viewer lens.Viewer, trust *Trust, name string, until time.Time) iter.Seq2[*parleyv1.Entry, error] {
	return h.entries(ctx, viewer, trust, name, func(n *negotiation) iter.Seq2[numbered, error] {
		return n.down(ctx, until.UnixNano())
	})
}

// Entry finds the entry of one moment.
func (h *Host) Entry(ctx context.Context, viewer lens.Viewer, trust *Trust, name string, at time.Time) (*parleyv1.Entry, error) {
	for e, err := range h.Entries(ctx, viewer, trust, record.NegotiationOf(name), at.Add(-1), at) {
		if err != nil {
			return nil, fault.MissingAs(err, name)
		}
		if e.GetName() == name {
			return e, nil
		}
	}
	return nil, fault.Missing(name)
}

// entries shows the entries of a negotiation to a viewer, who must be able to see the negotiation itself.
func (h *Host) entries(ctx context.Context, viewer lens.Viewer, trust *Trust, name string, from func(*negotiation) iter.Seq2[numbered, error]) iter.Seq2[*parleyv1.Entry, error] {
	return func(yield func(*parleyv1.Entry, error) bool) {
		if !h.shows(viewer, name) {
			yield(nil, fault.Missing(name))
			return
		}
		n, err := h.negotiation(ctx, name, false)
		if err != nil {
			yield(nil, err)
			return
		}
		for e, err := range from(n) {
			if err != nil {
				yield(nil, err)
				return
			}
			if shown := lens.Entry(n.state.Load(), viewer, e.entry, trust.note()); shown != nil && !yield(shown, nil) {
				return
			}
		}
	}
}

// numbered is an entry and its place in the log.
type numbered struct {
	seq   ledger.Seq
	entry *ledgerv1.Entry
}

// read yields the log from a seq on.
func (n *negotiation) read(ctx context.Context, from ledger.Seq) iter.Seq2[numbered, error] {
	return func(yield func(numbered, error) bool) {
		for e, err := range n.host.ledger.Read(ctx, n.log, from) {
			if err != nil {
				yield(numbered{}, readFault(n.log, err))
				return
			}
			entry, err := n.decode(e)
			if !yield(numbered{e.Seq, entry}, err) || err != nil {
				return
			}
		}
	}
}

// between yields the entries after one moment and up to another, in nanoseconds since 1970.
func (n *negotiation) between(ctx context.Context, after, until int64) iter.Seq2[numbered, error] {
	return func(yield func(numbered, error) bool) {
		from, err := n.seek(ctx, after)
		if err != nil {
			yield(numbered{}, err)
			return
		}
		for e, err := range n.read(ctx, from) {
			if err == nil && e.entry.GetTime() > until {
				return
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// backwards is how many entries are read ahead when going down.
const backwards = 64

// down yields the entries up to a moment, newest first.
func (n *negotiation) down(ctx context.Context, until int64) iter.Seq2[numbered, error] {
	return func(yield func(numbered, error) bool) {
		end, err := n.seek(ctx, until)
		if err != nil {
			yield(numbered{}, err)
			return
		}
		for end > 1 {
			start := max(1, end-min(end, backwards))
			piece, err := n.piece(ctx, start, end)
			if err != nil {
				yield(numbered{}, err)
				return
			}
			for _, e := range slices.Backward(piece) {
				if !yield(e, nil) {
					return
				}
			}
			end = start
		}
	}
}

// piece reads the entries from start up to, but without, end.
func (n *negotiation) piece(ctx context.Context, start, end ledger.Seq) (piece []numbered, err error) {
	for e, err := range n.read(ctx, start) {
		if err != nil {
			return nil, err
		}
		if e.seq >= end {
			break
		}
		piece = append(piece, e)
	}
	return piece, nil
}

// seek finds the seq of the first entry after a moment, or the one behind the last. Times grow along the log.
func (n *negotiation) seek(ctx context.Context, after int64) (ledger.Seq, error) {
	st := n.state.Load()
	low, high := ledger.Seq(1), ledger.Seq(st.Seq())+1 // the answer is between them, both included
	if after >= st.Time() {
		return high, nil
	}
	for low < high {
		middle := (low + high) / 2
		later := false
		for e, err := range n.read(ctx, middle) {
			if err != nil {
				return 0, err
			}
			later = e.entry.GetTime() > after
			break
		}
		if later {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low, nil
}

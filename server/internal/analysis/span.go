package analysis

import (
	"cmp"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// span is the moments at which something may have been: from the first to the last, both included.
type span struct{ first, last time.Time }

// at is the span of something that was at one moment.
func at(t time.Time) span { return span{t, t} }

// spanOf gives the span that a partial time covers; false if it is none that could be resolved.
func spanOf(t *parleyv1.PartialTime) (span, bool) {
	if t.GetStartTime() == nil {
		return span{}, false
	}
	return span{t.GetStartTime().AsTime(), lastMoment(t)}, true
}

// dated gives the first of some times that could be resolved, with its span. If there is none, the time is nil and the span the
// moment of recording.
func dated(recorded *timestamppb.Timestamp, times ...*parleyv1.PartialTime) (*parleyv1.PartialTime, span) {
	for _, t := range times {
		if s, ok := spanOf(t); ok {
			return t, s
		}
	}
	return nil, at(recorded.AsTime())
}

// compare orders spans: by their first moments, then by their last.
func (s span) compare(t span) int { return cmp.Or(s.first.Compare(t.first), s.last.Compare(t.last)) }

// window is what is asked for of time. The zero window is all of it.
type window struct {
	since, surely time.Time // what ended before since is out; only what began at surely or later is certainly in
	until         time.Time // exclusive
}

// newWindow makes a window of two moments, each of which may be unset.
func newWindow(from, until *timestamppb.Timestamp) window {
	w := window{}
	if from != nil {
		w.since, w.surely = from.AsTime(), from.AsTime()
	}
	if until != nil {
		w.until = until.AsTime()
	}
	return w
}

// open tells whether the window has no bounds.
func (w window) open() bool { return w == window{} }

// may tells whether something may have been within the window.
func (w window) may(s span) bool {
	return !s.last.Before(w.since) && (w.until.IsZero() || s.first.Before(w.until))
}

// must tells whether something was certainly within the window.
func (w window) must(s span) bool {
	return !s.first.Before(w.surely) && (w.until.IsZero() || s.last.Before(w.until))
}

// later gives the later one of two moments.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

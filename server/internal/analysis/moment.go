package analysis

import (
	"iter"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Moment picks positions by the times that the record tells of, not by the time of recording, which the lens knows. The zero
// Moment picks all.
type Moment struct {
	held  *timestamppb.Timestamp // only what was held then
	known *timestamppb.Timestamp // only what was known then
}

// At makes the Moment that a request asks for.
func At(req interface {
	GetHeldAt() *timestamppb.Timestamp
	GetKnownAt() *timestamppb.Timestamp
},
) Moment {
	return Moment{req.GetHeldAt(), req.GetKnownAt()}
}

// position is what somebody may hold, say and make public: a stance, a demand or an assessment.
type position interface {
	GetHeldTime() *parleyv1.PartialTime
	GetSaidTime() *parleyv1.PartialTime
	GetPublicTime() *parleyv1.PartialTime
	GetCreateTime() *timestamppb.Timestamp
}

// Of yields the positions of a moment.
func Of[P position](m Moment, positions iter.Seq[P]) iter.Seq[P] {
	if m.held == nil && m.known == nil {
		return positions
	}
	return func(yield func(P) bool) {
		for p := range positions {
			if m.picks(p) && !yield(p) {
				return
			}
		}
	}
}

func (m Moment) picks(p position) bool {
	return (m.held == nil || heldAt(p, m.held.AsTime())) && (m.known == nil || !knownSince(p).After(m.known.AsTime()))
}

// heldAt tells whether a position was held at a moment: from the beginning of the held time on, or else from when it had
// certainly been said; and for a held time that is a span, no longer than that.
func heldAt(p position, at time.Time) bool {
	held := p.GetHeldTime()
	if held.GetStartTime() == nil {
		return !saidSince(p).After(at)
	}
	over := strings.Contains(held.GetValue(), "/") && !at.Before(held.GetEndTime().AsTime())
	return !held.GetStartTime().AsTime().After(at) && !over
}

// knownSince is from when a position had certainly been made public; where the record does not tell, from when it was said.
func knownSince(p position) time.Time {
	if t := p.GetPublicTime(); t.GetEndTime() != nil {
		return lastMoment(t)
	}
	return saidSince(p)
}

// saidSince is from when a position had certainly been said; where the record does not tell, from when it was recorded.
func saidSince(p position) time.Time {
	if t := p.GetSaidTime(); t.GetEndTime() != nil {
		return lastMoment(t)
	}
	return p.GetCreateTime().AsTime()
}

// lastMoment is the last second that a partial time covers: who asks for 23:59:59 is told what was said on that day.
func lastMoment(t *parleyv1.PartialTime) time.Time {
	start, end := t.GetStartTime().AsTime(), t.GetEndTime().AsTime()
	if last := end.Add(-time.Second); last.After(start) {
		return last
	}
	return start
}

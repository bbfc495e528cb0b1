package record

import (
	"slices"
	"weak"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// sequence is the points of a text in reading order. To find it in the trees costs more than most of what it is for, and to keep
// it for every revision would take more memory than the revisions: a text knows its sequence for as long as the collector
// lets it.
type sequence struct{ points []*parleyv1.Point }

// known gives the sequence of a text, nil if it would have to be found.
func (t *Text) known() *sequence {
	if w := t.sequence.Load(); w != nil {
		return w.Value()
	}
	return nil
}

// know keeps a sequence that was found.
func (t *Text) know(s *sequence) *sequence {
	w := weak.Make(s)
	t.sequence.Store(&w)
	return s
}

// forget says that the sequence is no longer what it was.
func (t *Text) forget() { t.sequence.Store(nil) }

// Slice gives the points in reading order. Others have the same slice: it is not to be changed.
func (t *Text) Slice() []*parleyv1.Point {
	if s := t.known(); s != nil {
		return s.points
	}
	points := make([]*parleyv1.Point, 0, t.Len())
	t.walk("", func(p *parleyv1.Point) bool {
		points = append(points, p)
		return true
	})
	return t.know(&sequence{points}).points
}

// mostFollowed bounds the points for which a sequence is searched, one after the other.
const mostFollowed = 32

// follow has a text that was forked from another, and in which only these points differ, know its sequence by the other's, if that
// is known and no point is in another place.
func (t *Text) follow(from *Text, changed []string) {
	s := from.known()
	if s == nil || t.reordered || len(changed) > mostFollowed {
		return
	}
	points := slices.Clone(s.points)
	for _, id := range changed {
		was, _ := from.Point(id)
		is, _ := t.Point(id)
		if i := slices.Index(points, was); i >= 0 {
			points[i] = is
		}
	}
	t.know(&sequence{points})
}

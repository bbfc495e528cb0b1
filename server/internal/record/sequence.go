package record

import (
	"fmt"
	"slices"
	"sync/atomic"
	"weak"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// sequence is the points of a text in reading order. To find it in the trees costs more than most of what it is for, and to keep
// it for every revision would take more memory than the revisions: a text knows its sequence for as long as the collector
// lets it.
type sequence struct {
	points []*parleyv1.Point
	wire   atomic.Pointer[[]byte] // what Wire gives; nil until it was asked for

	compared atomic.Pointer[Comparison] // what was asked last of the revision with this text
}

// known gives the sequence of a text, nil if it would have to be found.
func (t *Text) known() *sequence {
	if w := t.sequence.Load(); w != nil {
		return w.Value()
	}
	return nil
}

// know keeps a sequence that was found.
func (t *Text) know(points []*parleyv1.Point) *sequence {
	s := &sequence{points: points}
	w := weak.Make(s)
	t.sequence.Store(&w)
	return s
}

// forget says that the sequence is no longer what it was.
func (t *Text) forget() { t.sequence.Store(nil) }

// Slice gives the points in reading order. Others have the same slice: it is not to be changed.
func (t *Text) Slice() []*parleyv1.Point { return t.find().points }

func (t *Text) find() *sequence {
	if s := t.known(); s != nil {
		return s
	}
	points := make([]*parleyv1.Point, 0, t.Len())
	t.walk("", func(p *parleyv1.Point) bool {
		points = append(points, p)
		return true
	})
	return t.know(points)
}

// Wire gives the points in reading order as the field `points` of a Revision has them on the wire: put behind a revision without
// points, they make one with them. Others have the same bytes: they are not to be changed.
func (t *Text) Wire() ([]byte, error) {
	s := t.find()
	if wire := s.wire.Load(); wire != nil {
		return *wire, nil
	}
	wire, err := proto.Marshal(&parleyv1.Revision{Points: s.points})
	if err != nil {
		return nil, fmt.Errorf("encode the points of a text: %w", err)
	}
	s.wire.Store(&wire)
	return wire, nil
}

// mostFollowed bounds the points for which a sequence is searched, one after the other.
const mostFollowed = 32

// mayFollow tells whether a text has the sequence of the one that it was forked from, but for the words of these few points.
func (t *Text) mayFollow(changed []string) bool { return !t.reordered && len(changed) <= mostFollowed }

// follow has a text that may follow another know its sequence by the other's, which is its.
func (t *Text) follow(from *Text, its []*parleyv1.Point, changed []string) {
	points := slices.Clone(its)
	for _, id := range changed {
		was, _ := from.Point(id)
		is, _ := t.Point(id)
		if i := slices.Index(points, was); i >= 0 {
			points[i] = is
		}
	}
	t.know(points)
}

package record

import (
	"fmt"
	"sync/atomic"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// Comparison is what happened to the points between two revisions. Others are given the same: it is not to be changed.
type Comparison struct {
	Base, Revision *Revision // Base is nil if all is new
	Points         []*parleyv1.PointDiff
	Summary        *parleyv1.DiffSummary

	parent bool // Base is what Revision follows, nil for nothing
	wire   atomic.Pointer[rows]
}

// rows are the points of a comparison on the wire.
type rows struct {
	bytes []byte
	ends  []int // of the first rows: of none, of one, and so on
}

// Compare tells what happened to the points of a revision since another one, nil for nothing. Of a parent, which r follows directly
// or through others that the viewer does not know of (nil for the first of all), it says which points r put elsewhere. A text remembers
// what was asked last, for as long as it knows its sequence: most ask for what a revision did.
func (r *Revision) Compare(base *Revision, parent bool) *Comparison {
	s := r.Text.find()
	if c := s.compared.Load(); c != nil && c.Base == base && c.parent == parent {
		return c
	}
	c := &Comparison{Base: base, Revision: r, parent: parent}
	var old []*parleyv1.Point
	known := redline.Known{Reworded: r.Text.Rewording}
	if base != nil {
		old = base.Text.Slice()
	}
	if parent {
		known.Replaced = r.ReplacedSince(base)
	}
	c.Points, c.Summary = redline.DiffKnowing(old, s.points, known)
	s.compared.Store(c)
	return c
}

// Wire gives the points from and up to, but without, to as the field `points` of a DiffRevisionsResponse has them on the wire. Others
// have the same bytes: they are not to be changed.
func (c *Comparison) Wire(from, to int) ([]byte, error) {
	w := c.wire.Load()
	if w == nil {
		var err error
		if w, err = encoded(c.Points); err != nil {
			return nil, fmt.Errorf("encode what happened to the points of %s: %w", c.Revision.Name(), err)
		}
		c.wire.Store(w)
	}
	return w.bytes[w.ends[from]:w.ends[to]], nil
}

// encoded encodes points at once, which takes memory once, and finds where each of them ends.
func encoded(points []*parleyv1.PointDiff) (*rows, error) {
	all, err := proto.Marshal(&parleyv1.DiffRevisionsResponse{Points: points})
	if err != nil {
		return nil, err
	}
	w := &rows{bytes: all, ends: make([]int, 1, len(points)+1)}
	for end := 0; end < len(all); {
		_, _, n := protowire.ConsumeField(all[end:])
		end += n
		w.ends = append(w.ends, end)
	}
	return w, nil
}

// ReplacedSince tells which points r put elsewhere than they stand in a revision that it follows, nil for none. Between the two may
// be others that the viewer does not know of: then as few points as possible were put elsewhere.
func (r *Revision) ReplacedSince(from *Revision) func(point string) bool {
	switch from {
	case nil:
		return func(string) bool { return false }
	case r.Base:
		return r.replaced
	}
	place := map[string]int{}
	for p := range from.Text.Points() {
		place[p.GetId()] = len(place)
	}
	ids, places := map[string][]string{}, map[string][]int{} // by what they belong to
	stays := map[string]bool{}
	for p := range r.Text.Points() {
		if was, ok := from.Text.Point(p.GetId()); ok && was.GetParent() == p.GetParent() {
			ids[p.GetParent()] = append(ids[p.GetParent()], p.GetId())
			places[p.GetParent()] = append(places[p.GetParent()], place[p.GetId()])
		}
	}
	for parent, list := range places {
		for i, stay := range redline.Increasing(list) {
			stays[ids[parent][i]] = stay
		}
	}
	return func(point string) bool {
		_, was := place[point]
		_, is := r.Text.Point(point)
		return was && is && !stays[point]
	}
}

// replaced tells whether r put a point elsewhere than it stands in the base.
func (r *Revision) replaced(point string) bool {
	if r.Base == nil {
		return false
	}
	was, had := r.Base.Text.points.Get(point)
	is, has := r.Text.points.Get(point)
	return had && has && (was.rank != is.rank || was.point.GetParent() != is.point.GetParent())
}

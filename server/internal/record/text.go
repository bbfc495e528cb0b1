package record

import (
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"weak"

	"github.com/tidwall/btree"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Text is the points of one revision. It shares structure with the text that it was made from, so that a change of one
// point costs O(log n). A Text that belongs to a Revision is never changed.
type Text struct {
	points  btree.Map[string, *placed] // by point id
	order   *btree.Map[string, string] // parent id, NUL, rank -> point id; that of the text it was forked from, until it is reordered
	present int                        // points in the state PRESENT
	nested  int                        // points that belong to another

	reordered bool // since it was forked: a point has come, or has another place; the order is its own
	sequence  atomic.Pointer[weak.Pointer[sequence]]
}

// placed is a point and its place among its siblings, which are ordered by the bytes of their ranks.
type placed struct {
	point *parleyv1.Point
	rank  string
	by    *Revision // that put it there; nil in a text that is not committed
	words atomic.Pointer[rewording]
}

// textDegree is the degree of the trees of a text: narrower than others, as each revision keeps the paths that it changed, and most
// texts have some thirty points.
const textDegree = 6

func newText() *Text {
	return &Text{points: *btree.NewMap[string, *placed](textDegree), order: btree.NewMap[string, string](textDegree), reordered: true}
}

// forkTo makes a new text one that can be changed without touching t, which is not to be changed any more. Any number may do so at
// once.
func (t *Text) forkTo(c *Text) *Text {
	c.points, c.order, c.present, c.nested = *copyOf(&t.points), t.order, t.present, t.nested
	return c
}

// reorder makes the order the text's own, to be changed.
func (t *Text) reorder() {
	if !t.reordered {
		t.order, t.reordered = copyOf(t.order), true
	}
}

// set puts a point in its place, which may be a new one; by is the revision that does, nil for none yet.
func (t *Text) set(p *parleyv1.Point, rank string, by *Revision) {
	t.forget()
	is := &placed{point: p, rank: rank, by: by}
	old, known := t.points.Set(p.GetId(), is)
	if known {
		t.count(old.point, -1)
		is.share(old)
	}
	t.count(p, 1)
	if known && old.rank == rank && old.point.GetParent() == p.GetParent() {
		return // only the words changed: the order need not be copied
	}
	t.reorder()
	if known { // its old place may be another's by now: a commit may fill it before it is left
		place := orderKey(old.point.GetParent(), old.rank)
		if id, _ := t.order.Get(place); id == p.GetId() {
			t.order.Delete(place)
		}
	}
	t.order.Set(orderKey(p.GetParent(), rank), p.GetId())
}

// share lets a point have what is the same in the one that it replaces from there, so that it is kept once.
func (p *placed) share(old *placed) {
	shareString(&p.rank, old.rank)
	is, was := p.point, old.point
	if is == was { // only its place is new: it is another text's, too
		return
	}
	shareString(&is.Id, was.GetId())
	shareString(&is.Label, was.GetLabel())
	shareString(&is.Heading, was.GetHeading())
	shareString(&is.Parent, was.GetParent())
}

// shareString makes two equal strings one in memory.
func shareString(is *string, was string) {
	if *is == was {
		*is = was
	}
}

// count keeps the counters up to date when a point comes in (1) or goes out (-1).
func (t *Text) count(p *parleyv1.Point, by int) {
	if p.GetState() == parleyv1.Point_STATE_PRESENT {
		t.present += by
	}
	if p.GetParent() != "" {
		t.nested += by
	}
}

func orderKey(parent, rank string) string { return parent + "\x00" + rank }

// Point finds a point by id, also one that is gone.
func (t *Text) Point(id string) (*parleyv1.Point, bool) {
	p, ok := t.points.Get(id)
	if !ok {
		return nil, false
	}
	return p.point, true
}

// Len is the number of points, gone ones included.
func (t *Text) Len() int { return t.points.Len() }

// Points yields the points in reading order: a nested point after the one it belongs to and before its next sibling.
func (t *Text) Points() iter.Seq[*parleyv1.Point] {
	if s := t.known(); s != nil {
		return slices.Values(s.points)
	}
	return func(yield func(*parleyv1.Point) bool) { t.walk("", yield) }
}

func (t *Text) walk(parent string, yield func(*parleyv1.Point) bool) bool {
	more := true
	for id := range t.children(parent) {
		p, _ := t.points.Get(id)
		if more = yield(p.point) && (t.nested == 0 || t.walk(id, yield)); !more {
			break
		}
	}
	return more
}

// children yields the ids of the points directly below parent, in order.
func (t *Text) children(parent string) iter.Seq[string] {
	return func(yield func(string) bool) {
		prefix := orderKey(parent, "")
		t.order.Ascend(prefix, func(key, id string) bool {
			return strings.HasPrefix(key, prefix) && yield(id)
		})
	}
}

// rankAt gives a rank for a new child of parent: after the sibling `after`, or first, or last.
func (t *Text) rankAt(parent, after string, first bool) string {
	prefix := orderKey(parent, "")
	var low, high string // ranks on either side; empty for none
	switch {
	case after != "":
		p, _ := t.points.Get(after)
		low = p.rank
		t.order.Ascend(orderKey(parent, low), func(key, _ string) bool {
			if !strings.HasPrefix(key, prefix) {
				return false
			}
			high = key[len(prefix):]
			return high == low // the first step is the sibling itself
		})
		if high == low {
			high = ""
		}
	case first:
		t.order.Ascend(prefix, func(key, _ string) bool {
			if strings.HasPrefix(key, prefix) {
				high = key[len(prefix):]
			}
			return false
		})
	default:
		t.order.Descend(orderKey(parent, "\xff"), func(key, _ string) bool {
			if strings.HasPrefix(key, prefix) {
				low = key[len(prefix):]
			}
			return false
		})
	}
	return rankBetween(low, high)
}

// respace gives the children of a point new, short ranks in the same order, and names them.
func (t *Text) respace(parent string) []string {
	t.forget()
	t.reorder()
	ids := slices.Collect(t.children(parent))
	for _, id := range ids { // all old ranks go first, as a new one may be the old one of another
		p, _ := t.points.Get(id)
		t.order.Delete(orderKey(parent, p.rank))
	}
	rank := ""
	for _, id := range ids {
		p, _ := t.points.Get(id)
		rank = rankBetween(rank, "")
		t.points.Set(id, &placed{point: p.point, rank: rank})
		t.order.Set(orderKey(parent, rank), id)
	}
	return ids
}

// below tells whether a point belongs to another, directly or through others, or is that other.
func (t *Text) below(id, ancestor string) bool {
	for id != "" {
		if id == ancestor {
			return true
		}
		p, ok := t.Point(id)
		if !ok {
			return false
		}
		id = p.GetParent()
	}
	return false
}

// depth counts the points that a point belongs to, itself included.
func (t *Text) depth(id string) int {
	n := 0
	for id != "" && n <= maxDepth {
		n++
		p, _ := t.Point(id)
		id = p.GetParent()
	}
	return n
}

// subtree yields a point and all that belongs to it.
func (t *Text) subtree(id string) []string {
	out := []string{id}
	for i := 0; i < len(out); i++ {
		for child := range t.children(out[i]) {
			out = append(out, child)
		}
	}
	return out
}

// PresentCount is the number of points in the state PRESENT.
func (t *Text) PresentCount() int { return t.present }

package redline

import (
	"math"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// movedPoints tells, by index in new, which points were moved: those that belong to another point now, and of the
// siblings as few as explain the new order (all but a longest run that kept its order). Standing elsewhere only because
// something before was added or struck is no move. The answer is nil if nothing moved.
func (d *differ) movedPoints() []bool {
	if d.inOrder() {
		return nil
	}
	out := make([]bool, len(d.new))
	siblings := map[string][]int{} // parent -> indexes in new, in order
	for j := range d.new {
		switch {
		case !d.placed(j):
		case d.adopted(j):
			out[j] = true
		default:
			siblings[d.new[j].GetParent()] = append(siblings[d.new[j].GetParent()], j)
		}
	}
	for _, js := range siblings {
		places := make([]int, len(js))
		for i, j := range js {
			places[i] = d.pairs[j].Old
		}
		for i, keeps := range d.keeping(js, places) {
			out[js[i]] = !keeps
		}
	}
	return out
}

// keeping tells which of the siblings js kept their places in the old text: of those that were left alone a longest run in
// the old order, and of those that were put elsewhere as many as fit in.
func (d *differ) keeping(js, places []int) []bool {
	if d.known.Replaced == nil {
		return Increasing(places)
	}
	var alone, at []int // the places of those left alone; which of js they are
	for i, j := range js {
		if !d.known.Replaced(d.new[j].GetId()) {
			alone, at = append(alone, places[i]), append(at, i)
		}
	}
	fixed := make([]bool, len(js))
	for i, keeps := range Increasing(alone) {
		fixed[at[i]] = keeps
	}
	return fitting(places, fixed)
}

// fitting marks the fixed members, whose places increase, and a longest run of others whose places fit in between.
func fitting(places []int, fixed []bool) []bool {
	next := make([]int, len(places)) // the place of the next fixed member
	for i, high := len(places)-1, math.MaxInt; i >= 0; i-- {
		if next[i] = high; fixed[i] {
			high = places[i]
		}
	}
	var fit, at []int
	low := -1
	for i, place := range places {
		if low < place && place < next[i] {
			fit, at = append(fit, place), append(at, i)
		}
		if fixed[i] {
			low = place
		}
	}
	out := make([]bool, len(places))
	for i, keeps := range Increasing(fit) {
		out[at[i]] = keeps
	}
	return out
}

// inOrder tells whether nothing moved, which is so for most pairs of texts and quickly seen.
func (d *differ) inOrder() bool {
	last := -1
	for j, m := range d.pairs {
		if m.Old >= 0 && d.old[m.Old] == d.new[j] && m.Old > last {
			last = m.Old
			continue
		}
		if !d.placed(j) {
			continue
		}
		if m.Old < last || d.adopted(j) {
			return false
		}
		last = m.Old
	}
	return true
}

// placed tells whether new point j has a place in both texts.
func (d *differ) placed(j int) bool {
	i := d.pairs[j].Old
	return i >= 0 && !Gone(d.old[i]) && !Gone(d.new[j])
}

// adopted tells whether new point j, which has a place in both texts, belongs to another point than before. One that was
// not recognised by id may belong to what was not recognised at all; that is no news about it.
func (d *differ) adopted(j int) bool {
	was, is := d.old[d.pairs[j].Old].GetParent(), d.new[j].GetParent()
	if was == is {
		return false
	}
	if above, ok := d.newAt(is); ok && d.pairs[above].Old >= 0 {
		return d.old[d.pairs[above].Old].GetId() != was
	}
	return d.pairs[j].How == parleyv1.PointMatch_HOW_ID
}

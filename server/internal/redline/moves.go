package redline

import (
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// movedPoints tells, by index in new, which points were moved: those that belong to another point now, and of the
// siblings as few as explain the new order (all but a longest run that kept its order). Standing elsewhere only because
// something before was added or struck is no move.
func movedPoints(old, new []*parleyv1.Point, pairs []Match) map[int]bool {
	out := map[int]bool{}
	siblings := map[string][]int{} // parent -> indexes in new, in order
	for j, m := range pairs {
		if m.Old < 0 || goneState(new[j]) || goneState(old[m.Old]) {
			continue
		}
		if m.How == parleyv1.PointMatch_HOW_ID && old[m.Old].GetParent() != new[j].GetParent() {
			out[j] = true
			continue
		}
		siblings[new[j].GetParent()] = append(siblings[new[j].GetParent()], j)
	}
	for _, js := range siblings {
		places := make([]int, len(js))
		for i, j := range js {
			places[i] = pairs[j].Old
		}
		for i, keeps := range Increasing(places) {
			if !keeps {
				out[js[i]] = true
			}
		}
	}
	return out
}

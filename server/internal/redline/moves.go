package redline

import (
	"slices"
	"sort"

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
		keep := increasing(js, func(j int) int { return pairs[j].Old })
		for _, j := range js {
			if !keep[j] {
				out[j] = true
			}
		}
	}
	return out
}

// increasing gives the members of a longest subsequence whose values increase.
func increasing(items []int, value func(int) int) map[int]bool {
	sorted := slices.IsSortedFunc(items, func(a, b int) int { return value(a) - value(b) })
	keep := make(map[int]bool, len(items))
	if sorted {
		for _, it := range items {
			keep[it] = true
		}
		return keep
	}
	var ends []int // index into items of the smallest end of a run of each length
	prev := make([]int, len(items))
	for i, it := range items {
		n := sort.Search(len(ends), func(k int) bool { return value(items[ends[k]]) >= value(it) })
		prev[i] = -1
		if n > 0 {
			prev[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	for i := ends[len(ends)-1]; i >= 0; i = prev[i] {
		keep[items[i]] = true
	}
	return keep
}

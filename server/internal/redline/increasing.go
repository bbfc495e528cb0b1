package redline

import (
	"cmp"
	"slices"
)

// Increasing marks the members of a longest strictly increasing subsequence: what may stay where it is when things are
// put in another order, so that as few as possible have to move. It takes O(n log n).
func Increasing[T cmp.Ordered](values []T) []bool {
	var ends []int // index of the smallest end of a run of each length
	before := make([]int, len(values))
	for i, v := range values {
		n, _ := slices.BinarySearchFunc(ends, v, func(end int, v T) int { return cmp.Compare(values[end], v) })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	keep := make([]bool, len(values))
	if len(ends) == 0 {
		return keep
	}
	for i := ends[len(ends)-1]; i >= 0; i = before[i] {
		keep[i] = true
	}
	return keep
}

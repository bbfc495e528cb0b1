package redline

import "slices"

// maxEdits bounds the work and memory of one comparison: texts that differ in more words than this are so different that
// a finer answer would not be read.
const maxEdits = 1500

// common finds a longest common subsequence of two lists of words, as pairs of indexes, by Myers' greedy algorithm:
// time and memory grow with the square of the number of differing words, which maxEdits bounds. Beyond it the lists are
// taken to have nothing in common.
func common(a, b []string) [][2]int {
	limit := min(len(a)+len(b), maxEdits)
	v := map[int]int{1: 0}
	var trace [][]int // per number of edits d: the furthest x on diagonals -d..d
	for d := 0; d <= limit; d++ {
		row := make([]int, 2*d+1)
		for k := -d; k <= d; k += 2 {
			x := 0
			if k == -d || k != d && v[k-1] < v[k+1] {
				x = v[k+1]
			} else {
				x = v[k-1] + 1
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			v[k] = x
			row[k+d] = x
			if x >= len(a) && x-k >= len(b) {
				return backtrack(append(trace, row), a, b)
			}
		}
		trace = append(trace, row)
	}
	return nil
}

// backtrack walks the furthest-reaching paths back from the end and collects the equal steps.
func backtrack(trace [][]int, a, b []string) [][2]int {
	var out [][2]int
	x, y := len(a), len(b)
	for d := len(trace) - 1; d >= 0; d-- {
		k := x - y
		px, py := 0, 0
		if d > 0 {
			at := func(k int) int {
				if k < -(d-1) || k > d-1 {
					return -1
				}
				return trace[d-1][k+d-1]
			}
			pk := k - 1
			if k == -d || k != d && at(k-1) < at(k+1) {
				pk = k + 1
			}
			px, py = at(pk), at(pk)-pk
		}
		for x > px && y > py && a[x-1] == b[y-1] {
			x, y = x-1, y-1
			out = append(out, [2]int{x, y})
		}
		x, y = px, py
	}
	slices.Reverse(out)
	return out
}

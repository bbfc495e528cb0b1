package redline

import (
	"math"
	"slices"
)

// Bounds of the search for what two lists of words have in common.
const (
	// maxEdits is how many differing words one search follows exactly.
	maxEdits = 4096
	// minEdits is the same for the longest texts.
	minEdits = 32
	// searchSteps is how many steps the searches of one comparison take together, about: longer texts are searched less
	// deeply.
	searchSteps = 1 << 25
)

// script finds a longest common subsequence of two lists of words by the linear-space algorithm of Myers ("An O(ND)
// difference algorithm and its variations", 1986, section 4b): it searches from both ends until the paths meet, which
// divides the problem in two. It takes memory in proportion to the lists, and time in proportion to their length times
// the number of differences.
//
// A search that has followed `edits` differences without meeting goes on from the furthest point that it reached. Then
// what is found may not be the longest, but is still common to both; and the time grows with the length times `edits`,
// however different the lists are.
type script struct {
	a, b     []int32
	onlyA    []bool // what the script takes out: the rest of a is, word for word, the rest of b
	onlyB    []bool
	forward  []int32 // by diagonal x-y (plus len(b)+1): the furthest x that paths from the beginning reach
	backward []int32 // the same, from the end
	edits    int
}

// run marks the words of a and of b that are not in their common subsequence. The marks are valid until the next run.
func (s *script) run(a, b []int32, edits int) (onlyA, onlyB []bool) {
	diagonals := len(a) + len(b) + 3
	*s = script{
		a: a, b: b, onlyA: again(s.onlyA, len(a)), onlyB: again(s.onlyB, len(b)),
		forward: again(s.forward, diagonals), backward: again(s.backward, diagonals), edits: edits,
	}
	s.compare(0, len(a), 0, len(b))
	return s.onlyA, s.onlyB
}

// again makes n zeros of a list that is no longer needed.
func again[E any](list []E, n int) []E {
	list = slices.Grow(list[:0], n)[:n]
	clear(list)
	return list
}

// editsFor says how deep to search in lists of n words together.
func editsFor(n int) int { return min(maxEdits, max(minEdits, searchSteps/max(n, 1))) }

// compare works on a[a0:a1] and b[b0:b1]. It calls itself for the smaller part, so that calls nest no deeper than the
// logarithm of the length.
func (s *script) compare(a0, a1, b0, b1 int) {
	for {
		for a0 < a1 && b0 < b1 && s.a[a0] == s.b[b0] {
			a0, b0 = a0+1, b0+1
		}
		for a0 < a1 && b0 < b1 && s.a[a1-1] == s.b[b1-1] {
			a1, b1 = a1-1, b1-1
		}
		if a0 == a1 || b0 == b1 {
			mark(s.onlyA[a0:a1])
			mark(s.onlyB[b0:b1])
			return
		}
		x, y := s.meet(a0, a1, b0, b1)
		if x-a0+y-b0 < a1-x+b1-y {
			s.compare(a0, x, b0, y)
			a0, b0 = x, y
		} else {
			s.compare(x, a1, y, b1)
			a1, b1 = x, y
		}
	}
}

func mark(list []bool) {
	for i := range list {
		list[i] = true
	}
}

// reach is how far paths from one end have come: the diagonals that they are on.
type reach struct{ low, high int }

// widen lets paths take one more edit: one diagonal more on either side, but none that leaves the rectangle. It blocks
// the diagonals beyond with the given value.
func (r *reach) widen(furthest []int32, base, lowest, highest int, blocked int32) {
	if r.low > lowest {
		r.low--
		furthest[base+r.low-1] = blocked
	} else {
		r.low++
	}
	if r.high < highest {
		r.high++
		furthest[base+r.high+1] = blocked
	} else {
		r.high--
	}
}

// meet finds a point on a shortest path through the rectangle, or a good one if that takes too many edits. It is neither
// corner.
func (s *script) meet(a0, a1, b0, b1 int) (x, y int) {
	base, start, finish := len(s.b)+1, a0-b0, a1-b1
	ahead, back := reach{start, start}, reach{finish, finish}
	s.forward[base+start], s.backward[base+finish] = int32(a0), int32(a1)
	odd := (start-finish)%2 != 0
	for edits := 1; ; edits++ {
		ahead.widen(s.forward, base, a0-b1, a1-b0, -1)
		for d := ahead.high; d >= ahead.low; d -= 2 {
			x := int(max(s.forward[base+d-1]+1, s.forward[base+d+1]))
			for x < a1 && x-d < b1 && s.a[x] == s.b[x-d] {
				x++
			}
			s.forward[base+d] = int32(x)
			if odd && back.low <= d && d <= back.high && int(s.backward[base+d]) <= x {
				return x, x - d
			}
		}
		back.widen(s.backward, base, a0-b1, a1-b0, math.MaxInt32)
		for d := back.high; d >= back.low; d -= 2 {
			x := int(min(s.backward[base+d-1], s.backward[base+d+1]-1))
			for x > a0 && x-d > b0 && s.a[x-1] == s.b[x-d-1] {
				x--
			}
			s.backward[base+d] = int32(x)
			if !odd && ahead.low <= d && d <= ahead.high && x <= int(s.forward[base+d]) {
				return x, x - d
			}
		}
		if edits >= s.edits {
			return s.furthest(ahead, back, a0, a1, b0, b1)
		}
	}
}

// furthest gives the point that paths from either end came to with most words behind them.
func (s *script) furthest(ahead, back reach, a0, a1, b0, b1 int) (x, y int) {
	base, most := len(s.b)+1, -1
	for d := ahead.low; d <= ahead.high; d += 2 {
		fx := min(int(s.forward[base+d]), a1, b1+d)
		if done := fx - a0 + fx - d - b0; done > most {
			most, x, y = done, fx, fx-d
		}
	}
	for d := back.low; d <= back.high; d += 2 {
		bx := max(int(s.backward[base+d]), a0, b0+d)
		if done := a1 - bx + b1 - (bx - d); done > most {
			most, x, y = done, bx, bx-d
		}
	}
	return x, y
}

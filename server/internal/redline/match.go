package redline

import (
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Match says which old point a new point is: Old is its index, or -1.
type Match struct {
	Old        int
	How        parleyv1.PointMatch_How
	Similarity float64
}

// MatchPoints finds for each new point the old one it is: by id; without an id by wording, points that are worded alike
// in their order; then by likeness, best pairs first. Each old point is used once. Points that are gone are found by id
// or by wording alone. A digest that a point bears is believed.
func MatchPoints(old, new []*parleyv1.Point) []Match {
	m := newMatcher(old, new)
	m.matchIDs()
	m.matchRest(
		func(*parleyv1.Point) bool { return true },
		func(p *parleyv1.Point) bool { return p.GetId() == "" })
	return m.out
}

// matcher pairs the points of two texts, one to one.
type matcher struct {
	old, new []*parleyv1.Point
	out      []Match // by index in new
	used     []bool  // by index in old
	left     int     // how many in old are not used
}

func newMatcher(old, new []*parleyv1.Point) *matcher {
	m := &matcher{old: old, new: new, out: make([]Match, len(new)), used: make([]bool, len(old)), left: len(old)}
	for j := range m.out {
		m.out[j] = Match{Old: -1, How: parleyv1.PointMatch_HOW_NEW}
	}
	return m
}

func (m *matcher) pair(i, j int, how parleyv1.PointMatch_How, similarity float64) {
	m.out[j], m.used[i] = Match{Old: i, How: how, Similarity: similarity}, true
	m.left--
}

// matchIDs pairs the points with the same id, or that are one and the same in memory. Most texts are compared with one that they were made from, so it begins at
// both ends and needs an index of the rest only.
func (m *matcher) matchIDs() {
	const how = parleyv1.PointMatch_HOW_ID
	same := func(i, j int) bool {
		return m.old[i] == m.new[j] || m.old[i].GetId() == m.new[j].GetId() && m.old[i].GetId() != ""
	}
	head, ends := 0, min(len(m.old), len(m.new))
	for ; head < ends && same(head, head); head++ {
		m.pair(head, head, how, 0)
	}
	i, j := len(m.old), len(m.new)
	for ; i > head && j > head && same(i-1, j-1); i, j = i-1, j-1 {
		m.pair(i-1, j-1, how, 0)
	}
	if i == head || j == head {
		return
	}
	index := make(map[string]int, i-head)
	for k := head; k < i; k++ {
		index[m.old[k].GetId()] = k
	}
	for k := head; k < j; k++ {
		if at, ok := index[m.new[k].GetId()]; ok && m.new[k].GetId() != "" && !m.used[at] {
			m.pair(at, k, how, 0)
		}
	}
}

// matchRest pairs the points that have no partner yet, and that may be paired so, by what they say.
func (m *matcher) matchRest(oldToo, newToo func(*parleyv1.Point) bool) {
	var old, new []int
	for i, p := range m.old {
		if m.left > 0 && !m.used[i] && oldToo(p) {
			old = append(old, i)
		}
	}
	for j, p := range m.new {
		if len(old) > 0 && m.out[j].Old < 0 && newToo(p) {
			new = append(new, j)
		}
	}
	if len(old) == 0 || len(new) == 0 {
		return
	}
	m.matchWordings(old, new)
	m.matchLikenesses(m.open(old, new))
}

// open gives which of the points have no partner and are in the text.
func (m *matcher) open(old, new []int) (stillOld, stillNew []int) {
	for _, i := range old {
		if !m.used[i] && !Gone(m.old[i]) {
			stillOld = append(stillOld, i)
		}
	}
	for _, j := range new {
		if m.out[j].Old < 0 && !Gone(m.new[j]) {
			stillNew = append(stillNew, j)
		}
	}
	return stillOld, stillNew
}

// matchWordings pairs points with the same digest. Where several have it, the neighbours of pairs are taken first, so
// that what stands in its old place is not mistaken for its double; the others are taken in order.
func (m *matcher) matchWordings(old, new []int) {
	w := wordings{matcher: m, old: make([]string, len(m.old)), new: make([]string, len(m.new)), spare: map[string][]int{}}
	for _, away := range []bool{false, true} { // what is in the text before what is not
		for _, i := range old {
			if Gone(m.old[i]) == away {
				w.old[i] = digestOf(m.old[i])
				w.spare[w.old[i]] = append(w.spare[w.old[i]], i)
			}
		}
	}
	claims := map[string]int{}
	for _, j := range new {
		w.new[j] = digestOf(m.new[j])
		claims[w.new[j]]++
	}
	for _, j := range new {
		if list := w.spare[w.new[j]]; len(list) == 1 && claims[w.new[j]] == 1 {
			w.pair(list[0], j)
		}
	}
	for j := 1; j < len(m.new); j++ {
		w.pairNeighbour(j-1, j, 1)
	}
	for j := len(m.new) - 1; j > 0; j-- {
		w.pairNeighbour(j, j-1, -1)
	}
	for _, j := range new {
		list := w.spare[w.new[j]]
		for len(list) > 0 && m.used[list[0]] {
			list = list[1:]
		}
		w.spare[w.new[j]] = list
		if len(list) > 0 {
			w.pair(list[0], j)
		}
	}
}

// wordings are the digests of the points that may be paired by them, "" for all others.
type wordings struct {
	*matcher
	old, new []string
	spare    map[string][]int // by digest: indexes in old, in the order of taking
}

func (w *wordings) pair(i, j int) {
	if w.new[j] != "" && w.out[j].Old < 0 && !w.used[i] {
		w.matcher.pair(i, j, parleyv1.PointMatch_HOW_DIGEST, 0)
	}
}

// pairNeighbour pairs new point j, which stands beside `paired`, with the old point that stands on that side of its
// partner, if both are worded alike.
func (w *wordings) pairNeighbour(paired, j, side int) {
	i := w.out[paired].Old + side
	if w.out[paired].Old >= 0 && i >= 0 && i < len(w.old) && w.old[i] == w.new[j] {
		w.pair(i, j)
	}
}

func digestOf(p *parleyv1.Point) string {
	if p.GetDigest() != "" {
		return p.GetDigest()
	}
	return Digest(p)
}

// inText tells whether a point has its wording in the text.
func inText(p *parleyv1.Point) bool {
	return p.GetState() == parleyv1.Point_STATE_PRESENT || p.GetState() == parleyv1.Point_STATE_UNSPECIFIED
}

// Gone tells whether a point is out of the text. One that is deferred, or of which the record does not know what became,
// is not: it has a place without wording.
func Gone(p *parleyv1.Point) bool {
	switch p.GetState() {
	case parleyv1.Point_STATE_STRUCK, parleyv1.Point_STATE_MOVED, parleyv1.Point_STATE_SUPERSEDED:
		return true
	}
	return false
}

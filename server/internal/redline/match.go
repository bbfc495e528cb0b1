package redline

import (
	"slices"

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
	leftOld  []int   // those that no id pairs, in order
	leftNew  []int
}

func newMatcher(old, new []*parleyv1.Point) *matcher {
	return &matcher{old: old, new: new, out: make([]Match, len(new)), used: make([]bool, len(old))}
}

func (m *matcher) pair(i, j int, how parleyv1.PointMatch_How, similarity float64) {
	m.out[j], m.used[i] = Match{Old: i, How: how, Similarity: similarity}, true
}

// matchIDs pairs the points with the same id, or that are one and the same in memory. Most texts are compared with one that they
// were made from, so it goes through both side by side, and needs an index only of what it had to pass over.
func (m *matcher) matchIDs() {
	i, j := 0, 0
	pass := func(oldToo, newToo int) {
		for range oldToo {
			m.leftOld, i = append(m.leftOld, i), i+1
		}
		for range newToo {
			m.leftNew, j = append(m.leftNew, j), j+1
		}
	}
	for i < len(m.old) && j < len(m.new) {
		if m.same(i, j) {
			m.pair(i, j, parleyv1.PointMatch_HOW_ID, 0)
			i, j = i+1, j+1
		} else {
			pass(m.next(i, j))
		}
	}
	pass(len(m.old)-i, len(m.new)-j)
	m.matchLeft()
}

// matchLeft pairs by their ids those that matchIDs passed over. What is left then has none in common.
func (m *matcher) matchLeft() {
	index := make(map[string]int, len(m.leftOld))
	for _, i := range m.leftOld {
		index[m.old[i].GetId()] = i
	}
	for _, j := range m.leftNew {
		m.out[j] = Match{Old: -1, How: parleyv1.PointMatch_HOW_NEW}
		if i, ok := index[m.new[j].GetId()]; ok && m.new[j].GetId() != "" && !m.used[i] {
			m.pair(i, j, parleyv1.PointMatch_HOW_ID, 0)
		}
	}
	m.leftOld = slices.DeleteFunc(m.leftOld, func(i int) bool { return m.used[i] })
	m.leftNew = slices.DeleteFunc(m.leftNew, func(j int) bool { return m.out[j].Old >= 0 })
}

// same tells whether an old point and a new one are the same by their ids.
func (m *matcher) same(i, j int) bool {
	return m.old[i] == m.new[j] || m.old[i].GetId() == m.new[j].GetId() && m.old[i].GetId() != ""
}

// next tells how many old or new points to pass over, where two are not the same, to come to two that are; one of both, if these
// are not near.
func (m *matcher) next(i, j int) (old, new int) {
	const near = 8
	for d := 1; d <= near; d++ {
		if i+d < len(m.old) && m.same(i+d, j) {
			return d, 0
		}
		if j+d < len(m.new) && m.same(i, j+d) {
			return 0, d
		}
	}
	return 1, 1
}

// matchRest pairs the points that have no partner yet, and that may be paired so, by what they say.
func (m *matcher) matchRest(oldToo, newToo func(*parleyv1.Point) bool) {
	var old, new []int
	for _, i := range m.leftOld {
		if oldToo(m.old[i]) {
			old = append(old, i)
		}
	}
	for _, j := range m.leftNew {
		if len(old) > 0 && newToo(m.new[j]) {
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
	w := wordings{matcher: m, indexes: old, old: make([]string, len(old)), new: make([]string, len(new)), spare: map[string][]int{}}
	for _, away := range []bool{false, true} { // what is in the text before what is not
		for k, i := range old {
			if Gone(m.old[i]) != away {
				continue
			}
			if w.old[k] = digestOf(m.old[i]); w.old[k] != "" {
				w.spare[w.old[k]] = append(w.spare[w.old[k]], i)
			}
		}
	}
	claims := map[string]int{}
	for k, j := range new {
		w.new[k] = digestOf(m.new[j])
		claims[w.new[k]]++
	}
	for k, j := range new {
		if list := w.spare[w.new[k]]; len(list) == 1 && claims[w.new[k]] == 1 {
			w.pair(list[0], j)
		}
	}
	for k, j := range new {
		w.pairNeighbour(j-1, j, w.new[k])
	}
	for k, j := range slices.Backward(new) {
		w.pairNeighbour(j+1, j, w.new[k])
	}
	for k, j := range new {
		list := w.spare[w.new[k]]
		for len(list) > 0 && m.used[list[0]] {
			list = list[1:]
		}
		w.spare[w.new[k]] = list
		if len(list) > 0 {
			w.pair(list[0], j)
		}
	}
}

// wordings are the digests of the points that may be paired by them, "" for those without words.
type wordings struct {
	*matcher
	indexes  []int            // of those in old, in order
	old, new []string         // the digests
	spare    map[string][]int // by digest: indexes in old, in the order of taking
}

func (w *wordings) pair(i, j int) {
	if w.out[j].Old < 0 && !w.used[i] {
		w.matcher.pair(i, j, parleyv1.PointMatch_HOW_DIGEST, 0)
	}
}

// pairNeighbour pairs new point j, which stands beside `paired` and has that digest, with the old point that stands on that side of
// its partner, if both are worded alike.
func (w *wordings) pairNeighbour(paired, j int, digest string) {
	if digest == "" || paired < 0 || paired >= len(w.out) || w.out[paired].Old < 0 {
		return
	}
	i := w.out[paired].Old + j - paired
	if k, ok := slices.BinarySearch(w.indexes, i); ok && w.old[k] == digest {
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

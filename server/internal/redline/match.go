package redline

import (
	"cmp"
	"slices"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Match says which old point a new point is: Old is its index, or -1.
type Match struct {
	Old        int
	How        parleyv1.PointMatch_How
	Similarity float64
}

// threshold is the least likeness of two wordings that are taken for the same point.
const threshold = 0.5

// MatchPoints finds for each new point the old one it is: by id; without an id by wording; then by likeness, best pairs first.
// Each old point is used once. Points that are gone are found by id or by wording alone.

func MatchPoints(old, new []*parleyv1.Point) []Match {
	out := make([]Match, len(new))
	used := make([]bool, len(old))
	byID := make(map[string]int, len(old))
	for i, p := range old {
		byID[p.GetId()] = i
	}
	for j, p := range new {
		out[j] = Match{Old: -1, How: parleyv1.PointMatch_HOW_NEW}
		if i, ok := byID[p.GetId()]; ok && p.GetId() != "" && !used[i] {
			out[j], used[i] = Match{Old: i, How: parleyv1.PointMatch_HOW_ID}, true
		}
	}
	matchDigests(old, new, out, used)
	matchSimilar(old, new, out, used)
	return out
}

func matchDigests(old, new []*parleyv1.Point, out []Match, used []bool) {
	byDigest := map[string][]int{}
	for i, p := range old {
		if d := digestOf(p); !used[i] && d != "" {
			byDigest[d] = append(byDigest[d], i)
		}
	}
	for j, p := range new {
		if out[j].Old >= 0 || p.GetId() != "" {
			continue
		}
		d := Digest(p)
		if list := byDigest[d]; d != "" && len(list) > 0 {
			out[j], used[list[0]] = Match{Old: list[0], How: parleyv1.PointMatch_HOW_DIGEST}, true
			byDigest[d] = list[1:]
		}
	}
}

func digestOf(p *parleyv1.Point) string {
	if p.GetDigest() != "" {
		return p.GetDigest()
	}
	return Digest(p)
}

// matchSimilar pairs what is left by likeness. An index from words to points keeps it from comparing all with all.
func matchSimilar(old, new []*parleyv1.Point, out []Match, used []bool) {
	index := map[string][]int{}
	bags := map[int]map[string]int{}
	for i, p := range old {
		if used[i] || p.GetDigest() == "" && p.GetText() == "" {
			continue
		}
		bags[i] = bag(p)
		for w := range bags[i] {
			index[w] = append(index[w], i)
		}
	}
	type pair struct {
		i, j int
		s    float64
	}
	var pairs []pair
	for j, p := range new {
		if out[j].Old >= 0 || p.GetId() != "" {
			continue
		}
		b := bag(p)
		seen := map[int]bool{}
		for w := range b {
			if len(index[w]) > 1000 { // a word that many points share tells nothing
				continue
			}
			for _, i := range index[w] {
				if seen[i] {
					continue
				}
				seen[i] = true
				if s := dice(bags[i], b); s >= threshold {
					pairs = append(pairs, pair{i, j, s})
				}
			}
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.s, a.s), cmp.Compare(a.j, b.j), cmp.Compare(a.i, b.i))
	})
	for _, p := range pairs {
		if !used[p.i] && out[p.j].Old < 0 {
			out[p.j], used[p.i] = Match{Old: p.i, How: parleyv1.PointMatch_HOW_SIMILARITY, Similarity: p.s}, true
		}
	}
}

// bag counts the words of a point, without regard to case.
func bag(p *parleyv1.Point) map[string]int {
	out := map[string]int{}
	add := func(s string) {
		for _, w := range split(strings.ToLower(canonical(s))) {
			if strings.TrimSpace(w) != "" {
				out[w]++
			}
		}
	}
	add(p.GetHeading())
	add(p.GetText())
	for _, a := range p.GetAlternatives() {
		add(a.GetText())
	}
	return out
}

// dice is the share of common words of two bags: 0 for none, 1 for the same words.
func dice(a, b map[string]int) float64 {
	both, all := 0, 0
	for w, n := range a {
		both += min(n, b[w])
		all += n
	}
	for _, n := range b {
		all += n
	}
	if all == 0 {
		return 0
	}
	return 2 * float64(both) / float64(all)
}

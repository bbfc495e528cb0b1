package redline

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/text/unicode/norm"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Bounds of the search for points that resemble each other.
const (
	// threshold is the least likeness of two wordings that are taken for the same point.
	threshold = 0.5
	// mostOfWord is how many of the points that have a word are looked at because of it: those nearest in place.
	mostOfWord = 64
	// mostLooks is how often a new point looks at an old one because of a word they share, the rarest words first.
	mostLooks = 1024
	// mostCompared is how many old points a new one is compared with: those that share most with it at a look.
	mostCompared = 24
)

// likeness finds points that resemble each other. It compares a new point only with the old ones that share its rarest
// words, so that the work grows with the number of points and not with its square.
type likeness struct {
	numbers  map[string]int32
	old, new []profile
	holders  [][]int32 // by word: the old points that have it, as indexes in old
	weights  []float64 // by word: the rarer, the more it counts

	// What candidates works with; kept from one call to the next.
	seen   []float64 // by old point: the weight of the shared words that were looked at
	found  []int32   // the old points that share one
	rarest bag
}

// profile is what is compared of a point. Points that have only a heading are compared by it alone.
type profile struct {
	index    int // in the matcher's list
	heading  bag
	whole    bag
	wordless bool // deferred, or not known
}

// bag is the words of a text, without regard to case and order: sorted by number.
type bag []counted

type counted struct{ word, times int32 }

// matchLikenesses pairs the best resembling points among those given by their indexes.
func (m *matcher) matchLikenesses(old, new []int) {
	if len(old) == 0 || len(new) == 0 {
		return
	}
	l := &likeness{numbers: map[string]int32{}}
	l.old, l.new = l.profiles(m.old, old), l.profiles(m.new, new)
	l.indexWords()
	for _, p := range l.pairs() {
		i, j := l.old[p.old].index, l.new[p.new].index
		if !m.used[i] && m.out[j].Old < 0 {
			m.pair(i, j, parleyv1.PointMatch_HOW_SIMILARITY, p.similarity)
		}
	}
}

func (l *likeness) profiles(points []*parleyv1.Point, at []int) []profile {
	out := make([]profile, len(at))
	for k, i := range at {
		p := points[i]
		texts := []string{p.GetHeading(), p.GetText()}
		for _, a := range p.GetAlternatives() {
			texts = append(texts, a.GetText())
		}
		out[k] = profile{index: i, heading: l.bag(p.GetHeading()), whole: l.bag(texts...), wordless: !inText(p)}
	}
	return out
}

// bag counts the words of texts. Marks are no words.
func (l *likeness) bag(texts ...string) bag {
	var all []int32
	for _, text := range texts {
		for w := words.FromString(strings.ToLower(norm.NFC.String(text))); w.Next(); {
			if word := w.Value(); weigh(word) > 0 {
				n, known := l.numbers[word]
				if !known {
					n = int32(len(l.numbers))
					l.numbers[strings.Clone(word)] = n
				}
				all = append(all, n)
			}
		}
	}
	slices.Sort(all)
	var out bag
	for _, n := range all {
		if k := len(out); k > 0 && out[k-1].word == n {
			out[k-1].times++
		} else {
			out = append(out, counted{n, 1})
		}
	}
	return out
}

// indexWords finds who has which word, and weighs the words: those that most points of a text share count little. Where
// there are few points that is not known, and all words count much the same.
func (l *likeness) indexWords() {
	const (
		least = 0.1 // weight of what all share
		extra = 3   // points that are taken to be there and to share everything
	)
	l.holders, l.weights = make([][]int32, len(l.numbers)), make([]float64, len(l.numbers))
	for k, p := range l.old {
		for _, c := range p.whole {
			l.holders[c.word] = append(l.holders[c.word], int32(k))
		}
	}
	inNew := make([]int32, len(l.numbers))
	for _, p := range l.new {
		for _, c := range p.whole {
			inNew[c.word]++
		}
	}
	for word, list := range l.holders {
		share := max(float64(len(list)+extra)/float64(len(l.old)+extra), float64(inNew[word]+extra)/float64(len(l.new)+extra))
		l.weights[word] = least - math.Log(share)
	}
}

// likePair is two profiles by their indexes in likeness.
type likePair struct {
	old, new   int
	similarity float64
}

// pairs gives resembling points, the best first; of equally good ones the first in the texts.
func (l *likeness) pairs() []likePair {
	var out []likePair
	l.seen = make([]float64, len(l.old))
	for j := range l.new {
		for _, i := range l.candidates(j) {
			if s := l.similarity(&l.old[i], &l.new[j]); s >= threshold {
				out = append(out, likePair{int(i), j, s})
			}
		}
	}
	slices.SortFunc(out, func(a, b likePair) int {
		return cmp.Or(cmp.Compare(b.similarity, a.similarity), cmp.Compare(a.new, b.new), cmp.Compare(a.old, b.old))
	})
	return out
}

// candidates gives the old points that seem to have most in common with new point j, the nearest of equals.
func (l *likeness) candidates(j int) []int32 {
	l.rarest = append(l.rarest[:0], l.new[j].whole...)
	slices.SortStableFunc(l.rarest, func(a, b counted) int {
		return cmp.Compare(len(l.holders[a.word]), len(l.holders[b.word]))
	})
	place := int32(j * len(l.old) / len(l.new))
	l.found = l.found[:0]
	looks := 0
	for _, c := range l.rarest {
		for _, i := range nearest(l.holders[c.word], place) {
			if l.seen[i] == 0 {
				l.found = append(l.found, i)
			}
			l.seen[i] += l.weights[c.word]
			looks++
		}
		if looks >= mostLooks {
			break
		}
	}
	apart := func(i int32) int32 { return max(i-place, place-i) }
	better := func(a, b int32) int {
		return cmp.Or(cmp.Compare(l.seen[b], l.seen[a]), cmp.Compare(apart(a), apart(b)), cmp.Compare(a, b))
	}
	var best []int32 // the better the earlier
	for _, i := range l.found {
		if len(best) == mostCompared && better(i, best[len(best)-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, i, better)
		best = slices.Insert(best, at, i)
		best = best[:min(len(best), mostCompared)]
	}
	for _, i := range l.found {
		l.seen[i] = 0
	}
	return best
}

// nearest gives the mostOfWord members of a sorted list around a value.
func nearest(list []int32, value int32) []int32 {
	if len(list) <= mostOfWord {
		return list
	}
	at, _ := slices.BinarySearch(list, value)
	from := min(max(at-mostOfWord/2, 0), len(list)-mostOfWord)
	return list[from : from+mostOfWord]
}

// similarity is the share of common words in both wordings, from 0 for none to 1 for the same words. What few points
// say counts for more than what all do.
func (l *likeness) similarity(old, new *profile) float64 {
	a, b := old.whole, new.whole
	if old.wordless != new.wordless {
		a, b = old.heading, new.heading
	}
	both, all := 0.0, 0.0
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case j == len(b) || i < len(a) && a[i].word < b[j].word:
			all += l.weights[a[i].word] * float64(a[i].times)
			i++
		case i == len(a) || b[j].word < a[i].word:
			all += l.weights[b[j].word] * float64(b[j].times)
			j++
		default:
			w := l.weights[a[i].word]
			both += 2 * w * float64(min(a[i].times, b[j].times))
			all += w * float64(a[i].times+b[j].times)
			i, j = i+1, j+1
		}
	}
	if all == 0 {
		return 0
	}
	return both / all
}

package redline

import (
	"slices"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// compareAlternatives tells which rival wordings were added, taken out or changed.
func (d *differ) compareAlternatives(old, new []*parleyv1.Alternative) []*parleyv1.AlternativeDiff {
	var out []*parleyv1.AlternativeDiff
	left := slices.Clone(old)
	for j, x := range pairAlternatives(old, new) {
		y := new[j]
		left = slices.DeleteFunc(left, func(o *parleyv1.Alternative) bool { return o == x })
		if x == nil || x.GetLabel() != y.GetLabel() || x.GetText() != y.GetText() {
			out = append(out, &parleyv1.AlternativeDiff{OldLabel: x.GetLabel(), NewLabel: y.GetLabel(), Text: d.words.Words(x.GetText(), y.GetText())})
		}
	}
	for _, x := range left {
		out = append(out, &parleyv1.AlternativeDiff{OldLabel: x.GetLabel(), Text: d.words.Words(x.GetText(), "")})
	}
	return out
}

// pairAlternatives finds for each new alternative the old one it is, or nil: the same wording under the same mark, then
// under another one (marks are numbers, and change like them), then another wording under the same mark, then a
// resembling one.
func pairAlternatives(old, new []*parleyv1.Alternative) []*parleyv1.Alternative {
	out := make([]*parleyv1.Alternative, len(new))
	used := map[*parleyv1.Alternative]bool{}
	pair := func(fits func(x, y *parleyv1.Alternative) bool) {
		for j, y := range new {
			for _, x := range old {
				if out[j] == nil && !used[x] && fits(x, y) {
					out[j], used[x] = x, true
				}
			}
		}
	}
	sameMark := func(x, y *parleyv1.Alternative) bool { return x.GetLabel() == y.GetLabel() }
	sameWords := func(x, y *parleyv1.Alternative) bool { return x.GetText() == y.GetText() }
	pair(func(x, y *parleyv1.Alternative) bool { return sameMark(x, y) && sameWords(x, y) })
	pair(sameWords)
	pair(sameMark)
	points := func(list []*parleyv1.Alternative, paired func(i int) bool) (out []*parleyv1.Point, from []int) {
		for i, a := range list {
			if !paired(i) {
				out, from = append(out, &parleyv1.Point{Text: a.GetText()}), append(from, i)
			}
		}
		return out, from
	}
	restOld, fromOld := points(old, func(i int) bool { return used[old[i]] })
	restNew, fromNew := points(new, func(j int) bool { return out[j] != nil })
	for k, m := range MatchPoints(restOld, restNew) {
		if m.Old >= 0 {
			out[fromNew[k]] = old[fromOld[m.Old]]
		}
	}
	return out
}

// annotated tells whether anything but wording, number and place differs.
func annotated(a, b *parleyv1.Point) bool {
	if a.GetNote() != b.GetNote() || a.GetTopic() != b.GetTopic() || !sameSet(a.GetObliges(), b.GetObliges()) || !sameTerms(a.GetTerms(), b.GetTerms()) {
		return true
	}
	return !slices.EqualFunc(a.GetAlternatives(), b.GetAlternatives(), func(x, y *parleyv1.Alternative) bool {
		return x.GetLabel() == y.GetLabel() && x.GetNote() == y.GetNote() && sameTerms(x.GetTerms(), y.GetTerms()) &&
			sameSet(x.GetProponents(), y.GetProponents()) && sameSet(x.GetOpponents(), y.GetOpponents())
	})
}

func sameTerms(a, b []*parleyv1.Term) bool {
	return slices.EqualFunc(a, b, func(x, y *parleyv1.Term) bool { return proto.Equal(x, y) })
}

func sameSet(a, b []string) bool {
	return slices.Equal(a, b) || slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

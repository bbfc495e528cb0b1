package redline

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Diff compares two texts, each in reading order with gone points in place. It answers the points to which something
// happened, in the reading order of the new text; points that only the old text has follow the point they followed
// there. The answer shares the points with its arguments.
func Diff(old, new []*parleyv1.Point) ([]*parleyv1.PointDiff, *parleyv1.DiffSummary) {
	return DiffKnowing(old, new, Known{})
}

// Known is what somebody knows beforehand of two texts that are compared; the zero Known is nothing.
type Known struct {
	// Replaced tells which points were put elsewhere: these are said to have moved rather than others, where either would explain
	// the new order.
	Replaced func(id string) bool
	// Reworded gives the script from an older text of a point to that in the new text, by whatever means are quicker than the
	// comparer.
	Reworded func(c *Comparer, id, was string) Script
}

// DiffKnowing is Diff for who knows more than the texts say.
func DiffKnowing(old, new []*parleyv1.Point, known Known) ([]*parleyv1.PointDiff, *parleyv1.DiffSummary) {
	d := &differ{old: old, new: new, known: known}
	d.pairPoints()
	moved := d.movedPoints()
	d.leaveAfter(-1)
	for j, p := range new {
		i := d.pairs[j].Old
		if i < 0 {
			d.arrive(p)
			continue
		}
		if hasMoved := moved != nil && moved[j]; d.old[i] != p || hasMoved {
			d.compare(d.old[i], p, d.pairs[j], hasMoved)
		} else if !Gone(p) {
			d.unchanged++
		}
		d.leaveAfter(i)
	}
	return d.out, d.summary()
}

// Kinds tells what happened to a point that both texts have and that concerns no other, without looking for the words that differ.
func Kinds(was, is *parleyv1.Point) []parleyv1.PointDiff_Kind {
	d := &differ{brief: true}
	d.compare(was, is, Match{}, false)
	if len(d.out) == 0 {
		return nil
	}
	return d.out[0].GetKinds()
}

type differ struct {
	old, new         []*parleyv1.Point
	pairs            []Match // by index in new
	used             []bool  // by index in old: whether it is in a pair
	oldByID, newByID map[string]int
	known            Known
	brief            bool // only what happened is asked, not to which words
	out              []*parleyv1.PointDiff
	unchanged        int32
	words            Comparer
}

// pairPoints finds which old point each new one is: by id, and the rest of unrelated texts by wording and likeness, unless
// its lineage tells where it is from.
func (d *differ) pairPoints() {
	m := newMatcher(d.old, d.new)
	m.matchIDs()
	d.pairs, d.used = m.out, m.used
	m.matchRest(inText, func(p *parleyv1.Point) bool {
		if !inText(p) {
			return false
		}
		from, _ := d.forebears(p, map[string]bool{})
		return len(from) == 0
	})
}

// oldAt finds a point of the old text by id.
func (d *differ) oldAt(id string) (int, bool) {
	if d.oldByID == nil {
		d.oldByID = byID(d.old)
	}
	i, ok := d.oldByID[id]
	return i, ok
}

// newAt finds a point of the new text by id.
func (d *differ) newAt(id string) (int, bool) {
	if d.newByID == nil {
		d.newByID = byID(d.new)
	}
	j, ok := d.newByID[id]
	return j, ok
}

func byID(points []*parleyv1.Point) map[string]int {
	out := make(map[string]int, len(points))
	for i, p := range points {
		out[p.GetId()] = i
	}
	return out
}

// arrive reports a point that the old text does not have. If it is gone from the new one too, nothing happened to it
// between them.
func (d *differ) arrive(p *parleyv1.Point) {
	if Gone(p) {
		return
	}
	row := &parleyv1.PointDiff{Point: p.GetId(), After: p, Kinds: []parleyv1.PointDiff_Kind{parleyv1.PointDiff_KIND_ADDED}}
	if !inText(p) {
		row.Kinds[0] = fate(p)
	}
	d.reword(row, nil, p)
	d.addLineage(row, nil, p)
	d.out = append(d.out, row)
}

// leaveAfter reports the points that only the old text has and that follow old point i there.
func (d *differ) leaveAfter(i int) {
	for i++; i < len(d.old) && !d.used[i]; i++ {
		p := d.old[i]
		if Gone(p) {
			continue
		}
		row := &parleyv1.PointDiff{Point: p.GetId(), Before: p, Kinds: []parleyv1.PointDiff_Kind{parleyv1.PointDiff_KIND_STRUCK}}
		d.reword(row, p, nil)
		d.out = append(d.out, row)
	}
}

// fate says how the wording of a point went out of the text.
func fate(p *parleyv1.Point) parleyv1.PointDiff_Kind {
	switch p.GetState() {
	case parleyv1.Point_STATE_MOVED:
		return parleyv1.PointDiff_KIND_MOVED_ELSEWHERE
	case parleyv1.Point_STATE_DEFERRED:
		return parleyv1.PointDiff_KIND_DEFERRED
	case parleyv1.Point_STATE_UNKNOWN:
		return parleyv1.PointDiff_KIND_OBSCURED
	default:
		return parleyv1.PointDiff_KIND_STRUCK
	}
}

// compare reports what happened to a point that both texts have.
func (d *differ) compare(a, b *parleyv1.Point, m Match, moved bool) {
	row := &parleyv1.PointDiff{Point: b.GetId(), Before: a, After: b, MatchedBy: m.How, Similarity: m.Similarity}
	d.compareWording(row, a, b)
	if moved {
		row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_MOVED)
	}
	if a.GetLabel() != b.GetLabel() && !Gone(b) {
		row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_RENUMBERED)
	}
	d.addLineage(row, a, b)
	if annotated(a, b) && sameWording(row) {
		row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_ANNOTATED)
	}
	switch {
	case len(row.GetKinds()) > 0:
		slices.Sort(row.Kinds)
		d.out = append(d.out, row)
	case !Gone(b):
		d.unchanged++
	}
}

// compareWording reports whether a point came, went or says something else. The words of one that was split or merged
// stand with what they became.
func (d *differ) compareWording(row *parleyv1.PointDiff, a, b *parleyv1.Point) {
	sameState := a.GetState() == b.GetState() || inText(a) && inText(b)
	switch {
	case b.GetState() == parleyv1.Point_STATE_SUPERSEDED:
	case !sameState && inText(b):
		row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_RESTORED)
		d.reword(row, a, b)
	case !sameState || a.GetMovedTo() != b.GetMovedTo():
		row.Kinds = append(row.Kinds, fate(b))
		d.reword(row, a, b)
	case !Gone(b) && digestOf(a) != digestOf(b):
		row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_REWORDED)
		d.reword(row, a, b)
	}
}

// reword adds the words that differ, if they are asked for. One of the points may be nil.
func (d *differ) reword(row *parleyv1.PointDiff, a, b *parleyv1.Point) {
	if d.brief {
		return
	}
	if a.GetHeading() != b.GetHeading() {
		row.Heading = d.words.Words(a.GetHeading(), b.GetHeading())
	}
	if a.GetText() != b.GetText() {
		row.Text = d.spans(a.GetText(), b)
	}
	row.Alternatives = d.compareAlternatives(a.GetAlternatives(), b.GetAlternatives())
}

// spans compares an older text of a point, which may be nil, with the one it has now.
func (d *differ) spans(was string, p *parleyv1.Point) []*parleyv1.Span {
	if was == "" || p.GetText() == "" || d.known.Reworded == nil {
		return d.words.Words(was, p.GetText())
	}
	return d.known.Reworded(&d.words, p.GetId(), was).Spans(was, p.GetText())
}

// sameWording tells whether nothing happened to a point so far but a move or another number.
func sameWording(row *parleyv1.PointDiff) bool {
	return !slices.ContainsFunc(row.GetKinds(), func(k parleyv1.PointDiff_Kind) bool {
		return k != parleyv1.PointDiff_KIND_MOVED && k != parleyv1.PointDiff_KIND_RENUMBERED
	})
}

func (d *differ) summary() *parleyv1.DiffSummary {
	s := &parleyv1.DiffSummary{Unchanged: d.unchanged}
	counters := map[parleyv1.PointDiff_Kind]*int32{
		parleyv1.PointDiff_KIND_ADDED: &s.Added, parleyv1.PointDiff_KIND_STRUCK: &s.Struck,
		parleyv1.PointDiff_KIND_DEFERRED: &s.Deferred, parleyv1.PointDiff_KIND_MOVED_ELSEWHERE: &s.MovedElsewhere,
		parleyv1.PointDiff_KIND_OBSCURED: &s.Obscured, parleyv1.PointDiff_KIND_RESTORED: &s.Restored,
		parleyv1.PointDiff_KIND_REWORDED: &s.Reworded, parleyv1.PointDiff_KIND_MOVED: &s.Moved,
		parleyv1.PointDiff_KIND_RENUMBERED: &s.Renumbered, parleyv1.PointDiff_KIND_ANNOTATED: &s.Annotated,
	}
	divided := map[string]bool{} // told by its own row, or by its parts if it lives on in one of them
	for _, row := range d.out {
		for _, k := range row.GetKinds() {
			switch {
			case counters[k] != nil:
				*counters[k]++
			case k == parleyv1.PointDiff_KIND_MERGED && len(row.GetFrom()) > 0:
				s.Merged++
			case k == parleyv1.PointDiff_KIND_SPLIT && len(row.GetFrom()) > 0:
				divided[row.GetFrom()[0]] = true
			case k == parleyv1.PointDiff_KIND_SPLIT:
				divided[row.GetPoint()] = true
			}
		}
	}
	s.Split = int32(len(divided))
	return s
}

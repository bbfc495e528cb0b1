package redline

import (
	"slices"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Diff compares two texts, each in reading order with gone points in place. It answers the points to which something
// happened, in the reading order of the new text; points that only the old text has follow the point they followed
// there. The answer shares the points with its arguments.
func Diff(old, new []*parleyv1.Point) ([]*parleyv1.PointDiff, *parleyv1.DiffSummary) {
	d := &differ{pairs: pair(old, new), oldByID: byID(old), newByID: byID(new)}
	moved := movedPoints(old, new, d.pairs)
	oldOnly := trailing(old, d.pairs)
	d.leave(oldOnly[""])
	for j, p := range new {
		m := d.pairs[j]
		if m.Old < 0 {
			d.arrive(p)
		} else {
			d.compare(old[m.Old], p, m, moved[j])
			d.leave(oldOnly[old[m.Old].GetId()])
		}
	}
	return d.out, d.summary()
}

type differ struct {
	pairs            []Match
	oldByID, newByID map[string]*parleyv1.Point
	out              []*parleyv1.PointDiff
	unchanged        int32
}

// pair finds which old point each new one is: by id, and the present rest of unrelated texts by wording and likeness.
func pair(old, new []*parleyv1.Point) []Match {
	out := make([]Match, len(new))
	byID := make(map[string]int, len(old))
	for i, p := range old {
		byID[p.GetId()] = i
	}
	taken := make([]bool, len(old))
	for j, p := range new {
		out[j] = Match{Old: -1}
		if i, ok := byID[p.GetId()]; ok {
			out[j], taken[i] = Match{Old: i, How: parleyv1.PointMatch_HOW_ID}, true
		}
	}
	var restOld, restNew []*parleyv1.Point
	var atOld, atNew []int
	for i, p := range old {
		if !taken[i] && hasWording(p) {
			restOld, atOld = append(restOld, p), append(atOld, i)
		}
	}
	for j, p := range new {
		if out[j].Old < 0 && hasWording(p) && len(p.GetOrigins()) == 0 {
			bare := proto.CloneOf(p)
			bare.Id = ""
			restNew, atNew = append(restNew, bare), append(atNew, j)
		}
	}
	if len(restOld) == 0 || len(restNew) == 0 {
		return out
	}
	for k, m := range MatchPoints(restOld, restNew) {
		if m.Old >= 0 {
			m.Old = atOld[m.Old]
			out[atNew[k]] = m
		}
	}
	return out
}

func hasWording(p *parleyv1.Point) bool { return p.GetState() == parleyv1.Point_STATE_PRESENT }

func byID(points []*parleyv1.Point) map[string]*parleyv1.Point {
	out := make(map[string]*parleyv1.Point, len(points))
	for _, p := range points {
		out[p.GetId()] = p
	}
	return out
}

// trailing groups the points that only the old text has by the paired point that they follow there.
func trailing(old []*parleyv1.Point, pairs []Match) map[string][]*parleyv1.Point {
	paired := make([]bool, len(old))
	for _, m := range pairs {
		if m.Old >= 0 {
			paired[m.Old] = true
		}
	}
	out := map[string][]*parleyv1.Point{}
	after := ""
	for i, p := range old {
		if paired[i] {
			after = p.GetId()
			continue
		}
		out[after] = append(out[after], p)
	}
	return out
}

// arrive reports a point that the old text does not have. One that is known only as gone is reported by how it went.
func (d *differ) arrive(p *parleyv1.Point) {
	row := &parleyv1.PointDiff{Point: p.GetId(), After: p, Text: Words("", p.GetText()), Heading: Words("", p.GetHeading())}
	row.Kinds = []parleyv1.PointDiff_Kind{parleyv1.PointDiff_KIND_ADDED}
	if k := leaving(p.GetState()); k != 0 {
		row.Kinds = []parleyv1.PointDiff_Kind{k}
	}
	for _, a := range p.GetAlternatives() {
		row.Alternatives = append(row.Alternatives, &parleyv1.AlternativeDiff{NewLabel: a.GetLabel(), Text: Words("", a.GetText())})
	}
	d.lineage(row, nil, p)
	d.out = append(d.out, row)
}

// leave reports points that the new text does not have at all.
func (d *differ) leave(points []*parleyv1.Point) {
	for _, p := range points {
		if leaving(p.GetState()) != 0 && p.GetState() != parleyv1.Point_STATE_DEFERRED && p.GetState() != parleyv1.Point_STATE_UNKNOWN {
			continue // gone before, absent now
		}
		d.out = append(d.out, &parleyv1.PointDiff{
			Point: p.GetId(), Before: p, Kinds: []parleyv1.PointDiff_Kind{parleyv1.PointDiff_KIND_STRUCK},
			Heading: Words(p.GetHeading(), ""), Text: Words(p.GetText(), ""),
		})
	}
}

// leaving says how a point went out of the text, 0 if it did not.
func leaving(s parleyv1.Point_State) parleyv1.PointDiff_Kind {
	switch s {
	case parleyv1.Point_STATE_STRUCK:
		return parleyv1.PointDiff_KIND_STRUCK
	case parleyv1.Point_STATE_MOVED:
		return parleyv1.PointDiff_KIND_MOVED_ELSEWHERE
	case parleyv1.Point_STATE_DEFERRED:
		return parleyv1.PointDiff_KIND_DEFERRED
	case parleyv1.Point_STATE_UNKNOWN:
		return parleyv1.PointDiff_KIND_OBSCURED
	}
	return 0
}

// compare reports what happened to a point that both texts have.
func (d *differ) compare(a, b *parleyv1.Point, m Match, moved bool) {
	if a == b && !moved {
		d.unchanged++
		return
	}
	row := &parleyv1.PointDiff{Point: b.GetId(), Before: a, After: b, MatchedBy: m.How, Similarity: m.Similarity}
	if a.GetState() != b.GetState() || a.GetMovedTo() != b.GetMovedTo() {
		if b.GetState() == parleyv1.Point_STATE_PRESENT {
			row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_RESTORED)
		} else if k := leaving(b.GetState()); k != 0 {
			row.Kinds = append(row.Kinds, k)
		}
	}
	if hasWording(b) && digestOf(a) != digestOf(b) {
		if hasWording(a) {
			row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_REWORDED)
		}
		d.reword(row, a, b)
	} else if hasWording(a) && !hasWording(b) {
		d.reword(row, a, b)
	}
	if moved {
		row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_MOVED)
	}
	if a.GetLabel() != b.GetLabel() && !goneState(b) {
		row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_RENUMBERED)
	}
	d.lineage(row, a, b)
	if len(row.Kinds) == 0 && annotated(a, b) {
		row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_ANNOTATED)
	}
	if len(row.Kinds) == 0 {
		d.unchanged++
		return
	}
	slices.Sort(row.Kinds)
	d.out = append(d.out, row)
}

func goneState(p *parleyv1.Point) bool {
	switch p.GetState() {
	case parleyv1.Point_STATE_STRUCK, parleyv1.Point_STATE_MOVED, parleyv1.Point_STATE_SUPERSEDED:
		return true
	}
	return false
}

func (d *differ) reword(row *parleyv1.PointDiff, a, b *parleyv1.Point) {
	if a.GetHeading() != b.GetHeading() {
		row.Heading = Words(a.GetHeading(), b.GetHeading())
	}
	if a.GetText() != b.GetText() {
		row.Text = Words(a.GetText(), b.GetText())
	}
	row.Alternatives = alternatives(a.GetAlternatives(), b.GetAlternatives())
}

// alternatives compares rival wordings by their marks.
func alternatives(a, b []*parleyv1.Alternative) []*parleyv1.AlternativeDiff {
	var out []*parleyv1.AlternativeDiff
	find := func(list []*parleyv1.Alternative, label string) *parleyv1.Alternative {
		if i := slices.IndexFunc(list, func(x *parleyv1.Alternative) bool { return x.GetLabel() == label }); i >= 0 {
			return list[i]
		}
		return nil
	}
	for _, y := range b {
		x := find(a, y.GetLabel())
		if x.GetText() != y.GetText() {
			out = append(out, &parleyv1.AlternativeDiff{OldLabel: x.GetLabel(), NewLabel: y.GetLabel(), Text: Words(x.GetText(), y.GetText())})
		}
	}
	for _, x := range a {
		if find(b, x.GetLabel()) == nil {
			out = append(out, &parleyv1.AlternativeDiff{OldLabel: x.GetLabel(), Text: Words(x.GetText(), "")})
		}
	}
	return out
}

// lineage adds splits and merges that happened between the two texts.
func (d *differ) lineage(row *parleyv1.PointDiff, a, b *parleyv1.Point) {
	if b.GetState() == parleyv1.Point_STATE_SUPERSEDED && a.GetState() != parleyv1.Point_STATE_SUPERSEDED {
		row.Into = b.GetSuccessors()
		kind := parleyv1.PointDiff_KIND_SPLIT
		if len(row.Into) == 1 {
			kind = parleyv1.PointDiff_KIND_MERGED
		}
		row.Kinds = append(row.Kinds, kind)
		return
	}
	if len(b.GetOrigins()) == 0 || slices.Equal(a.GetOrigins(), b.GetOrigins()) {
		return
	}
	old := ""
	for _, id := range b.GetOrigins() {
		if o := d.oldByID[id]; o != nil && !goneState(o) {
			row.From = append(row.From, id)
			if old != "" {
				old += "\n\n"
			}
			old += o.GetText()
		}
	}
	switch {
	case len(row.From) > 1:
		row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_MERGED)
	case len(row.From) == 1:
		row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_SPLIT)
	default:
		return
	}
	row.Kinds = slices.DeleteFunc(row.Kinds, func(k parleyv1.PointDiff_Kind) bool { return k == parleyv1.PointDiff_KIND_ADDED })
	row.Text = Words(old, b.GetText())
}

func annotated(a, b *parleyv1.Point) bool {
	return a.GetNote() != b.GetNote() || a.GetTopic() != b.GetTopic() || !sameSet(a.GetObliges(), b.GetObliges())
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
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
	divided := map[string]bool{}
	for _, row := range d.out {
		for _, k := range row.GetKinds() {
			switch {
			case counters[k] != nil:
				*counters[k]++
			case k == parleyv1.PointDiff_KIND_MERGED && len(row.GetFrom()) > 0:
				s.Merged++
			case k == parleyv1.PointDiff_KIND_SPLIT && len(row.GetFrom()) > 0:
				divided[row.GetFrom()[0]] = true
			}
		}
	}
	s.Split = int32(len(divided))
	return s
}

package redline

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// addLineage adds a split or merge that happened between the texts; a is nil if the old one does not have the point. What
// was divided in steps between them counts as divided once, into what it is in the new text.
func (d *differ) addLineage(row *parleyv1.PointDiff, a, b *parleyv1.Point) {
	if b.GetState() == parleyv1.Point_STATE_SUPERSEDED && a.GetState() != parleyv1.Point_STATE_SUPERSEDED {
		row.Into = d.heirs(b, map[string]bool{b.GetId(): true})
		row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_SPLIT)
		if len(row.Into) == 1 {
			row.Kinds[len(row.Kinds)-1] = parleyv1.PointDiff_KIND_MERGED
		}
		return
	}
	if Gone(b) || slices.Equal(a.GetOrigins(), b.GetOrigins()) {
		return
	}
	from, merged := d.forebears(b, map[string]bool{})
	if len(from) == 0 {
		return
	}
	row.Kinds = slices.DeleteFunc(row.Kinds, func(k parleyv1.PointDiff_Kind) bool { return k == parleyv1.PointDiff_KIND_ADDED })
	row.Kinds = append(row.Kinds, parleyv1.PointDiff_KIND_SPLIT)
	if merged {
		row.Kinds[len(row.Kinds)-1] = parleyv1.PointDiff_KIND_MERGED
	}
	old := ""
	for i, o := range from {
		row.From = append(row.From, o.GetId())
		if i > 0 {
			old += "\n\n"
		}
		old += o.GetText()
	}
	row.Text = d.words.Words(old, b.GetText())
}

// forebears finds the points of the old text that p was split from or merged of, and whether anything was merged on the
// way. Visited ids are not followed again.
func (d *differ) forebears(p *parleyv1.Point, visited map[string]bool) (from []*parleyv1.Point, merged bool) {
	merged = len(p.GetOrigins()) > 1
	for _, id := range p.GetOrigins() {
		if visited[id] {
			continue
		}
		visited[id] = true
		if i, ok := d.oldAt(id); ok && !Gone(d.old[i]) {
			from = append(from, d.old[i])
		} else if j, ok := d.newAt(id); ok {
			more, too := d.forebears(d.new[j], visited)
			from, merged = append(from, more...), merged || too && len(more) > 0
		}
	}
	return from, merged
}

// heirs gives the ids of the points that hold the wording of p in the new text.
func (d *differ) heirs(p *parleyv1.Point, visited map[string]bool) []string {
	var out []string
	for _, id := range p.GetSuccessors() {
		if visited[id] {
			continue
		}
		visited[id] = true
		if j, ok := d.newAt(id); ok && d.new[j].GetState() == parleyv1.Point_STATE_SUPERSEDED {
			out = append(out, d.heirs(d.new[j], visited)...)
		} else {
			out = append(out, id)
		}
	}
	return out
}

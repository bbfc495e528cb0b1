package analysis

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// carried tells which former wordings of a point, by their digests, are the same as the one in a revision but for changes
// that were declared editorial and that nobody objects to, and which revisions made those changes, newest first.
func carried(l *lens.Lens, r *record.Revision, point string) map[string][]string {
	if !l.EverEditorial(point) {
		return nil
	}
	var out map[string][]string
	var by []string
	for r != nil {
		p, _ := r.Text.Point(point)
		if before := unchangedIn(l, r, p); before != nil {
			r = before
			continue
		}
		change := editorialChange(r, p)
		if change == nil || l.Contested(r.Msg.GetName()+"/points/"+point) {
			break
		}
		if out == nil {
			out = map[string][]string{}
		}
		by = append(slices.Clone(by), r.Msg.GetName())
		if _, known := out[change.GetFormerDigest()]; !known {
			out[change.GetFormerDigest()] = by
		}
		r = l.FirstParent(r)
	}
	return out
}

// unchangedIn gives a parent in which a point has the same wording, nil if there is none.
func unchangedIn(l *lens.Lens, r *record.Revision, p *parleyv1.Point) *record.Revision {
	for parent := range l.Parents(r) {
		if old, ok := parent.Text.Point(p.GetId()); ok && p.GetDigest() != "" && old.GetDigest() == p.GetDigest() {
			return parent
		}
	}
	return nil
}

// editorialChange finds what a revision declared of a point.
func editorialChange(r *record.Revision, p *parleyv1.Point) *parleyv1.Revision_EditorialChange {
	for _, c := range r.Msg.GetEditorialChanges() {
		if c.GetPoint() == p.GetId() && c.GetDigest() == p.GetDigest() {
			return c
		}
	}
	return nil
}

package analysis

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// Compare tells what happened between two revisions; without a base, since the first parent.
func Compare(l *lens.Lens, base, revision string) (*parleyv1.DiffRevisionsResponse, error) {
	r, err := l.Revision(revision)
	if err != nil {
		return nil, err
	}
	out := &parleyv1.DiffRevisionsResponse{Revision: r.Msg.GetName()}
	var old []*parleyv1.Point
	if base != "" {
		b, err := l.Revision(base)
		if err != nil {
			return nil, fault.ReferenceNotFound("base", base)
		}
		out.Base, old = b.Msg.GetName(), b.Text.Slice()
	} else if p := l.FirstParent(r.Revision); p != nil {
		out.Base, old = p.Msg.GetName(), p.Text.Slice()
	}
	out.Points, out.Summary = redline.Diff(old, r.Text.Slice())
	return out, nil
}

// PointHistory tells which revisions brought in or changed a point, oldest first, among those that the plan's newest
// revision descends from.
func PointHistory(l *lens.Lens, plan, point string) ([]*parleyv1.PointVersion, error) {
	p, err := l.Plan(plan)
	if err != nil {
		return nil, err
	}
	missing := fault.Missing(plan + "/points/" + point)
	head, err := l.Revision(p.GetName() + "/revisions/latest")
	if err != nil {
		return nil, missing
	}
	var out []*parleyv1.PointVersion
	for r := range l.Ancestry(head.Revision) {
		if v := version(l, r, point); v != nil {
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		return nil, missing
	}
	slices.Reverse(out)
	return out, nil
}

// version gives a point as r brought it in or changed it, nil if r left it as it was.
func version(l *lens.Lens, r *record.Revision, point string) *parleyv1.PointVersion {
	if !slices.Contains(r.Changed, point) {
		return nil
	}
	now, _ := r.Text.Point(point)
	v := &parleyv1.PointVersion{
		Revision: r.Msg.GetName(), CreateTime: r.Msg.GetCreateTime(), HeldTime: r.Msg.GetHeldTime(), Point: now,
	}
	var old []*parleyv1.Point
	if parent := l.FirstParent(r); parent != nil {
		old = parent.Text.Slice()
	}
	rows, _ := redline.Diff(old, r.Text.Slice())
	for _, row := range rows {
		if row.GetPoint() == point {
			v.Kinds = row.GetKinds()
		}
	}
	if len(v.GetKinds()) == 0 { // recorded without ever having been in the text: nothing happened to the text
		v.Kinds = []parleyv1.PointDiff_Kind{parleyv1.PointDiff_KIND_ANNOTATED}
	}
	return v
}

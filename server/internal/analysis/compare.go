package analysis

import (
	"slices"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// Compare tells what happened between two revisions; without a base, since the first parent.
func Compare(l *lens.Lens, base, revision string) (*record.Comparison, error) {
	r, err := l.Revision(revision)
	if err != nil {
		return nil, err
	}
	parent := l.FirstParent(r.Revision)
	if base == "" {
		return r.Compare(parent, true), nil
	}
	b, err := l.Revision(base)
	if err != nil {
		return nil, fault.ReferenceNotFound("base", base)
	}
	return r.Compare(b.Revision, b.Revision == parent), nil
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
	for r := range l.Changes(head.Revision, point) {
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

// version gives a point as r brought it in or changed it, nil if r left it as it was: where it only got another rank among
// the same neighbours, nothing happened to it.
func version(l *lens.Lens, r *record.Revision, point string) *parleyv1.PointVersion {
	if !slices.Contains(l.Changed(r), point) {
		return nil
	}
	now, _ := r.Text.Point(point)
	v := &parleyv1.PointVersion{
		Revision: r.Msg.GetName(), CreateTime: r.Msg.GetCreateTime(), HeldTime: r.Msg.GetHeldTime(), Point: now,
	}
	parent := l.FirstParent(r)
	v.Kinds = happened(parent, r, now)
	if len(v.GetKinds()) > 0 {
		return v
	}
	if was := pointIn(parent, point); was != nil && proto.Equal(was, now) {
		return nil
	}
	// Recorded without ever having been in the text, or noted when it no longer was: nothing happened to the text.
	v.Kinds = []parleyv1.PointDiff_Kind{parleyv1.PointDiff_KIND_ANNOTATED}
	return v
}

// happened tells what r did to a point.
func happened(parent, r *record.Revision, now *parleyv1.Point) []parleyv1.PointDiff_Kind {
	if was := pointIn(parent, now.GetId()); onItsOwn(was, now) && !r.ReplacedSince(parent)(now.GetId()) {
		return redline.Kinds(was, now)
	}
	for _, row := range r.Compare(parent, true).Points {
		if row.GetPoint() == now.GetId() {
			return row.GetKinds()
		}
	}
	return nil
}

// onItsOwn tells whether a point was and is in the text, and neither came out of others in between nor went into them: then these
// need not be looked at.
func onItsOwn(was, now *parleyv1.Point) bool {
	return was != nil && !redline.Gone(was) && was.GetState() == now.GetState() && slices.Equal(was.GetOrigins(), now.GetOrigins())
}

// pointIn finds a point in a revision, which may be nil for none.
func pointIn(r *record.Revision, id string) *parleyv1.Point {
	if r == nil {
		return nil
	}
	p, _ := r.Text.Point(id)
	return p
}

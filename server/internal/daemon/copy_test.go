package daemon_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed-ff4a8210/parley/client/dossier"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Whatever is done to a plan, each of its revisions has the same points in the same places in a copy.
func TestACopyHasEveryPointInItsPlace(t *testing.T) {
	a, b := start(t, t.TempDir()), start(t, t.TempDir())
	made := 0
	rapid.Check(t, func(r *rapid.T) {
		made++
		n := talks(t, a, fmt.Sprintf("talks-%d", made))
		plan := n + "/plans/draft"
		nested := point("q", "Two.")
		nested.Parent = "p"
		head := commitText(t, a, plan, "r0", nil, point("p", "One."), nested, point("r", "Three."), point("s", "Four."))
		for i := range rapid.IntRange(1, 6).Draw(r, "revisions") {
			changes := make([]*parleyv1.PointChange, rapid.IntRange(1, 2).Draw(r, "changes"))
			for j := range changes {
				changes[j] = anyChange(r, readRevision(t, a, head.GetRevision().GetName()).GetPoints(), fmt.Sprintf("x%d-%d", i, j))
			}
			parent := head.GetRevision().GetName()[len(plan+"/revisions/"):]
			if done, err := a.mediator.Plans.CommitRevision(t.Context(), changeCommit(plan, fmt.Sprintf("r%d", i+1), []string{parent}, changes...)); err == nil {
				head = done
			}
		}
		d, err := dossier.Parse(dossier.File{Name: "export.yaml", Data: []byte(export(t, a, n))})
		if err != nil {
			r.Fatal(err)
		}
		if _, err := dossier.Load(t.Context(), b.mediator, d, nil); err != nil {
			r.Fatal(err)
		}
		for _, c := range d.Revisions {
			name := plan + "/revisions/" + c.GetRevisionId()
			if diff := cmp.Diff(outline(readRevision(t, a, name)), outline(readRevision(t, b, name))); diff != "" {
				r.Fatalf("%s differs in the copy:\n%s", name, diff)
			}
		}
	})
}

func readRevision(t *testing.T, s *server, name string) *parleyv1.Revision {
	t.Helper()
	r, err := s.mediator.Plans.GetRevision(t.Context(), &parleyv1.GetRevisionRequest{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// anyChange draws a change of a text; it may not fit, and is then refused.
func anyChange(r *rapid.T, points []*parleyv1.Point, id string) *parleyv1.PointChange {
	some := func(what string) string { return rapid.SampledFrom(points).Draw(r, what).GetId() }
	switch rapid.IntRange(0, 5).Draw(r, "kind of change") {
	case 0:
		return strike(some("struck"))
	case 1:
		return merge(point(id, "Joined "+id+"."), some("merged"), some("merged with"))
	case 2:
		return split(some("split"), point(id, "First of "+id+"."), point(id+"-b", "Second of "+id+"."))
	case 3:
		kept := some("split and kept")
		return split(kept, point(kept, "Half of "+id+"."), point(id, "Other half of "+id+"."))
	}
	to := &parleyv1.Placement{First: rapid.Bool().Draw(r, "first")}
	if rapid.Bool().Draw(r, "inside") {
		to.Parent = some("parent")
	}
	return move(some("moved"), to)
}

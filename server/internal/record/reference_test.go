package record

import (
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// Deleting a party must not freeze what names it; new mentions are refused all the same.
func TestWhatNamesADeletedPartyCanStillBeChanged(t *testing.T) {
	w := newWorld(t)
	plan := talks + "/plans/draft"
	obliged := func(text string, parties ...string) *parleyv1.Point {
		p := &parleyv1.Point{Id: "p", Text: text}
		for _, id := range parties {
			p.Obliges = append(p.Obliges, talks+"/parties/"+id)
		}
		return p
	}
	w.must(t, UpdatePlan(&parleyv1.UpdatePlanRequest{Plan: &parleyv1.Plan{Name: plan, Owner: talks + "/parties/a"}}))
	w.must(t, CommitRevision(textRequest(plan, w, obliged("Words.", "a"))))
	w.must(t, DeleteParty(&parleyv1.DeletePartyRequest{Name: talks + "/parties/a"}))

	w.must(t, UpdatePlan(&parleyv1.UpdatePlanRequest{Plan: &parleyv1.Plan{Name: plan, DisplayName: "Renamed"}}))
	w.must(t, CommitRevision(textRequest(plan, w, obliged("Other words.", "a"), &parleyv1.Point{Id: "q", Text: "New."})))

	another := &parleyv1.Point{Id: "r", Obliges: []string{talks + "/parties/a"}}
	for name, cmd := range map[string]Command{
		"a new point":   CommitRevision(textRequest(plan, w, obliged("Other words.", "a"), another)),
		"another point": CommitRevision(textRequest(plan, w, &parleyv1.Point{Id: "q", Text: "New.", Obliges: another.GetObliges()})),
		"a new plan":    CreatePlan(&parleyv1.CreatePlanRequest{Parent: talks, Plan: &parleyv1.Plan{DisplayName: "x", Owner: talks + "/parties/a"}}),
	} {
		if _, err := w.do(cmd); err == nil || fault.Of(err).Reason != fault.ReasonReferenceNotFound {
			t.Errorf("%s may name a deleted party: %v", name, err)
		}
	}
}

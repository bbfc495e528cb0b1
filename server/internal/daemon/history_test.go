package daemon_test

import (
	"slices"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// The history of a point says of each revision what the comparison with its parent says, though it compares the point alone where
// that is enough.
func TestHistoryTellsWhatComparisonsTell(t *testing.T) {
	s := startExample(t)
	plan := peacePlan + "/plans/us-draft"
	head, err := s.mediator.Plans.GetRevision(t.Context(), &parleyv1.GetRevisionRequest{Name: plan + "/revisions/latest"})
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, p := range head.GetPoints() {
		history, err := s.mediator.Plans.ListPointHistory(t.Context(), &parleyv1.ListPointHistoryRequest{Parent: plan, Point: p.GetId()})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range history.GetVersions() {
			diff, err := s.mediator.Plans.DiffRevisions(t.Context(), &parleyv1.DiffRevisionsRequest{Revision: v.GetRevision(), PageSize: 1000})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range diff.GetPoints() {
				if row.GetPoint() != p.GetId() {
					continue
				}
				if compared++; !slices.Equal(v.GetKinds(), row.GetKinds()) {
					t.Errorf("%s in %s: %v in its history, %v in the comparison", p.GetId(), v.GetRevision(), v.GetKinds(), row.GetKinds())
				}
			}
		}
	}
	if compared < 2*len(head.GetPoints()) {
		t.Errorf("only %d versions were compared", compared)
	}
}

//go:build !race

package rpc

import (
	"fmt"
	"testing"

	"google.golang.org/grpc/metadata"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// What a call allocates, client and server and connection together, tells early that it has become slower, and is the same on every
// machine, which times are not. A limit is a twentieth over what was measured when it was last set; whoever needs more says so here.
// The race detector allocates too, so this is left out with it; make test runs it without.
func TestCallsAllocateNoMoreThanTheyDid(t *testing.T) {
	conn := serve(t)
	newest := plan(t, conn, 100)
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+secret)
	plans, analyses := parleyv1.NewPlanServiceClient(conn), parleyv1.NewAnalysisServiceClient(conn)
	head, n := newest, 100
	for _, c := range []struct {
		name string
		most float64
		call func() error
	}{
		{"GetRevision, 28 points", 357, func() error {
			_, err := plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: newest})
			return err
		}},
		{"GetPoint", 186, func() error {
			_, err := plans.GetPoint(ctx, &parleyv1.GetPointRequest{Name: newest + "/points/p7"})
			return err
		}},
		{"CommitRevision, one of 28 points", 386, func() error {
			made, err := plans.CommitRevision(ctx, oneChange(head, n))
			head, n = made.GetRevision().GetName(), n+1
			return err
		}},
		{"DiffRevisions, one of 28 points", 223, func() error {
			_, err := plans.DiffRevisions(ctx, &parleyv1.DiffRevisionsRequest{Revision: head})
			return err
		}},
		{"ListPointHistory, of 100 revisions and more", 224, func() error {
			_, err := plans.ListPointHistory(ctx, &parleyv1.ListPointHistoryRequest{Parent: "negotiations/n/plans/p", Point: "p0"})
			return err
		}},
		{"GetPositionMatrix, 28 points, compact", 662, func() error {
			_, err := analyses.GetPositionMatrix(ctx, &parleyv1.GetPositionMatrixRequest{Revision: newest, View: parleyv1.PositionMatrix_VIEW_COMPACT})
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := testing.AllocsPerRun(200, func() {
				if err := c.call(); err != nil {
					t.Fatal(err)
				}
			})
			t.Logf("%.0f allocations", got)
			if got > c.most {
				t.Errorf("%.0f allocations, over %.0f", got, c.most)
			}
		})
	}
}

// oneChange is the commit of one other wording on a revision.
func oneChange(parent string, n int) *parleyv1.CommitRevisionRequest {
	return &parleyv1.CommitRevisionRequest{
		Parent: "negotiations/n/plans/p", RevisionId: fmt.Sprintf("r%d", n),
		Revision: &parleyv1.Revision{Parents: []*parleyv1.Revision_Parent{{Revision: parent}}},
		Body: &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: []*parleyv1.PointChange{
			{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: &parleyv1.Point{Id: "p3", Text: fmt.Sprintf("Limited to %d personnel.", n)}}}},
		}}},
	}
}

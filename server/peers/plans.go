package main

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// points is how many the plans have that are committed to and read.
const points = 28

// draft is a plan that one client works on.
type draft struct {
	c          *client.Client
	plan, head string
	points     int // how many the plan has
	revisions  int
}

// draftsFor makes a plan for each client, over a number of negotiations, each with a first revision of as many points as usual.
func draftsFor(ctx context.Context, on []*client.Client, clients, negotiations int, prefix string) ([]*draft, error) {
	var all errgroup.Group
	all.SetLimit(16)
	for i := range min(negotiations, clients) {
		all.Go(func() error { return makeNegotiation(ctx, on[0], fmt.Sprintf("%s%d", prefix, i)) })
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	out := make([]*draft, clients)
	for i := range out {
		d := &draft{c: on[i%len(on)], points: points}
		out[i] = d
		all.Go(func() error {
			return d.begin(ctx, fmt.Sprintf("negotiations/%s%d", prefix, i%negotiations), fmt.Sprintf("p%d", i))
		})
	}
	return out, all.Wait()
}

func makeNegotiation(ctx context.Context, c *client.Client, id string) error {
	_, err := c.Negotiations.CreateNegotiation(ctx, &parleyv1.CreateNegotiationRequest{
		NegotiationId: id, Negotiation: &parleyv1.Negotiation{DisplayName: id, Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_PUBLIC}},
	})
	return err
}

func (d *draft) makePlan(ctx context.Context, negotiation, id string) error {
	d.plan = negotiation + "/plans/" + id
	_, err := d.c.Plans.CreatePlan(ctx, &parleyv1.CreatePlanRequest{Parent: negotiation, PlanId: id, Plan: &parleyv1.Plan{DisplayName: id}})
	return err
}

// begin makes the plan and commits its first revision.
func (d *draft) begin(ctx context.Context, negotiation, id string) error {
	if err := d.makePlan(ctx, negotiation, id); err != nil {
		return err
	}
	text := &parleyv1.CommitRevisionRequest_Text{}
	for i := range d.points {
		text.Points = append(text.Points, point(i, 0))
	}
	return d.send(ctx, &parleyv1.CommitRevisionRequest{Revision: &parleyv1.Revision{}, Body: &parleyv1.CommitRevisionRequest_Text_{Text: text}})
}

// point is a wording of a point, of the length that points of such plans have.
func point(i, version int) *parleyv1.Point {
	return &parleyv1.Point{
		Id: fmt.Sprintf("p%d", i), Label: fmt.Sprint(i + 1), Heading: "Armed forces",
		Text: fmt.Sprintf("The armed forces are limited to %d personnel in peacetime, as verified by the monitoring mission of both sides.", 600_000+version),
	}
}

// request is the commit of a revision with one changed point.
func (d *draft) request() *parleyv1.CommitRevisionRequest {
	return &parleyv1.CommitRevisionRequest{
		Revision: &parleyv1.Revision{Parents: []*parleyv1.Revision_Parent{{Revision: d.head}}},
		Body: &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: []*parleyv1.PointChange{
			{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: point(d.revisions%d.points, d.revisions)}}},
		}}},
	}
}

func (d *draft) send(ctx context.Context, req *parleyv1.CommitRevisionRequest) error {
	req.Parent, req.RevisionId = d.plan, fmt.Sprintf("r%d", d.revisions+1)
	made, err := d.c.Commit(ctx, req)
	if err != nil {
		return err
	}
	d.revisions, d.head = d.revisions+1, made.GetRevision().GetName()
	return nil
}

// commit commits the next revision.
func (d *draft) commit(ctx context.Context) error { return d.send(ctx, d.request()) }

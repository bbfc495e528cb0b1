package rpc

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"google.golang.org/grpc"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
	"github.com/seed-ff4a8210/parley/server/internal/host"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/listing"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
)

// PlanService serves plans.
type PlanService struct {
	parleyv1.UnimplementedPlanServiceServer
	core Core
}

// GetPlan reads one plan.
func (s *PlanService) GetPlan(ctx context.Context, req *parleyv1.GetPlanRequest) (*parleyv1.Plan, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Plan(req.GetName())
}

// ListPlans lists plans.
func (s *PlanService) ListPlans(ctx context.Context, req *parleyv1.ListPlansRequest) (*parleyv1.ListPlansResponse, error) {
	q, l, err := open[*parleyv1.Plan](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(l.Plans(req.GetParent(), q.After(), q.ShowDeleted()))
	return &parleyv1.ListPlansResponse{Plans: page, NextPageToken: next}, nil
}

// CreatePlan records a plan.
func (s *PlanService) CreatePlan(ctx context.Context, req *parleyv1.CreatePlanRequest) (*parleyv1.Plan, error) {
	out, err := s.core.write(ctx, req.GetParent(), req, record.CreatePlan(req))
	return one(out, err, (*lens.Lens).Plan)
}

// UpdatePlan changes fields of a plan.
func (s *PlanService) UpdatePlan(ctx context.Context, req *parleyv1.UpdatePlanRequest) (*parleyv1.Plan, error) {
	out, err := s.core.write(ctx, req.GetPlan().GetName(), req, record.UpdatePlan(req))
	return one(out, err, (*lens.Lens).Plan)
}

// DeletePlan deletes a plan softly.
func (s *PlanService) DeletePlan(ctx context.Context, req *parleyv1.DeletePlanRequest) (*parleyv1.Plan, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.DeletePlan(req))
	return one(out, err, (*lens.Lens).Plan)
}

// UndeletePlan brings a deleted plan back.
func (s *PlanService) UndeletePlan(ctx context.Context, req *parleyv1.UndeletePlanRequest) (*parleyv1.Plan, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.UndeletePlan(req))
	return one(out, err, (*lens.Lens).Plan)
}

// CommitRevision commits a revision.
func (s *PlanService) CommitRevision(ctx context.Context, req *parleyv1.CommitRevisionRequest) (*parleyv1.CommitRevisionResponse, error) {
	return s.commit(ctx, req)
}

// UploadRevision commits a revision that comes in pieces.
func (s *PlanService) UploadRevision(stream grpc.ClientStreamingServer[parleyv1.UploadRevisionRequest, parleyv1.CommitRevisionResponse]) error {
	req, err := gather(stream.Recv)
	if err != nil {
		return err
	}
	if err := wellformed.Check(req); err != nil {
		return err
	}
	out, err := s.commit(stream.Context(), req)
	if err != nil {
		return err
	}
	return stream.SendAndClose(out)
}

func (s *PlanService) commit(ctx context.Context, req *parleyv1.CommitRevisionRequest) (*parleyv1.CommitRevisionResponse, error) {
	out, err := s.core.write(ctx, req.GetParent(), req, record.CommitRevision(req))
	if err != nil {
		return nil, err
	}
	return s.committed(ctx, out, req.GetView() == parleyv1.RevisionView_REVISION_VIEW_FULL)
}

// committed tells what a commit led to.
func (s *PlanService) committed(ctx context.Context, out host.Outcome, full bool) (*parleyv1.CommitRevisionResponse, error) {
	r, err := out.Lens.Revision(out.Names[0])
	if err != nil {
		return nil, err
	}
	warnings, err := s.warnings(ctx, out.Lens, r)
	if err != nil {
		return nil, err
	}
	shown, err := revision(out.Lens, r, full)
	return &parleyv1.CommitRevisionResponse{Revision: shown, Matches: out.Matches, Changed: out.Lens.Changed(r.Revision), Warnings: warnings}, err
}

// GetRevision reads one revision.
func (s *PlanService) GetRevision(ctx context.Context, req *parleyv1.GetRevisionRequest) (*parleyv1.Revision, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	r, err := l.Revision(req.GetName())
	if err != nil {
		return nil, err
	}
	return revision(l, r, req.GetView() != parleyv1.RevisionView_REVISION_VIEW_BASIC)
}

// revision is a revision as an answer, to be encoded and nothing else: its points, if they are to be in it, are so already, once for
// all who read them, and stand where a message keeps the fields that it does not know, which are encoded as they are.
func revision(l *lens.Lens, r *lens.Revision, full bool) (*parleyv1.Revision, error) {
	m := l.Message(r, false)
	if !full {
		return m, nil
	}
	points, err := r.Text.Wire()
	if err != nil {
		return nil, fmt.Errorf("show %s: %w", r.Msg.GetName(), err)
	}
	m.ProtoReflect().SetUnknown(points)
	return m, nil
}

// ListRevisions lists revisions without their points.
func (s *PlanService) ListRevisions(ctx context.Context, req *parleyv1.ListRevisionsRequest) (*parleyv1.ListRevisionsResponse, error) {
	q, l, err := open[*parleyv1.Revision](ctx, s.core, req.GetParent(), req, "points")
	if err != nil {
		return nil, err
	}
	page, next := q.Page(messages(l, req.GetParent(), q.After()))
	return &parleyv1.ListRevisionsResponse{Revisions: page, NextPageToken: next}, nil
}

// messages yields the revisions of a plan as answers, beginning after the one named `after`.
func messages(l *lens.Lens, plan, after string) iter.Seq[*parleyv1.Revision] {
	return func(yield func(*parleyv1.Revision) bool) {
		skipping := after != ""
		for r := range l.Revisions(plan) {
			if skipping {
				skipping = r.Msg.GetName() != after
				continue
			}
			if !yield(l.Message(r, false)) {
				return
			}
		}
	}
}

// ListPoints lists the points of a revision.
func (s *PlanService) ListPoints(ctx context.Context, req *parleyv1.ListPointsRequest) (*parleyv1.ListPointsResponse, error) {
	q, l, err := opened[*parleyv1.Point](ctx, s.core, req.GetParent(), req, listing.Call{MaxBytes: maxPage})
	if err != nil {
		return nil, err
	}
	points, err := l.Points(req.GetParent(), q.After())
	if err != nil {
		return nil, err
	}
	page, next := q.Page(points)
	return &parleyv1.ListPointsResponse{Points: page, NextPageToken: next}, nil
}

// maxPage is how many bytes of points make a page: below what gRPC clients take by default.
const maxPage = 3 << 20

// GetPoint reads one point as it stands in a revision.
func (s *PlanService) GetPoint(ctx context.Context, req *parleyv1.GetPointRequest) (*parleyv1.Point, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Point(req.GetName())
}

// ListPointHistory lists the versions of a point.
func (s *PlanService) ListPointHistory(ctx context.Context, req *parleyv1.ListPointHistoryRequest) (*parleyv1.ListPointHistoryResponse, error) {
	q, l, err := open[*parleyv1.PointVersion](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	versions, err := analysis.PointHistory(l, req.GetParent(), req.GetPoint())
	if err != nil {
		return nil, err
	}
	page, next := pageOf(q, versions, (*parleyv1.PointVersion).GetRevision)
	return &parleyv1.ListPointHistoryResponse{Versions: page, NextPageToken: next}, nil
}

// DiffRevisions compares two revisions.
func (s *PlanService) DiffRevisions(ctx context.Context, req *parleyv1.DiffRevisionsRequest) (*parleyv1.DiffRevisionsResponse, error) {
	q, l, err := openSized[*parleyv1.PointDiff](ctx, s.core, req.GetRevision(), req, listing.MaxPageSize)
	if err != nil {
		return nil, err
	}
	c, err := analysis.Compare(l, req.GetBase(), req.GetRevision())
	if err != nil {
		return nil, err
	}
	page, next := pageOf(q, c.Points, (*parleyv1.PointDiff).GetPoint)
	out := &parleyv1.DiffRevisionsResponse{Base: c.Base.Name(), Revision: c.Revision.Name(), Summary: c.Summary, NextPageToken: next}
	return out, comparison(out, c, page)
}

// comparison puts a page of what happened into an answer as revision does points: they are encoded once for all who ask.
func comparison(out *parleyv1.DiffRevisionsResponse, c *record.Comparison, page []*parleyv1.PointDiff) error {
	if len(page) == 0 {
		return nil
	}
	from := slices.Index(c.Points, page[0])
	points, err := c.Wire(from, from+len(page))
	if err != nil {
		return fmt.Errorf("show %s: %w", c.Revision.Name(), err)
	}
	out.ProtoReflect().SetUnknown(points)
	return nil
}

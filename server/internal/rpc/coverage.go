package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
	"github.com/seed-ff4a8210/parley/server/internal/host"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
)

// GetCoverage tells whose demands a revision reflects.
func (s *AnalysisService) GetCoverage(ctx context.Context, req *parleyv1.GetCoverageRequest) (*parleyv1.Coverage, error) {
	q, l, err := openSized[*parleyv1.Coverage_Row](ctx, s.core, req.GetRevision(), req, analysisRows)
	if err != nil {
		return nil, err
	}
	c, err := analysis.Cover(l, req.GetRevision(), analysis.At(req), req.GetParties(), req.GetTopics())
	if err != nil {
		return nil, err
	}
	c.Rows, c.NextPageToken = pageOf(q, c.GetRows(), func(r *parleyv1.Coverage_Row) string { return r.GetDemand().GetName() })
	return c, nil
}

// CompareBalance tells how the coverage moves over a series of revisions.
func (s *AnalysisService) CompareBalance(ctx context.Context, req *parleyv1.CompareBalanceRequest) (*parleyv1.CompareBalanceResponse, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return analysis.Balance(l, req.GetName(), req.GetRevisions(), analysis.At(req), req.GetParties(), req.GetTopics())
}

// CheckRedLines tells which red lines a revision crosses.
func (s *AnalysisService) CheckRedLines(ctx context.Context, req *parleyv1.CheckRedLinesRequest) (*parleyv1.CheckRedLinesResponse, error) {
	q, l, err := openSized[*parleyv1.RedLine](ctx, s.core, req.GetRevision(), req, analysisRows)
	if err != nil {
		return nil, err
	}
	name, lines, err := analysis.RedLines(l, req.GetRevision(), analysis.At(req))
	if err != nil {
		return nil, err
	}
	page, next := pageOf(q, lines, func(r *parleyv1.RedLine) string { return r.GetDemand().GetName() })
	return &parleyv1.CheckRedLinesResponse{Revision: name, RedLines: page, NextPageToken: next}, nil
}

// CheckRedLinesOfDraft tells which red lines a text would cross that is not committed.
func (s *AnalysisService) CheckRedLinesOfDraft(ctx context.Context, req *parleyv1.CheckRedLinesOfDraftRequest) (*parleyv1.CheckRedLinesOfDraftResponse, error) {
	l, err := s.core.lens(ctx, req.GetParent(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return analysis.RedLinesOfDraft(l, req)
}

// warnings gives the red lines that whoever commits a revision is to hear of. A mediator who does is told what parties have
// entrusted to them, which is noted like any reading: as of a draft, so that it does not tell of the commit.
func (s *PlanService) warnings(ctx context.Context, l *lens.Lens, r *lens.Revision) ([]*parleyv1.RedLine, error) {
	t := &host.Trust{Principal: access.FromContext(ctx).Name, Method: "CheckRedLinesOfDraft"}
	lines, err := analysis.Warnings(l.Watched(t.Note), r)
	if err != nil {
		return nil, err
	}
	return lines, s.core.Host.NoteAccesses(ctx, t)
}

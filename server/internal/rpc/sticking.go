package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
)

// ListStickingPoints tells where a revision is stuck, and why.
func (s *AnalysisService) ListStickingPoints(ctx context.Context, req *parleyv1.ListStickingPointsRequest) (*parleyv1.ListStickingPointsResponse, error) {
	q, l, err := openSized[*parleyv1.StickingPoint](ctx, s.core, req.GetRevision(), req, analysisRows)
	if err != nil {
		return nil, err
	}
	out, err := analysis.Sticking(l, req)
	if err != nil {
		return nil, err
	}
	out.Points, out.NextPageToken = pageOf(q, out.GetPoints(), func(p *parleyv1.StickingPoint) string { return p.GetPoint().GetId() })
	return out, nil
}

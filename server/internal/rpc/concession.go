package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
)

// ListConcessions tells who moved, on what, and which way.
func (s *AnalysisService) ListConcessions(ctx context.Context, req *parleyv1.ListConcessionsRequest) (*parleyv1.ListConcessionsResponse, error) {
	q, l, err := openSized[*parleyv1.Movement](ctx, s.core, req.GetParent(), req, analysisRows)
	if err != nil {
		return nil, err
	}
	out, err := analysis.Concessions(l, req)
	if err != nil {
		return nil, err
	}
	out.Movements, out.NextPageToken = pageOf(q, out.GetMovements(), analysis.MovementKey)
	return out, nil
}

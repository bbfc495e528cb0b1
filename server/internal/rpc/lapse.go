package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
)

// ListLapsed tells which acceptances lapsed by a revision, and what would bring them back.
func (s *AnalysisService) ListLapsed(ctx context.Context, req *parleyv1.ListLapsedRequest) (*parleyv1.ListLapsedResponse, error) {
	q, l, err := open[*parleyv1.LapsedAcceptance](ctx, s.core, req.GetRevision(), req)
	if err != nil {
		return nil, err
	}
	out, err := analysis.Lapsed(l, req.GetRevision(), req.GetParty(), analysis.At(req))
	if err != nil {
		return nil, err
	}
	out.Lapsed, out.NextPageToken = pageOf(q, out.GetLapsed(), analysis.LapseKey)
	return out, nil
}

package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
)

// AnalysisService serves answers worked out from the record.
type AnalysisService struct {
	parleyv1.UnimplementedAnalysisServiceServer
	core Core
}

// analysisRows is the default number of rows of a page of an analysis.
const analysisRows = 100

// GetPositionMatrix tells who stands where on each point of a revision.
func (s *AnalysisService) GetPositionMatrix(ctx context.Context, req *parleyv1.GetPositionMatrixRequest) (*parleyv1.PositionMatrix, error) {
	q, l, err := openSized[*parleyv1.PositionMatrix_Row](ctx, s.core, req.GetRevision(), req, analysisRows)
	if err != nil {
		return nil, err
	}
	m, err := analysis.Positions(l, req.GetRevision(), analysis.At(req), req.GetParties(), req.GetShowGone())
	if err != nil {
		return nil, err
	}
	m.Rows, m.NextPageToken = pageOf(q, m.GetRows(), func(r *parleyv1.PositionMatrix_Row) string { return r.GetPoint().GetId() })
	return m, nil
}

// BlamePoint tells who brought in which words of a point.
func (s *AnalysisService) BlamePoint(ctx context.Context, req *parleyv1.BlamePointRequest) (*parleyv1.BlamePointResponse, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return analysis.Blame(l, req.GetName())
}

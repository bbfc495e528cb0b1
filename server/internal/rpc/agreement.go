package rpc

import (
	"context"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
)

// GetAgreement tells whether a revision is agreed, and what is missing.
func (s *AnalysisService) GetAgreement(ctx context.Context, req *parleyv1.GetAgreementRequest) (*parleyv1.Agreement, error) {
	l, err := s.core.lens(ctx, req.GetRevision(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return analysis.Agreement(l, req.GetRevision(), analysis.At(req), req.GetChangedPoints(), hurry(ctx))
}

// SuggestPackages tells which choices among rival wordings are good for everybody.
func (s *AnalysisService) SuggestPackages(ctx context.Context, req *parleyv1.SuggestPackagesRequest) (*parleyv1.SuggestPackagesResponse, error) {
	l, err := s.core.lens(ctx, req.GetRevision(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return analysis.Packages(l, req.GetRevision(), req.GetStatusQuo(), int(req.GetMost()), hurry(ctx))
}

// hurry tells when a search is to settle for what it has: when most of the time of the call is gone, so that there is some left
// to answer.
func hurry(ctx context.Context) func() bool {
	end, bounded := ctx.Deadline()
	soon := end.Add(-time.Until(end) / 5)
	return func() bool { return ctx.Err() != nil || bounded && time.Now().After(soon) }
}

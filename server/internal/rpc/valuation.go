package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// ValuationService serves valuations.
type ValuationService struct {
	parleyv1.UnimplementedValuationServiceServer
	core Core
}

// GetValuation reads one valuation.
func (s *ValuationService) GetValuation(ctx context.Context, req *parleyv1.GetValuationRequest) (*parleyv1.Valuation, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Valuation(req.GetName())
}

// ListValuations lists valuations.
func (s *ValuationService) ListValuations(ctx context.Context, req *parleyv1.ListValuationsRequest) (*parleyv1.ListValuationsResponse, error) {
	q, l, err := open[*parleyv1.Valuation](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(l.Valuations(req.GetParent(), q.After(), q.ShowDeleted()))
	return &parleyv1.ListValuationsResponse{Valuations: page, NextPageToken: next}, nil
}

// CreateValuation records a valuation.
func (s *ValuationService) CreateValuation(ctx context.Context, req *parleyv1.CreateValuationRequest) (*parleyv1.Valuation, error) {
	out, err := s.core.write(ctx, req.GetParent(), req, record.CreateValuation(req))
	return one(out, err, (*lens.Lens).Valuation)
}

// UpdateValuation changes fields of a valuation.
func (s *ValuationService) UpdateValuation(ctx context.Context, req *parleyv1.UpdateValuationRequest) (*parleyv1.Valuation, error) {
	out, err := s.core.write(ctx, req.GetValuation().GetName(), req, record.UpdateValuation(req))
	return one(out, err, (*lens.Lens).Valuation)
}

// DeleteValuation deletes a valuation softly.
func (s *ValuationService) DeleteValuation(ctx context.Context, req *parleyv1.DeleteValuationRequest) (*parleyv1.Valuation, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.DeleteValuation(req))
	return one(out, err, (*lens.Lens).Valuation)
}

// UndeleteValuation brings a deleted valuation back.
func (s *ValuationService) UndeleteValuation(ctx context.Context, req *parleyv1.UndeleteValuationRequest) (*parleyv1.Valuation, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.UndeleteValuation(req))
	return one(out, err, (*lens.Lens).Valuation)
}

// BatchCreateValuations records several valuations, all or none.
func (s *ValuationService) BatchCreateValuations(ctx context.Context, req *parleyv1.BatchCreateValuationsRequest) (*parleyv1.BatchCreateValuationsResponse, error) {
	if err := itemsOf(req.GetParent(), req.GetRequests()); err != nil {
		return nil, err
	}
	out, err := s.core.write(ctx, req.GetParent(), req, record.BatchCreateValuations(req))
	list, err := each(out, err, (*lens.Lens).Valuation)
	if err != nil {
		return nil, err
	}
	return &parleyv1.BatchCreateValuationsResponse{Valuations: list}, nil
}

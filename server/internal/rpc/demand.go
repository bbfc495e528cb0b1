package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// DemandService serves demands.
type DemandService struct {
	parleyv1.UnimplementedDemandServiceServer
	core Core
}

// GetDemand reads one demand.
func (s *DemandService) GetDemand(ctx context.Context, req *parleyv1.GetDemandRequest) (*parleyv1.Demand, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Demand(req.GetName())
}

// ListDemands lists demands.
func (s *DemandService) ListDemands(ctx context.Context, req *parleyv1.ListDemandsRequest) (*parleyv1.ListDemandsResponse, error) {
	q, l, err := open[*parleyv1.Demand](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(analysis.Of(analysis.At(req), l.Demands(req.GetParent(), q.After(), q.ShowDeleted())))
	return &parleyv1.ListDemandsResponse{Demands: page, NextPageToken: next}, nil
}

// CreateDemand records a demand.
func (s *DemandService) CreateDemand(ctx context.Context, req *parleyv1.CreateDemandRequest) (*parleyv1.Demand, error) {
	out, err := s.core.write(ctx, req.GetParent(), req, record.CreateDemand(req))
	return one(out, err, (*lens.Lens).Demand)
}

// UpdateDemand changes fields of a demand.
func (s *DemandService) UpdateDemand(ctx context.Context, req *parleyv1.UpdateDemandRequest) (*parleyv1.Demand, error) {
	out, err := s.core.write(ctx, req.GetDemand().GetName(), req, record.UpdateDemand(req))
	return one(out, err, (*lens.Lens).Demand)
}

// DeleteDemand deletes a demand softly.
func (s *DemandService) DeleteDemand(ctx context.Context, req *parleyv1.DeleteDemandRequest) (*parleyv1.Demand, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.DeleteDemand(req))
	return one(out, err, (*lens.Lens).Demand)
}

// UndeleteDemand brings a deleted demand back.
func (s *DemandService) UndeleteDemand(ctx context.Context, req *parleyv1.UndeleteDemandRequest) (*parleyv1.Demand, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.UndeleteDemand(req))
	return one(out, err, (*lens.Lens).Demand)
}

// BatchCreateDemands records several demands, all or none.
func (s *DemandService) BatchCreateDemands(ctx context.Context, req *parleyv1.BatchCreateDemandsRequest) (*parleyv1.BatchCreateDemandsResponse, error) {
	if err := itemsOf(req.GetParent(), req.GetRequests()); err != nil {
		return nil, err
	}
	out, err := s.core.write(ctx, req.GetParent(), req, record.BatchCreateDemands(req))
	list, err := each(out, err, (*lens.Lens).Demand)
	if err != nil {
		return nil, err
	}
	return &parleyv1.BatchCreateDemandsResponse{Demands: list}, nil
}

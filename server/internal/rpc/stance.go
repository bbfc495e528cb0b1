package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// StanceService serves stances.
type StanceService struct {
	parleyv1.UnimplementedStanceServiceServer
	core Core
}

// GetStance reads one stance.
func (s *StanceService) GetStance(ctx context.Context, req *parleyv1.GetStanceRequest) (*parleyv1.Stance, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Stance(req.GetName())
}

// ListStances lists stances.
func (s *StanceService) ListStances(ctx context.Context, req *parleyv1.ListStancesRequest) (*parleyv1.ListStancesResponse, error) {
	q, l, err := open[*parleyv1.Stance](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(analysis.Of(analysis.At(req), l.Stances(req.GetParent(), q.After(), q.ShowDeleted())))
	return &parleyv1.ListStancesResponse{Stances: page, NextPageToken: next}, nil
}

// CreateStance records a stance.
func (s *StanceService) CreateStance(ctx context.Context, req *parleyv1.CreateStanceRequest) (*parleyv1.Stance, error) {
	out, err := s.core.write(ctx, req.GetParent(), req, record.CreateStance(req))
	return one(out, err, (*lens.Lens).Stance)
}

// UpdateStance changes fields of a stance.
func (s *StanceService) UpdateStance(ctx context.Context, req *parleyv1.UpdateStanceRequest) (*parleyv1.Stance, error) {
	out, err := s.core.write(ctx, req.GetStance().GetName(), req, record.UpdateStance(req))
	return one(out, err, (*lens.Lens).Stance)
}

// DeleteStance deletes a stance softly.
func (s *StanceService) DeleteStance(ctx context.Context, req *parleyv1.DeleteStanceRequest) (*parleyv1.Stance, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.DeleteStance(req))
	return one(out, err, (*lens.Lens).Stance)
}

// UndeleteStance brings a deleted stance back.
func (s *StanceService) UndeleteStance(ctx context.Context, req *parleyv1.UndeleteStanceRequest) (*parleyv1.Stance, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.UndeleteStance(req))
	return one(out, err, (*lens.Lens).Stance)
}

// BatchCreateStances records several stances, all or none.
func (s *StanceService) BatchCreateStances(ctx context.Context, req *parleyv1.BatchCreateStancesRequest) (*parleyv1.BatchCreateStancesResponse, error) {
	if err := itemsOf(req.GetParent(), req.GetRequests()); err != nil {
		return nil, err
	}
	out, err := s.core.write(ctx, req.GetParent(), req, record.BatchCreateStances(req))
	list, err := each(out, err, (*lens.Lens).Stance)
	if err != nil {
		return nil, err
	}
	return &parleyv1.BatchCreateStancesResponse{Stances: list}, nil
}

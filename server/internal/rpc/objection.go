package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// ObjectionService serves objections.
type ObjectionService struct {
	parleyv1.UnimplementedObjectionServiceServer
	core Core
}

// GetObjection reads one objection.
func (s *ObjectionService) GetObjection(ctx context.Context, req *parleyv1.GetObjectionRequest) (*parleyv1.Objection, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Objection(req.GetName())
}

// ListObjections lists objections.
func (s *ObjectionService) ListObjections(ctx context.Context, req *parleyv1.ListObjectionsRequest) (*parleyv1.ListObjectionsResponse, error) {
	q, l, err := open[*parleyv1.Objection](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(l.Objections(req.GetParent(), q.After(), q.ShowDeleted()))
	return &parleyv1.ListObjectionsResponse{Objections: page, NextPageToken: next}, nil
}

// CreateObjection records an objection.
func (s *ObjectionService) CreateObjection(ctx context.Context, req *parleyv1.CreateObjectionRequest) (*parleyv1.Objection, error) {
	out, err := s.core.write(ctx, req.GetParent(), req, record.CreateObjection(req))
	return one(out, err, (*lens.Lens).Objection)
}

// UpdateObjection changes fields of an objection.
func (s *ObjectionService) UpdateObjection(ctx context.Context, req *parleyv1.UpdateObjectionRequest) (*parleyv1.Objection, error) {
	out, err := s.core.write(ctx, req.GetObjection().GetName(), req, record.UpdateObjection(req))
	return one(out, err, (*lens.Lens).Objection)
}

// DeleteObjection deletes an objection softly.
func (s *ObjectionService) DeleteObjection(ctx context.Context, req *parleyv1.DeleteObjectionRequest) (*parleyv1.Objection, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.DeleteObjection(req))
	return one(out, err, (*lens.Lens).Objection)
}

// UndeleteObjection brings a deleted objection back.
func (s *ObjectionService) UndeleteObjection(ctx context.Context, req *parleyv1.UndeleteObjectionRequest) (*parleyv1.Objection, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.UndeleteObjection(req))
	return one(out, err, (*lens.Lens).Objection)
}

// BatchCreateObjections records several objections, all or none.
func (s *ObjectionService) BatchCreateObjections(ctx context.Context, req *parleyv1.BatchCreateObjectionsRequest) (*parleyv1.BatchCreateObjectionsResponse, error) {
	if err := itemsOf(req.GetParent(), req.GetRequests()); err != nil {
		return nil, err
	}
	out, err := s.core.write(ctx, req.GetParent(), req, record.BatchCreateObjections(req))
	list, err := each(out, err, (*lens.Lens).Objection)
	if err != nil {
		return nil, err
	}
	return &parleyv1.BatchCreateObjectionsResponse{Objections: list}, nil
}

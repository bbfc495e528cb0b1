package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// SourceService serves sources.
type SourceService struct {
	parleyv1.UnimplementedSourceServiceServer
	core Core
}

// GetSource reads one source.
func (s *SourceService) GetSource(ctx context.Context, req *parleyv1.GetSourceRequest) (*parleyv1.Source, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Source(req.GetName())
}

// ListSources lists sources.
func (s *SourceService) ListSources(ctx context.Context, req *parleyv1.ListSourcesRequest) (*parleyv1.ListSourcesResponse, error) {
	q, l, err := open[*parleyv1.Source](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(l.Sources(req.GetParent(), q.After(), q.ShowDeleted()))
	return &parleyv1.ListSourcesResponse{Sources: page, NextPageToken: next}, nil
}

// CreateSource records a source.
func (s *SourceService) CreateSource(ctx context.Context, req *parleyv1.CreateSourceRequest) (*parleyv1.Source, error) {
	out, err := s.core.write(ctx, req.GetParent(), req, record.CreateSource(req))
	return one(out, err, (*lens.Lens).Source)
}

// UpdateSource changes fields of a source.
func (s *SourceService) UpdateSource(ctx context.Context, req *parleyv1.UpdateSourceRequest) (*parleyv1.Source, error) {
	out, err := s.core.write(ctx, req.GetSource().GetName(), req, record.UpdateSource(req))
	return one(out, err, (*lens.Lens).Source)
}

// DeleteSource deletes a source softly.
func (s *SourceService) DeleteSource(ctx context.Context, req *parleyv1.DeleteSourceRequest) (*parleyv1.Source, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.DeleteSource(req))
	return one(out, err, (*lens.Lens).Source)
}

// UndeleteSource brings a deleted source back.
func (s *SourceService) UndeleteSource(ctx context.Context, req *parleyv1.UndeleteSourceRequest) (*parleyv1.Source, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.UndeleteSource(req))
	return one(out, err, (*lens.Lens).Source)
}

// BatchCreateSources records several sources, all or none.
func (s *SourceService) BatchCreateSources(ctx context.Context, req *parleyv1.BatchCreateSourcesRequest) (*parleyv1.BatchCreateSourcesResponse, error) {
	if err := itemsOf(req.GetParent(), req.GetRequests()); err != nil {
		return nil, err
	}
	out, err := s.core.write(ctx, req.GetParent(), req, record.BatchCreateSources(req))
	list, err := each(out, err, (*lens.Lens).Source)
	if err != nil {
		return nil, err
	}
	return &parleyv1.BatchCreateSourcesResponse{Sources: list}, nil
}

package rpc

import (
	"context"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
)

// AccessService serves accesses.
type AccessService struct {
	parleyv1.UnimplementedAccessServiceServer
	core Core
}

// GetAccess reads one access.
func (s *AccessService) GetAccess(ctx context.Context, req *parleyv1.GetAccessRequest) (*parleyv1.Access, error) {
	at, err := s.core.moment(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	l, err := s.core.accesses(ctx, req.GetName(), at)
	if err != nil {
		return nil, err
	}
	return l.Find(req.GetName())
}

// ListAccesses lists who looked at what.
func (s *AccessService) ListAccesses(ctx context.Context, req *parleyv1.ListAccessesRequest) (*parleyv1.ListAccessesResponse, error) {
	q, _, err := open[*parleyv1.Access](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	l, err := s.core.accesses(ctx, req.GetParent(), q.AsOf())
	if err != nil {
		return nil, err
	}
	page, next := q.Page(l.All(q.After()))
	return &parleyv1.ListAccessesResponse{Accesses: page, NextPageToken: next}, nil
}

func (c Core) accesses(ctx context.Context, name string, at time.Time) (*lens.Accesses, error) {
	return c.Host.Accesses(ctx, c.viewer(ctx, name), access.FromContext(ctx).Name, name, at)
}

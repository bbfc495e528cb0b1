package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// DisclosureService serves disclosures.
type DisclosureService struct {
	parleyv1.UnimplementedDisclosureServiceServer
	core Core
}

// Disclose tells something to more people.
func (s *DisclosureService) Disclose(ctx context.Context, req *parleyv1.DiscloseRequest) (*parleyv1.Disclosure, error) {
	out, err := s.core.write(ctx, req.GetParent(), req, record.Disclose(req))
	return one(out, err, (*lens.Lens).Disclosure)
}

// GetDisclosure reads one disclosure.
func (s *DisclosureService) GetDisclosure(ctx context.Context, req *parleyv1.GetDisclosureRequest) (*parleyv1.Disclosure, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Disclosure(req.GetName())
}

// ListDisclosures lists what was told to whom.
func (s *DisclosureService) ListDisclosures(ctx context.Context, req *parleyv1.ListDisclosuresRequest) (*parleyv1.ListDisclosuresResponse, error) {
	q, l, err := open[*parleyv1.Disclosure](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(l.Disclosures(req.GetParent(), q.After()))
	return &parleyv1.ListDisclosuresResponse{Disclosures: page, NextPageToken: next}, nil
}

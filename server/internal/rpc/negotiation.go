package rpc

import (
	"cmp"
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// NegotiationService serves negotiations.
type NegotiationService struct {
	parleyv1.UnimplementedNegotiationServiceServer
	core Core
}

// GetNegotiation reads one negotiation.
func (s *NegotiationService) GetNegotiation(ctx context.Context, req *parleyv1.GetNegotiationRequest) (*parleyv1.Negotiation, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Negotiation(req.GetName())
}

// ListNegotiations lists negotiations.
func (s *NegotiationService) ListNegotiations(ctx context.Context, req *parleyv1.ListNegotiationsRequest) (*parleyv1.ListNegotiationsResponse, error) {
	q, l, err := open[*parleyv1.Negotiation](ctx, s.core, "", req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(l.Negotiations(q.After(), q.ShowDeleted()))
	return &parleyv1.ListNegotiationsResponse{Negotiations: page, NextPageToken: next}, nil
}

// CreateNegotiation records a negotiation.
func (s *NegotiationService) CreateNegotiation(ctx context.Context, req *parleyv1.CreateNegotiationRequest) (*parleyv1.Negotiation, error) {
	id := cmp.Or(req.GetNegotiationId(), s.core.Host.NewIDFor(access.FromContext(ctx).Name, req.GetRequestId()))
	w := s.core.request(ctx, "negotiations/"+id, req, record.CreateNegotiation(req, id))
	w.Viewer = record.Viewer{Mediator: true, Table: true} // whoever opens it may see what they open
	w.Create = true
	out, err := s.core.Host.Write(ctx, w)
	return one(out, err, (*lens.Lens).Negotiation)
}

// UpdateNegotiation changes fields of a negotiation.
func (s *NegotiationService) UpdateNegotiation(ctx context.Context, req *parleyv1.UpdateNegotiationRequest) (*parleyv1.Negotiation, error) {
	out, err := s.core.write(ctx, req.GetNegotiation().GetName(), req, record.UpdateNegotiation(req))
	return one(out, err, (*lens.Lens).Negotiation)
}

// DeleteNegotiation deletes a negotiation softly.
func (s *NegotiationService) DeleteNegotiation(ctx context.Context, req *parleyv1.DeleteNegotiationRequest) (*parleyv1.Negotiation, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.DeleteNegotiation(req))
	return one(out, err, (*lens.Lens).Negotiation)
}

// UndeleteNegotiation brings a deleted negotiation back.
func (s *NegotiationService) UndeleteNegotiation(ctx context.Context, req *parleyv1.UndeleteNegotiationRequest) (*parleyv1.Negotiation, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.UndeleteNegotiation(req))
	return one(out, err, (*lens.Lens).Negotiation)
}

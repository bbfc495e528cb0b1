package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// PartyService serves parties.
type PartyService struct {
	parleyv1.UnimplementedPartyServiceServer
	core Core
}

// GetParty reads one party.
func (s *PartyService) GetParty(ctx context.Context, req *parleyv1.GetPartyRequest) (*parleyv1.Party, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Party(req.GetName())
}

// ListParties lists parties.
func (s *PartyService) ListParties(ctx context.Context, req *parleyv1.ListPartiesRequest) (*parleyv1.ListPartiesResponse, error) {
	q, l, err := open[*parleyv1.Party](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(l.Parties(req.GetParent(), q.After(), q.ShowDeleted()))
	return &parleyv1.ListPartiesResponse{Parties: page, NextPageToken: next}, nil
}

// CreateParty records a party.
func (s *PartyService) CreateParty(ctx context.Context, req *parleyv1.CreatePartyRequest) (*parleyv1.Party, error) {
	out, err := s.core.write(ctx, req.GetParent(), req, record.CreateParty(req))
	return one(out, err, (*lens.Lens).Party)
}

// UpdateParty changes fields of a party.
func (s *PartyService) UpdateParty(ctx context.Context, req *parleyv1.UpdatePartyRequest) (*parleyv1.Party, error) {
	out, err := s.core.write(ctx, req.GetParty().GetName(), req, record.UpdateParty(req))
	return one(out, err, (*lens.Lens).Party)
}

// DeleteParty deletes a party softly.
func (s *PartyService) DeleteParty(ctx context.Context, req *parleyv1.DeletePartyRequest) (*parleyv1.Party, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.DeleteParty(req))
	return one(out, err, (*lens.Lens).Party)
}

// UndeleteParty brings a deleted party back.
func (s *PartyService) UndeleteParty(ctx context.Context, req *parleyv1.UndeletePartyRequest) (*parleyv1.Party, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.UndeleteParty(req))
	return one(out, err, (*lens.Lens).Party)
}

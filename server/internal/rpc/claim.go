package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// ClaimService serves claims.
type ClaimService struct {
	parleyv1.UnimplementedClaimServiceServer
	core Core
}

// GetClaim reads one claim.
func (s *ClaimService) GetClaim(ctx context.Context, req *parleyv1.GetClaimRequest) (*parleyv1.Claim, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Claim(req.GetName())
}

// ListClaims lists claims.
func (s *ClaimService) ListClaims(ctx context.Context, req *parleyv1.ListClaimsRequest) (*parleyv1.ListClaimsResponse, error) {
	q, l, err := open[*parleyv1.Claim](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(l.Claims(req.GetParent(), q.After(), q.ShowDeleted()))
	return &parleyv1.ListClaimsResponse{Claims: page, NextPageToken: next}, nil
}

// CreateClaim records a claim.
func (s *ClaimService) CreateClaim(ctx context.Context, req *parleyv1.CreateClaimRequest) (*parleyv1.Claim, error) {
	out, err := s.core.write(ctx, req.GetParent(), req, record.CreateClaim(req))
	return one(out, err, (*lens.Lens).Claim)
}

// UpdateClaim changes fields of a claim.
func (s *ClaimService) UpdateClaim(ctx context.Context, req *parleyv1.UpdateClaimRequest) (*parleyv1.Claim, error) {
	out, err := s.core.write(ctx, req.GetClaim().GetName(), req, record.UpdateClaim(req))
	return one(out, err, (*lens.Lens).Claim)
}

// DeleteClaim deletes a claim softly.
func (s *ClaimService) DeleteClaim(ctx context.Context, req *parleyv1.DeleteClaimRequest) (*parleyv1.Claim, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.DeleteClaim(req))
	return one(out, err, (*lens.Lens).Claim)
}

// UndeleteClaim brings a deleted claim back.
func (s *ClaimService) UndeleteClaim(ctx context.Context, req *parleyv1.UndeleteClaimRequest) (*parleyv1.Claim, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.UndeleteClaim(req))
	return one(out, err, (*lens.Lens).Claim)
}

// BatchCreateClaims records several claims, all or none.
func (s *ClaimService) BatchCreateClaims(ctx context.Context, req *parleyv1.BatchCreateClaimsRequest) (*parleyv1.BatchCreateClaimsResponse, error) {
	if err := itemsOf(req.GetParent(), req.GetRequests()); err != nil {
		return nil, err
	}
	out, err := s.core.write(ctx, req.GetParent(), req, record.BatchCreateClaims(req))
	list, err := each(out, err, (*lens.Lens).Claim)
	if err != nil {
		return nil, err
	}
	return &parleyv1.BatchCreateClaimsResponse{Claims: list}, nil
}

// RespondToClaim adds a response to a claim.
func (s *ClaimService) RespondToClaim(ctx context.Context, req *parleyv1.RespondToClaimRequest) (*parleyv1.Claim, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.RespondToClaim(req))
	return one(out, err, (*lens.Lens).Claim)
}

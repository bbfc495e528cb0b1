package rpc

import (
	"context"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// TokenService serves tokens.
type TokenService struct {
	parleyv1.UnimplementedTokenServiceServer
	core Core
}

// GetToken reads one token.
func (s *TokenService) GetToken(ctx context.Context, req *parleyv1.GetTokenRequest) (*parleyv1.Token, error) {
	l, err := s.core.lens(ctx, "", req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Token(req.GetName())
}

// ListTokens lists tokens.
func (s *TokenService) ListTokens(ctx context.Context, req *parleyv1.ListTokensRequest) (*parleyv1.ListTokensResponse, error) {
	q, l, err := open[*parleyv1.Token](ctx, s.core, "", req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(l.Tokens(q.After()))
	return &parleyv1.ListTokensResponse{Tokens: page, NextPageToken: next}, nil
}

// CreateToken makes a token, and shows its secret if it did not exist before.
func (s *TokenService) CreateToken(ctx context.Context, req *parleyv1.CreateTokenRequest) (*parleyv1.Token, error) {
	secret, hash := access.NewSecret()
	out, err := s.core.Host.WriteDirectory(ctx, s.core.request(ctx, "", req, record.CreateToken(req, hash)))
	m, err := one(out, err, (*lens.Lens).Token)
	if err != nil {
		return nil, err
	}
	return s.core.withSecret(m, secret, hash), nil
}

// withSecret shows the secret of a token that was made with it just now. A trial made none, and a retry none again: the first
// answer had the secret.
func (c Core) withSecret(m *parleyv1.Token, secret string, hash []byte) *parleyv1.Token {
	if c.Host.TokenBySecret(hash) == nil {
		return m
	}
	m = proto.CloneOf(m)
	m.Secret = secret
	return m
}

// RevokeToken ends a token.
func (s *TokenService) RevokeToken(ctx context.Context, req *parleyv1.RevokeTokenRequest) (*parleyv1.Token, error) {
	out, err := s.core.Host.WriteDirectory(ctx, s.core.request(ctx, "", req, record.RevokeToken(req)))
	return one(out, err, (*lens.Lens).Token)
}

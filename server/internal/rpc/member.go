package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// MemberService serves members of negotiations. They are kept in the directory.
type MemberService struct {
	parleyv1.UnimplementedMemberServiceServer
	core Core
}

// GetMember reads one member.
func (s *MemberService) GetMember(ctx context.Context, req *parleyv1.GetMemberRequest) (*parleyv1.Member, error) {
	l, err := s.core.lens(ctx, "", req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Member(req.GetName())
}

// ListMembers lists the members of a negotiation.
func (s *MemberService) ListMembers(ctx context.Context, req *parleyv1.ListMembersRequest) (*parleyv1.ListMembersResponse, error) {
	q, l, err := open[*parleyv1.Member](ctx, s.core, "", req)
	if err != nil {
		return nil, err
	}
	if _, err := l.Negotiation(req.GetParent()); err != nil {
		return nil, err
	}
	page, next := q.Page(l.Members(req.GetParent(), q.After(), q.ShowDeleted()))
	return &parleyv1.ListMembersResponse{Members: page, NextPageToken: next}, nil
}

// CreateMember makes a principal a member.
func (s *MemberService) CreateMember(ctx context.Context, req *parleyv1.CreateMemberRequest) (*parleyv1.Member, error) {
	return s.write(ctx, req.GetParent(), req, req.GetMember(), record.CreateMember(req))
}

// UpdateMember changes what a member is.
func (s *MemberService) UpdateMember(ctx context.Context, req *parleyv1.UpdateMemberRequest) (*parleyv1.Member, error) {
	return s.write(ctx, req.GetMember().GetName(), req, req.GetMember(), record.UpdateMember(req))
}

// DeleteMember ends a membership.
func (s *MemberService) DeleteMember(ctx context.Context, req *parleyv1.DeleteMemberRequest) (*parleyv1.Member, error) {
	return s.write(ctx, req.GetName(), req, nil, record.DeleteMember(req))
}

// UndeleteMember makes a former member one again.
func (s *MemberService) UndeleteMember(ctx context.Context, req *parleyv1.UndeleteMemberRequest) (*parleyv1.Member, error) {
	return s.write(ctx, req.GetName(), req, nil, record.UndeleteMember(req))
}

func (s *MemberService) write(ctx context.Context, name string, req mutation, m *parleyv1.Member, cmd record.Command) (*parleyv1.Member, error) {
	out, err := s.core.Host.WriteMember(ctx, s.core.request(ctx, name, req, cmd), m)
	return one(out, err, (*lens.Lens).Member)
}

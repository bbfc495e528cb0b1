package daemon_test

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// newcomer is the principal of a membership that changes in the course of a play.
const newcomer = "dora"

// membership is what the newcomer is, as the story goes.
type membership struct {
	*thing
	member *parleyv1.Member
}

// reappoint has the mediator make the newcomer a member, or another one than they are, or none: in secret, if the viewer knows of
// the membership neither before nor after.
func (p *play) reappoint() {
	is, method, req := p.appointment()
	secret := !p.knows(p.viewer, is.thing) && (p.joined.thing == nil || !p.knows(p.viewer, p.joined.thing))
	if !secret && p.estranged {
		return // one of the servers has another member there, or none
	}
	var act *thing
	if secret {
		act = is.thing
	}
	made := p.do("maria", method, same(req), act)
	if made == nil {
		return
	}
	is.saw(made)
	if p.joined.thing == nil {
		p.names["parley/Member"] = append(p.names["parley/Member"], is.name)
	}
	p.joined, p.estranged = is, p.estranged || secret
	delete(p.own, newcomer)
	if p.mediators[newcomer] = !is.deleted && is.member.GetRole() == parleyv1.Member_ROLE_MEDIATOR; !is.deleted && is.owner != "" {
		p.own[newcomer] = is.owner
	}
}

// appointment draws what the newcomer becomes, and the request that makes them it.
func (p *play) appointment() (membership, string, proto.Message) {
	m := rapid.SampledFrom([]*parleyv1.Member{
		{Role: parleyv1.Member_ROLE_MEDIATOR},
		{Role: parleyv1.Member_ROLE_OBSERVER},
		{Role: parleyv1.Member_ROLE_DELEGATE, Party: p.party("a")},
		{Role: parleyv1.Member_ROLE_DELEGATE, Party: p.party("b")},
	}).Draw(p.t, "role")
	leaves := rapid.IntRange(0, 3).Draw(p.t, "leaves") == 0
	is := membership{&thing{kind: "Member", name: p.n() + "/members/" + newcomer, author: "maria"}, m}
	if m.GetParty() != "" {
		is.owner = lastPart(m.GetParty())
	}
	was := p.joined
	if was.thing == nil {
		is.audience = audienceOf(rapid.SampledFrom([]parleyv1.Audience_Level{
			parleyv1.Audience_LEVEL_MEDIATOR, parleyv1.Audience_LEVEL_TABLED, parleyv1.Audience_LEVEL_PUBLIC,
		}).Draw(p.t, "level"))
		m.Principal, m.Audience = newcomer, is.audience
		return is, "MemberService.CreateMember", &parleyv1.CreateMemberRequest{Parent: p.n(), MemberId: newcomer, Member: m}
	}
	is.audience = was.audience
	switch {
	case was.deleted:
		is.owner, is.member = was.owner, was.member
		return is, "MemberService.UndeleteMember", &parleyv1.UndeleteMemberRequest{Name: is.name}
	case leaves:
		is.owner, is.member = was.owner, was.member
		return is, "MemberService.DeleteMember", &parleyv1.DeleteMemberRequest{Name: is.name}
	}
	m.Name = is.name
	return is, "MemberService.UpdateMember", &parleyv1.UpdateMemberRequest{Member: m, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"role", "party"}}}
}

package daemon_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// play is one history that both servers are told, the one with its secrets.
type play struct {
	*theater
	t       *rapid.T
	id      string
	viewer  string
	things  []*thing
	staged  int                 // how many things there were before the first act
	names   map[string][]string // what the viewer may ask for, hidden or not, by type
	script  []string
	secrets int
	acts    int
	moments []time.Time // of the acts

	own       map[string]string // whose delegates people are
	mediators map[string]bool
	joined    membership // of the newcomer
	estranged bool       // the newcomer is not the same on both servers

	compared []question // calls of the viewer among the acts
}

// thing is a resource, as the story goes.
type thing struct {
	kind, name, owner string
	author            string
	audience          *parleyv1.Audience
	about             []*thing            // what it belongs to and names: nobody knows of it who does not know of that
	points            []string            // of a revision
	marks             map[string][]string // of a revision: by point, of the rival wordings
	parents           []*thing            // of a revision
	deleted           bool
	etag              string
}

// saw keeps what an answer says of a thing.
func (x *thing) saw(answer proto.Message) {
	if m, ok := answer.(interface{ GetEtag() string }); ok {
		x.etag = m.GetEtag()
	}
	if m, ok := answer.(interface{ GetDeleteTime() *timestamppb.Timestamp }); ok {
		x.deleted = m.GetDeleteTime() != nil
	}
}

func (p *play) n() string { return "negotiations/" + p.id }

// open sets the stage: a negotiation with two parties, a plan, and everybody in their role.
func (p *play) open() {
	level := rapid.SampledFrom([]parleyv1.Audience_Level{parleyv1.Audience_LEVEL_PUBLIC, parleyv1.Audience_LEVEL_TABLED}).Draw(p.t, "negotiation")
	stage := &thing{kind: "Negotiation", name: p.n(), author: "maria", audience: audienceOf(level)}
	p.do("operator", "NegotiationService.CreateNegotiation", same(&parleyv1.CreateNegotiationRequest{
		NegotiationId: p.id, Negotiation: &parleyv1.Negotiation{DisplayName: p.id, Audience: stage.audience},
	}), nil)
	p.note(stage)
	for _, id := range []string{"a", "b"} {
		p.do("operator", "PartyService.CreateParty", same(&parleyv1.CreatePartyRequest{
			Parent: p.n(), PartyId: id, Party: &parleyv1.Party{DisplayName: id, Kind: parleyv1.Party_KIND_STATE, Role: parleyv1.Party_ROLE_PRINCIPAL},
		}), nil)
		p.note(&thing{kind: "Party", name: p.n() + "/parties/" + id, owner: id, author: "maria", audience: audienceOf(parleyv1.Audience_LEVEL_PUBLIC)})
	}
	for _, m := range []*parleyv1.Member{
		{Principal: "maria", Role: parleyv1.Member_ROLE_MEDIATOR},
		{Principal: "olga", Role: parleyv1.Member_ROLE_OBSERVER},
		{Principal: "ines", Role: parleyv1.Member_ROLE_ANALYST},
		{Principal: "anna", Role: parleyv1.Member_ROLE_DELEGATE, Party: p.n() + "/parties/a"},
		{Principal: "bert", Role: parleyv1.Member_ROLE_DELEGATE, Party: p.n() + "/parties/b"},
	} {
		if who := m.GetPrincipal(); who != "olga" && who != "ines" || who == p.viewer {
			p.do("operator", "MemberService.CreateMember", same(&parleyv1.CreateMemberRequest{Parent: p.n(), MemberId: who, Member: m}), nil)
			p.names["parley/Member"] = append(p.names["parley/Member"], p.n()+"/members/"+who)
		}
	}
	if p.viewer == "root" {
		spare := p.id + "-spare"
		p.do("operator", "TokenService.CreateToken", same(&parleyv1.CreateTokenRequest{TokenId: spare, Token: &parleyv1.Token{Principal: spare}}), nil)
		p.names["parley/Token"] = []string{"tokens/" + spare}
	}
	if p.viewer == "maria" {
		p.openGone()
	}
	p.do("operator", "PlanService.CreatePlan", same(&parleyv1.CreatePlanRequest{Parent: p.n(), PlanId: "draft", Plan: &parleyv1.Plan{DisplayName: "Draft"}}), nil)
	p.note(&thing{kind: "Plan", name: p.n() + "/plans/draft", author: "maria", audience: audienceOf(parleyv1.Audience_LEVEL_PUBLIC)})
	p.openText()
}

// openGone makes a negotiation of the mediator's that is deleted.
func (p *play) openGone() {
	gone := &thing{kind: "Negotiation", name: p.n() + "-gone", author: "maria", audience: audienceOf(parleyv1.Audience_LEVEL_PUBLIC), deleted: true}
	p.do("operator", "NegotiationService.CreateNegotiation", same(&parleyv1.CreateNegotiationRequest{
		NegotiationId: lastPart(gone.name), Negotiation: &parleyv1.Negotiation{DisplayName: "gone", Audience: gone.audience},
	}), nil)
	p.do("operator", "MemberService.CreateMember", same(&parleyv1.CreateMemberRequest{
		Parent: gone.name, MemberId: "maria", Member: &parleyv1.Member{Principal: "maria", Role: parleyv1.Member_ROLE_MEDIATOR},
	}), nil)
	p.do("operator", "NegotiationService.DeleteNegotiation", same(&parleyv1.DeleteNegotiationRequest{Name: gone.name}), nil)
	p.note(gone)
}

// openText gives everybody something to judge and to object to: a demand, and a text with an editorial change.
func (p *play) openText() {
	public, plan, demand := audienceOf(parleyv1.Audience_LEVEL_PUBLIC), p.n()+"/plans/draft", p.party("a")+"/demands/d"
	p.do("operator", "DemandService.CreateDemand", same(&parleyv1.CreateDemandRequest{
		Parent: p.party("a"), DemandId: "d", Demand: &parleyv1.Demand{Statement: "d", Strength: parleyv1.Demand_STRENGTH_CORE, Audience: public},
	}), nil)
	p.note(&thing{kind: "Demand", name: demand, owner: "a", author: "maria", audience: public})
	edit := &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: point("p", "the same"), Editorial: true}}}
	p.do("operator", "PlanService.CommitRevision", same(textCommit(plan, "r1", nil, point("p", "one"), point("q", "two"))), nil)
	p.note(&thing{kind: "Revision", name: plan + "/revisions/r1", author: "maria", audience: public, points: []string{"p", "q"}})
	r1 := p.things[len(p.things)-1]
	p.do("operator", "PlanService.CommitRevision", same(changeCommit(plan, "r2", []string{"r1"}, edit)), nil)
	r2 := plan + "/revisions/r2"
	p.note(&thing{kind: "Revision", name: r2, author: "maria", audience: public, points: []string{"p", "q"}, parents: []*thing{r1}})
	p.names["parley/Point"] = append(p.names["parley/Point"], r2+"/points/p")
	p.do("operator", "AssessmentService.CreateAssessment", same(&parleyv1.CreateAssessmentRequest{Parent: p.n(), AssessmentId: "j", Assessment: &parleyv1.Assessment{
		Demand: demand, Revision: r2, Verdict: parleyv1.Assessment_VERDICT_UNMET, Judge: "a judge", Audience: public,
	}}), nil)
	p.note(&thing{kind: "Assessment", name: p.n() + "/assessments/j", author: "maria", audience: public})
	p.do("operator", "ObjectionService.CreateObjection", same(&parleyv1.CreateObjectionRequest{
		Parent: p.n(), ObjectionId: "o", Objection: &parleyv1.Objection{Point: r2 + "/points/p", Party: p.party("b"), Audience: public},
	}), nil)
	p.note(&thing{kind: "Objection", name: p.n() + "/objections/o", owner: "b", author: "maria", audience: public})
}

func audienceOf(level parleyv1.Audience_Level, parties ...string) *parleyv1.Audience {
	return &parleyv1.Audience{Level: level, Parties: parties}
}

func (p *play) note(x *thing) {
	p.things = append(p.things, x)
	p.names["parley/"+x.kind] = append(p.names["parley/"+x.kind], x.name)
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// told is a request as each of the servers gets it.
type told func(w *twin) proto.Message

// same is a request that both get.
func same(req proto.Message) told { return func(*twin) proto.Message { return req } }

// under gives the same request an id to be known by.
func (build told) under(id string) told {
	return func(w *twin) proto.Message {
		req := proto.Clone(build(w))
		req.ProtoReflect().Set(req.ProtoReflect().Descriptor().Fields().ByName("request_id"), protoreflect.ValueOfString(id))
		return req
	}
}

// do has somebody make a call: in secret on one server, if it makes or changes a thing that the viewer may not know of, and
// otherwise on both. It gives the answer if it was no error.
func (p *play) do(who, name string, build told, x *thing) proto.Message {
	p.acts++
	p.stage.enter(fmt.Sprintf("%s %d", p.id, p.acts))
	p.moments = append(p.moments, p.stage.now())
	secret := x != nil && !p.knows(p.viewer, x)
	if who == newcomer && p.estranged && !secret {
		return nil // may do it on one of the servers only
	}
	if method := methodNamed(name); who != "operator" && rapid.IntRange(0, 7).Draw(p.t, "request_id") == 7 && method.Input().Fields().ByName("request_id") != nil {
		build = build.under(rapid.SampledFrom(p.requestIDs()).Draw(p.t, "request_id"))
	}
	c := question{method: methodNamed(name), req: build(p.with)}
	if who == p.viewer && rapid.Bool().Draw(p.t, "over REST") {
		c.over = byREST
	}
	got := p.with.ask(context.Background(), who, c)
	line := fmt.Sprintf("%s: %s %v", who, name, c.req)
	if !got.ok {
		line += "\n    fails: " + got.head
	}
	switch {
	case secret:
		p.script = append(p.script, "in secret, "+line)
		if got.ok {
			p.secrets++
		}
	case who == p.viewer:
		p.script = append(p.script, line)
		c.ok = got.ok
		p.compared = append(p.compared, c)
		if other := p.without.ask(context.Background(), who, c); !alike(got, other) {
			p.differ(c, got, other)
		}
	case got.ok:
		p.script = append(p.script, line)
		if other := p.without.ask(context.Background(), who, question{method: c.method, req: build(p.without)}); !other.ok {
			p.t.Skip("what was done in the open fitted one of the two only")
		}
	default: // it failed, for all that the viewer knows as somebody chose something that cannot be
		p.script = append(p.script, line)
	}
	if !got.ok {
		return nil
	}
	if got.msg == nil {
		got.msg = fromBody(c.method, got.body)
	}
	return got.msg
}

func methodNamed(name string) protoreflect.MethodDescriptor {
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName("parley.v1." + name))
	if err != nil {
		panic(err) // written wrongly in the test
	}
	return d.(protoreflect.MethodDescriptor)
}

func newMessage(md protoreflect.MessageDescriptor) protoreflect.Message {
	mt, err := protoregistry.GlobalTypes.FindMessageByName(md.FullName())
	if err != nil {
		panic(err) // generated with the service
	}
	return mt.New()
}

// knows tells whether somebody may know of a thing, by the words of the documents alone.
func (p *play) knows(who string, x *thing) bool {
	return p.in(who, x.audience, x.owner) && !slices.ContainsFunc(x.about, func(x *thing) bool { return !p.knows(who, x) })
}

func (p *play) in(who string, a *parleyv1.Audience, owner string) bool {
	own, mediator := p.own[who], p.mediators[who]
	switch a.GetLevel() {
	case parleyv1.Audience_LEVEL_PARTY:
		return own != "" && own == owner
	case parleyv1.Audience_LEVEL_MEDIATOR:
		return mediator || own != "" && own == owner
	case parleyv1.Audience_LEVEL_SHARED:
		return mediator || own != "" && (own == owner || slices.Contains(a.GetParties(), p.n()+"/parties/"+own))
	case parleyv1.Audience_LEVEL_TABLED:
		return who != "" && who != "nina" && who != "root"
	}
	return true
}

// act makes something up that somebody does.
func (p *play) act() {
	kinds := []string{
		"create", "create", "create", "create", "commit", "commit", "commit", "change", "change", "change",
		"disclose", "disclose", "batch", "respond", "read", "appoint", "reappoint", "reappoint", "elsewhere",
	}
	switch rapid.SampledFrom(kinds).Draw(p.t, "act") {
	case "create":
		p.create()
	case "commit":
		p.commit()
	case "change":
		p.change()
	case "batch":
		p.batch()
	case "respond":
		p.respond()
	case "disclose":
		p.disclose()
	case "read":
		p.read()
	case "appoint":
		p.appoint()
	case "reappoint":
		p.reappoint()
	case "elsewhere":
		p.elsewhere()
	}
}

// part draws who acts for whom, and who may know of what they record.
func (p *play) part() (who, owner string, audience *parleyv1.Audience) {
	among := []string{"maria", "anna", "bert"}
	if p.own[newcomer] != "" || p.mediators[newcomer] {
		among = append(among, newcomer)
	}
	who = rapid.SampledFrom(among).Draw(p.t, "who")
	owner, audience = p.partOf(who)
	return who, owner, audience
}

// partOf draws for whom somebody acts, and who may know of what they record.
func (p *play) partOf(who string) (owner string, audience *parleyv1.Audience) {
	owner = p.own[who]
	level := parleyv1.Audience_Level(rapid.IntRange(int(parleyv1.Audience_LEVEL_PARTY), int(parleyv1.Audience_LEVEL_PUBLIC)).Draw(p.t, "level"))
	if p.mediators[who] {
		owner = rapid.SampledFrom([]string{"", "a", "b"}).Draw(p.t, "owner")
		level = max(level, parleyv1.Audience_LEVEL_MEDIATOR)
	}
	if level == parleyv1.Audience_LEVEL_SHARED {
		return owner, audienceOf(level, p.n()+"/parties/"+rapid.SampledFrom([]string{"a", "b"}).Draw(p.t, "shared"))
	}
	return owner, audienceOf(level)
}

// newID makes up an id that may be chosen for an audience, or leaves it to the server.
func (p *play) newID(owner string, a *parleyv1.Audience) string {
	n := p.acts
	switch {
	case rapid.IntRange(0, 2).Draw(p.t, "id") == 0:
		return ""
	case a.GetLevel() >= parleyv1.Audience_LEVEL_TABLED:
		return fmt.Sprintf("x%d", n)
	case a.GetLevel() == parleyv1.Audience_LEVEL_PARTY:
		return fmt.Sprintf("%s--own--%d", owner, n)
	case owner == "":
		return fmt.Sprintf("%s--%d", record.MediatorsOwn, n)
	}
	return fmt.Sprintf("%s--%d", owner, n)
}

// any draws a thing of some kinds that somebody may name: nil if there is none.
func (p *play) any(who string, kinds ...string) *thing {
	var list []*thing
	for _, x := range p.things {
		if slices.Contains(kinds, x.kind) && p.knows(who, x) {
			list = append(list, x)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return rapid.SampledFrom(list).Draw(p.t, "thing")
}

// party gives the name of a party by its id; empty for none.
func (p *play) party(id string) string {
	if id == "" {
		return ""
	}
	return p.n() + "/parties/" + id
}

// newest finds the newest revision of a plan that somebody knows of.
func (p *play) newest(who string, plan *thing) *thing {
	for _, x := range slices.Backward(p.things) {
		if x.kind == "Revision" && strings.HasPrefix(x.name, plan.name+"/") && p.knows(who, x) {
			return x
		}
	}
	return nil
}

// followed gives the revisions that one with these parents follows as the viewer knows it: through one that they do not know of,
// those that it follows in turn.
func (p *play) followed(parents []*thing) (out []*thing) {
	met := map[*thing]bool{}
	var follow func([]*thing)
	follow = func(parents []*thing) {
		for _, x := range parents {
			if met[x] {
				continue
			}
			if met[x] = true; p.knows(p.viewer, x) {
				out = append(out, x)
			} else {
				follow(x.parents)
			}
		}
	}
	follow(parents)
	return out
}

func (p *play) story() string {
	return fmt.Sprintf("viewer %q\n%s", p.viewer, strings.Join(p.script, "\n"))
}

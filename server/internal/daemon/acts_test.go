package daemon_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// create has somebody record something, for themselves, for a few or for all.
func (p *play) create() {
	who, owner, audience := p.part()
	kind := rapid.SampledFrom([]string{"Demand", "Plan", "Stance", "Stance", "Stance", "Claim", "Claim", "Event", "Source", "Assessment", "Objection", "Party", "Valuation", "Valuation"}).Draw(p.t, "kind")
	if (kind == "Event" || kind == "Source" || kind == "Party") && !p.mediators[who] {
		kind = "Claim"
	}
	x := &thing{kind: kind, author: who, owner: owner, audience: audience}
	req := p.creation(x)
	if req == nil {
		return
	}
	if made := p.do(who, kind+"Service.Create"+kind, same(req), x); made != nil {
		x.name = made.(interface{ GetName() string }).GetName()
		if kind == "Party" {
			x.owner = lastPart(x.name)
		}
		x.saw(made)
		p.note(x)
	}
}

// creation writes the request by which a thing is recorded, and what it names; nil if there is nothing for it to name.
func (p *play) creation(x *thing) proto.Message {
	n, a := p.n(), x.audience
	switch x.kind {
	case "Demand":
		if x.owner == "" {
			x.owner = "a"
		}
		strength := rapid.SampledFrom([]parleyv1.Demand_Strength{parleyv1.Demand_STRENGTH_CORE, parleyv1.Demand_STRENGTH_RED_LINE}).Draw(p.t, "strength")
		return &parleyv1.CreateDemandRequest{Parent: p.party(x.owner), DemandId: p.newID(x.owner, a), Demand: &parleyv1.Demand{
			Statement: p.word(), Strength: strength, Topic: p.word(), Limit: p.limit(), Audience: a, Attribution: p.attribution(x),
		}}
	case "Plan":
		return &parleyv1.CreatePlanRequest{Parent: n, PlanId: p.newID(x.owner, a), Plan: &parleyv1.Plan{DisplayName: p.word(), Owner: p.party(x.owner), Audience: a}}
	case "Event":
		x.owner = ""
		m := &parleyv1.Event{DisplayName: p.word(), Audience: a}
		m.About, m.PartOf = p.naming(x, "Claim", "Revision", "Party", "Event", "Source"), first(p.naming(x, "Event"))
		return &parleyv1.CreateEventRequest{Parent: n, EventId: p.newID("", a), Event: m}
	case "Source":
		x.owner = ""
		return &parleyv1.CreateSourceRequest{Parent: n, SourceId: p.newID("", a), Source: &parleyv1.Source{DisplayName: p.word(), Audience: a}}
	case "Party":
		x.owner = ""
		return &parleyv1.CreatePartyRequest{Parent: n, PartyId: p.newID("", a), Party: &parleyv1.Party{
			DisplayName: p.word(), Kind: parleyv1.Party_KIND_STATE, Role: parleyv1.Party_ROLE_PRINCIPAL, Audience: a,
		}}
	case "Member":
		x.owner, x.audience = "", audienceOf(parleyv1.Audience_LEVEL_TABLED)
		id := fmt.Sprintf("m%d", p.acts)
		return &parleyv1.CreateMemberRequest{Parent: n, MemberId: id, Member: &parleyv1.Member{Principal: id, Role: parleyv1.Member_ROLE_OBSERVER, Audience: x.audience}}
	case "Claim":
		m := &parleyv1.Claim{Statement: p.word(), Party: p.party(x.owner), Audience: a, Attribution: p.attribution(x)}
		m.About, m.Reports = p.naming(x, "Claim", "Revision", "Party", "Event", "Source", "Demand", "Stance", "Plan"), first(p.naming(x, "Claim"))
		return &parleyv1.CreateClaimRequest{Parent: n, ClaimId: p.newID(x.owner, a), Claim: m}
	}
	return p.opinion(x)
}

// opinion is creation of what is said about a revision.
func (p *play) opinion(x *thing) proto.Message {
	r, n, a := p.any(x.author, "Revision"), p.n(), x.audience
	if r == nil || len(r.points) == 0 {
		return nil
	}
	x.about = append(x.about, r)
	point := r.name + "/points/" + rapid.SampledFrom(r.points).Draw(p.t, "point")
	switch x.kind {
	case "Assessment":
		d := p.any(x.author, "Demand")
		if d == nil {
			return nil
		}
		x.about = append(x.about, d)
		m := &parleyv1.Assessment{Demand: d.name, Revision: r.name, Point: point, Verdict: p.verdict(), JudgeParty: p.party(x.owner), Audience: a}
		if x.owner == "" {
			m.Judge = "a judge"
		}
		return &parleyv1.CreateAssessmentRequest{Parent: n, AssessmentId: p.newID(x.owner, a), Assessment: m}
	case "Objection":
		if x.owner == "" {
			x.owner = "b"
		}
		return &parleyv1.CreateObjectionRequest{Parent: n, ObjectionId: p.newID(x.owner, a), Objection: &parleyv1.Objection{Point: point, Party: p.party(x.owner), Audience: a}}
	}
	if x.owner == "" {
		x.owner = "a"
	}
	if x.kind == "Valuation" {
		return p.valuation(x, r)
	}
	m := &parleyv1.Stance{Party: p.party(x.owner), Value: p.value(), Audience: a, Attribution: p.attribution(x), Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: point}}}
	if rapid.IntRange(0, 3).Draw(p.t, "whole") == 0 {
		m.Target = &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Revision{Revision: r.name}}
	}
	return &parleyv1.CreateStanceRequest{Parent: n, StanceId: p.newID(x.owner, a), Stance: m}
}

func (p *play) verdict() parleyv1.Assessment_Verdict {
	return rapid.SampledFrom([]parleyv1.Assessment_Verdict{parleyv1.Assessment_VERDICT_MET, parleyv1.Assessment_VERDICT_BREACHED}).Draw(p.t, "verdict")
}

// limit draws a limit that wordings may keep or break, or none.
func (p *play) limit() *parleyv1.Limit {
	if rapid.Bool().Draw(p.t, "unlimited") {
		return nil
	}
	return &parleyv1.Limit{Key: "count", Bound: parleyv1.Bound_BOUND_AT_LEAST, Value: 2}
}

// counted draws a wording with what it says in numbers.
func (p *play) counted(id string) *parleyv1.Point {
	it := point(id, p.word())
	count := slices.Index([]string{"one", "two", "three"}, it.GetText()) + 1
	it.Terms = []*parleyv1.Term{{Key: "count", Bound: parleyv1.Bound_BOUND_EXACT, Value: float64(count), Words: it.GetText()}}
	return it
}

func (p *play) value() parleyv1.Stance_Value {
	return rapid.SampledFrom([]parleyv1.Stance_Value{parleyv1.Stance_VALUE_ACCEPT, parleyv1.Stance_VALUE_OPPOSE}).Draw(p.t, "value")
}

func (p *play) word() string {
	return rapid.SampledFrom([]string{"one", "two", "three"}).Draw(p.t, "word")
}

// naming draws something that a thing names, or nothing.
func (p *play) naming(x *thing, kinds ...string) []string {
	if !rapid.Bool().Draw(p.t, "names something") {
		return nil
	}
	other := p.any(x.author, kinds...)
	if other == nil {
		return nil
	}
	x.about = append(x.about, other)
	return []string{other.name}
}

// attribution says how something is known, perhaps from a source.
func (p *play) attribution(x *thing) *parleyv1.Attribution {
	if source := first(p.naming(x, "Source")); source != "" {
		return &parleyv1.Attribution{Basis: parleyv1.Attribution_BASIS_REPORTED, References: []*parleyv1.Reference{{Source: source}}}
	}
	return nil
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// commit has somebody commit a text, or changes, on what they know to be the newest revision of a plan, and perhaps on another.
func (p *play) commit() {
	who, _, audience := p.part()
	plan := p.any(who, "Plan")
	if plan == nil || !p.mediators[who] && plan.author != who || who == newcomer && p.estranged {
		return
	}
	x := &thing{kind: "Revision", owner: plan.owner, author: who, audience: audience, about: []*thing{plan}}
	id, event := p.newID(plan.owner, audience), first(p.naming(x, "Event"))
	also := p.any(who, "Revision")
	if !rapid.Bool().Draw(p.t, "merges") {
		also = nil
	}
	if base := p.newest(who, plan); base != nil {
		x.parents = append(x.parents, base)
	}
	if also != nil && !slices.Contains(x.parents, also) {
		x.parents = append(x.parents, also)
	}
	on := map[*twin][]*thing{p.with: x.parents, p.without: p.followed(x.parents)}
	body := p.text(x)
	if base := x.parents; len(base) > 0 && slices.Equal(base, on[p.without]) && rapid.Bool().Draw(p.t, "changes") {
		body = p.changes(x, base[0])
	}
	made := p.do(who, "PlanService.CommitRevision", func(w *twin) proto.Message {
		req := proto.CloneOf(body)
		req.Parent, req.RevisionId = plan.name, id
		req.Revision = &parleyv1.Revision{Audience: audience, Event: event}
		for _, parent := range on[w] {
			req.Revision.Parents = append(req.Revision.Parents, &parleyv1.Revision_Parent{Revision: parent.name})
		}
		return req
	}, x)
	if made != nil && p.mediators[who] && !p.knows(p.viewer, x) {
		// That a mediator was told of red lines is noted, and the parties may know that: as if they had only tried.
		p.without.ask(context.Background(), who, question{method: methodNamed("AnalysisService.CheckRedLinesOfDraft"), req: &parleyv1.CheckRedLinesOfDraftRequest{
			Parent: p.n() + "/plans/draft", Revision: &parleyv1.Revision{},
		}})
	}
	if made != nil {
		x.name = made.(*parleyv1.CommitRevisionResponse).GetRevision().GetName()
		p.note(x)
		for _, id := range x.points {
			p.names["parley/Point"] = append(p.names["parley/Point"], x.name+"/points/"+id)
		}
	}
}

// text draws a whole text; a secret one may have a point that nothing else has.
func (p *play) text(x *thing) *parleyv1.CommitRevisionRequest {
	var points []*parleyv1.Point
	for _, id := range rapid.Permutation([]string{"p", "q", "r"}).Draw(p.t, "points")[:rapid.IntRange(1, 3).Draw(p.t, "count")] {
		it := p.counted(id)
		if rapid.IntRange(0, 3).Draw(p.t, "bracketed") == 0 {
			it = p.bracketed(id)
		}
		points = append(points, it)
	}
	if !p.knows(p.viewer, x) && rapid.Bool().Draw(p.t, "new point") {
		points = append(points, point("s"+strconv.Itoa(p.acts), "known to few"))
	}
	x.marks = map[string][]string{}
	for _, each := range points {
		x.points = append(x.points, each.GetId())
		x.marks[each.GetId()] = marksOf(each)
	}
	return textCommit("", "", nil, points...)
}

// changes draws a change of one point of a revision.
func (p *play) changes(x, base *thing) *parleyv1.CommitRevisionRequest {
	id := rapid.SampledFrom(append(slices.Clone(base.points), "q")).Draw(p.t, "changed")
	x.points, x.marks = base.points, maps.Clone(base.marks)
	var c *parleyv1.PointChange
	switch how := rapid.IntRange(0, 3).Draw(p.t, "how"); how {
	case 0, 1:
		delete(x.marks, id)
		c = &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: point(id, p.word()), Editorial: how == 0}}}
	case 2:
		c = &parleyv1.PointChange{Change: &parleyv1.PointChange_Strike_{Strike: &parleyv1.PointChange_Strike{Point: id}}}
	case 3:
		c = &parleyv1.PointChange{Change: &parleyv1.PointChange_Renumber_{Renumber: &parleyv1.PointChange_Renumber{Point: id, Label: p.word()}}}
	}
	return changeCommit("", "", nil, c)
}

// change has the author of something change, delete or bring it back.
func (p *play) change() {
	x := rapid.SampledFrom(p.things).Draw(p.t, "changed")
	verbs := []string{"Update", "Update", "Delete"}
	if x.deleted {
		verbs = []string{"Undelete", "Undelete", "Update"}
	}
	verb := rapid.SampledFrom(verbs).Draw(p.t, "verb")
	if x.kind == "Revision" || x.kind == "Negotiation" && (verb == "Delete" || !p.knows(p.viewer, x)) {
		return // a negotiation that one viewer does not know of is there for the next
	}
	req := x.naming(verb)
	if verb == "Update" {
		x.update(req, p.word(), rapid.SampledFrom([]int{1, 3, 4}).Draw(p.t, "number"))
	}
	if made := p.do(x.author, x.kind+"Service."+verb+x.kind, same(req.Interface()), x); made != nil {
		x.saw(made)
	}
}

// naming begins a request to do something with a thing.
func (x *thing) naming(verb string) protoreflect.Message {
	req := newMessage(methodNamed(x.kind + "Service." + verb + x.kind).Input())
	if fd := req.Descriptor().Fields().ByName("name"); fd != nil {
		req.Set(fd, protoreflect.ValueOfString(x.name))
	}
	return req
}

// update has a request change one field of a thing: to a word, or to a number if it is one.
func (x *thing) update(req protoreflect.Message, word string, number int) {
	field := map[string]protoreflect.Name{
		"Demand": "statement", "Claim": "statement", "Stance": "reason", "Objection": "reason", "Assessment": "reason", "Member": "role", "Valuation": "reserve",
	}[x.kind]
	if field == "" {
		field = "display_name"
	}
	fields := req.Descriptor().Fields()
	value := req.Mutable(fields.ByName(protoreflect.Name(strings.ToLower(x.kind)))).Message()
	value.Set(value.Descriptor().Fields().ByName("name"), protoreflect.ValueOfString(x.name))
	fd := value.Descriptor().Fields().ByName(field)
	switch fd.Kind() {
	case protoreflect.EnumKind:
		value.Set(fd, protoreflect.ValueOfEnum(protoreflect.EnumNumber(number)))
	case protoreflect.DoubleKind:
		value.Set(fd, protoreflect.ValueOfFloat64(float64(number)))
	default:
		value.Set(fd, protoreflect.ValueOfString(word))
	}
	req.Set(fields.ByName("update_mask"), protoreflect.ValueOfMessage((&fieldmaskpb.FieldMask{Paths: []string{string(field)}}).ProtoReflect()))
}

// batch has somebody record several claims at once, some of them secret ones. Those stand last, since the ids that the server makes
// are told by how many it made.
func (p *play) batch() {
	var known, secret []*thing
	items := map[*thing]*parleyv1.CreateClaimRequest{}
	who, owner, audience := p.part()
	for range rapid.IntRange(1, 3).Draw(p.t, "items") {
		x := &thing{kind: "Claim", author: who, owner: owner, audience: audience}
		items[x] = p.creation(x).(*parleyv1.CreateClaimRequest)
		if items[x].ClaimId != "" {
			items[x].ClaimId += strconv.Itoa(len(items))
		}
		if p.knows(p.viewer, x) {
			known = append(known, x)
		} else {
			secret = append(secret, x)
		}
		audience = audienceOf(rapid.SampledFrom([]parleyv1.Audience_Level{parleyv1.Audience_LEVEL_MEDIATOR, parleyv1.Audience_LEVEL_TABLED, parleyv1.Audience_LEVEL_PUBLIC}).Draw(p.t, "level"))
	}
	sent := map[*twin][]*thing{p.with: slices.Concat(known, secret), p.without: known}
	made := p.do(who, "ClaimService.BatchCreateClaims", func(w *twin) proto.Message {
		req := &parleyv1.BatchCreateClaimsRequest{Parent: p.n()}
		for _, x := range sent[w] {
			req.Requests = append(req.Requests, items[x])
		}
		return req
	}, sent[p.with][0])
	if made == nil {
		return
	}
	for i, m := range made.(*parleyv1.BatchCreateClaimsResponse).GetClaims() {
		x := sent[p.with][i]
		x.name = m.GetName()
		x.saw(m)
		p.note(x)
	}
}

// respond has somebody respond to a claim that they made.
func (p *play) respond() {
	x := p.any("maria", "Claim")
	if x == nil {
		return
	}
	kind := rapid.SampledFrom([]parleyv1.Claim_Response_Kind{parleyv1.Claim_Response_KIND_CONFIRMS, parleyv1.Claim_Response_KIND_DISPUTES}).Draw(p.t, "kind")
	made := p.do("maria", "ClaimService.RespondToClaim", same(&parleyv1.RespondToClaimRequest{Name: x.name, Response: &parleyv1.Claim_Response{Party: p.party("b"), Kind: kind}}), x)
	if made != nil {
		x.saw(made)
	}
}

// read has the mediator look at everything, which the parties can list that had entrusted it to her, and do.
func (p *play) read() {
	var secret *thing
	if !slices.Contains([]string{"maria", "anna", "bert"}, p.viewer) {
		secret = &thing{audience: audienceOf(parleyv1.Audience_LEVEL_MEDIATOR)}
	}
	for _, read := range []struct {
		method string
		req    proto.Message
	}{
		{"StanceService.ListStances", &parleyv1.ListStancesRequest{Parent: p.n()}},
		{"ClaimService.ListClaims", &parleyv1.ListClaimsRequest{Parent: p.n()}},
		{"ValuationService.ListValuations", &parleyv1.ListValuationsRequest{Parent: p.n()}},
	} {
		p.do("maria", read.method, same(read.req), secret)
	}
	if secret != nil {
		return
	}
	if found, ok := p.do(p.viewer, "AccessService.ListAccesses", same(&parleyv1.ListAccessesRequest{Parent: p.n()}), nil).(*parleyv1.ListAccessesResponse); ok {
		for _, a := range found.GetAccesses() {
			p.names["parley/Access"] = append(p.names["parley/Access"], a.GetName())
		}
	}
}

// appoint has the mediator make somebody a member.
func (p *play) appoint() {
	_, owner, audience := p.part()
	if audience.GetLevel() == parleyv1.Audience_LEVEL_PARTY {
		audience = nil
	}
	id := fmt.Sprintf("m%d", p.acts)
	m := &parleyv1.Member{Principal: id, Role: parleyv1.Member_ROLE_OBSERVER, Audience: audience}
	if owner != "" {
		m.Role, m.Party = parleyv1.Member_ROLE_DELEGATE, p.party(owner)
	}
	if audience == nil {
		audience = audienceOf(parleyv1.Audience_LEVEL_MEDIATOR)
	}
	x := &thing{kind: "Member", name: p.n() + "/members/" + id, owner: owner, author: "maria", audience: audience}
	if made := p.do("maria", "MemberService.CreateMember", same(&parleyv1.CreateMemberRequest{Parent: p.n(), MemberId: id, Member: m}), x); made != nil {
		x.saw(made)
		p.note(x)
	}
}

// elsewhere has the operator make a negotiation that nobody else may know of.
func (p *play) elsewhere() {
	id := fmt.Sprintf("%s-secret-%d", p.id, p.acts)
	secret := &thing{kind: "Negotiation", name: "negotiations/" + id, author: "operator", audience: audienceOf(parleyv1.Audience_LEVEL_PARTY)}
	p.do("operator", "NegotiationService.CreateNegotiation", same(&parleyv1.CreateNegotiationRequest{
		NegotiationId: id, Negotiation: &parleyv1.Negotiation{DisplayName: id, Audience: audienceOf(parleyv1.Audience_LEVEL_MEDIATOR)},
	}), secret)
	p.do("operator", "PartyService.CreateParty", same(&parleyv1.CreatePartyRequest{
		Parent: secret.name, PartyId: "a", Party: &parleyv1.Party{DisplayName: "a", Kind: parleyv1.Party_KIND_STATE, Role: parleyv1.Party_ROLE_PRINCIPAL},
	}), secret)
	p.names["parley/Negotiation"] = append(p.names["parley/Negotiation"], secret.name)
	p.names["parley/Party"] = append(p.names["parley/Party"], secret.name+"/parties/a")
}

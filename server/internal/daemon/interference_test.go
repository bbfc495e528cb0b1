package daemon_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Two servers get the same requests, but one of them also those whose effects somebody may not know of. Whatever that
// somebody asks, by any method, over gRPC and over REST, both answer the same to the byte.
func TestWhatIsHiddenChangesNothing(t *testing.T) {
	checks := 100
	if n, err := strconv.Atoi(os.Getenv("PARLEY_PAIRS")); err == nil {
		checks = n
	}
	if err := flag.Set("rapid.checks", strconv.Itoa(checks)); err != nil {
		t.Fatal(err)
	}
	clock := &atomic.Int64{}
	clock.Store(time.Now().Truncate(time.Second).UnixNano())
	with := newTwin(t, clock, nil)
	key, err := os.ReadFile(filepath.Join(with.dir, access.KeyFile)) // tokens of pages are sealed alike
	if err != nil {
		t.Fatal(err)
	}
	without := newTwin(t, clock, key)
	rounds, secrets := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		rounds++
		p := &play{t: t, id: fmt.Sprintf("n%06d", rounds), clock: clock, with: with, without: without, names: map[string][]string{}}
		p.viewer = rapid.SampledFrom(viewers).Draw(t, "viewer")
		p.open()
		for range rapid.IntRange(1, 14).Draw(t, "steps") {
			p.step()
		}
		secrets += p.secrets
		p.compare()
	})
	t.Logf("%d pairs, with %d secret acts", rounds, secrets)
	if secrets < checks {
		t.Errorf("only %d secret acts took place in %d pairs", secrets, checks)
	}
}

// viewers are those from whom things are hidden. The operator, who is none of them, sets the stage.
var viewers = []string{"", "olga", "anna", "bert", "maria"}

// twin is one of two servers.
type twin struct {
	*server
	conn   *grpc.ClientConn
	web    *http.Client
	tokens map[string]string // by principal
}

func newTwin(t *testing.T, clock *atomic.Int64, pageKey []byte) *twin {
	t.Helper()
	ids, dir := 0, t.TempDir()
	if pageKey != nil {
		if err := os.WriteFile(filepath.Join(dir, access.KeyFile), pageKey, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := &twin{tokens: map[string]string{}, web: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}}
	w.server = startWith(t, daemon.Config{
		DataDir: dir, Clock: func() time.Time { return time.Unix(0, clock.Load()) },
		NewID: func() string { ids++; return fmt.Sprintf("made-by-server-%d", ids) },
	}, nil)
	t.Cleanup(w.web.CloseIdleConnections)
	conn, err := grpc.NewClient(w.GRPCAddr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	w.conn, w.tokens["operator"] = conn, w.Token
	for _, who := range viewers[1:] {
		made, err := w.mediator.Tokens.CreateToken(t.Context(), &parleyv1.CreateTokenRequest{TokenId: who, Token: &parleyv1.Token{Principal: who}})
		if err != nil {
			t.Fatal(err)
		}
		w.tokens[who] = made.GetSecret()
	}
	return w
}

// play is one history that both servers are told, the one with its secrets.
type play struct {
	t             *rapid.T
	id            string
	viewer        string
	clock         *atomic.Int64
	with, without *twin
	things        []*thing
	names         map[string][]string // what the viewer may ask for, hidden or not, by type
	script        []string
	secrets       int
	made          int
}

// thing is a resource, as the story goes.
type thing struct {
	kind, name, owner string
	author            string
	audience          *parleyv1.Audience
	secret            bool // is on one server only: the viewer may not know of it
}

func (p *play) n() string { return "negotiations/" + p.id }

// open sets the stage: a negotiation with two parties, a plan, and everybody in their role.
func (p *play) open() {
	level := rapid.SampledFrom([]parleyv1.Audience_Level{parleyv1.Audience_LEVEL_PUBLIC, parleyv1.Audience_LEVEL_TABLED}).Draw(p.t, "negotiation")
	p.act("operator", false, "NegotiationService.CreateNegotiation", func(*twin) proto.Message {
		return &parleyv1.CreateNegotiationRequest{NegotiationId: p.id, Negotiation: &parleyv1.Negotiation{DisplayName: p.id, Audience: audienceOf(level)}}
	})
	for _, id := range []string{"a", "b"} {
		p.act("operator", false, "PartyService.CreateParty", func(*twin) proto.Message {
			return &parleyv1.CreatePartyRequest{Parent: p.n(), PartyId: id, Party: &parleyv1.Party{DisplayName: id, Kind: parleyv1.Party_KIND_STATE, Role: parleyv1.Party_ROLE_PRINCIPAL}}
		})
		p.note(&thing{kind: "Party", name: p.n() + "/parties/" + id, owner: id, author: "operator", audience: audienceOf(parleyv1.Audience_LEVEL_PUBLIC)})
	}
	for who, m := range map[string]*parleyv1.Member{
		"maria": {Role: parleyv1.Member_ROLE_MEDIATOR}, "olga": {Role: parleyv1.Member_ROLE_OBSERVER},
		"anna": {Role: parleyv1.Member_ROLE_DELEGATE, Party: p.n() + "/parties/a"}, "bert": {Role: parleyv1.Member_ROLE_DELEGATE, Party: p.n() + "/parties/b"},
	} {
		m.Principal = who
		p.act("operator", false, "MemberService.CreateMember", func(*twin) proto.Message {
			return &parleyv1.CreateMemberRequest{Parent: p.n(), MemberId: who, Member: m}
		})
		p.names["parley/Member"] = append(p.names["parley/Member"], p.n()+"/members/"+who)
	}
	p.act("operator", false, "PlanService.CreatePlan", func(*twin) proto.Message {
		return &parleyv1.CreatePlanRequest{Parent: p.n(), PlanId: "draft", Plan: &parleyv1.Plan{DisplayName: "Draft"}}
	})
	p.note(&thing{kind: "Plan", name: p.n() + "/plans/draft", author: "maria", audience: audienceOf(parleyv1.Audience_LEVEL_PUBLIC)})
}

func audienceOf(level parleyv1.Audience_Level, parties ...string) *parleyv1.Audience {
	return &parleyv1.Audience{Level: level, Parties: parties}
}

func (p *play) note(x *thing) {
	p.things = append(p.things, x)
	kind := "parley/" + x.kind
	p.names[kind] = append(p.names[kind], x.name)
}

// act has somebody make a call: on both servers, or in secret on one.
func (p *play) act(who string, secret bool, name string, build func(*twin) proto.Message) error {
	p.clock.Add(int64(time.Second))
	m := methodNamed(name)
	do := func(w *twin) error {
		_, err := w.call(context.Background(), who, m, build(w))
		return err
	}
	req := build(p.with)
	_, err := p.with.call(context.Background(), who, m, req)
	if secret {
		if err == nil {
			p.secrets++
		}
		p.script = append(p.script, fmt.Sprintf("in secret, %s: %s %v: %v", who, name, req, err))
		return err
	}
	other := do(p.without)
	p.script = append(p.script, fmt.Sprintf("%s: %s %v: %v", who, name, req, err))
	if status.Convert(err).Proto().String() != status.Convert(other).Proto().String() && p.is(who) {
		p.t.Fatalf("%s\nis answered %v with the secrets, and %v without", p.story(), err, other)
	}
	if (err == nil) != (other == nil) {
		p.t.Skip("what was done in the open fitted one of the two only")
	}
	return err
}

// is tells whether somebody may know no more than the viewer.
func (p *play) is(who string) bool { return who == p.viewer }

func (w *twin) call(ctx context.Context, who string, m protoreflect.MethodDescriptor, req proto.Message) (proto.Message, error) {
	out := answer(m)
	err := w.conn.Invoke(w.as(ctx, who), fmt.Sprintf("/%s/%s", m.Parent().FullName(), m.Name()), req, out)
	return out, err
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

// knows tells whether somebody is in an audience, by the words of the documents alone.
func (p *play) knows(who string, a *parleyv1.Audience, owner string) bool {
	own := map[string]string{"anna": "a", "bert": "b"}[who]
	switch a.GetLevel() {
	case parleyv1.Audience_LEVEL_PARTY:
		return own != "" && own == owner
	case parleyv1.Audience_LEVEL_MEDIATOR:
		return who == "maria" || own != "" && own == owner
	case parleyv1.Audience_LEVEL_SHARED:
		return who == "maria" || own != "" && (own == owner || slices.Contains(a.GetParties(), p.n()+"/parties/"+own))
	case parleyv1.Audience_LEVEL_TABLED:
		return who != ""
	}
	return true
}

// step makes something up that somebody does.
func (p *play) step() {
	switch rapid.SampledFrom([]string{"create", "create", "create", "commit", "commit", "change", "disclose", "read", "appoint"}).Draw(p.t, "act") {
	case "create":
		p.create()
	case "commit":
		p.commit()
	case "change":
		p.change()
	case "disclose":
		p.disclose()
	case "read":
		leavesNoTrace := p.viewer == "" || p.viewer == "olga" // the parties can list who read what they had entrusted
		_ = p.act("maria", leavesNoTrace, "StanceService.ListStances", func(*twin) proto.Message {
			return &parleyv1.ListStancesRequest{Parent: p.n()}
		})
	case "appoint":
		p.made++
		id := fmt.Sprintf("m%d", p.made)
		_ = p.act("maria", p.viewer != "maria", "MemberService.CreateMember", func(*twin) proto.Message {
			return &parleyv1.CreateMemberRequest{Parent: p.n(), MemberId: id, Member: &parleyv1.Member{Principal: id, Role: parleyv1.Member_ROLE_OBSERVER}}
		})
		p.names["parley/Member"] = append(p.names["parley/Member"], p.n()+"/members/"+id)
	}
}

// part draws who acts for whom, and who may know of what they record.
func (p *play) part() (who, owner string, audience *parleyv1.Audience) {
	who = rapid.SampledFrom([]string{"maria", "anna", "bert"}).Draw(p.t, "who")
	owner = map[string]string{"maria": rapid.SampledFrom([]string{"", "a", "b"}).Draw(p.t, "owner"), "anna": "a", "bert": "b"}[who]
	level := parleyv1.Audience_Level(rapid.IntRange(int(parleyv1.Audience_LEVEL_PARTY), int(parleyv1.Audience_LEVEL_PUBLIC)).Draw(p.t, "level"))
	if who == "maria" && level == parleyv1.Audience_LEVEL_PARTY {
		level = parleyv1.Audience_LEVEL_MEDIATOR
	}
	if level == parleyv1.Audience_LEVEL_SHARED {
		return who, owner, audienceOf(level, p.n()+"/parties/"+rapid.SampledFrom([]string{"a", "b"}).Draw(p.t, "shared"))
	}
	return who, owner, audienceOf(level)
}

// newID makes up an id that may be chosen for an audience.
func (p *play) newID(owner string, a *parleyv1.Audience) string {
	p.made++
	switch {
	case a.GetLevel() >= parleyv1.Audience_LEVEL_TABLED:
		return fmt.Sprintf("x%d", p.made)
	case a.GetLevel() == parleyv1.Audience_LEVEL_PARTY:
		return fmt.Sprintf("%s--own--%d", owner, p.made)
	case owner == "":
		return fmt.Sprintf("%s--%d", record.MediatorsOwn, p.made)
	}
	return fmt.Sprintf("%s--%d", owner, p.made)
}

// any draws a thing of some kinds that somebody may name: nil if there is none.
func (p *play) any(who string, kinds ...string) *thing {
	var list []*thing
	for _, x := range p.things {
		if slices.Contains(kinds, x.kind) && (p.knows(who, x.audience, x.owner)) {
			list = append(list, x)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return rapid.SampledFrom(list).Draw(p.t, "thing")
}

func (p *play) create() {
	who, owner, audience := p.part()
	kind := rapid.SampledFrom([]string{"Demand", "Demand", "Plan", "Stance", "Claim", "Event", "Source", "Assessment"}).Draw(p.t, "kind")
	about := p.any(who, "Revision")
	switch {
	case kind == "Assessment":
		p.assess(who, owner, audience, about)
		return
	case kind == "Demand" && owner == "":
		owner = "a"
	case kind == "Stance" && (owner == "" || about == nil):
		return
	case (kind == "Event" || kind == "Source") && who != "maria":
		kind = "Claim"
	}
	if kind == "Event" || kind == "Source" {
		owner = ""
	}
	secret := !p.knows(p.viewer, audience, owner)
	if (kind == "Stance" || kind == "Claim") && about != nil {
		secret = secret || about.secret
	} else {
		about = nil
	}
	id := p.newID(owner, audience)
	if about != nil && about.audience.GetLevel() < parleyv1.Audience_LEVEL_TABLED && audience.GetLevel() >= parleyv1.Audience_LEVEL_TABLED {
		audience = audienceOf(parleyv1.Audience_LEVEL_MEDIATOR) // what is about a secret is one
		secret, id = secret || !p.knows(p.viewer, audience, owner), p.newID(owner, audience)
	}
	method, req, name := p.creation(kind, id, owner, audience, about)
	if p.act(who, secret, method, func(*twin) proto.Message { return req }) == nil {
		p.note(&thing{kind: kind, name: name, owner: owner, author: who, audience: audience, secret: secret})
	}
}

// creation writes the request by which something is recorded.
func (p *play) creation(kind, id, owner string, a *parleyv1.Audience, about *thing) (method string, req proto.Message, name string) {
	n, party := p.n(), ""
	if owner != "" {
		party = n + "/parties/" + owner
	}
	switch kind {
	case "Demand":
		demand := &parleyv1.Demand{Statement: id, Strength: parleyv1.Demand_Strength(rapid.IntRange(3, 4).Draw(p.t, "strength")), Audience: a}
		if rapid.Bool().Draw(p.t, "limited") {
			demand.Limit = &parleyv1.Limit{Key: "count", Bound: parleyv1.Bound_BOUND_AT_LEAST, Value: 2}
		}
		return "DemandService.CreateDemand", &parleyv1.CreateDemandRequest{Parent: party, DemandId: id, Demand: demand}, party + "/demands/" + id
	case "Plan":
		return "PlanService.CreatePlan", &parleyv1.CreatePlanRequest{Parent: n, PlanId: id, Plan: &parleyv1.Plan{DisplayName: id, Owner: party, Audience: a}}, n + "/plans/" + id
	case "Stance":
		target := &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Revision{Revision: about.name}}
		return "StanceService.CreateStance", &parleyv1.CreateStanceRequest{Parent: n, StanceId: id, Stance: &parleyv1.Stance{Party: party, Target: target, Value: parleyv1.Stance_VALUE_OPPOSE, Audience: a}}, n + "/stances/" + id
	case "Event":
		return "EventService.CreateEvent", &parleyv1.CreateEventRequest{Parent: n, EventId: id, Event: &parleyv1.Event{DisplayName: id, Audience: a}}, n + "/events/" + id
	case "Source":
		return "SourceService.CreateSource", &parleyv1.CreateSourceRequest{Parent: n, SourceId: id, Source: &parleyv1.Source{DisplayName: id, Audience: a}}, n + "/sources/" + id
	}
	claim := &parleyv1.Claim{Statement: id, Party: party, Audience: a}
	if about != nil {
		claim.About = []string{about.name}
	}
	return "ClaimService.CreateClaim", &parleyv1.CreateClaimRequest{Parent: n, ClaimId: id, Claim: claim}, n + "/claims/" + id
}

// commit has somebody commit a whole text on what they know to be the newest revision of a plan.
func (p *play) commit() {
	who, _, audience := p.part()
	plan := p.any(who, "Plan")
	if plan == nil || who != "maria" && plan.author != who {
		return
	}
	secret := plan.secret || !p.knows(p.viewer, plan.audience, plan.owner) || !p.knows(p.viewer, audience, plan.owner)
	id := p.newID(plan.owner, audience)
	var points []*parleyv1.Point
	for _, each := range rapid.Permutation([]string{"p", "q", "r"}).Draw(p.t, "points")[:rapid.IntRange(1, 3).Draw(p.t, "count")] {
		count := rapid.IntRange(1, 3).Draw(p.t, "count of it")
		words := []string{"one", "two", "three"}[count-1]
		it := point(each, words)
		it.Terms = []*parleyv1.Term{{Key: "count", Bound: parleyv1.Bound_BOUND_EXACT, Value: float64(count), Words: words}}
		points = append(points, it)
	}
	if secret && rapid.Bool().Draw(p.t, "new point") {
		points = append(points, point("s"+strconv.Itoa(p.made), "known to few"))
	}
	err := p.act(who, secret, "PlanService.CommitRevision", func(w *twin) proto.Message {
		parents := p.newest(w, who, plan)
		req := textCommit(plan.name, id, parents, points...)
		req.Revision.Audience = audience
		return req
	})
	if err == nil && secret && who == "maria" {
		// That the mediator was told of red lines is noted, and the parties may know that: as if she had only tried.
		_, _ = p.without.call(context.Background(), who, methodNamed("AnalysisService.CheckRedLinesOfDraft"), &parleyv1.CheckRedLinesOfDraftRequest{
			Parent: p.n() + "/plans/draft", Revision: &parleyv1.Revision{},
		})
	}
	if err == nil {
		if plan.audience.GetLevel() < audience.GetLevel() {
			audience = plan.audience
		}
		p.note(&thing{kind: "Revision", name: plan.name + "/revisions/" + id, owner: plan.owner, author: who, audience: audience, secret: secret})
		p.names["parley/Point"] = append(p.names["parley/Point"], plan.name+"/revisions/"+id+"/points/"+points[len(points)-1].GetId())
	}
}

// newest finds the newest revision of a plan that somebody knows of on a server.
func (p *play) newest(w *twin, who string, plan *thing) []string {
	for _, x := range slices.Backward(p.things) {
		if x.kind == "Revision" && strings.HasPrefix(x.name, plan.name+"/") && (w == p.with || !x.secret) && p.knows(who, x.audience, x.owner) {
			return []string{lastPart(x.name)}
		}
	}
	return nil
}

// change has the author of something change, delete or bring it back.
func (p *play) change() {
	x := rapid.SampledFrom(p.things).Draw(p.t, "changed")
	if x.kind == "Party" || x.kind == "Revision" {
		return
	}
	verb := rapid.SampledFrom([]string{"Update", "Delete", "Undelete"}).Draw(p.t, "verb")
	service := x.kind + "Service." + verb + x.kind
	_ = p.act(x.author, x.secret, service, func(*twin) proto.Message {
		req := newMessage(methodNamed(service).Input())
		fields := req.Descriptor().Fields()
		if verb != "Update" {
			req.Set(fields.ByName("name"), protoreflect.ValueOfString(x.name))
			return req.Interface()
		}
		field := map[string]string{"Demand": "statement", "Claim": "statement", "Stance": "reason", "Assessment": "reason"}[x.kind]
		if field == "" {
			field = "display_name"
		}
		value := req.Mutable(fields.ByName(protoreflect.Name(strings.ToLower(x.kind)))).Message()
		value.Set(value.Descriptor().Fields().ByName("name"), protoreflect.ValueOfString(x.name))
		value.Set(value.Descriptor().Fields().ByName(protoreflect.Name(field)), protoreflect.ValueOfString("changed "+strconv.Itoa(len(p.script))))
		req.Set(fields.ByName("update_mask"), protoreflect.ValueOfMessage((&fieldmaskpb.FieldMask{Paths: []string{field}}).ProtoReflect()))
		return req.Interface()
	})
}

// disclose tells somebody something: of a secret, so that it stays one for the viewer, for instance because of an embargo.
func (p *play) disclose() {
	x := rapid.SampledFrom(p.things).Draw(p.t, "disclosed")
	_, _, audience := p.part()
	if audience.GetLevel() == parleyv1.Audience_LEVEL_PARTY || x.kind == "Party" {
		return
	}
	d := &parleyv1.Disclosure{Resources: []string{x.name}, Audience: audience}
	reaches := p.knows(p.viewer, audience, x.owner)
	if x.secret && reaches || rapid.Bool().Draw(p.t, "embargo") {
		d.EmbargoTime = timestamppb.New(time.Unix(0, p.clock.Load()).AddDate(20, 0, 0))
	}
	p.made++
	id := fmt.Sprintf("%s--d%d", p.of(x), p.made)
	err := p.act(x.author, x.secret, "DisclosureService.Disclose", func(*twin) proto.Message {
		return &parleyv1.DiscloseRequest{Parent: p.n(), DisclosureId: id, Disclosure: d}
	})
	if err == nil {
		p.names["parley/Disclosure"] = append(p.names["parley/Disclosure"], p.n()+"/disclosures/"+id)
	}
}

// of gives what an id of something about x may begin with.
func (p *play) of(x *thing) string {
	switch {
	case x.audience.GetLevel() == parleyv1.Audience_LEVEL_PARTY:
		return x.owner + "--own"
	case x.owner == "":
		return record.MediatorsOwn
	}
	return x.owner
}

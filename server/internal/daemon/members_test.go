package daemon_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

// table is a negotiation with somebody in every role, each with a token of their own.
type table struct {
	*server
	n                             string
	maria, anna, bert, olga, ines *client.Client // mediator, delegates of a and b, observer, analyst
	admin, nobody                 *client.Client // who only administers, and who has a token and is a member nowhere
	secrets                       map[string]string
	plan                          string
}

func newTable(t *testing.T) *table {
	t.Helper()
	return newTableOn(t, start(t, t.TempDir()))
}

// newTableOn is newTable on a server that runs.
func newTableOn(t *testing.T, s *server) *table {
	t.Helper()
	x := &table{server: s, n: talks(t, s, "peace"), secrets: map[string]string{}}
	x.plan = x.n + "/plans/draft"
	commitText(t, s, x.plan, "r1", nil, point("p", "At most 600,000."))
	join := func(who string, role parleyv1.Member_Role, party string) *client.Client {
		if party != "" {
			party = x.n + "/parties/" + party
		}
		must(t)(s.mediator.Members.CreateMember(t.Context(), &parleyv1.CreateMemberRequest{
			Parent: x.n, MemberId: who, Member: &parleyv1.Member{Principal: who, Role: role, Party: party},
		}))
		return x.bearer(t, who, false)
	}
	x.maria = join("maria", parleyv1.Member_ROLE_MEDIATOR, "")
	x.anna, x.bert = join("anna", parleyv1.Member_ROLE_DELEGATE, "a"), join("bert", parleyv1.Member_ROLE_DELEGATE, "b")
	x.olga, x.ines = join("olga", parleyv1.Member_ROLE_OBSERVER, ""), join("ines", parleyv1.Member_ROLE_ANALYST, "")
	x.admin, x.nobody = x.bearer(t, "root", true), x.bearer(t, "nobody", false)
	return x
}

// bearer gives somebody a token and a connection.
func (x *table) bearer(t *testing.T, who string, admin bool) *client.Client {
	t.Helper()
	made, err := x.mediator.Tokens.CreateToken(t.Context(), &parleyv1.CreateTokenRequest{TokenId: who, Token: &parleyv1.Token{Principal: who, Admin: admin}})
	if err != nil {
		t.Fatal(err)
	}
	if len(made.GetSecret()) != 43 {
		t.Fatalf("the secret %q is not one of 256 bits", made.GetSecret())
	}
	x.secrets[who] = made.GetSecret()
	c := dial(t, x.GRPCAddr, made.GetSecret())
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (x *table) stance(id, party string, level parleyv1.Audience_Level) *parleyv1.CreateStanceRequest {
	s := &parleyv1.Stance{
		Party: x.n + "/parties/" + party, Value: parleyv1.Stance_VALUE_OPPOSE,
		Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: x.plan + "/revisions/r1/points/p"}},
	}
	if level != 0 {
		s.Audience = audienceOf(level)
	}
	return &parleyv1.CreateStanceRequest{Parent: x.n, StanceId: id, Stance: s}
}

// attempt is a call that somebody makes, and the reason for which it is refused; empty if it is not.
type attempt struct {
	what, reason string
	call         func() error
}

func try(t *testing.T, attempts []attempt) {
	t.Helper()
	for _, a := range attempts {
		err := a.call()
		if got := client.Details(err).Reason; got != a.reason {
			t.Errorf("%s: got %q (%v), want %q", a.what, got, err, a.reason)
		}
	}
}

func newParty(n string) *parleyv1.CreatePartyRequest {
	return &parleyv1.CreatePartyRequest{Parent: n, Party: &parleyv1.Party{DisplayName: "c", Kind: parleyv1.Party_KIND_STATE, Role: parleyv1.Party_ROLE_PRINCIPAL}}
}

func (x *table) reasoned(id string) *parleyv1.UpdateStanceRequest {
	return &parleyv1.UpdateStanceRequest{Stance: &parleyv1.Stance{Name: x.n + "/stances/" + id, Reason: "r"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"reason"}}}
}

// Delegates write what is their own party's; the answers are the same whether or not what is asked for is there.
func TestWhatDelegatesMayWrite(t *testing.T) {
	x, ctx := newTable(t), t.Context()
	must(t)(x.bert.Stances.CreateStance(ctx, x.stance("b-said", "b", parleyv1.Audience_LEVEL_PUBLIC)))
	must(t)(x.bert.Stances.CreateStance(ctx, x.stance("b--confided", "b", parleyv1.Audience_LEVEL_MEDIATOR)))
	own := &parleyv1.CreatePlanRequest{Parent: x.n, PlanId: "anna-proposal", Plan: &parleyv1.Plan{DisplayName: "Ours", Owner: x.n + "/parties/a", Audience: audienceOf(parleyv1.Audience_LEVEL_TABLED)}}
	try(t, []attempt{
		{"of their own", "", func() error { return second(x.anna.Stances.CreateStance(ctx, x.stance("a--said", "a", 0))) }},
		{"of another party", "PERMISSION_DENIED", func() error { return second(x.anna.Stances.CreateStance(ctx, x.stance("x", "b", 0))) }},
		{"another's that they know", "PERMISSION_DENIED", func() error { return second(x.anna.Stances.UpdateStance(ctx, x.reasoned("b-said"))) }},
		{"another's that is confided", "RESOURCE_NOT_FOUND", func() error { return second(x.anna.Stances.UpdateStance(ctx, x.reasoned("b--confided"))) }},
		{"one that is not there", "RESOURCE_NOT_FOUND", func() error { return second(x.anna.Stances.UpdateStance(ctx, x.reasoned("none"))) }},
		{"a batch with one of another", "PERMISSION_DENIED", func() error {
			return second(x.anna.Stances.BatchCreateStances(ctx, &parleyv1.BatchCreateStancesRequest{Parent: x.n, Requests: []*parleyv1.CreateStanceRequest{x.stance("", "a", 0), x.stance("", "b", 0)}}))
		}},
		{"a party", "PERMISSION_DENIED", func() error { return second(x.anna.Parties.CreateParty(ctx, newParty(x.n))) }},
		{"the mediator's plan", "PERMISSION_DENIED", func() error {
			return second(x.anna.Plans.CommitRevision(ctx, textCommit(x.plan, "r2", []string{"r1"}, point("p", "None."))))
		}},
		{"a proposal of their own", "", func() error { return second(x.anna.Plans.CreatePlan(ctx, own)) }},
		{"a text of it", "", func() error {
			return second(x.anna.Plans.CommitRevision(ctx, textCommit(x.n+"/plans/anna-proposal", "", nil, point("p", "800,000."))))
		}},
		{"a member", "PERMISSION_DENIED", func() error {
			return second(x.anna.Members.DeleteMember(ctx, &parleyv1.DeleteMemberRequest{Name: x.n + "/members/bert"}))
		}},
	})
}

// What the others may write is decided by their role, before anything is looked up.
func TestWhatOthersMayWrite(t *testing.T) {
	x, ctx := newTable(t), t.Context()
	must(t)(x.bert.Stances.CreateStance(ctx, x.stance("b--confided", "b", parleyv1.Audience_LEVEL_MEDIATOR)))
	judged := func(judge string) *parleyv1.CreateAssessmentRequest {
		must(t)(x.maria.Demands.CreateDemand(ctx, &parleyv1.CreateDemandRequest{Parent: x.n + "/parties/a", DemandId: judge, Demand: &parleyv1.Demand{Statement: judge, Strength: parleyv1.Demand_STRENGTH_CORE}}))
		return &parleyv1.CreateAssessmentRequest{Parent: x.n, Assessment: &parleyv1.Assessment{
			Demand: x.n + "/parties/a/demands/" + judge, Revision: x.plan + "/revisions/r1", Verdict: parleyv1.Assessment_VERDICT_UNMET, Judge: judge,
		}}
	}
	try(t, []attempt{
		{"a mediator, what was entrusted", "", func() error { return second(x.maria.Stances.UpdateStance(ctx, x.reasoned("b--confided"))) }},
		{"a mediator, what a party has to itself", "INVALID_FIELD", func() error {
			return second(x.maria.Stances.CreateStance(ctx, x.stance("", "a", parleyv1.Audience_LEVEL_PARTY)))
		}},
		{"a mediator, tokens", "PERMISSION_DENIED", func() error { return second(x.maria.Tokens.ListTokens(ctx, &parleyv1.ListTokensRequest{})) }},
		{"an observer", "PERMISSION_DENIED", func() error { return second(x.olga.Stances.CreateStance(ctx, x.stance("y", "a", 0))) }},
		{"an analyst, an assessment", "", func() error { return second(x.ines.Assessments.CreateAssessment(ctx, judged("ines"))) }},
		{"an analyst, for a party", "PERMISSION_DENIED", func() error {
			req := judged("party")
			req.Assessment.JudgeParty, req.Assessment.Judge = x.n+"/parties/a", ""
			return second(x.ines.Assessments.CreateAssessment(ctx, req))
		}},
		{"an analyst, a stance", "PERMISSION_DENIED", func() error { return second(x.ines.Stances.CreateStance(ctx, x.stance("z", "a", 0))) }},
		{"who is a member nowhere", "PERMISSION_DENIED", func() error { return second(x.nobody.Parties.CreateParty(ctx, newParty(x.n))) }},
		{"who is a member nowhere, a negotiation", "PERMISSION_DENIED", func() error {
			return second(x.nobody.Negotiations.CreateNegotiation(ctx, &parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{DisplayName: "x"}}))
		}},
		{"an administrator, content", "PERMISSION_DENIED", func() error { return second(x.admin.Parties.CreateParty(ctx, newParty(x.n))) }},
		{"an administrator, tokens", "", func() error { return second(x.admin.Tokens.ListTokens(ctx, &parleyv1.ListTokensRequest{})) }},
		{"a mediator, who would leave", "", func() error {
			return second(x.maria.Members.DeleteMember(ctx, &parleyv1.DeleteMemberRequest{Name: x.n + "/members/maria"}))
		}},
	})
}

func second[M any](_ M, err error) error { return err }

// What a delegate records without saying for whom is between them and the mediators.
func TestADelegateConfidesUnlessTheySayOtherwise(t *testing.T) {
	x, ctx := newTable(t), t.Context()
	got, err := x.anna.Stances.CreateStance(ctx, x.stance("", "a", 0))
	if err != nil || got.GetAudience().GetLevel() != parleyv1.Audience_LEVEL_MEDIATOR {
		t.Fatal(got, err)
	}
	for who, c := range map[string]*client.Client{"anna": x.anna, "maria": x.maria, "bert": x.bert, "olga": x.olga, "nobody": x.nobody, "root": x.admin, "": x.public} {
		_, err := c.Stances.GetStance(ctx, &parleyv1.GetStanceRequest{Name: got.GetName()})
		if want := map[bool]codes.Code{true: codes.OK, false: codes.NotFound}[who == "anna" || who == "maria"]; status.Code(err) != want {
			t.Errorf("%q: %v", who, err)
		}
	}
}

// Question 24 of the analysts: what was told to whom, when, and by whom. Nothing that was told can be taken back.
func TestTellingIsAnAct(t *testing.T) {
	x, ctx := newTable(t), t.Context()
	told, err := x.anna.Stances.CreateStance(ctx, x.stance("", "a", 0))
	if err != nil {
		t.Fatal(err)
	}
	narrow := &parleyv1.UpdateStanceRequest{Stance: &parleyv1.Stance{Name: told.GetName(), Audience: audienceOf(parleyv1.Audience_LEVEL_PARTY)}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"audience"}}}
	_, err = x.anna.Stances.UpdateStance(ctx, narrow)
	wantReason(t, err, codes.FailedPrecondition, parleyv1.ErrorReason_AUDIENCE_NARROWED)
	d := &parleyv1.Disclosure{Resources: []string{told.GetName()}, Audience: audienceOf(parleyv1.Audience_LEVEL_SHARED, x.n+"/parties/b"), Note: "At lunch."}
	_, err = x.bert.Disclosures.Disclose(ctx, &parleyv1.DiscloseRequest{Parent: x.n, Disclosure: d})
	wantReason(t, err, codes.InvalidArgument, parleyv1.ErrorReason_REFERENCE_NOT_FOUND) // who does not know of it cannot tell it
	must(t)(x.maria.Disclosures.Disclose(ctx, &parleyv1.DiscloseRequest{Parent: x.n, DisclosureId: "a--to-b", Disclosure: d}))
	if _, err := x.bert.Stances.GetStance(ctx, &parleyv1.GetStanceRequest{Name: told.GetName()}); err != nil {
		t.Error("bert was told, and does not know:", err)
	}
	for who, c := range map[string]*client.Client{"anna": x.anna, "bert": x.bert} {
		list, err := c.Disclosures.ListDisclosures(ctx, &parleyv1.ListDisclosuresRequest{Parent: x.n, Filter: `discloser = "maria"`})
		if err != nil || len(list.GetDisclosures()) != 1 || list.GetDisclosures()[0].GetEffectTime() == nil {
			t.Errorf("%s is told %v, %v", who, list, err)
		}
	}
	for who, c := range map[string]*client.Client{"olga": x.olga, "": x.public} {
		list, err := c.Disclosures.ListDisclosures(ctx, &parleyv1.ListDisclosuresRequest{Parent: x.n})
		if err != nil || len(list.GetDisclosures()) != 0 {
			t.Errorf("%q is told %v, %v", who, list, err)
		}
	}
}

// A mediator who reads what a party has entrusted leaves a note that the party can list: once an hour for the same reading. What
// is read in a list, an analysis, the log or a watch counts too.
func TestAPartyKnowsWhoLooked(t *testing.T) {
	x, ctx := newTable(t), t.Context()
	told, err := x.anna.Stances.CreateStance(ctx, x.stance("", "a", 0))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		must(t)(x.maria.Stances.GetStance(ctx, &parleyv1.GetStanceRequest{Name: told.GetName()}))
	}
	must(t)(x.maria.Stances.ListStances(ctx, &parleyv1.ListStancesRequest{Parent: x.n}))
	must(t)(x.maria.Analysis.GetPositionMatrix(ctx, &parleyv1.GetPositionMatrixRequest{Revision: x.plan + "/revisions/r1"}))
	must(t)(x.maria.Matrix(ctx, &parleyv1.StreamPositionMatrixRequest{Revision: x.plan + "/revisions/r1", View: parleyv1.PositionMatrix_VIEW_COMPACT}))
	must(t)(x.maria.Log.ListEntries(ctx, &parleyv1.ListEntriesRequest{Parent: x.n}))
	must(t)(x.anna.Stances.GetStance(ctx, &parleyv1.GetStanceRequest{Name: told.GetName()}))
	watching, stop := context.WithCancel(ctx)
	for m, err := range x.maria.Watch(watching, &parleyv1.WatchNegotiationRequest{Name: x.n, Start: parleyv1.WatchNegotiationRequest_START_EARLIEST}) {
		if err != nil || m.GetProgress() != nil {
			break
		}
	}
	stop()
	list, err := x.anna.Accesses.ListAccesses(ctx, &parleyv1.ListAccessesRequest{Parent: x.n})
	if err != nil {
		t.Fatal(err)
	}
	var methods []string
	for _, a := range list.GetAccesses() {
		if a.GetPrincipal() != "maria" || a.GetParty() != x.n+"/parties/a" || !slices.Equal(a.GetResources(), []string{told.GetName()}) {
			t.Errorf("noted was %v", a)
		}
		methods = append(methods, a.GetMethod())
	}
	slices.Sort(methods)
	if want := []string{"GetPositionMatrix", "GetStance", "ListEntries", "ListStances", "StreamPositionMatrix", "WatchNegotiation"}; !slices.Equal(methods, want) {
		t.Errorf("noted were %v, want %v", methods, want)
	}
	for who, c := range map[string]*client.Client{"bert": x.bert} {
		if list, err := c.Accesses.ListAccesses(ctx, &parleyv1.ListAccessesRequest{Parent: x.n}); err != nil || len(list.GetAccesses()) != 0 {
			t.Errorf("%s lists %v, %v", who, list, err)
		}
	}
}

// What one mediator was told is shown to the next as it was worked out for the first; each is noted for themselves.
func TestEachWhoWatchesIsNoted(t *testing.T) {
	x, ctx := newTable(t), t.Context()
	must(t)(x.mediator.Members.CreateMember(ctx, &parleyv1.CreateMemberRequest{
		Parent: x.n, MemberId: "mario", Member: &parleyv1.Member{Principal: "mario", Role: parleyv1.Member_ROLE_MEDIATOR},
	}))
	watchers := map[string]*client.Client{"maria": x.maria, "mario": x.bearer(t, "mario", false)}
	next := map[string]func() *parleyv1.WatchNegotiationResponse{}
	for who, c := range watchers {
		next[who] = watching(t, c, &parleyv1.WatchNegotiationRequest{Name: x.n, MaxEntries: 10})
		untilProgress(next[who])
	}
	told, err := x.anna.Stances.CreateStance(ctx, x.stance("", "a", 0))
	if err != nil {
		t.Fatal(err)
	}
	for who := range watchers {
		if e := next[who]().GetEntries().GetEntries(); len(e) != 1 || e[0].GetChanges()[0].GetResource() != told.GetName() {
			t.Errorf("%s was told %v", who, e)
		}
	}
	list, err := x.anna.Accesses.ListAccesses(ctx, &parleyv1.ListAccessesRequest{Parent: x.n})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list.GetAccesses() {
		if a.GetMethod() != "WatchNegotiation" || watchers[a.GetPrincipal()] == nil || !slices.Equal(a.GetResources(), []string{told.GetName()}) {
			t.Errorf("noted was %v", a)
		}
		delete(watchers, a.GetPrincipal())
	}
	if len(watchers) > 0 {
		t.Errorf("nothing is noted of %v", watchers)
	}
}

// A filter and an order ask what is in something as well as a reading does: what they pass over was looked at, too.
func TestAFilterIsNoWayToReadUnnoticed(t *testing.T) {
	x, ctx := newTable(t), t.Context()
	told, err := x.anna.Stances.CreateStance(ctx, x.stance("", "a", 0))
	if err != nil {
		t.Fatal(err)
	}
	list, err := x.maria.Stances.ListStances(ctx, &parleyv1.ListStancesRequest{Parent: x.n, Filter: "value = BLOCK"})
	if err != nil || len(list.GetStances()) != 0 {
		t.Fatalf("nobody blocks, but the list is %v, %v", list, err)
	}
	accesses, err := x.anna.Accesses.ListAccesses(ctx, &parleyv1.ListAccessesRequest{Parent: x.n})
	if err != nil || len(accesses.GetAccesses()) != 1 || !slices.Equal(accesses.GetAccesses()[0].GetResources(), []string{told.GetName()}) {
		t.Errorf("noted was %v, %v", accesses, err)
	}
}

// What a mediator records as a party's about something that the party may not know of is nothing that they are told of by who
// looked at it.
func TestWhoLookedTellsAPartyOfNothingHiddenFromIt(t *testing.T) {
	x, ctx := newTable(t), t.Context()
	secret := textCommit(x.plan, "mediators--r2", []string{"r1"}, point("p", "At most 700,000."))
	secret.Revision.Audience = audienceOf(parleyv1.Audience_LEVEL_MEDIATOR)
	must(t)(x.maria.Plans.CommitRevision(ctx, secret))
	guess := x.stance("", "a", parleyv1.Audience_LEVEL_MEDIATOR)
	guess.Stance.Target = &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Revision{Revision: x.plan + "/revisions/mediators--r2"}}
	must(t)(x.maria.Stances.CreateStance(ctx, guess))
	must(t)(x.maria.Stances.ListStances(ctx, &parleyv1.ListStancesRequest{Parent: x.n}))
	if list, err := x.anna.Accesses.ListAccesses(ctx, &parleyv1.ListAccessesRequest{Parent: x.n}); err != nil || len(list.GetAccesses()) != 0 {
		t.Errorf("the party lists %v, %v", list, err)
	}
}

// That something is said about what a party has told the mediators, which the party may not know of, is nothing that it is told of by
// who looked: what is listed is noted, and not what that names.
func TestWhoLookedTellsNothingOfWhatNamesAConfidence(t *testing.T) {
	x, ctx := newTable(t), t.Context()
	must(t)(x.anna.Plans.CreatePlan(ctx, &parleyv1.CreatePlanRequest{Parent: x.n, PlanId: "a--ours", Plan: &parleyv1.Plan{
		DisplayName: "Ours", Owner: x.n + "/parties/a", Audience: audienceOf(parleyv1.Audience_LEVEL_MEDIATOR),
	}}))
	draft := textCommit(x.n+"/plans/a--ours", "a--r1", nil, point("p", "At most 800,000."))
	must(t)(x.anna.Plans.CommitRevision(ctx, draft))
	told, err := x.anna.Claims.CreateClaim(ctx, &parleyv1.CreateClaimRequest{Parent: x.n, Claim: &parleyv1.Claim{
		Statement: "We could live with 700,000.", Party: x.n + "/parties/a", Audience: audienceOf(parleyv1.Audience_LEVEL_MEDIATOR),
	}})
	if err != nil {
		t.Fatal(err)
	}
	must(t)(x.maria.Claims.CreateClaim(ctx, &parleyv1.CreateClaimRequest{Parent: x.n, Claim: &parleyv1.Claim{
		Statement: "They will settle.", Reports: told.GetName(), Audience: audienceOf(parleyv1.Audience_LEVEL_MEDIATOR),
	}}))
	must(t)(x.anna.Claims.DeleteClaim(ctx, &parleyv1.DeleteClaimRequest{Name: told.GetName()}))
	guess := x.stance("", "b", parleyv1.Audience_LEVEL_MEDIATOR)
	guess.Stance.Target = &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Revision{Revision: x.n + "/plans/a--ours/revisions/a--r1"}}
	must(t)(x.maria.Stances.CreateStance(ctx, guess))
	must(t)(x.maria.Claims.ListClaims(ctx, &parleyv1.ListClaimsRequest{Parent: x.n}))
	must(t)(x.maria.Stances.ListStances(ctx, &parleyv1.ListStancesRequest{Parent: x.n}))
	list, err := x.anna.Accesses.ListAccesses(ctx, &parleyv1.ListAccessesRequest{Parent: x.n, Filter: `method = "ListClaims" OR method = "ListStances"`})
	if err != nil || len(list.GetAccesses()) != 0 {
		t.Errorf("the party lists %v, %v", list, err)
	}
}

// When somebody looked is their time and no other's: what is noted for one party in the same moment moves nothing for another.
func TestWhenSomebodyLookedTellsNothingOfOthers(t *testing.T) {
	noon := time.Now().Truncate(time.Second)
	x, ctx := newTableOn(t, startWith(t, daemon.Config{DataDir: t.TempDir(), Clock: func() time.Time { return noon }}, nil)), t.Context()
	for _, told := range []struct {
		by    *client.Client
		party string
	}{{x.anna, "a"}, {x.bert, "b"}} {
		s, err := told.by.Stances.CreateStance(ctx, x.stance("", told.party, 0))
		if err != nil {
			t.Fatal(err)
		}
		must(t)(x.maria.Stances.GetStance(ctx, &parleyv1.GetStanceRequest{Name: s.GetName()}))
		list, err := told.by.Accesses.ListAccesses(ctx, &parleyv1.ListAccessesRequest{Parent: x.n})
		if err != nil || len(list.GetAccesses()) != 1 || !list.GetAccesses()[0].GetCreateTime().AsTime().Equal(noon) {
			t.Errorf("the clock stands at %v, and %s lists %v, %v", noon, told.party, list, err)
		}
	}
}

// A watch ends with the rights it began with, at once: when the token is revoked or what its bearer is changes.
func TestWatchesEndWithTheRights(t *testing.T) {
	x, ctx := newTable(t), t.Context()
	watch := func(c *client.Client) (next func() error) {
		stream, err := c.Log.WatchNegotiation(ctx, &parleyv1.WatchNegotiationRequest{Name: x.n})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Recv(); err != nil { // it has caught up
			t.Fatal(err)
		}
		return func() error { return second(stream.Recv()) }
	}
	anna, bert, olga := watch(x.anna), watch(x.bert), watch(x.olga)
	must(t)(x.admin.Tokens.RevokeToken(ctx, &parleyv1.RevokeTokenRequest{Name: "tokens/anna"}))
	wantReason(t, anna(), codes.Unauthenticated, parleyv1.ErrorReason_CREDENTIALS_INVALID)
	_, err := x.anna.Stances.ListStances(ctx, &parleyv1.ListStancesRequest{Parent: x.n})
	wantReason(t, err, codes.Unauthenticated, parleyv1.ErrorReason_CREDENTIALS_INVALID)
	must(t)(x.maria.Members.UpdateMember(ctx, &parleyv1.UpdateMemberRequest{Member: &parleyv1.Member{Name: x.n + "/members/bert", Role: parleyv1.Member_ROLE_OBSERVER}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"role", "party"}}}))
	wantReason(t, bert(), codes.Unavailable, parleyv1.ErrorReason_UNAVAILABLE)
	must(t)(x.maria.Members.DeleteMember(ctx, &parleyv1.DeleteMemberRequest{Name: x.n + "/members/olga"}))
	wantReason(t, olga(), codes.Unavailable, parleyv1.ErrorReason_UNAVAILABLE)
}

// Tokens end by themselves; a secret is shown once and stands nowhere in the data.
func TestTokens(t *testing.T) {
	x, ctx := newTable(t), t.Context()
	req := &parleyv1.CreateTokenRequest{Token: &parleyv1.Token{Principal: "carl"}, RequestId: requestID}
	made, err := x.mediator.Tokens.CreateToken(ctx, req)
	if err != nil || made.GetSecret() == "" {
		t.Fatal(made, err)
	}
	again, err := x.mediator.Tokens.CreateToken(ctx, req)
	if err != nil || again.GetName() != made.GetName() || again.GetSecret() != "" {
		t.Errorf("a retry is answered %v, %v", again, err)
	}
	list, err := x.mediator.Tokens.ListTokens(ctx, &parleyv1.ListTokensRequest{})
	if err != nil || slices.ContainsFunc(list.GetTokens(), func(t *parleyv1.Token) bool { return t.GetSecret() != "" }) {
		t.Error(list, err)
	}
	for _, bad := range []*parleyv1.Token{
		{Principal: "carl", ExpireTime: timestamppb.New(made.GetCreateTime().AsTime().AddDate(0, 0, -1))},
		{Principal: "carl", ExpireTime: timestamppb.New(made.GetCreateTime().AsTime().AddDate(3, 0, 0))},
		{Principal: "oidc:carl"},
		{Principal: "Carl"},
		{},
	} {
		_, err := x.mediator.Tokens.CreateToken(ctx, &parleyv1.CreateTokenRequest{Token: bad})
		wantReason(t, err, codes.InvalidArgument, parleyv1.ErrorReason_INVALID_FIELD)
	}
	if _, err := x.mediator.Members.DeleteMember(ctx, &parleyv1.DeleteMemberRequest{Name: x.n + "/members/maria"}); err != nil {
		t.Error(err)
	}
	members, err := x.mediator.Members.ListMembers(ctx, &parleyv1.ListMembersRequest{Parent: x.n, Filter: `role = ROLE_MEDIATOR`})
	if err != nil || len(members.GetMembers()) != 1 {
		t.Fatal(members, err)
	}
	_, err = x.mediator.Members.DeleteMember(ctx, &parleyv1.DeleteMemberRequest{Name: members.GetMembers()[0].GetName()})
	wantReason(t, err, codes.FailedPrecondition, parleyv1.ErrorReason_LAST_MEDIATOR)
	if file := x.dataFiles(t); strings.Contains(file, made.GetSecret()) {
		t.Error("the secret stands in the data")
	}
}

// dataFiles gives what all files of the data directory hold.
func (s *server) dataFiles(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	files, err := os.ReadDir(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(s.dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

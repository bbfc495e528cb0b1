package daemon_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

// attack is something that somebody does to learn or to change what is not for them, and the answer that they must get. Where
// it has {id} in it, it is done twice: about what is there in secret, and about what is not there; both answers must be the
// same to the byte, but for the id.
type attack struct {
	what string
	do   act
	want string // code and reason: "NotFound RESOURCE_NOT_FOUND" over gRPC, "404 RESOURCE_NOT_FOUND" over REST
}

// act does something from an address of its own, as wrong credentials are counted by address.
type act func(*attacker) outcome

// outcome is what comes of an act: in brief, and every byte of it.
type outcome struct{ brief, text string }

// The ids of what is there in secret, and of what is not. They are of one length, so that answers are.
const (
	secretID = "secret"
	absentID = "absent"
)

// canary stands in every secret text. No attacker may ever see it.
const canary = "canary"

// attacker is who makes an attack, once.
type attacker struct {
	*siege
	t    *testing.T
	id   string // of what the attack is about
	used bool   // something of the attack depends on the id
	conn *grpc.ClientConn
	web  *http.Client
}

// siege is a table at which there are secrets. Its hours pass when the test says so.
type siege struct {
	*table
	passed atomic.Int64 // nanoseconds by which the server's clock is ahead
	words  map[string]string
}

// from127 counts the addresses that attacks have come from.
var from127 atomic.Int64

// repel makes the attacks, and checks that each gets its answer and learns nothing.
func repel(t *testing.T, s *siege, attacks []attack) {
	t.Helper()
	for _, a := range attacks {
		t.Run(a.what, func(t *testing.T) {
			there, used := s.attempt(t, a, secretID)
			if !used {
				return
			}
			if gone, _ := s.attempt(t, a, absentID); !s.same(there, gone) {
				t.Errorf("the answer tells whether it is there. If it is:\n%s\nIf not:\n%s", there, gone)
			}
		})
	}
}

// attempt makes an attack about what has the id.
func (s *siege) attempt(t *testing.T, a attack, id string) (text string, used bool) {
	t.Helper()
	n := from127.Add(1)
	dialer := from(fmt.Sprintf("127.1.%d.%d", n/200, 1+n%200))
	conn, err := grpc.NewClient("passthrough:///"+s.GRPCAddr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) { return dialer.DialContext(ctx, "tcp", addr) }))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	transport := &http.Transport{DialContext: dialer.DialContext}
	defer transport.CloseIdleConnections()
	x := &attacker{siege: s, t: t, id: id, conn: conn, web: &http.Client{Transport: transport}}
	got := a.do(x)
	if got.brief != a.want {
		t.Errorf("answered %q, want %q:\n%s", got.brief, a.want, got.text)
	}
	if strings.Contains(got.text, canary) {
		t.Errorf("the answer tells what is secret:\n%s", got.text)
	}
	return got.text, x.used
}

// same tells whether two answers are the same but for the id.
func (*siege) same(there, gone string) bool {
	hide := regexp.MustCompile(secretID + "|" + absentID)
	return hide.ReplaceAllString(there, "id") == hide.ReplaceAllString(gone, "id")
}

// fill puts into a text what is between braces: {n} is the negotiation, {id} what the attack is about, {token:anna} the secret
// of somebody's token, and other words are those that the siege has.
func (x *attacker) fill(text string) string {
	return regexp.MustCompile(`\{[a-z0-9:-]+\}`).ReplaceAllStringFunc(text, func(word string) string {
		word = word[1 : len(word)-1]
		who, token := strings.CutPrefix(word, "token:")
		switch {
		case token:
			return x.secrets[who]
		case word == "n":
			return x.n
		case word == "id":
			x.used = true
			return x.id
		}
		if _, ok := x.words[word]; !ok {
			x.t.Fatalf("the test has no word %q", word)
		}
		return x.words[word]
	})
}

// ask makes a call over gRPC as somebody: "" is the public, and who has no token shows what they are called. The request
// is in JSON. More metadata may come by key and value.
func ask(who, method, request string, md ...string) act {
	return func(x *attacker) outcome {
		m := methodNamed(method)
		req := newMessage(m.Input()).Interface()
		if err := protojson.Unmarshal([]byte(x.fill(request)), req); err != nil {
			x.t.Fatal(err)
		}
		var header, trailer metadata.MD
		out := newMessage(m.Output()).Interface()
		err := x.conn.Invoke(x.as(who, md...), fmt.Sprintf("/%s/%s", m.Parent().FullName(), m.Name()), req, out, grpc.Header(&header), grpc.Trailer(&trailer))
		return overGRPC(err, fmt.Sprintf("%q %q\n%s", map[string][]string(header), map[string][]string(trailer), protojson.Format(out)))
	}
}

// as gives a context in which a call shows somebody's credentials.
func (x *attacker) as(who string, md ...string) context.Context {
	ctx := x.t.Context()
	if who != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+x.bearerOf(who))
	}
	for i := range md {
		md[i] = x.fill(md[i])
	}
	return metadata.AppendToOutgoingContext(ctx, md...)
}

// bearerOf gives the secret of somebody's token, or, if they have none, what they are called in its place.
func (x *attacker) bearerOf(who string) string {
	if secret := x.secrets[who]; secret != "" {
		return secret
	}
	return who
}

// overGRPC tells how a call over gRPC ended, given what came beside the error.
func overGRPC(err error, beside string) outcome {
	st := status.Convert(err)
	brief := st.Code().String()
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			brief += " " + info.GetReason()
		}
	}
	return outcome{brief, fmt.Sprintf("%s\n%s", protojson.Format(st.Proto()), beside)}
}

// fetch makes a GET over REST as somebody. More headers may come by name and value; those of the same name are added.
func fetch(who, path string, header ...string) act {
	return send(who, http.MethodGet, path, "", header...)
}

// send makes a request over REST as somebody; a body is in JSON unless the headers say otherwise.
func send(who, verb, path, body string, header ...string) act {
	return func(x *attacker) outcome {
		req, err := http.NewRequestWithContext(x.t.Context(), verb, "http://"+x.RESTAddr+x.fill(path), strings.NewReader(x.fill(body)))
		if err != nil {
			x.t.Fatal(err)
		}
		if who != "" {
			req.Header.Set("Authorization", "Bearer "+x.bearerOf(who))
		}
		if body != "" && !slices.Contains(header, "Content-Type") {
			req.Header.Set("Content-Type", "application/json")
		}
		for i := 0; i+1 < len(header); i += 2 {
			req.Header.Add(header[i], x.fill(header[i+1]))
		}
		resp, data := do(x.t, x.web, req)
		resp.Header.Del("Date")
		for name := range resp.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				x.t.Errorf("pages of other origins may read the answer: %s", name)
			}
		}
		return outcome{strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, reasonIn(data))), fmt.Sprintf("%s %v\n%s", resp.Status, resp.Header, data)}
	}
}

// reasonIn finds the reason of a google.rpc.Status in JSON, also as an event; "" if there is none.
func reasonIn(body []byte) string {
	body = bytes.TrimPrefix(body, []byte("event: error\ndata: "))
	var st struct {
		Details []struct{ Reason string }
		Error   struct{ Details []struct{ Reason string } } // at the end of a stream
	}
	if json.Unmarshal(body, &st) != nil {
		return ""
	}
	for _, d := range append(st.Details, st.Error.Details...) {
		if d.Reason != "" {
			return d.Reason
		}
	}
	return ""
}

// raw sends bytes to the REST port; the answer in brief is the codes of all responses that come.
func raw(text string) act {
	return func(x *attacker) outcome {
		got := talk(x.t, x.RESTAddr, strings.ReplaceAll(x.fill(text), "\n", "\r\n"))
		codes := []string{}
		for _, line := range regexp.MustCompile(`(?m)^HTTP/1\.[01] (\d{3})`).FindAllStringSubmatch(got, -1) {
			codes = append(codes, line[1])
		}
		return outcome{strings.Join(codes, " "), regexp.MustCompile(`Date: [^\r]*`).ReplaceAllString(got, "")}
	}
}

// besiege sets the stage: what is there in secret belongs to b or to the mediators, and attackers are all others.
func besiege(t *testing.T) *siege {
	t.Helper()
	s := &siege{words: map[string]string{}}
	s.table = newTableOn(t, startWith(t, daemon.Config{
		DataDir: t.TempDir(), Clock: func() time.Time { return time.Now().Add(time.Duration(s.passed.Load())) },
	}, nil))
	s.hide(t)
	return s
}

// hide records the secrets.
func (s *siege) hide(t *testing.T) {
	t.Helper()
	ctx, b := t.Context(), s.n+"/parties/b"
	confided := audienceOf(parleyv1.Audience_LEVEL_MEDIATOR)
	revision := s.plan + "/revisions/r1"
	stance := func(id string) *parleyv1.CreateStanceRequest {
		req := s.stance(id, "b", parleyv1.Audience_LEVEL_MEDIATOR)
		req.Stance.Reason = canary
		return req
	}
	do := must(t)
	do(s.mediator.Negotiations.CreateNegotiation(ctx, &parleyv1.CreateNegotiationRequest{NegotiationId: secretID, Negotiation: &parleyv1.Negotiation{DisplayName: canary, Audience: confided}}))
	do(s.maria.Parties.CreateParty(ctx, &parleyv1.CreatePartyRequest{Parent: s.n, PartyId: "mediators--" + secretID, Party: &parleyv1.Party{DisplayName: canary, Kind: parleyv1.Party_KIND_STATE, Audience: confided}}))
	do(s.bert.Demands.CreateDemand(ctx, &parleyv1.CreateDemandRequest{Parent: b, DemandId: "b--" + secretID, Demand: &parleyv1.Demand{Statement: canary, Strength: parleyv1.Demand_STRENGTH_RED_LINE, Audience: confided}}))
	do(s.maria.Plans.CreatePlan(ctx, &parleyv1.CreatePlanRequest{Parent: s.n, PlanId: "mediators--" + secretID, Plan: &parleyv1.Plan{DisplayName: canary, Audience: confided}}))
	do(s.maria.Plans.CommitRevision(ctx, textCommit(s.n+"/plans/mediators--"+secretID, "r1", nil, point("p", canary))))
	hidden := textCommit(s.plan, "mediators--"+secretID, []string{"r1"}, point("p", canary), point("q", canary))
	hidden.Revision.Audience = confided
	do(s.maria.Plans.CommitRevision(ctx, hidden))
	do(s.bert.Stances.CreateStance(ctx, stance("b--"+secretID)))
	do(s.bert.Stances.CreateStance(ctx, stance("b--erased-"+secretID)))
	do(s.bert.Stances.DeleteStance(ctx, &parleyv1.DeleteStanceRequest{Name: s.n + "/stances/b--erased-" + secretID}))
	do(s.anna.Claims.CreateClaim(ctx, &parleyv1.CreateClaimRequest{Parent: s.n, ClaimId: "said", Claim: &parleyv1.Claim{Statement: "Said in public.", Party: s.n + "/parties/a", Audience: audienceOf(parleyv1.Audience_LEVEL_PUBLIC)}}))
	do(s.bert.Claims.CreateClaim(ctx, &parleyv1.CreateClaimRequest{Parent: s.n, ClaimId: "b--" + secretID, Claim: &parleyv1.Claim{Statement: canary, Party: b, Reports: s.n + "/claims/said", About: []string{revision}, Audience: confided}}))
	entrusted := &parleyv1.Claim{Statement: canary, Party: s.n + "/parties/a", About: []string{s.n + "/plans/mediators--" + secretID}, Audience: confided}
	do(s.maria.Claims.CreateClaim(ctx, &parleyv1.CreateClaimRequest{Parent: s.n, ClaimId: "mediators--" + canary, Claim: entrusted}))
	do(s.maria.Claims.GetClaim(ctx, &parleyv1.GetClaimRequest{Name: s.n + "/claims/mediators--" + canary}))
	do(s.maria.Events.CreateEvent(ctx, &parleyv1.CreateEventRequest{Parent: s.n, EventId: "mediators--" + secretID, Event: &parleyv1.Event{DisplayName: canary, Audience: confided}}))
	do(s.maria.Sources.CreateSource(ctx, &parleyv1.CreateSourceRequest{Parent: s.n, SourceId: "mediators--" + secretID, Source: &parleyv1.Source{DisplayName: canary, Audience: confided}}))
	do(s.bert.Assessments.CreateAssessment(ctx, &parleyv1.CreateAssessmentRequest{Parent: s.n, AssessmentId: "b--" + secretID, Assessment: &parleyv1.Assessment{
		Demand: b + "/demands/b--" + secretID, Revision: revision, Verdict: parleyv1.Assessment_VERDICT_UNMET, JudgeParty: b, Reason: canary, Audience: confided,
	}}))
	do(s.maria.Disclosures.Disclose(ctx, &parleyv1.DiscloseRequest{Parent: s.n, DisclosureId: "mediators--" + secretID, Disclosure: &parleyv1.Disclosure{
		Resources: []string{s.n + "/events/mediators--" + secretID}, Audience: audienceOf(parleyv1.Audience_LEVEL_PUBLIC), Note: canary,
		EmbargoTime: timestamppb.New(time.Now().AddDate(1, 0, 0)),
	}}))
	s.open(t)
}

// open records what attackers know of, and what they hold in their hands.
func (s *siege) open(t *testing.T) {
	t.Helper()
	ctx, do := t.Context(), must(t)
	do(s.anna.Stances.CreateStance(ctx, s.stance("a-said", "a", parleyv1.Audience_LEVEL_PUBLIC)))
	do(s.bert.Stances.CreateStance(ctx, s.stance("b-said", "b", parleyv1.Audience_LEVEL_PUBLIC)))
	told := s.stance("b--told", "b", parleyv1.Audience_LEVEL_SHARED)
	told.Stance.Audience.Parties = []string{s.n + "/parties/a"}
	do(s.bert.Stances.CreateStance(ctx, told))
	s.words["before"] = time.Now().Format(time.RFC3339Nano)
	do(s.bert.Stances.CreateStance(ctx, s.stance("b--late", "b", parleyv1.Audience_LEVEL_MEDIATOR)))
	s.words["then"] = time.Now().Format(time.RFC3339Nano)
	do(s.bert.Disclosures.Disclose(ctx, &parleyv1.DiscloseRequest{Parent: s.n, Disclosure: &parleyv1.Disclosure{
		Resources: []string{s.n + "/stances/b--late"}, Audience: audienceOf(parleyv1.Audience_LEVEL_TABLED),
	}}))
	do(s.maria.Stances.GetStance(ctx, &parleyv1.GetStanceRequest{Name: s.n + "/stances/b--" + secretID}))
	seen, err := s.bert.Accesses.ListAccesses(ctx, &parleyv1.ListAccessesRequest{Parent: s.n})
	if err != nil || len(seen.GetAccesses()) == 0 {
		t.Fatal(seen, err)
	}
	s.words["access"] = seen.GetAccesses()[0].GetName()
	own, err := s.anna.Stances.GetStance(ctx, &parleyv1.GetStanceRequest{Name: s.n + "/stances/a-said"})
	do(own, err)
	hidden, err := s.bert.Stances.GetStance(ctx, &parleyv1.GetStanceRequest{Name: s.n + "/stances/b--" + secretID})
	do(hidden, err)
	s.words["etag"], s.words["hidden-etag"] = own.GetEtag(), hidden.GetEtag()
	page, err := s.maria.Stances.ListStances(ctx, &parleyv1.ListStancesRequest{Parent: s.n, PageSize: 1})
	do(page, err)
	s.words["marias-page"] = page.GetNextPageToken()
	_, s.words["marias-watch"] = untilProgress(watching(t, s.maria, &parleyv1.WatchNegotiationRequest{Name: s.n}))
	talks(t, s.server, "other")
	do(s.mediator.Members.CreateMember(ctx, &parleyv1.CreateMemberRequest{Parent: "negotiations/other", Member: &parleyv1.Member{Principal: "dora", Role: parleyv1.Member_ROLE_MEDIATOR}}))
	s.bearer(t, "dora", false)
	do(s.maria.Parties.CreateParty(ctx, &parleyv1.CreatePartyRequest{Parent: s.n, PartyId: "mediators", Party: &parleyv1.Party{DisplayName: "A party with a sly name", Kind: parleyv1.Party_KIND_BLOC}}))
	do(s.mediator.Members.CreateMember(ctx, &parleyv1.CreateMemberRequest{Parent: s.n, Member: &parleyv1.Member{Principal: "mel", Role: parleyv1.Member_ROLE_DELEGATE, Party: s.n + "/parties/mediators"}}))
	s.bearer(t, "mel", false)
	s.expire(t)
}

// expire makes tokens that are not valid any more.
func (s *siege) expire(t *testing.T) {
	t.Helper()
	for who, life := range map[string]time.Duration{"expired": time.Hour, "revoked": 90 * 24 * time.Hour} {
		made, err := s.mediator.Tokens.CreateToken(t.Context(), &parleyv1.CreateTokenRequest{TokenId: who, Token: &parleyv1.Token{Principal: "maria", ExpireTime: timestamppb.New(time.Now().Add(life))}})
		if err != nil {
			t.Fatal(err)
		}
		s.secrets[who] = made.GetSecret()
	}
	must(t)(s.mediator.Tokens.RevokeToken(t.Context(), &parleyv1.RevokeTokenRequest{Name: "tokens/revoked"}))
	s.passed.Add(int64(2 * time.Hour))
}

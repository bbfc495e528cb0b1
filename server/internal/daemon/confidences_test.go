package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

// An embargo that ends at noon, as somebody of the public follows it by server-sent events: what was told under it comes at noon,
// after what was recorded before and before what was recorded after.
func TestAnEmbargoEndsInTheOrderOfTheStream(t *testing.T) {
	var clock atomic.Int64
	clock.Store(time.Now().UnixNano())
	s := startWith(t, daemon.Config{DataDir: t.TempDir(), Clock: func() time.Time { return time.Unix(0, clock.Load()) }}, nil)
	n, noon := talks(t, s, "peace"), time.Unix(0, clock.Load()).Add(3*time.Hour)
	claim := func(id string, level parleyv1.Audience_Level) {
		must(t)(s.mediator.Claims.CreateClaim(t.Context(), &parleyv1.CreateClaimRequest{Parent: n, ClaimId: id, Claim: &parleyv1.Claim{Statement: id, Audience: audienceOf(level)}}))
	}
	claim("mediators--told", parleyv1.Audience_LEVEL_MEDIATOR)
	must(t)(s.mediator.Disclosures.Disclose(t.Context(), &parleyv1.DiscloseRequest{Parent: n, DisclosureId: "mediators--noon", Disclosure: &parleyv1.Disclosure{
		Resources: []string{n + "/claims/mediators--told"}, Audience: audienceOf(parleyv1.Audience_LEVEL_PUBLIC), EmbargoTime: timestamppb.New(noon),
	}}))
	line := eventsOf(t, s, n)
	claim("before", parleyv1.Audience_LEVEL_PUBLIC)
	told := []string{nextEntry(t, line)}
	clock.Store(noon.UnixNano())
	must(t)(s.mediator.Tokens.CreateToken(t.Context(), &parleyv1.CreateTokenRequest{Token: &parleyv1.Token{Principal: "anna"}})) // the server looks at the clock
	told = append(told, nextEntry(t, line))
	claim("after", parleyv1.Audience_LEVEL_PUBLIC)
	told = append(told, nextEntry(t, line))
	if want := []string{"claims/before", "claims/mediators--told disclosures/mediators--noon", "claims/after"}; !slices.Equal(told, want) {
		t.Errorf("told were %q, want %q", told, want)
	}
}

// eventsOf follows a negotiation from now on, as somebody who is no member of it, and gives its lines once it has caught up.
func eventsOf(t *testing.T, s *server, n string) func() string {
	t.Helper()
	made, err := s.mediator.Tokens.CreateToken(t.Context(), &parleyv1.CreateTokenRequest{Token: &parleyv1.Token{Principal: "nobody"}})
	if err != nil {
		t.Fatal(err)
	}
	_, line := overHTTP(t, s, "/v1/"+n+":watch?start=START_LATEST", "Accept", "text/event-stream", "Authorization", "Bearer "+made.GetSecret())
	if _, kind, _ := event(t, line); kind != "progress" {
		t.Fatalf("a watch from now on begins with %s", kind)
	}
	return line
}

// nextEntry reads events up to the next entry, and tells what it changes.
func nextEntry(t *testing.T, line func() string) string {
	t.Helper()
	for {
		if _, kind, m := event(t, line); kind == "entry" {
			var names []string
			for _, c := range m.GetEntry().GetChanges() {
				parts := strings.Split(c.GetResource(), "/")
				names = append(names, strings.Join(parts[2:], "/"))
			}
			return strings.Join(names, " ")
		}
	}
}

// confided is a word that stands in everything that a party entrusts in the tests.
const confided = "quicksilver"

// Whatever method shows a mediator what a party has entrusted to them, that is noted, and the party can list it.
func TestNoMethodShowsConfidencesUnnoted(t *testing.T) {
	x := newTable(t)
	names := x.entrust(t)
	conn, shown := dialRaw(t, x.server), []string{}
	for _, m := range allMethods() {
		if writes(m) {
			continue
		}
		if strings.Contains(x.answerOf(t, conn, m, x.requestOf(m, names)), confided) {
			shown = append(shown, string(m.Name()))
		}
	}
	noted := map[string]bool{}
	list, err := x.anna.Accesses.ListAccesses(t.Context(), &parleyv1.ListAccessesRequest{Parent: x.n, PageSize: 1000, Filter: `principal = "maria"`})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list.GetAccesses() {
		noted[a.GetMethod()] = true
	}
	for _, method := range shown {
		if !noted[method] {
			t.Errorf("%s showed a confidence, and nothing is noted of it", method)
		}
	}
	t.Logf("confidences were shown by %q", shown)
	if len(shown) < 12 {
		t.Errorf("only %d methods showed anything", len(shown))
	}
}

// entrust has a delegate of a confide one of everything, and gives the names by type, beside those that requests need.
func (x *table) entrust(t *testing.T) map[string][]string {
	t.Helper()
	ctx, a := t.Context(), x.n+"/parties/a"
	names := map[string][]string{"parley/Negotiation": {x.n}, "parley/Party": {a}, "parley/Plan": {x.n + "/plans/a--ours"}}
	must(t)(x.anna.Demands.CreateDemand(ctx, &parleyv1.CreateDemandRequest{Parent: a, DemandId: "a--wish", Demand: &parleyv1.Demand{Statement: confided, Strength: parleyv1.Demand_STRENGTH_RED_LINE, Topic: confided}}))
	names["parley/Demand"] = []string{a + "/demands/a--wish"}
	must(t)(x.anna.Plans.CreatePlan(ctx, &parleyv1.CreatePlanRequest{Parent: x.n, PlanId: "a--ours", Plan: &parleyv1.Plan{DisplayName: confided, Owner: a}}))
	commit := textCommit(x.n+"/plans/a--ours", "a--r1", nil, point("p", confided))
	must(t)(x.anna.Plans.CommitRevision(ctx, commit))
	names["parley/Revision"], names["parley/Point"] = []string{commit.GetParent() + "/revisions/a--r1"}, []string{commit.GetParent() + "/revisions/a--r1/points/p"}
	stance := x.stance("a--said", "a", 0)
	stance.Stance.Reason, stance.Stance.Target = confided, &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: names["parley/Point"][0]}}
	must(t)(x.anna.Stances.CreateStance(ctx, stance))
	names["parley/Stance"] = []string{x.n + "/stances/a--said"}
	must(t)(x.anna.Claims.CreateClaim(ctx, &parleyv1.CreateClaimRequest{Parent: x.n, ClaimId: "a--claim", Claim: &parleyv1.Claim{Statement: confided, Party: a}}))
	names["parley/Claim"] = []string{x.n + "/claims/a--claim"}
	must(t)(x.anna.Assessments.CreateAssessment(ctx, &parleyv1.CreateAssessmentRequest{Parent: x.n, AssessmentId: "a--judged", Assessment: &parleyv1.Assessment{
		Demand: names["parley/Demand"][0], Revision: names["parley/Revision"][0], Verdict: parleyv1.Assessment_VERDICT_MET, JudgeParty: a, Reason: confided,
	}}))
	names["parley/Assessment"] = []string{x.n + "/assessments/a--judged"}
	return names
}

func writes(m protoreflect.MethodDescriptor) bool {
	return m.Input().Fields().ByName("validate_only") != nil || m.IsStreamingClient()
}

// requestOf makes a request about what the names are of.
func (x *table) requestOf(m protoreflect.MethodDescriptor, names map[string][]string) proto.Message {
	p := &filler{negotiation: x.n, names: names}
	req := newMessage(m.Input()).Interface()
	p.fill(req.ProtoReflect(), 0)
	if w, ok := req.(*parleyv1.WatchNegotiationRequest); ok {
		w.Start, w.ResumeToken = parleyv1.WatchNegotiationRequest_START_EARLIEST, ""
	}
	return req
}

// answerOf calls a method as the mediator maria, and gives the answer as text: of a stream, its beginning.
func (x *table) answerOf(t *testing.T, conn *grpc.ClientConn, m protoreflect.MethodDescriptor, req proto.Message) string {
	t.Helper()
	ctx, cancel := context.WithCancel(metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+x.secrets["maria"]))
	defer cancel()
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: m.IsStreamingServer()}, fmt.Sprintf("/%s/%s", m.Parent().FullName(), m.Name()))
	if err == nil {
		err = errors.Join(stream.SendMsg(req), stream.CloseSend())
	}
	var out strings.Builder
	for err == nil {
		piece := newMessage(m.Output()).Interface()
		if err = stream.RecvMsg(piece); err != nil {
			break
		}
		out.WriteString(textOf(piece))
		if w, ok := piece.(*parleyv1.WatchNegotiationResponse); !m.IsStreamingServer() || ok && w.GetProgress() != nil {
			break
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		t.Logf("%s: %v", m.Name(), err)
	}
	return out.String()
}

func textOf(m proto.Message) string { return prototext.Format(m) }

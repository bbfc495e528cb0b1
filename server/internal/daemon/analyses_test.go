package daemon_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

const accord = twoTowns + "/plans/accord"

// analysis is a method that works something out, what to ask it about the fiction, and what its pages are pages of. One that
// answers all at once says why.
type analysis struct {
	method string
	req    proto.Message
	pages  protoreflect.Name
	whole  string
}

func analyses() []analysis {
	const latest = accord + "/revisions/latest"
	draft := draftOf(changeCommit(accord, "", []string{"v4"}, strike("council")))
	return []analysis{
		{method: "AnalysisService.GetPositionMatrix", req: &parleyv1.GetPositionMatrixRequest{Revision: latest}, pages: "rows"},
		{method: "AnalysisService.BlamePoint", req: &parleyv1.BlamePointRequest{Name: latest + "/points/council"}, whole: "the words of one point"},
		{method: "AnalysisService.GetAgreement", req: &parleyv1.GetAgreementRequest{Revision: latest}, whole: "whether all is agreed hangs on every point"},
		{method: "AnalysisService.SuggestPackages", req: &parleyv1.SuggestPackagesRequest{Revision: latest}, whole: "the request says how many at the most"},
		{method: "AnalysisService.GetCoverage", req: &parleyv1.GetCoverageRequest{Revision: latest}, pages: "rows"},
		{
			method: "AnalysisService.CompareBalance", req: &parleyv1.CompareBalanceRequest{Name: twoTowns, Revisions: []string{accord + "/revisions/v1", latest}},
			whole: "the request names the revisions, 100 at the most",
		},
		{method: "AnalysisService.CheckRedLines", req: &parleyv1.CheckRedLinesRequest{Revision: latest}, pages: "red_lines"},
		{method: "AnalysisService.CheckRedLinesOfDraft", req: draft, whole: "the text would have to be sent with every page"},
		{method: "AnalysisService.ListStickingPoints", req: &parleyv1.ListStickingPointsRequest{Revision: latest}, pages: "points"},
		{method: "AnalysisService.ListLapsed", req: &parleyv1.ListLapsedRequest{Revision: latest}, pages: "lapsed"},
		{method: "AnalysisService.ListConcessions", req: &parleyv1.ListConcessionsRequest{Parent: twoTowns}, pages: "movements"},
		{method: "AnalysisService.GetTimeline", req: &parleyv1.GetTimelineRequest{Parent: twoTowns}, pages: "items"},
		{method: "PlanService.DiffRevisions", req: &parleyv1.DiffRevisionsRequest{Revision: latest, Base: accord + "/revisions/v1"}, pages: "points"},
		{method: "PlanService.ListPointHistory", req: &parleyv1.ListPointHistoryRequest{Parent: accord, Point: "council"}, pages: "versions"},
		{
			method: "DocumentService.ExportTable", req: &parleyv1.ExportTableRequest{Revision: latest, Format: parleyv1.ExportTableRequest_FORMAT_CSV},
			whole: "a file",
		},
		{
			method: "DocumentService.PlotMatrix", req: &parleyv1.PlotMatrixRequest{Revision: latest, Format: parleyv1.PictureFormat_PICTURE_FORMAT_SVG},
			whole: "a file",
		},
		{
			method: "DocumentService.PlotBalance", req: &parleyv1.PlotBalanceRequest{
				Name: twoTowns, Revisions: []string{accord + "/revisions/v1", latest}, Format: parleyv1.PictureFormat_PICTURE_FORMAT_SVG,
			},
			whole: "a file",
		},
		{
			method: "DocumentService.PlotTimeline", req: &parleyv1.PlotTimelineRequest{Name: twoTowns, Format: parleyv1.PictureFormat_PICTURE_FORMAT_SVG},
			whole: "a file",
		},
	}
}

// Whatever is worked out from the record is worked out as of any moment, over gRPC and REST: once much has been recorded, each
// analysis answers otherwise than before, and as before when it is asked what the record said then.
func TestEveryAnalysisLooksBack(t *testing.T) {
	s, _ := river(t)
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+s.Token)
	then, conn, before := valued(t, s), dialRaw(t, s), map[string]proto.Message{}
	for _, a := range analyses() {
		before[a.method] = analyse(ctx, t, conn, method(t, a.method), a.req)
	}
	goOn(t, s)
	for _, a := range analyses() {
		m, back := method(t, a.method), proto.Clone(a.req)
		if cmp.Diff(before[a.method], analyse(ctx, t, conn, m, a.req), protocmp.Transform(), ignoreClock()) == "" {
			t.Errorf("%s answers now what it did before: what was recorded since is nothing to it", a.method)
		}
		back.ProtoReflect().Set(back.ProtoReflect().Descriptor().Fields().ByName("as_of"), protoreflect.ValueOfMessage(then.ProtoReflect()))
		viaGRPC := analyse(ctx, t, conn, m, back)
		if diff := cmp.Diff(before[a.method], viaGRPC, protocmp.Transform()); diff != "" {
			t.Errorf("%s: as of then the answer is another (-then +as of then):\n%s", a.method, diff)
		}
		viaREST, failed := overREST(t, s, m, back)
		if file, ok := viaGRPC.(*httpbody.HttpBody); ok {
			viaGRPC = named(t, file, nameOf(t, file))
		}
		if diff := cmp.Diff(viaGRPC, viaREST, protocmp.Transform()); diff != "" {
			t.Errorf("%s: over REST as of then (-gRPC +REST): %v\n%s", a.method, failed, diff)
		}
	}
}

// Every analysis is in the table above; those that list anything have pages, which make up the whole.
func TestEveryAnalysisHasPages(t *testing.T) {
	s, _ := river(t)
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+s.Token)
	valued(t, s)
	goOn(t, s)
	conn, covered := dialRaw(t, s), map[protoreflect.FullName]bool{}
	for _, a := range analyses() {
		m := method(t, a.method)
		covered[m.FullName()] = true
		rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
		if _, sends := a.req.(*parleyv1.CheckRedLinesOfDraftRequest); (rule.GetGet() == "") != sends || (rule.GetPost() != "") != sends {
			t.Errorf("%s is not read by GET, or, for a draft, POST", a.method)
		}
		fields := m.Input().Fields()
		if paged := fields.ByName("page_size") != nil && fields.ByName("page_token") != nil; paged != (a.pages != "") || paged == (a.whole != "") {
			t.Errorf("%s has pages of %q, and is whole because of %q", a.method, a.pages, a.whole)
			continue
		}
		if a.pages != "" {
			joinsUp(ctx, t, conn, m, a)
		}
	}
	for _, m := range allMethods() {
		if service := m.Parent().Name(); (service == "AnalysisService" || service == "DocumentService") && !m.IsStreamingServer() && !covered[m.FullName()] {
			t.Errorf("%s has no row in this test", m.FullName())
		}
	}
}

// joinsUp reads an analysis in pages of one and at once.
func joinsUp(ctx context.Context, t *testing.T, conn *grpc.ClientConn, m protoreflect.MethodDescriptor, a analysis) {
	t.Helper()
	items := func(answer proto.Message) (out []proto.Message) {
		list := answer.ProtoReflect().Get(m.Output().Fields().ByName(a.pages)).List()
		for i := range list.Len() {
			out = append(out, list.Get(i).Message().Interface())
		}
		return out
	}
	want := items(analyse(ctx, t, conn, m, a.req))
	req, fields := proto.Clone(a.req).ProtoReflect(), m.Input().Fields()
	req.Set(fields.ByName("page_size"), protoreflect.ValueOfInt32(1))
	var got []proto.Message
	for token, more := "", true; more && len(got) <= len(want); more = token != "" {
		req.Set(fields.ByName("page_token"), protoreflect.ValueOfString(token))
		page := analyse(ctx, t, conn, m, req.Interface())
		if got = append(got, items(page)...); len(items(page)) > 1 {
			t.Errorf("%s gives %d on a page of one", a.method, len(items(page)))
		}
		token = page.ProtoReflect().Get(m.Output().Fields().ByName("next_page_token")).String()
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" || len(want) < 2 {
		t.Errorf("%s: the pages of %d %s do not join up (-whole +pages):\n%s", a.method, len(want), a.pages, diff)
	}
}

func analyse(ctx context.Context, t *testing.T, conn *grpc.ClientConn, m protoreflect.MethodDescriptor, req proto.Message) proto.Message {
	t.Helper()
	out, failed := invoke(ctx, conn, m, req)
	if failed != nil {
		t.Fatalf("%s: %v", m.Name(), failed)
	}
	return out
}

// valued records what the rival wordings are worth to two parties, and gives the moment after that.
func valued(t *testing.T, s *server) *timestamppb.Timestamp {
	t.Helper()
	v4, err := s.mediator.Plans.GetRevision(t.Context(), &parleyv1.GetRevisionRequest{Name: accord + "/revisions/v4"})
	if err != nil {
		t.Fatal(err)
	}
	var at *timestamppb.Timestamp
	for i, party := range []string{"upton", "netherby"} {
		m := &parleyv1.Valuation{Revision: v4.GetName(), Party: twoTowns + "/parties/" + party}
		for _, p := range v4.GetPoints() {
			for j, a := range p.GetAlternatives() {
				m.Worths = append(m.Worths, &parleyv1.Valuation_Worth{Point: p.GetId(), Alternative: a.GetLabel(), Value: float64(1 + i ^ j)})
			}
		}
		made, err := s.mediator.Valuations.CreateValuation(t.Context(), &parleyv1.CreateValuationRequest{Parent: twoTowns, Valuation: m})
		if err != nil {
			t.Fatal(err)
		}
		at = made.GetCreateTime()
	}
	return at
}

// goOn has the fiction go on, so that every analysis has something new to say of what was there before.
func goOn(t *testing.T, s *server) {
	t.Helper()
	ctx, v4, upton := t.Context(), accord+"/revisions/v4", twoTowns+"/parties/upton"
	for i, id := range []string{"council", "costs"} {
		must(t)(s.mediator.Stances.CreateStance(ctx, &parleyv1.CreateStanceRequest{Parent: twoTowns, Stance: &parleyv1.Stance{
			Party: upton, Value: []parleyv1.Stance_Value{parleyv1.Stance_VALUE_ACCEPT, parleyv1.Stance_VALUE_BLOCK}[i],
			Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: v4 + "/points/" + id}},
		}}))
	}
	must(t)(s.mediator.Valuations.CreateValuation(ctx, &parleyv1.CreateValuationRequest{Parent: twoTowns, Valuation: &parleyv1.Valuation{
		Revision: v4, Party: twoTowns + "/parties/farmers", Reserve: 1,
	}}))
	for i := range 2 {
		demand := fmt.Sprintf("new-%d", i)
		must(t)(s.mediator.Demands.CreateDemand(ctx, &parleyv1.CreateDemandRequest{Parent: upton, DemandId: demand, Demand: &parleyv1.Demand{
			Statement: "New.", Strength: parleyv1.Demand_STRENGTH_RED_LINE, Audience: audienceOf(parleyv1.Audience_LEVEL_TABLED),
		}}))
		must(t)(s.mediator.Assessments.CreateAssessment(ctx, &parleyv1.CreateAssessmentRequest{Parent: twoTowns, Assessment: &parleyv1.Assessment{
			Demand: upton + "/demands/" + demand, Revision: v4, Point: v4 + "/points/council", Verdict: parleyv1.Assessment_VERDICT_BREACHED, JudgeParty: upton,
		}}))
	}
	must(t)(s.mediator.Events.CreateEvent(ctx, &parleyv1.CreateEventRequest{Parent: twoTowns, Event: &parleyv1.Event{DisplayName: "A fourth meeting"}}))
	edit := &parleyv1.PointChange_Edit{Point: &parleyv1.Point{Id: "council", Text: "A council of other words altogether."}}
	commit := changeCommit(accord, "v5", []string{"v4"}, &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: edit}})
	if _, err := s.mediator.Plans.CommitRevision(ctx, commit); err != nil {
		t.Fatal(err)
	}
}

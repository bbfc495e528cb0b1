package daemon_test

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/api/httpbody"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// The same calls go to one server over gRPC and to another, holding the same, over REST. Answers and errors must be the
// same but for what the clock decides. Every method of the API has to have a row, so a new one without any fails.
func TestRESTAnswersWhatGRPCAnswers(t *testing.T) {
	a, b := startExample(t), startExample(t)
	conn, err := grpc.NewClient(a.GRPCAddr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	covered := map[protoreflect.FullName]bool{}
	for i, row := range slices.Concat(parityRows(), factRows(), peopleRows(), movementRows(), documentRows(), agreementRows()) {
		m := method(t, row.method)
		covered[m.FullName()] = true
		name := fmt.Sprintf("%02d-%s", i, row.method)
		ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+a.Token)
		viaGRPC, grpcErr := invoke(ctx, conn, m, row.req)
		viaREST, restErr := overREST(t, b, m, row.req)
		if f, isFile := viaGRPC.(*httpbody.HttpBody); isFile {
			viaGRPC = named(t, f, nameOf(t, f)) // REST has no place for a description
		}
		if (grpcErr == nil) != (row.fails == "") {
			t.Errorf("%s: gRPC answers %v, %v", name, viaGRPC, grpcErr)
		}
		if diff := cmp.Diff(grpcErr, restErr, protocmp.Transform(), ignoreClock()); diff != "" {
			t.Errorf("%s: errors differ (-gRPC +REST):\n%s", name, diff)
		}
		if diff := cmp.Diff(viaGRPC, viaREST, protocmp.Transform(), ignoreClock()); diff != "" {
			t.Errorf("%s: answers differ (-gRPC +REST):\n%s", name, diff)
		}
		if row.fails != "" && !strings.Contains(protojson.Format(grpcErr), `"`+row.fails+`"`) {
			t.Errorf("%s: should fail for %s, got %v", name, row.fails, grpcErr)
		}
	}
	for _, m := range unaryMethods() {
		if !covered[m.FullName()] {
			t.Errorf("%s has no row in this test", m.FullName())
		}
	}
}

// ignoreClock leaves out what two servers cannot have in common: moments of recording, and etags and page tokens, which
// follow from them. Digests and ids stay.
func ignoreClock() cmp.Option {
	clock := map[protoreflect.Name]bool{
		"create_time": true, "update_time": true, "effect_time": true, "expire_time": true, "delete_time": true, "etag": true, "current_etag": true, "next_page_token": true,
	}
	return cmp.FilterPath(func(p cmp.Path) bool {
		entries := false
		for _, step := range p {
			i, ok := step.(cmp.MapIndex)
			if ok && clock[protoreflect.Name(i.Key().String())] {
				return true
			}
			entries = entries || ok && i.Key().String() == "entries"
			if ok && entries && i.Key().String() == "name" {
				return true // they are named after the moment
			}
		}
		return false
	}, cmp.Ignore())
}

type parityRow struct {
	method string // "PlanService.GetPlan"
	req    proto.Message
	fails  string // the reason, empty if it is to succeed
}

func parityRows() []parityRow {
	const (
		n     = peacePlan
		v8    = usDraft + "/revisions/v8"
		party = n + "/parties/ukraine"
	)
	mask := func(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }
	target := &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Revision{Revision: v8}}
	stance := &parleyv1.Stance{Party: party, Target: target, Value: parleyv1.Stance_VALUE_RESERVE, Quote: "«Ні» – 否 ☂ \"quoted\"\nnext line"}
	long := timestamppb.New(timestamppb.Now().AsTime().AddDate(1, 0, 0))
	return []parityRow{
		{"NegotiationService.GetNegotiation", &parleyv1.GetNegotiationRequest{Name: n}, ""},
		{"NegotiationService.GetNegotiation", &parleyv1.GetNegotiationRequest{Name: n, AsOf: long}, ""},
		{"NegotiationService.GetNegotiation", &parleyv1.GetNegotiationRequest{Name: "negotiations/none"}, "RESOURCE_NOT_FOUND"},
		{"NegotiationService.ListNegotiations", &parleyv1.ListNegotiationsRequest{Filter: `display_name = "*successors"`, ShowDeleted: true}, ""},
		{"NegotiationService.CreateNegotiation", &parleyv1.CreateNegotiationRequest{NegotiationId: "new", Negotiation: &parleyv1.Negotiation{DisplayName: "New"}, RequestId: requestID}, ""},
		{"NegotiationService.CreateNegotiation", &parleyv1.CreateNegotiationRequest{NegotiationId: "new", Negotiation: &parleyv1.Negotiation{DisplayName: "New"}}, "RESOURCE_EXISTS"},
		{"NegotiationService.CreateNegotiation", &parleyv1.CreateNegotiationRequest{NegotiationId: "NEW", Negotiation: &parleyv1.Negotiation{}}, "INVALID_FIELD"},
		{"NegotiationService.UpdateNegotiation", &parleyv1.UpdateNegotiationRequest{Negotiation: &parleyv1.Negotiation{Name: "negotiations/new", DisplayName: "Renewed"}, UpdateMask: mask("display_name")}, ""},
		{"NegotiationService.UpdateNegotiation", &parleyv1.UpdateNegotiationRequest{Negotiation: &parleyv1.Negotiation{Name: "negotiations/new", DisplayName: "x"}, UpdateMask: mask("nothing")}, "UPDATE_MASK_INVALID"},
		{"NegotiationService.DeleteNegotiation", &parleyv1.DeleteNegotiationRequest{Name: "negotiations/new", ValidateOnly: true}, ""},
		{"NegotiationService.DeleteNegotiation", &parleyv1.DeleteNegotiationRequest{Name: "negotiations/new"}, ""},
		{"NegotiationService.DeleteNegotiation", &parleyv1.DeleteNegotiationRequest{Name: "negotiations/new"}, "RESOURCE_DELETED"},
		{"NegotiationService.UndeleteNegotiation", &parleyv1.UndeleteNegotiationRequest{Name: "negotiations/new"}, ""},

		{"PartyService.GetParty", &parleyv1.GetPartyRequest{Name: party}, ""},
		{"PartyService.GetParty", &parleyv1.GetPartyRequest{Name: n + "/parties/none"}, "RESOURCE_NOT_FOUND"},
		{"PartyService.ListParties", &parleyv1.ListPartiesRequest{Parent: n, PageSize: 3, OrderBy: "display_name desc"}, ""},
		{"PartyService.ListParties", &parleyv1.ListPartiesRequest{Parent: n, Filter: "((("}, "FILTER_INVALID"},
		{"PartyService.ListParties", &parleyv1.ListPartiesRequest{Parent: n, PageToken: "forged"}, "PAGE_TOKEN_INVALID"},
		{"PartyService.CreateParty", &parleyv1.CreatePartyRequest{Parent: n, PartyId: "third", Party: &parleyv1.Party{DisplayName: "Third", Kind: parleyv1.Party_KIND_BLOC, Aliases: []string{"3rd"}}}, ""},
		{"PartyService.CreateParty", &parleyv1.CreatePartyRequest{Parent: n, PartyId: "fourth", Party: &parleyv1.Party{DisplayName: "a\tb"}}, ""},
		{"PartyService.CreateParty", &parleyv1.CreatePartyRequest{Parent: n, PartyId: "fifth", Party: &parleyv1.Party{DisplayName: "a\x00b"}}, "INVALID_FIELD"},
		{"PartyService.UpdateParty", &parleyv1.UpdatePartyRequest{Party: &parleyv1.Party{Name: n + "/parties/third", Note: "noted"}, UpdateMask: mask("note")}, ""},
		{"PartyService.UpdateParty", &parleyv1.UpdatePartyRequest{Party: &parleyv1.Party{Name: n + "/parties/third", Etag: "stale", Note: "x"}, UpdateMask: mask("note")}, "ETAG_MISMATCH"},
		{"PartyService.DeleteParty", &parleyv1.DeletePartyRequest{Name: n + "/parties/third", Etag: "stale"}, "ETAG_MISMATCH"},
		{"PartyService.DeleteParty", &parleyv1.DeletePartyRequest{Name: n + "/parties/third"}, ""},
		{"PartyService.UndeleteParty", &parleyv1.UndeletePartyRequest{Name: n + "/parties/third"}, ""},
		{"PartyService.UndeleteParty", &parleyv1.UndeletePartyRequest{Name: n + "/parties/third"}, "RESOURCE_NOT_DELETED"},

		{"DemandService.GetDemand", &parleyv1.GetDemandRequest{Name: party + "/demands/none"}, "RESOURCE_NOT_FOUND"},
		{"DemandService.ListDemands", &parleyv1.ListDemandsRequest{Parent: n + "/parties/-", Filter: "strength = RED_LINE", PageSize: 5}, ""},
		{"DemandService.CreateDemand", &parleyv1.CreateDemandRequest{Parent: party, DemandId: "new", Demand: &parleyv1.Demand{Statement: "x"}}, ""},
		{"DemandService.GetDemand", &parleyv1.GetDemandRequest{Name: party + "/demands/new"}, ""},
		{"DemandService.UpdateDemand", &parleyv1.UpdateDemandRequest{Demand: &parleyv1.Demand{Name: party + "/demands/new", Statement: "y"}, UpdateMask: mask("statement")}, ""},
		{"DemandService.DeleteDemand", &parleyv1.DeleteDemandRequest{Name: party + "/demands/new"}, ""},
		{"DemandService.UndeleteDemand", &parleyv1.UndeleteDemandRequest{Name: party + "/demands/new"}, ""},
		{"DemandService.BatchCreateDemands", &parleyv1.BatchCreateDemandsRequest{Parent: party, Requests: []*parleyv1.CreateDemandRequest{{DemandId: "b1", Demand: &parleyv1.Demand{Statement: "x"}}, {DemandId: "b1", Demand: &parleyv1.Demand{Statement: "x"}}}}, "RESOURCE_EXISTS"},
		{"DemandService.BatchCreateDemands", &parleyv1.BatchCreateDemandsRequest{Parent: party, Requests: []*parleyv1.CreateDemandRequest{{DemandId: "b1", Demand: &parleyv1.Demand{Statement: "x"}}}}, ""},

		{"PlanService.GetPlan", &parleyv1.GetPlanRequest{Name: usDraft}, ""},
		{"PlanService.ListPlans", &parleyv1.ListPlansRequest{Parent: n}, ""},
		{"PlanService.CreatePlan", &parleyv1.CreatePlanRequest{Parent: n, PlanId: "new", Plan: &parleyv1.Plan{DisplayName: "New", NothingAgreedUntilEverythingAgreed: true}}, ""},
		{"PlanService.UpdatePlan", &parleyv1.UpdatePlanRequest{Plan: &parleyv1.Plan{Name: n + "/plans/new", DisplayName: "Newer"}}, ""},
		{"PlanService.DeletePlan", &parleyv1.DeletePlanRequest{Name: n + "/plans/new"}, ""},
		{"PlanService.UndeletePlan", &parleyv1.UndeletePlanRequest{Name: n + "/plans/new"}, ""},
		{"PlanService.CommitRevision", textCommit(n+"/plans/new", "r1", nil, point("p", "Text."), point("q", "Other.")), ""},
		{"PlanService.CommitRevision", changeCommit(n+"/plans/new", "r2", []string{"r1"}, strike("q")), ""},
		{"PlanService.CommitRevision", changeCommit(n+"/plans/new", "r3", []string{"r1"}, strike("q")), "HEAD_MOVED"},
		{"PlanService.CommitRevision", changeCommit(n+"/plans/new", "r3", []string{"r2"}, strike("nothing")), "POINT_UNKNOWN"},
		{"PlanService.GetRevision", &parleyv1.GetRevisionRequest{Name: usDraft + "/revisions/latest"}, ""},
		{"PlanService.GetRevision", &parleyv1.GetRevisionRequest{Name: v8, View: parleyv1.RevisionView_REVISION_VIEW_BASIC}, ""},
		{"PlanService.ListRevisions", &parleyv1.ListRevisionsRequest{Parent: usDraft, PageSize: 2}, ""},
		{"PlanService.GetPoint", &parleyv1.GetPointRequest{Name: v8 + "/points/sovereignty"}, ""},
		{"PlanService.ListPointHistory", &parleyv1.ListPointHistoryRequest{Parent: usDraft, Point: "sovereignty"}, ""},
		{"PlanService.DiffRevisions", &parleyv1.DiffRevisionsRequest{Revision: v8, Base: usDraft + "/revisions/v1", PageSize: 7}, ""},
		{"PlanService.DiffRevisions", &parleyv1.DiffRevisionsRequest{Revision: v8}, ""},

		{"StanceService.GetStance", &parleyv1.GetStanceRequest{Name: n + "/stances/none"}, "RESOURCE_NOT_FOUND"},
		{"StanceService.ListStances", &parleyv1.ListStancesRequest{Parent: n, Filter: `value = OPPOSE OR value = BLOCK`, OrderBy: "party"}, ""},
		{"StanceService.CreateStance", &parleyv1.CreateStanceRequest{Parent: n, StanceId: "new", Stance: stance}, ""},
		{"StanceService.GetStance", &parleyv1.GetStanceRequest{Name: n + "/stances/new"}, ""},
		{"StanceService.UpdateStance", &parleyv1.UpdateStanceRequest{Stance: &parleyv1.Stance{Name: n + "/stances/new", Withdrawn: true}, UpdateMask: mask("withdrawn")}, ""},
		{"StanceService.DeleteStance", &parleyv1.DeleteStanceRequest{Name: n + "/stances/new", RequestId: requestID}, ""},
		{"StanceService.UndeleteStance", &parleyv1.UndeleteStanceRequest{Name: n + "/stances/new"}, ""},
		{"StanceService.BatchCreateStances", &parleyv1.BatchCreateStancesRequest{Parent: n, Requests: []*parleyv1.CreateStanceRequest{{StanceId: "b1", Stance: stance}, {StanceId: "b2", Stance: stance}}}, ""},
		{"StanceService.BatchCreateStances", &parleyv1.BatchCreateStancesRequest{Parent: n, Requests: []*parleyv1.CreateStanceRequest{{Stance: stance}, {}}}, "INVALID_FIELD"},

		{"AnalysisService.GetPositionMatrix", &parleyv1.GetPositionMatrixRequest{Revision: v8, PageSize: 5, ShowGone: true}, ""},
		{"AnalysisService.GetPositionMatrix", &parleyv1.GetPositionMatrixRequest{Revision: v8, Parties: []string{party, n + "/parties/russia"}}, ""},
		{"AnalysisService.GetPositionMatrix", &parleyv1.GetPositionMatrixRequest{Revision: v8, Parties: []string{n + "/parties/none"}}, "REFERENCE_NOT_FOUND"},
		{"AnalysisService.GetCoverage", &parleyv1.GetCoverageRequest{Revision: v8, PageSize: 5}, ""},
		{"AnalysisService.GetCoverage", &parleyv1.GetCoverageRequest{Revision: v8, Parties: []string{party}, Topics: []string{"armed-forces", "territory"}, KnownAt: long}, ""},
		{"AnalysisService.GetCoverage", &parleyv1.GetCoverageRequest{Revision: v8, Parties: []string{n + "/parties/none"}}, "REFERENCE_NOT_FOUND"},
		{"AnalysisService.GetCoverage", &parleyv1.GetCoverageRequest{Revision: v8 + "x"}, "RESOURCE_NOT_FOUND"},
		{"AnalysisService.CompareBalance", &parleyv1.CompareBalanceRequest{Name: n, Revisions: []string{usDraft + "/revisions/v1", n + "/plans/e3-redline/revisions/v2a", usDraft + "/revisions/latest"}}, ""},
		{"AnalysisService.CompareBalance", &parleyv1.CompareBalanceRequest{Name: n, Revisions: []string{v8, usDraft + "/revisions/none"}}, "REFERENCE_NOT_FOUND"},
		{"AnalysisService.CompareBalance", &parleyv1.CompareBalanceRequest{Name: n}, "INVALID_FIELD"},
		{"AnalysisService.CheckRedLines", &parleyv1.CheckRedLinesRequest{Revision: v8, PageSize: 2}, ""},
		{"AnalysisService.CheckRedLines", &parleyv1.CheckRedLinesRequest{Revision: usDraft + "/revisions/v1"}, ""},
		{"AnalysisService.CheckRedLinesOfDraft", draftOf(textCommit(usDraft, "", []string{"v1"}, point("army-size", "At most 600,000."), point("", "Without an id."))), ""},
		{"AnalysisService.CheckRedLinesOfDraft", draftOf(changeCommit(usDraft, "", []string{"v8"}, strike("territory"))), ""},
		{"AnalysisService.CheckRedLinesOfDraft", draftOf(changeCommit(usDraft, "", []string{"v8"}, strike("nothing"))), "POINT_UNKNOWN"},
		{"AnalysisService.CheckRedLinesOfDraft", draftOf(changeCommit(usDraft, "", []string{"none"})), "REFERENCE_NOT_FOUND"},
		{"AnalysisService.CheckRedLinesOfDraft", draftOf(changeCommit(n+"/plans/none", "", nil)), "RESOURCE_NOT_FOUND"},
	}
}

// draftOf asks for the red lines that a commit would cross, with nothing in it that only a commit takes.
func draftOf(c *parleyv1.CommitRevisionRequest) *parleyv1.CheckRedLinesOfDraftRequest {
	req := &parleyv1.CheckRedLinesOfDraftRequest{Parent: c.GetParent(), Revision: c.GetRevision()}
	if c.GetText() != nil {
		req.Body = &parleyv1.CheckRedLinesOfDraftRequest_Text{Text: c.GetText()}
	} else {
		req.Body = &parleyv1.CheckRedLinesOfDraftRequest_Changes{Changes: c.GetChanges()}
	}
	return req
}

// unaryMethods lists every method of the API that is no stream; see watch_test.go and upload_test.go for those.
func unaryMethods() []protoreflect.MethodDescriptor {
	return slices.DeleteFunc(allMethods(), func(m protoreflect.MethodDescriptor) bool { return m.IsStreamingClient() || m.IsStreamingServer() })
}

// allMethods lists every method of the API.
func allMethods() []protoreflect.MethodDescriptor {
	var out []protoreflect.MethodDescriptor
	protoregistry.GlobalFiles.RangeFilesByPackage("parley.v1", func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			for j := range f.Services().Get(i).Methods().Len() {
				out = append(out, f.Services().Get(i).Methods().Get(j))
			}
		}
		return true
	})
	return out
}

func method(t *testing.T, name string) protoreflect.MethodDescriptor {
	t.Helper()
	for _, m := range allMethods() {
		if string(m.FullName()) == "parley.v1."+name {
			return m
		}
	}
	t.Fatalf("no method %s", name)
	return nil
}

func answer(m protoreflect.MethodDescriptor) proto.Message {
	mt, err := protoregistry.GlobalTypes.FindMessageByName(m.Output().FullName())
	if err != nil {
		panic(err) // generated with the service
	}
	return mt.New().Interface()
}

// invoke makes a call by its descriptor.
func invoke(ctx context.Context, conn *grpc.ClientConn, m protoreflect.MethodDescriptor, req proto.Message) (proto.Message, *spb.Status) {
	out := answer(m)
	if err := conn.Invoke(ctx, fmt.Sprintf("/%s/%s", m.Parent().FullName(), m.Name()), req, out); err != nil {
		return nil, status.Convert(err).Proto()
	}
	return out, nil
}

// fileOf makes of a file over REST what it is over gRPC, but for its description.
func fileOf(t *testing.T, h http.Header, data []byte) *httpbody.HttpBody {
	t.Helper()
	_, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	if err != nil {
		t.Errorf("a file without a name: %v", err)
	}
	return named(t, &httpbody.HttpBody{ContentType: h.Get("Content-Type"), Data: data}, params["filename"])
}

// named gives a file a name, in place of what else is told of it.
func named(t *testing.T, f *httpbody.HttpBody, name string) *httpbody.HttpBody {
	t.Helper()
	info, err := anypb.New(&parleyv1.FileInfo{FileName: name})
	if err != nil {
		t.Fatal(err)
	}
	f.Extensions = []*anypb.Any{info}
	return f
}

// nameOf gives the name of a file.
func nameOf(t *testing.T, f *httpbody.HttpBody) string {
	t.Helper()
	info := &parleyv1.FileInfo{}
	for _, each := range f.GetExtensions() {
		if err := each.UnmarshalTo(info); err != nil {
			t.Error(err)
		}
	}
	return info.GetFileName()
}

// variable is one in the path of an HTTP rule: {stance.name=negotiations/*/stances/*}.
var variable = regexp.MustCompile(`\{([a-z_.]+)(=[^}]*)?\}`)

// overREST makes a call by the method's google.api.http rule.
func overREST(t *testing.T, s *server, m protoreflect.MethodDescriptor, req proto.Message) (proto.Message, *spb.Status) {
	t.Helper()
	verb, path, body := inREST(m, req)
	resp, data := s.rest(t, verb, path, body)
	if _, isFile := answer(m).(*httpbody.HttpBody); isFile && resp.StatusCode == http.StatusOK {
		return fileOf(t, resp.Header, data), nil
	}
	if resp.StatusCode == http.StatusOK {
		return fromJSON(t, data, answer(m)), nil
	}
	return nil, fromJSON(t, data, &spb.Status{})
}

// inREST writes a call as REST has it.
func inREST(m protoreflect.MethodDescriptor, req proto.Message) (verb, path, body string) {
	rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	var pattern string
	switch p := rule.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		verb, pattern = http.MethodGet, p.Get
	case *annotations.HttpRule_Post:
		verb, pattern = http.MethodPost, p.Post
	case *annotations.HttpRule_Patch:
		verb, pattern = http.MethodPatch, p.Patch
	case *annotations.HttpRule_Delete:
		verb, pattern = http.MethodDelete, p.Delete
	}
	rest := proto.Clone(req).ProtoReflect()
	path = variable.ReplaceAllStringFunc(pattern, func(v string) string { return take(rest, variable.FindStringSubmatch(v)[1]) })
	if b := rule.GetBody(); b == "*" {
		body, rest = toJSON(rest.Interface()), rest.New()
	} else if b != "" {
		fd := rest.Descriptor().Fields().ByName(protoreflect.Name(b))
		body = toJSON(rest.Get(fd).Message().Interface())
		rest.Clear(fd)
	}
	if q := query(rest); len(q) > 0 {
		path += "?" + q.Encode()
	}
	return verb, path, body
}

// take moves the value of a field, such as `stance.name`, from the request into the path.
func take(m protoreflect.Message, path string) string {
	first, rest, nested := strings.Cut(path, ".")
	fd := m.Descriptor().Fields().ByName(protoreflect.Name(first))
	if nested {
		return take(m.Mutable(fd).Message(), rest)
	}
	v := m.Get(fd).String()
	m.Clear(fd)
	return v
}

func toJSON(m proto.Message) string {
	b, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		panic(err) // written wrongly in the test
	}
	return string(b)
}

// query writes the fields that are left as parameters.
func query(m protoreflect.Message) url.Values {
	out := url.Values{}
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		name := string(fd.Name())
		switch {
		case fd.IsList():
			for i := range v.List().Len() {
				out.Add(name, v.List().Get(i).String())
			}
		case fd.Kind() == protoreflect.MessageKind: // a time or a mask: JSON strings
			b, _ := protojson.Marshal(v.Message().Interface())
			out.Set(name, strings.Trim(string(b), `"`))
		case fd.Kind() == protoreflect.EnumKind:
			out.Set(name, string(fd.Enum().Values().ByNumber(v.Enum()).Name()))
		default:
			out.Set(name, v.String())
		}
		return true
	})
	return out
}

package daemon_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

// Each request is refused with a code, a reason, and the field and rule at fault, and leaves nothing behind.
func TestBadInputIsRefusedByFieldAndRule(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	other := talks(t, s, "other")
	plan := n + "/plans/draft"
	commitText(t, s, plan, "r1", nil, point("army", "At most 600,000."), point("border", "Is open."))
	commitText(t, s, other+"/plans/draft", "r1", nil, point("army", "None."))
	before := export(t, s, n)

	stance := func(change func(*parleyv1.Stance)) *parleyv1.CreateStanceRequest {
		m := &parleyv1.Stance{
			Party: n + "/parties/a", Value: parleyv1.Stance_VALUE_ACCEPT,
			Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: plan + "/revisions/r1/points/army"}},
		}
		change(m)
		return &parleyv1.CreateStanceRequest{Parent: n, Stance: m}
	}
	target := func(name string) *parleyv1.Stance_Target {
		return &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: name}}
	}
	compared := func(revision, than string) *parleyv1.Stance_Target {
		return &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Comparison_{Comparison: &parleyv1.Stance_Target_Comparison{
			Revision: plan + "/revisions/" + revision, Than: plan + "/revisions/" + than,
		}}}
	}
	change := func(c *parleyv1.PointChange) *parleyv1.CommitRevisionRequest {
		return changeCommit(plan, "r2", []string{"r1"}, c)
	}
	add := func(p *parleyv1.Point) *parleyv1.CommitRevisionRequest {
		return change(&parleyv1.PointChange{Change: &parleyv1.PointChange_Add_{Add: &parleyv1.PointChange_Add{Point: p}}})
	}
	deep := []*parleyv1.Point{point("p0", "x")}
	for i := 1; i <= 20; i++ {
		p := point("p"+strings.Repeat("i", i), "x")
		p.Parent = deep[i-1].GetId()
		deep = append(deep, p)
	}
	nested := func(parent string) *parleyv1.Point { p := point("army", "x"); p.Parent = parent; return p }

	const invalid = codes.InvalidArgument
	for _, test := range []struct {
		name   string
		req    proto.Message
		code   codes.Code
		reason parleyv1.ErrorReason
		field  string
		rule   string
	}{
		{"unknown party", stance(func(m *parleyv1.Stance) { m.Party = n + "/parties/nobody" }), invalid, parleyv1.ErrorReason_REFERENCE_NOT_FOUND, "stance.party", "reference"},
		{"party of another negotiation", stance(func(m *parleyv1.Stance) { m.Party = other + "/parties/a" }), invalid, parleyv1.ErrorReason_REFERENCE_NOT_FOUND, "stance.party", "reference"},
		{"point of another negotiation", stance(func(m *parleyv1.Stance) { m.Target = target(other + "/plans/draft/revisions/r1/points/army") }), invalid, parleyv1.ErrorReason_REFERENCE_NOT_FOUND, "stance.target.point", "reference"},
		{"unknown point", stance(func(m *parleyv1.Stance) { m.Target = target(plan + "/revisions/r1/points/none") }), invalid, parleyv1.ErrorReason_POINT_UNKNOWN, "stance.target.point", "point"},
		{"unknown revision", stance(func(m *parleyv1.Stance) { m.Target = target(plan + "/revisions/r9/points/army") }), invalid, parleyv1.ErrorReason_REFERENCE_NOT_FOUND, "stance.target.point", "reference"},
		{"revision compared with itself", stance(func(m *parleyv1.Stance) { m.Target, m.Value = compared("r1", "r1"), parleyv1.Stance_VALUE_PREFERS }), invalid, parleyv1.ErrorReason_INVALID_FIELD, "stance.target.comparison.than", "unique"},
		{"revision compared with itself as the latest", stance(func(m *parleyv1.Stance) { m.Target, m.Value = compared("latest", "r1"), parleyv1.Stance_VALUE_PREFERS }), invalid, parleyv1.ErrorReason_INVALID_FIELD, "stance.target.comparison.than", "unique"},
		{"blank title", &parleyv1.CreatePlanRequest{Parent: n, Plan: &parleyv1.Plan{DisplayName: "  "}}, invalid, parleyv1.ErrorReason_INVALID_FIELD, "plan.display_name", "blank"},
		{"no target", stance(func(m *parleyv1.Stance) { m.Target = nil }), invalid, parleyv1.ErrorReason_INVALID_FIELD, "stance.target", "required"},
		{"no value", stance(func(m *parleyv1.Stance) { m.Value = 0 }), invalid, parleyv1.ErrorReason_INVALID_FIELD, "stance.value", "required"},
		{"value of the future", stance(func(m *parleyv1.Stance) { m.Value = 99 }), invalid, parleyv1.ErrorReason_INVALID_FIELD, "stance.value", "enum.defined_only"},
		{"control character", stance(func(m *parleyv1.Stance) { m.Quote = "a\x00b" }), invalid, parleyv1.ErrorReason_INVALID_FIELD, "stance.quote", "control_character"},
		{"text that turns around", stance(func(m *parleyv1.Stance) { m.Quote = "a\u202eb" }), invalid, parleyv1.ErrorReason_INVALID_FIELD, "stance.quote", "control_character"},
		{"word of 100,000 letters", add(point("long", strings.Repeat("x", 100_000))), invalid, parleyv1.ErrorReason_INVALID_FIELD, "changes.changes[0].add.point.text", "word_too_long"},
		{"the year 2998", stance(func(m *parleyv1.Stance) { m.SaidTime = &parleyv1.PartialTime{Value: "2998-12-31"} }), invalid, parleyv1.ErrorReason_INVALID_FIELD, "stance.said_time.value", "partial_time"},
		{"the 31st of February", stance(func(m *parleyv1.Stance) { m.SaidTime = &parleyv1.PartialTime{Value: "2025-02-31"} }), invalid, parleyv1.ErrorReason_INVALID_FIELD, "stance.said_time.value", "partial_time"},
		{"name that is none", &parleyv1.GetStanceRequest{Name: "../../etc/passwd"}, invalid, parleyv1.ErrorReason_INVALID_FIELD, "name", "resource_name"},
		{"id that is none", &parleyv1.CreatePlanRequest{Parent: n, PlanId: "Große Pläne", Plan: &parleyv1.Plan{DisplayName: "x"}}, invalid, parleyv1.ErrorReason_INVALID_FIELD, "plan_id", "string.pattern"},
		{"request_id that is none", &parleyv1.CreatePlanRequest{Parent: n, RequestId: "1", Plan: &parleyv1.Plan{DisplayName: "x"}}, invalid, parleyv1.ErrorReason_INVALID_FIELD, "request_id", "string.uuid"},
		{"filter that is none", &parleyv1.ListPartiesRequest{Parent: n, Filter: "kind = = 3"}, invalid, parleyv1.ErrorReason_FILTER_INVALID, "filter", "filter"},
		{"filter on what is not there", &parleyv1.ListPartiesRequest{Parent: n, Filter: "colour = red"}, invalid, parleyv1.ErrorReason_FILTER_INVALID, "filter", "filter"},
		{"order that is none", &parleyv1.ListPartiesRequest{Parent: n, OrderBy: "colour"}, invalid, parleyv1.ErrorReason_ORDER_BY_INVALID, "order_by", "order_by"},
		{"negative page", &parleyv1.ListPartiesRequest{Parent: n, PageSize: -1}, invalid, parleyv1.ErrorReason_INVALID_FIELD, "page_size", "int32.gte"},
		{"taken point id", add(point("army", "x")), invalid, parleyv1.ErrorReason_POINT_EXISTS, "changes.changes[0].add.point.id", "point_unique"},
		{"same point twice in a text", textCommit(plan, "r2", []string{"r1"}, point("army", "x"), point("army", "y")), invalid, parleyv1.ErrorReason_POINT_EXISTS, "text.points[1].id", "point_unique"},
		{"point in itself", textCommit(plan, "r2", []string{"r1"}, nested("army")), invalid, parleyv1.ErrorReason_POINT_CYCLE, "text.points[0].parent", "point_cycle"},
		{"point before what it belongs to", textCommit(plan, "r2", []string{"r1"}, nested("border"), point("border", "x")), invalid, parleyv1.ErrorReason_INVALID_FIELD, "text.points[0].parent", "reading_order"},
		{"point in nothing", textCommit(plan, "r2", []string{"r1"}, nested("none")), invalid, parleyv1.ErrorReason_POINT_UNKNOWN, "text.points[0].parent", "point"},
		{"points too deep", textCommit(plan, "r2", []string{"r1"}, deep...), codes.ResourceExhausted, parleyv1.ErrorReason_LIMIT_EXCEEDED, "text.points[16].parent", "point_depth"},
		{"move into itself", change(&parleyv1.PointChange{Change: &parleyv1.PointChange_Move_{Move: &parleyv1.PointChange_Move{Point: "army", To: &parleyv1.Placement{Parent: "army"}}}}), invalid, parleyv1.ErrorReason_POINT_CYCLE, "changes.changes[0].move.to.parent", "point_cycle"},
		{"change of nothing", change(&parleyv1.PointChange{}), invalid, parleyv1.ErrorReason_INVALID_FIELD, "changes.changes[0].change", "required"},
		{"strike what is not there", change(&parleyv1.PointChange{Change: &parleyv1.PointChange_Strike_{Strike: &parleyv1.PointChange_Strike{Point: "none"}}}), invalid, parleyv1.ErrorReason_POINT_UNKNOWN, "changes.changes[0].strike.point", "point"},
		{"unknown parent", textCommit(plan, "r2", []string{"r1", "r9"}, point("army", "x")), invalid, parleyv1.ErrorReason_REFERENCE_NOT_FOUND, "revision.parents[1].revision", "reference"},
		{"parent twice", textCommit(plan, "r2", []string{"r1", "r1"}, point("army", "x")), invalid, parleyv1.ErrorReason_INVALID_FIELD, "revision.parents[1].revision", "unique"},
		{"itself as parent", textCommit(plan, "r2", []string{"r1", "r2"}, point("army", "x")), invalid, parleyv1.ErrorReason_REFERENCE_NOT_FOUND, "revision.parents[1].revision", "reference"},
		{"revision called latest", textCommit(plan, "latest", []string{"r1"}, point("army", "x")), invalid, parleyv1.ErrorReason_INVALID_FIELD, "revision_id", "string.not_in"},
		{"base elsewhere", &parleyv1.DiffRevisionsRequest{Revision: plan + "/revisions/r1", Base: other + "/plans/draft/revisions/r1"}, invalid, parleyv1.ErrorReason_REFERENCE_NOT_FOUND, "base", "reference"},
		{"decision rule without parties", &parleyv1.CreatePlanRequest{Parent: n, Plan: &parleyv1.Plan{DisplayName: "x", DecisionRule: &parleyv1.Plan_DecisionRule{Kind: parleyv1.Plan_DecisionRule_KIND_NAMED_PARTIES}}}, invalid, parleyv1.ErrorReason_INVALID_FIELD, "plan.decision_rule", "decision_rule.parties"},
	} {
		t.Run(strings.ReplaceAll(test.name, " ", "-"), func(t *testing.T) {
			d := wantReason(t, call(t.Context(), s.mediator, test.req), test.code, test.reason)
			for _, v := range d.Violations {
				if v.Field == test.field && v.Rule == test.rule && v.Description != "" {
					return
				}
			}
			t.Errorf("violations %+v, want %s at %s", d.Violations, test.rule, test.field)
		})
	}
	if after := export(t, s, n); after != before {
		t.Error("a refused request left something behind")
	}
}

// call sends a request to the method that takes it.
func call(ctx context.Context, c *client.Client, req proto.Message) error {
	var err error
	switch req := req.(type) {
	case *parleyv1.CreateStanceRequest:
		_, err = c.Stances.CreateStance(ctx, req)
	case *parleyv1.GetStanceRequest:
		_, err = c.Stances.GetStance(ctx, req)
	case *parleyv1.CreatePlanRequest:
		_, err = c.Plans.CreatePlan(ctx, req)
	case *parleyv1.ListPartiesRequest:
		_, err = c.Parties.ListParties(ctx, req)
	case *parleyv1.CommitRevisionRequest:
		_, err = c.Plans.CommitRevision(ctx, req)
	case *parleyv1.DiffRevisionsRequest:
		_, err = c.Plans.DiffRevisions(ctx, req)
	}
	return err
}

func TestUnbalancedBracketsAreText(t *testing.T) {
	s := start(t, t.TempDir())
	plan := talks(t, s, "peace") + "/plans/draft"
	const words = "[Ukraine [shall] limit }its{ forces (to ] 600,000"
	commitText(t, s, plan, "r1", nil, point("army", words))
	got, err := s.mediator.Plans.GetPoint(t.Context(), &parleyv1.GetPointRequest{Name: plan + "/revisions/latest/points/army"})
	if err != nil || got.GetText() != words {
		t.Errorf("got %q, %v", got.GetText(), err)
	}
}

// rawCodec sends bytes as they are.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }
func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}
func (rawCodec) Unmarshal(mem.BufferSlice, any) error { return nil }

var _ encoding.CodecV2 = rawCodec{}

func TestBytesThatAreNoRequest(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	conn, err := grpc.NewClient(s.GRPCAddr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	send := func(data []byte) error {
		ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+s.Token)
		return conn.Invoke(ctx, parleyv1.PartyService_CreateParty_FullMethodName, data, nil, grpc.ForceCodecV2(rawCodec{}), grpc.MaxCallSendMsgSize(80<<20))
	}
	good, err := proto.Marshal(&parleyv1.CreatePartyRequest{Parent: n, Party: &parleyv1.Party{DisplayName: "name"}})
	if err != nil {
		t.Fatal(err)
	}
	d := wantReason(t, send([]byte(strings.Replace(string(good), "name", "n\xffme", 1))), codes.InvalidArgument, parleyv1.ErrorReason_MALFORMED_REQUEST)
	if len(d.Violations) != 1 || d.Violations[0].Field != "party.display_name" || d.Violations[0].Rule != "utf8" {
		t.Errorf("violations %+v", d.Violations)
	}
	wantReason(t, send(good[:len(good)-1]), codes.InvalidArgument, parleyv1.ErrorReason_MALFORMED_REQUEST)
	d = wantReason(t, send(make([]byte, 33<<20)), codes.ResourceExhausted, parleyv1.ErrorReason_LIMIT_EXCEEDED)
	if d.Metadata["limit"] != "request_bytes" {
		t.Errorf("metadata %v", d.Metadata)
	}
	err = conn.Invoke(t.Context(), "/parley.v1.PartyService/PaintParty", &parleyv1.Party{}, &parleyv1.Party{})
	wantReason(t, err, codes.Unimplemented, parleyv1.ErrorReason_METHOD_NOT_IMPLEMENTED)
	if err := send(good); err != nil {
		t.Errorf("after all that a good request fails: %v", err)
	}
}

func TestTheSecondProcessOnADirectoryIsToldSo(t *testing.T) {
	dir := t.TempDir()
	start(t, dir)
	err := daemon.Run(t.Context(), daemon.Config{DataDir: dir, GRPCAddr: "127.0.0.1:0", RESTAddr: "127.0.0.1:0"})
	if err == nil || !strings.Contains(err.Error(), "in use by another process") || !strings.Contains(err.Error(), "parley.db") {
		t.Errorf("got %v", err)
	}
}

// A port that is taken is found out before anything is made.
func TestATakenPortLeavesNoDataBehind(t *testing.T) {
	taken := start(t, t.TempDir())
	for _, addrs := range [][2]string{{taken.GRPCAddr, "127.0.0.1:0"}, {"127.0.0.1:0", taken.RESTAddr}} {
		dir := filepath.Join(t.TempDir(), "data")
		err := daemon.Run(t.Context(), daemon.Config{DataDir: dir, GRPCAddr: addrs[0], RESTAddr: addrs[1]})
		if err == nil || !strings.Contains(err.Error(), "address already in use") {
			t.Errorf("%v: got %v", addrs, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%v: the data directory was made", addrs)
		}
	}
}

func TestADamagedFileIsRefusedUntouched(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	talks(t, s, "peace")
	s.stop()
	path := filepath.Join(dir, "parley.db")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"truncated": whole[:len(whole)/2], "cut to a few bytes": whole[:100], "not a database": []byte(strings.Repeat("nonsense", 4096)),
	} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		err := daemon.Run(ctx, daemon.Config{DataDir: dir, GRPCAddr: "127.0.0.1:0", RESTAddr: "127.0.0.1:0"})
		cancel()
		if err == nil || !strings.Contains(err.Error(), "parley.db") {
			t.Errorf("%s: got %v", name, err)
		}
		if now, _ := os.ReadFile(path); string(now) != string(data) {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func TestOnlyLoopbackIsListenedOn(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:7400"} {
		err := daemon.Run(t.Context(), daemon.Config{DataDir: t.TempDir(), GRPCAddr: addr, RESTAddr: "127.0.0.1:0"})
		if err == nil || !strings.Contains(err.Error(), "in plain text") {
			t.Errorf("%s: got %v", addr, err)
		}
	}
}

package wellformed_test

import (
	"errors"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// broken spells the violations of m as "path rule", in order.
func broken(t *testing.T, m proto.Message) []string {
	t.Helper()
	return spell(t, wellformed.Check(m))
}

func spell(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Reason != fault.ReasonInvalidField {
		t.Fatalf("not an INVALID_FIELD fault: %v", err)
	}
	var out []string
	for _, fd := range f.Fields {
		if fd.Message == "" || fd.Rule == "" {
			t.Errorf("violation without rule or message: %+v", fd)
		}
		out = append(out, fd.Path+" "+fd.Rule)
	}
	return out
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestGoodRequests(t *testing.T) {
	for _, m := range []proto.Message{
		createStance(),
		&parleyv1.GetRevisionRequest{Name: "negotiations/peace/plans/us-draft/revisions/latest"},
		&parleyv1.GetPointRequest{Name: "negotiations/peace/plans/us-draft/revisions/v1/points/21"},
		&parleyv1.ListRevisionsRequest{Parent: "negotiations/peace/plans/-"},
		&parleyv1.ListDemandsRequest{Parent: "negotiations/peace/parties/-"},
		&parleyv1.ListNegotiationsRequest{},
		&parleyv1.DiffRevisionsRequest{Revision: "negotiations/a/plans/b/revisions/c"},
		&parleyv1.UpdateStanceRequest{Stance: &parleyv1.Stance{Name: "negotiations/a/stances/b", Party: "anything\a"}},
		&parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{Name: "ignored\a", DisplayName: "قرار\u200f"}},
	} {
		same(t, broken(t, m))
	}
}

func TestViolations(t *testing.T) {
	stance := func(change func(*parleyv1.CreateStanceRequest)) proto.Message {
		m := createStance()
		change(m)
		return m
	}
	long := strings.Repeat("x", 10_001)
	for name, c := range map[string]struct {
		m    proto.Message
		want []string
	}{
		"all at once": {
			stance(func(m *parleyv1.CreateStanceRequest) {
				m.Parent, m.Stance.Party, m.Stance.Value, m.RequestId = "negotiations/Peace", "", 0, "no"
				m.Stance.Reason = "bell\a"
				m.Stance.SaidTime = &parleyv1.PartialTime{Value: "2998-12-31"}
			}),
			[]string{
				"parent resource_name", "stance.party required", "stance.reason control_character",
				"stance.said_time.value partial_time", "stance.value required", "request_id string.uuid",
			},
		},
		"empty request":        {&parleyv1.CreateStanceRequest{}, []string{"parent required", "stance required"}},
		"empty name":           {&parleyv1.GetStanceRequest{}, []string{"name required"}},
		"empty with a pattern": {&parleyv1.ListPointHistoryRequest{Parent: "negotiations/a/plans/b"}, []string{"point required"}},
		"name of another type": {&parleyv1.GetStanceRequest{Name: "negotiations/a/parties/b"}, []string{"name resource_name"}},
		"name too long a path": {&parleyv1.GetPlanRequest{Name: "negotiations/a/plans/b/"}, []string{"name resource_name"}},
		"wildcard in a get":    {&parleyv1.GetPlanRequest{Name: "negotiations/a/plans/-"}, []string{"name resource_name"}},
		"wildcard negotiation": {&parleyv1.ListDemandsRequest{Parent: "negotiations/-/parties/-"}, []string{"parent resource_name"}},
		"wildcard in a commit": {&parleyv1.CommitRevisionRequest{Parent: "negotiations/a/plans/-", Revision: &parleyv1.Revision{}}, []string{"parent resource_name"}},
		"digit first":          {&parleyv1.GetPlanRequest{Name: "negotiations/a/plans/1"}, []string{"name resource_name"}},
		"id of 64":             {&parleyv1.GetPlanRequest{Name: "negotiations/a/plans/a" + strings.Repeat("b", 63)}, []string{"name resource_name"}},
		"id ends in hyphen":    {&parleyv1.GetPlanRequest{Name: "negotiations/a/plans/a-"}, []string{"name resource_name"}},
		"path traversal":       {&parleyv1.GetPlanRequest{Name: "negotiations/a/plans/.."}, []string{"name resource_name"}},
		"utf8":                 {stance(func(m *parleyv1.CreateStanceRequest) { m.Stance.Quote = "a\xffb" }), []string{"stance.quote utf8"}},
		"blank title":          {&parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{DisplayName: " \t\u00a0"}}, []string{"negotiation.display_name blank"}},
		"blank, not required":  {&parleyv1.CommitRevisionRequest{Parent: "negotiations/a/plans/b", Revision: &parleyv1.Revision{DisplayName: " "}}, []string{"revision.display_name blank"}},
		"blank wording":        {&parleyv1.CommitRevisionRequest{Parent: "negotiations/a/plans/b", Revision: &parleyv1.Revision{}, Body: &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{Points: []*parleyv1.Point{{Text: " "}}}}}, nil},
		"two lines in a title": {&parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{DisplayName: "a\nb"}}, []string{"negotiation.display_name single_line"}},
		"carriage return":      {stance(func(m *parleyv1.CreateStanceRequest) { m.Stance.Reason = "a\r\nb" }), []string{"stance.reason control_character"}},
		"lines in prose":       {stance(func(m *parleyv1.CreateStanceRequest) { m.Stance.Reason = "a\n\tb" }), nil},
		"bidi override":        {stance(func(m *parleyv1.CreateStanceRequest) { m.Stance.Reason = "a\u202eb" }), []string{"stance.reason control_character"}},
		"line separator":       {stance(func(m *parleyv1.CreateStanceRequest) { m.Stance.Reason = "a\u2028b" }), []string{"stance.reason control_character"}},
		"C1":                   {stance(func(m *parleyv1.CreateStanceRequest) { m.Stance.Reason = "a\u0085b" }), []string{"stance.reason control_character"}},
		"DEL":                  {stance(func(m *parleyv1.CreateStanceRequest) { m.Stance.Reason = "a\x7f" }), []string{"stance.reason control_character"}},
		"long word":            {&parleyv1.CommitRevisionRequest{Parent: "negotiations/a/plans/b", Revision: &parleyv1.Revision{}, Body: &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{Points: []*parleyv1.Point{{}, {Text: long}}}}}, []string{"text.points[1].text word_too_long"}},
		"list of names": {stance(func(m *parleyv1.CreateStanceRequest) {
			m.Stance.Audience = &parleyv1.Audience{Level: 3, Parties: []string{"negotiations/a/parties/b", ""}}
		}), []string{"stance.audience.parties[1] resource_name"}},
		"message rule":            {stance(func(m *parleyv1.CreateStanceRequest) { m.Stance.Audience = &parleyv1.Audience{Level: 3} }), []string{"stance.audience audience.parties"}},
		"oneof":                   {stance(func(m *parleyv1.CreateStanceRequest) { m.Stance.Target.Target = nil }), []string{"stance.target.target required"}},
		"prefers a point":         {stance(func(m *parleyv1.CreateStanceRequest) { m.Stance.Value = parleyv1.Stance_VALUE_PREFERS }), []string{"stance stance.comparison"}},
		"update without it":       {&parleyv1.UpdateStanceRequest{UpdateMask: &fieldmaskpb.FieldMask{}}, []string{"stance required"}},
		"update without name":     {&parleyv1.UpdateStanceRequest{Stance: &parleyv1.Stance{}}, []string{"stance.name required"}},
		"update of another":       {&parleyv1.UpdateStanceRequest{Stance: &parleyv1.Stance{Name: "negotiations/a"}}, []string{"stance.name resource_name"}},
		"mask":                    {&parleyv1.UpdateStanceRequest{Stance: &parleyv1.Stance{Name: "negotiations/a/stances/b"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"a\n"}}}, []string{"update_mask.paths[0] single_line"}},
		"as_of before the flood":  {&parleyv1.GetPlanRequest{Name: "negotiations/a/plans/b", AsOf: &timestamppb.Timestamp{Seconds: -1 << 60}}, []string{"as_of timestamp"}},
		"page size":               {&parleyv1.ListNegotiationsRequest{PageSize: -1}, []string{"page_size int32.gte"}},
		"output only":             {&parleyv1.CommitRevisionRequest{Parent: "negotiations/a/plans/b", Revision: &parleyv1.Revision{Digest: "\a", Points: []*parleyv1.Point{{Id: "NO", Text: long}}}}, nil},
		"a request of lone paths": {stance(func(m *parleyv1.CreateStanceRequest) { m.Stance.SaidTime = &parleyv1.PartialTime{} }), []string{"stance.said_time partial_time.some"}},
	} {
		t.Run(name, func(t *testing.T) { same(t, broken(t, c.m), c.want...) })
	}
}

func TestBatches(t *testing.T) {
	demand := &parleyv1.Demand{Statement: "No limit."}
	batch := func(parent string, items ...*parleyv1.CreateDemandRequest) proto.Message {
		return &parleyv1.BatchCreateDemandsRequest{Parent: parent, Requests: items}
	}
	same(t, broken(t, batch("negotiations/a/parties/b", &parleyv1.CreateDemandRequest{Demand: demand}, &parleyv1.CreateDemandRequest{Parent: "negotiations/a/parties/b", Demand: demand})))
	same(t, broken(t, batch("negotiations/a/parties/-", &parleyv1.CreateDemandRequest{Parent: "negotiations/a/parties/b", Demand: demand})))
	same(t, broken(t, batch("negotiations/a/parties/b")), "requests repeated.min_items")
	same(t, broken(t, batch("negotiations/a/parties/-",
		&parleyv1.CreateDemandRequest{Demand: demand},
		&parleyv1.CreateDemandRequest{Parent: "negotiations/z/parties/b", Demand: demand, ValidateOnly: true},
		&parleyv1.CreateDemandRequest{Parent: "negotiations/a/parties/-", Demand: &parleyv1.Demand{}},
	)), "requests[2].parent resource_name", "requests[0].parent required", "requests[1].parent batch_parent",
		"requests[1].validate_only batch_item", "requests[2].demand demand.statement")
	same(t, broken(t, batch("negotiations/a/parties/b", &parleyv1.CreateDemandRequest{Parent: "negotiations/a/parties/c", Demand: demand})),
		"requests[0].parent batch_parent")
}

func TestALoneResource(t *testing.T) {
	s := createStance().Stance
	s.Name = "negotiations/peace/stances/ua-v8"
	same(t, spell(t, wellformed.CheckAt("stance", s)))
	s.Name, s.Value, s.Reason = "wrong", parleyv1.Stance_VALUE_PREFERS, "a\a"
	same(t, spell(t, wellformed.CheckAt("stance", s)), "stance.name resource_name", "stance.reason control_character", "stance stance.comparison")
	same(t, spell(t, wellformed.CheckAt("stance", (*parleyv1.Stance)(nil))), "stance required")
}

func TestMessageCountsWhatItLeavesOut(t *testing.T) {
	points := make([]*parleyv1.Point, 3000)
	for i := range points {
		points[i] = &parleyv1.Point{Label: "\a"}
	}
	err := wellformed.Check(&parleyv1.CommitRevisionRequest{
		Parent: "negotiations/a/plans/b", Revision: &parleyv1.Revision{},
		Body: &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{Points: points}},
	})
	f := fault.Of(err)
	if len(f.Fields) != 1000 || !strings.HasSuffix(f.Message, "(and 2999 more)") {
		t.Errorf("%d fields, %q", len(f.Fields), f.Message)
	}
}

func TestCheckDoesNotChange(t *testing.T) {
	m := createStance()
	m.Stance.Digest = "x"
	before := proto.Clone(m)
	_ = wellformed.Check(m)
	if !proto.Equal(before, m) {
		t.Error("Check changed the message")
	}
}

func TestClearOutputOnly(t *testing.T) {
	m := &parleyv1.CommitRevisionRequest{
		Parent: "negotiations/a/plans/b",
		Revision: &parleyv1.Revision{
			Name: "kept", Ordinal: 7, Points: []*parleyv1.Point{{}}, Digest: "x", Note: "kept",
			HeldTime: &parleyv1.PartialTime{Value: "2025", StartTime: timestamppb.Now()},
		},
		Body: &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{
			Points: []*parleyv1.Point{{Id: "a", Digest: "x", Successors: []string{"b"}}},
		}},
	}
	wellformed.ClearOutputOnly(m)
	want := &parleyv1.CommitRevisionRequest{
		Parent:   "negotiations/a/plans/b",
		Revision: &parleyv1.Revision{Name: "kept", Note: "kept", HeldTime: &parleyv1.PartialTime{Value: "2025"}},
		Body: &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{
			Points: []*parleyv1.Point{{Id: "a"}},
		}},
	}
	if !proto.Equal(m, want) {
		t.Errorf("got  %v\nwant %v", m, want)
	}
}

// Every rule of the schema compiles; otherwise the first caller of a method would find out.
func TestEveryRuleOfTheSchemaCompiles(t *testing.T) {
	var all []protovalidate.ValidatorOption
	protoregistry.GlobalTypes.RangeMessages(func(mt protoreflect.MessageType) bool {
		if mt.Descriptor().ParentFile().Package() == "parley.v1" {
			all = append(all, protovalidate.WithMessageDescriptors(mt.Descriptor()))
			m := mt.New().Interface()
			_ = wellformed.Check(m)
			wellformed.ClearOutputOnly(m)
		}
		return true
	})
	if len(all) < 50 {
		t.Fatalf("only %d message types", len(all))
	}
	if _, err := protovalidate.New(append(all, protovalidate.WithDisableLazy())...); err != nil {
		t.Error(err)
	}
}

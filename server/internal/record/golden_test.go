package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// The golden log is kept for ever: what was stored once has to lead to the same state in all later builds. When the stored
// form learns another kind of change, a further log is made beside it; the old ones stay.
var goldenLogs = []string{"log-1", "log-2", "log-3"}

// goldenFiles names the entries of a golden log, each with its length before it, and what they say, a resource a line.
func goldenFiles(log string) (entries, state string) {
	return "testdata/" + log + ".bin", "testdata/" + log + ".state.json"
}

var makeGolden = flag.Bool("make-golden", false, "write the newest golden log, if it is not there")

// everything runs commands that make every kind of change.
func everything(t *testing.T) *world {
	w := newWorld(t)
	draft := talks + "/plans/draft"
	edit := &parleyv1.PointChange_Edit{Point: &parleyv1.Point{Id: "p", Text: "At most 800 000."}, Editorial: true}
	for _, cmd := range slices.Concat([]Command{
		CreateSource(&parleyv1.CreateSourceRequest{Parent: talks, SourceId: "s", Source: &parleyv1.Source{DisplayName: "A report", ContentLength: 90}}),
		CreateDemand(&parleyv1.CreateDemandRequest{Parent: talks + "/parties/a", DemandId: "d", Demand: &parleyv1.Demand{Statement: "No limit."}}),
		CreateEvent(&parleyv1.CreateEventRequest{Parent: talks, EventId: "e", Event: &parleyv1.Event{DisplayName: "Talks", HeldTime: &parleyv1.PartialTime{Value: "2025-11"}}}),
		CommitRevision(&parleyv1.CommitRevisionRequest{
			Parent: draft, RevisionId: "r1", Revision: &parleyv1.Revision{Event: talks + "/events/e"},
			Body: &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{Points: []*parleyv1.Point{
				{Id: "p", Text: "At most 800,000."},
				{Id: "q", Parent: "p", Text: "In peacetime."},
				{Id: "r", Alternatives: []*parleyv1.Alternative{{Label: "a", Text: "Yes."}, {Label: "b", Text: "No."}}},
			}}},
		}),
		CreateStance(&parleyv1.CreateStanceRequest{Parent: talks, StanceId: "st", Stance: &parleyv1.Stance{
			Party: talks + "/parties/a", Value: parleyv1.Stance_VALUE_ACCEPT,
			Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: draft + "/revisions/latest/points/p"}},
		}}),
		CommitRevision(&parleyv1.CommitRevisionRequest{
			Parent: draft, RevisionId: "r2", Revision: &parleyv1.Revision{Parents: []*parleyv1.Revision_Parent{{Revision: draft + "/revisions/r1"}}},
			Body: &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: []*parleyv1.PointChange{
				{Change: &parleyv1.PointChange_Edit_{Edit: edit}},
				{Change: &parleyv1.PointChange_Strike_{Strike: &parleyv1.PointChange_Strike{Point: "r"}}},
			}}},
		}),
		CreateObjection(&parleyv1.CreateObjectionRequest{Parent: talks, ObjectionId: "o", Objection: &parleyv1.Objection{Party: talks + "/parties/b", Point: draft + "/revisions/r2/points/p"}}),
		CreateClaim(&parleyv1.CreateClaimRequest{Parent: talks, ClaimId: "c", Claim: &parleyv1.Claim{Statement: "It is so.", Quantity: &parleyv1.Claim_Quantity{Value: 19, Unit: "percent"}}}),
		RespondToClaim(&parleyv1.RespondToClaimRequest{Name: talks + "/claims/c", Response: &parleyv1.Claim_Response{Kind: parleyv1.Claim_Response_KIND_DECLINES, Party: talks + "/parties/b"}}),
		CreateAssessment(&parleyv1.CreateAssessmentRequest{Parent: talks, AssessmentId: "as", Assessment: &parleyv1.Assessment{
			Demand: talks + "/parties/a/demands/d", Revision: draft + "/revisions/r2", Point: draft + "/revisions/r2/points/p", Words: "800 000",
			Verdict: parleyv1.Assessment_VERDICT_BREACHED, Judge: "an analyst",
		}}),
		DeleteParty(&parleyv1.DeletePartyRequest{Name: talks + "/parties/b"}),
		CreateClaim(&parleyv1.CreateClaimRequest{Parent: talks, ClaimId: "told", Claim: &parleyv1.Claim{Statement: "In confidence.", Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR}}}),
		CommitRevision(&parleyv1.CommitRevisionRequest{
			Parent: draft, RevisionId: "r3", Revision: &parleyv1.Revision{
				Parents: []*parleyv1.Revision_Parent{{Revision: draft + "/revisions/r2"}}, Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR},
			},
			Body: &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{}},
		}),
		Disclose(&parleyv1.DiscloseRequest{Parent: talks, DisclosureId: "now", Disclosure: &parleyv1.Disclosure{
			Resources: []string{talks + "/claims/told", draft + "/revisions/r3"}, Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_TABLED}, Note: "Agreed at lunch.",
		}}),
		Disclose(&parleyv1.DiscloseRequest{Parent: talks, DisclosureId: "later", Disclosure: &parleyv1.Disclosure{
			Resources: []string{talks + "/claims/told"}, Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_PUBLIC}, EmbargoTime: timestamppb.New(time.Unix(4_000_000_000, 0)),
		}}),
	}, worthAndPackages(draft), tokenOfAnna(), []Command{
		CreateMember(&parleyv1.CreateMemberRequest{Parent: talks, MemberId: "anna", Member: &parleyv1.Member{Principal: "anna", Role: parleyv1.Member_ROLE_DELEGATE, Party: talks + "/parties/a"}}),
		one(DueChange(talks, 4_000_000_000_000_000_000)),
		one(&ledgerv1.Change{Change: &ledgerv1.Change_Access{Access: &parleyv1.Access{
			Name: talks + "/accesses/x", Party: talks + "/parties/a", Principal: "maria", Method: "GetClaim", Resources: []string{talks + "/claims/told"},
		}}}),
	}) {
		w.must(t, cmd)
	}
	return w
}

func tokenOfAnna() []Command {
	return []Command{
		CreateToken(&parleyv1.CreateTokenRequest{TokenId: "anna-laptop", Token: &parleyv1.Token{Principal: "anna"}}, []byte("not really a hash")),
		RevokeToken(&parleyv1.RevokeTokenRequest{Name: "tokens/anna-laptop"}),
	}
}

// worthAndPackages are commands on rival wordings: a stance on a package with requirements, and a valuation.
func worthAndPackages(draft string) []Command {
	return []Command{
		CommitRevision(&parleyv1.CommitRevisionRequest{
			Parent: draft, RevisionId: "r4", Revision: &parleyv1.Revision{Parents: []*parleyv1.Revision_Parent{{Revision: draft + "/revisions/r3"}}},
			Body: &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: []*parleyv1.PointChange{
				{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: &parleyv1.Point{
					Id: "r", Alternatives: []*parleyv1.Alternative{{Label: "a", Text: "Yes."}, {Label: "b", Text: "No."}},
				}}}},
			}}},
		}),
		CreateStance(&parleyv1.CreateStanceRequest{Parent: talks, StanceId: "if", Stance: &parleyv1.Stance{
			Party: talks + "/parties/a", Value: parleyv1.Stance_VALUE_ACCEPT, Level: parleyv1.Stance_LEVEL_CAPITAL,
			Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Package_{Package: &parleyv1.Stance_Target_Package{Revision: draft + "/revisions/latest", Points: []string{"p", "q"}}}},
			Requirements: []*parleyv1.Stance_Requirement{
				{Requirement: &parleyv1.Stance_Requirement_AsIn{AsIn: draft + "/revisions/r1/points/r"}},
				{Requirement: &parleyv1.Stance_Requirement_First{First: "r"}},
			},
		}}),
		CreateValuation(&parleyv1.CreateValuationRequest{Parent: talks, ValuationId: "v", Valuation: &parleyv1.Valuation{
			Party: talks + "/parties/a", Revision: draft + "/revisions/latest", Reserve: 2.5,
			Worths: []*parleyv1.Valuation_Worth{{Point: "p", Value: 3}, {Point: "r", Alternative: "b", Value: -1}},
		}}),
	}
}

// one is a command that makes a change.
func one(c *ledgerv1.Change) Command {
	return func(*State, Env) (*Draft, error) { return &Draft{Changes: []*ledgerv1.Change{c}}, nil }
}

// readable writes what a state says: every resource on a line, as JSON.
func readable(t *testing.T, st *State) string {
	t.Helper()
	var b bytes.Buffer
	line := func(m proto.Message) {
		data, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
		if err == nil {
			err = json.Compact(&b, data)
		}
		if err != nil {
			t.Fatal(err)
		}
		b.WriteByte('\n')
	}
	for m := range st.Negotiations("", Latest) {
		line(m)
	}
	for m := range st.Parties("", Latest) {
		line(m)
	}
	for m := range st.Demands("", "", Latest) {
		line(m)
	}
	for m := range st.Plans("", Latest) {
		line(m)
		for r := range st.Revisions(m.GetName(), Latest) {
			line(r.Msg)
			for p := range r.Text.Points() {
				line(p)
			}
		}
	}
	for m := range st.Stances("", Latest) {
		line(m)
	}
	for m := range st.Claims("", Latest) {
		line(m)
	}
	for m := range st.Events("", Latest) {
		line(m)
	}
	for m := range st.Sources("", Latest) {
		line(m)
	}
	for m := range st.Assessments("", Latest) {
		line(m)
	}
	for m := range st.Objections("", Latest) {
		line(m)
	}
	for m := range st.Valuations("", Latest) {
		line(m)
	}
	linesOfPeople(st, line)
	return b.String()
}

// linesOfPeople tells what was told to whom, and who is who.
func linesOfPeople(st *State, line func(proto.Message)) {
	for m := range st.Disclosures("", Latest) {
		line(m)
	}
	for m := range st.Members(talks, "", Latest) {
		line(m)
	}
	for m := range st.Tokens("", Latest) {
		line(m)
	}
	for m := range st.Accesses("", Latest) {
		line(m)
	}
	for name, at := range st.Due() {
		line(&ledgerv1.Due{Negotiation: name, Time: at})
	}
}

func TestTheGoldenLogLeadsToTheGoldenState(t *testing.T) {
	if *makeGolden {
		writeGolden(t)
	}
	kinds := map[string]bool{}
	for _, log := range goldenLogs {
		checkGolden(t, log, kinds)
	}
	changes := (&ledgerv1.Change{}).ProtoReflect().Descriptor().Fields()
	for i := range changes.Len() {
		if name := changes.Get(i).Name(); !kinds[string(name)] {
			t.Errorf("no entry has a change of a %s: make a further golden log", protoreflect.Name(strings.ReplaceAll(string(name), "_", " ")))
		}
	}
}

// checkGolden compares what a log leads to with what it did, and notes which kinds of changes it has.
func checkGolden(t *testing.T, log string, kinds map[string]bool) {
	t.Helper()
	goldenLog, goldenState := goldenFiles(log)
	data, err := os.ReadFile(goldenLog)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(goldenState)
	if err != nil {
		t.Fatal(err)
	}
	st := NewState()
	for in := bytes.NewReader(data); ; {
		e := &ledgerv1.Entry{}
		if err := protodelim.UnmarshalFrom(in, e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if err := st.Apply(e); err != nil {
			t.Fatal(err)
		}
		for _, c := range e.GetChanges() {
			r := c.ProtoReflect()
			kinds[string(r.WhichOneof(r.Descriptor().Oneofs().Get(0)).Name())] = true
		}
	}
	if got := readable(t, st); got != string(want) {
		t.Errorf("%s leads to another state:\n%s", log, got)
	}
}

func writeGolden(t *testing.T) {
	t.Helper()
	goldenLog, goldenState := goldenFiles(goldenLogs[len(goldenLogs)-1])
	if _, err := os.Stat(goldenLog); err == nil {
		t.Fatalf("%s is kept for ever", goldenLog)
	}
	w := everything(t)
	var b bytes.Buffer
	for _, e := range w.log {
		if _, err := protodelim.MarshalTo(&b, e); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(goldenLog, b.Bytes(), 0o600), os.WriteFile(goldenState, []byte(readable(t, w.st)), 0o600)); err != nil {
		t.Fatal(err)
	}
}

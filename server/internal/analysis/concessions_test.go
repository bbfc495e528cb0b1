package analysis

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

func (w *world) concessions(t fataler, req *parleyv1.ListConcessionsRequest) *parleyv1.ListConcessionsResponse {
	t.Helper()
	req.Parent = talks
	got, err := Concessions(w.lens(), req)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// moved lists movements as "party KIND DIRECTION", with a question mark for what may have been outside.
func moved(r *parleyv1.ListConcessionsResponse) []string {
	var out []string
	for _, m := range r.GetMovements() {
		line := record.IDOf(m.GetParty()) + " " + strings.TrimPrefix(m.GetKind().String(), "KIND_") + " " + strings.TrimPrefix(m.GetDirection().String(), "DIRECTION_")
		if m.GetPerhaps() {
			line += " ?"
		}
		out = append(out, line)
	}
	return out
}

func TestWhenAStanceMoves(t *testing.T) {
	type given struct {
		on     string
		value  parleyv1.Stance_Value
		change []func(*parleyv1.Stance)
	}
	day := func(value string, more ...func(*parleyv1.Stance)) []func(*parleyv1.Stance) {
		return append(more, said(value))
	}
	declared, reported := basis(parleyv1.Attribution_BASIS_DECLARED), basis(parleyv1.Attribution_BASIS_REPORTED)
	for name, test := range map[string]struct {
		stances []given
		want    []string
	}{
		"towards agreement on the same words":   {[]given{{"r1", opposition, day("2025-11-20")}, {"r1", acceptance, day("2025-11-25")}}, []string{"a STANCE GIVEN"}},
		"away from it":                          {[]given{{"r1", acceptance, day("2025-11-20")}, {"r1", parleyv1.Stance_VALUE_RESERVE, day("2025-11-25")}}, []string{"a STANCE HARDENED"}},
		"by the time of saying, not of records": {[]given{{"r1", acceptance, day("2025-11-25")}, {"r1", opposition, day("2025-11-20")}}, []string{"a STANCE GIVEN"}},
		"the same again":                        {[]given{{"r1", opposition, day("2025-11-20")}, {"r1", opposition, day("2025-11-25")}}, nil},
		"with the words":                        {[]given{{"r1", opposition, day("2025-11-20")}, {"r2", acceptance, day("2025-11-25")}}, []string{"a STANCE OPEN"}},
		"conditions are dropped":                {[]given{{"r1", acceptance, day("2025-11-20", conditional)}, {"r1", acceptance, day("2025-11-25")}}, []string{"a STANCE GIVEN"}},
		"the capital confirms":                  {[]given{{"r1", acceptance, day("2025-11-20", level(parleyv1.Stance_LEVEL_DELEGATION))}, {"r1", acceptance, day("2025-11-25")}}, []string{"a STANCE GIVEN"}},
		"a report against a declaration":        {[]given{{"r1", acceptance, day("2025-11-20", declared)}, {"r1", opposition, day("2025-11-25", reported)}}, nil},
		"nobody knows which came first":         {[]given{{"r1", opposition, day("2025-11-20/2025-11-30")}, {"r1", acceptance, day("2025-11-25")}}, []string{"a STANCE OPEN"}},
		"declining to say is no place":          {[]given{{"r1", opposition, day("2025-11-20")}, {"r1", parleyv1.Stance_VALUE_DECLINED_TO_SAY, day("2025-11-25")}}, nil},
		"taken back from the start":             {[]given{{"r1", opposition, day("2025-11-20", withdrawn)}}, []string{"a STANCE_WITHDRAWN GIVEN"}},
		"taken back, and then another one":      {[]given{{"r1", acceptance, day("2025-11-20", withdrawn)}, {"r1", opposition, day("2025-11-25")}}, []string{"a STANCE_WITHDRAWN HARDENED"}},
	} {
		w := newWorld(t, &parleyv1.Plan{})
		w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words."})
		w.commit(t, "r2", &parleyv1.Point{Id: "p", Text: "Others."})
		for _, s := range test.stances {
			w.stance(t, "a", s.on+"/points/p", s.value, s.change...)
		}
		if got := moved(w.concessions(t, &parleyv1.ListConcessionsRequest{})); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// wants records the demand d of a, or changes it.
func (w *world) wants(t fataler, d *parleyv1.Demand) {
	t.Helper()
	d.Topic = "army"
	if len(w.lens().DemandVersions(talks+"/parties/a/demands/d")) == 0 {
		w.do(t, record.CreateDemand(&parleyv1.CreateDemandRequest{Parent: talks + "/parties/a", DemandId: "d", Demand: d}))
		return
	}
	d.Name = talks + "/parties/a/demands/d"
	w.do(t, record.UpdateDemand(&parleyv1.UpdateDemandRequest{Demand: d, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"*"}}}))
}

func TestWhenADemandMoves(t *testing.T) {
	standing, softened, givenUp := parleyv1.Demand_STATUS_STANDING, parleyv1.Demand_STATUS_SOFTENED, parleyv1.Demand_STATUS_WITHDRAWN
	is := func(status parleyv1.Demand_Status, strength parleyv1.Demand_Strength, statement string) *parleyv1.Demand {
		return &parleyv1.Demand{Statement: statement, Status: status, Strength: strength}
	}
	core, redLine := parleyv1.Demand_STRENGTH_CORE, parleyv1.Demand_STRENGTH_RED_LINE
	for name, test := range map[string]struct {
		was, is *parleyv1.Demand
		want    []string
	}{
		"softened":                     {is(standing, 0, "x"), is(softened, 0, "y"), []string{"a DEMAND_SOFTENED GIVEN"}},
		"wanted less":                  {is(standing, redLine, "x"), is(standing, core, "x"), []string{"a DEMAND_SOFTENED GIVEN"}},
		"given up":                     {is(0, 0, "x"), is(givenUp, 0, "x"), []string{"a DEMAND_WITHDRAWN GIVEN"}},
		"upheld again":                 {is(givenUp, 0, "x"), is(softened, 0, "x"), []string{"a DEMAND_HARDENED HARDENED", "a DEMAND_WITHDRAWN GIVEN"}},
		"wanted more":                  {is(standing, core, "x"), is(standing, redLine, "x"), []string{"a DEMAND_HARDENED HARDENED"}},
		"a strength comes to be known": {is(standing, 0, "x"), is(standing, redLine, "x"), nil},
		"put in other words":           {is(standing, core, "x"), is(standing, core, "y"), []string{"a DEMAND_REWORDED OPEN"}},
		"met":                          {is(standing, core, "x"), is(parleyv1.Demand_STATUS_MET, core, "x"), []string{"a DEMAND_MET RECEIVED"}},
		"nothing that matters":         {is(standing, core, "x"), &parleyv1.Demand{Statement: "x", Status: standing, Strength: core, Quote: "x!"}, nil},
		"softened from the start":      {is(softened, core, "x"), is(softened, core, "x"), []string{"a DEMAND_SOFTENED GIVEN"}},
	} {
		w := newWorld(t, &parleyv1.Plan{})
		w.wants(t, test.was)
		w.wants(t, test.is)
		got := moved(w.concessions(t, &parleyv1.ListConcessionsRequest{Topic: "army"}))
		if slices.Sort(got); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
		if got := w.concessions(t, &parleyv1.ListConcessionsRequest{Topic: "others"}); len(got.GetMovements()) > 0 || len(got.GetBalances()) > 0 {
			t.Errorf("%s, on another topic: %v", name, got)
		}
	}
}

// A demand that was said to be softened on a day moved on that day; one that was just recorded so, when it was recorded.
func TestWhenADemandMoved(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.wants(t, &parleyv1.Demand{Statement: "x", SaidTime: &parleyv1.PartialTime{Value: "2025-11-20"}})
	w.wants(t, &parleyv1.Demand{Statement: "x", Status: parleyv1.Demand_STATUS_SOFTENED, SaidTime: &parleyv1.PartialTime{Value: "2025-11-24/2025-11-26"}})
	w.wants(t, &parleyv1.Demand{Statement: "x", Status: parleyv1.Demand_STATUS_WITHDRAWN, SaidTime: &parleyv1.PartialTime{Value: "2025-11-24/2025-11-26"}})
	recorded := time.Unix(0, w.st.Time())
	for name, test := range map[string]struct {
		from, until time.Time
		want        []string
	}{
		"all":                 {time.Time{}, time.Time{}, []string{"a DEMAND_WITHDRAWN GIVEN", "a DEMAND_SOFTENED GIVEN"}},
		"the days it took":    {day("2025-11-23").Add(1), day("2025-11-26").Add(1), []string{"a DEMAND_SOFTENED GIVEN"}},
		"from one of them on": {day("2025-11-24").Add(1), day("2025-11-30"), []string{"a DEMAND_SOFTENED GIVEN ?"}},
		"until one of them":   {day("2025-11-01"), day("2025-11-25"), []string{"a DEMAND_SOFTENED GIVEN ?"}},
		"after them":          {day("2025-11-26").Add(1), day("2025-11-30"), nil},
		"before them":         {day("2025-11-01"), day("2025-11-23").Add(1), nil},
		"when it was noted":   {recorded, recorded.Add(1), []string{"a DEMAND_WITHDRAWN GIVEN"}},
	} {
		req := &parleyv1.ListConcessionsRequest{}
		if !test.from.IsZero() {
			req.FromTime, req.UntilTime = timestamppb.New(test.from), timestamppb.New(test.until)
		}
		if got := moved(w.concessions(t, req)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// text is a world of a draft of a's and a plan of b's, which words the points p and q otherwise.
func text(t fataler) *world {
	w := newWorld(t, &parleyv1.Plan{Owner: talks + "/parties/a"})
	w.do(t, record.CreatePlan(&parleyv1.CreatePlanRequest{Parent: talks, PlanId: "answer", Plan: &parleyv1.Plan{DisplayName: "Answer", Owner: talks + "/parties/b"}}))
	w.commit(t, "r1", &parleyv1.Point{Id: "p", Topic: "army", Text: "The army has at most six hundred men."}, &parleyv1.Point{Id: "q", Text: "The river is shared."})
	w.do(t, record.CommitRevision(&parleyv1.CommitRevisionRequest{
		Parent: talks + "/plans/answer", RevisionId: "b1", Revision: &parleyv1.Revision{Parents: []*parleyv1.Revision_Parent{{Revision: draft + "/revisions/r1"}}},
		Body: &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: []*parleyv1.PointChange{
			edit("p", "The army has at most eight hundred men in peacetime."),
		}}},
	}))
	return w
}

func TestWhenATextMoves(t *testing.T) {
	mine, yours := []string{talks + "/parties/a"}, []string{talks + "/parties/b"}
	rivals := &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: &parleyv1.Point{Id: "q", Alternatives: []*parleyv1.Alternative{
		{Label: "A", Text: "The river is shared.", Proponents: mine}, {Label: "B", Text: "The river is ours.", Proponents: yours},
	}}}}}
	for name, test := range map[string]struct {
		then []*parleyv1.PointChange
		want []string
	}{
		"adopted to the letter":      {[]*parleyv1.PointChange{edit("p", "The army has at most eight hundred men in peacetime.")}, []string{"b WORDING_ADOPTED RECEIVED"}},
		"nearer":                     {[]*parleyv1.PointChange{edit("p", "The army has at most eight hundred men.")}, []string{"b TEXT_TOWARDS RECEIVED"}},
		"farther":                    {[]*parleyv1.PointChange{edit("p", "No army.")}, []string{"b TEXT_AWAY OPEN"}},
		"as near as before":          {[]*parleyv1.PointChange{edit("p", "The army has at most five hundred men.")}, nil},
		"nobody's wording":           {[]*parleyv1.PointChange{edit("q", "The river is dry.")}, nil},
		"put beside each other":      {[]*parleyv1.PointChange{rivals}, nil},
		"chosen from rival wordings": {[]*parleyv1.PointChange{rivals, edit("q", "The river is ours.")}, []string{"b WORDING_ADOPTED RECEIVED"}},
		"not chosen from them":       {[]*parleyv1.PointChange{rivals, edit("q", "The river is shared.")}, []string{"b WORDING_DROPPED OPEN"}},
		"there and back": {
			[]*parleyv1.PointChange{edit("p", "The army has at most eight hundred men in peacetime."), strike("p")},
			[]string{"b WORDING_ADOPTED RECEIVED", "b WORDING_DROPPED OPEN"},
		},
	} {
		w := text(t)
		for i, change := range test.then {
			w.change(t, fmt.Sprintf("r%d", i+2), change)
		}
		got := w.concessions(t, &parleyv1.ListConcessionsRequest{})
		if !slices.Equal(moved(got), test.want) {
			t.Errorf("%s: %q, want %q", name, moved(got), test.want)
		}
		for _, m := range got.GetMovements() {
			if received := m.GetDirection() == parleyv1.Movement_DIRECTION_RECEIVED; received != slices.Equal(m.GetGivenBy(), mine) {
				t.Errorf("%s: given by %v", name, m.GetGivenBy())
			}
		}
	}
}

// Whoever had a hand in a revision that drops their words gave them up. What lies outside two revisions is not between them.
func TestMovementsBetweenRevisions(t *testing.T) {
	w := text(t)
	w.change(t, "r2", edit("p", "The army has at most eight hundred men in peacetime."))
	w.do(t, record.CommitRevision(&parleyv1.CommitRevisionRequest{
		Parent: draft, RevisionId: "r3",
		Revision: &parleyv1.Revision{Parents: []*parleyv1.Revision_Parent{{Revision: draft + "/revisions/r2"}}, Contributors: []*parleyv1.Revision_Contributor{{Party: talks + "/parties/b"}}},
		Body:     &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: []*parleyv1.PointChange{edit("p", "No army.")}}},
	}))
	for name, test := range map[string]struct {
		base, revision string
		want           []string
	}{
		"all":      {"", "", []string{"b WORDING_ADOPTED RECEIVED", "b TEXT_AWAY GIVEN"}},
		"up to r2": {"", "r2", []string{"b WORDING_ADOPTED RECEIVED"}},
		"since r2": {"r2", "", []string{"b TEXT_AWAY GIVEN"}},
		"r1 to r2": {"r1", "r2", []string{"b WORDING_ADOPTED RECEIVED"}},
		"since r3": {"r3", "", nil},
	} {
		req := &parleyv1.ListConcessionsRequest{}
		for id, field := range map[*string]*string{&test.base: &req.Base, &test.revision: &req.Revision} {
			if *id != "" {
				*field = draft + "/revisions/" + *id
			}
		}
		if got := moved(w.concessions(t, req)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	got := w.concessions(t, &parleyv1.ListConcessionsRequest{})
	if b := got.GetBalances(); len(b) != 2 || b[0].GetGiven() != 1 || b[1].GetGiven() != 1 || b[1].GetReceived() != 1 {
		t.Errorf("a gave once, b gave and got once: %v", b)
	}
	if l := got.GetLastMoves(); len(l) != 1 || l[0].GetTopic() != "" || !slices.Equal(l[0].GetGivenBy(), []string{talks + "/parties/b"}) {
		t.Errorf("b gave last: %v", l)
	}
}

func TestWhenAVerdictMoves(t *testing.T) {
	w := text(t)
	w.wants(t, &parleyv1.Demand{Statement: "x"})
	w.change(t, "r2")
	w.change(t, "r3")
	judge := func(revision, judge string, v parleyv1.Assessment_Verdict) {
		w.do(t, record.CreateAssessment(&parleyv1.CreateAssessmentRequest{Parent: talks, Assessment: &parleyv1.Assessment{
			Demand: talks + "/parties/a/demands/d", Revision: draft + "/revisions/" + revision, Verdict: v, Judge: judge,
		}}))
	}
	judge("r3", "one", parleyv1.Assessment_VERDICT_MET)
	judge("r1", "one", parleyv1.Assessment_VERDICT_MET)   // thinks
	judge("r1", "one", parleyv1.Assessment_VERDICT_UNMET) // otherwise
	judge("r2", "one", parleyv1.Assessment_VERDICT_UNKNOWN)
	judge("r1", "two", parleyv1.Assessment_VERDICT_PARTLY)
	judge("r2", "two", parleyv1.Assessment_VERDICT_BREACHED)
	judge("r2", "three", parleyv1.Assessment_VERDICT_MET)
	got := moved(w.concessions(t, &parleyv1.ListConcessionsRequest{}))
	if want := []string{"a VERDICT_WORSE GIVEN", "a VERDICT_BETTER RECEIVED"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Who moved last is one party if the dates decide, and all of whom it may have been if they do not.
func TestWhoMovedLast(t *testing.T) {
	for name, test := range map[string]struct {
		a, b string // when they came to accept
		want []string
	}{
		"b":       {"2025-11-24", "2025-11-25", []string{"b"}},
		"a":       {"2025-11-26", "2025-11-25", []string{"a"}},
		"either":  {"2025-11", "2025-11-25", []string{"a", "b"}},
		"one day": {"2025-11-25", "2025-11-25", []string{"a", "b"}},
	} {
		w := newWorld(t, &parleyv1.Plan{})
		w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words.", Topic: "army"})
		for party, when := range map[string]string{"a": test.a, "b": test.b} {
			w.stance(t, party, "r1/points/p", opposition, said("2025-10-01"))
			w.stance(t, party, "r1/points/p", acceptance, said(when))
		}
		last := w.concessions(t, &parleyv1.ListConcessionsRequest{}).GetLastMoves()
		var got []string
		for _, p := range last[0].GetParties() {
			got = append(got, record.IDOf(p))
		}
		if len(last) != 1 || last[0].GetTopic() != "army" || !slices.Equal(got, test.want) || !slices.Equal(last[0].GetParties(), last[0].GetGivenBy()) {
			t.Errorf("%s: %v", name, last)
		}
	}
}

// What the viewer may not know of moves nothing, also what was secret once: only what they might have read then is a version
// that something moved from.
func TestWhatWasSecretMovesNothing(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	secret, open := &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR}, &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_PUBLIC}
	w.wants(t, &parleyv1.Demand{Statement: "x", Strength: parleyv1.Demand_STRENGTH_RED_LINE, Audience: secret})
	w.wants(t, &parleyv1.Demand{Statement: "x", Strength: parleyv1.Demand_STRENGTH_CORE, Audience: secret})
	w.do(t, record.Disclose(&parleyv1.DiscloseRequest{Parent: talks, Disclosure: &parleyv1.Disclosure{Resources: []string{talks + "/parties/a/demands/d"}, Audience: open}}))
	public := lens.New(w.st, lens.Viewer{}, time.Unix(0, w.st.Time()))
	got, err := Concessions(public, &parleyv1.ListConcessionsRequest{Parent: talks})
	if err != nil || len(got.GetMovements()) > 0 {
		t.Errorf("the public: %v, %v", got, err)
	}
	if got := moved(w.concessions(t, &parleyv1.ListConcessionsRequest{})); !slices.Equal(got, []string{"a DEMAND_SOFTENED GIVEN"}) {
		t.Errorf("the mediator: %q", got)
	}
}

// However stances move, what a party gave and got adds up to the movements, each of which has a key of its own.
func TestBalancesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := text(t)
		for i := range rapid.IntRange(1, 10).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"stance", "stance", "demand", "text"}).Draw(t, "step") {
			case "stance":
				w.stance(t, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "party"), rapid.SampledFrom([]string{"r1", "latest"}).Draw(t, "on")+"/points/q", parleyv1.Stance_Value(rapid.IntRange(1, 9).Draw(t, "value")))
			case "demand":
				w.wants(t, &parleyv1.Demand{Statement: "x", Status: parleyv1.Demand_Status(rapid.IntRange(1, 4).Draw(t, "status"))})
			case "text":
				w.change(t, fmt.Sprintf("s%d", i), edit("p", rapid.SampledFrom([]string{"No army.", "The army has at most eight hundred men.", "The army has at most eight hundred men in peacetime."}).Draw(t, "text")))
			}
		}
		got := w.concessions(t, &parleyv1.ListConcessionsRequest{})
		keys, given, received, hardened := map[string]bool{}, 0, 0, 0
		for _, m := range got.GetMovements() {
			keys[MovementKey(m)] = true
			given += len(m.GetGivenBy())
			switch m.GetDirection() {
			case parleyv1.Movement_DIRECTION_GIVEN:
				given++
			case parleyv1.Movement_DIRECTION_RECEIVED:
				received++
			case parleyv1.Movement_DIRECTION_HARDENED:
				hardened++
			}
		}
		for _, b := range got.GetBalances() {
			given, received, hardened = given-int(b.GetGiven()), received-int(b.GetReceived()), hardened-int(b.GetHardened())
		}
		if len(keys) != len(got.GetMovements()) || given != 0 || received != 0 || hardened != 0 {
			t.Fatalf("%d keys, %d, %d, %d left of %v", len(keys), given, received, hardened, got)
		}
	})
}

package daemon_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// A red line that a party entrusted to the mediator is in the warnings of the mediator's commits and drafts and in the party's own
// answers, and in nobody else's; and the party can see that the mediator was told.
func TestWhoIsWarnedOfRedLines(t *testing.T) {
	x := newTable(t)
	demand, err := x.anna.Demands.CreateDemand(t.Context(), &parleyv1.CreateDemandRequest{Parent: x.n + "/parties/a", Demand: &parleyv1.Demand{
		Statement: "No fewer than 800,000.", Strength: parleyv1.Demand_STRENGTH_RED_LINE,
		Limit: &parleyv1.Limit{Key: "force-size", Bound: parleyv1.Bound_BOUND_AT_LEAST, Value: 800_000, Unit: "people"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	capped := point("p", "At most 600,000.")
	capped.Terms = []*parleyv1.Term{{Key: "force-size", Bound: parleyv1.Bound_BOUND_AT_MOST, Value: 600_000, Unit: "people", Words: "At most 600,000"}}
	req := textCommit(x.plan, "", []string{"r1"}, capped)
	surely := func(lines []*parleyv1.RedLine) bool {
		return len(lines) == 1 && lines[0].GetDemand().GetName() == demand.GetName() && lines[0].GetFinding() == parleyv1.RedLine_FINDING_SURE &&
			lines[0].GetJudgements()[0].GetWords()[0] == "At most 600,000"
	}
	for who, c := range map[string]*client.Client{"maria": x.maria, "anna": x.anna, "bert": x.bert, "olga": x.olga, "the public": x.public} {
		knows := who == "maria" || who == "anna"
		got, err := c.Analysis.CheckRedLinesOfDraft(t.Context(), draftOf(req))
		if err != nil || surely(got.GetRedLines()) != knows || len(got.GetRedLines()) > 0 != knows {
			t.Errorf("%s asks of a draft: %v, %v", who, got, err)
		}
	}
	if _, err := x.public.Analysis.CheckRedLinesOfDraft(t.Context(), draftOf(textCommit(x.plan, "", []string{"none"}))); err == nil {
		t.Error("a draft on a parent that is not there is answered")
	} else {
		wantReason(t, err, codes.InvalidArgument, parleyv1.ErrorReason_REFERENCE_NOT_FOUND)
	}
	for _, only := range []bool{true, false} {
		req.ValidateOnly = only
		if got, err := x.maria.Plans.CommitRevision(t.Context(), req); err != nil || !surely(got.GetWarnings()) {
			t.Errorf("maria commits (only tried: %v): %v, %v", only, got.GetWarnings(), err)
		}
	}
	told := 0
	for a, err := range client.All(t.Context(), x.anna.Accesses.ListAccesses, &parleyv1.ListAccessesRequest{Parent: x.n}, (*parleyv1.ListAccessesResponse).GetAccesses) {
		if err != nil {
			t.Fatal(err)
		}
		if a.GetPrincipal() == "maria" && strings.Contains(strings.Join(a.GetResources(), " "), demand.GetName()) && a.GetMethod() == "CheckRedLinesOfDraft" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("anna sees %d times that maria was told", told)
	}
}

// Terms must be read in the words that they belong to, and a limit is for a demand that says what it is.
func TestTermsAreReadInTheirWords(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	size := func(words string) []*parleyv1.Term {
		return []*parleyv1.Term{{Key: "force-size", Bound: parleyv1.Bound_BOUND_AT_MOST, Value: 600_000, Words: words}}
	}
	p := point("p", "At most 600,000.")
	for name, change := range map[string]func(*parleyv1.Point) string{
		"words of the point":       func(p *parleyv1.Point) string { p.Terms = size("At most 600,000"); return "" },
		"no words":                 func(p *parleyv1.Point) string { p.Terms = size(""); return "" },
		"words that stand nowhere": func(p *parleyv1.Point) string { p.Terms = size("800,000"); return "text.points[0].terms[0].words" },
		"words of another alternative": func(p *parleyv1.Point) string {
			p.Alternatives = []*parleyv1.Alternative{{Label: "A", Text: "One."}, {Label: "B", Text: "Two.", Terms: size("One")}}
			return "text.points[0].alternatives[1].terms[0].words"
		},
		"a point that is gone": func(p *parleyv1.Point) string {
			p.State, p.Terms = parleyv1.Point_STATE_STRUCK, size("")
			return "text.points[0].terms"
		},
	} {
		given := point("p", p.GetText())
		field := change(given)
		req := textCommit(n+"/plans/draft", "r1", nil, given)
		req.ValidateOnly = true
		_, err := s.mediator.Plans.CommitRevision(t.Context(), req)
		switch {
		case field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case field != "":
			if d := wantReason(t, err, codes.InvalidArgument, parleyv1.ErrorReason_INVALID_FIELD); d.Violations[0].Field != field {
				t.Errorf("%s: at fault is %v", name, d.Violations)
			}
		}
	}
	_, err := s.mediator.Demands.CreateDemand(t.Context(), &parleyv1.CreateDemandRequest{Parent: n + "/parties/a", Demand: &parleyv1.Demand{
		Withheld: true, Limit: &parleyv1.Limit{Key: "force-size", Bound: parleyv1.Bound_BOUND_AT_MOST},
	}})
	wantReason(t, err, codes.InvalidArgument, parleyv1.ErrorReason_INVALID_FIELD)
}

package analysis

import (
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func (w *world) redLines(t fataler, revision string) []*parleyv1.RedLine {
	t.Helper()
	_, lines, err := RedLines(w.lens(), revisionNamed(revision), Moment{})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

const (
	sure     = parleyv1.RedLine_FINDING_SURE
	likely   = parleyv1.RedLine_FINDING_LIKELY
	withheld = parleyv1.RedLine_FINDING_WITHHELD
	notKnown = parleyv1.RedLine_FINDING_UNKNOWN
	isClear  = parleyv1.RedLine_FINDING_CLEAR
)

func TestWhetherARedLineIsCrossed(t *testing.T) {
	name := demandName("a", "line")
	six := []*parleyv1.Term{term(atMost, 600)}
	for title, test := range map[string]struct {
		judge func(fataler, *world) // r1 and r3 read the same, r2 otherwise but with "At most" in it
		at    string
		want  parleyv1.RedLine_Finding
	}{
		"nobody judged":                         {func(fataler, *world) {}, "r1", notKnown},
		"the party itself, of this text":        {func(t fataler, w *world) { w.assess(t, name, "a", "r1", "", "", isBreached) }, "r1", sure},
		"the party itself, of the same words":   {func(t fataler, w *world) { w.assess(t, name, "a", "r1", "army", "At most", isBreached) }, "r3", sure},
		"the party itself, of words that stand": {func(t fataler, w *world) { w.assess(t, name, "a", "r1", "army", "At most", isBreached) }, "r2", likely},
		"the party itself, of words that went":  {func(t fataler, w *world) { w.assess(t, name, "a", "r1", "army", "600", isBreached) }, "r2", notKnown},
		"the party itself, as others infer": {func(t fataler, w *world) {
			w.assess(t, name, "a", "r1", "army", "", isBreached, func(m *parleyv1.Assessment) {
				m.Attribution = &parleyv1.Attribution{Basis: parleyv1.Attribution_BASIS_INFERRED, InferredBy: "x", InferredFrom: "y"}
			})
		}, "r1", likely},
		"somebody else":                         {func(t fataler, w *world) { w.assess(t, name, "b", "r1", "army", "", isBreached) }, "r1", likely},
		"an analyst, of the same words":         {func(t fataler, w *world) { w.assess(t, name, "x", "r1", "army", "", isBreached) }, "r3", likely},
		"somebody finds it met":                 {func(t fataler, w *world) { w.assess(t, name, "x", "r1", "army", "", isMet) }, "r1", isClear},
		"met by words that stand tells nothing": {func(t fataler, w *world) { w.assess(t, name, "x", "r1", "army", "At most", isMet) }, "r2", notKnown},
		"somebody cannot tell":                  {func(t fataler, w *world) { w.assess(t, name, "x", "r1", "army", "", isUnknown) }, "r1", notKnown},
		"the party took it back by a later word": {func(t fataler, w *world) {
			w.assess(t, name, "a", "r1", "army", "", isBreached)
			w.assess(t, name, "a", "r3", "", "", isPartly)
		}, "r3", isClear},
	} {
		w := newWorld(t, &parleyv1.Plan{})
		w.demand(t, "a", "line", redLine)
		w.commit(t, "r1", army("At most 600.", six...))
		w.commit(t, "r2", army("At most 700."))
		w.commit(t, "r3", army("At most 600.", six...))
		test.judge(t, w)
		if lines := w.redLines(t, test.at); len(lines) != 1 || lines[0].GetFinding() != test.want {
			t.Errorf("%s: %v, want %v", title, lines, test.want)
		}
	}
}

func TestTheRuleFindsRedLinesCrossed(t *testing.T) {
	alternatives := func(terms ...*parleyv1.Term) (out []*parleyv1.Alternative) {
		for i, each := range terms {
			out = append(out, &parleyv1.Alternative{Label: string(rune('A' + i)), Text: "Words.", Terms: []*parleyv1.Term{each}})
		}
		return out
	}
	for title, test := range map[string]struct {
		point *parleyv1.Point
		want  parleyv1.RedLine_Finding
	}{
		"a cap below what is demanded":   {army("At most 600.", term(atMost, 600)), sure},
		"a cap above it":                 {army("At most 900.", term(atMost, 900)), isClear},
		"no number":                      {army("Some."), notKnown},
		"every rival wording breaches":   {&parleyv1.Point{Id: "army", Alternatives: alternatives(term(atMost, 600), term(exact, 700))}, sure},
		"one of the rival wordings does": {&parleyv1.Point{Id: "army", Alternatives: alternatives(term(atMost, 600), term(exact, 800))}, likely},
	} {
		w := newWorld(t, &parleyv1.Plan{})
		w.demand(t, "a", "line", redLine, limited(atLeast, 800))
		w.commit(t, "r1", test.point)
		if lines := w.redLines(t, "r1"); lines[0].GetFinding() != test.want {
			t.Errorf("%s: %v, want %v", title, lines[0], test.want)
		}
	}
}

func TestWhichRedLinesThereAre(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	status := func(s parleyv1.Demand_Status) func(*parleyv1.Demand) {
		return func(m *parleyv1.Demand) { m.Status = s }
	}
	w.demand(t, "a", "core", strong(parleyv1.Demand_STRENGTH_CORE))
	w.demand(t, "a", "softened", redLine, status(parleyv1.Demand_STATUS_SOFTENED))
	w.demand(t, "a", "withdrawn", redLine, status(parleyv1.Demand_STATUS_WITHDRAWN))
	w.demand(t, "a", "fulfilled", redLine, status(parleyv1.Demand_STATUS_MET))
	w.demand(t, "b", "secret", redLine, func(m *parleyv1.Demand) { m.Statement, m.Withheld = "", true })
	w.demand(t, "b", "size", redLine, limited(atMost, 85))
	w.commit(t, "r1", army("800.", term(exact, 800)))
	lines := w.redLines(t, "r1")
	for i, want := range []struct {
		name    string
		finding parleyv1.RedLine_Finding
	}{{demandName("b", "size"), sure}, {demandName("b", "secret"), withheld}, {demandName("a", "softened"), notKnown}} {
		if len(lines) != 3 || lines[i].GetDemand().GetName() != want.name || lines[i].GetFinding() != want.finding {
			t.Fatalf("got %v", lines)
		}
	}
	r, err := w.lens().Revision(revisionNamed("r1"))
	if err != nil {
		t.Fatal(err)
	}
	if warnings, err := Warnings(w.lens(), r); err != nil || len(warnings) != 2 {
		t.Errorf("whoever commits hears of %v, %v", warnings, err)
	}
}

func TestADraftIsHeldAgainstTheRedLines(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.demand(t, "a", "line", redLine, limited(atLeast, 800))
	w.demand(t, "b", "line", redLine)
	w.commit(t, "r1", army("At most 900.", term(atMost, 900)), &parleyv1.Point{Id: "border", Text: "Closed."})
	w.assess(t, demandName("b", "line"), "b", "r1", "border", "", isBreached)
	w.commit(t, "r2", army("Gone further."))
	before := w.st.Seq()
	smaller := &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: army("At most 600.", term(atMost, 600))}}}
	parents := func(ids ...string) *parleyv1.Revision {
		r := &parleyv1.Revision{}
		for _, id := range ids {
			r.Parents = append(r.Parents, &parleyv1.Revision_Parent{Revision: revisionNamed(id)})
		}
		return r
	}
	for title, test := range map[string]struct {
		req  *parleyv1.CheckRedLinesOfDraftRequest
		a, b parleyv1.RedLine_Finding
	}{
		"changes to an older revision": {&parleyv1.CheckRedLinesOfDraftRequest{Revision: parents("r1"), Body: &parleyv1.CheckRedLinesOfDraftRequest_Changes{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: []*parleyv1.PointChange{smaller}}}}, sure, sure},
		"that revision as it stands":   {&parleyv1.CheckRedLinesOfDraftRequest{Revision: parents("r1")}, isClear, sure},
		"a whole text without parents": {&parleyv1.CheckRedLinesOfDraftRequest{Revision: parents(), Body: &parleyv1.CheckRedLinesOfDraftRequest_Text{Text: &parleyv1.CommitRevisionRequest_Text{Points: []*parleyv1.Point{{Text: "New.", Terms: []*parleyv1.Term{term(exact, 900)}}}}}}, isClear, notKnown},
	} {
		test.req.Parent = draft
		got, err := RedLinesOfDraft(w.lens(), test.req)
		if err != nil {
			t.Fatalf("%s: %v", title, err)
		}
		found := map[string]parleyv1.RedLine_Finding{}
		for _, line := range got.GetRedLines() {
			found[line.GetDemand().GetName()] = line.GetFinding()
			for _, j := range line.GetJudgements() {
				if j.GetPoint() != "" || j.GetPointId() == "" {
					t.Errorf("%s: a draft's point is called %q, %q", title, j.GetPoint(), j.GetPointId())
				}
			}
		}
		if found[demandName("a", "line")] != test.a || found[demandName("b", "line")] != test.b {
			t.Errorf("%s: %v", title, found)
		}
	}
	if w.st.Seq() != before || w.st.Head(draft, 1<<62).Text.Len() != 2 {
		t.Error("a draft left something behind")
	}
}

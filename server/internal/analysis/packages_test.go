package analysis

import (
	"slices"
	"strings"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// worths records what a party gives for options, each as point=alternative, or as the point alone where it is not bracketed.
func (w *world) worths(t fataler, party, revision string, reserve float64, values map[string]float64) {
	t.Helper()
	m := &parleyv1.Valuation{Party: talks + "/parties/" + party, Revision: revisionNamed(revision), Reserve: reserve}
	for option, v := range values {
		point, label, _ := strings.Cut(option, "=")
		m.Worths = append(m.Worths, &parleyv1.Valuation_Worth{Point: point, Alternative: label, Value: v})
	}
	w.do(t, record.CreateValuation(&parleyv1.CreateValuationRequest{Parent: talks, Valuation: m}))
}

func (w *world) packages(t fataler, revision string, statusQuo ...string) *parleyv1.SuggestPackagesResponse {
	t.Helper()
	m, err := Packages(w.mediator(), revisionNamed(revision), statusQuo, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func rivals(id string, list ...*parleyv1.Alternative) *parleyv1.Point {
	return &parleyv1.Point{Id: id, Alternatives: list}
}

func rival(label, text string, terms ...*parleyv1.Term) *parleyv1.Alternative {
	return &parleyv1.Alternative{Label: label, Text: text, Terms: terms}
}

// armies is a point of three sizes, of which the red line of a excludes some.
func armies() *parleyv1.Point {
	return rivals("army", rival("A", "At most 600.", term(atMost, 600)), rival("B", "At most 800.", term(atMost, 800)), rival("C", "At most 900."))
}

// exclusion is what a red line of a on the army is, and what anybody judged of it.
type exclusion struct {
	demand  []func(*parleyv1.Demand)
	judge   func(*testing.T, *world)
	want    string // of the alternatives that are out
	limits  int
	judged  int
	unknown bool
}

func exclusions() map[string]exclusion {
	line := demandName("a", "line")
	otherUnit := func(m *parleyv1.Demand) { m.Limit = limit(atLeast, 700); m.Limit.Unit = "brigades" }
	status := func(s parleyv1.Demand_Status) func(*parleyv1.Demand) {
		return func(m *parleyv1.Demand) { m.Status = s }
	}
	withheldLine := func(m *parleyv1.Demand) { m.Statement, m.Withheld = "", true }
	assess := func(judge, revision, words string, verdict parleyv1.Assessment_Verdict) func(*testing.T, *world) {
		return func(t *testing.T, w *world) { w.assess(t, line, judge, revision, "army", words, verdict) }
	}
	both := func(a, b func(*testing.T, *world)) func(*testing.T, *world) {
		return func(t *testing.T, w *world) { a(t, w); b(t, w) }
	}
	return map[string]exclusion{
		"its limit, by terms":                      {[]func(*parleyv1.Demand){limited(atLeast, 700)}, nil, "A", 1, 0, false},
		"its limit, which two wordings breach":     {[]func(*parleyv1.Demand){limited(atLeast, 850)}, nil, "A B", 2, 0, false},
		"a limit in another unit":                  {[]func(*parleyv1.Demand){otherUnit}, nil, "", 0, 0, true},
		"a limit that is only unmet":               {[]func(*parleyv1.Demand){limited(atLeast, 500)}, nil, "", 0, 0, false},
		"a limit of what is no red line":           {[]func(*parleyv1.Demand){limited(atLeast, 700), strong(parleyv1.Demand_STRENGTH_CORE)}, nil, "", 0, 0, false},
		"a limit of a red line that is gone":       {[]func(*parleyv1.Demand){limited(atLeast, 700), status(parleyv1.Demand_STATUS_WITHDRAWN)}, nil, "", 0, 0, false},
		"a limit of a red line that is met":        {[]func(*parleyv1.Demand){limited(atLeast, 700), status(parleyv1.Demand_STATUS_MET)}, nil, "", 0, 0, false},
		"a limit of a red line that softened":      {[]func(*parleyv1.Demand){limited(atLeast, 700), status(parleyv1.Demand_STATUS_SOFTENED)}, nil, "A", 1, 0, false},
		"one that is withheld":                     {[]func(*parleyv1.Demand){withheldLine}, nil, "", 0, 0, true},
		"nobody judged":                            {nil, nil, "", 0, 0, true},
		"an assessment of words":                   {nil, assess("x", "r2", "800", isBreached), "B", 0, 1, false},
		"an assessment of words of all":            {nil, assess("x", "r2", "At most", isBreached), "A B C", 0, 3, false},
		"an assessment before the brackets":        {nil, assess("x", "r1", "", isBreached), "B", 0, 1, false},
		"an assessment of the brackets":            {nil, assess("x", "r2", "", isBreached), "", 0, 0, false},
		"an assessment of words of no wording":     {nil, assess("x", "r0", "Now", isBreached), "", 0, 0, true},
		"an assessment that finds no breach":       {nil, assess("x", "r2", "800", isUnmet), "", 0, 0, false},
		"a limit, and an assessment":               {[]func(*parleyv1.Demand){limited(atLeast, 700)}, assess("x", "r2", "600", isBreached), "A", 1, 1, false},
		"an assessment that its judge took back":   {nil, both(assess("x", "r2", "800", isBreached), assess("x", "r2", "800", isUnmet)), "", 0, 0, false},
		"an assessment that another judge opposes": {nil, both(assess("x", "r2", "800", isBreached), assess("y", "r2", "800", isUnmet)), "B", 0, 1, false},
	}
}

// Which alternatives a red line of a excludes, by which limits and how many assessments, and whether it is told as unknown.
func TestWhatRedLinesExclude(t *testing.T) {
	line := demandName("a", "line")
	for title, test := range exclusions() {
		w := newWorld(t, &parleyv1.Plan{})
		w.demand(t, "a", "line", append([]func(*parleyv1.Demand){redLine}, test.demand...)...)
		w.commit(t, "r0", &parleyv1.Point{Id: "army", Text: "Now."})
		w.commit(t, "r1", &parleyv1.Point{Id: "army", Text: "At most 800."})
		w.commit(t, "r2", armies())
		w.worths(t, "a", "r2", 0, map[string]float64{"army=A": 9, "army=B": 2, "army=C": 1})
		if test.judge != nil {
			test.judge(t, w)
		}
		m := w.packages(t, "r2")
		var out []string
		limits, judged := 0, 0
		for _, x := range m.GetExcluded() {
			out, limits, judged = append(out, x.GetAlternative()), limits+len(x.GetLimits()), judged+len(x.GetAssessments())
			if !slices.Equal(x.GetDemands(), []string{line}) {
				t.Errorf("%s: %v", title, x)
			}
		}
		if strings.Join(out, " ") != test.want || limits != test.limits || judged != test.judged || slices.Equal(m.GetUnknownRedLines(), []string{line}) != test.unknown {
			t.Errorf("%s: %v, and unknown %v", title, m.GetExcluded(), m.GetUnknownRedLines())
		}
		if blocked := len(out) == 3; len(m.GetBlocked()) > 0 != blocked || (m.GetNash() == nil) != blocked {
			t.Errorf("%s: blocked %v, Nash %v", title, m.GetBlocked(), m.GetNash())
		}
		for _, c := range m.GetNash().GetPackage().GetChoices() {
			if slices.Contains(out, c.GetAlternative()) {
				t.Errorf("%s: Nash takes %v", title, c)
			}
		}
	}
}

// The terms of the point say what all its wordings have in common, and are held against the limit with those of each.
func TestTermsOfThePointCountForEachAlternative(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.demand(t, "a", "line", redLine, limited(atLeast, 700))
	p := rivals("army", rival("A", "So."), rival("B", "Or so.", term(atLeast, 750)))
	p.Terms = []*parleyv1.Term{term(atMost, 650)}
	w.commit(t, "r1", p)
	w.worths(t, "a", "r1", 0, map[string]float64{"army=A": 9})
	if m := w.packages(t, "r1"); len(m.GetExcluded()) != 1 || m.GetExcluded()[0].GetAlternative() != "A" { // in B the terms exclude each other
		t.Errorf("got %v", m.GetExcluded())
	}
}

func TestWhereTheTextStands(t *testing.T) {
	backed := func(a *parleyv1.Alternative, for_, against string) *parleyv1.Alternative {
		for _, id := range strings.Fields(for_) {
			a.Proponents = append(a.Proponents, talks+"/parties/"+id)
		}
		for _, id := range strings.Fields(against) {
			a.Opponents = append(a.Opponents, talks+"/parties/"+id)
		}
		return a
	}
	const (
		given  = parleyv1.SuggestPackagesResponse_StatusQuo_BASIS_GIVEN
		former = parleyv1.SuggestPackagesResponse_StatusQuo_BASIS_FORMER_WORDS
		backs  = parleyv1.SuggestPackagesResponse_StatusQuo_BASIS_SUPPORT
		listed = parleyv1.SuggestPackagesResponse_StatusQuo_BASIS_FIRST_LISTED
	)
	for title, test := range map[string]struct {
		before string
		p      *parleyv1.Point
		given  []string
		want   string
		basis  parleyv1.SuggestPackagesResponse_StatusQuo_Basis
	}{
		"what the caller says":             {"Two.", rivals("p", rival("A", "One."), rival("B", "Two.")), []string{"p=A"}, "A", given},
		"the words before the brackets":    {"Two.", rivals("p", backed(rival("A", "One."), "a b", ""), rival("B", "Two.")), nil, "B", former},
		"they went; more are for than":     {"Three.", rivals("p", rival("A", "One."), backed(rival("B", "Two."), "a", "")), nil, "B", backs},
		"support less opposition":          {"Three.", rivals("p", backed(rival("A", "One."), "a b", "m"), backed(rival("B", "Two."), "b m", "")), nil, "B", backs},
		"the same support for two":         {"Three.", rivals("p", rival("A", "One."), backed(rival("B", "Two."), "a", ""), backed(rival("C", "Four."), "b", "")), nil, "A", listed},
		"more are against than for each":   {"Three.", rivals("p", backed(rival("A", "One."), "", "a"), rival("B", "Two.")), nil, "A", listed},
		"it was never without brackets":    {"", rivals("p", rival("A", "One."), rival("B", "Two.")), nil, "A", listed},
		"two lead, and a third leads more": {"", rivals("p", backed(rival("A", "One."), "a", ""), backed(rival("B", "Two."), "b", ""), backed(rival("C", "Four."), "a b", "")), nil, "C", backs},
	} {
		w := newWorld(t, &parleyv1.Plan{})
		if test.before != "" {
			w.commit(t, "r0", &parleyv1.Point{Id: "p", Text: test.before})
		}
		w.commit(t, "r1", test.p)
		w.worths(t, "a", "r1", 0, map[string]float64{"p=A": 1, "p=B": 1})
		m := w.packages(t, "r1", test.given...)
		if got := m.GetStatusQuo(); len(got) != 1 || got[0].GetChoice().GetAlternative() != test.want || got[0].GetBasis() != test.basis {
			t.Errorf("%s: %v", title, got)
		}
		if got := m.GetStatusQuoPackage().GetChoices(); len(got) != 1 || got[0].GetAlternative() != test.want {
			t.Errorf("%s: %v", title, got)
		}
	}
}

// Where a red line stands against what the text says, there is nothing to start swaps from.
func TestNoSwapsStartFromWhatARedLineExcludes(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.demand(t, "a", "line", redLine, limited(atLeast, 700))
	w.commit(t, "r1", armies())
	w.worths(t, "b", "r1", 0, map[string]float64{"army=B": 2, "army=C": 5})
	if m := w.packages(t, "r1"); m.GetStatusQuoPackage() != nil || len(m.GetSwaps()) > 0 || m.GetStatusQuo()[0].GetChoice().GetAlternative() != "A" {
		t.Errorf("got %v", m)
	}
	if m := w.packages(t, "r1", "army=B"); m.GetStatusQuoPackage() == nil || len(m.GetSwaps()) != 1 || m.GetSwaps()[0].GetGains()[0] != 3 {
		t.Errorf("got %v", m)
	}
}

// At a later revision a worth holds for the words that were valued, whatever their mark, and for no others.
func TestWorthsAreCarriedOnWithTheWords(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	settled := &parleyv1.Point{Id: "s", Text: "Settled."}
	w.commit(t, "r1", rivals("p", rival("A", "One."), rival("B", "Two.")), settled)
	w.worths(t, "a", "r1", 1, map[string]float64{"p=A": 3, "p=B": 5, "s": 2})
	w.commit(t, "r2", rivals("p", rival("A", "Two."), rival("B", "Three."), rival("C", "One.")), settled)
	gains := func(revision string) map[string]float64 {
		out := map[string]float64{}
		for _, label := range []string{"A", "B", "C"} {
			if m, err := Packages(w.mediator(), revisionNamed(revision), []string{"p=" + label}, 0, nil); err == nil {
				out[label] = m.GetStatusQuoPackage().GetOutcomes()[0].GetGain()
			}
		}
		return out
	}
	if got := gains("r2"); got["A"] != 6 || got["B"] != 1 || got["C"] != 4 { // with the 2 of what is settled, less the reserve
		t.Errorf("got %v", got)
	}
	if m := w.packages(t, "r2"); !slices.Equal(m.GetParties()[0].GetUnvalued(), []string{"p=B"}) || m.GetParties()[0].GetValuation() == "" {
		t.Errorf("got %v", m.GetParties())
	}
	w.worths(t, "a", "r2", 0, map[string]float64{"p=B": 9})
	if got := gains("r2"); got["A"] != 0 || got["B"] != 9 || got["C"] != 0 { // one of this very revision replaces it
		t.Errorf("got %v", got)
	}
	if got := gains("r1"); got["A"] != 4 || got["B"] != 6 {
		t.Errorf("at the first revision: %v", got)
	}
	w.commit(t, "r3", rivals("p", rival("A", "Five."), rival("B", "Six.")))
	if _, err := Packages(w.mediator(), revisionNamed("r3"), nil, 0, nil); err == nil {
		t.Error("worths of words that are gone are taken for something")
	}
}

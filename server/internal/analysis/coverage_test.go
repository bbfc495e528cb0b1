package analysis

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

func revisionNamed(revision string) string { return draft + "/revisions/" + revision }

func demandName(party, id string) string { return talks + "/parties/" + party + "/demands/" + id }

// demand records one, after a change to it that a test wants.
func (w *world) demand(t fataler, party, id string, change ...func(*parleyv1.Demand)) {
	t.Helper()
	m := &parleyv1.Demand{Statement: id}
	for _, c := range change {
		c(m)
	}
	w.do(t, record.CreateDemand(&parleyv1.CreateDemandRequest{Parent: talks + "/parties/" + party, DemandId: id, Demand: m}))
}

func strong(s parleyv1.Demand_Strength) func(*parleyv1.Demand) {
	return func(m *parleyv1.Demand) { m.Strength = s }
}

func limited(b parleyv1.Bound, value float64) func(*parleyv1.Demand) {
	return func(m *parleyv1.Demand) { m.Limit = limit(b, value) }
}

func redLine(m *parleyv1.Demand) { m.Strength = parleyv1.Demand_STRENGTH_RED_LINE }

// assess records what a judge makes of a demand of the party a or b; the judge is a party if it is one of them.
func (w *world) assess(t fataler, demand, judge, revision, point, words string, verdict parleyv1.Assessment_Verdict, change ...func(*parleyv1.Assessment)) {
	t.Helper()
	m := &parleyv1.Assessment{Demand: demand, Revision: revisionNamed(revision), Words: words, Verdict: verdict, Judge: judge}
	if judge == "a" || judge == "b" || judge == "m" {
		m.Judge, m.JudgeParty = "", talks+"/parties/"+judge
	}
	if point != "" {
		m.Point = m.GetRevision() + "/points/" + point
	}
	for _, c := range change {
		c(m)
	}
	w.do(t, record.CreateAssessment(&parleyv1.CreateAssessmentRequest{Parent: talks, Assessment: m}))
}

func (w *world) coverage(t fataler, revision string) *parleyv1.Coverage {
	t.Helper()
	c, err := Cover(w.lens(), revisionNamed(revision), Moment{}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// army is a point that limits an army in some way.
func army(text string, terms ...*parleyv1.Term) *parleyv1.Point {
	return &parleyv1.Point{Id: "army", Label: "6", Heading: "Army", Text: text, Terms: terms}
}

func TestWhatBearsOnADemand(t *testing.T) {
	army600, army800 := army("At most 600."), army("At most 800.")
	name := demandName("a", "d")
	type verdict = parleyv1.Assessment_Verdict
	for title, test := range map[string]struct {
		judge func(fataler, *world)
		want  [3]verdict // verdict, low, high at r3
		rests int
	}{
		"nobody judged":                           {func(fataler, *world) {}, [3]verdict{isUnknown, isBreached, isMet}, 0},
		"one judge of this revision":              {func(t fataler, w *world) { w.assess(t, name, "x", "r3", "", "", isPartly) }, [3]verdict{isPartly, isPartly, isPartly}, 1},
		"a judge who cannot tell":                 {func(t fataler, w *world) { w.assess(t, name, "x", "r3", "army", "", isUnknown) }, [3]verdict{isUnknown, isBreached, isMet}, 1},
		"the same words elsewhere":                {func(t fataler, w *world) { w.assess(t, name, "x", "r1", "army", "", isMet) }, [3]verdict{isMet, isMet, isMet}, 1},
		"other words elsewhere":                   {func(t fataler, w *world) { w.assess(t, name, "x", "r2", "army", "At most", isMet) }, [3]verdict{isUnknown, isBreached, isMet}, 0},
		"elsewhere, without a point that decides": {func(t fataler, w *world) { w.assess(t, name, "x", "r1", "", "", isMet) }, [3]verdict{isUnknown, isBreached, isMet}, 0},
		"two judges who differ": {func(t fataler, w *world) {
			w.assess(t, name, "x", "r3", "army", "", isMet)
			w.assess(t, name, "y", "r1", "army", "", isUnmet)
		}, [3]verdict{0, isUnmet, isMet}, 2},
		"one who tells, one who cannot": {func(t fataler, w *world) {
			w.assess(t, name, "x", "r3", "army", "", isMet)
			w.assess(t, name, "y", "r3", "army", "", isUnknown)
		}, [3]verdict{0, isBreached, isMet}, 2},
		"of one judge, the one of this revision": {func(t fataler, w *world) {
			w.assess(t, name, "x", "r3", "", "", isMet)
			w.assess(t, name, "x", "r1", "army", "", isUnmet)
		}, [3]verdict{isMet, isMet, isMet}, 1},
		"of one judge on one point, the one said last": {func(t fataler, w *world) {
			w.assess(t, name, "x", "r3", "army", "", isMet, func(m *parleyv1.Assessment) { m.SaidTime = &parleyv1.PartialTime{Value: "2025-11-25"} })
			w.assess(t, name, "x", "r3", "army", "", isUnmet, func(m *parleyv1.Assessment) { m.SaidTime = &parleyv1.PartialTime{Value: "2025-11-20"} })
		}, [3]verdict{isMet, isMet, isMet}, 1},
	} {
		w := newWorld(t, &parleyv1.Plan{})
		w.demand(t, "a", "d")
		w.commit(t, "r1", army600)
		w.commit(t, "r2", army800)
		w.commit(t, "r3", army600)
		test.judge(t, w)
		row := w.coverage(t, "r3").GetRows()[0]
		if got := [3]verdict{row.GetVerdict(), row.GetLow(), row.GetHigh()}; got != test.want || len(row.GetJudgements()) != test.rests {
			t.Errorf("%s: %v, want %v, resting on %v", title, got, test.want, row.GetJudgements())
		}
	}
}

func TestACarriedJudgementSaysFromWhere(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.demand(t, "a", "d")
	w.commit(t, "r1", army("At most 600."))
	w.assess(t, demandName("a", "d"), "b", "r1", "army", "600", isMet)
	w.commit(t, "r2", &parleyv1.Point{Id: "first", Text: "First."}, army("At most 600."))
	j := w.coverage(t, "r2").GetRows()[0].GetJudgements()[0]
	want := &parleyv1.Judgement{
		Ground: parleyv1.Judgement_GROUND_CARRIED, Verdict: isMet, JudgeParty: talks + "/parties/b", Revision: revisionNamed("r1"), Assessment: j.GetAssessment(),
		Point: revisionNamed("r2") + "/points/army", PointId: "army", Title: "6 Army", Words: []string{"600"},
	}
	if !proto.Equal(j, want) {
		t.Errorf("got %v", j)
	}
}

func TestTheRuleJudgesEachWording(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.demand(t, "a", "d", limited(atLeast, 800))
	bracketed := &parleyv1.Point{Id: "army", Heading: "Army", Alternatives: []*parleyv1.Alternative{
		{Label: "A", Text: "At most 600.", Terms: []*parleyv1.Term{{Key: "size", Bound: atMost, Value: 600, Unit: "people", Words: "600"}}},
		{Label: "B", Text: "At least 800.", Terms: []*parleyv1.Term{term(atLeast, 800)}},
	}}
	w.commit(t, "r1", bracketed, &parleyv1.Point{Id: "other", Text: "Something else."})
	row := w.coverage(t, "r1").GetRows()[0]
	if row.GetVerdict() != 0 || row.GetLow() != isBreached || row.GetHigh() != isMet || len(row.GetJudgements()) != 2 {
		t.Fatalf("got %v", row)
	}
	a := row.GetJudgements()[0]
	if a.GetJudge() != "rule" || a.GetAlternative() != "A" || a.GetVerdict() != isBreached || !slices.Equal(a.GetWords(), []string{"600"}) || len(a.GetTerms()) != 1 {
		t.Errorf("of A: %v", a)
	}
	w.commit(t, "r2", army("No number."))
	if row := w.coverage(t, "r2").GetRows()[0]; row.GetVerdict() != isUnknown || len(row.GetJudgements()) > 0 {
		t.Errorf("where no term tells of it: %v", row)
	}
}

func TestTheShareOfAParty(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.commit(t, "r1", army("At most 600."))
	for id, s := range map[string]parleyv1.Demand_Strength{"red": 4, "core": 3, "important": 2, "desirable": 1, "plain": 0} {
		w.demand(t, "a", id, strong(s))
	}
	w.demand(t, "a", "given-up", redLine, func(m *parleyv1.Demand) { m.Status = parleyv1.Demand_STATUS_WITHDRAWN })
	w.demand(t, "b", "secret", redLine, func(m *parleyv1.Demand) { m.Statement, m.Withheld = "", true })
	w.assess(t, demandName("a", "red"), "x", "r1", "", "", isBreached)
	w.assess(t, demandName("a", "core"), "x", "r1", "", "", isMet)
	w.assess(t, demandName("a", "important"), "x", "r1", "", "", isPartly)
	w.assess(t, demandName("a", "desirable"), "x", "r1", "", "", isMet)
	w.assess(t, demandName("a", "desirable"), "y", "r1", "", "", isBreached)
	c := w.coverage(t, "r1")
	want := []*parleyv1.Coverage_Share{
		{
			Party: talks + "/parties/a", Low: 5.0 / 16, High: 7.0 / 16, Weight: 16, DemandCount: 5,
			Breached: []string{demandName("a", "red")}, DisputedBreaches: []string{demandName("a", "desirable")}, Unknown: []string{demandName("a", "plain")},
		},
		{Party: talks + "/parties/b", Low: 0, High: 1, Weight: 8, DemandCount: 1, Unknown: []string{demandName("b", "secret")}},
	}
	for i := range want {
		if !proto.Equal(c.GetParties()[i], want[i]) {
			t.Errorf("got %v, want %v", c.GetParties()[i], want[i])
		}
	}
}

// talk is a random negotiation in which two parties have demands, with limits, and judges judge them at two revisions.
func talk(t *rapid.T) *world {
	w := newWorld(t, &parleyv1.Plan{})
	texts := rapid.SampledFrom([]string{"At most 600.", "At most 800."})
	for _, r := range []string{"r1", "r2"} {
		w.commit(t, r, army(texts.Draw(t, r), term(rapid.SampledFrom([]parleyv1.Bound{exact, atLeast, atMost}).Draw(t, "bound"), float64(rapid.IntRange(6, 9).Draw(t, "value")))))
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "demands") {
		w.demand(t, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "party"), fmt.Sprintf("d%d", i), func(m *parleyv1.Demand) {
			m.Strength = parleyv1.Demand_Strength(rapid.IntRange(0, 4).Draw(t, "strength"))
			if rapid.Bool().Draw(t, "limited") {
				m.Limit = limit(rapid.SampledFrom([]parleyv1.Bound{exact, atLeast, atMost}).Draw(t, "limit"), float64(rapid.IntRange(6, 9).Draw(t, "of")))
			}
		})
	}
	var names []string
	for m := range w.lens().Demands(talks+"/parties/-", "", false) {
		names = append(names, m.GetName())
	}
	for range rapid.IntRange(0, 8).Draw(t, "assessments") {
		w.assess(t, rapid.SampledFrom(names).Draw(t, "demand"), rapid.SampledFrom([]string{"a", "b", "x", "y"}).Draw(t, "judge"),
			rapid.SampledFrom([]string{"r1", "r2"}).Draw(t, "revision"), rapid.SampledFrom([]string{"", "army"}).Draw(t, "point"), "",
			parleyv1.Assessment_Verdict(rapid.IntRange(1, 5).Draw(t, "verdict")))
	}
	return w
}

// A better verdict never makes less of a party's demands met: neither at the lower end nor at the upper.
func TestCoverageIsMonotoneInVerdicts(t *testing.T) {
	better := map[parleyv1.Assessment_Verdict]parleyv1.Assessment_Verdict{isBreached: isUnmet, isUnmet: isPartly, isPartly: isMet}
	rapid.Check(t, func(t *rapid.T) {
		w := talk(t)
		before := w.coverage(t, "r2")
		var worse []*parleyv1.Assessment
		for m := range w.lens().Assessments(talks, "", false) {
			if better[m.GetVerdict()] != 0 {
				worse = append(worse, m)
			}
		}
		if len(worse) == 0 {
			return
		}
		m := proto.CloneOf(rapid.SampledFrom(worse).Draw(t, "raised"))
		m.Verdict = better[m.GetVerdict()]
		w.do(t, record.UpdateAssessment(&parleyv1.UpdateAssessmentRequest{Assessment: m}))
		for i, is := range w.coverage(t, "r2").GetParties() {
			if was := before.GetParties()[i]; is.GetLow() < was.GetLow() || is.GetHigh() < was.GetHigh() {
				t.Fatalf("raised to %v, the coverage fell from %v to %v", m.GetVerdict(), was, is)
			}
		}
	})
}

// Demands and judgements of which a viewer may not know change nothing for them.
func TestHiddenDemandsAndJudgementsChangeNoCoverage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := talk(t)
		ask := func() []proto.Message {
			l := lens.New(w.st, lens.Viewer{Table: true, Party: talks + "/parties/b"}, time.Unix(1_800_000_000, 0))
			c, err := Cover(l, revisionNamed("r2"), Moment{}, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			b, err := Balance(l, talks, []string{revisionNamed("r1"), revisionNamed("r2")}, Moment{}, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, lines, err := RedLines(l, revisionNamed("r2"), Moment{})
			if err != nil {
				t.Fatal(err)
			}
			return []proto.Message{c, b, &parleyv1.CheckRedLinesResponse{RedLines: lines}}
		}
		before := ask()
		secret := &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR}
		w.demand(t, "a", "hidden", redLine, limited(atLeast, 7), func(m *parleyv1.Demand) { m.Audience = secret })
		var names []string
		for m := range w.lens().Demands(talks+"/parties/-", "", false) {
			names = append(names, m.GetName())
		}
		w.assess(t, rapid.SampledFrom(names).Draw(t, "judged"), "a", "r2", "army", "", isBreached, func(m *parleyv1.Assessment) { m.Audience = secret })
		for i, is := range ask() {
			if !proto.Equal(before[i], is) {
				t.Fatalf("was %v, is %v", before[i], is)
			}
		}
	})
}

// Parties asked for in another order are answered for in that order, each alike.
func TestPermutingPartiesPermutesTheCoverage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := talk(t)
		order := rapid.Permutation([]string{talks + "/parties/a", talks + "/parties/b", talks + "/parties/m"}).Draw(t, "order")
		all, err := Cover(w.lens(), revisionNamed("r2"), Moment{}, order, nil)
		if err != nil {
			t.Fatal(err)
		}
		var rows []*parleyv1.Coverage_Row
		for i, party := range order {
			one, err := Cover(w.lens(), revisionNamed("r2"), Moment{}, []string{party}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !proto.Equal(one.GetParties()[0], all.GetParties()[i]) {
				t.Fatalf("of %s: alone %v, among others %v", party, one.GetParties()[0], all.GetParties()[i])
			}
			rows = append(rows, one.GetRows()...)
		}
		if !proto.Equal(&parleyv1.Coverage{Rows: rows}, &parleyv1.Coverage{Rows: all.GetRows()}) {
			t.Fatalf("rows alone %v, rows together %v", rows, all.GetRows())
		}
	})
}

func BenchmarkCoverage(b *testing.B) {
	w := newWorld(b, &parleyv1.Plan{})
	var points []*parleyv1.Point
	for i := range 100 {
		points = append(points, &parleyv1.Point{Id: fmt.Sprintf("p%d", i), Text: fmt.Sprintf("Text %d.", i), Terms: []*parleyv1.Term{{Key: fmt.Sprintf("k%d", i), Bound: atMost, Value: 600}}})
	}
	w.commit(b, "r1", points...)
	w.commit(b, "r2", points...)
	for i := range 1000 {
		id := fmt.Sprintf("d%d", i)
		w.demand(b, []string{"a", "b"}[i%2], id, func(m *parleyv1.Demand) {
			m.Limit = &parleyv1.Limit{Key: fmt.Sprintf("k%d", i%100), Bound: atLeast, Value: 800}
		})
		for judge := range 3 {
			w.assess(b, demandName([]string{"a", "b"}[i%2], id), fmt.Sprint(judge), []string{"r1", "r2"}[judge%2], fmt.Sprintf("p%d", i%100), "", isPartly)
		}
	}
	l := w.lens()
	b.Run("1000-demands-3000-assessments", func(b *testing.B) {
		for b.Loop() {
			if c, err := Cover(l, revisionNamed("r2"), Moment{}, nil, nil); err != nil || len(c.GetRows()) != 1000 {
				b.Fatal(len(c.GetRows()), err)
			}
		}
	})
	b.Run("balance-over-10-revisions", func(b *testing.B) {
		series := slices.Repeat([]string{revisionNamed("r1"), revisionNamed("r2")}, 5)
		for b.Loop() {
			if _, err := Balance(l, talks, series, Moment{}, nil, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("warnings-without-red-lines", func(b *testing.B) {
		r, err := l.Revision(revisionNamed("r2"))
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := Warnings(l, r); err != nil {
				b.Fatal(err)
			}
		}
	})
}

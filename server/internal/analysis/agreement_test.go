package analysis

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

func (w *world) agreement(t fataler, revision string, changed ...string) *parleyv1.Agreement {
	t.Helper()
	a, err := Agreement(w.lens(), draft+"/revisions/"+revision, Moment{}, changed, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func asIn(point string) *parleyv1.Stance_Requirement {
	return &parleyv1.Stance_Requirement{Requirement: &parleyv1.Stance_Requirement_AsIn{AsIn: draft + "/revisions/" + point}}
}

func agreedToo(point string) *parleyv1.Stance_Requirement {
	return &parleyv1.Stance_Requirement{Requirement: &parleyv1.Stance_Requirement_Agreed{Agreed: point}}
}

func first(point string) *parleyv1.Stance_Requirement {
	return &parleyv1.Stance_Requirement{Requirement: &parleyv1.Stance_Requirement_First{First: point}}
}

func requires(list ...*parleyv1.Stance_Requirement) func(*parleyv1.Stance) {
	return func(s *parleyv1.Stance) { s.Requirements = list }
}

func onPackage(points ...string) func(*parleyv1.Stance) {
	return func(s *parleyv1.Stance) {
		s.Target = &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Package_{Package: &parleyv1.Stance_Target_Package{Revision: draft + "/revisions/v1", Points: points}}}
	}
}

// twoPoints is a draft of p and q, which b accepts.
func twoPoints(t fataler) *world {
	w := newWorld(t, &parleyv1.Plan{})
	w.commit(t, "v1", &parleyv1.Point{Id: "p", Text: "One."}, &parleyv1.Point{Id: "q", Text: "Two."})
	w.stance(t, "b", "v1/points/p", parleyv1.Stance_VALUE_ACCEPT)
	w.stance(t, "b", "v1/points/q", parleyv1.Stance_VALUE_ACCEPT)
	return w
}

func reworded(t fataler, w *world, p, q string) {
	w.commit(t, "v2", &parleyv1.Point{Id: "p", Text: p}, &parleyv1.Point{Id: "q", Text: q})
}

// What a says, and which points are then agreed at the latest revision.
func TestConditionalStances(t *testing.T) {
	const accept = parleyv1.Stance_VALUE_ACCEPT
	for _, c := range []struct {
		name   string
		do     func(w *world)
		agreed string
	}{
		{"as long as the words stand", func(w *world) { w.stance(t, "a", "v1/points/p", accept, requires(asIn("v1/points/q"))) }, "p"},
		{"not once they do not", func(w *world) {
			w.stance(t, "a", "v1/points/p", accept, requires(asIn("v1/points/q")))
			reworded(t, w, "One.", "Three.")
		}, ""},
		{"not if the other is not agreed", func(w *world) { w.stance(t, "a", "v1/points/p", accept, requires(agreedToo("q"))) }, ""},
		{"two that require each other", func(w *world) {
			w.stance(t, "a", "v1/points/p", accept, requires(agreedToo("q")))
			w.stance(t, "a", "v1/points/q", accept, requires(agreedToo("p")))
		}, "p q"},
		{"one after the other", func(w *world) {
			w.stance(t, "a", "v1/points/p", accept, requires(first("q")))
			w.stance(t, "a", "v1/points/q", accept)
		}, "p q"},
		{"each after the other", func(w *world) {
			w.stance(t, "a", "v1/points/p", accept, requires(first("q")))
			w.stance(t, "a", "v1/points/q", accept, requires(first("p")))
		}, ""},
		{"after one that has to come with it", func(w *world) {
			w.stance(t, "a", "v1/points/p", accept, requires(first("q")))
			w.stance(t, "a", "v1/points/q", accept, requires(agreedToo("p")))
		}, ""},
		{"a package", func(w *world) { w.stance(t, "a", "v1/points/p", accept, onPackage("p", "q")) }, "p q"},
		{"a package of which a part was reworded", func(w *world) {
			w.stance(t, "a", "v1/points/p", accept, onPackage("p", "q"))
			reworded(t, w, "One.", "Three.")
		}, ""},
		{"a package of which somebody else opposes a part", func(w *world) {
			w.stance(t, "a", "v1/points/p", accept, onPackage("p", "q"))
			w.stance(t, "b", "v1/points/q", parleyv1.Stance_VALUE_OPPOSE)
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := twoPoints(t)
			c.do(w)
			var agreed []string
			for _, r := range w.matrix(t, "latest").GetRows() {
				if r.GetStatus() == parleyv1.PositionMatrix_STATUS_AGREED {
					agreed = append(agreed, r.GetPoint().GetId())
				}
			}
			if got := strings.Join(agreed, " "); got != c.agreed {
				t.Errorf("agreed: %q, want %q", got, c.agreed)
			}
		})
	}
}

func TestWhatBreaksIfAPointChanges(t *testing.T) {
	w := twoPoints(t)
	w.stance(t, "a", "v1/points/p", parleyv1.Stance_VALUE_ACCEPT, onPackage("p", "q"))
	a := w.agreement(t, "v1", "q")
	if !a.GetClosed() || a.GetLevel() != parleyv1.Stance_LEVEL_CAPITAL || !slices.Equal(a.GetWouldOpen(), []string{"p", "q"}) {
		t.Errorf("got %v", a)
	}
	if c := a.GetConditionals(); len(c) != 1 || !c[0].GetHolds() || !c[0].GetWouldBreak() || !c[0].GetPackage() {
		t.Errorf("got %v", c)
	}
	reworded(t, w, "One.", "Three.")
	c := w.agreement(t, "v2").GetConditionals()
	if len(c) != 1 || c[0].GetHolds() || c[0].GetUnmet()[0].GetCause() != parleyv1.Unmet_CAUSE_OTHER_WORDING || c[0].GetUnmet()[0].GetChangedBy() != draft+"/revisions/v2" {
		t.Errorf("got %v", c)
	}
}

func TestSufficientConsensus(t *testing.T) {
	const n = talks + "/parties/"
	for _, c := range []struct {
		consents      int32
		indispensable []string
		accept        string
		want          parleyv1.PositionMatrix_Status
	}{
		{1, nil, "a", parleyv1.PositionMatrix_STATUS_AGREED},
		{2, nil, "a", parleyv1.PositionMatrix_STATUS_OPEN},
		{2, nil, "a b", parleyv1.PositionMatrix_STATUS_AGREED},
		{1, []string{n + "b"}, "a", parleyv1.PositionMatrix_STATUS_OPEN},
		{1, []string{n + "b"}, "b", parleyv1.PositionMatrix_STATUS_AGREED},
		{1, []string{n + "m"}, "a", parleyv1.PositionMatrix_STATUS_OPEN},
		{1, []string{n + "m"}, "a m", parleyv1.PositionMatrix_STATUS_AGREED},
		{3, nil, "a b", parleyv1.PositionMatrix_STATUS_OPEN},
	} {
		w := newWorld(t, &parleyv1.Plan{DecisionRule: &parleyv1.Plan_DecisionRule{
			Kind: parleyv1.Plan_DecisionRule_KIND_SUFFICIENT_CONSENSUS, Consents: c.consents, Indispensable: c.indispensable,
		}})
		w.commit(t, "v1", &parleyv1.Point{Id: "p", Text: "One."})
		for party := range strings.FieldsSeq(c.accept) {
			w.stance(t, party, "v1/points/p", parleyv1.Stance_VALUE_ACCEPT)
		}
		if got := w.matrix(t, "v1").GetRows()[0].GetStatus(); got != c.want {
			t.Errorf("%d of a and b, and %v: %s gives %v, want %v", c.consents, c.indispensable, c.accept, got, c.want)
		}
	}
}

func TestCyclesAndClashesAreFound(t *testing.T) {
	w := twoPoints(t)
	w.stance(t, "a", "v1/points/p", parleyv1.Stance_VALUE_ACCEPT, requires(first("q")))
	w.stance(t, "a", "v1/points/q", parleyv1.Stance_VALUE_ACCEPT, requires(agreedToo("p")))
	a := w.agreement(t, "v1")
	if c := a.GetConflicts(); len(c) != 1 || c[0].GetKind() != parleyv1.Agreement_Conflict_KIND_CYCLE || !slices.Equal(c[0].GetPoints(), []string{"p", "q"}) {
		t.Errorf("got %v", c)
	}
	if c := a.GetClosing(); len(c.GetChanges()) != 1 || !c.GetOptimal() || c.GetLowerBound() != 1 {
		t.Errorf("got %v", c)
	}
}

// Of all ways to turn stances into plain consent that close the plan, none is smaller than what is said to be the smallest.
func TestTheSmallestSetOfChangesIsThatOfBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := &parleyv1.Plan_DecisionRule{}
		if rapid.Bool().Draw(t, "sufficient") {
			rule = &parleyv1.Plan_DecisionRule{Kind: parleyv1.Plan_DecisionRule_KIND_SUFFICIENT_CONSENSUS, Consents: 1}
		}
		ids := []string{"p", "q", "r"}
		w := newWorld(t, &parleyv1.Plan{DecisionRule: rule})
		w.commit(t, "v1", &parleyv1.Point{Id: "p", Text: "One."}, &parleyv1.Point{Id: "q", Text: "Two."}, &parleyv1.Point{Id: "r", Text: "Three."})
		for _, party := range []string{"a", "b"} {
			for _, id := range ids {
				others := slices.DeleteFunc(slices.Clone(ids), func(o string) bool { return o == id })
				other := rapid.SampledFrom(others).Draw(t, "other")
				switch rapid.IntRange(0, 5).Draw(t, "said") {
				case 0:
				case 1:
					w.stance(t, party, "v1/points/"+id, parleyv1.Stance_VALUE_ACCEPT)
				case 2:
					w.stance(t, party, "v1/points/"+id, parleyv1.Stance_VALUE_ACCEPT, requires(agreedToo(other)))
				case 3, 4:
					w.stance(t, party, "v1/points/"+id, parleyv1.Stance_VALUE_ACCEPT, requires(first(other)))
				case 5:
					w.stance(t, party, "v1/points/p", parleyv1.Stance_VALUE_ACCEPT, onPackage(id, other))
				}
			}
		}
		a := w.agreement(t, "v1")
		cells := []*parleyv1.Agreement_Change{}
		for _, party := range []string{"a", "b"} {
			for _, id := range ids {
				cells = append(cells, &parleyv1.Agreement_Change{Party: talks + "/parties/" + party, Point: id})
			}
		}
		least := len(cells) + 1
		for set := range 1 << len(cells) {
			var changes []*parleyv1.Agreement_Change
			for i, c := range cells {
				if set>>i&1 == 1 {
					changes = append(changes, c)
				}
			}
			if len(changes) < least && w.closes(t, changes) {
				least = len(changes)
			}
		}
		if got := a.GetClosing(); a.GetClosed() != (least == 0) || len(got.GetChanges()) != least || int(got.GetLowerBound()) != least || !w.closes(t, got.GetChanges()) {
			t.Errorf("closed %v by %v, the least is %d", a.GetClosed(), got, least)
		}
	})
}

// closes tells whether the plan closes once some stances are plain consent.
func (w *world) closes(t fataler, changes []*parleyv1.Agreement_Change) bool {
	then := &world{st: w.st, n: w.n}
	for i, c := range changes {
		then.do(t, record.CreateStance(&parleyv1.CreateStanceRequest{Parent: talks, StanceId: fmt.Sprintf("then-%d", i), Stance: &parleyv1.Stance{
			Party: c.GetParty(), Value: parleyv1.Stance_VALUE_ACCEPT, Level: parleyv1.Stance_LEVEL_CAPITAL,
			Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: draft + "/revisions/v1/points/" + c.GetPoint()}},
		}}))
	}
	return then.agreement(t, "v1").GetClosed()
}

package analysis

import (
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Over three revisions: a gains for certain and then loses, b is not known to have moved, and then may have gained.
func TestWhoGainedAndWhoLost(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.demand(t, "a", "big", limited(atLeast, 800))
	w.demand(t, "b", "peace")
	w.demand(t, "b", "quiet")
	w.commit(t, "r1", army("600.", term(exact, 600)))
	w.commit(t, "r2", army("800.", term(exact, 800)))
	w.commit(t, "r3", army("About 900.", term(atMost, 900)))
	w.assess(t, demandName("b", "peace"), "x", "r3", "", "", isPartly)
	w.assess(t, demandName("b", "peace"), "y", "r3", "", "", isMet)
	w.assess(t, demandName("b", "quiet"), "x", "r1", "", "", isMet)
	w.assess(t, demandName("b", "quiet"), "x", "r2", "", "", isMet)
	w.assess(t, demandName("b", "quiet"), "x", "r3", "", "", isMet)
	b, err := Balance(w.lens(), talks, []string{revisionNamed("r1"), revisionNamed("r2"), draft + "/revisions/latest"}, Moment{}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b.GetRevisions()[2] != revisionNamed("r3") || len(b.GetParties()) != 2 || len(b.GetSteps()) != 2 {
		t.Fatalf("got %v", b)
	}
	for i, want := range [][2]float64{{0, 0}, {1, 1}, {0, 0}} {
		if s := b.GetParties()[0].GetShares()[i]; s.GetLow() != want[0] || s.GetHigh() != want[1] {
			t.Errorf("a at revision %d: %v, want %v", i+1, s, want)
		}
	}
	type fared struct {
		party     string
		direction parleyv1.CompareBalanceResponse_Direction
		demand    string
		shift     parleyv1.CompareBalanceResponse_Direction
	}
	gained, lost, mayGain := parleyv1.CompareBalanceResponse_DIRECTION_GAINED, parleyv1.CompareBalanceResponse_DIRECTION_LOST, parleyv1.CompareBalanceResponse_DIRECTION_MAY_HAVE_GAINED
	for i, want := range [][]fared{
		{{"a", gained, "big", gained}},
		{{"a", lost, "big", lost}, {"b", mayGain, "peace", mayGain}},
	} {
		moves := b.GetSteps()[i].GetMovements()
		if len(moves) != len(want) {
			t.Fatalf("step %d: %v", i+1, moves)
		}
		for k, m := range moves {
			got := fared{m.GetParty()[len(talks+"/parties/"):], m.GetDirection(), m.GetShifts()[0].GetDemand()[len(m.GetParty()+"/demands/"):], m.GetShifts()[0].GetDirection()}
			if got != want[k] || len(m.GetShifts()) != 1 {
				t.Errorf("step %d: %v, want %v", i+1, m, want[k])
			}
		}
	}
	if m := b.GetSteps()[1].GetMovements()[1]; m.GetLeast() != -0.25 || m.GetMost() != 0.5 {
		t.Errorf("b may have gained from %v to %v", m.GetLeast(), m.GetMost())
	}
	if _, err := Balance(w.lens(), talks, []string{revisionNamed("r1"), revisionNamed("r9")}, Moment{}, nil, nil); err == nil {
		t.Error("a revision that is not there is answered for")
	}
}

func TestWhichWayABandWent(t *testing.T) {
	for want, bands := range map[parleyv1.CompareBalanceResponse_Direction][][4]float64{
		parleyv1.CompareBalanceResponse_DIRECTION_UNSPECIFIED:     {{0.2, 0.4, 0.2, 0.4}, {0, 1, 0, 1}},
		parleyv1.CompareBalanceResponse_DIRECTION_GAINED:          {{0.2, 0.4, 0.5, 0.6}, {0, 0, 1, 1}},
		parleyv1.CompareBalanceResponse_DIRECTION_LOST:            {{0.5, 0.6, 0.2, 0.4}},
		parleyv1.CompareBalanceResponse_DIRECTION_MAY_HAVE_GAINED: {{0.2, 0.4, 0.3, 0.6}, {0.2, 0.4, 0.4, 0.6}, {0, 1, 1, 1}, {0, 0, 0, 1}},
		parleyv1.CompareBalanceResponse_DIRECTION_MAY_HAVE_LOST:   {{0.3, 0.6, 0.2, 0.4}, {0, 1, 0, 0}},
		parleyv1.CompareBalanceResponse_DIRECTION_UNCLEAR:         {{0, 1, 0.4, 0.6}, {0.4, 0.6, 0, 1}},
	} {
		for _, b := range bands {
			if got := turn(b[0], b[1], b[2], b[3]); got != want {
				t.Errorf("from %v..%v to %v..%v: %v, want %v", b[0], b[1], b[2], b[3], got, want)
			}
		}
	}
}

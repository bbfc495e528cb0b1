package analysis

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
)

// sayAtRandom draws stances of three parties on two points whose words change, some of them tied to the other point if wanted.
func sayAtRandom(t *rapid.T, w *world, tied bool) {
	for range rapid.IntRange(0, 12).Draw(t, "stances") {
		party, point := rapid.SampledFrom([]string{"a", "b", "m"}).Draw(t, "party"), rapid.SampledFrom([]string{"p", "q"}).Draw(t, "point")
		revision := rapid.SampledFrom([]string{"r1", "r2", "r3"}).Draw(t, "revision")
		value := rapid.SampledFrom([]parleyv1.Stance_Value{acceptance, acceptance, parleyv1.Stance_VALUE_NO_OBJECTION, opposition, parleyv1.Stance_VALUE_ABSTAIN}).Draw(t, "value")
		changes := []func(*parleyv1.Stance){level(rapid.SampledFrom([]parleyv1.Stance_Level{
			parleyv1.Stance_LEVEL_DELEGATION, parleyv1.Stance_LEVEL_AD_REFERENDUM, parleyv1.Stance_LEVEL_CAPITAL, parleyv1.Stance_LEVEL_CAPITAL,
		}).Draw(t, "level"))}
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			changes = append(changes, withdrawn)
		case 1:
			changes = append(changes, conditional)
		case 2:
			changes = append(changes, func(s *parleyv1.Stance) {
				s.Audience = &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_PARTY}
			})
		case 3, 4:
			if tied {
				changes = append(changes, requires(agreedToo(map[string]string{"p": "q", "q": "p"}[point])))
			}
		}
		w.stance(t, party, revision+"/points/"+point, value, changes...)
	}
}

// What is told of a matrix without looking at all cells is what all cells tell.
func TestASketchTellsWhatAllCellsTell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, &parleyv1.Plan{NothingAgreedUntilEverythingAgreed: rapid.Bool().Draw(t, "all or nothing"), DecisionRule: rapid.SampledFrom([]*parleyv1.Plan_DecisionRule{
			nil,
			{Kind: parleyv1.Plan_DecisionRule_KIND_SUFFICIENT_CONSENSUS, Consents: 1},
			{Kind: parleyv1.Plan_DecisionRule_KIND_NAMED_PARTIES, Parties: []string{talks + "/parties/m"}},
		}).Draw(t, "rule")})
		other := rapid.SampledFrom([]string{"Two.", "Second."}).Draw(t, "words")
		w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "One."}, &parleyv1.Point{Id: "q", Text: "Two."})
		w.commit(t, "r2", &parleyv1.Point{Id: "p", Text: "First."}, &parleyv1.Point{Id: "q", Text: other})
		w.commit(t, "r3", &parleyv1.Point{Id: "p", Text: "One."}, &parleyv1.Point{Id: "q", Text: other})
		sayAtRandom(t, w, rapid.Bool().Draw(t, "tied"))
		viewer := rapid.SampledFrom([]lens.Viewer{{}, {Table: true, Party: talks + "/parties/a"}}).Draw(t, "viewer")
		l := lens.New(w.st, viewer, time.Unix(1_700_000_000+w.n-int64(rapid.IntRange(0, 5).Draw(t, "earlier")), 0))
		revision := draft + "/revisions/" + rapid.SampledFrom([]string{"r1", "r2", "r3"}).Draw(t, "of")
		sketched, err := newBoard(l, revision, Moment{})
		if err != nil {
			return // it was not there yet
		}
		sketched.sketch(false)
		filled, _ := newBoard(l, revision, Moment{})
		filled.fill(false)
		heard := map[string]bool{}
		for i, r := range filled.rows {
			if got := sketched.rows[i]; got.status != r.status || got.point != r.point {
				t.Errorf("%s is %v, and in the sketch %s is %v", r.point.GetId(), r.status, got.point.GetId(), got.status)
			}
			for _, c := range r.cells {
				heard[c.party] = heard[c.party] || !slices.Contains(filled.rule.everybody, c.party)
			}
		}
		for _, party := range sketched.speakers(nil) {
			if !heard[party] {
				t.Errorf("%s says nothing, or decides", party)
			}
			delete(heard, party)
		}
		for party, other := range heard {
			if other {
				t.Errorf("%s is not heard", party)
			}
		}
	})
}

// The compact rows say what the cells say.
func TestCompactRowsSayWhatCellsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, &parleyv1.Plan{})
		w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "One."}, &parleyv1.Point{Id: "q", Text: "Two."})
		w.commit(t, "r2", &parleyv1.Point{Id: "p", Text: "First."}, &parleyv1.Point{Id: "q", Text: "Two."})
		w.commit(t, "r3", &parleyv1.Point{Id: "p", Text: "First."}, &parleyv1.Point{Id: "q", Text: "Second."})
		sayAtRandom(t, w, true)
		l := lens.New(w.st, lens.Viewer{Mediator: true, Table: true}, time.Unix(1_800_000_000, 0))
		compact, err := Positions(l, draft+"/revisions/r2", Moment{}, Showing{Compact: true})
		if err != nil {
			t.Fatal(err)
		}
		full := w.matrix(t, "r2").GetRows()
		for i, row := range compact.Whole().GetRows() {
			for j, cell := range full[i].GetCells() {
				if row.GetValues()[j] != cell.GetStance().GetValue() || row.GetCurrencies()[j] != cell.GetCurrency() || row.GetStanceCounts()[j] != cell.GetStanceCount() {
					t.Errorf("row %d, column %d: %v, and in the compact row %v %v %v", i, j, cell, row.GetValues()[j], row.GetCurrencies()[j], row.GetStanceCounts()[j])
				}
			}
			if row.GetStatus() != full[i].GetStatus() || len(row.GetCells()) > 0 {
				t.Errorf("row %d: %v", i, row)
			}
		}
	})
}

package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// A point that was struck and comes back in a text without ids is the same point, so that the stances on it revive.
func TestWhatComesBackWithoutItsIDIsKnownByItsLastWords(t *testing.T) {
	for name, gone := range map[string]parleyv1.Point_State{"struck": parleyv1.Point_STATE_STRUCK, "deferred": parleyv1.Point_STATE_DEFERRED} {
		w := newWorld(t)
		plan := talks + "/plans/draft"
		army := &parleyv1.Point{Id: "army", Heading: "Armed forces", Text: "At most 600,000."}
		border := &parleyv1.Point{Id: "border", Heading: "Borders", Text: "They are open."}
		w.must(t, CommitRevision(textRequest(plan, w, army, border)))
		w.must(t, CommitRevision(textRequest(plan, w, &parleyv1.Point{Id: "army", Heading: "Armed forces", State: gone}, border)))
		w.must(t, CommitRevision(textRequest(plan, w, &parleyv1.Point{Id: "army", Heading: "Armed forces", State: gone}, border)))
		d := w.must(t, CommitRevision(textRequest(plan, w, &parleyv1.Point{Heading: "Armed forces", Text: "At most 600,000."}, border)))
		if got := d.Matches[0]; got.GetPoint() != "army" || got.GetHow() != parleyv1.PointMatch_HOW_DIGEST {
			t.Errorf("%s: matched as %v", name, got)
		}
	}
}

// Moving the last of many points to the front stores that point alone.
func TestMovingOnePointStoresOnePoint(t *testing.T) {
	w := newWorld(t)
	plan := talks + "/plans/draft"
	var text []*parleyv1.Point
	for _, id := range strings.Fields("a b c d e f g h") {
		text = append(text, &parleyv1.Point{Id: id, Text: id})
	}
	w.must(t, CommitRevision(textRequest(plan, w, text...)))
	d := w.must(t, CommitRevision(textRequest(plan, w, slices.Concat(text[7:], text[:7])...)))
	if n := len(d.Changes[0].GetRevision().GetDeltas()); n != 1 {
		t.Errorf("it stored %d points", n)
	}
}

// However points are put in, their ranks stay short and their order is the one that was asked for.
func TestRanksStayShortWhereverPointsAreInserted(t *testing.T) {
	const n = 2000
	for name, place := range map[string]func(i int) *parleyv1.Placement{
		"behind the first": func(int) *parleyv1.Placement { return &parleyv1.Placement{After: "first"} },
		"at the front":     func(int) *parleyv1.Placement { return &parleyv1.Placement{First: true} },
		"one behind the other, before the last": func(i int) *parleyv1.Placement {
			if i == 0 {
				return &parleyv1.Placement{After: "first"}
			}
			return &parleyv1.Placement{After: fmt.Sprintf("p%d", i-1)}
		},
	} {
		w := newWorld(t)
		plan := talks + "/plans/draft"
		w.must(t, CommitRevision(textRequest(plan, w, &parleyv1.Point{Id: "first"}, &parleyv1.Point{Id: "last"})))
		want := []string{"first", "last"}
		var changes []*parleyv1.PointChange
		for i := range n {
			id, to := fmt.Sprintf("p%d", i), place(i)
			changes = append(changes, &parleyv1.PointChange{Change: &parleyv1.PointChange_Add_{Add: &parleyv1.PointChange_Add{Point: &parleyv1.Point{Id: id}, To: to}}})
			want = slices.Insert(want, slices.Index(want, to.GetAfter())+1, id)
		}
		w.must(t, CommitRevision(changeRequest(plan, w, changes...)))
		var got []string
		for p := range w.head("draft").Points() {
			got = append(got, p.GetId())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: the order is %v…", name, got[:5])
		}
		w.head("draft").points.Scan(func(id string, p *placed) bool {
			if len(p.rank) > maxRank {
				t.Errorf("%s: %s has the rank %s", name, id, p.rank)
			}
			return len(p.rank) <= maxRank
		})
	}
}

// A text that is read and committed as it is, is the same text, whatever became of its points before.
func TestAWholeTextAsItStandsChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		plan := talks + "/plans/draft"
		before := w.st.Head(plan, Latest)
		d, err := w.do(CommitRevision(textRequest(plan, w, before.Text.Slice()...)))
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		if deltas := d.Changes[0].GetRevision().GetDeltas(); len(deltas) > 0 {
			t.Fatalf("it changed %v", deltas)
		}
	})
}

// SUPERSEDED is no caller's to say: a point is so by a split or merge, and stays so until it gets a wording again.
func TestSupersededInAWholeText(t *testing.T) {
	superseded := func(edit func(p *parleyv1.Point)) *parleyv1.Point {
		p := &parleyv1.Point{Id: "army", Heading: "Armed forces", State: parleyv1.Point_STATE_SUPERSEDED}
		edit(p)
		return p
	}
	for name, c := range map[string]struct {
		given *parleyv1.Point
		want  parleyv1.Point_State // unspecified: refused
	}{
		"as it was":      {superseded(func(*parleyv1.Point) {}), parleyv1.Point_STATE_SUPERSEDED},
		"with a note":    {superseded(func(p *parleyv1.Point) { p.Note = "See the parts." }), parleyv1.Point_STATE_SUPERSEDED},
		"with a wording": {superseded(func(p *parleyv1.Point) { p.Text = "At most 600,000." }), 0},
		"restored":       {superseded(func(p *parleyv1.Point) { p.Text, p.State = "At most 600,000.", 0 }), parleyv1.Point_STATE_PRESENT},
		"another point":  {superseded(func(p *parleyv1.Point) { p.Id = "land" }), 0},
		"a new point":    {superseded(func(p *parleyv1.Point) { p.Id = "navy" }), 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			plan := talks + "/plans/draft"
			w.must(t, CommitRevision(textRequest(plan, w, &parleyv1.Point{Id: "army", Heading: "Armed forces", Text: "At most 600,000. No navy."})))
			w.must(t, CommitRevision(changeRequest(plan, w, &parleyv1.PointChange{Change: &parleyv1.PointChange_Split_{Split: &parleyv1.PointChange_Split{
				Point: "army", Into: []*parleyv1.Point{{Id: "land", Text: "At most 600,000."}, {Id: "sea", Text: "No navy."}},
			}}})))
			text := []*parleyv1.Point{c.given}
			for _, p := range w.st.Head(plan, Latest).Text.Slice() {
				if p.GetId() != c.given.GetId() {
					text = append(text, p)
				}
			}
			_, err := w.do(CommitRevision(textRequest(plan, w, text...)))
			if c.want == 0 {
				if fault.Of(err).Reason != fault.ReasonInvalidField {
					t.Errorf("it answered %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, _ := w.st.Head(plan, Latest).Text.Point("army")
			kept := slices.Equal(got.GetSuccessors(), []string{"land", "sea"})
			if got.GetState() != c.want || kept != (c.want == parleyv1.Point_STATE_SUPERSEDED) || got.GetNote() != c.given.GetNote() {
				t.Errorf("it became %v", got)
			}
		})
	}
}

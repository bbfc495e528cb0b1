package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
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

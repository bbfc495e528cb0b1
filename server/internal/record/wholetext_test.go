package record

import (
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

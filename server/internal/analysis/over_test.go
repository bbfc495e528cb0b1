package analysis

import (
	"fmt"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Whoever loses patience, at whatever point, ends the work soon and without harm.
func TestWorkEndsWhenTheCallerHasLostPatience(t *testing.T) {
	const revisions = 60
	w := longHistory(t, revisions)
	name := w.st.Head(draft, record.Latest).Msg.GetName()
	for what, work := range map[string]func(*lens.Lens) error{
		"blame": func(l *lens.Lens) error { _, err := Blame(l, name+"/points/p0"); return err },
		"matrix": func(l *lens.Lens) error {
			m, err := Positions(l, name, Moment{}, Showing{})
			if err == nil {
				m.Whole()
			}
			return err
		},
		"sticking points": func(l *lens.Lens) error {
			_, err := Sticking(l, &parleyv1.ListStickingPointsRequest{Revision: name})
			return err
		},
		"lapsed": func(l *lens.Lens) error { _, err := Lapsed(l, name, "", Moment{}); return err },
		"concessions": func(l *lens.Lens) error {
			_, err := Concessions(l, &parleyv1.ListConcessionsRequest{Parent: talks})
			return err
		},
		"timeline": func(l *lens.Lens) error {
			_, err := TimelineOf(l, &parleyv1.GetTimelineRequest{Parent: talks})
			return err
		},
	} {
		asked := 0
		if err := work(w.lens().Until(func() bool { asked++; return false })); err != nil {
			t.Fatal(err)
		}
		all := asked
		for patience := 0; patience < all; patience += 1 + all/50 {
			asked = 0
			_ = work(w.lens().Until(func() bool { asked++; return asked > patience })) // what it says is not used
			if more := asked - patience; more > 2*revisions {
				t.Errorf("%s of %d steps goes on for %d after %d", what, all, more, patience)
			}
		}
	}
}

// longHistory is a draft of which every revision words a point anew, and which somebody spoke of at every fifth.
func longHistory(t *testing.T, revisions int) *world {
	t.Helper()
	w := newWorld(t, &parleyv1.Plan{})
	for i := range revisions {
		id := fmt.Sprintf("r%d", i)
		w.commit(t, id, &parleyv1.Point{Id: "p0", Heading: "Forces", Text: fmt.Sprintf("The forces of %d countries are limited to %d,000.", i%7, i)})
		if i%5 == 0 {
			w.stance(t, "a", id+"/points/p0", parleyv1.Stance_VALUE_ACCEPT)
		}
	}
	return w
}

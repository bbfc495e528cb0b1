package lens

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// A survey sees of the stances on a point what is seen when each is looked up, and has the same noted.
func TestASurveySeesWhatIsSeenOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		st, names := stancesAtRandom(t)
		viewer := rapid.SampledFrom([]Viewer{
			{}, {Table: true}, {Table: true, Mediator: true}, {Table: true, Party: talks + "/parties/a"}, {Table: true, Mediator: true, Party: talks + "/parties/b"},
		}).Draw(t, "viewer")
		noted := func(look func(*Lens) []string) (seen, noted []string) {
			l := New(st, viewer, time.Unix(1_800_000_000, 0)).Watched(func(owner, name string) { noted = append(noted, owner+" "+name) })
			seen = look(l)
			slices.Sort(seen)
			slices.Sort(noted)
			return seen, slices.Compact(noted)
		}
		wantSeen, wantNoted := noted(func(l *Lens) (seen []string) {
			for _, name := range names {
				if m, err := l.Stance(name); err == nil {
					seen = append(seen, m.GetName())
				}
			}
			return seen
		})
		for how, look := range map[string]func(*Survey) []string{
			"all": func(s *Survey) (seen []string) {
				for m := range s.StancesOn("p") {
					seen = append(seen, m.GetName())
				}
				return seen
			},
			"party by party": func(s *Survey) (seen []string) {
				for _, id := range []string{"a", "b"} {
					for m := range s.StancesOf("p", talks+"/parties/"+id) {
						seen = append(seen, m.GetName())
					}
				}
				return seen
			},
		} {
			gotSeen, gotNoted := noted(func(l *Lens) []string { return look(l.Survey()) })
			if diff := cmp.Diff(wantSeen, gotSeen) + cmp.Diff(wantNoted, gotNoted); diff != "" {
				t.Errorf("%s (-one by one +survey):\n%s", how, diff)
			}
		}
	})
}

// stancesAtRandom draws a history with stances of two parties on a point in two plans, all of them for somebody, and their names.
func stancesAtRandom(t *rapid.T) (st *record.State, names []string) {
	level := func(of string) parleyv1.Audience_Level {
		return parleyv1.Audience_Level(rapid.SampledFrom([]int{0, 1, 2, 4, 5}).Draw(t, of))
	}
	steps := []step{{1, open(parleyv1.Audience_LEVEL_PUBLIC)}}
	add := func(s step) { s.at = len(steps) + 1; steps = append(steps, s) }
	for _, id := range []string{"a", "b"} {
		add(step{cmd: party(id, level(id))})
	}
	for _, id := range []string{"x", "y"} {
		add(step{cmd: plan(id, level(id))})
		add(step{cmd: commit(id, "r1", nil, level(id+"/r1"))})
	}
	for i := range rapid.IntRange(0, 12).Draw(t, "stances") {
		id := fmt.Sprintf("s%d", i)
		names = append(names, talks+"/stances/"+id)
		on := rapid.SampledFrom([]string{"x", "y"}).Draw(t, "plan") + "/revisions/r1"
		add(step{cmd: stance(id, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "party"), on, level(id))})
	}
	return build(t, steps), names
}

package analysis

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
)

// moment is a day's last moment, as the command line takes it; empty for none.
func moment(t *testing.T, day string) *timestamppb.Timestamp {
	t.Helper()
	if day == "" {
		return nil
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return timestamppb.New(at.AddDate(0, 0, 1).Add(-time.Second)) // as people write the end of a day
}

func partial(t *testing.T, value string) *parleyv1.PartialTime {
	t.Helper()
	if value == "" {
		return nil
	}
	p := &parleyv1.PartialTime{Value: value}
	start, end, err := wellformed.Resolve(p)
	if err != nil {
		t.Fatal(err)
	}
	p.StartTime, p.EndTime = start, end
	return p
}

// "Position on 25 November" and "as known on 25 November" are two questions.
func TestWhatWasHeldIsNotWhatWasKnown(t *testing.T) {
	for _, tc := range []struct {
		name               string
		held, said, public string
		heldAt, knownAt    string
		want               bool
	}{
		{"no moment picks all", "", "2025-11-30", "", "", "", true},
		{"said before", "", "2025-11-24", "", "2025-11-25", "", true},
		{"said on the day", "", "2025-11-25", "", "2025-11-25", "", true},
		{"said after", "", "2025-11-26", "", "2025-11-25", "", false},
		{"held on the day, said later", "2025-11-20", "2025-12-01", "", "2025-11-25", "", true},
		{"held on the day, but known later", "2025-11-20", "2025-12-01", "", "", "2025-11-25", false},
		{"held from the day on", "2025-11-25", "", "", "2025-12-24", "", true},
		{"held from later on", "2025-11-26", "2025-11-20", "", "2025-11-25", "", false},
		{"held for a span that is over", "2025-11-19/2025-11-21", "", "", "2025-11-25", "", false},
		{"held for a span that lasts", "2025-11-19/2025-11-25", "", "", "2025-11-25", "", true},
		{"said under embargo", "", "2025-11-23", "2025-11-26", "2025-11-25", "", true},
		{"said under embargo, not yet known", "", "2025-11-23", "2025-11-26", "", "2025-11-25", false},
		{"known when the embargo lifts", "", "2025-11-23", "2025-11-26", "", "2025-11-26", true},
		{"said some day of the month: not certainly by then", "", "2025-11", "", "", "2025-11-25", false},
		{"said some day of the month: certainly after it", "", "2025-11", "", "", "2025-11-30", true},
		{"both at once", "2025-11-20", "2025-12-01", "", "2025-11-25", "2025-11-25", false},
		{"both at once, later", "2025-11-20", "2025-12-01", "", "2025-11-25", "2025-12-01", true},
		{"no times: from when it was recorded", "", "", "", "2025-12-31", "2025-12-31", false},
		{"no times: from when it was recorded on", "", "", "", "2026-01-01", "2026-01-01", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &parleyv1.Stance{
				HeldTime: partial(t, tc.held), SaidTime: partial(t, tc.said), PublicTime: partial(t, tc.public),
				CreateTime: timestamppb.New(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)),
			}
			m := At(&parleyv1.ListStancesRequest{HeldAt: moment(t, tc.heldAt), KnownAt: moment(t, tc.knownAt)})
			if got := len(slices.Collect(Of(m, slices.Values([]*parleyv1.Stance{s})))) == 1; got != tc.want {
				t.Errorf("picked: %v", got)
			}
		})
	}
}

// The times never mix: what was recorded by a moment, what was held at another and what was known at a third are three
// sets, each of which depends on its own time alone, and a question for all three is answered by what is in all of them.
func TestTheTimesNeverMix(t *testing.T) {
	days := []string{"", "2025-11-20", "2025-11-25", "2025-11-20/2025-11-26", "2025-11", "2025-12-01"}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, &parleyv1.Plan{})
		w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words."})
		recorded := []int64{w.st.Time()}
		for range rapid.IntRange(1, 8).Draw(t, "stances") {
			w.stance(t, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "party"), "r1/points/p", acceptance, func(s *parleyv1.Stance) {
				for _, at := range []**parleyv1.PartialTime{&s.HeldTime, &s.SaidTime, &s.PublicTime} {
					if day := rapid.SampledFrom(days).Draw(t, "day"); day != "" {
						*at = &parleyv1.PartialTime{Value: day}
					}
				}
			})
			recorded = append(recorded, w.st.Time())
		}
		picked := func(asOf int64, held, known *timestamppb.Timestamp) map[string]bool {
			l := lens.New(w.st, lens.Viewer{Mediator: true, Table: true}, time.Unix(0, asOf))
			out := map[string]bool{}
			for s := range Of(Moment{held, known}, l.Stances(talks, "", false)) {
				out[s.GetName()] = true
			}
			return out
		}
		moments := []*timestamppb.Timestamp{timestamppb.New(day("2025-11-20")), timestamppb.New(day("2025-11-25")), timestamppb.New(day("2025-12-31"))}
		asOf := rapid.SampledFrom(recorded).Draw(t, "as of")
		held, known := rapid.SampledFrom(moments).Draw(t, "held at"), rapid.SampledFrom(moments).Draw(t, "known at")
		byRecord, byHeld, byKnown := picked(asOf, nil, nil), picked(record.Latest, held, nil), picked(record.Latest, nil, known)
		all := picked(asOf, held, known)
		for name := range picked(record.Latest, nil, nil) {
			if want := byRecord[name] && byHeld[name] && byKnown[name]; all[name] != want {
				t.Fatalf("%s: recorded %v, held %v, known %v, but all at once %v", name, byRecord[name], byHeld[name], byKnown[name], all[name])
			}
		}
	})
}

// day is the last moment of a day.
func day(text string) time.Time {
	at, _ := time.Parse(time.DateOnly, text) // written rightly
	return at.AddDate(0, 0, 1).Add(-1)
}

package analysis

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

func (w *world) timeline(t fataler, req *parleyv1.GetTimelineRequest) []*parleyv1.Timeline_Item {
	t.Helper()
	req.Parent = talks
	got, err := TimelineOf(w.lens(), req)
	if err != nil {
		t.Fatal(err)
	}
	return got.GetItems()
}

// lines gives each item as "id KIND PLACED".
func lines(items []*parleyv1.Timeline_Item) []string {
	var out []string
	for _, i := range items {
		out = append(out, record.IDOf(i.GetResource())+" "+strings.TrimPrefix(i.GetKind().String(), "KIND_")+" "+strings.TrimPrefix(i.GetPlaced().String(), "PLACED_"))
	}
	return out
}

// story is a world in which one thing of each kind happened, and not in the order of recording.
func story(t fataler) *world {
	w := newWorld(t, &parleyv1.Plan{Owner: talks + "/parties/a"})
	on := func(value string) *parleyv1.PartialTime { return &parleyv1.PartialTime{Value: value} }
	w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words.", Topic: "army"}, &parleyv1.Point{Id: "q", Text: "Others."})
	w.do(t, record.CreateStance(&parleyv1.CreateStanceRequest{Parent: talks, StanceId: "b-p", Stance: &parleyv1.Stance{
		Party: talks + "/parties/b", Value: acceptance, SaidTime: on("2025-11-25"), PublicTime: on("2025-11-20"),
		Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: draft + "/revisions/r1/points/p"}},
	}}))
	w.do(t, record.CreateEvent(&parleyv1.CreateEventRequest{Parent: talks, EventId: "meeting", Event: &parleyv1.Event{
		DisplayName: "A meeting", HeldTime: on("2025-11"), Participants: []*parleyv1.Event_Participant{{Party: talks + "/parties/b"}}, About: []string{draft + "/revisions/r1/points/q"},
	}}))
	w.do(t, record.CreateClaim(&parleyv1.CreateClaimRequest{Parent: talks, ClaimId: "c", Claim: &parleyv1.Claim{
		Statement: "So.", Party: talks + "/parties/a", Topic: "army", HeldTime: on("2025-11-22"), SaidTime: &parleyv1.PartialTime{Raw: "the other day"},
	}}))
	w.do(t, record.RespondToClaim(&parleyv1.RespondToClaimRequest{Name: talks + "/claims/c", Response: &parleyv1.Claim_Response{
		Party: talks + "/parties/b", Kind: parleyv1.Claim_Response_KIND_DISPUTES, PublicTime: on("2025-11-24"),
	}}))
	w.wants(t, &parleyv1.Demand{Statement: "x", SaidTime: &parleyv1.PartialTime{Raw: "long ago"}})
	w.do(t, record.CreateAssessment(&parleyv1.CreateAssessmentRequest{Parent: talks, AssessmentId: "v", Assessment: &parleyv1.Assessment{
		Demand: talks + "/parties/a/demands/d", Revision: draft + "/revisions/r1", Verdict: parleyv1.Assessment_VERDICT_MET, JudgeParty: talks + "/parties/b", SaidTime: on("2025-11-23"),
	}}))
	return w
}

func TestTheOrderOfATimeline(t *testing.T) {
	w := story(t)
	got := w.timeline(t, &parleyv1.GetTimelineRequest{})
	want := []string{
		"meeting EVENT HELD", "c CLAIM HELD", "v ASSESSMENT SAID", "c RESPONSE PUBLIC", "b-p STANCE SAID", // a month stands before its days
		"r1 REVISION UNSPECIFIED", "d DEMAND UNSPECIFIED", // without a date, in the order of recording
	}
	if !slices.Equal(lines(got), want) {
		t.Errorf("%q, want %q", lines(got), want)
	}
	if raw := got[len(got)-1].GetWhen().GetRaw(); raw != "long ago" {
		t.Errorf("the words of the source are %q", raw)
	}
	want = []string{"r1 REVISION RECORDED", "b-p STANCE RECORDED", "meeting EVENT RECORDED", "c CLAIM RECORDED", "c RESPONSE RECORDED", "d DEMAND RECORDED", "v ASSESSMENT RECORDED"}
	if got := lines(w.timeline(t, &parleyv1.GetTimelineRequest{Order: parleyv1.GetTimelineRequest_ORDER_RECORDED})); !slices.Equal(got, want) {
		t.Errorf("as recorded: %q, want %q", got, want)
	}
}

func TestWhatATimelineIsAbout(t *testing.T) {
	w := story(t)
	w.commit(t, "r2", &parleyv1.Point{Id: "p", Text: "Words.", Topic: "army"}, &parleyv1.Point{Id: "q", Text: "Yet others."})
	const a, b, p, q = talks + "/parties/a", talks + "/parties/b", draft + "/revisions/r1/points/p", draft + "/revisions/r2/points/q"
	for name, test := range map[string]struct {
		req  *parleyv1.GetTimelineRequest
		want string
	}{
		"a":                                    {&parleyv1.GetTimelineRequest{Party: a}, "c v r1 d r2"}, // it owns the draft, and the demand that is judged
		"b":                                    {&parleyv1.GetTimelineRequest{Party: b}, "meeting v c b-p"},
		"a topic":                              {&parleyv1.GetTimelineRequest{Topic: "army"}, "c v c b-p r1 d"},
		"p":                                    {&parleyv1.GetTimelineRequest{Point: p}, "b-p r1"},
		"q":                                    {&parleyv1.GetTimelineRequest{Point: q}, "meeting r1 r2"},
		"b on p":                               {&parleyv1.GetTimelineRequest{Party: b, Point: p}, "b-p"},
		"kinds":                                {&parleyv1.GetTimelineRequest{Kinds: []parleyv1.Timeline_Kind{parleyv1.Timeline_KIND_EVENT, parleyv1.Timeline_KIND_RESPONSE}}, "meeting c"},
		"since a day, also what may have been": {&parleyv1.GetTimelineRequest{FromTime: timestamppb.New(day("2025-11-23").Add(1))}, "meeting c b-p"},
		"before a day":                         {&parleyv1.GetTimelineRequest{UntilTime: timestamppb.New(day("2025-11-22").Add(1))}, "meeting c"},
		"no contradictions":                    {&parleyv1.GetTimelineRequest{ContradictionsOnly: true}, ""},
	} {
		var ids []string
		for _, i := range w.timeline(t, test.req) {
			ids = append(ids, record.IDOf(i.GetResource()))
		}
		if got := strings.Join(ids, " "); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// acts are what a may do and say, and how it contradicts itself by that.
type acts struct {
	acts []func(*world)
	want string
}

func contradictory(t *testing.T) map[string]acts {
	t.Helper()
	declared, reported := basis(parleyv1.Attribution_BASIS_DECLARED), basis(parleyv1.Attribution_BASIS_REPORTED)
	compare := func(better, worse string) func(*parleyv1.Stance) {
		return func(s *parleyv1.Stance) {
			s.Target = &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Comparison_{Comparison: &parleyv1.Stance_Target_Comparison{Revision: draft + "/revisions/" + better, Than: draft + "/revisions/" + worse}}}
		}
	}
	judge := func(v parleyv1.Assessment_Verdict) func(*world) {
		return func(w *world) {
			w.do(t, record.CreateAssessment(&parleyv1.CreateAssessmentRequest{Parent: talks, Assessment: &parleyv1.Assessment{
				Demand: talks + "/parties/a/demands/d", Revision: draft + "/revisions/r1", Verdict: v, JudgeParty: talks + "/parties/a",
			}}))
		}
	}
	say := func(on string, value parleyv1.Stance_Value, change ...func(*parleyv1.Stance)) func(*world) {
		return func(w *world) { w.stance(t, "a", on, value, change...) }
	}
	respond := func(party string) func(*world) {
		return func(w *world) {
			w.do(t, record.RespondToClaim(&parleyv1.RespondToClaimRequest{Name: talks + "/claims/c", Response: &parleyv1.Claim_Response{Party: talks + "/parties/" + party, Kind: parleyv1.Claim_Response_KIND_DISPUTES}}))
		}
	}
	status := func(s parleyv1.Demand_Status) func(*world) {
		return func(w *world) { w.wants(t, &parleyv1.Demand{Statement: "x", Status: s}) }
	}
	return map[string]acts{
		"reversed on the same words":    {[]func(*world){say("r1/points/p", acceptance), say("r1/points/p", opposition)}, "STANCE_REVERSED"},
		"by its own word":               {[]func(*world){say("r1/points/p", opposition, declared), say("r2/points/p", acceptance, declared)}, "DECLARATION_REVERSED"}, // r2 has the same words
		"one of them only reported":     {[]func(*world){say("r1/points/p", opposition, reported), say("r1/points/p", acceptance, declared)}, "STANCE_REVERSED"},
		"taken back before":             {[]func(*world){say("r1/points/p", acceptance, withdrawn), say("r1/points/p", opposition)}, ""},
		"on other words":                {[]func(*world){say("r1/points/q", acceptance), say("r2/points/q", opposition)}, ""},
		"a condition was always there":  {[]func(*world){say("r1/points/p", acceptance, conditional), say("r1/points/p", opposition)}, ""},
		"prefers each to the other":     {[]func(*world){say("", parleyv1.Stance_VALUE_PREFERS, compare("r1", "r2")), say("", parleyv1.Stance_VALUE_PREFERS, compare("r2", "r1"))}, "STANCE_REVERSED"},
		"prefers one, disprefers other": {[]func(*world){say("", parleyv1.Stance_VALUE_PREFERS, compare("r1", "r2")), say("", parleyv1.Stance_VALUE_DISPREFERS, compare("r2", "r1"))}, ""},
		"disputes its own claim":        {[]func(*world){respond("a")}, "OWN_CLAIM_DISPUTED"},
		"disputes that of another":      {[]func(*world){respond("b")}, ""},
		"upholds what it had given up":  {[]func(*world){status(parleyv1.Demand_STATUS_WITHDRAWN), status(parleyv1.Demand_STATUS_STANDING)}, "DEMAND_UPHELD_AGAIN"},
		"gave it up for good":           {[]func(*world){status(parleyv1.Demand_STATUS_STANDING), status(parleyv1.Demand_STATUS_WITHDRAWN)}, ""},
		"judges otherwise":              {[]func(*world){judge(parleyv1.Assessment_VERDICT_MET), judge(parleyv1.Assessment_VERDICT_BREACHED)}, "VERDICT_REVERSED"},
		"judges about the same":         {[]func(*world){judge(parleyv1.Assessment_VERDICT_MET), judge(parleyv1.Assessment_VERDICT_PARTLY)}, ""},
	}
}

func TestWhenAPartyContradictsItself(t *testing.T) {
	for name, test := range contradictory(t) {
		w := newWorld(t, &parleyv1.Plan{})
		w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words."}, &parleyv1.Point{Id: "q", Text: "Others."})
		w.commit(t, "r2", &parleyv1.Point{Id: "p", Text: "Words."}, &parleyv1.Point{Id: "q", Text: "Yet others."})
		w.wants(t, &parleyv1.Demand{Statement: "x"})
		w.do(t, record.CreateClaim(&parleyv1.CreateClaimRequest{Parent: talks, ClaimId: "c", Claim: &parleyv1.Claim{Statement: "So.", Party: talks + "/parties/a"}}))
		for _, act := range test.acts {
			act(w)
		}
		var got []string
		for _, i := range w.timeline(t, &parleyv1.GetTimelineRequest{ContradictionsOnly: true}) {
			for _, c := range i.GetContradicts() {
				got = append(got, strings.TrimPrefix(c.GetKind().String(), "KIND_"))
				if c.GetParty() != talks+"/parties/a" || c.GetResource() == "" || (i.GetKind() == parleyv1.Timeline_KIND_STANCE && c.GetResource() == i.GetResource()) {
					t.Errorf("%s: %v of %s", name, c, i.GetResource())
				}
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// Whatever was said when, items stand in the order of the first moments that they may have been at, those without a date last;
// each is there once; and what a span takes is what may have been in it.
func TestATimelineIsInOrder(t *testing.T) {
	days := []string{"", "2025-11-20", "2025-11-25", "2025-11-20/2025-11-26", "2025-11", "2025-12-01"}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, &parleyv1.Plan{})
		w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words."})
		said := map[string]string{}
		for i := range rapid.IntRange(1, 10).Draw(t, "stances") {
			when := rapid.SampledFrom(days).Draw(t, "said")
			id := fmt.Sprintf("s%d", i)
			s := &parleyv1.Stance{Party: talks + "/parties/a", Value: acceptance, Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Revision{Revision: draft + "/revisions/r1"}}}
			if when != "" {
				s.SaidTime = &parleyv1.PartialTime{Value: when}
			}
			w.do(t, record.CreateStance(&parleyv1.CreateStanceRequest{Parent: talks, StanceId: id, Stance: s}))
			said[id] = when
		}
		only := []parleyv1.Timeline_Kind{parleyv1.Timeline_KIND_STANCE}
		all := w.timeline(t, &parleyv1.GetTimelineRequest{Kinds: only})
		seen, dated := map[string]bool{}, true
		for i, item := range all {
			seen[record.IDOf(item.GetResource())] = true
			if item.GetWhen() == nil {
				dated = false
				continue
			}
			if i > 0 && (!dated || item.GetWhen().GetStartTime().AsTime().Before(all[i-1].GetWhen().GetStartTime().AsTime())) {
				t.Fatalf("out of order: %v", all)
			}
		}
		if len(seen) != len(said) || len(all) != len(said) {
			t.Fatalf("%d stances, %d items", len(said), len(all))
		}
		from, until := day("2025-11-24").Add(1), day("2025-11-25").Add(1) // the 25th
		within := map[string]bool{"2025-11-25": true, "2025-11-20/2025-11-26": true, "2025-11": true}
		taken := map[string]bool{}
		for _, item := range w.timeline(t, &parleyv1.GetTimelineRequest{Kinds: only, FromTime: timestamppb.New(from), UntilTime: timestamppb.New(until)}) {
			taken[record.IDOf(item.GetResource())] = true
		}
		for id, when := range said {
			if taken[id] != within[when] {
				t.Fatalf("%q on the 25th: %v", when, taken[id])
			}
		}
	})
}

package analysis

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
)

// stuck lists the sticking points of a revision of the draft as `id: KIND by parties, …`, with the score.
func (w *world) stuck(t fataler, revision string, change ...func(*parleyv1.ListStickingPointsRequest)) []string {
	t.Helper()
	req := &parleyv1.ListStickingPointsRequest{Revision: draft + "/revisions/" + revision}
	for _, c := range change {
		c(req)
	}
	got, err := Sticking(w.lens(), req)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range got.GetPoints() {
		var reasons []string
		for _, r := range p.GetReasons() {
			var who []string
			for _, party := range r.GetParties() {
				who = append(who, strings.TrimPrefix(party, talks+"/parties/"))
			}
			who = append(who, r.GetPoints()...)
			reasons = append(reasons, strings.TrimSpace(strings.TrimPrefix(r.GetKind().String(), "KIND_")+" "+strings.Join(who, "+")))
		}
		out = append(out, fmt.Sprintf("%s %g: %s", p.GetPoint().GetId(), p.GetScore(), strings.Join(reasons, ", ")))
	}
	return out
}

func TestWhyAPointIsStuck(t *testing.T) {
	words := &parleyv1.Point{Id: "p", Text: "Words."}
	bracketed := &parleyv1.Point{Id: "p", Alternatives: []*parleyv1.Alternative{
		{Label: "A", Text: "One.", Proponents: []string{talks + "/parties/a"}}, {Label: "B", Text: "Other."}, {Label: "C", Text: "Third."},
	}}
	say := func(party string, value parleyv1.Stance_Value, change ...func(*parleyv1.Stance)) func(fataler, *world) {
		return func(t fataler, w *world) { w.stance(t, party, "r1/points/p", value, change...) }
	}
	for name, test := range map[string]struct {
		point *parleyv1.Point
		say   []func(fataler, *world)
		want  string
	}{
		"nobody said anything":          {words, nil, "p 2: NEVER_SAID a+b"},
		"one blocks, one opposes":       {words, []func(fataler, *world){say("a", parleyv1.Stance_VALUE_BLOCK), say("b", opposition)}, "p 15: BLOCKED a, OPPOSED b"},
		"one holds out alone":           {words, []func(fataler, *world){say("a", acceptance), say("b", opposition)}, "p 5: OPPOSED b, SINGLE_HOLDOUT b, CONSENTS a"},
		"silence is a holdout, too":     {words, []func(fataler, *world){say("a", acceptance)}, "p 1: NEVER_SAID b, SINGLE_HOLDOUT b, CONSENTS a"},
		"it took back what it had said": {words, []func(fataler, *world){say("a", opposition), say("b", acceptance, withdrawn)}, "p 6: OPPOSED a, TAKEN_BACK b"},
		"declining is not abstaining": {
			words,
			[]func(fataler, *world){say("a", parleyv1.Stance_VALUE_DECLINED_TO_SAY), say("b", parleyv1.Stance_VALUE_ABSTAIN)},
			"p 2: DECLINED_TO_SAY a, ABSTAINED b",
		},
		"conditions are no consent":      {words, []func(fataler, *world){say("a", acceptance, conditional), say("b", acceptance)}, "p 1: HEDGED a, SINGLE_HOLDOUT a, CONSENTS b"},
		"reserve, and a basis for talks": {words, []func(fataler, *world){say("a", parleyv1.Stance_VALUE_RESERVE), say("b", parleyv1.Stance_VALUE_BASIS_FOR_TALKS)}, "p 3: RESERVED a, HEDGED b"},
		"who does not decide weighs less, and is not waited for": {
			words,
			[]func(fataler, *world){say("m", parleyv1.Stance_VALUE_BLOCK), say("a", opposition), say("b", opposition)},
			"p 12: BLOCKED m, OPPOSED a+b",
		},
		"rival wordings":           {bracketed, nil, "p 8: NEVER_SAID a+b, RIVAL_WORDINGS a"},
		"left to be settled later": {&parleyv1.Point{Id: "p", State: parleyv1.Point_STATE_DEFERRED}, nil, "p 3: LEFT_OPEN"},
	} {
		w := newWorld(t, &parleyv1.Plan{})
		w.commit(t, "r1", test.point)
		for _, say := range test.say {
			say(t, w)
		}
		if got := w.stuck(t, "r1"); !slices.Equal(got, []string{test.want}) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// Which points are listed: of three, one is agreed, one waits for b, and to one a's answer has lapsed.
func TestWhichPointsAreListed(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	points := []*parleyv1.Point{{Id: "p", Text: "Words.", Topic: "army"}, {Id: "q", Text: "Others.", Topic: "army"}, {Id: "r", Text: "Third."}}
	w.commit(t, "r1", points...)
	for _, each := range []string{"p", "q", "r"} {
		w.stance(t, "a", "r1/points/"+each, acceptance)
	}
	w.stance(t, "b", "r1/points/p", acceptance)
	points[2] = &parleyv1.Point{Id: "r", Text: "Third, in other words."}
	w.commit(t, "r2", points...)
	w.stance(t, "b", "r2/points/r", opposition)
	for name, test := range map[string]struct {
		change func(*parleyv1.ListStickingPointsRequest)
		want   []string
	}{
		"contested":  {func(*parleyv1.ListStickingPointsRequest) {}, []string{"r", "q"}},
		"on a topic": {func(r *parleyv1.ListStickingPointsRequest) { r.Topics = []string{"army"} }, []string{"q"}},
		"agreed":     {func(r *parleyv1.ListStickingPointsRequest) { r.View = parleyv1.ListStickingPointsRequest_VIEW_AGREED }, []string{"p"}},
		"waiting for a": {func(r *parleyv1.ListStickingPointsRequest) {
			r.View, r.Party = parleyv1.ListStickingPointsRequest_VIEW_WAITING_FOR, talks+"/parties/a"
		}, []string{"r"}},
		"waiting for b": {func(r *parleyv1.ListStickingPointsRequest) {
			r.View, r.Party = parleyv1.ListStickingPointsRequest_VIEW_WAITING_FOR, talks+"/parties/b"
		}, []string{"q"}},
		"nobody waits for who does not decide": {func(r *parleyv1.ListStickingPointsRequest) {
			r.View, r.Party = parleyv1.ListStickingPointsRequest_VIEW_WAITING_FOR, talks+"/parties/m"
		}, nil},
		"because of a, whose consent is no reason": {func(r *parleyv1.ListStickingPointsRequest) { r.Party = talks + "/parties/a" }, []string{"r"}},
		"both refused and not answered": {func(r *parleyv1.ListStickingPointsRequest) {
			r.Reasons = []parleyv1.StickingPoint_Reason_Kind{parleyv1.StickingPoint_Reason_KIND_OPPOSED, parleyv1.StickingPoint_Reason_KIND_LAPSED}
		}, []string{"r"}},
	} {
		var ids []string
		for _, line := range w.stuck(t, "r2", test.change) {
			id, _, _ := strings.Cut(line, " ")
			ids = append(ids, id)
		}
		if !slices.Equal(ids, test.want) {
			t.Errorf("%s: %v, want %v", name, ids, test.want)
		}
	}
}

// How long a point has been open is counted from when it was last agreed, through revisions of which the record does not know
// what became of it.
func TestForHowLongAPointHasBeenOpen(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words."})
	w.stance(t, "a", "r1/points/p", acceptance)
	w.stance(t, "b", "r1/points/p", acceptance)
	w.commit(t, "r2", &parleyv1.Point{Id: "p", Text: "Others."})
	w.commit(t, "r3", &parleyv1.Point{Id: "p", State: parleyv1.Point_STATE_UNKNOWN})
	w.commit(t, "r4", &parleyv1.Point{Id: "p", Text: "Third."})
	w.commit(t, "r5", &parleyv1.Point{Id: "p", Text: "Third."}, &parleyv1.Point{Id: "q", Text: "New."})
	got, err := Sticking(w.lens(), &parleyv1.ListStickingPointsRequest{Revision: draft + "/revisions/r5"})
	if err != nil || got.GetPoints()[0].GetOpenRevisions() != 4 || got.GetPoints()[0].GetWordingRevisions() != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestWhatDependsOnAPoint(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.commit(
		t, "r1",
		&parleyv1.Point{Id: "p", Label: "7", Text: "Words."}, &parleyv1.Point{Id: "below", Parent: "p", Label: "7a", Text: "More."},
		&parleyv1.Point{Id: "deeper", Parent: "below", Text: "Most."}, &parleyv1.Point{Id: "refers", Text: "As articles 3, 7 and 9 say."},
		&parleyv1.Point{Id: "counts", Text: "7 days, 70 points 700."}, &parleyv1.Point{Id: "hangs", Text: "Freely."}, &parleyv1.Point{Id: "twice", Label: "8", Text: "x"},
		&parleyv1.Point{Id: "thrice", Label: "8", Text: "Not point 8."},
	)
	w.stance(t, "a", "r1/points/hangs", acceptance, conditional) // "if point 7 stays"
	got := w.stuck(t, "r1", func(r *parleyv1.ListStickingPointsRequest) {
		r.Reasons = []parleyv1.StickingPoint_Reason_Kind{parleyv1.StickingPoint_Reason_KIND_DEPENDED_ON}
	})
	want := []string{"p 6: NEVER_SAID a+b, DEPENDED_ON below+deeper+refers+hangs", "below 3: NEVER_SAID a+b, DEPENDED_ON deeper"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A point depends on those that a stance on it requires, in whatever way, and on the others of a package; a stance that does not
// count makes nothing depend.
func TestWhatDependsOnAPointByRequirementsAndPackages(t *testing.T) {
	for name, test := range map[string]struct {
		say  func(*world)
		want []string
	}{
		"as it is":     {func(w *world) { w.stance(t, "a", "v1/points/p", acceptance, requires(asIn("v1/points/r"))) }, []string{"r: p by 1"}},
		"agreed too":   {func(w *world) { w.stance(t, "m", "v1/points/p", acceptance, requires(agreedToo("q"))) }, []string{"q: p by 1"}},
		"agreed first": {func(w *world) { w.stance(t, "a", "v1/points/p", parleyv1.Stance_VALUE_RESERVE, requires(first("q"))) }, []string{"q: p by 1"}},
		"each once": {func(w *world) {
			w.stance(t, "a", "v1/points/p", acceptance, requires(asIn("v1/points/q"), agreedToo("q"), first("r")))
			w.stance(t, "b", "v1/points/p", acceptance, requires(first("q")))
			w.stance(t, "b", "v1/points/r", acceptance, requires(first("q")))
		}, []string{"q: p+r by 3", "r: p by 1"}},
		"all or none": {func(w *world) { w.stance(t, "a", "v1/points/p", acceptance, onPackage("p", "q")) }, []string{"p: q by 1", "q: p by 1"}},
		"and more": {
			func(w *world) { w.stance(t, "a", "v1/points/p", acceptance, onPackage("p", "q"), requires(first("r"))) },
			[]string{"r: p+q by 1", "p: q by 1", "q: p by 1"},
		},
		"superseded": {func(w *world) {
			w.stance(t, "a", "v1/points/p", acceptance, requires(first("q")))
			w.stance(t, "a", "v1/points/p", acceptance)
		}, nil},
		"taken back": {func(w *world) { w.stance(t, "a", "v1/points/p", acceptance, requires(first("q")), withdrawn) }, nil},
	} {
		w := newWorld(t, &parleyv1.Plan{})
		w.commit(t, "v1", &parleyv1.Point{Id: "p", Text: "One."}, &parleyv1.Point{Id: "q", Text: "Two."}, &parleyv1.Point{Id: "r", Text: "Three."})
		test.say(w)
		got, err := Sticking(w.lens(), &parleyv1.ListStickingPointsRequest{
			Revision: draft + "/revisions/v1", Reasons: []parleyv1.StickingPoint_Reason_Kind{parleyv1.StickingPoint_Reason_KIND_DEPENDED_ON},
		})
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, p := range got.GetPoints() {
			r := p.GetReasons()[slices.IndexFunc(p.GetReasons(), func(r *parleyv1.StickingPoint_Reason) bool {
				return r.GetKind() == parleyv1.StickingPoint_Reason_KIND_DEPENDED_ON
			})]
			found = append(found, fmt.Sprintf("%s: %s by %d", p.GetPoint().GetId(), strings.Join(r.GetPoints(), "+"), len(r.GetStances())))
		}
		if !slices.Equal(found, test.want) {
			t.Errorf("%s: %q, want %q", name, found, test.want)
		}
	}
}

// Whoever the parties are, the answer is the same but for their names; and a stance that the viewer may not see changes nothing.
func TestStickingPointsDependOnWhatIsSaidAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plain, swapped, secret := newWorld(t, &parleyv1.Plan{}), newWorld(t, &parleyv1.Plan{}), newWorld(t, &parleyv1.Plan{})
		var points []*parleyv1.Point
		for i := range rapid.IntRange(1, 4).Draw(t, "points") {
			points = append(points, &parleyv1.Point{Id: fmt.Sprintf("p%d", i), Label: fmt.Sprint(i), Text: fmt.Sprintf("As point %d says.", rapid.IntRange(0, 4).Draw(t, "mention"))})
		}
		for _, w := range []*world{plain, swapped, secret} {
			w.commit(t, "r1", points...)
		}
		other := map[string]string{"a": "b", "b": "a", "m": "m"}
		for range rapid.IntRange(0, 8).Draw(t, "stances") {
			party, on := rapid.SampledFrom([]string{"a", "b", "m"}).Draw(t, "party"), "r1/points/"+rapid.SampledFrom(points).Draw(t, "on").GetId()
			value := parleyv1.Stance_Value(rapid.IntRange(1, 9).Draw(t, "value"))
			needs := requires()
			if id := rapid.SampledFrom(points).Draw(t, "needs").GetId(); !strings.HasSuffix(on, id) {
				needs = requires(agreedToo(id))
			}
			plain.stance(t, party, on, value, needs)
			swapped.stance(t, other[party], on, value, needs)
			secret.stance(t, party, on, value, needs)
			if rapid.Bool().Draw(t, "in secret, too") {
				secret.stance(t, party, on, opposition, needs, func(s *parleyv1.Stance) { s.Audience = &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR} })
			}
		}
		ask := func(w *world) *parleyv1.ListStickingPointsResponse {
			got, err := Sticking(lens.New(w.st, lens.Viewer{}, time.Unix(1_800_000_000, 0)), &parleyv1.ListStickingPointsRequest{Revision: draft + "/revisions/r1"})
			if err != nil {
				t.Fatal(err)
			}
			got = proto.CloneOf(got)
			for _, p := range got.GetPoints() {
				for _, r := range p.GetReasons() {
					r.Stances = nil // named by a counter that counts secret ones
				}
			}
			return got
		}
		if diff := cmp.Diff(ask(plain), ask(secret), protocmp.Transform()); diff != "" {
			t.Fatalf("what is secret changes: %s", diff)
		}
		renamed := ask(swapped)
		for _, p := range renamed.GetPoints() {
			for _, r := range p.GetReasons() {
				swap(r, other)
			}
		}
		if diff := cmp.Diff(ask(plain), renamed, protocmp.Transform()); diff != "" {
			t.Fatalf("with a and b in each other's place: %s", diff)
		}
	})
}

// swap gives the parties of a reason the names of others, in order.
func swap(r *parleyv1.StickingPoint_Reason, other map[string]string) {
	values := map[string]parleyv1.Stance_Value{}
	for i, party := range r.GetParties() {
		r.Parties[i] = talks + "/parties/" + other[strings.TrimPrefix(party, talks+"/parties/")]
		if i < len(r.GetValues()) {
			values[r.GetParties()[i]] = r.GetValues()[i]
		}
	}
	slices.Sort(r.Parties)
	for i, party := range r.GetParties() {
		if i < len(r.GetValues()) {
			r.Values[i] = values[party]
		}
	}
}

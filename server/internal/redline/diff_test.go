package redline

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// with makes a variant of a point.
func with(p *parleyv1.Point, edit func(p *parleyv1.Point)) *parleyv1.Point {
	p = proto.CloneOf(p)
	edit(p)
	return p
}

func labelled(label string, p *parleyv1.Point) *parleyv1.Point { p.Label = label; return p }

func under(parent string, p *parleyv1.Point) *parleyv1.Point { p.Parent = parent; return p }

// of says what a point was split from or merged of.
func of(p *parleyv1.Point, origins ...string) *parleyv1.Point { p.Origins = origins; return p }

// became is a point that was split into others, or merged.
func became(id string, successors ...string) *parleyv1.Point {
	return &parleyv1.Point{Id: id, State: parleyv1.Point_STATE_SUPERSEDED, Successors: successors}
}

// goneFrom is a point without wording, as strike, park, relocate and obscure leave it.
func goneFrom(id string, state parleyv1.Point_State) *parleyv1.Point {
	return &parleyv1.Point{Id: id, State: state}
}

// row writes down what happened to one point: `army REWORDED "at most [-600,000-]{+800,000+}"`.
func row(d *parleyv1.PointDiff) string {
	out := d.GetPoint()
	for _, k := range d.GetKinds() {
		out += " " + strings.TrimPrefix(k.String(), "KIND_")
	}
	if how := d.GetMatchedBy(); how > parleyv1.PointMatch_HOW_ID {
		out += " by " + strings.TrimPrefix(how.String(), "HOW_")
	}
	if len(d.GetFrom()) > 0 {
		out += " from " + strings.Join(d.GetFrom(), "+")
	}
	if len(d.GetInto()) > 0 {
		out += " into " + strings.Join(d.GetInto(), "+")
	}
	if len(d.GetHeading()) > 0 {
		out += fmt.Sprintf(" # %s", marked(d.GetHeading()))
	}
	if len(d.GetText()) > 0 {
		out += fmt.Sprintf(" %q", marked(d.GetText()))
	}
	for _, a := range d.GetAlternatives() {
		out += fmt.Sprintf(" [%s>%s] %q", a.GetOldLabel(), a.GetNewLabel(), marked(a.GetText()))
	}
	return out
}

func TestDiff(t *testing.T) {
	const struck, moved, deferred, unknown = parleyv1.Point_STATE_STRUCK, parleyv1.Point_STATE_MOVED, parleyv1.Point_STATE_DEFERRED, parleyv1.Point_STATE_UNKNOWN
	rivals := func(id string, wordings ...string) *parleyv1.Point {
		p := pt(id + ": ")
		for _, w := range wordings {
			label, text, _ := strings.Cut(w, " ")
			p.Alternatives = append(p.Alternatives, &parleyv1.Alternative{Label: label, Text: text})
		}
		return p
	}
	for _, test := range []struct {
		name     string
		old, new []*parleyv1.Point
		want     []string
		summary  string
	}{
		{"nothing", nil, nil, nil, ""},
		{"the first text", nil, pts("a: One.", "b: # Two — 2."), []string{`a ADDED "{+One.+}"`, `b ADDED # {+Two+} "{+2.+}"`}, "added:2"},
		{
			"one word", pts("a: One.", "b: At most 600,000."), pts("a: One.", "b: At most 800,000."),
			[]string{`b REWORDED "At most [-600,000-]{+800,000+}."`},
			"unchanged:1 reworded:1",
		},
		{"a heading", pts("a: # Army — x"), pts("a: # Armed forces — x"), []string{`a REWORDED # [-Army-]{+Armed forces+}`}, "reworded:1"},
		{"white space only", pts("a: One  two."), pts("a: One two."), nil, "unchanged:1"},
		{"added in the middle", pts("a: 1", "b: 2"), pts("a: 1", "c: 3", "b: 2"), []string{`c ADDED "{+3+}"`}, "unchanged:2 added:1"},

		// The ways of going, and the way back.
		{"struck", pts("a: 1", "b: Two."), append(pts("a: 1"), goneFrom("b", struck)), []string{`b STRUCK "[-Two.-]"`}, "unchanged:1 struck:1"},
		{
			"moved elsewhere", pts("b: Two."),
			[]*parleyv1.Point{with(goneFrom("b", moved), func(p *parleyv1.Point) { p.MovedTo = "annex" })},
			[]string{`b MOVED_ELSEWHERE "[-Two.-]"`},
			"moved_elsewhere:1",
		},
		{"left to leaders", pts("b: Two."), []*parleyv1.Point{goneFrom("b", deferred)}, []string{`b DEFERRED "[-Two.-]"`}, "deferred:1"},
		{"not known any more", pts("b: Two."), []*parleyv1.Point{goneFrom("b", unknown)}, []string{`b OBSCURED "[-Two.-]"`}, "obscured:1"},
		{"settled after all", []*parleyv1.Point{goneFrom("b", deferred)}, pts("b: Two."), []string{`b RESTORED "{+Two.+}"`}, "restored:1"},
		{"from one way of being gone to another", []*parleyv1.Point{goneFrom("b", deferred)}, []*parleyv1.Point{goneFrom("b", struck)}, []string{`b STRUCK`}, "struck:1"},
		{"gone before and after", []*parleyv1.Point{goneFrom("b", struck)}, []*parleyv1.Point{goneFrom("b", struck)}, nil, ""},
		{"came and went between the texts", pts("a: 1"), append(pts("a: 1"), goneFrom("b", struck), became("c", "d", "e"), goneFrom("d", struck), goneFrom("e", moved)), nil, "unchanged:1"},
		{"new and left to leaders", nil, []*parleyv1.Point{goneFrom("b", deferred)}, []string{`b DEFERRED`}, "deferred:1"},
		{
			"gone points stand where they were", pts("a: 1", "b: 2", "c: 3", "d: 4"), pts("d: 4", "a: 1"),
			[]string{`d MOVED`, `b STRUCK "[-2-]"`, `c STRUCK "[-3-]"`},
			"unchanged:1 struck:2 moved:1",
		},
		{
			"the heading of what is left to leaders",
			[]*parleyv1.Point{in(deferred, pt("b: # Land"))},
			[]*parleyv1.Point{in(deferred, pt("b: # Territory"))},
			[]string{`b REWORDED # [-Land-]{+Territory+}`},
			"reworded:1",
		},

		// Number and place.
		{
			"renumbered",
			[]*parleyv1.Point{labelled("21", pt("a: 1")), labelled("22", pt("b: 2"))},
			[]*parleyv1.Point{labelled("14", pt("a: 1")), labelled("22", pt("b: 2"))},
			[]string{`a RENUMBERED`},
			"unchanged:1 renumbered:1",
		},
		{"one to the front", pts("a: 1", "b: 2", "c: 3", "d: 4"), pts("d: 4", "a: 1", "b: 2", "c: 3"), []string{`d MOVED`}, "unchanged:3 moved:1"},
		{"below another", pts("a: 1", "b: 2"), []*parleyv1.Point{pt("a: 1"), under("a", pt("b: 2"))}, []string{`b MOVED`}, "unchanged:1 moved:1"},
		{
			"a chapter with what belongs to it",
			[]*parleyv1.Point{pt("a: 1"), pt("b: 2"), under("b", pt("c: 3"))},
			[]*parleyv1.Point{pt("b: 2"), under("b", pt("c: 3")), pt("a: 1")},
			[]string{`b MOVED`},
			"unchanged:2 moved:1",
		},
		{
			"everything at once",
			[]*parleyv1.Point{labelled("1", pt("a: At most 600,000.")), pt("b: 2"), pt("c: 3")},
			[]*parleyv1.Point{pt("b: 2"), pt("c: 3"), labelled("3", pt("a: At most 800,000."))},
			[]string{`a REWORDED MOVED RENUMBERED "At most [-600,000-]{+800,000+}."`},
			"unchanged:2 reworded:1 moved:1 renumbered:1",
		},

		// Lineage: never a deletion beside an insertion.
		{
			"split", pts("a: Free and fair.", "b: 2"),
			[]*parleyv1.Point{became("a", "a1", "a2"), of(pt("a1: Free."), "a"), of(pt("a2: Fair."), "a"), pt("b: 2")},
			[]string{`a SPLIT into a1+a2`, `a1 SPLIT from a "Free[- and fair-]."`, `a2 SPLIT from a "[-Free and fair-]{+Fair+}."`},
			"unchanged:1 split:1",
		},
		{
			"split, living on in a part", pts("a: Free and fair."),
			[]*parleyv1.Point{of(pt("a: Free."), "a"), of(pt("a2: Fair."), "a")},
			[]string{`a REWORDED SPLIT from a "Free[- and fair-]."`, `a2 SPLIT from a "[-Free and fair-]{+Fair+}."`},
			"reworded:1 split:1",
		},
		{
			"merged", pts("a: Free.", "b: Fair."),
			[]*parleyv1.Point{became("a", "c"), of(pt("c: Free.\n\nFair."), "a", "b"), became("b", "c")},
			[]string{`a MERGED into c`, `c MERGED from a+b "Free.\n\nFair."`, `b MERGED into c`},
			"merged:1",
		},
		{
			"split in two steps", pts("a: Free, fair, fast."),
			[]*parleyv1.Point{became("a", "a1", "a2"), of(pt("a1: Free."), "a"), of(became("a2", "a3", "a4"), "a"), of(pt("a3: Fair."), "a2"), of(pt("a4: Fast."), "a2")},
			[]string{`a SPLIT into a1+a3+a4`, `a1 SPLIT from a "Free[-, fair, fast-]."`, `a3 SPLIT from a "[-Free, fair, fast-]{+Fair+}."`, `a4 SPLIT from a "[-Free, fair, fast-]{+Fast+}."`},
			"split:1",
		},
		{
			"merged with what was not there before", pts("a: Free."),
			[]*parleyv1.Point{became("a", "c"), became("b", "c"), of(pt("c: Free and fair."), "a", "b")},
			[]string{`a MERGED into c`, `c MERGED from a "Free{+ and fair+}."`},
			"merged:1",
		},
		{
			"parts that both texts have",
			[]*parleyv1.Point{became("a", "a1", "a2"), of(pt("a1: Free."), "a"), of(pt("a2: Fair."), "a")},
			[]*parleyv1.Point{became("a", "a1", "a2"), of(pt("a1: Free."), "a"), of(pt("a2: Fine."), "a")},
			[]string{`a2 REWORDED "[-Fair-]{+Fine+}."`},
			"unchanged:1 reworded:1",
		},

		// Rival wordings.
		{
			"brackets put in", pts("a: Run by three."),
			[]*parleyv1.Point{rivals("a", "US by three", "UA by two")},
			[]string{`a REWORDED "[-Run by three.-]" [>US] "{+by three+}" [>UA] "{+by two+}"`},
			"reworded:1",
		},
		{
			"one reworded, one Gone, one new",
			[]*parleyv1.Point{rivals("a", "A at most ten years", "B never", "C soon")},
			[]*parleyv1.Point{rivals("a", "A at most five years", "B never", "D quite another thing")},
			[]string{`a REWORDED [A>A] "at most [-ten-]{+five+} years" [>D] "{+quite another thing+}" [C>] "[-soon-]"`},
			"reworded:1",
		},
		{"other marks", []*parleyv1.Point{rivals("a", "A one", "B two")}, []*parleyv1.Point{rivals("a", "1 one", "2 two")}, []string{`a ANNOTATED`}, "annotated:1"},
		{
			"another mark and other words",
			[]*parleyv1.Point{rivals("a", "A run by three states under their lead")},
			[]*parleyv1.Point{rivals("a", "1 run by two states under their lead")},
			[]string{`a REWORDED [A>1] "run by [-three-]{+two+} states under their lead"`},
			"reworded:1",
		},
		{"struck with its alternatives", []*parleyv1.Point{rivals("a", "A one")}, nil, []string{`a STRUCK [A>] "[-one-]"`}, "struck:1"},

		// What is said about a point.
		{"another note", pts("a: 1"), []*parleyv1.Point{with(pt("a: 1"), func(p *parleyv1.Point) { p.Note = "doubtful" })}, []string{`a ANNOTATED`}, "annotated:1"},
		{"another number and topic", pts("a: 1"), []*parleyv1.Point{with(pt("a: 1"), func(p *parleyv1.Point) { p.Label, p.Topic = "7", "x" })}, []string{`a RENUMBERED ANNOTATED`}, "renumbered:1 annotated:1"},
		{
			"whom it obliges, in another order",
			[]*parleyv1.Point{with(pt("a: 1"), func(p *parleyv1.Point) { p.Obliges = []string{"x", "y"} })},
			[]*parleyv1.Point{with(pt("a: 1"), func(p *parleyv1.Point) { p.Obliges = []string{"y", "x"} })},
			nil, "unchanged:1",
		},

		// Texts that have no ids in common.
		{
			"unrelated texts", pts("a: "+sovereignty, "b: "+armyV1, "c: "+amnesty), pts("x: "+armyV2, "y: "+grain, "z: "+sovereignty),
			[]string{
				`x REWORDED MOVED by SIMILARITY "The armed forces of Ukraine are limited to [-600,000-]{+800,000+} personnel{+ in peacetime+}."`,
				`c STRUCK "[-` + amnesty + `-]"`, `y ADDED "{+` + grain + `+}"`,
			},
			"unchanged:1 added:1 struck:1 reworded:1 moved:1",
		},
		{"unrelated texts in chapters", []*parleyv1.Point{pt("a: # Security"), under("a", pt("b: "+armyV1))}, []*parleyv1.Point{pt("x: # Security"), under("x", pt("y: "+armyV1))}, nil, "unchanged:2"},
	} {
		rows, summary := Diff(test.old, test.new)
		var got []string
		for _, d := range rows {
			got = append(got, row(d))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
		if s := strings.Join(strings.Fields(fmt.Sprint(summary)), " "); s != test.summary {
			t.Errorf("%s: %s, want %s", test.name, s, test.summary)
		}
	}
}

// The draft of November 2025 was renumbered from 28 points to 20 and more; a number is no wording.
func TestAPureRenumberingRewordsNothing(t *testing.T) {
	old := plan(28)
	var new []*parleyv1.Point
	for i, p := range old {
		new = append(new, with(p, func(p *parleyv1.Point) { p.Label = fmt.Sprintf("%dbis", 28-i) }))
	}
	rows, summary := Diff(old, new)
	if len(rows) != 28 || summary.GetRenumbered() != 28 || summary.GetReworded()+summary.GetMoved()+summary.GetUnchanged() != 0 {
		t.Errorf("%d rows, %v", len(rows), summary)
	}
}

// edited draws a text and what became of it: points edited, renumbered, struck, restored, added, moved and nested.
func edited() *rapid.Generator[[2][]*parleyv1.Point] {
	state := rapid.SampledFrom([]parleyv1.Point_State{1, 1, 1, 1, 1, 2, 3, 4, 5})
	return rapid.Custom(func(t *rapid.T) (out [2][]*parleyv1.Point) {
		for i := range rapid.IntRange(0, 15).Draw(t, "points") {
			p := pt(fmt.Sprintf("p%d: the text number %d", i, i%4))
			p.State = state.Draw(t, "state")
			if i > 0 && rapid.IntRange(0, 4).Draw(t, "nest") == 0 {
				p.Parent = out[0][rapid.IntRange(0, i-1).Draw(t, "parent")].GetId()
			}
			out[0] = append(out[0], p)
		}
		for i, p := range rapid.Permutation(out[0]).Draw(t, "order") {
			switch rapid.IntRange(0, 9).Draw(t, "edit") {
			case 0:
				continue
			case 1:
				p = with(p, func(p *parleyv1.Point) { p.Text += " and more" })
			case 2:
				p = with(p, func(p *parleyv1.Point) { p.Label = "7" })
			case 3:
				p = with(p, func(p *parleyv1.Point) { p.State = state.Draw(t, "state") })
			case 4:
				out[1] = append(out[1], pt(fmt.Sprintf("q%d: the text number %d", i, i%4)))
			case 5:
				p = with(p, func(p *parleyv1.Point) { p.Parent = "" })
			case 6:
				p = with(p, func(p *parleyv1.Point) { p.Id = "r" + p.GetId() })
			}
			out[1] = append(out[1], p)
		}
		return out
	})
}

// Whoever has the old text and the answer has all that matters of the new one.
func TestTheDiffAppliedToTheOldTextGivesTheNew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := edited().Draw(t, "texts")
		checkDiff(t, texts[0], texts[1])
	})
}

func TestATextDoesNotDifferFromItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := edited().Draw(t, "texts")[1]
		copied := make([]*parleyv1.Point, len(text))
		for i, p := range text {
			copied[i] = proto.CloneOf(p)
		}
		for _, other := range [][]*parleyv1.Point{text, copied} {
			if rows, summary := Diff(text, other); len(rows) != 0 || int(summary.GetUnchanged()) != len(slices.DeleteFunc(slices.Clone(text), Gone)) {
				t.Fatalf("%v, %v", rows, summary)
			}
		}
	})
}

// checkDiff checks what Diff promises of any two texts with ids that are not taken twice.
func checkDiff(t interface{ Fatalf(string, ...any) }, old, new []*parleyv1.Point) {
	rows, summary := Diff(old, new)
	text := map[string]*parleyv1.Point{} // the old text, then changed row by row
	for _, p := range old {
		if !Gone(p) {
			text[p.GetId()] = p
		}
	}
	order := map[string]int{}
	for j, p := range new {
		order[p.GetId()] = j
	}
	last := -1
	for _, r := range rows {
		delete(text, r.GetBefore().GetId())
		if len(r.GetKinds()) == 0 || !slices.IsSorted(r.GetKinds()) {
			t.Fatalf("%v happened to %v", r.GetKinds(), r)
		}
		if r.GetAfter() == nil {
			continue
		}
		if j := order[r.GetPoint()]; new[j] != r.GetAfter() || j <= last {
			t.Fatalf("%v stands out of order", r)
		} else {
			last = j
		}
	}
	for _, r := range rows { // an id may have gone from one point to another
		if p := r.GetAfter(); p != nil && !Gone(p) {
			text[p.GetId()] = p
		}
	}
	wordings := map[string]int{}
	for _, p := range text {
		wordings[digestOf(p)+p.GetLabel()]++
	}
	for _, p := range new {
		if !Gone(p) {
			wordings[digestOf(p)+p.GetLabel()]--
		}
	}
	for w, n := range wordings {
		if n != 0 {
			t.Fatalf("%s: %d times too often; %v", w, n, rows)
		}
	}
	if present := len(text); int(summary.GetUnchanged()) > present {
		t.Fatalf("%v of %d points", summary, present)
	}
}

// parsedText reads a text for a fuzz test, with ids that are not taken twice.
func parsedText(text string) []*parleyv1.Point {
	out := parsed(text)
	seen := map[string]bool{"": true}
	for i, p := range out {
		if seen[p.GetId()] {
			p.Id = fmt.Sprintf("#%d", i)
		}
		seen[p.GetId()] = true
		switch {
		case i == 0:
		case i%5 == 0:
			p.Parent = out[i/2].GetId()
		case i%7 == 0:
			p.Origins = []string{out[i/2].GetId(), out[i/3].GetId()}
		case p.GetState() == parleyv1.Point_STATE_SUPERSEDED:
			p.Successors = []string{out[i-1].GetId(), out[0].GetId()}
		}
	}
	return out
}

func FuzzDiff(f *testing.F) {
	f.Add("army: "+armyV1+"\nb: Reserved.\nc: "+pact, "c: "+pact+"\narmy: "+armyV2+"\n2b: \nx: Reserved.")
	f.Add("a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7\nh: 8", "h: 8\n6a: \nc: 3\n4b: \nx: 5\ny: 6\nz: 7\ng: 9\n5d: ")
	f.Add("\xff: \xfe\n6", "\xff: \xfd\n\n\n\n\n\n6\n6\n6a: ")
	f.Fuzz(func(t *testing.T, old, new string) {
		checkDiff(t, parsedText(old), parsedText(new))
	})
}

package analysis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// change commits changes on the head of the draft.
func (w *world) change(t fataler, id string, changes ...*parleyv1.PointChange) {
	t.Helper()
	w.changeOn(t, id, []string{w.st.Head(draft, record.Latest).Msg.GetName()}, changes...)
}

// changeOn commits changes on given parents, the first of which they apply to.
func (w *world) changeOn(t fataler, id string, parents []string, changes ...*parleyv1.PointChange) {
	t.Helper()
	req := &parleyv1.CommitRevisionRequest{
		Parent: draft, RevisionId: id, Revision: &parleyv1.Revision{},
		Body: &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: changes}},
	}
	for _, p := range parents {
		req.Revision.Parents = append(req.Revision.Parents, &parleyv1.Revision_Parent{Revision: p})
	}
	w.do(t, record.CommitRevision(req))
}

func (w *world) lens() *lens.Lens {
	return lens.New(w.st, lens.Viewer{Mediator: true, Table: true}, time.Unix(0, w.st.Time()))
}

// blamed writes who brought in what: "[v1]old words [v2]new words", with the point where that is another: "[v1 b]…". The
// revision is one of the draft, or of another plan: "side/s1".
func blamed(t fataler, w *world, revision, point string) string {
	t.Helper()
	plan, id, other := strings.Cut(revision, "/")
	if !other {
		plan, id = "draft", revision
	}
	got, err := Blame(w.lens(), talks+"/plans/"+plan+"/revisions/"+id+"/points/"+point)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, run := range got.GetRuns() {
		from := record.IDOf(got.GetOrigins()[run.GetOrigin()].GetRevision())
		if run.GetPoint() != "" {
			from += " " + run.GetPoint()
		}
		if run.GetPart() == parleyv1.BlamePointResponse_PART_ALTERNATIVE {
			from += " =" + run.GetAlternative()
		}
		fmt.Fprintf(&b, "[%s]%s", from, run.GetText())
	}
	if got.GetRestoredBy() != "" {
		b.WriteString(" <" + record.IDOf(got.GetRestoredBy()))
	}
	return b.String()
}

func edit(id, text string) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: &parleyv1.Point{Id: id, Text: text}}}}
}

func strike(id string) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Strike_{Strike: &parleyv1.PointChange_Strike{Point: id}}}
}

func split(id string, into ...*parleyv1.Point) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Split_{Split: &parleyv1.PointChange_Split{Point: id, Into: into}}}
}

func merge(into *parleyv1.Point, ids ...string) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Merge_{Merge: &parleyv1.PointChange_Merge{Points: ids, Into: into}}}
}

func TestBlame(t *testing.T) {
	const first = "Russia and Ukraine set up economic zones in Donetsk."
	const second = "Russia and Ukraine set up potential economic zones in Donetsk."
	for _, tc := range []struct {
		name  string
		build func(t *testing.T, w *world)
		at    string
		point string
		want  string
	}{
		{"as it came in", func(t *testing.T, w *world) {}, "v1", "zones", "[v1]" + first},
		{"a word put in", func(t *testing.T, w *world) { w.change(t, "v2", edit("zones", second)) }, "v2", "zones", "[v1]Russia and Ukraine set up [v2]potential [v1]economic zones in Donetsk."},
		{"and read earlier", func(t *testing.T, w *world) { w.change(t, "v2", edit("zones", second)) }, "v1", "zones", "[v1]" + first},
		{"through a revision that left it alone", func(t *testing.T, w *world) {
			w.change(t, "v2", edit("zones", second))
			w.change(t, "v3", edit("other", "Something else altogether."))
		}, "v3", "zones", "[v1]Russia and Ukraine set up [v2]potential [v1]economic zones in Donetsk."},
		{"a full stop goes with new words before it, not by itself", func(t *testing.T, w *world) {
			w.change(t, "v2", edit("zones", "Russia and Ukraine set up economic zones together."))
		}, "v2", "zones", "[v1]Russia and Ukraine set up economic zones [v2]together."},
		{"a comma that is put in is a change", func(t *testing.T, w *world) {
			w.change(t, "v2", edit("zones", "Russia and Ukraine set up economic zones, in Donetsk."))
		}, "v2", "zones", "[v1]Russia and Ukraine set up economic zones[v2],[v1] in Donetsk."},
		{"through a move", func(t *testing.T, w *world) {
			w.change(t, "v2", edit("zones", second))
			w.change(t, "v3", &parleyv1.PointChange{Change: &parleyv1.PointChange_Move_{Move: &parleyv1.PointChange_Move{Point: "zones", To: &parleyv1.Placement{After: "other"}}}})
		}, "v3", "zones", "[v1]Russia and Ukraine set up [v2]potential [v1]economic zones in Donetsk."},
		{"through a revert", func(t *testing.T, w *world) {
			w.change(t, "v2", edit("zones", "Nothing of the kind."))
			w.change(t, "v3", edit("zones", first))
			w.change(t, "v4", edit("zones", second))
		}, "v4", "zones", "[v1]Russia and Ukraine set up [v4]potential [v1]economic zones in Donetsk."},
		{"and says who brought it back", func(t *testing.T, w *world) {
			w.change(t, "v2", edit("zones", "Nothing of the kind."))
			w.change(t, "v3", edit("zones", first))
		}, "v3", "zones", "[v1]" + first + " <v3"},
		{"through being struck", func(t *testing.T, w *world) {
			w.change(t, "v2", strike("zones"))
			w.change(t, "v3", edit("zones", second))
		}, "v3", "zones", "[v1]Russia and Ukraine set up [v3]potential [v1]economic zones in Donetsk."},
		{"through a split", func(t *testing.T, w *world) {
			w.change(t, "v2", edit("zones", first+" They are run by both."))
			w.change(t, "v3", split("zones", &parleyv1.Point{Id: "zones", Text: first}, &parleyv1.Point{Id: "run", Text: "They are run by both, and by the UN."}))
		}, "v3", "run", "[v2 zones]They are run by both[v3], and by the UN."},
		{"through a merge", func(t *testing.T, w *world) {
			w.change(t, "v2", edit("other", "Prisoners are exchanged all for all."))
			w.change(t, "v3", merge(&parleyv1.Point{Id: "zones", Text: first + " Prisoners are exchanged all for all."}, "zones", "other"))
		}, "v3", "zones", "[v1]" + first + " [v2 other]Prisoners are exchanged all for all."},
		{"from the second parent", func(t *testing.T, w *world) {
			w.st.Head(draft, record.Latest)
			w.do(t, record.CreatePlan(&parleyv1.CreatePlanRequest{Parent: talks, PlanId: "side", Plan: &parleyv1.Plan{DisplayName: "Side"}}))
			w.do(t, record.CommitRevision(&parleyv1.CommitRevisionRequest{
				Parent: talks + "/plans/side", RevisionId: "s1",
				Revision: &parleyv1.Revision{Parents: []*parleyv1.Revision_Parent{{Revision: draft + "/revisions/v1"}}},
				Body: &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{
					Changes: []*parleyv1.PointChange{edit("zones", second)},
				}},
			}))
			w.changeOn(t, "v2", []string{draft + "/revisions/v1", talks + "/plans/side/revisions/s1"}, &parleyv1.PointChange{
				Change: &parleyv1.PointChange_Adopt_{Adopt: &parleyv1.PointChange_Adopt{Point: "zones", Revision: talks + "/plans/side/revisions/s1"}},
			})
		}, "v2", "zones", "[v1]Russia and Ukraine set up [s1]potential [v1]economic zones in Donetsk."},
		{"through a move to another plan", func(t *testing.T, w *world) {
			w.change(t, "v2", edit("zones", second))
			w.do(t, record.CreatePlan(&parleyv1.CreatePlanRequest{Parent: talks, PlanId: "side", Plan: &parleyv1.Plan{DisplayName: "Side"}}))
			w.change(t, "v3", &parleyv1.PointChange{Change: &parleyv1.PointChange_Relocate_{Relocate: &parleyv1.PointChange_Relocate{Point: "zones", To: talks + "/plans/side"}}})
			w.do(t, record.CommitRevision(&parleyv1.CommitRevisionRequest{
				Parent: talks + "/plans/side", RevisionId: "s1",
				Revision: &parleyv1.Revision{Parents: []*parleyv1.Revision_Parent{{Revision: draft + "/revisions/v3"}}},
				Body: &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{
					Points: []*parleyv1.Point{{Id: "zones", Text: second + " They are run by both."}},
				}},
			}))
		}, "side/s1", "zones", "[v1]Russia and Ukraine set up [v2]potential [v1]economic zones in Donetsk.[s1] They are run by both."},
		{"a rival wording", func(t *testing.T, w *world) {
			w.change(t, "v2", &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: &parleyv1.Point{
				Id: "zones", Alternatives: []*parleyv1.Alternative{{Label: "US", Text: first}, {Label: "UA", Text: "No zones."}},
			}}}})
		}, "v2", "zones", "[v1 =US]" + first + "[v2 =UA]No zones."},
		{"struck: no words, nobody to blame", func(t *testing.T, w *world) { w.change(t, "v2", strike("zones")) }, "v2", "zones", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, &parleyv1.Plan{})
			w.commit(t, "v1", &parleyv1.Point{Id: "zones", Text: first}, &parleyv1.Point{Id: "other", Text: "Another point"})
			tc.build(t, w)
			if got := blamed(t, w, tc.at, tc.point); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// Whatever was done to a text, the runs of a point are its words to the last byte, and each of them is made of
// words that the revision which is said to have brought them in gave the point which they are said to have come with.
func TestBlamePartitionsTheTextAndAgreesWithTheHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, &parleyv1.Plan{})
		w.commit(t, "v0", &parleyv1.Point{Id: "p0", Text: sentence(t)}, &parleyv1.Point{Id: "p1", Text: sentence(t)})
		for i := range rapid.IntRange(1, 12).Draw(t, "revisions") {
			w.change(t, fmt.Sprintf("v%d", i+1), randomChange(t, w, i))
		}
		head := w.st.Head(draft, record.Latest)
		for p := range head.Text.Points() {
			got, err := Blame(w.lens(), head.Msg.GetName()+"/points/"+p.GetId())
			if err != nil {
				t.Fatal(err)
			}
			checkPartition(t, p, got)
			for _, run := range got.GetRuns() {
				checkRun(t, w, p.GetId(), got, run)
			}
		}
	})
}

// Where no word is used twice, every word of a point came in with the first revision that had it, whatever was done to the
// text since: words put in and taken out, points put elsewhere, struck and brought back, divided and joined.
func TestWordsThatAreUsedOnceComeFromWhereTheyWereFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, &parleyv1.Plan{})
		fresh := 0
		words := func(n int) []string {
			var out []string
			for range n {
				fresh++
				out = append(out, fmt.Sprintf("word%d", fresh))
			}
			return out
		}
		said := func(words []string) string { return strings.Join(words, " ") }
		w.commit(t, "v0", &parleyv1.Point{Id: "p0", Text: said(words(8))}, &parleyv1.Point{Id: "p1", Text: said(words(8))})
		for i := range rapid.IntRange(1, 12).Draw(t, "revisions") {
			w.change(t, fmt.Sprintf("v%d", i+1), rareChange(t, w, i, words))
		}
		first := map[string]string{} // revision by word
		for i := range 13 {
			r, ok := w.st.Revision(fmt.Sprintf("%s/revisions/v%d", draft, i), record.Latest)
			if !ok {
				break
			}
			for p := range r.Text.Points() {
				for word := range strings.FieldsSeq(p.GetText()) {
					first[word] = cmp.Or(first[word], r.Msg.GetName())
				}
			}
		}
		head := w.st.Head(draft, record.Latest)
		for p := range head.Text.Points() {
			got, err := Blame(w.lens(), head.Msg.GetName()+"/points/"+p.GetId())
			if err != nil {
				t.Fatal(err)
			}
			for _, run := range got.GetRuns() {
				for word := range strings.FieldsSeq(run.GetText()) {
					if from := got.GetOrigins()[run.GetOrigin()].GetRevision(); from != first[word] {
						t.Fatalf("%s of %q is said to be from %s, and was in %s", word, p.GetText(), from, first[word])
					}
				}
			}
		}
	})
}

// rareChange makes a change of a text in which no word is used twice.
func rareChange(t *rapid.T, w *world, n int, words func(int) []string) *parleyv1.PointChange {
	head := w.st.Head(draft, record.Latest)
	var all, live []string
	for p := range head.Text.Points() {
		all = append(all, p.GetId())
		if p.GetState() == parleyv1.Point_STATE_PRESENT {
			live = append(live, p.GetId())
		}
	}
	id := rapid.SampledFrom(live).Draw(t, "point")
	p, _ := head.Text.Point(id)
	text := strings.Fields(p.GetText())
	said := func(words []string) string { return strings.Join(words, " ") }
	switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
	case kind == 0 && len(live) > 1:
		return strike(id)
	case kind == 1 && len(text) >= 2*fewWords:
		at := rapid.IntRange(fewWords, len(text)-fewWords).Draw(t, "at")
		return split(id, &parleyv1.Point{Id: id, Text: said(text[:at])}, &parleyv1.Point{Id: fmt.Sprintf("s%d", n), Text: said(text[at:])})
	case kind == 2 && len(live) > 1:
		other, _ := head.Text.Point(rapid.SampledFrom(live).Filter(func(s string) bool { return s != id }).Draw(t, "other"))
		return merge(&parleyv1.Point{Id: id, Text: p.GetText() + " " + other.GetText()}, id, other.GetId())
	case kind == 3 && len(live) > 1:
		other := rapid.SampledFrom(live).Filter(func(s string) bool { return s != id }).Draw(t, "other")
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Move_{Move: &parleyv1.PointChange_Move{Point: id, To: &parleyv1.Placement{After: other}}}}
	case kind == 4: // struck points come back with their words
		for _, gone := range all {
			if old, _ := head.Text.Point(gone); old.GetState() == parleyv1.Point_STATE_STRUCK {
				for v := range w.lens().Ancestry(head) {
					if was, ok := v.Text.Point(gone); ok && was.GetText() != "" {
						return edit(gone, was.GetText())
					}
				}
			}
		}
	case kind == 5 && len(text) > 2*fewWords:
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		return edit(id, said(slices.Delete(text, at, at+1)))
	}
	at := rapid.IntRange(0, len(text)).Draw(t, "at")
	return edit(id, said(slices.Insert(text, at, words(rapid.IntRange(1, 3).Draw(t, "words"))...)))
}

func checkPartition(t *rapid.T, p *parleyv1.Point, got *parleyv1.BlamePointResponse) {
	text, used := "", map[int32]bool{}
	for _, run := range got.GetRuns() {
		text += run.GetText()
		used[run.GetOrigin()] = true
	}
	if text != p.GetHeading()+p.GetText() {
		t.Fatalf("the runs of %s are %q, its words %q", p.GetId(), text, p.GetText())
	}
	if len(used) != len(got.GetOrigins()) {
		t.Fatalf("%d of %d origins are used", len(used), len(got.GetOrigins()))
	}
}

func checkRun(t *rapid.T, w *world, id string, got *parleyv1.BlamePointResponse, run *parleyv1.BlamePointResponse_Run) {
	origin := got.GetOrigins()[run.GetOrigin()]
	r, _ := w.st.Revision(origin.GetRevision(), record.Latest)
	if run.GetPoint() != "" {
		id = run.GetPoint()
	}
	p, ok := r.Text.Point(id)
	if !ok || !slices.Contains(r.Changed, id) {
		t.Fatalf("%s did not change %s, but is said to have brought in %q", origin.GetRevision(), id, run.GetText())
	}
	for _, word := range wordsOf(run.GetText()) {
		if !slices.Contains(wordsOf(p.GetText()), word) {
			t.Fatalf("%q is not in the wording that %s gave %s: %q", word, origin.GetRevision(), id, p.GetText())
		}
	}
}

func wordsOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '.' })
}

var vocabulary = strings.Fields("the a zone zones border peace council Donetsk potential economic and of in all within days")

func sentence(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(vocabulary), 1, 12).Draw(t, "words"), " ") + "."
}

// randomChange makes a change that fits the text: an edit, mostly; sometimes a strike, a split or a merge.
func randomChange(t *rapid.T, w *world, n int) *parleyv1.PointChange {
	head := w.st.Head(draft, record.Latest)
	var all, live []string
	for p := range head.Text.Points() {
		all = append(all, p.GetId())
		if p.GetState() == parleyv1.Point_STATE_PRESENT {
			live = append(live, p.GetId())
		}
	}
	id := rapid.SampledFrom(all).Draw(t, "point")
	p, _ := head.Text.Point(id)
	words := strings.Fields(p.GetText())
	present := slices.Contains(live, id)
	switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
	case kind == 0 && present && len(live) > 1:
		return strike(id)
	case kind == 1 && present && len(words) > 1:
		at := len(words) / 2
		return split(id, &parleyv1.Point{Id: id, Text: strings.Join(words[:at], " ")}, &parleyv1.Point{Id: fmt.Sprintf("s%d", n), Text: strings.Join(words[at:], " ")})
	case kind == 2 && len(live) > 1:
		a, _ := head.Text.Point(live[0])
		b, _ := head.Text.Point(live[1])
		return merge(&parleyv1.Point{Id: live[0], Text: a.GetText() + " " + b.GetText()}, live[0], live[1])
	case kind < 7 && len(words) > 0: // one word more or less
		at := rapid.IntRange(0, len(words)-1).Draw(t, "at")
		return edit(id, strings.Join(slices.Replace(words, at, at+1, rapid.SampledFrom(vocabulary).Draw(t, "word"), words[at]), " "))
	}
	return edit(id, sentence(t))
}

// Whatever three wordings follow each other, the runs of the last are its words to the byte, and all of them have an origin.
func FuzzBlame(f *testing.F) {
	f.Add("economic zones", "potential economic zones", "economic zones")
	f.Add("a", "", "a b")
	f.Add("Україна  приймає", "Україна\nприймає.", "\u00a0приймає\u200b")
	f.Add("x x x x", "x x", "x y x y x")
	f.Fuzz(func(t *testing.T, first, second, third string) {
		w := newWorld(t, &parleyv1.Plan{})
		for i, text := range []string{first, second, third} {
			if !utf8.ValidString(text) {
				t.Skip("requests with such text are refused")
			}
			w.commit(t, fmt.Sprintf("v%d", i), &parleyv1.Point{Id: "p", Text: text}, &parleyv1.Point{Id: "q", Text: first})
		}
		got, err := Blame(w.lens(), draft+"/revisions/v2/points/p")
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, run := range got.GetRuns() {
			if int(run.GetOrigin()) >= len(got.GetOrigins()) || run.GetText() == "" {
				t.Fatalf("a run of nothing, or from nowhere: %v", got)
			}
			text += run.GetText()
		}
		if text != third {
			t.Fatalf("the runs are %q, the text %q", text, third)
		}
	})
}

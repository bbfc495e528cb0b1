package analysis

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// lapsed lists what lapsed at a revision as "party point, aged by revision: words; REMEDY revision …".
func (w *world) lapsed(t fataler, revision, party string) []string {
	t.Helper()
	got, err := Lapsed(w.lens(), draft+"/revisions/"+revision, party, Moment{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range got.GetLapsed() {
		var words, remedies strings.Builder
		for _, s := range l.GetChange().GetText() {
			words.WriteString(map[parleyv1.Span_Op]string{parleyv1.Span_OP_DELETE: "-", parleyv1.Span_OP_INSERT: "+"}[s.GetOp()] + strings.TrimSpace(s.GetText()) + "|")
		}
		for _, r := range l.GetRemedies() {
			remedies.WriteString(" " + strings.TrimPrefix(r.GetKind().String(), "KIND_") + " " + record.IDOf(r.GetRevision()))
			for _, o := range r.GetObjections() {
				remedies.WriteString(" " + record.IDOf(o))
			}
		}
		out = append(out, fmt.Sprintf("%s %s, aged by %s: %s;%s", record.IDOf(l.GetStance().GetParty()), l.GetChange().GetPoint(), record.IDOf(l.GetAgedBy()), words.String(), remedies.String()))
	}
	return out
}

func TestWhatLapsedAndWhatBringsItBack(t *testing.T) {
	const old = "Reliable guarantees."
	for name, test := range map[string]struct {
		value  parleyv1.Stance_Value
		change []func(*parleyv1.Stance)
		then   func(*world)
		want   []string
	}{
		"nothing changed": {acceptance, nil, func(w *world) { w.change(t, "r2") }, nil},
		"a word changed": {
			acceptance, nil,
			func(w *world) { w.change(t, "r2", edit("p", "Robust guarantees.")) },
			[]string{"a p, aged by r2: -Reliable|+Robust|guarantees.|; OLD_WORDING r1 EDITORIAL r1"},
		},
		"it came back, and changed again": {acceptance, nil, func(w *world) {
			w.change(t, "r2", edit("p", "None."))
			w.change(t, "r3", edit("p", old))
			w.change(t, "r4", edit("p", "Robust guarantees."))
		}, []string{"a p, aged by r4: -Reliable|+Robust|guarantees.|; OLD_WORDING r3 EDITORIAL r3"}},
		"the point was struck": {
			parleyv1.Stance_VALUE_NO_OBJECTION, nil,
			func(w *world) { w.change(t, "r2", strike("p")) },
			[]string{"a p, aged by r2: -Reliable guarantees.|; OLD_WORDING r1"},
		},
		"an editorial change that somebody objects to": {acceptance, nil, func(w *world) {
			w.change(t, "r2", editorially("Reliable guarantees!"))
			w.object(t, "r2")
		}, []string{"a p, aged by r2: Reliable guarantees|-.|+!|; OLD_WORDING r1 EDITORIAL r1 OBJECTIONS_WITHDRAWN r1 o"}},
		"an editorial change":            {acceptance, nil, func(w *world) { w.change(t, "r2", editorially("Reliable guarantees!")) }, nil},
		"a refusal is no acceptance":     {opposition, nil, func(w *world) { w.change(t, "r2", edit("p", "None.")) }, nil},
		"what was taken back is no loss": {acceptance, []func(*parleyv1.Stance){withdrawn}, func(w *world) { w.change(t, "r2", edit("p", "None.")) }, nil},
		"it has answered to the new words": {acceptance, nil, func(w *world) {
			w.change(t, "r2", edit("p", "None."))
			w.stance(t, "a", "r2/points/p", opposition)
		}, nil},
	} {
		w := newWorld(t, &parleyv1.Plan{})
		w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: old})
		w.stance(t, "a", "r1/points/p", test.value, test.change...)
		test.then(w)
		if got := w.lapsed(t, "latest", ""); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
		if got := w.lapsed(t, "latest", talks+"/parties/b"); len(got) > 0 {
			t.Errorf("%s: b never accepted anything, and %q", name, got)
		}
	}
}

// What is listed is what the matrix shows as stale and accepting; the change joins to the words that it was given on and to those
// that stand; and the first remedy works.
func TestWhatLapsedIsWhatTheMatrixShowsAsStale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, &parleyv1.Plan{})
		texts := []string{"One and two.", "One, two.", "Three.", "One."}
		newest := ""
		for i := range rapid.IntRange(1, 7).Draw(t, "revisions") {
			newest = fmt.Sprintf("r%d", i)
			w.commit(t, newest, &parleyv1.Point{Id: "p", Text: rapid.SampledFrom(texts).Draw(t, "p")}, &parleyv1.Point{Id: "q", Text: rapid.SampledFrom(texts).Draw(t, "q")})
			for range rapid.IntRange(0, 2).Draw(t, "stances") {
				w.stance(t, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "party"), newest+"/points/"+rapid.SampledFrom([]string{"p", "q"}).Draw(t, "point"), parleyv1.Stance_Value(rapid.IntRange(1, 9).Draw(t, "value")))
			}
		}
		stale := map[string]bool{}
		for _, row := range w.matrix(t, newest).GetRows() {
			for _, c := range row.GetCells() {
				if c.GetCurrency() == parleyv1.PositionMatrix_CURRENCY_STALE && accepts(c.GetStance()) {
					stale[c.GetStance().GetName()] = true
				}
			}
		}
		got, err := Lapsed(w.lens(), draft+"/revisions/"+newest, "", Moment{})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range got.GetLapsed() {
			if !stale[l.GetStance().GetName()] {
				t.Fatalf("the matrix does not show %v", l)
			}
			delete(stale, l.GetStance().GetName())
			before, after := "", ""
			for _, s := range l.GetChange().GetText() {
				if s.GetOp() != parleyv1.Span_OP_INSERT {
					before += s.GetText()
				}
				if s.GetOp() != parleyv1.Span_OP_DELETE {
					after += s.GetText()
				}
			}
			if before != l.GetChange().GetBefore().GetText() || after != l.GetChange().GetAfter().GetText() || l.GetChange().GetBefore().GetDigest() != l.GetStance().GetDigest() {
				t.Fatalf("the change is not from what was accepted to what stands: %v", l)
			}
		}
		if len(stale) > 0 {
			t.Fatalf("not listed: %v", stale)
		}
		for i, l := range got.GetLapsed() {
			then := &world{st: w.st, n: w.n + int64(i)*10}
			then.change(t, "restored", edit(l.GetChange().GetPoint(), l.GetChange().GetBefore().GetText()))
			again, err := Lapsed(then.lens(), draft+"/revisions/restored", "", Moment{})
			if err != nil || slices.ContainsFunc(again.GetLapsed(), func(each *parleyv1.LapsedAcceptance) bool {
				return each.GetStance().GetName() == l.GetStance().GetName()
			}) {
				t.Fatalf("the old words are back, and it is still lapsed: %v, %v", l, err)
			}
		}
	})
}

// A stance on a package lapses point by point, each with the words that it was given on.
func TestAPackageLapsesPointByPoint(t *testing.T) {
	w := twoPoints(t)
	w.stance(t, "a", "v1/points/p", acceptance, onPackage("p", "q"))
	w.commit(t, "v2", &parleyv1.Point{Id: "p", Text: "Three."}, &parleyv1.Point{Id: "q", Text: "Four."})
	got := slices.DeleteFunc(w.lapsed(t, "v2", ""), func(s string) bool { return strings.HasPrefix(s, "b ") })
	if want := []string{
		"a p, aged by v2: -One|+Three|.|; OLD_WORDING v1 EDITORIAL v1",
		"a q, aged by v2: -Two|+Four|.|; OLD_WORDING v1 EDITORIAL v1",
	}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

package record

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// Whatever was asked before, and whichever pages are asked for, a comparison is what redline says of the two texts.
func TestAComparisonIsWhatRedlineSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(1, 8).Draw(t, "commands") {
			_, _ = w.do(random(t, w))
		}
		all := slices.Collect(w.st.Revisions(talks+"/plans/draft", Latest))
		if len(all) == 0 {
			return
		}
		for range 10 {
			r := rapid.SampledFrom(all).Draw(t, "revision")
			base := rapid.SampledFrom(append([]*Revision{nil}, all...)).Draw(t, "base")
			parent := rapid.Bool().Draw(t, "parent")
			got := r.Compare(base, parent)
			rows, summary := anew(base, r, parent)
			want := &parleyv1.DiffRevisionsResponse{Points: rows, Summary: summary}
			if is := (&parleyv1.DiffRevisionsResponse{Points: got.Points, Summary: got.Summary}); !proto.Equal(is, want) {
				t.Fatalf("%s to %s is\n%v, want\n%v", base.Name(), r.Name(), is, want)
			}
			from := rapid.IntRange(0, len(rows)).Draw(t, "from")
			to := rapid.IntRange(from, len(rows)).Draw(t, "to")
			wire, err := got.Wire(from, to)
			if err != nil {
				t.Fatal(err)
			}
			page := &parleyv1.DiffRevisionsResponse{}
			if err := proto.Unmarshal(wire, page); err != nil {
				t.Fatal(err)
			}
			if want := (&parleyv1.DiffRevisionsResponse{Points: rows[from:to]}); !proto.Equal(page, want) {
				t.Fatalf("on the wire, %d to %d are\n%v, want\n%v", from, to, page, want)
			}
		}
	})
}

// What happened between two revisions is one thing for who knows that the one follows the other, and may be another for who does not
// know it: that the second of two points was put before the first is told from the fact that it was put elsewhere.
func TestAComparisonWithAParentIsAnother(t *testing.T) {
	w := newWorld(t)
	w.must(t, CommitRevision(textRequest(talks+"/plans/draft", w, &parleyv1.Point{Id: "p", Text: "One."}, &parleyv1.Point{Id: "q", Text: "Two."})))
	w.must(t, CommitRevision(changeRequest(talks+"/plans/draft", w, &parleyv1.PointChange{Change: &parleyv1.PointChange_Move_{
		Move: &parleyv1.PointChange_Move{Point: "p", To: &parleyv1.Placement{After: "q"}},
	}})))
	all := slices.Collect(w.st.Revisions(talks+"/plans/draft", Latest))
	for range 2 {
		for moved, parent := range map[string]bool{"p": true, "q": false} {
			if got := all[1].Compare(all[0], parent).Points; len(got) != 1 || got[0].GetPoint() != moved {
				t.Errorf("a parent: %v: %v, want that %s moved", parent, got, moved)
			}
		}
	}
}

// anew compares without anything that is remembered.
func anew(base, r *Revision, parent bool) ([]*parleyv1.PointDiff, *parleyv1.DiffSummary) {
	if base == nil {
		return redline.Diff(nil, r.Text.Slice())
	}
	known := redline.Known{}
	if parent {
		known.Replaced = r.ReplacedSince(base)
	}
	return redline.DiffKnowing(base.Text.Slice(), r.Text.Slice(), known)
}

package dossier

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/protobuf/testing/protocmp"
)

// A dossier that goes through a server comes out as it went in, but for the order of parties: those that others name are made first.
func TestExportOfALoad(t *testing.T) {
	want := small(t)
	want.Revisions[1].Body = &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{
		Points: []*parleyv1.Point{{Id: "army-size", Text: "At most 800,000."}},
	}}
	f := newFake()
	c := f.dial(t)
	if _, err := Load(t.Context(), c, want, nil); err != nil {
		t.Fatal(err)
	}
	got, err := Export(t.Context(), c, "negotiations/peace", nil)
	if err != nil {
		t.Fatal(err)
	}
	want.Revisions[0].GetText().GetPoints()[1].State = 0 // PRESENT is not spelt out
	for _, d := range []*Dossier{want, got} {
		slices.SortFunc(d.Parties, func(a, b *parleyv1.Party) int { return strings.Compare(a.GetName(), b.GetName()) })
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

const revisionPrefix = "negotiations/n/plans/p/revisions/"

// derive gives the changes between two texts in short, one a line: `merge a b -> c`.
func derive(t *testing.T, base, after []*parleyv1.Point, others ...*parleyv1.Point) string {
	t.Helper()
	for _, p := range slices.Concat(base, after, others) {
		if p.State == 0 {
			p.State = parleyv1.Point_STATE_PRESENT
		}
	}
	r := &parleyv1.Revision{
		Name: revisionPrefix + "r2", Points: after,
		Parents: []*parleyv1.Revision_Parent{{Revision: revisionPrefix + "r1"}, {Revision: revisionPrefix + "x"}},
	}
	c := commitOf(r, map[string][]*parleyv1.Point{revisionPrefix + "r1": base, revisionPrefix + "x": others})
	if c.GetChanges() == nil {
		return "text"
	}
	var out []string
	for _, change := range c.GetChanges().GetChanges() {
		out = append(out, short(change))
	}
	return strings.Join(out, "; ")
}

func short(change *parleyv1.PointChange) string {
	ids := func(points ...*parleyv1.Point) (s string) {
		for _, p := range points {
			s += " " + p.GetId()
		}
		return s
	}
	place := func(to *parleyv1.Placement) string {
		if to.GetFirst() {
			return " first in " + to.GetParent()
		}
		return " after " + to.GetAfter()
	}
	switch c := change.GetChange().(type) {
	case *parleyv1.PointChange_Add_:
		return "add" + ids(c.Add.GetPoint()) + place(c.Add.GetTo())
	case *parleyv1.PointChange_Adopt_:
		return "adopt " + c.Adopt.GetPoint() + place(c.Adopt.GetTo())
	case *parleyv1.PointChange_Edit_:
		return "edit" + ids(c.Edit.GetPoint())
	case *parleyv1.PointChange_Renumber_:
		return "renumber " + c.Renumber.GetPoint() + " " + c.Renumber.GetLabel()
	case *parleyv1.PointChange_Move_:
		return "move " + c.Move.GetPoint() + place(c.Move.GetTo())
	case *parleyv1.PointChange_Split_:
		return "split " + c.Split.GetPoint() + " ->" + ids(c.Split.GetInto()...)
	case *parleyv1.PointChange_Merge_:
		return "merge " + strings.Join(c.Merge.GetPoints(), " ") + " ->" + ids(c.Merge.GetInto())
	case *parleyv1.PointChange_Strike_:
		return "strike " + c.Strike.GetPoint()
	case *parleyv1.PointChange_Obscure_:
		return "obscure " + c.Obscure.GetPoint()
	}
	return change.String()
}

func TestLineageBecomesChanges(t *testing.T) {
	type points = []*parleyv1.Point
	superseded := parleyv1.Point_STATE_SUPERSEDED
	for name, tc := range map[string]struct {
		base, after, others points
		want                string
	}{
		"none": {
			points{{Id: "a"}, {Id: "b"}}, points{{Id: "b"}, {Id: "a"}, {Id: "c"}}, nil, "text",
		},
		"split": {
			points{{Id: "a"}, {Id: "b"}},
			points{{Id: "a", State: superseded, Successors: []string{"c", "d"}}, {Id: "c", Origins: []string{"a"}}, {Id: "d", Origins: []string{"a"}}, {Id: "b", Text: "new"}},
			nil, "split a -> c d; edit b; move a first in ; move c after a; move d after c; move b after d",
		},
		"split that lives on": {
			points{{Id: "a"}},
			points{{Id: "a", Text: "half"}, {Id: "c", Origins: []string{"a"}}},
			nil, "split a -> a c; move a first in ; move c after a",
		},
		"merge": {
			points{{Id: "a"}, {Id: "b"}},
			points{{Id: "c", Origins: []string{"b", "a"}}, {Id: "a", State: superseded, Successors: []string{"c"}}, {Id: "b", State: superseded, Successors: []string{"c"}}},
			nil, "merge b a -> c; move c first in ; move a after c; move b after a",
		},
		"merge that lives on": {
			points{{Id: "a"}, {Id: "b", Label: "2"}},
			points{{Id: "a", Origins: []string{"b"}}, {Id: "b", Label: "2", State: superseded, Successors: []string{"a"}}},
			nil, "merge a b -> a; move a first in ; move b after a",
		},
		"with the rest": {
			points{{Id: "a"}, {Id: "b"}, {Id: "k", Parent: "b"}, {Id: "u"}},
			points{
				{Id: "a", State: superseded, Successors: []string{"c", "d"}},
				{Id: "c", Origins: []string{"a"}},
				{Id: "d", Origins: []string{"a"}},
				{Id: "b", State: parleyv1.Point_STATE_STRUCK},
				{Id: "k", Parent: "b", State: parleyv1.Point_STATE_STRUCK},
				{Id: "n"},
				{Id: "o"},
				{Id: "u", Label: "9", State: parleyv1.Point_STATE_UNKNOWN},
			},
			points{{Id: "o", Text: "theirs"}},
			"split a -> c d; add n after ; adopt o after ; edit o; renumber u 9; " +
				"move a first in ; move c after a; move d after c; move b after d; move n after b; move o after n; move u after o; " +
				"obscure u; strike k; strike b",
		},
		"kept from before": {
			points{{Id: "a", State: superseded, Successors: []string{"c", "d"}}, {Id: "c", Origins: []string{"a"}}, {Id: "d", Origins: []string{"a"}}},
			points{{Id: "a", State: superseded, Successors: []string{"c", "d"}}, {Id: "c", Text: "x", Origins: []string{"a"}}, {Id: "d", Origins: []string{"a"}}},
			nil, "text",
		},
	} {
		if got := derive(t, tc.base, tc.after, tc.others...); got != tc.want {
			t.Errorf("%s\ngot  %s\nwant %s", name, got, tc.want)
		}
	}
}

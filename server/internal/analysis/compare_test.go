package analysis

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

func move(id string, to *parleyv1.Placement) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Move_{Move: &parleyv1.PointChange_Move{Point: id, To: to}}}
}

// story writes down what the history of a point of the draft says: "r1 ADDED, r2 MOVED".
func (w *world) story(t fataler, point string) string {
	t.Helper()
	versions, err := PointHistory(w.mediator(), draft, point)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, v := range versions {
		out = append(out, record.IDOf(v.GetRevision())+kindsOf(v.GetKinds()))
	}
	return strings.Join(out, ", ")
}

func kindsOf(kinds []parleyv1.PointDiff_Kind) string {
	out := ""
	for _, k := range kinds {
		out += " " + strings.TrimPrefix(k.String(), "KIND_")
	}
	return out
}

// Of two points that changed places, the one that was put elsewhere is said to have moved, whichever it was.
func TestThePointThatWasPutElsewhereIsTheOneThatMoved(t *testing.T) {
	for name, c := range map[string]struct {
		change *parleyv1.PointChange
		moved  string
	}{
		"the first behind the second":     {move("p", &parleyv1.Placement{After: "q"}), "p"},
		"the second before the first":     {move("q", &parleyv1.Placement{First: true}), "q"},
		"the last before the second":      {move("r", &parleyv1.Placement{After: "p"}), "r"},
		"the second behind the last":      {move("q", &parleyv1.Placement{After: "r"}), "q"},
		"the second where it stands":      {move("q", &parleyv1.Placement{After: "p"}), ""},
		"the second into the first":       {move("q", &parleyv1.Placement{Parent: "p"}), "q"},
		"one that is gone, to the front":  {move("gone", &parleyv1.Placement{First: true}), ""},
		"the first behind what is struck": {move("p", &parleyv1.Placement{After: "gone"}), "p"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, &parleyv1.Plan{})
			gone := &parleyv1.Point{Id: "gone", Heading: "Gone", State: parleyv1.Point_STATE_STRUCK}
			w.commit(t, "r1", wording("p"), wording("q"), wording("r"), gone)
			w.change(t, "r2", c.change)
			for _, base := range []string{"", draft + "/revisions/r1"} {
				d, err := Compare(w.mediator(), base, draft+"/revisions/r2")
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, row := range d.Points {
					got = append(got, row.GetPoint()+kindsOf(row.GetKinds()))
				}
				if want := strings.TrimSpace(c.moved + " MOVED"); c.moved != "" && !slices.Equal(got, []string{want}) || c.moved == "" && len(got) > 0 {
					t.Errorf("compared with %q: %v", base, got)
				}
			}
			for _, id := range []string{"p", "q", "r"} {
				want := "r1 ADDED"
				if id == c.moved {
					want += ", r2 MOVED"
				}
				if got := w.story(t, id); got != want {
					t.Errorf("the history of %s is %q, want %q", id, got, want)
				}
			}
		})
	}
}

// Where ranks grow long, all siblings get new ones; nothing happened to them.
func TestNewRanksAreNoNews(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.commit(t, "r1", wording("p"), wording("q"))
	var adding []*parleyv1.PointChange
	for i := range 2000 {
		adding = append(adding, &parleyv1.PointChange{Change: &parleyv1.PointChange_Add_{Add: &parleyv1.PointChange_Add{
			Point: wording(fmt.Sprintf("n%d", i)), To: &parleyv1.Placement{After: "p"},
		}}})
	}
	w.change(t, "r2", adding...)
	if !slices.Contains(w.st.Head(draft, record.Latest).Changed, "q") {
		t.Fatal("the siblings kept their ranks: this test needs more of them")
	}
	if got := w.story(t, "q"); got != "r1 ADDED" {
		t.Errorf("the history of q is %q", got)
	}
}

func wording(id string) *parleyv1.Point {
	return &parleyv1.Point{Id: id, Heading: "H", Text: "About " + id + "."}
}

func (w *world) mediator() *lens.Lens {
	return lens.New(w.st, lens.Viewer{Mediator: true, Table: true}, time.Unix(1_800_000_000, 0))
}

package analysis

import (
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// editorially gives the point p a wording that is said to mean the same.
func editorially(text string) *parleyv1.PointChange {
	c := edit("p", text)
	c.GetEdit().Editorial = true
	return c
}

// object records the objection o of the party b to what a revision did to the point p.
func (w *world) object(t fataler, revision string, change ...func(*parleyv1.Objection)) {
	t.Helper()
	o := &parleyv1.Objection{Party: talks + "/parties/b", Point: draft + "/revisions/" + revision + "/points/p"}
	for _, c := range change {
		c(o)
	}
	w.do(t, record.CreateObjection(&parleyv1.CreateObjectionRequest{Parent: talks, ObjectionId: "o", Objection: o}))
}

// cellOf gives the cell of a party on the point p.
func cellOf(t *testing.T, m *parleyv1.PositionMatrix, party string) *parleyv1.PositionMatrix_Cell {
	t.Helper()
	for i, p := range m.GetParties() {
		if record.IDOf(p.GetName()) == party {
			return m.GetRows()[0].GetCells()[i]
		}
	}
	t.Fatalf("no column of %s", party)
	return nil
}

func TestAnEditorialChangeCarriesStancesUntilSomebodyObjects(t *testing.T) {
	const (
		current = parleyv1.PositionMatrix_CURRENCY_CURRENT
		carried = parleyv1.PositionMatrix_CURRENCY_CARRIED
		stale   = parleyv1.PositionMatrix_CURRENCY_STALE
		agreed  = parleyv1.PositionMatrix_STATUS_AGREED
		open    = parleyv1.PositionMatrix_STATUS_OPEN
		kept    = parleyv1.PositionMatrix_STATUS_PROVISIONAL
	)
	for _, tc := range []struct {
		name     string
		then     func(w *world)
		at       string
		currency parleyv1.PositionMatrix_Currency
		status   parleyv1.PositionMatrix_Status
		by       []string // revisions that carried it
	}{
		{"nothing changed", func(*world) {}, "v1", current, agreed, nil},
		{"a change of substance", func(w *world) { w.change(t, "v2", edit("p", "Reliable guarantees.")) }, "v2", stale, open, nil},
		{"an editorial change", func(w *world) { w.change(t, "v2", editorially("Robust guarantees")) }, "v2", carried, kept, []string{"v2"}},
		{"two of them", func(w *world) {
			w.change(t, "v2", editorially("Robust guarantees"))
			w.change(t, "v3", editorially("ROBUST guarantees"))
		}, "v3", carried, kept, []string{"v3", "v2"}},
		{"one, and then one of substance", func(w *world) {
			w.change(t, "v2", editorially("Robust guarantees"))
			w.change(t, "v3", edit("p", "No guarantees."))
		}, "v3", stale, open, nil},
		{"one of substance, and then an editorial one", func(w *world) {
			w.change(t, "v2", edit("p", "No guarantees."))
			w.change(t, "v3", editorially("No guarantees"))
		}, "v3", stale, open, nil},
		{"contested", func(w *world) {
			w.change(t, "v2", editorially("Firm guarantees."))
			w.object(t, "v2")
		}, "v2", stale, open, nil},
		{"contested once, carried before that", func(w *world) {
			w.change(t, "v2", editorially("Robust guarantees"))
			w.change(t, "v3", editorially("Firm guarantees"))
			w.object(t, "v3")
		}, "v2", carried, kept, []string{"v2"}},
		{"contested below", func(w *world) {
			w.change(t, "v2", editorially("Firm guarantees"))
			w.change(t, "v3", editorially("Firm guarantees!"))
			w.object(t, "v2")
		}, "v3", stale, open, nil},
		{"the objection was withdrawn", func(w *world) {
			w.change(t, "v2", editorially("Firm guarantees."))
			w.object(t, "v2", func(o *parleyv1.Objection) { o.Withdrawn = true })
		}, "v2", carried, kept, []string{"v2"}},
		{"the objection was deleted", func(w *world) {
			w.change(t, "v2", editorially("Firm guarantees."))
			w.object(t, "v2")
			w.do(t, record.DeleteObjection(&parleyv1.DeleteObjectionRequest{Name: talks + "/objections/o"}))
		}, "v2", carried, kept, []string{"v2"}},
		{"a stance on the new wording goes before one carried over", func(w *world) {
			w.change(t, "v2", editorially("Firm guarantees."))
			w.stance(t, "a", "v2/points/p", acceptance)
			w.stance(t, "b", "v2/points/p", acceptance)
		}, "v2", current, agreed, nil},
		{"the old wording came back", func(w *world) {
			w.change(t, "v2", editorially("Firm guarantees."))
			w.object(t, "v2")
			w.change(t, "v3", edit("p", "Robust guarantees."))
		}, "v3", current, agreed, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, &parleyv1.Plan{})
			w.commit(t, "v1", &parleyv1.Point{Id: "p", Text: "Robust guarantees."})
			w.stance(t, "a", "v1/points/p", acceptance)
			w.stance(t, "b", "v1/points/p", acceptance)
			tc.then(w)
			m := w.matrix(t, tc.at)
			c := cellOf(t, m, "a")
			if c.GetCurrency() != tc.currency || m.GetRows()[0].GetStatus() != tc.status {
				t.Errorf("%v and %v, want %v and %v", c.GetCurrency(), m.GetRows()[0].GetStatus(), tc.currency, tc.status)
			}
			var by []string
			for _, r := range c.GetCarriedBy() {
				by = append(by, record.IDOf(r))
			}
			if len(by) != len(tc.by) || len(by) > 0 && (by[0] != tc.by[0] || by[len(by)-1] != tc.by[len(by)-1]) {
				t.Errorf("carried by %v, want %v", by, tc.by)
			}
		})
	}
}

package analysis

import (
	"cmp"
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// Table is what negotiators have before them: point by point the text that it came from, what each party proposes and where it
// stands, and the text that stands now.
type Table struct {
	Revision *parleyv1.Revision // without its points
	Base     *parleyv1.Revision // without its points; nil for none
	Parties  []*parleyv1.Party
	Decides  []bool // whether the party's consent is needed, in the order of Parties
	Whole    []*parleyv1.PositionMatrix_Cell
	Rows     []TableRow
}

// TableRow is one point.
type TableRow struct {
	Point  *parleyv1.Point // as it stands; nil if only the base has it
	Base   *parleyv1.Point // as the base has it; nil if it has not
	Status parleyv1.PositionMatrix_Status
	Cells  []TableCell // in the order of the parties
}

// TableCell is what one party says to one point.
type TableCell struct {
	Position *parleyv1.PositionMatrix_Cell
	Wordings []Wording
}

// Wording is a text that a party proposes for a point: an alternative in the text, or the point in a plan of its own.
type Wording struct {
	Alternative string // the label of the alternative; empty for a point of another plan
	Revision    string // the revision of a plan of the party's own; empty for an alternative
	Heading     string
	Text        string
}

// MostTableCells is how many cells a table may have at the most.
const MostTableCells = 100_000

// TableOf works out the table of a revision against a base, which if empty is the first parent, from the positions of a moment.
// columns names the parties to show; empty for those whose consent is needed, or that have a stance or a wording.
func TableOf(l *lens.Lens, revision, base string, when Moment, columns []string) (*Table, error) {
	positions, err := Positions(l, revision, when, Showing{Parties: columns, Gone: true})
	if err != nil {
		return nil, err
	}
	m := positions.Whole()
	r, err := l.Revision(revision)
	if err != nil {
		return nil, err
	}
	t := &Table{Revision: l.Message(r, false), Parties: m.GetParties(), Decides: m.GetDecides(), Whole: m.GetWhole()}
	from := l.FirstParent(r.Revision)
	if base != "" {
		b, err := l.Revision(base)
		if err != nil {
			return nil, fault.ReferenceNotFound("base", base)
		}
		from = b.Revision
	}
	if from != nil {
		b, err := l.Revision(from.Msg.GetName())
		if err != nil {
			return nil, err
		}
		t.Base = l.Message(b, false)
	}
	own := ownTexts(l, r, when)
	if len(columns) == 0 {
		t.addProposers(l, r, own)
	}
	t.rows(m, r, from, own)
	if cells := len(t.Rows) * (len(t.Parties) + 1); cells > MostTableCells {
		return nil, fault.LimitExceeded("", "table_cells", cells, MostTableCells)
	}
	return t, nil
}

// ownTexts finds the newest revision at a moment of each plan that a party owns, other than that of r, by party.
func ownTexts(l *lens.Lens, r *lens.Revision, when Moment) map[string][]*record.Revision {
	own := map[string][]*record.Revision{}
	for p := range l.Plans(record.NegotiationOf(r.Plan()), "", false) {
		if p.GetOwner() == "" || p.GetName() == r.Plan() {
			continue
		}
		var newest *record.Revision
		for each := range l.Revisions(p.GetName()) {
			if (when == Moment{}) || when.picks(written{each.Msg}) {
				newest = each.Revision
			}
		}
		if newest != nil {
			own[p.GetOwner()] = append(own[p.GetOwner()], newest)
		}
	}
	return own
}

// written dates a revision like a position: it is there from when it had been written.
type written struct{ *parleyv1.Revision }

func (written) GetHeldTime() *parleyv1.PartialTime   { return nil }
func (w written) GetSaidTime() *parleyv1.PartialTime { return w.Revision.GetHeldTime() }

// addProposers adds columns for the parties that have a wording of their own and no column yet, by name.
func (t *Table) addProposers(l *lens.Lens, r *lens.Revision, own map[string][]*record.Revision) {
	names := map[string]bool{}
	for p := range r.Text.Points() {
		for _, a := range p.GetAlternatives() {
			for _, party := range a.GetProponents() {
				names[party] = true
			}
		}
		for party, revisions := range own {
			for _, each := range revisions {
				if is, ok := each.Text.Point(p.GetId()); ok && !redline.Gone(is) {
					names[party] = true
				}
			}
		}
	}
	for _, p := range t.Parties {
		delete(names, p.GetName())
	}
	for p := range l.Parties(record.NegotiationOf(r.Plan()), "", false) {
		if names[p.GetName()] {
			t.Parties, t.Decides = append(t.Parties, p), append(t.Decides, false)
			t.Whole = append(t.Whole, &parleyv1.PositionMatrix_Cell{})
		}
	}
}

// rows makes the rows in reading order, of what is in the text or went out of it since the base; then what only the base has.
func (t *Table) rows(m *parleyv1.PositionMatrix, r *lens.Revision, from *record.Revision, own map[string][]*record.Revision) {
	for _, row := range m.GetRows() {
		now, _ := r.Text.Point(row.GetPoint().GetId())
		was := pointOf(from, now.GetId())
		if redline.Gone(now) && was == nil {
			continue
		}
		out := TableRow{Point: now, Base: was, Status: row.GetStatus()}
		for i, p := range t.Parties {
			cell := TableCell{Position: &parleyv1.PositionMatrix_Cell{}, Wordings: wordings(now, p.GetName(), own[p.GetName()])}
			if i < len(row.GetCells()) {
				cell.Position = row.GetCells()[i]
			}
			out.Cells = append(out.Cells, cell)
		}
		t.Rows = append(t.Rows, out)
	}
	if from == nil {
		return
	}
	for was := range from.Text.Points() {
		if _, stays := r.Text.Point(was.GetId()); stays || redline.Gone(was) {
			continue
		}
		out := TableRow{Base: was, Status: parleyv1.PositionMatrix_STATUS_NO_WORDING}
		for _, p := range t.Parties {
			out.Cells = append(out.Cells, TableCell{Position: &parleyv1.PositionMatrix_Cell{}, Wordings: wordings(was, p.GetName(), own[p.GetName()])})
		}
		t.Rows = append(t.Rows, out)
	}
}

// pointOf finds a point in a text, nil if it is not there or gone.
func pointOf(r *record.Revision, id string) *parleyv1.Point {
	if r == nil {
		return nil
	}
	if p, ok := r.Text.Point(id); ok && !redline.Gone(p) {
		return p
	}
	return nil
}

// wordings lists what a party proposes for a point.
func wordings(p *parleyv1.Point, party string, own []*record.Revision) (out []Wording) {
	for _, a := range p.GetAlternatives() {
		if slices.Contains(a.GetProponents(), party) {
			out = append(out, Wording{Alternative: a.GetLabel(), Text: a.GetText()})
		}
	}
	for _, r := range own {
		if is := pointOf(r, p.GetId()); is != nil && is.GetText() != "" {
			out = append(out, Wording{Revision: r.Msg.GetName(), Heading: is.GetHeading(), Text: is.GetText()})
		}
	}
	slices.SortStableFunc(out, func(a, b Wording) int { return cmp.Compare(a.Revision, b.Revision) })
	return out
}

package analysis

import (
	"iter"
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
)

// Matrix is who stands where on each point of a revision. Its rows are worked out when they are asked for. For one goroutine.
type Matrix struct {
	Head *parleyv1.PositionMatrix // all but the rows

	board   *board
	compact bool
	columns map[string]int // by party
	scratch cells          // of the compact row that was worked out last
	spare   []*parleyv1.PositionMatrix_Row
}

// Showing is what of a matrix is wanted.
type Showing struct {
	Parties []string // the columns; empty for those that have a stance or whose consent is needed
	Gone    bool     // points that are gone have rows
	Compact bool     // rows have values instead of cells
}

// Positions works out the matrix of a revision, from the positions of a moment.
func Positions(l *lens.Lens, revision string, when Moment, show Showing) (*Matrix, error) {
	b, err := newBoard(l, revision, when)
	if err != nil {
		return nil, err
	}
	whole, unplaced := b.onRevision()
	b.sketch(show.Gone)
	parties, err := b.parties(show.Parties, whole)
	if err != nil {
		return nil, err
	}
	m := &Matrix{board: b, compact: show.Compact, columns: map[string]int{}}
	m.Head = &parleyv1.PositionMatrix{Revision: b.revision.Msg.GetName(), Parties: parties, Unplaced: unplaced, StatusCounts: b.statusCounts()}
	for i, p := range parties {
		m.columns[p.GetName()] = i
		m.Head.Decides = append(m.Head.Decides, slices.Contains(b.rule.everybody, p.GetName()))
	}
	m.Head.Whole = m.cells(row{voices: &voices{cells: whole}})
	return m, nil
}

// parties finds those to show: those asked for, or the deciders and then whoever has a stance, by name.
func (b *board) parties(asked []string, whole cells) (out []*parleyv1.Party, err error) {
	for _, name := range asked {
		p, err := b.lens.Party(name)
		if err != nil {
			return nil, fault.ReferenceNotFound("parties", name)
		}
		out = append(out, p)
	}
	if len(asked) > 0 {
		return out, nil
	}
	for _, name := range slices.Concat(b.rule.everybody, b.speakers(whole)) {
		if p, err := b.lens.Party(name); err == nil {
			out = append(out, p)
		}
	}
	return out, nil
}

// Whole gives the matrix with all its rows.
func (m *Matrix) Whole() *parleyv1.PositionMatrix {
	m.Head.Rows = slices.Collect(m.Rows(""))
	return m.Head
}

// Rows yields the rows in reading order: those after the point `after`, or all if it is empty or has none.
func (m *Matrix) Rows(after string) iter.Seq[*parleyv1.PositionMatrix_Row] {
	return func(yield func(*parleyv1.PositionMatrix_Row) bool) {
		rows := m.board.rows
		if i := slices.IndexFunc(rows, func(r row) bool { return r.point.GetId() == after }); after != "" {
			rows = rows[i+1:]
		}
		for _, r := range rows {
			if m.board.lens.Over() || !yield(m.row(r)) {
				return
			}
		}
	}
}

// Reuse takes back rows that nobody looks at any more: those to come are made of them. A long matrix is as many numbers as there
// are stances.
func (m *Matrix) Reuse(rows []*parleyv1.PositionMatrix_Row) {
	if m.compact {
		m.spare = append(m.spare, rows...)
	}
}

// row answers with a row, whose cells it looks up unless they are there: kept of all rows they would take more than the answer.
func (m *Matrix) row(r row) *parleyv1.PositionMatrix_Row {
	out := m.blank()
	out.Point, out.Status = short(r.point), r.status
	if m.compact {
		m.compress(r, out)
		return out
	}
	if r.voices == nil {
		m.board.look(&r)
	}
	out.Cells = m.cells(r)
	return out
}

// compress tells the cells of a row in columns of numbers.
func (m *Matrix) compress(r row, out *parleyv1.PositionMatrix_Row) {
	if r.voices == nil {
		m.scratch = m.board.lookInto(m.scratch[:0], r.point, carried(m.board.lens, m.board.revision.Revision, r.point.GetId()))
	} else {
		m.scratch = append(m.scratch[:0], r.cells...)
	}
	next := 0 // the column of the party that most likely comes next: cells come by party, and so do most columns
	for _, c := range m.scratch {
		i, shown := next, next < len(m.Head.GetParties()) && m.Head.GetParties()[next].GetName() == c.party
		if !shown {
			i, shown = m.columns[c.party]
		}
		if shown {
			out.Values[i], out.Currencies[i], out.StanceCounts[i] = c.stance.GetValue(), c.currency, c.count
			next = i + 1
		}
	}
}

// blank gives a row with nothing in it, but for the columns of a compact one.
func (m *Matrix) blank() *parleyv1.PositionMatrix_Row {
	if !m.compact {
		return &parleyv1.PositionMatrix_Row{}
	}
	if last := len(m.spare) - 1; last >= 0 {
		out := m.spare[last]
		m.spare = m.spare[:last]
		clear(out.Values)
		clear(out.Currencies)
		clear(out.StanceCounts)
		return out
	}
	return &parleyv1.PositionMatrix_Row{
		Values:       make([]parleyv1.Stance_Value, len(m.columns)),
		Currencies:   make([]parleyv1.PositionMatrix_Currency, len(m.columns)),
		StanceCounts: make([]int32, len(m.columns)),
	}
}

// cells answers with the cells of a row, in the order of the columns.
func (m *Matrix) cells(r row) []*parleyv1.PositionMatrix_Cell {
	out := make([]*parleyv1.PositionMatrix_Cell, len(m.columns))
	for _, c := range r.cells {
		if i, ok := m.columns[c.party]; ok {
			out[i] = m.cell(r, c)
		}
	}
	for i := range out {
		if out[i] == nil {
			out[i] = &parleyv1.PositionMatrix_Cell{}
		}
	}
	return out
}

func (m *Matrix) cell(r row, c cell) *parleyv1.PositionMatrix_Cell {
	out := &parleyv1.PositionMatrix_Cell{
		Currency: c.currency, Stance: c.stance, StanceCount: c.count, AgedBy: m.board.agedBy(r.point, c), Unmet: r.unmet[c.party],
	}
	if c.currency == parleyv1.PositionMatrix_CURRENCY_CARRIED {
		out.CarriedBy = r.over[digestOn(c.stance, r.point.GetId())]
	}
	return out
}

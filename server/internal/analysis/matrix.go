package analysis

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// Positions works out the whole matrix of a revision, from the positions of a moment. columns names the parties to show; empty
// for those that have a stance or whose consent is needed. Rows of points that are gone are left out unless asked for.
func Positions(l *lens.Lens, revision string, when Moment, columns []string, gone bool) (*parleyv1.PositionMatrix, error) {
	b, err := newBoard(l, revision, when)
	if err != nil {
		return nil, err
	}
	whole, unplaced := b.onRevision()
	b.fill(gone)
	parties, err := b.columns(columns, whole)
	if err != nil {
		return nil, err
	}
	m := &parleyv1.PositionMatrix{Revision: b.revision.Msg.GetName(), Parties: parties, Whole: cellsOf(whole, parties), Unplaced: unplaced}
	for _, p := range parties {
		m.Decides = append(m.Decides, slices.Contains(b.rule.everybody, p.GetName()))
	}
	for _, row := range b.rows {
		row.msg.Cells = cellsOf(row.cells, parties)
		m.Rows = append(m.Rows, row.msg)
	}
	m.StatusCounts = b.statusCounts()
	return m, nil
}

// board is a matrix in the making.
type board struct {
	lens     *lens.Lens
	revision *lens.Revision
	plan     *parleyv1.Plan
	when     Moment
	rule     rule
	supposed map[string]bool // points that are supposed to have got other words
	rows     []row
	lapses   func() map[string][]lapse // worked out when the first stale stance is met
}

// newBoard makes the empty matrix of a revision.
func newBoard(l *lens.Lens, revision string, when Moment) (*board, error) {
	r, err := l.Revision(revision)
	if err != nil {
		return nil, err
	}
	plan, err := l.Plan(r.Plan())
	if err != nil {
		return nil, err
	}
	return &board{
		lens: l, revision: r, plan: plan, when: when, rule: ruleOf(l, plan),
		lapses: sync.OnceValue(func() map[string][]lapse { return lapses(l, r.Revision) }),
	}, nil
}

// fill gives the matrix its rows: those of points that are gone only if they are wanted.
func (b *board) fill(gone bool) {
	b.lay(gone)
	if b.plan.GetNothingAgreedUntilEverythingAgreed() {
		b.hold()
	}
}

// lay gives the matrix its rows as they are by themselves, whatever must be agreed for anything to be.
func (b *board) lay(gone bool) {
	for p := range b.revision.Text.Points() {
		if b.lens.Over() {
			break
		}
		if gone || !redline.Gone(p) {
			b.addRow(p)
		}
	}
	b.consent()
}

// statusCounts counts the rows by their status.
func (b *board) statusCounts() (out []*parleyv1.PositionMatrix_StatusCount) {
	counts := map[parleyv1.PositionMatrix_Status]int32{}
	for _, row := range b.rows {
		counts[row.msg.GetStatus()]++
	}
	for _, s := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, &parleyv1.PositionMatrix_StatusCount{Status: s, Count: counts[s]})
	}
	return out
}

type row struct {
	msg    *parleyv1.PositionMatrix_Row
	point  *parleyv1.Point                          // whole
	cells  map[string]*parleyv1.PositionMatrix_Cell // by party
	hinges map[string][]hinge                       // by party: what a counting stance that accepts hangs on
	given  map[string]consentGiven                  // by party, as it was found in the end
	used   []string                                 // parties whose consent makes it agreed
}

// onRevision divides the stances on the revision: those on it as a whole, which are never stale here, as another text is
// another revision; and those on unnamed points or in comparison, which belong into no cell.
func (b *board) onRevision() (whole map[string]*parleyv1.PositionMatrix_Cell, unplaced []*parleyv1.Stance) {
	var onWhole []*parleyv1.Stance
	for s := range Of(b.when, b.lens.StancesOn(b.revision.Msg.GetName())) {
		if s.GetTarget().GetRevision() != "" {
			onWhole = append(onWhole, s)
		} else if !s.GetWithdrawn() {
			unplaced = append(unplaced, s)
		}
	}
	slices.SortFunc(unplaced, func(a, b *parleyv1.Stance) int {
		return cmp.Or(saidTime(a).Compare(saidTime(b)), cmp.Compare(a.GetName(), b.GetName()))
	})
	return counting(slices.Values(onWhole), func(*parleyv1.Stance) parleyv1.PositionMatrix_Currency {
		return parleyv1.PositionMatrix_CURRENCY_CURRENT
	}), unplaced
}

func (b *board) addRow(p *parleyv1.Point) {
	over := carried(b.lens, b.revision.Revision, p.GetId())
	cells := b.cellsOn(p, over)
	for _, c := range cells {
		switch digest := digestOn(c.GetStance(), p.GetId()); c.GetCurrency() {
		case parleyv1.PositionMatrix_CURRENCY_STALE:
			c.AgedBy = agedBy(b.lapses()[p.GetId()], digest)
		case parleyv1.PositionMatrix_CURRENCY_CARRIED:
			c.CarriedBy = over[digest]
		}
	}
	short := proto.CloneOf(p)
	short.Alternatives, short.Terms, short.Note, short.Text = nil, nil, "", cut(p.GetText(), 200)
	b.rows = append(b.rows, row{msg: &parleyv1.PositionMatrix_Row{Point: short}, point: p, cells: cells})
}

// cellsOn finds what counts on a point, given the former wordings that it is carried over from.
func (b *board) cellsOn(p *parleyv1.Point, over map[string][]string) map[string]*parleyv1.PositionMatrix_Cell {
	return counting(Of(b.when, b.lens.StancesOn(p.GetId())), func(s *parleyv1.Stance) parleyv1.PositionMatrix_Currency {
		switch digest := digestOn(s, p.GetId()); {
		case b.supposed[p.GetId()]:
			return parleyv1.PositionMatrix_CURRENCY_STALE
		case p.GetDigest() != "" && digest == p.GetDigest():
			return parleyv1.PositionMatrix_CURRENCY_CURRENT
		case len(over[digest]) > 0:
			return parleyv1.PositionMatrix_CURRENCY_CARRIED
		}
		return parleyv1.PositionMatrix_CURRENCY_STALE
	})
}

// hold makes agreed points provisional while others with wording are not agreed.
func (b *board) hold() {
	for _, r := range b.rows {
		if s := r.msg.GetStatus(); s != parleyv1.PositionMatrix_STATUS_AGREED && !redline.Gone(r.msg.GetPoint()) {
			for _, r := range b.rows {
				if r.msg.GetStatus() == parleyv1.PositionMatrix_STATUS_AGREED {
					r.msg.Status = parleyv1.PositionMatrix_STATUS_PROVISIONAL
				}
			}
			return
		}
	}
}

// columns finds the parties to show: those asked for, or the deciders and then whoever has a stance, by name.
func (b *board) columns(asked []string, whole map[string]*parleyv1.PositionMatrix_Cell) ([]*parleyv1.Party, error) {
	var out []*parleyv1.Party
	if len(asked) > 0 {
		for _, name := range asked {
			p, err := b.lens.Party(name)
			if err != nil {
				return nil, fault.ReferenceNotFound("parties", name)
			}
			out = append(out, p)
		}
		return out, nil
	}
	with := maps.Clone(whole)
	for _, r := range b.rows {
		maps.Copy(with, r.cells)
	}
	names := slices.Clone(b.rule.everybody)
	for _, name := range slices.Sorted(maps.Keys(with)) {
		if !slices.Contains(b.rule.everybody, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if p, err := b.lens.Party(name); err == nil {
			out = append(out, p)
		}
	}
	return out, nil
}

func cellsOf(cells map[string]*parleyv1.PositionMatrix_Cell, parties []*parleyv1.Party) []*parleyv1.PositionMatrix_Cell {
	out := make([]*parleyv1.PositionMatrix_Cell, len(parties))
	for i, p := range parties {
		if out[i] = cells[p.GetName()]; out[i] == nil {
			out[i] = &parleyv1.PositionMatrix_Cell{}
		}
	}
	return out
}

// cut shortens a text to n characters.
func cut(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i] + "…"
		}
	}
	return s
}

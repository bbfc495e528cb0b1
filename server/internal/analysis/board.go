package analysis

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// board is a matrix in the making.
type board struct {
	lens     *lens.Lens
	survey   *lens.Survey
	revision *lens.Revision
	plan     *parleyv1.Plan
	when     Moment
	rule     rule
	supposed map[string]bool // points that are supposed to have got other words
	rows     []row
	lapses   func() map[string][]lapse // worked out when the first stale stance is met
}

// row is where the parties stand on one point. Sketched, it has only the point and its status.
type row struct {
	point  *parleyv1.Point
	status parleyv1.PositionMatrix_Status
	*voices
}

// voices are what the parties say on a point, and what it comes to.
type voices struct {
	over   map[string][]string // former wordings that what is said is carried over from, by digest
	cells  cells
	hinges map[string][]hinge           // by party: what a counting stance that accepts hangs on
	unmet  map[string][]*parleyv1.Unmet // by party: which of these do not hold
	given  map[string]consentGiven      // by party, as it was found in the end
	used   []string                     // parties whose consent makes it agreed
}

// newBoard makes the empty matrix of a revision.
func newBoard(l *lens.Lens, revision string, when Moment) (*board, error) {
	r, plan, err := withPlan(l, revision)
	if err != nil {
		return nil, err
	}
	return &board{
		lens: l, survey: l.Survey(), revision: r, plan: plan, when: when, rule: ruleOf(l, plan),
		lapses: sync.OnceValue(func() map[string][]lapse { return lapses(l, r.Revision) }),
	}, nil
}

// withPlan finds a revision and the plan that it is of.
func withPlan(l *lens.Lens, revision string) (*lens.Revision, *parleyv1.Plan, error) {
	r, err := l.Revision(revision)
	if err != nil {
		return nil, nil, err
	}
	plan, err := l.Plan(r.Plan())
	return r, plan, err
}

// fill gives the matrix its rows: those of points that are gone only if they are wanted.
func (b *board) fill(gone bool) {
	b.lay(gone)
	b.hold()
}

// lay gives the matrix its rows as they are by themselves, whatever must be agreed for anything to be.
func (b *board) lay(gone bool) {
	b.line(gone)
	for i := range b.rows {
		if b.lens.Over() {
			b.rows = b.rows[:i]
			break
		}
		b.look(&b.rows[i])
	}
	b.consent()
}

// sketch gives the matrix its rows with their status alone, if that can be told without all cells: if no stance may hang on
// other points. Otherwise it fills it.
func (b *board) sketch(gone bool) {
	b.line(gone)
	most := make([]int, len(b.rows))
	for i, r := range b.rows {
		consents, tied := b.survey.MostConsents(r.point.GetId())
		if tied {
			b.fill(gone)
			return
		}
		most[i] = consents
	}
	for i, r := range b.rows {
		if b.lens.Over() {
			return
		}
		if b.rows[i].status, _ = b.rule.status(r.point, nil); most[i] >= len(b.rule.must)+b.rule.number {
			b.rows[i].status = b.statusAlone(r.point, carried(b.lens, b.revision.Revision, r.point.GetId()))
		}
	}
	b.hold()
}

// line lines up the points of the rows.
func (b *board) line(gone bool) {
	b.rows = make([]row, 0, b.revision.Text.Len())
	for p := range b.revision.Text.Points() {
		if gone || !redline.Gone(p) {
			b.rows = append(b.rows, row{point: p})
		}
	}
}

// look fills the cells of a row.
func (b *board) look(r *row) {
	r.voices = &voices{over: carried(b.lens, b.revision.Revision, r.point.GetId())}
	r.cells = b.lookInto(nil, r.point, r.over)
}

// lookInto appends the cells of a point, given the former wordings that what is said is carried over from.
func (b *board) lookInto(out cells, p *parleyv1.Point, over map[string][]string) cells {
	return countingInto(out, Of(b.when, b.survey.StancesOn(p.GetId())), b.currencyOn(p, over))
}

// cellOf finds what counts of what one party says on a point, given the former wordings that it is carried over from.
func (b *board) cellOf(party string, p *parleyv1.Point, over map[string][]string) cell {
	return counting(Of(b.when, b.survey.StancesOf(p.GetId(), party)), b.currencyOn(p, over)).of(party)
}

// currencyOn tells how stances on a point stand, given the former wordings that they are carried over from.
func (b *board) currencyOn(p *parleyv1.Point, over map[string][]string) func(*parleyv1.Stance) parleyv1.PositionMatrix_Currency {
	return func(s *parleyv1.Stance) parleyv1.PositionMatrix_Currency {
		switch digest := digestOn(s, p.GetId()); {
		case b.supposed[p.GetId()]:
			return parleyv1.PositionMatrix_CURRENCY_STALE
		case p.GetDigest() != "" && digest == p.GetDigest():
			return parleyv1.PositionMatrix_CURRENCY_CURRENT
		case len(over[digest]) > 0:
			return parleyv1.PositionMatrix_CURRENCY_CARRIED
		}
		return parleyv1.PositionMatrix_CURRENCY_STALE
	}
}

// hold makes agreed points provisional while others with wording are not agreed, if nothing is agreed until everything is.
func (b *board) hold() {
	if !b.plan.GetNothingAgreedUntilEverythingAgreed() || !slices.ContainsFunc(b.rows, func(r row) bool {
		return r.status != parleyv1.PositionMatrix_STATUS_AGREED && !redline.Gone(r.point)
	}) {
		return
	}
	for i := range b.rows {
		if b.rows[i].status == parleyv1.PositionMatrix_STATUS_AGREED {
			b.rows[i].status = parleyv1.PositionMatrix_STATUS_PROVISIONAL
		}
	}
}

// statusCounts counts the rows by their status.
func (b *board) statusCounts() (out []*parleyv1.PositionMatrix_StatusCount) {
	counts := map[parleyv1.PositionMatrix_Status]int32{}
	for _, row := range b.rows {
		counts[row.status]++
	}
	for _, s := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, &parleyv1.PositionMatrix_StatusCount{Status: s, Count: counts[s]})
	}
	return out
}

// onRevision divides the stances on the revision: those on it as a whole, which are never stale here, as another text is
// another revision; and those on unnamed points or in comparison, which belong into no cell.
func (b *board) onRevision() (whole cells, unplaced []*parleyv1.Stance) {
	var onWhole []*parleyv1.Stance
	for s := range Of(b.when, b.survey.StancesOn(b.revision.Msg.GetName())) {
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

// agedBy finds what aged the stance of a cell; empty if it has not aged, or if it is unrelated.
func (b *board) agedBy(p *parleyv1.Point, c cell) string {
	if c.currency != parleyv1.PositionMatrix_CURRENCY_STALE {
		return ""
	}
	return agedBy(b.lapses()[p.GetId()], digestOn(c.stance, p.GetId()))
}

// speakers names those who say something of the revision or of a point with a row, but not those whose consent is needed, by name.
func (b *board) speakers(whole cells) (out []string) {
	var silent []string
	for _, party := range b.survey.Speakers(b.revision.Msg.GetName()) {
		switch {
		case slices.Contains(b.rule.everybody, party):
		case whole.of(party).count > 0:
			out = append(out, party)
		default:
			silent = append(silent, party)
		}
	}
	for _, r := range b.rows {
		if len(silent) == 0 || b.lens.Over() {
			break
		}
		silent = slices.DeleteFunc(silent, func(party string) bool {
			for range Of(b.when, b.survey.StancesOf(r.point.GetId(), party)) {
				out = append(out, party)
				return true
			}
			return false
		})
	}
	slices.Sort(out)
	return out
}

// short is a point without its alternatives, its note and its terms, and with no more than the beginning of its text.
func short(p *parleyv1.Point) *parleyv1.Point {
	return &parleyv1.Point{
		Name: p.GetName(), Id: p.GetId(), Label: p.GetLabel(), Heading: p.GetHeading(), Text: cut(p.GetText(), 200), Obliges: p.GetObliges(),
		Topic: p.GetTopic(), Parent: p.GetParent(), State: p.GetState(), MovedTo: p.GetMovedTo(), Successors: p.GetSuccessors(),
		Origins: p.GetOrigins(), Digest: p.GetDigest(),
	}
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

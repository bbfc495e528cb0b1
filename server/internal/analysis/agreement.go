package analysis

import (
	"maps"
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// Agreement works out whether a revision is agreed and what is missing, also supposing that some points get other words. hurry
// says when to settle for a set of changes that is not proven to be the smallest.
func Agreement(l *lens.Lens, revision string, when Moment, changed []string, hurry func() bool) (*parleyv1.Agreement, error) {
	b, err := newBoard(l, revision, when)
	if err != nil {
		return nil, err
	}
	then := *b
	then.supposed = map[string]bool{}
	for _, id := range changed {
		if _, ok := b.revision.Text.Point(id); !ok {
			return nil, fault.PointUnknown("changed_points", id)
		}
		then.supposed[id] = true
	}
	b.lay(false)
	out := &parleyv1.Agreement{Revision: b.revision.Msg.GetName(), Rule: b.plan.GetDecisionRule(), Deciders: b.rule.everybody}
	out.Points = b.points()
	out.Conditionals = b.conditionals()
	if len(changed) > 0 {
		then.lay(false)
		b.suppose(out, &then)
	}
	out.Preconditions = b.preconditions()
	out.Conflicts = b.conflicts()
	if b.close(out); !out.GetClosed() {
		out.Closing = b.closing(hurry)
	}
	return out, nil
}

// points tells how far each point has come.
func (b *board) points() (out []*parleyv1.Agreement_PointAgreement) {
	for _, r := range b.rows {
		p := &parleyv1.Agreement_PointAgreement{Point: r.point.GetId(), Label: r.point.GetLabel(), Heading: r.point.GetHeading(), State: stateOf(r.status)}
		switch p.GetState() {
		case parleyv1.Agreement_PointAgreement_STATE_AGREED:
			least := weakest(r.used, r.given)
			p.Level, p.Provisional = least.level, least.carried
		case parleyv1.Agreement_PointAgreement_STATE_OPEN:
			b.addMissing(p, r)
		}
		for _, party := range b.rule.everybody {
			if _, ok := r.given[party]; ok {
				p.Stances = append(p.Stances, r.cells.of(party).stance.GetName())
			}
		}
		out = append(out, p)
	}
	return out
}

func stateOf(s parleyv1.PositionMatrix_Status) parleyv1.Agreement_PointAgreement_State {
	switch s {
	case parleyv1.PositionMatrix_STATUS_NO_WORDING:
		return parleyv1.Agreement_PointAgreement_STATE_NO_WORDING
	case parleyv1.PositionMatrix_STATUS_BRACKETED:
		return parleyv1.Agreement_PointAgreement_STATE_BRACKETED
	case parleyv1.PositionMatrix_STATUS_OPEN:
		return parleyv1.Agreement_PointAgreement_STATE_OPEN
	}
	return parleyv1.Agreement_PointAgreement_STATE_AGREED
}

// addMissing tells whose consent to an open point is missing, and of how many.
func (b *board) addMissing(p *parleyv1.Agreement_PointAgreement, r row) {
	given := 0
	for _, party := range b.rule.everybody {
		must := slices.Contains(b.rule.must, party)
		if _, ok := r.given[party]; ok {
			if !must {
				given++
			}
			continue
		}
		if must {
			p.MissingCount++
		}
		c := r.cells.of(party)
		p.Missing = append(p.Missing, &parleyv1.Agreement_Missing{Party: party, Cause: causeOf(c), Stance: c.stance.GetName(), Unmet: r.unmet[party]})
	}
	p.MissingCount += int32(max(b.rule.number-given, 0))
}

func causeOf(c cell) parleyv1.Agreement_Missing_Cause {
	s := c.stance
	switch {
	case s == nil:
		return parleyv1.Agreement_Missing_CAUSE_SILENT
	case !record.LetsPass(s):
		return parleyv1.Agreement_Missing_CAUSE_NO_CONSENT
	case !counts(c.currency):
		return parleyv1.Agreement_Missing_CAUSE_LAPSED
	case len(s.GetConditions()) > 0:
		return parleyv1.Agreement_Missing_CAUSE_CONDITIONS
	}
	return parleyv1.Agreement_Missing_CAUSE_REQUIREMENTS
}

// close tells whether everything is agreed, and how firmly.
func (b *board) close(out *parleyv1.Agreement) {
	closed, level, carried := len(out.GetPoints()) > 0, parleyv1.Stance_LEVEL_CAPITAL, false
	for _, p := range out.GetPoints() {
		closed = closed && p.GetState() == parleyv1.Agreement_PointAgreement_STATE_AGREED
		level, carried = min(level, p.GetLevel()), carried || p.GetProvisional()
	}
	if closed {
		out.Closed, out.Level, out.Provisional = true, level, carried
	}
}

// conditionals tells of each stance that hangs on other points whether what it hangs on holds.
func (b *board) conditionals() (out []*parleyv1.Agreement_Conditional) {
	byName := map[string]*parleyv1.Agreement_Conditional{}
	for _, r := range b.rows {
		for party := range r.hinges {
			s := r.cells.of(party).stance
			m := byName[s.GetName()]
			if m == nil {
				m = &parleyv1.Agreement_Conditional{
					Stance: s.GetName(), Party: party, Holds: true,
					Points: record.StancePoints(s), Package: s.GetTarget().GetPackage() != nil,
				}
				byName[m.GetStance()] = m
			}
			for _, u := range r.unmet[party] {
				m.Holds, m.Unmet = false, addUnmet(m.GetUnmet(), u)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		out = append(out, byName[name])
	}
	return out
}

// suppose tells what breaks if some points get other words.
func (b *board) suppose(out *parleyv1.Agreement, then *board) {
	holds := map[string]bool{}
	for _, c := range then.conditionals() {
		holds[c.GetStance()] = c.GetHolds()
	}
	for _, c := range out.GetConditionals() {
		lapsed := slices.ContainsFunc(c.GetPoints(), func(id string) bool { return then.supposed[id] })
		c.WouldBreak = c.GetHolds() && (lapsed || !holds[c.GetStance()])
	}
	for i, r := range then.rows {
		if stateOf(b.rows[i].status) == parleyv1.Agreement_PointAgreement_STATE_AGREED && stateOf(r.status) != parleyv1.Agreement_PointAgreement_STATE_AGREED {
			out.WouldOpen = append(out.WouldOpen, r.point.GetId())
		}
	}
}

// preconditions gives what hangs on what.
func (b *board) preconditions() (out []*parleyv1.Agreement_Precondition) {
	for _, r := range b.rows {
		for _, party := range slices.Sorted(maps.Keys(r.hinges)) {
			for _, h := range r.hinges[party] {
				name := r.cells.of(party).stance.GetName()
				i := slices.IndexFunc(out, func(o *parleyv1.Agreement_Precondition) bool {
					return o.GetPoint() == r.point.GetId() && o.GetNeeds() == h.point && o.GetKind() == h.kind
				})
				if i < 0 {
					i = len(out)
					out = append(out, &parleyv1.Agreement_Precondition{Point: r.point.GetId(), Needs: h.point, Kind: h.kind})
				}
				if !slices.Contains(out[i].GetStances(), name) {
					out[i].Stances = append(out[i].Stances, name)
				}
			}
		}
	}
	return out
}

// unsettled gives the points that no stance can settle.
func (b *board) unsettled() (out []string) {
	for _, r := range b.rows {
		if s := r.status; (s == parleyv1.PositionMatrix_STATUS_BRACKETED || s == parleyv1.PositionMatrix_STATUS_NO_WORDING) && !redline.Gone(r.point) {
			out = append(out, r.point.GetId())
		}
	}
	return out
}

package analysis

import (
	"maps"
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/bargain"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// closingSteps bounds the search for the smallest set of changes where nobody is in a hurry.
const closingSteps = 100_000

// promise is a stance that would be consent to a point if others were agreed.
type promise struct {
	row   int
	party string
}

// closing finds the fewest changes of stances that would close the plan.
func (b *board) closing(hurry func() bool) *parleyv1.Agreement_Closing {
	out := &parleyv1.Agreement_Closing{NeedsText: b.unsettled(), Unattainable: !b.rule.attainable()}
	if out.GetUnattainable() {
		return out
	}
	place := map[string]int{}
	for i, r := range b.rows {
		if !slices.Contains(out.GetNeedsText(), r.point.GetId()) {
			place[r.point.GetId()] = i
		}
	}
	sure := make([]map[string]bool, len(b.rows)) // parties that consent whatever else
	need := make([]int, len(b.rows))
	var ties []bargain.Tie
	var promises []promise
	fixed := 0 // changes that there is no way round
	for i, r := range b.rows {
		if _, ok := place[r.point.GetId()]; !ok {
			continue
		}
		sure[i], need[i] = map[string]bool{}, b.rule.number
		for _, party := range b.rule.everybody {
			optional := slices.Contains(b.rule.choice, party)
			tie, kind := b.tieOf(r, i, party, place)
			switch {
			case kind == never && !optional:
				fixed++
			case kind == always:
				if sure[i][party] = true; optional {
					need[i]--
				}
			case kind == ifOthers:
				tie.Optional = optional
				ties, promises = append(ties, tie), append(promises, promise{i, party})
			}
		}
	}
	found := bargain.Break(len(b.rows), ties, need, bargain.Patience{Steps: closingSteps, Over: hurry})
	for t, p := range promises {
		if !slices.Contains(found.Drop, t) {
			sure[p.row][p.party] = true
		}
	}
	out.Changes, out.Optimal, out.LowerBound = b.changes(sure), found.Optimal, int32(fixed+found.Bound)
	return out
}

// How a stance can be consent.
const (
	never    = iota // only if it changes
	always          // it is, whatever else is agreed
	ifOthers        // if certain other points are agreed
)

// tieOf tells how what a party says of a point can be consent.
func (b *board) tieOf(r row, i int, party string, place map[string]int) (bargain.Tie, int) {
	if _, ok := consentOf(r.cells.of(party)); !ok {
		return bargain.Tie{}, never
	}
	tie, kind := bargain.Tie{On: i}, always
	for _, h := range r.hinges[party] {
		other, settles := place[h.point]
		switch {
		case h.kind == parleyv1.Agreement_Precondition_KIND_AS_IN && h.stands:
		case h.kind == parleyv1.Agreement_Precondition_KIND_AS_IN || !settles:
			return tie, never
		case h.kind == parleyv1.Agreement_Precondition_KIND_FIRST:
			tie.Before, kind = append(tie.Before, other), ifOthers
		default:
			tie.With, kind = append(tie.With, other), ifOthers
		}
	}
	return tie, kind
}

// changes lists what is missing beside the consents that are sure.
func (b *board) changes(sure []map[string]bool) (out []*parleyv1.Agreement_Change) {
	for i, r := range b.rows {
		if sure[i] == nil {
			continue
		}
		lacks := b.rule.number
		for _, party := range b.rule.choice {
			if sure[i][party] {
				lacks--
			}
		}
		for _, party := range b.rule.everybody {
			must := slices.Contains(b.rule.must, party)
			if sure[i][party] || !must && lacks <= 0 {
				continue
			}
			if !must {
				lacks--
			}
			out = append(out, &parleyv1.Agreement_Change{Party: party, Point: r.point.GetId(), Stance: r.cells.of(party).stance.GetName()})
		}
	}
	return out
}

// conflicts finds what cannot all be: different wordings that are required of one point, and points that have to be agreed
// before themselves.
func (b *board) conflicts() (out []*parleyv1.Agreement_Conflict) {
	out = b.clashes()
	place := map[string]int{}
	for i, r := range b.rows {
		place[r.point.GetId()] = i
	}
	var ties []bargain.Tie
	var stances []string
	for i, r := range b.rows {
		for _, party := range slices.Sorted(maps.Keys(r.hinges)) {
			tie := bargain.Tie{On: i}
			for _, h := range r.hinges[party] {
				if other, ok := place[h.point]; ok && h.kind == parleyv1.Agreement_Precondition_KIND_FIRST {
					tie.Before = append(tie.Before, other)
				} else if ok && h.kind == parleyv1.Agreement_Precondition_KIND_AGREED {
					tie.With = append(tie.With, other)
				}
			}
			ties, stances = append(ties, tie), append(stances, r.cells.of(party).stance.GetName())
		}
	}
	for _, cycle := range bargain.Cycles(len(b.rows), ties) {
		c := &parleyv1.Agreement_Conflict{Kind: parleyv1.Agreement_Conflict_KIND_CYCLE}
		for _, t := range cycle {
			c.Points, c.Stances = append(c.Points, b.rows[ties[t].On].point.GetId()), append(c.Stances, stances[t])
		}
		out = append(out, c)
	}
	return out
}

// clashes finds the points of which stances that count require different wordings.
func (b *board) clashes() (out []*parleyv1.Agreement_Conflict) {
	type wish struct{ digest, stance string }
	wishes := map[string][]wish{}
	for _, r := range b.rows {
		for _, party := range slices.Sorted(maps.Keys(r.hinges)) {
			s := r.cells.of(party).stance
			for _, q := range s.GetRequirements() {
				if q.GetAsIn() != "" {
					id := record.IDOf(q.GetAsIn())
					wishes[id] = append(wishes[id], wish{q.GetDigest(), s.GetName()})
				}
			}
			for i, id := range s.GetTarget().GetPackage().GetPoints() {
				wishes[id] = append(wishes[id], wish{s.GetDigests()[i], s.GetName()})
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(wishes)) {
		var stances []string
		differ := false
		for _, w := range wishes[id] {
			differ = differ || w.digest != wishes[id][0].digest
			stances = append(stances, w.stance)
		}
		slices.Sort(stances)
		if differ {
			out = append(out, &parleyv1.Agreement_Conflict{Kind: parleyv1.Agreement_Conflict_KIND_WORDINGS, Points: []string{id}, Stances: slices.Compact(stances)})
		}
	}
	return out
}

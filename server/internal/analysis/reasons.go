package analysis

import (
	"maps"
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// What a reason adds to the score of a point, for each party whose consent is needed and for each other one. The comments of
// StickingPoint.Reason.Kind tell callers the same.
var weights = map[parleyv1.StickingPoint_Reason_Kind]struct{ decider, other float64 }{
	parleyv1.StickingPoint_Reason_KIND_BLOCKED:         {10, 2},
	parleyv1.StickingPoint_Reason_KIND_OPPOSED:         {5, 1},
	parleyv1.StickingPoint_Reason_KIND_RESERVED:        {2, 0.5},
	parleyv1.StickingPoint_Reason_KIND_HEDGED:          {1, 0.25},
	parleyv1.StickingPoint_Reason_KIND_NEVER_SAID:      {decider: 1},
	parleyv1.StickingPoint_Reason_KIND_LAPSED:          {decider: 1},
	parleyv1.StickingPoint_Reason_KIND_TAKEN_BACK:      {decider: 1},
	parleyv1.StickingPoint_Reason_KIND_DECLINED_TO_SAY: {decider: 1},
	parleyv1.StickingPoint_Reason_KIND_ABSTAINED:       {decider: 1},
}

// What is not counted by party.
const (
	rivalWeight     = 3   // for each wording beside the first
	leftOpenWeight  = 3   // for a point that has no words
	roundWeight     = 0.5 // for each revision that it has been open beside this one
	dependentWeight = 1   // for each point that depends on it
	mostByCount     = 5   // of each of the last two
)

// weighing is the work on the reasons of points.
type weighing struct {
	*board
	dependents map[string][]dependent // by point id
	rounds     *rounds
}

// weigh finds the reasons of a point and adds them up.
func (w *weighing) weigh(row row) *parleyv1.StickingPoint {
	whole := row.point
	p := &parleyv1.StickingPoint{Point: short(row.point), Status: row.status}
	if hasWords(whole) {
		p.Reasons = w.positions(row)
	}
	if n := len(whole.GetAlternatives()); n > 1 {
		p.Reasons = append(p.Reasons, &parleyv1.StickingPoint_Reason{
			Kind: parleyv1.StickingPoint_Reason_KIND_RIVAL_WORDINGS, Parties: proponents(whole), Count: int32(n), Weight: float64(n-1) * rivalWeight,
		})
	}
	if whole.GetState() == parleyv1.Point_STATE_DEFERRED {
		p.Reasons = append(p.Reasons, &parleyv1.StickingPoint_Reason{Kind: parleyv1.StickingPoint_Reason_KIND_LEFT_OPEN, Count: 1, Weight: leftOpenWeight})
	}
	agreed := isAgreed(row.status)
	if p.OpenRevisions, p.WordingRevisions = w.rounds.of(whole); agreed { // provisionally, which the wording alone does not tell
		p.OpenRevisions = 0
	}
	if p.OpenRevisions > 1 {
		p.Reasons = append(p.Reasons, &parleyv1.StickingPoint_Reason{
			Kind: parleyv1.StickingPoint_Reason_KIND_LONG_OPEN, Count: p.OpenRevisions, Weight: min(float64(p.OpenRevisions-1)*roundWeight, mostByCount),
		})
	}
	if r := dependedOn(w.dependents[whole.GetId()]); r != nil {
		p.Reasons = append(p.Reasons, r)
	}
	slices.SortStableFunc(p.Reasons, func(a, b *parleyv1.StickingPoint_Reason) int { return int(a.GetKind() - b.GetKind()) })
	for _, r := range p.GetReasons() {
		if agreed {
			r.Weight = 0
		}
		p.Score += r.GetWeight()
	}
	return p
}

// positions finds the reasons that lie with parties: what those say that say something, and which of those that must consent
// do not.
func (w *weighing) positions(row row) []*parleyv1.StickingPoint_Reason {
	byKind := map[parleyv1.StickingPoint_Reason_Kind]*parleyv1.StickingPoint_Reason{}
	add := func(kind parleyv1.StickingPoint_Reason_Kind, party string, s *parleyv1.Stance, weight float64) {
		r := byKind[kind]
		if r == nil {
			r = &parleyv1.StickingPoint_Reason{Kind: kind}
			byKind[kind] = r
		}
		r.Parties = append(r.Parties, party)
		if s != nil {
			r.Stances, r.Values = append(r.Stances, s.GetName()), append(r.Values, s.GetValue())
		}
		r.Count++
		r.Weight += weight
	}
	parties := slices.Clone(w.rule.everybody)
	for _, c := range row.cells {
		parties = append(parties, c.party)
	}
	slices.Sort(parties)
	var withheld []string
	for _, party := range slices.Compact(parties) {
		cell := row.cells.of(party)
		kind := reasonOf(cell, row.unmet[party])
		decides := slices.Contains(w.rule.everybody, party)
		if decides && kind != parleyv1.StickingPoint_Reason_KIND_CONSENTS {
			withheld = append(withheld, party)
		}
		weight := weights[kind].other
		if decides {
			weight = weights[kind].decider
		} else if isUnanswered(kind) {
			continue // nobody waits for it
		}
		add(kind, party, cell.stance, weight)
	}
	if len(withheld) == 1 && len(w.rule.everybody) > 1 {
		add(parleyv1.StickingPoint_Reason_KIND_SINGLE_HOLDOUT, withheld[0], row.cells.of(withheld[0]).stance, 0)
	}
	return slices.Collect(maps.Values(byKind))
}

// reasonOf tells what a party's cell means for a point, given what of its requirements does not hold.
func reasonOf(c cell, unmet []*parleyv1.Unmet) parleyv1.StickingPoint_Reason_Kind {
	s := c.stance
	switch {
	case s == nil && c.count == 0:
		return parleyv1.StickingPoint_Reason_KIND_NEVER_SAID
	case s == nil:
		return parleyv1.StickingPoint_Reason_KIND_TAKEN_BACK
	case !counts(c.currency):
		return parleyv1.StickingPoint_Reason_KIND_LAPSED
	case consents(s) && len(unmet) == 0:
		return parleyv1.StickingPoint_Reason_KIND_CONSENTS
	}
	switch s.GetValue() {
	case parleyv1.Stance_VALUE_BLOCK:
		return parleyv1.StickingPoint_Reason_KIND_BLOCKED
	case parleyv1.Stance_VALUE_OPPOSE:
		return parleyv1.StickingPoint_Reason_KIND_OPPOSED
	case parleyv1.Stance_VALUE_RESERVE:
		return parleyv1.StickingPoint_Reason_KIND_RESERVED
	case parleyv1.Stance_VALUE_ABSTAIN:
		return parleyv1.StickingPoint_Reason_KIND_ABSTAINED
	case parleyv1.Stance_VALUE_DECLINED_TO_SAY:
		return parleyv1.StickingPoint_Reason_KIND_DECLINED_TO_SAY
	}
	return parleyv1.StickingPoint_Reason_KIND_HEDGED
}

// isUnanswered tells whether a reason is that a party has not answered.
func isUnanswered(k parleyv1.StickingPoint_Reason_Kind) bool {
	return k >= parleyv1.StickingPoint_Reason_KIND_NEVER_SAID && k <= parleyv1.StickingPoint_Reason_KIND_ABSTAINED
}

// proponents names those who put a wording of a point forward, by name.
func proponents(p *parleyv1.Point) (out []string) {
	for _, a := range p.GetAlternatives() {
		out = append(out, a.GetProponents()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// dependedOn makes a reason of what depends on a point; nil if nothing does.
func dependedOn(list []dependent) *parleyv1.StickingPoint_Reason {
	if len(list) == 0 {
		return nil
	}
	r := &parleyv1.StickingPoint_Reason{Kind: parleyv1.StickingPoint_Reason_KIND_DEPENDED_ON}
	for _, d := range list {
		if !slices.Contains(r.Points, d.point) {
			r.Points = append(r.Points, d.point)
		}
		if d.stance != "" && !slices.Contains(r.Stances, d.stance) {
			r.Stances = append(r.Stances, d.stance)
		}
	}
	r.Count = int32(len(r.Points))
	r.Weight = min(float64(r.Count)*dependentWeight, mostByCount)
	return r
}

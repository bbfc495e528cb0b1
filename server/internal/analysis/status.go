package analysis

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// rule is whose consent a plan needs: of all of some parties, and of a number of others.
type rule struct {
	must      []string
	choice    []string // others, of whom some must consent
	number    int      // how many of those
	everybody []string // all whose consent counts
}

// ruleOf reads the decision rule of a plan.
func ruleOf(l *lens.Lens, plan *parleyv1.Plan) rule {
	said := plan.GetDecisionRule()
	counted := said.GetParties()
	if len(counted) == 0 {
		for p := range l.Parties(record.NegotiationOf(plan.GetName()), "", false) {
			if p.GetRole() == parleyv1.Party_ROLE_PRINCIPAL {
				counted = append(counted, p.GetName())
			}
		}
	}
	if said.GetKind() != parleyv1.Plan_DecisionRule_KIND_SUFFICIENT_CONSENSUS {
		return rule{must: counted, everybody: counted}
	}
	out := rule{must: said.GetIndispensable(), number: int(said.GetConsents())}
	for _, party := range counted {
		if slices.Contains(out.must, party) {
			out.number--
		} else {
			out.choice = append(out.choice, party)
		}
	}
	out.number = max(out.number, 0)
	out.everybody = slices.Concat(out.must, out.choice)
	return out
}

// attainable tells whether there are enough parties for the rule ever to be met.
func (r rule) attainable() bool {
	return len(r.must)+r.number > 0 && r.number <= len(r.choice)
}

// consentGiven is a consent to a point: at which level, and whether it was carried over an editorial change.
type consentGiven struct {
	level   parleyv1.Stance_Level
	carried bool
}

// less orders consents by how much they are good for.
func (c consentGiven) less(o consentGiven) bool {
	return c.level < o.level || c.level == o.level && c.carried && !o.carried
}

// used gives the parties whose consent is taken for a point, nil if it does not suffice: all that must, and of the others those
// that are bound most.
func (r rule) used(given map[string]consentGiven) []string {
	for _, party := range r.must {
		if _, ok := given[party]; !ok {
			return nil
		}
	}
	var others []string
	for _, party := range r.choice {
		if _, ok := given[party]; ok {
			others = append(others, party)
		}
	}
	if len(others) < r.number || !r.attainable() {
		return nil
	}
	slices.SortStableFunc(others, func(a, b string) int {
		switch {
		case given[b].less(given[a]):
			return -1
		case given[a].less(given[b]):
			return 1
		}
		return 0
	})
	return slices.Concat(r.must, others[:r.number])
}

// status says how far a point has come, from the consents given to it, and whose of these it takes.
func (r rule) status(p *parleyv1.Point, given map[string]consentGiven) (parleyv1.PositionMatrix_Status, []string) {
	switch {
	case !hasWords(p):
		return parleyv1.PositionMatrix_STATUS_NO_WORDING, nil
	case len(p.GetAlternatives()) > 1:
		return parleyv1.PositionMatrix_STATUS_BRACKETED, nil
	}
	used := r.used(given)
	if used == nil {
		return parleyv1.PositionMatrix_STATUS_OPEN, nil
	}
	least := weakest(used, given)
	switch {
	case least.level == parleyv1.Stance_LEVEL_CAPITAL && least.carried: // whoever gave it may still object to the change
		return parleyv1.PositionMatrix_STATUS_PROVISIONAL, used
	case least.level == parleyv1.Stance_LEVEL_CAPITAL:
		return parleyv1.PositionMatrix_STATUS_AGREED, used
	case least.level == parleyv1.Stance_LEVEL_AD_REFERENDUM:
		return parleyv1.PositionMatrix_STATUS_AGREED_AD_REFERENDUM, used
	}
	return parleyv1.PositionMatrix_STATUS_AGREED_IN_PRINCIPLE, used
}

// weakest gives the least level of some consents, and whether any of them was carried.
func weakest(parties []string, given map[string]consentGiven) consentGiven {
	out := consentGiven{level: parleyv1.Stance_LEVEL_CAPITAL}
	for _, party := range parties {
		out.level = min(out.level, given[party].level)
		out.carried = out.carried || given[party].carried
	}
	return out
}

// consents tells whether a stance lets a point pass, as far as it itself goes. What is said in words to be a condition is for
// people to judge: such a stance is no consent.
func consents(s *parleyv1.Stance) bool { return len(s.GetConditions()) == 0 && record.LetsPass(s) }

// hasWords tells whether a point has a wording that can be agreed on.
func hasWords(p *parleyv1.Point) bool {
	return p.GetState() == parleyv1.Point_STATE_PRESENT && p.GetDigest() != ""
}

// isAgreed tells whether a status is one of those that have all consent that is needed.
func isAgreed(s parleyv1.PositionMatrix_Status) bool {
	switch s {
	case parleyv1.PositionMatrix_STATUS_AGREED, parleyv1.PositionMatrix_STATUS_AGREED_AD_REFERENDUM,
		parleyv1.PositionMatrix_STATUS_AGREED_IN_PRINCIPLE, parleyv1.PositionMatrix_STATUS_PROVISIONAL:
		return true
	}
	return false
}

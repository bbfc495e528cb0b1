package analysis

import parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"

// status says how far a point has come, from what counts, given the parties whose consent is needed.
func status(p *parleyv1.Point, cells map[string]*parleyv1.PositionMatrix_Cell, deciders []string) parleyv1.PositionMatrix_Status {
	switch {
	case !hasWords(p):
		return parleyv1.PositionMatrix_STATUS_NO_WORDING
	case len(p.GetAlternatives()) > 1:
		return parleyv1.PositionMatrix_STATUS_BRACKETED
	case len(deciders) == 0:
		return parleyv1.PositionMatrix_STATUS_OPEN
	}
	least, carried := parleyv1.Stance_LEVEL_CAPITAL, false
	for _, party := range deciders {
		c := cells[party]
		if !counts(c.GetCurrency()) || !consents(c.GetStance()) {
			return parleyv1.PositionMatrix_STATUS_OPEN
		}
		carried = carried || c.GetCurrency() == parleyv1.PositionMatrix_CURRENCY_CARRIED
		least = min(least, boundBy(c.GetStance()))
	}
	switch {
	case least == parleyv1.Stance_LEVEL_CAPITAL && carried: // whoever gave it may still object to the change
		return parleyv1.PositionMatrix_STATUS_PROVISIONAL
	case least == parleyv1.Stance_LEVEL_CAPITAL:
		return parleyv1.PositionMatrix_STATUS_AGREED
	case least == parleyv1.Stance_LEVEL_AD_REFERENDUM:
		return parleyv1.PositionMatrix_STATUS_AGREED_AD_REFERENDUM
	}
	return parleyv1.PositionMatrix_STATUS_AGREED_IN_PRINCIPLE
}

// hasWords tells whether a point has a wording that can be agreed on.
func hasWords(p *parleyv1.Point) bool {
	return p.GetState() == parleyv1.Point_STATE_PRESENT && p.GetDigest() != ""
}

// consents tells whether a stance lets a point pass. Abstaining is no consent: a party that must consent has to.
func consents(s *parleyv1.Stance) bool {
	if len(s.GetConditions()) > 0 {
		return false
	}
	switch s.GetValue() {
	case parleyv1.Stance_VALUE_ACCEPT, parleyv1.Stance_VALUE_NO_OBJECTION:
		return true
	}
	return false
}

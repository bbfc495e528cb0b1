package analysis

import parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"

// ladder orders what parties say of a text, the farthest from agreement first. Movement.Kind tells callers of it.
var ladder = map[parleyv1.Stance_Value]int{
	parleyv1.Stance_VALUE_BLOCK: 1, parleyv1.Stance_VALUE_OPPOSE: 2, parleyv1.Stance_VALUE_RESERVE: 3,
	parleyv1.Stance_VALUE_ABSTAIN: 4, parleyv1.Stance_VALUE_BASIS_FOR_TALKS: 5, parleyv1.Stance_VALUE_ACCEPT_WITH_CHANGES: 6,
	parleyv1.Stance_VALUE_NO_OBJECTION: 7, parleyv1.Stance_VALUE_ACCEPT: 8,
}

// rung tells where on the ladder a stance stands; 0 if it has no place there. Conditions are changes that are still to be made.
func rung(s *parleyv1.Stance) int {
	at := ladder[s.GetValue()]
	if conditional := ladder[parleyv1.Stance_VALUE_ACCEPT_WITH_CHANGES]; at > conditional && len(s.GetConditions()) > 0 {
		return conditional
	}
	return at
}

// approach compares two stances by how near they are to agreement: below 0 if the first is farther away. Those that are
// equally near and consent are compared by who is bound.
func approach(a, b *parleyv1.Stance) int {
	if diff := rung(a) - rung(b); diff != 0 || !consents(a) {
		return diff
	}
	return int(boundBy(a) - boundBy(b))
}

// boundBy is who has bound themselves by a stance: the delegation, where nothing is said.
func boundBy(s *parleyv1.Stance) parleyv1.Stance_Level {
	return max(s.GetLevel(), parleyv1.Stance_LEVEL_DELEGATION)
}

// accepts tells whether a stance is an acceptance of some sort, which the party may miss when it lapses.
func accepts(s *parleyv1.Stance) bool {
	return ladder[s.GetValue()] >= ladder[parleyv1.Stance_VALUE_ACCEPT_WITH_CHANGES]
}

// refuses tells whether a stance is against the words that it is on.
func refuses(s *parleyv1.Stance) bool {
	return s.GetValue() == parleyv1.Stance_VALUE_OPPOSE || s.GetValue() == parleyv1.Stance_VALUE_BLOCK
}

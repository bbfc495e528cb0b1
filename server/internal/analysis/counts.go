package analysis

import (
	"cmp"
	"iter"
	"slices"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// saidTime is when something was said, or else recorded.
func saidTime(s position) time.Time {
	if t := s.GetSaidTime().GetStartTime(); t != nil {
		return t.AsTime()
	}
	return s.GetCreateTime().AsTime()
}

// declaredWeight is the weight of what a party said itself.
const declaredWeight = 3

// weight ranks bases: what a party declared counts before what is reported, and that before what is inferred.
func weight(s *parleyv1.Stance) int {
	switch s.GetAttribution().GetBasis() {
	case parleyv1.Attribution_BASIS_DECLARED:
		return declaredWeight
	case parleyv1.Attribution_BASIS_INFERRED:
		return 1
	}
	return 2
}

// before orders two stances of a party by how much they count: the basis first, then the later said, then recorded.
func before(a, b *parleyv1.Stance) int {
	return cmp.Or(cmp.Compare(weight(a), weight(b)), age(a, b))
}

// namedPosition is a position that is a resource.
type namedPosition interface {
	position
	GetName() string
}

// age orders two positions by when they were said, then recorded: the older one first.
func age[P namedPosition](a, b P) int {
	return cmp.Or(
		saidTime(a).Compare(saidTime(b)),
		a.GetCreateTime().AsTime().Compare(b.GetCreateTime().AsTime()),
		cmp.Compare(a.GetName(), b.GetName()),
	)
}

// counting finds, per party, what counts among stances on one target: the strongest current one; if there is none, the
// strongest stale one is shown without counting. Withdrawn stances, and those that they had replaced, are only counted as
// being there.
func counting(stances iter.Seq[*parleyv1.Stance], currencyOf func(*parleyv1.Stance) parleyv1.PositionMatrix_Currency) map[string]*parleyv1.PositionMatrix_Cell {
	cells := map[string]*parleyv1.PositionMatrix_Cell{}
	standing, withdrawn := []*parleyv1.Stance{}, map[string][]*parleyv1.Stance{} // the latter by party
	for s := range stances {
		if cells[s.GetParty()] == nil {
			cells[s.GetParty()] = &parleyv1.PositionMatrix_Cell{}
		}
		cells[s.GetParty()].StanceCount++
		if s.GetWithdrawn() {
			withdrawn[s.GetParty()] = append(withdrawn[s.GetParty()], s)
		} else {
			standing = append(standing, s)
		}
	}
	for _, s := range standing {
		if slices.ContainsFunc(withdrawn[s.GetParty()], func(w *parleyv1.Stance) bool { return replaced(s, w, currencyOf) }) {
			continue
		}
		currency := currencyOf(s)
		switch c := cells[s.GetParty()]; {
		case c.Stance == nil,
			counts(currency) && !counts(c.Currency),
			counts(currency) == counts(c.Currency) && before(c.Stance, s) < 0:
			c.Stance, c.Currency = s, currency
		}
	}
	return cells
}

// replaced tells whether a stance had given way to a later one of the same party, which has been withdrawn since. To take
// back what one said last is not to say again what one said before; so what the later one had put out of count, by being
// on the words that stand or by being as well founded, stays out of it.
func replaced(s, withdrawn *parleyv1.Stance, currencyOf func(*parleyv1.Stance) parleyv1.PositionMatrix_Currency) bool {
	if age(s, withdrawn) > 0 {
		return false
	}
	if was, is := counts(currencyOf(s)), counts(currencyOf(withdrawn)); was != is {
		return is
	}
	return weight(withdrawn) >= weight(s)
}

// counts tells whether a stance that stands so counts.
func counts(c parleyv1.PositionMatrix_Currency) bool {
	return c == parleyv1.PositionMatrix_CURRENCY_CURRENT || c == parleyv1.PositionMatrix_CURRENCY_CARRIED
}

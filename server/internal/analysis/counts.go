package analysis

import (
	"cmp"
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

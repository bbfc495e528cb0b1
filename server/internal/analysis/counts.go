package analysis

import (
	"cmp"
	"iter"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// saidTime is when a stance was said, or else recorded.
func saidTime(s *parleyv1.Stance) time.Time {
	if t := s.GetSaidTime().GetStartTime(); t != nil {
		return t.AsTime()
	}
	return s.GetCreateTime().AsTime()
}

// weight ranks bases: what a party declared counts before what is reported, and that before what is inferred.
func weight(s *parleyv1.Stance) int {
	switch s.GetAttribution().GetBasis() {
	case parleyv1.Attribution_BASIS_DECLARED:
		return 3
	case parleyv1.Attribution_BASIS_INFERRED:
		return 1
	}
	return 2
}

// before orders two stances of a party by how much they count: the basis first, then the later said, then recorded.
func before(a, b *parleyv1.Stance) int {
	return cmp.Or(
		cmp.Compare(weight(a), weight(b)),
		saidTime(a).Compare(saidTime(b)),
		a.GetCreateTime().AsTime().Compare(b.GetCreateTime().AsTime()),
		cmp.Compare(a.GetName(), b.GetName()),
	)
}

// counting finds, per party, what counts among stances on one target: the strongest current one; if there is none, the
// strongest stale one is shown without counting. Withdrawn stances are only counted as being there.
func counting(stances iter.Seq[*parleyv1.Stance], standing func(*parleyv1.Stance) parleyv1.PositionMatrix_Currency) map[string]*parleyv1.PositionMatrix_Cell {
	cells := map[string]*parleyv1.PositionMatrix_Cell{}
	for s := range stances {
		c := cells[s.GetParty()]
		if c == nil {
			c = &parleyv1.PositionMatrix_Cell{}
			cells[s.GetParty()] = c
		}
		c.StanceCount++
		if s.GetWithdrawn() {
			continue
		}
		currency := standing(s)
		switch {
		case c.Stance == nil,
			counts(currency) && !counts(c.Currency),
			counts(currency) == counts(c.Currency) && before(c.Stance, s) < 0:
			c.Stance, c.Currency = s, currency
		}
	}
	return cells
}

// counts tells whether a stance that stands so counts.
func counts(c parleyv1.PositionMatrix_Currency) bool {
	return c == parleyv1.PositionMatrix_CURRENCY_CURRENT || c == parleyv1.PositionMatrix_CURRENCY_CARRIED
}

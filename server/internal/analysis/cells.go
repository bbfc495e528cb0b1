package analysis

import (
	"iter"
	"slices"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// cell is where one party stands on one target, before it is answered: of a whole matrix there are too many for messages. The zero
// cell has nothing on record.
type cell struct {
	party    string
	stance   *parleyv1.Stance // what counts, or else the latest that would have; nil if there is none that was not taken back
	currency parleyv1.PositionMatrix_Currency
	count    int32 // of stances that the party has on record
}

// cells are those of one target, by party; a party that has nothing on record has none.
type cells []cell

// of finds the cell of a party.
func (cs cells) of(party string) cell {
	i, ok := slices.BinarySearchFunc(cs, party, func(c cell, party string) int { return strings.Compare(c.party, party) })
	if !ok {
		return cell{}
	}
	return cs[i]
}

// counting finds, per party, what counts among stances on one target, which come by party: the strongest current one; if there is
// none, the strongest stale one is shown without counting. Withdrawn stances, and those that they had replaced, are only counted
// as being there.
func counting(stances iter.Seq[*parleyv1.Stance], currencyOf func(*parleyv1.Stance) parleyv1.PositionMatrix_Currency) cells {
	return countingInto(nil, stances, currencyOf)
}

// countingInto is counting that appends to cells.
func countingInto(out cells, stances iter.Seq[*parleyv1.Stance], currencyOf func(*parleyv1.Stance) parleyv1.PositionMatrix_Currency) cells {
	var group []*parleyv1.Stance // of one party
	for s := range stances {
		if len(group) > 0 && group[0].GetParty() != s.GetParty() {
			out, group = append(out, counted(group, currencyOf)), group[:0]
		}
		group = append(group, s)
	}
	if len(group) > 0 {
		out = append(out, counted(group, currencyOf))
	}
	return out
}

// counted finds what counts among the stances of one party.
func counted(stances []*parleyv1.Stance, currencyOf func(*parleyv1.Stance) parleyv1.PositionMatrix_Currency) cell {
	c := cell{party: stances[0].GetParty(), count: int32(len(stances))}
	for _, s := range stances {
		if s.GetWithdrawn() || slices.ContainsFunc(stances, func(w *parleyv1.Stance) bool { return w.GetWithdrawn() && replaced(s, w, currencyOf) }) {
			continue
		}
		switch currency := currencyOf(s); {
		case c.stance == nil,
			counts(currency) && !counts(c.currency),
			counts(currency) == counts(c.currency) && before(c.stance, s) < 0:
			c.stance, c.currency = s, currency
		}
	}
	return c
}

package bargain

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func drawTies(t *rapid.T) (items int, ties []Tie, need []int) {
	items = rapid.IntRange(1, 5).Draw(t, "items")
	item := rapid.IntRange(0, items-1)
	for range rapid.IntRange(0, 9).Draw(t, "ties") {
		ties = append(ties, Tie{
			On: item.Draw(t, "on"), With: rapid.SliceOfN(item, 0, 1).Draw(t, "with"), Before: rapid.SliceOfN(item, 0, 2).Draw(t, "before"),
			Optional: rapid.Bool().Draw(t, "optional"),
		})
	}
	return items, ties, rapid.SliceOfN(rapid.IntRange(0, 2), items, items).Draw(t, "need")
}

// canBeKept settles items round by round, by the definition: those whose ties ask for nothing that is not settled before, or
// with them.
func canBeKept(items int, ties []Tie, dropped []bool) bool {
	settled := make([]bool, items)
	for {
		now := make([]bool, items)
		for i := range now {
			now[i] = true
		}
		for shrinks := true; shrinks; {
			shrinks = false
			for t, tie := range ties {
				holds := true
				for _, with := range tie.With {
					holds = holds && now[with]
				}
				for _, before := range tie.Before {
					holds = holds && settled[before]
				}
				if !dropped[t] && !holds && now[tie.On] && !settled[tie.On] {
					now[tie.On], shrinks = false, true
				}
			}
		}
		more, all := false, true
		for i := range now {
			more, all = more || now[i] && !settled[i], all && now[i]
		}
		if all || !more {
			return all
		}
		settled = now
	}
}

func TestTheCheapestBreakingIsThatOfBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items, ties, need := drawTies(t)
		b := &breaker{items: items, ties: ties, need: need, dropped: make([]bool, len(ties))}
		least := -1
		for set := range 1 << len(ties) {
			for i := range ties {
				b.dropped[i] = set>>i&1 == 1
			}
			if canBeKept(items, ties, b.dropped) && (least < 0 || b.cost() < least) {
				least = b.cost()
			}
		}
		got := Break(items, ties, need, unhurried)
		clear(b.dropped)
		for _, i := range got.Drop {
			b.dropped[i] = true
		}
		if got.Cost != least || got.Bound != least || !got.Optimal || b.cost() != least || !canBeKept(items, ties, b.dropped) {
			t.Errorf("%+v, but the least is %d", got, least)
		}
	})
}

// Without patience there is an answer all the same, with a bound that holds.
func TestABreakingWithoutPatience(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items, ties, need := drawTies(t)
		hasty, exact := Break(items, ties, need, Patience{Steps: 1}), Break(items, ties, need, unhurried)
		if hasty.Bound > exact.Cost || hasty.Cost < exact.Cost {
			t.Errorf("%+v, where %+v is exact", hasty, exact)
		}
	})
}

func BenchmarkBreak(b *testing.B) {
	for name, each := range map[string]int{"one-tie-a-point": 1, "three-ties-a-point": 3} {
		b.Run(name, func(b *testing.B) {
			proven := 0
			for i := range b.N {
				r := rand.New(rand.NewPCG(uint64(i%10), 2))
				var ties []Tie
				for p := range 40 {
					for range each {
						ties = append(ties, Tie{On: p, Before: []int{(p + 1 + r.IntN(39)) % 40}})
					}
				}
				if Break(40, ties, make([]int, 40), Patience{Steps: 50_000}).Optimal {
					proven++
				}
			}
			b.ReportMetric(float64(proven)/float64(b.N), "proven/op")
		})
	}
}

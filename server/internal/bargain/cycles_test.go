package bargain

import (
	"math/rand/v2"
	"strconv"
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
			if canBeKept(items, ties, b.dropped) && (least < 0 || b.cost(b.dropped) < least) {
				least = b.cost(b.dropped)
			}
		}
		got := Break(items, ties, need, unhurried)
		clear(b.dropped)
		for _, i := range got.Drop {
			b.dropped[i] = true
		}
		if got.Cost != least || got.Bound != least || !got.Optimal || b.cost(b.dropped) != least || !canBeKept(items, ties, b.dropped) {
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

// web is ties among so many points, each of which waits for some others drawn at random.
func web(seed uint64, points, each int) (ties []Tie) {
	r := rand.New(rand.NewPCG(seed, 2))
	for p := range points {
		for range each {
			ties = append(ties, Tie{On: p, Before: []int{(p + 1 + r.IntN(points-1)) % points}})
		}
	}
	return ties
}

// cheapestOrder goes through all orders of the points, by what came before each, and counts the ties that ask for something later.
func cheapestOrder(points int, ties []Tie) int {
	least := make([]int, 1<<points)
	for set := 1; set < len(least); set++ {
		least[set] = len(ties)
		for last := range points {
			if set>>last&1 == 0 {
				continue
			}
			before, cost := set&^(1<<last), 0
			for _, tie := range ties {
				if tie.On == last && before>>tie.Before[0]&1 == 0 {
					cost++
				}
			}
			least[set] = min(least[set], least[before]+cost)
		}
	}
	return least[len(least)-1]
}

func TestTheCheapestBreakingIsThatOfTheBestOrder(t *testing.T) {
	for each := 1; each <= 5; each++ {
		for seed := range uint64(6) {
			ties := web(seed, 11, each)
			if got, want := Break(11, ties, make([]int, 11), unhurried), cheapestOrder(11, ties); got.Cost != want || got.Bound != want || !got.Optimal {
				t.Errorf("%d ties a point, %d: %+v, but the least is %d", each, seed, got, want)
			}
		}
	}
}

// What is asked of the smallest set of changes: exact for 40 points, within the steps that GetAgreement takes.
func TestWebsOfFortyPointsAreSolved(t *testing.T) {
	for each := 1; each <= 5; each++ {
		if got := Break(40, web(7, 40, each), make([]int, 40), Patience{Steps: 100_000}); !got.Optimal {
			t.Errorf("%d ties a point: %+v", each, got)
		}
	}
}

// BenchmarkBreak tells how many of ten webs of 40 points are solved, in how much time of the processor, and how far off the others may
// be.
func BenchmarkBreak(b *testing.B) {
	for _, each := range []int{1, 2, 3, 4, 6, 10} {
		b.Run(strconv.Itoa(each)+"-ties-a-point", func(b *testing.B) {
			proven, gap, cost, from := 0, 0, 0, processorTime()
			for i := range b.N {
				got := Break(40, web(uint64(i%10), 40, each), make([]int, 40), Patience{Steps: 100_000})
				if got.Optimal {
					proven++
				}
				gap, cost = max(gap, got.Cost-got.Bound), max(cost, got.Cost)
			}
			b.ReportMetric(float64(proven)/float64(b.N), "proven/op")
			b.ReportMetric(float64((processorTime()-from).Milliseconds())/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(gap), "largest-gap")
			b.ReportMetric(float64(cost), "largest-cost")
		})
	}
}

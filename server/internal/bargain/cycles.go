package bargain

import "slices"

// Tie is a promise on an item that holds only if others are settled: some with it, some before it.
type Tie struct {
	On       int
	With     []int
	Before   []int
	Optional bool // one of several, of which the item needs some
}

// Breaking is a set of ties to give up, so that the others can all be kept in some order.
type Breaking struct {
	Drop    []int // by place in the list of ties
	Cost    int   // how many promises have to be replaced
	Bound   int   // no set costs less
	Optimal bool
}

// Break finds the cheapest set of ties to give up. To give up one that is not optional costs 1; of the optional ones of an item
// only those cost that it lacks then: it needs so many of them. Ties cannot all be kept where they lead from an item round to
// itself and one of them asks for something to be settled before.
//
// It is a search by branch and bound: to give up a tie, or to keep it. The bound is how many of the cycles can be packed, in fractions,
// so that no tie is in more of them than it costs to give it up. What a tie is worth to that packing tells which to give up.
func Break(items int, ties []Tie, need []int, patience Patience) Breaking {
	b := &breaker{items: items, ties: ties, need: need, patience: patience, dropped: make([]bool, len(ties)), forced: make([]bool, len(ties))}
	next := b.next(b.dropped)
	for t := range ties {
		b.harmless = append(b.harmless, !b.through(next, t))
	}
	b.greedy()
	b.leftover = b.least
	b.search(0)
	out := Breaking{Cost: b.least, Bound: b.least, Optimal: !b.gaveUp}
	if b.gaveUp {
		out.Bound = min(b.least, b.leftover)
		out.Optimal = out.Bound == b.least
	}
	for t, dropped := range b.best {
		if dropped {
			out.Drop = append(out.Drop, t)
		}
	}
	return out
}

type breaker struct {
	items    int
	ties     []Tie
	need     []int
	patience Patience

	harmless        []bool // ties through which no cycle leads
	dropped, forced []bool
	best            []bool
	least           int // cost of best
	steps           int
	gaveUp          bool
	leftover        int     // the least bound of what was not looked at
	cycles          [][]int // that are known
}

// cost is what giving up ties costs.
func (b *breaker) cost(dropped []bool) int {
	lacks, cost := slices.Clone(b.need), 0
	for t, tie := range b.ties {
		switch {
		case !tie.Optional && dropped[t]:
			cost++
		case tie.Optional && !dropped[t]:
			lacks[tie.On]--
		}
	}
	for _, n := range lacks {
		cost += max(n, 0)
	}
	return cost
}

// greedy gives ties up one by one until no cycle is left: each time of the shortest cycle the one that leads to most items.
func (b *breaker) greedy() {
	dropped := make([]bool, len(b.ties))
	for cycle := b.cycle(dropped); cycle != nil; cycle = b.cycle(dropped) {
		most := slices.MaxFunc(cycle, func(x, y int) int { return b.arcs(x) - b.arcs(y) })
		dropped[most] = true
		b.cycles = append(b.cycles, cycle)
	}
	b.best, b.least = dropped, b.cost(dropped)
	b.thin(dropped)
}

func (b *breaker) arcs(t int) int { return len(b.ties[t].With) + len(b.ties[t].Before) }

// cycle finds a shortest way from an item round to itself along ties that are not out, one of which asks for something before;
// nil if there is none. It gives the ties, each once.
func (b *breaker) cycle(out []bool) []int {
	next := b.next(out)
	var shortest []int
	for t, tie := range b.ties {
		if out[t] {
			continue
		}
		for _, to := range tie.Before {
			if way := b.way(next, to, tie.On); way != nil || to == tie.On {
				slices.Reverse(way)
				if cycle := append([]int{t}, way...); shortest == nil || len(cycle) < len(shortest) {
					shortest = cycle
				}
				if len(shortest) <= 2 {
					return shortest
				}
			}
		}
	}
	return shortest
}

// next gives, by item, where the ties that are not out lead to.
func (b *breaker) next(out []bool) [][]arc {
	next := make([][]arc, b.items)
	for t := range b.ties {
		if out[t] {
			continue
		}
		b.lead(next, t)
	}
	return next
}

// lead adds where a tie leads to.
func (b *breaker) lead(next [][]arc, t int) {
	on := b.ties[t].On
	for _, to := range b.ties[t].With {
		next[on] = append(next[on], arc{t, to, false})
	}
	for _, to := range b.ties[t].Before {
		next[on] = append(next[on], arc{t, to, true})
	}
}

// arc leads to an item, which may have to be settled before.
type arc struct {
	tie, to int
	before  bool
}

// way finds a shortest way between items, as the ties that it takes.
func (b *breaker) way(next [][]arc, from, to int) []int {
	came := make([]arc, b.items) // by which tie from which item
	seen := make([]bool, b.items)
	seen[from] = true
	for open := []int{from}; len(open) > 0; open = open[1:] {
		for _, a := range next[open[0]] {
			if seen[a.to] {
				continue
			}
			seen[a.to], came[a.to] = true, arc{tie: a.tie, to: open[0]}
			if a.to == to {
				var ties []int
				for at := to; at != from; at = came[at].to {
					ties = append(ties, came[at].tie)
				}
				return ties
			}
			open = append(open, a.to)
		}
	}
	return nil
}

// Cycles finds cycles that keep the ties from all being kept, such that no two share a tie and no other is left without them. The
// ties of each are in the order of the way round.
func Cycles(items int, ties []Tie) (out [][]int) {
	b := &breaker{items: items, ties: ties}
	used := make([]bool, len(ties))
	for cycle := b.cycle(used); cycle != nil; cycle = b.cycle(used) {
		for _, t := range cycle {
			used[t] = true
		}
		out = append(out, cycle)
	}
	return out
}

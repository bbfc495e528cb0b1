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
func Break(items int, ties []Tie, need []int, patience Patience) Breaking {
	b := &breaker{items: items, ties: ties, need: need, patience: patience, dropped: make([]bool, len(ties)), forced: make([]bool, len(ties))}
	b.greedy()
	b.leftover = b.least
	b.search()
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

	dropped, forced []bool
	best            []bool
	least           int // cost of best
	steps           int
	gaveUp          bool
	leftover        int // the least bound of what was not looked at
}

// cost is what the ties given up so far cost.
func (b *breaker) cost() int {
	lacks, cost := slices.Clone(b.need), 0
	for t, tie := range b.ties {
		switch {
		case !tie.Optional && b.dropped[t]:
			cost++
		case tie.Optional && !b.dropped[t]:
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
	for cycle := b.cycle(b.dropped); cycle != nil; cycle = b.cycle(b.dropped) {
		most := slices.MaxFunc(cycle, func(x, y int) int { return b.arcs(x) - b.arcs(y) })
		b.dropped[most] = true
	}
	b.best, b.least = slices.Clone(b.dropped), b.cost()
	clear(b.dropped)
}

func (b *breaker) arcs(t int) int { return len(b.ties[t].With) + len(b.ties[t].Before) }

func (b *breaker) search() {
	cost := b.cost()
	bound := cost + b.disjoint(b.least-cost)
	if bound >= b.least {
		return
	}
	if b.steps++; b.steps > b.patience.Steps || b.steps%64 == 0 && b.patience.over() {
		b.gaveUp = true
	}
	if b.gaveUp {
		b.leftover = min(b.leftover, bound)
		return
	}
	cycle := b.cycle(b.dropped)
	if cycle == nil {
		b.best, b.least = slices.Clone(b.dropped), cost
		return
	}
	var held []int
	for _, t := range cycle { // one of these goes; where it is not the first, those before it stay
		if b.forced[t] {
			continue
		}
		b.dropped[t] = true
		b.search()
		b.dropped[t] = false
		b.forced[t] = true
		held = append(held, t)
	}
	for _, t := range held {
		b.forced[t] = false
	}
}

// disjoint counts cycles that share no tie, of which each costs something to break: a bound of what is still to be paid, which
// need not be known beyond enough.
func (b *breaker) disjoint(enough int) int {
	out, count := slices.Clone(b.dropped), 0
	kept := make([]int, b.items)
	for t, tie := range b.ties {
		if tie.Optional && !b.dropped[t] {
			kept[tie.On]++
		}
	}
	for count < enough {
		cycle := b.cycle(out)
		if cycle == nil {
			break
		}
		costs := true
		for _, t := range cycle {
			out[t] = true
			costs = costs && (!b.ties[t].Optional || kept[b.ties[t].On] <= b.need[b.ties[t].On])
		}
		if costs {
			count++
		}
	}
	return count
}

// cycle finds a shortest way from an item round to itself along ties that are not out, one of which asks for something before;
// nil if there is none. It gives the ties, each once.
func (b *breaker) cycle(out []bool) []int {
	next := make([][]arc, b.items)
	for t, tie := range b.ties {
		if out[t] {
			continue
		}
		for _, to := range tie.With {
			next[tie.On] = append(next[tie.On], arc{t, to})
		}
		for _, to := range tie.Before {
			next[tie.On] = append(next[tie.On], arc{t, to})
		}
	}
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

type arc struct{ tie, to int }

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
			seen[a.to], came[a.to] = true, arc{a.tie, open[0]}
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

package bargain

import (
	"math"
	"slices"
)

// search gives up ties beside those that are dropped, but none that is forced to be kept. It is known to cost a certain number at least.
func (b *breaker) search(known int) {
	if b.gaveUp {
		b.leftover = min(b.leftover, known)
		return
	}
	bound, worth := b.bound()
	if bound = max(bound, known); bound >= b.least {
		return
	}
	if b.gaveUp {
		b.leftover = min(b.leftover, bound)
		return
	}
	if b.round(worth); bound >= b.least {
		return
	}
	branch := b.branch(worth)
	if branch < 0 {
		return // all that has to be given up is
	}
	for _, drop := range []bool{true, false} {
		b.dropped[branch], b.forced[branch] = drop, !drop
		b.search(bound)
	}
	b.dropped[branch], b.forced[branch] = false, false
}

// numbersOfAStep is how many numbers of a programme a step changes.
const numbersOfAStep = 1 << 14

// bound is the least that it may cost to give up what is dropped and more, and what each tie is worth to the packing of cycles that
// shows it.
func (b *breaker) bound() (bound int, worth []float64) {
	p, rows, base := b.packing()
	worth = make([]float64, len(b.ties))
	known := 0
	for {
		for ; known < len(b.cycles); known++ {
			if c := b.cycles[known]; !slices.ContainsFunc(c, func(t int) bool { return b.dropped[t] }) {
				col := column{gain: 1}
				for _, t := range c {
					col.rows = append(col.rows, rows[t])
				}
				p.columns = append(p.columns, col)
			}
		}
		solved := p.solve(func() bool {
			b.steps += len(p.limit) * len(p.limit) / numbersOfAStep
			return b.stops()
		})
		for t, r := range rows {
			if worth[t] = 0; r >= 0 {
				worth[t] = p.price[r]
			}
		}
		bound = base + int(math.Ceil(p.proven()-1e-6))
		if !solved || bound >= b.least || !b.lightCycles(worth) {
			return bound, worth
		}
	}
}

// stops counts the steps of a change of the programme, and tells whether there were too many.
func (b *breaker) stops() bool {
	if b.steps++; b.steps > b.patience.Steps || b.steps%64 == 0 && b.patience.over() {
		b.gaveUp = true
	}
	return b.gaveUp
}

// packing makes the programme of packing cycles: a row for each tie that is not dropped, and one for each item of which optional ties
// may be given up; the columns of these give back what the ties take, as far as it costs something. base is what what is dropped
// costs.
func (b *breaker) packing() (p *packing, rows []int, base int) {
	base = b.cost(b.dropped)
	rows = make([]int, len(b.ties))
	var limit []float64
	optional := make([][]int, b.items)
	kept := make([]int, b.items)
	for t, tie := range b.ties {
		if rows[t] = -1; tie.Optional && !b.dropped[t] {
			kept[tie.On]++
		}
		if b.dropped[t] || b.harmless[t] {
			continue
		}
		rows[t] = len(limit)
		switch {
		case b.forced[t]:
			limit = append(limit, float64(b.least+1)) // beyond which nobody looks
		case tie.Optional:
			limit = append(limit, 0)
			optional[tie.On] = append(optional[tie.On], rows[t])
		default:
			limit = append(limit, 1)
		}
	}
	var columns []column
	for i, back := range optional {
		if len(back) > 0 {
			columns = append(columns, column{gain: -float64(max(kept[i]-b.need[i], 0)), rows: []int{len(limit)}, back: back})
			limit = append(limit, 1)
		}
	}
	p = newPacking(limit)
	p.columns = columns
	return p, rows, base
}

// lightCycles adds cycles whose ties are worth less than 1 together; false if there are none.
func (b *breaker) lightCycles(worth []float64) (found bool) {
	next := b.next(b.dropped)
	into := make([][]int, b.items) // the ties that ask for an item before
	for t, tie := range b.ties {
		for _, to := range tie.Before {
			if !b.dropped[t] && !b.harmless[t] && worth[t] < 1 {
				into[to] = append(into[to], t)
			}
		}
	}
	for from, list := range into {
		if len(list) == 0 {
			continue
		}
		weight, came := b.lightest(next, worth, from)
		for _, t := range list {
			on := b.ties[t].On
			if weight[on]+worth[t] >= 1-1e-6 {
				continue
			}
			cycle := []int{t}
			for at := on; at != from; at = came[at].to {
				cycle = append(cycle, came[at].tie)
			}
			slices.Reverse(cycle[1:])
			b.cycles, found = append(b.cycles, cycle), true
		}
	}
	return found
}

// lightest finds the ways from an item whose ties are worth least together, and less than 1: what they are worth, and by which tie from
// where they come to each item.
func (b *breaker) lightest(next [][]arc, worth []float64, from int) (weight []float64, came []arc) {
	weight, came = slices.Repeat([]float64{math.Inf(1)}, b.items), make([]arc, b.items)
	done := make([]bool, b.items)
	weight[from] = 0
	for {
		at := -1
		for i, w := range weight {
			if !done[i] && w < 1 && (at < 0 || w < weight[at]) {
				at = i
			}
		}
		if at < 0 {
			return weight, came
		}
		done[at] = true
		for _, a := range next[at] {
			if w := weight[at] + max(worth[a.tie], 0) + 1e-9; w < weight[a.to] { // of ways that are worth the same, the shortest
				weight[a.to], came[a.to] = w, arc{tie: a.tie, to: at}
			}
		}
	}
}

// round gives up what is worth most until no cycle is left, and takes that if it costs less than the best.
func (b *breaker) round(worth []float64) {
	dropped := slices.Clone(b.dropped)
	for t, w := range worth {
		dropped[t] = dropped[t] || w > 0.9 && !b.forced[t]
	}
	for cycle := b.cycle(dropped); cycle != nil; cycle = b.cycle(dropped) {
		most := slices.MaxFunc(cycle, func(x, y int) int {
			switch {
			case worth[x] > worth[y]:
				return 1
			case worth[x] < worth[y]:
				return -1
			}
			return b.arcs(x) - b.arcs(y)
		})
		dropped[most] = true
	}
	b.thin(dropped)
}

// thin keeps what need not be given up after all, and takes the rest if it costs less than the best.
func (b *breaker) thin(dropped []bool) {
	next := b.next(dropped)
	for t := range dropped {
		if dropped[t] && !b.dropped[t] && !b.through(next, t) {
			dropped[t] = false
			b.lead(next, t)
		}
	}
	if cost := b.cost(dropped); cost < b.least {
		b.best, b.least = dropped, cost
	}
}

// through tells whether a way leads through a tie round to its item, on which something is asked for before.
func (b *breaker) through(next [][]arc, t int) bool {
	tie := b.ties[t]
	seen := make([][2]bool, b.items) // by whether something was asked for before on the way
	type place struct {
		at     int
		before bool
	}
	var open []place
	visit := func(at int, before bool) {
		if i := btoi(before); !seen[at][i] {
			seen[at][i] = true
			open = append(open, place{at, before})
		}
	}
	for _, to := range tie.With {
		visit(to, false)
	}
	for _, to := range tie.Before {
		visit(to, true)
	}
	for ; len(open) > 0; open = open[1:] {
		for _, a := range next[open[0].at] {
			visit(a.to, open[0].before || a.before)
		}
	}
	return seen[tie.On][1]
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// branch picks the tie of which it is least clear whether to give it up; -1 if there is nothing to decide.
func (b *breaker) branch(worth []float64) int {
	best, least := -1, 0.5-1e-6
	for t, w := range worth {
		if d := math.Abs(w - 0.5); !b.dropped[t] && !b.forced[t] && d < least {
			best, least = t, d
		}
	}
	if best < 0 {
		for _, t := range b.cycle(b.dropped) {
			if !b.forced[t] {
				return t
			}
		}
	}
	return best
}

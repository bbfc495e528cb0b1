package bargain

import (
	"math"
	"slices"
)

// Utilitarian finds the package with the greatest sum of gains among those in which nobody gains less than 0.
func (p *Problem) Utilitarian(patience Patience) Choice {
	unit, common := p.commonUnit()
	options, value, bound, optimal := maximise(p.scaled(unit), sum{}, p.grid()/common, patience)
	return choice(options, value*common, bound*common, optimal)
}

// Nash finds the package with the greatest product of gains among those in which everybody gains more than 0.
func (p *Problem) Nash(patience Patience) Choice {
	unit := p.scale()
	options, _, bound, optimal := maximise(p.scaled(unit), product{}, 0, patience)
	if options == nil {
		return choice(nil, 0, 0, optimal)
	}
	value, units := 1.0, 0.0
	for i, v := range p.Gains(options) {
		value *= v
		units += math.Log(unit[i])
	}
	return choice(options, value, math.Exp(bound+units), optimal)
}

// Egalitarian finds the package whose least gain is greatest; of those the one whose second least is, and so on. Value and Bound
// are of the least gain.
func (p *Problem) Egalitarian(patience Patience) Choice {
	unit, common := p.commonUnit()
	scaled, grid := p.scaled(unit), p.grid()/common
	n := p.Parties()
	none := least{slices.Repeat([]float64{math.NaN()}, n)}
	best, value, bound, optimal := maximise(scaled, none, grid, patience)
	out := choice(best, value*common, bound*common, optimal)
	chains := []least{none}
	for level := 1; level < n && out.Optimal; level++ {
		chains, out.Options, out.Optimal = raise(scaled, chains, value, out.Options, grid, patience)
		value = sortedGains(scaled, out.Options)[level]
	}
	return out
}

// raise goes from the chains that fix who gains least, up to a level, to those that fix one party more at the value of the level,
// and have the greatest least gain of the others.
func raise(p *Problem, chains []least, value float64, known []int, grid float64, patience Patience) (next []least, best []int, optimal bool) {
	best, optimal = known, true
	most := math.Inf(-1)
	for _, c := range fixOneMore(chains, value) {
		options, v, _, proven := maximise(p, c, grid, patience, best)
		optimal = optimal && proven
		switch {
		case options == nil || v < most-precision:
		case v > most+precision:
			most, next, best = v, []least{c}, options
		default:
			next = append(next, c)
		}
	}
	return next, best, optimal
}

// fixOneMore gives all ways to give one more party a floor, each once.
func fixOneMore(chains []least, value float64) (out []least) {
	for _, c := range chains {
		for i, f := range c.floor {
			if !math.IsNaN(f) {
				continue
			}
			floor := slices.Clone(c.floor)
			floor[i] = value
			known := slices.ContainsFunc(out, func(o least) bool {
				return slices.EqualFunc(o.floor, floor, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })
			})
			if !known {
				out = append(out, least{floor})
			}
		}
	}
	return out
}

func sortedGains(p *Problem, options []int) []float64 {
	gains := p.Gains(options)
	slices.Sort(gains)
	return gains
}

// commonUnit gives one unit for all parties, so that the most that any can gain is 1.
func (p *Problem) commonUnit() (unit []float64, common float64) {
	common = slices.Max(p.scale())
	return slices.Repeat([]float64{common}, p.Parties()), common
}

func choice(options []int, value, bound float64, optimal bool) Choice {
	if optimal {
		bound = value
	}
	if options == nil {
		value = 0
		if math.IsInf(bound, 0) || optimal {
			bound = 0
		}
	}
	return Choice{Options: options, Value: value, Bound: bound, Optimal: optimal}
}

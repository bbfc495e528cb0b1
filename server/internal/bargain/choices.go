package bargain

import (
	"math"
	"slices"
)

// Utilitarian finds the package with the greatest sum of gains among those in which nobody gains less than 0.
func (p *Problem) Utilitarian(patience Patience) Choice {
	unit, common := p.commonUnit()
	s := newSearch(p.scaled(unit), sum{}, p.grid()/common, patience)
	optimal := s.run()
	return choice(s.best, s.value*common, s.bound*common, optimal)
}

// Nash finds the package with the greatest product of gains among those in which everybody gains more than 0.
func (p *Problem) Nash(patience Patience) Choice {
	unit := p.scale()
	s := newSearch(p.scaled(unit), product{}, 0, patience)
	if grid := p.grid(); grid > 0 {
		for _, u := range unit {
			s.lattice = append(s.lattice, grid/u)
		}
	}
	optimal := s.run()
	value, units := 1.0, 0.0
	for i, u := range unit {
		units += math.Log(u)
		if s.best != nil {
			value *= p.Gains(s.best)[i]
		}
	}
	return choice(s.best, value, math.Exp(s.bound+units), optimal)
}

// Egalitarian finds the package whose least gain is greatest; of those the one whose second least is, and so on. Value and Bound
// are of the least gain.
func (p *Problem) Egalitarian(patience Patience) Choice {
	unit, common := p.commonUnit()
	scaled, grid := p.scaled(unit), p.grid()/common
	n := p.Parties()
	none := least{slices.Repeat([]float64{math.NaN()}, n)}
	s := newSearch(scaled, none, grid, patience)
	s.ties = grid == 0
	optimal := s.run()
	out := choice(s.best, s.value*common, s.bound*common, optimal)
	if !optimal || n < 2 {
		return out
	}
	patience.Steps -= s.steps
	if equals, all := s.equals(patience); all {
		for _, options := range equals {
			if fairer(sortedGains(scaled, options), sortedGains(scaled, out.Options)) {
				out.Options = options
			}
		}
		return out
	}
	l := &ladder{p: scaled, grid: grid, patience: patience, chains: []least{none}, best: out.Options, optimal: true}
	for level := 1; level < n && l.optimal; level++ {
		l.raise(level)
	}
	out.Options, out.Optimal = l.best, l.optimal
	return out
}

// ladder climbs from the least gain to the second least and so on. A chain fixes floors for those who gain least, up to a level.
type ladder struct {
	p        *Problem
	grid     float64
	patience Patience
	chains   []least // that may lead to the best package
	best     []int
	optimal  bool
}

// mostChains is how many chains there may be, which are as many as there are sets of parties where all gain the same.
const mostChains = 4096

// raise goes on to the chains that give one party more a floor, of what it has in the best package, and finds among them the package
// with the greatest least gain of the others.
func (l *ladder) raise(level int) {
	if len(l.chains)*l.p.Parties() > mostChains {
		l.optimal = false
		return
	}
	gains := sortedGains(l.p, l.best)
	most := gains[level]
	all := fixOneMore(l.chains, gains[level-1])
	bounds := make([]float64, len(all))
	for i, c := range all {
		s := newSearch(l.p, c, l.grid, l.patience, l.best)
		s.value = max(s.value, most) // no other package matters
		l.optimal = s.run() && l.optimal
		l.patience.Steps -= s.steps
		if bounds[i] = s.bound; s.value > most {
			most, l.best = s.value, s.best
		}
	}
	l.chains = l.chains[:0:0]
	for i, c := range all {
		if bounds[i] >= most-precision {
			l.chains = append(l.chains, c)
		}
	}
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

// fairer tells whether the least of some gains is greater than that of others, or if it is the same the second least, and so on.
func fairer(gains, others []float64) bool {
	for i, v := range gains {
		if math.Abs(v-others[i]) > precision {
			return v > others[i]
		}
	}
	return false
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

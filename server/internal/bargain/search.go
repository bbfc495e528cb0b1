package bargain

import (
	"math"
	"slices"
)

// search looks for the package that is best for a goal. Weights at which the goal's upper bound is least tell what each option costs
// beside the best of its issue; a package cannot come closer to the bound than the sum of its costs. The search goes through all
// packages of a small sum, then of a greater one, until what is left is too far below the bound to be better than the best.
type search struct {
	p        *Problem
	goal     goal
	patience Patience
	grid     float64   // values are multiples of it; 0 if nothing is known
	ties     bool      // find all that are as good, where that costs no more time
	lattice  []float64 // by party: gains are multiples of it; nil if nothing is known

	best  []int
	value float64 // of best
	equal [][]int // all that are as good; nil if they were not looked for

	steps  int
	calls  int // of stops
	gaveUp bool

	weights, slope []float64
	take           []int   // by issue: what the weights would take
	peak           float64 // the bound that the weights give
	bound          float64 // the least that is known
}

func newSearch(p *Problem, g goal, grid float64, patience Patience, known ...[]int) *search {
	s := &search{p: p, goal: g, patience: patience, grid: grid, value: math.Inf(-1)}
	s.take = make([]int, len(p.Worth))
	s.slope = make([]float64, p.Parties())
	for _, options := range known {
		s.offer(options)
	}
	return s
}

// run finds the best package as far as patience lasts, and tells whether it is proven to be.
func (s *search) run() (optimal bool) {
	s.begin()
	s.bound = s.peak
	if !s.prunes(s.bound) {
		s.explore()
	}
	if optimal = s.prunes(s.bound); optimal {
		s.bound = s.value
	}
	return optimal
}

const (
	rounds        = 600 // how often weights are improved at the most
	issuesOfAStep = 4   // that a round takes the options of, as this takes about as long as a step elsewhere
)

// begin finds weights, the bound that they give, and a first package.
func (s *search) begin() {
	var gains []float64
	if s.best != nil {
		gains = s.p.Gains(s.best)
	}
	s.weights = s.goal.start(s.p.Parties(), gains)
	s.goal.restrict(s.weights)
	s.tighten()
	if s.best != nil {
		s.offer(s.climb(s.best))
	}
	s.peak = s.tighten()
}

// offer takes a package that may be better than the best so far.
func (s *search) offer(options []int) {
	if v := s.goal.value(s.p.Gains(options)); v > s.value || s.best == nil && !math.IsInf(v, -1) {
		s.best, s.value = slices.Clone(options), v
	}
}

// prunes tells whether nothing better than the best is within a bound.
func (s *search) prunes(bound float64) bool {
	switch {
	case math.IsInf(s.value, -1):
		return bound < s.goal.worst(s.p.Parties())
	case s.grid > 0:
		return bound < s.value+s.grid*(1-1e-6)
	}
	return bound <= s.value+s.nothing()
}

// most is the greatest value that weights leave possible; the slope says which way it changes with them.
func (s *search) most(weights []float64) float64 {
	s.goal.slope(weights, s.slope)
	add(s.slope, s.p.Offset)
	total := dot(weights, s.p.Offset) + s.goal.constant(weights)
	for k, worths := range s.p.Worth {
		take := bestUnder(weights, worths)
		total += dot(weights, worths[take])
		s.take[k] = take
		add(s.slope, worths[take])
	}
	return total
}

// tighten improves the weights until they show that there is nothing better than the best, or hardly change. It gives the least
// bound, whose weights it leaves.
func (s *search) tighten() float64 {
	weights := slices.Clone(s.weights)
	least, step, since := math.Inf(1), 1.0, 0
	for round := range rounds {
		if s.steps += len(s.p.Worth) / issuesOfAStep; s.stops() && round > 0 {
			break
		}
		b := s.most(weights)
		s.offer(s.take)
		if b < least-1e-12*math.Abs(least) || math.IsInf(least, 1) {
			least, since = b, 0
			copy(s.weights, weights)
		} else if since++; since >= 6 {
			step, since = step/2, 0
			copy(weights, s.weights)
			s.most(weights)
		}
		if s.prunes(least) || step < 1e-4 {
			break
		}
		target := s.value
		if math.IsInf(target, -1) {
			target = least - 0.1*max(1, math.Abs(least))
		}
		s.goal.flatten(s.slope)
		length := dot(s.slope, s.slope)
		if length < 1e-18 {
			break
		}
		for i := range weights {
			weights[i] -= step * max(b-target, 1e-7) / length * s.slope[i]
		}
		s.goal.restrict(weights)
	}
	return least
}

// stops counts a step, and tells whether there were too many.
func (s *search) stops() bool {
	s.steps++
	if s.calls++; s.steps > s.patience.Steps || s.calls%1024 == 0 && s.patience.over() {
		s.gaveUp = true
	}
	return s.gaveUp
}

// climb betters a package by changing one issue or two, as long as that helps and patience lasts.
func (s *search) climb(from []int) []int {
	at := slices.Clone(from)
	gains := s.p.Gains(at)
	value := s.goal.value(gains)
	for better := true; better; {
		better = false
		for k := range s.p.Worth {
			for j := k; j < len(s.p.Worth); j++ {
				if s.stops() {
					return at
				}
				if v := bestPair(s.p, s.goal, at, gains, k, j, value); v > value {
					value, better = v, true
				}
			}
		}
	}
	return at
}

// bestPair changes two issues, or one if they are the same, to what is best, if that is better.
func bestPair(p *Problem, g goal, at []int, gains []float64, k, j int, value float64) float64 {
	oldK, oldJ := at[k], at[j]
	bestK, bestJ := oldK, oldJ
	trial := make([]float64, len(gains))
	for a, worthK := range p.Worth[k] {
		for b, worthJ := range p.Worth[j] {
			if k == j && a != b {
				continue
			}
			for i := range trial {
				trial[i] = gains[i] - p.Worth[k][oldK][i] + worthK[i]
				if k != j {
					trial[i] += worthJ[i] - p.Worth[j][oldJ][i]
				}
			}
			if v := g.value(trial); v > value+1e-12*math.Abs(value) {
				value, bestK, bestJ = v, a, b
			}
		}
	}
	if bestK != oldK || bestJ != oldJ {
		at[k], at[j] = bestK, bestJ
		copy(gains, p.Gains(at))
	}
	return value
}

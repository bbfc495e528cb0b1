package bargain

import (
	"cmp"
	"math"
	"slices"
)

// search looks for the package that is best for a goal, by branch and bound.
type search struct {
	p        *Problem
	goal     goal
	patience Patience
	grid     float64 // values are multiples of it; 0 if nothing is known

	order []int // issues, in the order of deciding them
	best  []int
	value float64 // of best

	steps    int
	gaveUp   bool
	leftover float64 // the greatest bound of what was not looked at

	options []int // of the node: by place in order, chosen so far; by issue, those that the weights would take
	take    []int
	levels  []level
}

// level is scratch space for the nodes of a depth.
type level struct {
	gains, weights, slope, trial []float64
	children                     []child
}

type child struct {
	option int
	bound  float64
}

// maximise finds the best package, given some that are known.
func maximise(p *Problem, g goal, grid float64, patience Patience, known ...[]int) (options []int, value, bound float64, optimal bool) {
	s := &search{p: p, goal: g, patience: patience, grid: grid, value: math.Inf(-1), leftover: math.Inf(-1)}
	s.take = make([]int, len(p.Worth))
	s.options = make([]int, len(p.Worth))
	n := p.Parties()
	for range len(p.Worth) + 1 {
		s.levels = append(s.levels, level{gains: make([]float64, n), weights: make([]float64, n), slope: make([]float64, n), trial: make([]float64, n)})
	}
	for k := range p.Worth {
		s.order = append(s.order, k)
	}
	for _, options := range known {
		s.offer(options)
	}
	root := &s.levels[0]
	copy(root.gains, p.Offset)
	s.begin(root)
	s.arrange(root.weights)
	bound = s.tighten(0, rootRounds)
	if !s.prunes(bound) {
		s.descend(0)
	}
	if bound = min(bound, max(s.value, s.leftover)); !s.gaveUp {
		bound = s.value
	}
	return s.best, s.value, bound, !s.gaveUp
}

// How often weights are improved at the root, and at most at other nodes.
const (
	rootRounds = 600
	nodeRounds = 24
)

// begin finds weights to begin with, and a first package.
func (s *search) begin(root *level) {
	var gains []float64
	if s.best != nil {
		gains = s.p.Gains(s.best)
	}
	copy(root.weights, s.goal.start(s.p.Parties(), gains))
	s.goal.restrict(root.weights)
	s.tighten(0, rootRounds)
	if s.best != nil {
		s.offer(climb(s.p, s.goal, s.best))
	}
}

// arrange puts those issues first of which the weights tell least what to take.
func (s *search) arrange(weights []float64) {
	doubt := make([]float64, len(s.p.Worth))
	for k, options := range s.p.Worth {
		best, second := math.Inf(-1), math.Inf(-1)
		for _, worth := range options {
			if v := dot(weights, worth); v > best {
				best, second = v, best
			} else {
				second = max(second, v)
			}
		}
		doubt[k] = best - second
	}
	slices.SortStableFunc(s.order, func(a, b int) int { return cmp.Compare(doubt[a], doubt[b]) })
}

// offer takes a package that may be better than the best so far.
func (s *search) offer(options []int) {
	if v := s.goal.value(s.p.Gains(options)); v > s.value || s.best == nil && !math.IsInf(v, -1) {
		s.best, s.value = slices.Clone(options), v
	}
}

// prunes tells whether nothing better than the best is within a bound.
func (s *search) prunes(bound float64) bool {
	if s.grid > 0 && !math.IsInf(s.value, -1) {
		return bound < s.value+s.grid*(1-1e-6)
	}
	return bound <= s.value+precision*max(1, math.Abs(s.value))
}

// bound is the greatest value that weights leave possible below a node; the slope says which way it changes with them.
func (s *search) bound(depth int, weights, slope []float64) float64 {
	l := &s.levels[depth]
	s.goal.slope(weights, slope)
	add(slope, l.gains)
	total := dot(weights, l.gains) + s.goal.constant(weights)
	for _, k := range s.order[depth:] {
		most, take := math.Inf(-1), 0 // as bestUnder finds them; a call for each option makes BenchmarkChoices some 15 % slower
		for o, worth := range s.p.Worth[k] {
			v := 0.0
			for i, w := range weights {
				v += w * worth[i]
			}
			if v > most {
				most, take = v, o
			}
		}
		total += most
		s.take[k] = take
		add(slope, s.p.Worth[k][take])
	}
	return total
}

// tighten improves the weights of a node, until they show that there is nothing better below it or time is better spent
// elsewhere. It gives the least bound, whose weights it leaves with the node.
func (s *search) tighten(depth, rounds int) float64 {
	l := &s.levels[depth]
	weights := l.trial
	copy(weights, l.weights)
	least, step, since := math.Inf(1), 1.0, 0
	for range rounds {
		b := s.bound(depth, weights, l.slope)
		s.offerTaken(depth)
		if b < least-1e-12*math.Abs(least) || math.IsInf(least, 1) {
			least, since = b, 0
			copy(l.weights, weights)
		} else if since++; since >= 6 {
			step, since = step/2, 0
			copy(weights, l.weights)
			s.bound(depth, weights, l.slope)
		}
		if s.prunes(least) || step < 1e-4 {
			break
		}
		target := s.value
		if math.IsInf(target, -1) {
			target = least - 0.1*max(1, math.Abs(least))
		}
		s.goal.flatten(l.slope)
		length := dot(l.slope, l.slope)
		if length < 1e-18 {
			break
		}
		for i := range weights {
			weights[i] -= step * max(b-target, 1e-7) / length * l.slope[i]
		}
		s.goal.restrict(weights)
	}
	return least
}

// offerTaken offers the package that the weights would take below a node.
func (s *search) offerTaken(depth int) {
	for at, o := range s.options[:depth] {
		s.take[s.order[at]] = o
	}
	s.offer(s.take)
}

// descend looks at all that is below a node, the most promising first.
func (s *search) descend(depth int) {
	if depth == len(s.order) {
		s.offerTaken(depth)
		return
	}
	l, next := &s.levels[depth], &s.levels[depth+1]
	k := s.order[depth]
	rest := s.bound(depth, l.weights, l.slope) - dot(l.weights, s.p.Worth[k][s.take[k]])
	l.children = l.children[:0]
	for o, worth := range s.p.Worth[k] {
		l.children = append(l.children, child{o, rest + dot(l.weights, worth)})
	}
	slices.SortStableFunc(l.children, func(a, b child) int { return cmp.Compare(b.bound, a.bound) })
	for _, c := range l.children {
		if s.prunes(c.bound) {
			return // and so the others
		}
		if s.stops(c.bound) {
			continue
		}
		s.options[depth] = c.option
		copy(next.gains, l.gains)
		add(next.gains, s.p.Worth[k][c.option])
		copy(next.weights, l.weights)
		if bound := s.tighten(depth+1, nodeRounds); !s.prunes(bound) {
			s.descend(depth + 1)
		}
	}
}

// stops tells whether to look no further, and notes what might have been.
func (s *search) stops(bound float64) bool {
	if s.steps++; s.steps > s.patience.Steps || s.steps%64 == 0 && s.patience.over() {
		s.gaveUp = true
	}
	if s.gaveUp {
		s.leftover = max(s.leftover, bound)
	}
	return s.gaveUp
}

// climb betters a package by changing one issue or two, as long as that helps.
func climb(p *Problem, g goal, from []int) []int {
	at := slices.Clone(from)
	gains := p.Gains(at)
	value := g.value(gains)
	for better := true; better; {
		better = false
		for k := range p.Worth {
			for j := k; j < len(p.Worth); j++ {
				if v := bestPair(p, g, at, gains, k, j, value); v > value {
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

package bargain

import (
	"cmp"
	"math"
	"slices"
)

// Efficient is a package that none is better than for somebody and worse for nobody.
type Efficient struct {
	Options []int
	Weights []float64 // all above 0: no package has a greater weighted sum of gains. nil if it was compared with all packages
}

// Efficient finds the efficient packages in which nobody gains less than 0: all of them if there are at most so many, or else
// as many as it finds under weights that are spread evenly.
func (p *Problem) Efficient(most int, patience Patience) (list []Efficient, complete bool) {
	if all, ok := p.frontier(most, patience); ok {
		for _, l := range all {
			list = append(list, Efficient{Options: l.options()})
		}
		return list, true
	}
	return p.sample(most, patience), false
}

// label is a part of a package: its first issues.
type label struct {
	gains  []float64
	sum    float64
	before *label
	option int
}

func (l *label) options() (out []int) {
	for ; l.before != nil; l = l.before {
		out = append(out, l.option)
	}
	slices.Reverse(out)
	return out
}

// wider is how many more parts of packages may be kept on the way than there may be efficient packages in the end.
const wider = 2

// comparisons is how many parts are compared in about the time of one step.
const comparisons = 12

// frontier goes through the issues and keeps the parts of packages that may be parts of efficient ones. It fails if these are
// too many.
func (p *Problem) frontier(most int, patience Patience) ([]*label, bool) {
	rest := p.mostOfRest()
	kept := []*label{{gains: p.Offset}}
	compared := 0
	for k, options := range p.Worth {
		var next []*label
		for _, l := range kept {
			for o, worth := range options {
				gains := slices.Clone(l.gains)
				add(gains, worth)
				if reaches(gains, rest[k+1]) {
					next = append(next, &label{gains, total(gains), l, o})
				}
			}
		}
		slices.SortStableFunc(next, func(a, b *label) int { return cmp.Compare(b.sum, a.sum) })
		kept = kept[:0:0]
		for _, l := range next {
			if compared += len(kept); compared > comparisons*patience.Steps || len(kept) > wider*most || patience.over() {
				return nil, false
			}
			if !slices.ContainsFunc(kept, func(o *label) bool { return dominates(o.gains, l.gains) }) {
				kept = append(kept, l)
			}
		}
	}
	if len(p.Worth) == 0 && !reaches(p.Offset, rest[0]) {
		return nil, true
	}
	return kept, len(kept) <= most
}

// mostOfRest is what each party can gain at the most from each issue on.
func (p *Problem) mostOfRest() [][]float64 {
	rest := make([][]float64, len(p.Worth)+1)
	rest[len(p.Worth)] = make([]float64, p.Parties())
	for k := len(p.Worth) - 1; k >= 0; k-- {
		rest[k] = slices.Clone(rest[k+1])
		for i := range rest[k] {
			most := math.Inf(-1)
			for _, worth := range p.Worth[k] {
				most = max(most, worth[i])
			}
			rest[k][i] += most
		}
	}
	return rest
}

// reaches tells whether nobody needs to gain less than 0 in the end.
func reaches(gains, rest []float64) bool {
	for i, v := range gains {
		if v+rest[i] < -precision*max(1, math.Abs(v)) {
			return false
		}
	}
	return true
}

// dominates tells whether a is better than b for somebody and worse for nobody.
func dominates(a, b []float64) bool {
	better := false
	for i, v := range a {
		if v < b[i] {
			return false
		}
		better = better || v > b[i]
	}
	return better
}

func total(list []float64) (sum float64) {
	for _, v := range list {
		sum += v
	}
	return sum
}

// sampleWeights is how many lists of weights are tried for each efficient package that is asked for.
const sampleWeights = 4

// sample finds the packages that are best under weights spread over all that there are, in the units of the parties.
func (p *Problem) sample(most int, patience Patience) (list []Efficient) {
	unit := p.scale()
	known := map[string]bool{}
	for n := 0; n < sampleWeights*most && len(list) < most && !patience.over(); n++ {
		weights := spread(n, len(unit))
		for i := range weights {
			weights[i] /= unit[i]
		}
		options, key := make([]int, len(p.Worth)), make([]byte, len(p.Worth))
		for k, worths := range p.Worth {
			options[k] = bestUnder(weights, worths)
			key[k] = byte(options[k])
		}
		if !known[string(key)] && reaches(p.Gains(options), make([]float64, len(unit))) {
			known[string(key)] = true
			list = append(list, Efficient{options, weights})
		}
	}
	return list
}

func bestUnder(weights []float64, worths [][]float64) int {
	best, most := 0, math.Inf(-1)
	for o, worth := range worths {
		if v := dot(weights, worth); v > most {
			best, most = o, v
		}
	}
	return best
}

// spread gives the n-th of a sequence of weights that add up to 1 and fill the simplex evenly: fractions of multiples of powers of
// the root of x^(d+1) = x + 1, which are a sequence of low discrepancy in the cube, sent to the simplex by their logarithms.
func spread(n, parties int) []float64 {
	root := 1.5
	for range 60 {
		root = math.Pow(1+root, 1/float64(parties+1))
	}
	weights, sum := make([]float64, parties), 0.0
	for i := range weights {
		_, part := math.Modf(0.5 + float64(n+1)*math.Pow(root, -float64(i+1)))
		weights[i] = 1e-6 - math.Log(1-part*(1-1e-9))
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
	return weights
}

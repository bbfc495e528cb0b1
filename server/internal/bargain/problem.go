// Package bargain chooses among packages: combinations of one option for each issue, of which each party has a worth for each
// option. It knows nothing of negotiations: numbers in, choices out. Everything in it is deterministic.
//
// Each of the three choices maximises a concave function of the parties' gains, which never exceeds a weighted sum of the gains plus a
// constant; a weighted sum is maximal where each issue by itself takes its best option. So every list of weights gives an upper
// bound, and the search looks for the weights that give the least. Beside these weights each option costs something: what it is
// worth less than the best of its issue. A package of some cost is below the bound by that much at least. So once all packages are
// known that cost no more than the best package is below the bound, it is proven to be the best. They are found in the middle:
// the issues are split in two halves, of each half all parts of packages are listed that cost no more, and the pairs that may be
// better than the best are looked for in trees of boxes.
package bargain

import "math"

// Problem is what the packages are made of. A package takes one option of each issue.
type Problem struct {
	Worth  [][][]float64 // by issue, option and party
	Offset []float64     // by party: what it gains before any issue is decided; less its reserve
}

// Parties is how many parties there are.
func (p *Problem) Parties() int { return len(p.Offset) }

// Gains works out what each party gains by a package.
func (p *Problem) Gains(options []int) []float64 {
	gains := make([]float64, len(p.Offset))
	copy(gains, p.Offset)
	for k, o := range options {
		add(gains, p.Worth[k][o])
	}
	return gains
}

// Choice is the best package by a measure, as far as it was found.
type Choice struct {
	Options []int   // by issue; nil if there is no package that can be chosen
	Value   float64 // by the measure
	Bound   float64 // no package reaches more by the measure; Value itself if Optimal
	Optimal bool    // proven, to within the precision of the numbers
}

// Patience says when to stop looking.
type Patience struct {
	Steps int         // the most nodes to look at
	Over  func() bool // somebody lost patience; may be nil
}

func (p Patience) over() bool { return p.Over != nil && p.Over() }

// precision is what of the size of the numbers is taken for nothing.
const precision = 1e-9

func add(sum, more []float64) {
	for i, v := range more {
		sum[i] += v
	}
}

func subtract(sum, less []float64) {
	for i, v := range less {
		sum[i] -= v
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// scale is how much each party can gain or lose at the most, and never nothing.
func (p *Problem) scale() []float64 {
	out := make([]float64, len(p.Offset))
	for i, v := range p.Offset {
		low, high := v, v
		for _, options := range p.Worth {
			least, most := math.Inf(1), math.Inf(-1)
			for _, worth := range options {
				least, most = min(least, worth[i]), max(most, worth[i])
			}
			low, high = low+least, high+most
		}
		if out[i] = max(math.Abs(low), math.Abs(high)); out[i] == 0 {
			out[i] = 1
		}
	}
	return out
}

// scaled gives the problem in units of each party.
func (p *Problem) scaled(unit []float64) *Problem {
	out := &Problem{Offset: make([]float64, len(p.Offset)), Worth: make([][][]float64, len(p.Worth))}
	for i, v := range p.Offset {
		out.Offset[i] = v / unit[i]
	}
	for k, options := range p.Worth {
		for _, worth := range options {
			row := make([]float64, len(worth))
			for i, v := range worth {
				row[i] = v / unit[i]
			}
			out.Worth[k] = append(out.Worth[k], row)
		}
	}
	return out
}

// grid is the coarsest of 1, 1/10, 1/100 and 1/1000 that all numbers are multiples of; 0 if none is.
func (p *Problem) grid() float64 {
	for _, parts := range []float64{1, 10, 100, 1000} {
		fits := true
		check := func(list []float64) {
			for _, v := range list {
				fits = fits && math.Abs(v*parts-math.Round(v*parts)) <= 1e-7 && math.Abs(v*parts) < 1e12
			}
		}
		check(p.Offset)
		for _, options := range p.Worth {
			for _, worth := range options {
				check(worth)
			}
		}
		if fits {
			return 1 / parts
		}
	}
	return 0
}

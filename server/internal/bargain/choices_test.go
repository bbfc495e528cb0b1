package bargain

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// packages yields every package of a problem.
func packages(p *Problem, yield func([]int)) {
	options := make([]int, len(p.Worth))
	var from func(k int)
	from = func(k int) {
		if k == len(options) {
			yield(options)
			return
		}
		for o := range p.Worth[k] {
			options[k] = o
			from(k + 1)
		}
	}
	from(0)
}

// drawProblem draws one that can be looked through: with few values, so that there are ties, or with many.
func drawProblem(t *rapid.T) *Problem {
	parties := rapid.IntRange(1, 4).Draw(t, "parties")
	value := rapid.Map(rapid.IntRange(-2, 6), func(v int) float64 { return float64(v) })
	if rapid.Bool().Draw(t, "fine") {
		value = rapid.Map(rapid.IntRange(-10_000, 30_000), func(v int) float64 { return float64(v) / 977 })
	}
	p := &Problem{Offset: rapid.SliceOfN(value, parties, parties).Draw(t, "offset")}
	for i := range p.Offset {
		p.Offset[i] -= 5
	}
	for range rapid.IntRange(0, 5).Draw(t, "issues") {
		p.Worth = append(p.Worth, rapid.SliceOfN(rapid.SliceOfN(value, parties, parties), 1, 4).Draw(t, "options"))
	}
	return p
}

var unhurried = Patience{Steps: 1 << 30}

func TestTheChoicesAreThoseOfBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		bestSum, bestProduct := math.Inf(-1), 0.0
		var fairest []float64
		packages(p, func(options []int) {
			gains := p.Gains(options)
			sum, product := 0.0, 1.0
			for _, v := range gains {
				sum += v
				product *= max(v, 0)
			}
			slices.Sort(gains)
			if gains[0] >= 0 {
				bestSum = max(bestSum, sum)
			}
			bestProduct = max(bestProduct, product)
			if fairest == nil || slices.Compare(gains, fairest) > 0 {
				fairest = gains
			}
		})
		if got := p.Utilitarian(unhurried); !got.Optimal || (got.Options == nil) != math.IsInf(bestSum, -1) || got.Options != nil && !near(total(p.Gains(got.Options)), bestSum) {
			t.Errorf("utilitarian %+v, best is %v", got, bestSum)
		}
		if got := p.Nash(unhurried); !got.Optimal || !near(got.Value, bestProduct) {
			if bestProduct > 1e-6 { // below that the gains are taken for nothing
				t.Errorf("Nash %+v, best is %v", got, bestProduct)
			}
		}
		got := p.Egalitarian(unhurried)
		gains := sortedGains(p, got.Options)
		for i := range gains {
			if !near(gains[i], fairest[i]) {
				t.Errorf("egalitarian %v of %+v, best is %v", gains, got, fairest)
				break
			}
		}
		if !got.Optimal || !near(got.Value, fairest[0]) {
			t.Errorf("egalitarian %+v, best is %v", got, fairest)
		}
	})
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(a), math.Abs(b)) }

// The kinds of problems that are hard in different ways: 30 issues of 4 options for 6 parties.
var hard = map[string]func(r *rand.Rand, worth []float64){
	"random": func(r *rand.Rand, worth []float64) {
		for i := range worth {
			worth[i] = r.Float64() * 100
		}
	},
	"random-whole": func(r *rand.Rand, worth []float64) {
		for i := range worth {
			worth[i] = float64(r.IntN(101))
		}
	},
	"correlated": func(r *rand.Rand, worth []float64) { // an option is good for all or bad for all, nearly
		base := r.Float64() * 100
		for i := range worth {
			worth[i] = base + r.Float64()*10
		}
	},
	"opposed": func(r *rand.Rand, worth []float64) { // what one wins others lose, nearly
		t := 0.0
		for i := range worth {
			worth[i] = -math.Log(r.Float64())
			t += worth[i]
		}
		for i := range worth {
			worth[i] = worth[i]/t*100 + r.Float64()
		}
	},
	"pie-whole": func(r *rand.Rand, worth []float64) { // whole shares of a pie of 100
		clear(worth)
		for range 100 {
			worth[r.IntN(len(worth))]++
		}
	},
}

func hardProblem(kind string, seed uint64, issues, options, parties int) *Problem {
	r := rand.New(rand.NewPCG(seed, 1))
	p := &Problem{Offset: make([]float64, parties)}
	for i := range p.Offset {
		p.Offset[i] = -float64(issues) * 10
	}
	for range issues {
		var list [][]float64
		for range options {
			worth := make([]float64, parties)
			hard[kind](r, worth)
			list = append(list, worth)
		}
		p.Worth = append(p.Worth, list)
	}
	return p
}

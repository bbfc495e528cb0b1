package bargain

import (
	"math"
	"math/rand/v2"
)

// family is a kind of problem that is hard in its own way: it draws the worths of one option.
type family struct {
	name string
	draw func(r *rand.Rand, worth []float64)
	each bool            // each party's worths are then scaled so that its best options add up to 100
	open map[string]bool // choices that are not proven in the time that there is
}

var egalitarianOpen = map[string]bool{"egalitarian": true}

var families = []family{
	{name: "independent", draw: func(r *rand.Rand, worth []float64) {
		for i := range worth {
			worth[i] = r.Float64() * 100
		}
	}},
	{name: "independent-whole", draw: func(r *rand.Rand, worth []float64) {
		for i := range worth {
			worth[i] = float64(r.IntN(101))
		}
	}},
	{name: "independent-small", draw: func(r *rand.Rand, worth []float64) {
		for i := range worth {
			worth[i] = float64(r.IntN(6))
		}
	}},
	{name: "normalised", each: true, draw: func(r *rand.Rand, worth []float64) {
		for i := range worth {
			worth[i] = r.Float64()
		}
	}},
	{name: "correlated", draw: func(r *rand.Rand, worth []float64) { // an option is good for all or bad for all, nearly
		base := r.Float64() * 100
		for i := range worth {
			worth[i] = base + r.Float64()*10
		}
	}},
	{name: "blocs-noise-20", draw: func(r *rand.Rand, worth []float64) { blocs(r, worth, 20) }},
	{name: "blocs-noise-5", draw: func(r *rand.Rand, worth []float64) { blocs(r, worth, 5) }},
	{name: "blocs-noise-1", draw: func(r *rand.Rand, worth []float64) { blocs(r, worth, 1) }},
	{name: "shares-noise-20", draw: func(r *rand.Rand, worth []float64) { shares(r, worth, 20) }},
	{name: "shares-noise-5", open: egalitarianOpen, draw: func(r *rand.Rand, worth []float64) { shares(r, worth, 5) }},
	{name: "shares-noise-1", open: egalitarianOpen, draw: func(r *rand.Rand, worth []float64) { shares(r, worth, 1) }},
	{name: "shares-normalised", open: egalitarianOpen, each: true, draw: func(r *rand.Rand, worth []float64) { shares(r, worth, 1) }},
	{name: "shares-exact", open: map[string]bool{"egalitarian": true, "nash": true}, draw: func(r *rand.Rand, worth []float64) { shares(r, worth, 0) }},
	{name: "pie-whole", draw: func(r *rand.Rand, worth []float64) { pie(r, worth, 100) }},
	{name: "pie-small", draw: func(r *rand.Rand, worth []float64) { pie(r, worth, 10) }},
}

// blocs: what one half of the parties wins the other loses, but for noise.
func blocs(r *rand.Rand, worth []float64, noise float64) {
	side := r.Float64() * 100
	for i := range worth {
		if worth[i] = side; i >= len(worth)/2 {
			worth[i] = 100 - side
		}
		worth[i] += noise * r.Float64()
	}
}

// shares: what one party wins the others lose, but for noise. The shares are spread evenly over all that add up to 100.
func shares(r *rand.Rand, worth []float64, noise float64) {
	t := 0.0
	for i := range worth {
		worth[i] = -math.Log(1 - r.Float64())
		t += worth[i]
	}
	for i := range worth {
		worth[i] = worth[i]/t*100 + noise*r.Float64()
	}
}

// pie: whole shares of so many slices.
func pie(r *rand.Rand, worth []float64, slices int) {
	clear(worth)
	for range slices {
		worth[r.IntN(len(worth))]++
	}
}

// problem draws one of the family, with reserves that leave everybody something.
func (f family) problem(seed uint64, issues, options, parties int) *Problem {
	r := rand.New(rand.NewPCG(seed, 1))
	p := &Problem{Offset: make([]float64, parties)}
	for range issues {
		var list [][]float64
		for range options {
			worth := make([]float64, parties)
			f.draw(r, worth)
			list = append(list, worth)
		}
		p.Worth = append(p.Worth, list)
	}
	unit := p.mostOfRest()[0]
	for i := range p.Offset {
		if f.each {
			for _, options := range p.Worth {
				for _, worth := range options {
					worth[i] *= 100 / unit[i]
				}
			}
		}
		p.Offset[i] = -math.Floor(p.mostOfRest()[0][i] / 10)
	}
	return p
}

package bargain

import (
	"math"
	"math/rand/v2"
)

// Where too many packages cost nothing, some are sampled: parts of both halves that come near what they should bring to reach the
// bound.
const (
	samples = 1 << 13
	freely  = 0.3 // of the issues, how many are drawn freely; the others are chosen to come near
	sampled = 3   // one step in so many may be spent on it
)

// sample looks for a better package among pairs of parts that are drawn, as long as a part of the patience lasts.
func (s *search) sample(halves [2]half) {
	all := s.patience.Steps
	s.patience.Steps = s.steps + (all-s.steps)/sampled
	s.pairSamples(halves)
	s.patience.Steps, s.gaveUp = all, s.steps > all || s.patience.over()
}

// pairSamples puts samples of both halves together. What is drawn is the same each time.
func (s *search) pairSamples(halves [2]half) {
	lack := s.goal.touch(s.weights, s.peak)
	if lack == nil {
		return
	}
	d := &drawing{search: s, reach: max(s.peak-s.value, 0), mean: make([][]float64, len(s.p.Worth)), random: rand.New(rand.NewPCG(1, 2))}
	subtract(lack, s.p.Offset)
	for _, h := range halves {
		d.average(h)
		for _, k := range h.issues {
			subtract(lack, d.mean[k])
		}
	}
	for i := range lack {
		lack[i] /= 2 // for each half
	}
	j := &join{search: s}
	var drawn [2][][]int
	for side, gains := range [2][]float64{s.p.Offset, make([]float64, s.p.Parties())} {
		if j.sides[side], drawn[side] = d.parts(halves[side], gains, lack); s.gaveUp {
			return
		}
	}
	if j.meetAll(); len(j.found) == 0 {
		return
	}
	options := make([]int, len(s.p.Worth))
	for side, h := range halves {
		for at, k := range h.issues {
			options[k] = drawn[side][j.found[0][side]][at]
		}
	}
	s.better(s.climb(options))
}

// drawing draws parts.
type drawing struct {
	*search
	reach  float64
	mean   [][]float64 // by issue: of the options within reach
	random *rand.Rand
}

func (d *drawing) average(h half) {
	for at, k := range h.issues {
		mean, n := make([]float64, d.p.Parties()), 0.0
		for o, worth := range d.p.Worth[k] {
			if h.costs[at][o] <= d.reach {
				add(mean, worth)
				n++
			}
		}
		for i := range mean {
			mean[i] /= n
		}
		d.mean[k] = mean
	}
}

// parts draws parts of a half, and gives their options by id. lack is what they should bring beside the average.
func (d *drawing) parts(h half, from, lack []float64) (*parts, [][]int) {
	out, drawn := &parts{parties: len(from)}, [][]int{}
	for range samples {
		if d.stops() {
			return nil, nil
		}
		options, gains, still, cost := make([]int, len(h.issues)), append([]float64{}, from...), append([]float64{}, lack...), 0.0
		for n, at := range d.random.Perm(len(h.issues)) {
			k := h.issues[at]
			o := d.draw(h.costs[at])
			if float64(n) >= freely*float64(len(h.issues)) {
				o = d.nearest(k, h.costs[at], still)
			}
			options[at], cost = o, cost+h.costs[at][o]
			worth := d.p.Worth[k][o]
			add(gains, worth)
			subtract(still, worth)
			add(still, d.mean[k])
		}
		out.id, drawn = append(out.id, int32(len(out.id))), append(drawn, options)
		out.gains, out.cost = append(out.gains, gains...), append(out.cost, cost)
	}
	out.plant()
	return out, drawn
}

// draw draws an option that is within reach.
func (d *drawing) draw(costs []float64) int {
	for {
		if o := d.random.IntN(len(costs)); costs[o] <= d.reach {
			return o
		}
	}
}

// nearest gives the option within reach that leaves the least lacking.
func (d *drawing) nearest(k int, costs, still []float64) (best int) {
	least := math.Inf(1)
	for o, worth := range d.p.Worth[k] {
		distance := 0.0
		for i, v := range worth {
			distance += (still[i] + d.mean[k][i] - v) * (still[i] + d.mean[k][i] - v)
		}
		if costs[o] <= d.reach && distance < least {
			best, least = o, distance
		}
	}
	return best
}

package bargain

import "math"

// mostPoints is how many points of a lattice are looked at.
const mostPoints = 100_000

// settle lowers the bound where gains are multiples of something: to the best of all such gains that the weights leave possible.
func (s *search) settle() {
	if s.lattice == nil || s.best == nil || s.prunes(s.bound) {
		return
	}
	l := &latticeSearch{search: s, most: s.value}
	if l.from(0, s.peak-s.goal.constant(s.weights), 0); l.points <= mostPoints {
		s.bound = min(s.bound, l.most)
	}
}

// latticeSearch looks for the greatest product of gains on a lattice whose weighted sum is within a bound.
type latticeSearch struct {
	*search
	points int
	most   float64
}

// from chooses the gains of a party and those after it, who share what is left of the weighted sum.
func (l *latticeSearch) from(party int, left, value float64) {
	parties := float64(len(l.lattice) - party)
	if parties == 0 {
		l.most = max(l.most, value)
		return
	}
	step, weight := l.lattice[party], l.weights[party]
	middle := math.Floor(left/parties/weight/step + 1e-6)
	if parties == 1 {
		if l.points++; middle > 0 {
			l.from(party+1, 0, value+math.Log(middle*step))
		}
		return
	}
	for _, way := range []float64{-1, 1} {
		n := middle
		if way > 0 {
			n++
		}
		for ; n > 0 && l.points <= mostPoints; n += way {
			l.points++
			rest := left - n*step*weight
			if rest <= 0 {
				break
			}
			// at best the others share evenly
			best := value + math.Log(n*step)
			for _, w := range l.weights[party+1:] {
				best += math.Log((rest + precision) / (parties - 1) / w)
			}
			if best <= l.most+precision {
				break
			}
			l.from(party+1, rest, value+math.Log(n*step))
		}
	}
}

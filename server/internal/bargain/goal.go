package bargain

import (
	"cmp"
	"math"
	"slices"
)

// goal is what is maximised: a concave function of the gains, with floors that they must reach.
type goal interface {
	// value is what gains are good for; minus infinity if they may not be.
	value(gains []float64) float64
	// constant and its slope are such that value(gains) ≤ weights·gains + constant(weights) for all gains and all weights that
	// restrict leaves as they are.
	constant(weights []float64) float64
	slope(weights, into []float64)
	restrict(weights []float64)
	// flatten takes out of a slope what restrict would undo.
	flatten(slope []float64)
	// worst is a value that everything which may be chosen has at the least; minus infinity if everything may be.
	worst(parties int) float64
	// touch gives the gains at which the bound that weights give is reached, as far as they matter; nil if it is so everywhere.
	touch(weights []float64, bound float64) []float64
	// start gives weights to begin with, given gains of a package that is known, or nil.
	start(parties int, gains []float64) []float64
}

// sum is the utilitarian goal: the sum of gains, none of which is below 0.
type sum struct{}

func (sum) value(gains []float64) float64 {
	total := 0.0
	for _, v := range gains {
		if v < -precision {
			return math.Inf(-1)
		}
		total += v
	}
	return total
}

func (sum) worst(parties int) float64 { return -2 * precision * float64(parties) }

func (sum) touch([]float64, float64) []float64 { return nil }

func (sum) constant([]float64) float64 { return 0 }

func (sum) slope(_, into []float64) { clear(into) }

// restrict: a weight above 1 pays for the floor.
func (sum) restrict(weights []float64) {
	for i := range weights {
		weights[i] = max(weights[i], 1)
	}
}

func (sum) flatten([]float64) {}

func (sum) start(parties int, _ []float64) []float64 { return slices.Repeat([]float64{1}, parties) }

// product is the Nash goal: the sum of the logarithms of the gains.
type product struct{}

func (product) value(gains []float64) float64 {
	logs, value := 0.0, 1.0 // of the logarithms, those that are taken already; a logarithm of each takes twice as long
	for _, v := range gains {
		if v <= precision {
			return math.Inf(-1)
		}
		if value *= v; value < 1e-200 {
			logs, value = logs+math.Log(value), 1
		}
	}
	return logs + math.Log(value)
}

func (product) worst(parties int) float64 { return float64(parties) * math.Log(precision) }

func (product) touch(weights []float64, _ float64) []float64 {
	out := make([]float64, len(weights))
	for i, w := range weights {
		out[i] = 1 / w
	}
	return out
}

// constant: log g ≤ w·g − 1 − log w, with equality at g = 1/w.
func (product) constant(weights []float64) float64 {
	c := -float64(len(weights))
	for _, w := range weights {
		c -= math.Log(w)
	}
	return c
}

func (product) slope(weights, into []float64) {
	for i, w := range weights {
		into[i] = -1 / w
	}
}

func (product) restrict(weights []float64) {
	for i := range weights {
		weights[i] = max(weights[i], 0.5) // gains are at most 1 in the parties' units
	}
}

func (product) flatten([]float64) {}

func (product) start(parties int, gains []float64) []float64 {
	w := slices.Repeat([]float64{2}, parties)
	for i, v := range gains {
		if v > 0 {
			w[i] = 1 / v
		}
	}
	return w
}

// least is the egalitarian goal: the least gain of some parties, while those of the others reach floors.
type least struct {
	floor []float64 // by party; NaN for those whose least gain counts
}

func (l least) value(gains []float64) float64 {
	out := math.Inf(1)
	for i, v := range gains {
		switch {
		case math.IsNaN(l.floor[i]):
			out = min(out, v)
		case v < l.floor[i]-precision:
			return math.Inf(-1)
		}
	}
	return out
}

func (l least) worst(int) float64 { return math.Inf(-1) }

func (l least) touch(_ []float64, bound float64) []float64 {
	out := slices.Clone(l.floor)
	for i, f := range out {
		if math.IsNaN(f) {
			out[i] = bound
		}
	}
	return out
}

func (l least) constant(weights []float64) float64 {
	c := 0.0
	for i, w := range weights {
		if !math.IsNaN(l.floor[i]) {
			c -= w * l.floor[i]
		}
	}
	return c
}

func (l least) slope(_, into []float64) {
	for i, f := range l.floor {
		if into[i] = -f; math.IsNaN(f) {
			into[i] = 0
		}
	}
}

// restrict: the weights of those that count add up to 1. Others are moved to the nearest that do.
func (l least) restrict(weights []float64) {
	var counting []float64
	for i, w := range weights {
		if math.IsNaN(l.floor[i]) {
			counting = append(counting, w)
		} else {
			weights[i] = max(w, 0)
		}
	}
	slices.SortFunc(counting, func(a, b float64) int { return cmp.Compare(b, a) })
	shift, total := 0.0, 0.0
	for n, w := range counting {
		if total += w; w > (total-1)/float64(n+1) {
			shift = (total - 1) / float64(n+1)
		}
	}
	for i, w := range weights {
		if math.IsNaN(l.floor[i]) {
			weights[i] = max(w-shift, 0)
		}
	}
}

func (l least) flatten(slope []float64) {
	total, n := 0.0, 0
	for i, v := range slope {
		if math.IsNaN(l.floor[i]) {
			total, n = total+v, n+1
		}
	}
	for i := range slope {
		if math.IsNaN(l.floor[i]) {
			slope[i] -= total / float64(n)
		}
	}
}

func (l least) start(parties int, _ []float64) []float64 {
	w := slices.Repeat([]float64{1}, parties)
	for i, f := range l.floor {
		if !math.IsNaN(f) {
			w[i] = 0
		}
	}
	l.restrict(w)
	return w
}

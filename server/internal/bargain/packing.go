package bargain

// packing is a linear programme: how much to take of each column so that the gains are greatest, while no row takes more than its
// limit. It is solved by the simplex method from nothing taken, and may be given more columns once it is solved. What it comes
// to at any time is within the limits, so that it bounds the dual programme from below at any time.
type packing struct {
	limit   []float64
	columns []column
	basis   []int       // by place: the column that is taken there; of a row's slack, minus one less the row
	inverse [][]float64 // of the columns that are taken
	level   []float64   // by place: how much
	price   []float64   // by row: what one more of its limit would bring
	value   float64
}

// column takes one of each of some rows, and gives one of others back.
type column struct {
	gain       float64
	rows, back []int
}

func newPacking(limit []float64) *packing {
	p := &packing{limit: limit, level: append([]float64{}, limit...), price: make([]float64, len(limit))}
	for i := range limit {
		row := make([]float64, len(limit))
		row[i] = 1
		p.basis, p.inverse = append(p.basis, -1-i), append(p.inverse, row)
	}
	return p
}

// proven is what the columns that are taken bring for sure, whatever was lost in rounding: less all that they take beyond the limits.
func (p *packing) proven() float64 {
	used := make([]float64, len(p.limit))
	for place, at := range p.basis {
		if at < 0 {
			continue
		}
		for _, r := range p.columns[at].rows {
			used[r] += p.level[place]
		}
		for _, r := range p.columns[at].back {
			used[r] -= p.level[place]
		}
	}
	beyond := 0.0
	for r, v := range used {
		beyond += max(v-p.limit[r], 0)
	}
	return p.value - beyond*float64(len(p.limit)+len(p.columns))
}

// reduced is what one more of a column would bring beside what its rows are worth.
func (p *packing) reduced(at int) float64 {
	if at < 0 {
		return -p.price[-1-at]
	}
	c := p.columns[at]
	out := c.gain
	for _, r := range c.rows {
		out -= p.price[r]
	}
	for _, r := range c.back {
		out += p.price[r]
	}
	return out
}

const (
	roundoff = 1e-9
	patient  = 40 // pivots that bring nothing, after which columns are taken in turn, so that it cannot go round for ever
)

// solve takes columns as long as one brings more; it fails if it is stopped.
func (p *packing) solve(stops func() bool) bool {
	idle := 0
	for {
		p.prices()
		enter, most := 0, roundoff
		for at := -len(p.limit); at < len(p.columns); at++ {
			if r := p.reduced(at); r > most {
				if enter, most = at, r; idle > patient {
					break
				}
			}
		}
		if most <= roundoff {
			return true
		}
		if stops() {
			return false
		}
		was := p.value
		if !p.enter(enter) {
			return false
		}
		p.value = 0
		for place, at := range p.basis {
			if at >= 0 {
				p.value += p.columns[at].gain * p.level[place]
			}
		}
		if idle++; p.value > was+roundoff {
			idle = 0
		}
	}
}

func (p *packing) prices() {
	clear(p.price)
	for place, at := range p.basis {
		if at >= 0 && p.columns[at].gain != 0 {
			for r, v := range p.inverse[place] {
				p.price[r] += p.columns[at].gain * v
			}
		}
	}
}

// enter takes as much of a column as the limits allow, instead of what stands in its way first.
func (p *packing) enter(at int) bool {
	takes := make([]float64, len(p.basis)) // by place: how much less it leaves
	for place, row := range p.inverse {
		if at < 0 {
			takes[place] = row[-1-at]
			continue
		}
		for _, r := range p.columns[at].rows {
			takes[place] += row[r]
		}
		for _, r := range p.columns[at].back {
			takes[place] -= row[r]
		}
	}
	out, most := -1, 0.0
	for place, v := range takes {
		if v <= roundoff {
			continue
		}
		if m := p.level[place] / v; out < 0 || m < most-1e-12 || m <= most+1e-12 && p.basis[place] < p.basis[out] {
			out, most = place, m
		}
	}
	if out < 0 {
		return false // there is no end to it, which no limit allows
	}
	pivot, row := takes[out], p.inverse[out]
	for r := range row {
		row[r] /= pivot
	}
	p.level[out] /= pivot
	for place, v := range takes {
		if place == out || v == 0 {
			continue
		}
		for r, w := range row {
			p.inverse[place][r] -= v * w
		}
		p.level[place] = max(p.level[place]-v*p.level[out], 0)
	}
	p.basis[out] = at
	return true
}

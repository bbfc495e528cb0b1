package bargain

import (
	"cmp"
	"slices"
)

// Swap is a change of one issue or two of a package that is worse for nobody and better for somebody.
type Swap struct {
	Issues  []int
	Options []int     // instead, by place in Issues
	Gains   []float64 // by party
}

// Swaps finds the changes of a package, by the least gain and then the sum of gains, most first. No pair has a part that
// is such a change by itself.
func (p *Problem) Swaps(from []int, most int) []Swap {
	var found []Swap
	single := map[[2]int]bool{}
	for k := range p.Worth {
		for o := range p.Worth[k] {
			if s := p.swap(from, []int{k}, []int{o}); s != nil {
				found, single[[2]int{k, o}] = append(found, *s), true
			}
		}
	}
	for k := range p.Worth {
		for j := k + 1; j < len(p.Worth); j++ {
			for a := range p.Worth[k] {
				for b := range p.Worth[j] {
					if a == from[k] || b == from[j] || single[[2]int{k, a}] || single[[2]int{j, b}] {
						continue
					}
					if s := p.swap(from, []int{k, j}, []int{a, b}); s != nil {
						found = append(found, *s)
					}
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Swap) int {
		return cmp.Or(cmp.Compare(slices.Min(b.Gains), slices.Min(a.Gains)), cmp.Compare(total(b.Gains), total(a.Gains)))
	})
	return found[:min(len(found), most)]
}

// swap gives a change if it is worse for nobody and better for somebody.
func (p *Problem) swap(from, issues, options []int) *Swap {
	gains := make([]float64, p.Parties())
	for at, k := range issues {
		add(gains, p.Worth[k][options[at]])
		subtract(gains, p.Worth[k][from[k]])
	}
	better := false
	for i, v := range gains {
		if v < -precision {
			return nil
		}
		if v <= precision {
			gains[i] = 0
		}
		better = better || v > precision
	}
	if !better {
		return nil
	}
	return &Swap{issues, options, gains}
}

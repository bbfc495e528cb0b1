package bargain

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTheEfficientPackagesAreThoseOfBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		want := map[string]bool{}
		packages(p, func(options []int) {
			gains := p.Gains(options)
			efficient := slices.Min(gains) >= 0
			packages(p, func(others []int) { efficient = efficient && !dominates(p.Gains(others), gains) })
			if efficient {
				want[fmt.Sprint(options)] = true
			}
		})
		list, complete := p.Efficient(10_000, unhurried)
		got := map[string]bool{}
		for _, e := range list {
			got[fmt.Sprint(append([]int{}, e.Options...))] = true
		}
		if !complete || len(got) != len(list) {
			t.Fatalf("complete: %v, %d of %d differ", complete, len(got), len(list))
		}
		for options := range want {
			if !got[options] {
				t.Errorf("%s is missing", options)
			}
		}
		for options := range got {
			if !want[options] {
				t.Errorf("%s is not efficient", options)
			}
		}
	})
}

func TestASampleIsEfficientToo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		for _, e := range p.sample(50, unhurried) {
			gains := p.Gains(e.Options)
			if slices.Min(e.Weights) <= 0 || slices.Min(gains) < -1e-6 {
				t.Errorf("%v under %v", gains, e.Weights)
			}
			packages(p, func(others []int) {
				if dot(e.Weights, p.Gains(others)) > dot(e.Weights, gains)+1e-9 {
					t.Errorf("%v is better than %v under %v", others, e.Options, e.Weights)
				}
			})
		}
	})
}

func TestWhereTooManyAreEfficientThereIsASpreadOutSample(t *testing.T) {
	p := families[0].problem(1, 30, 4, 6)
	list, complete := p.Efficient(10_000, Patience{Steps: 2_000_000})
	if complete || len(list) < 5000 {
		t.Fatalf("%d packages, complete: %v", len(list), complete)
	}
	for i := range p.Offset { // somewhere in it everybody does well
		best := 0.0
		for _, e := range list {
			best = max(best, p.Gains(e.Options)[i])
		}
		most := p.mostOfRest()[0][i] + p.Offset[i]
		if best < 0.85*most {
			t.Errorf("party %d gains %v at best, of %v", i, best, most)
		}
	}
}

func TestSwapsAreWorseForNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		from := make([]int, len(p.Worth))
		for k := range from {
			from[k] = rapid.IntRange(0, len(p.Worth[k])-1).Draw(t, "from")
		}
		swaps := p.Swaps(from, 1_000)
		for _, s := range swaps {
			after := slices.Clone(from)
			for at, k := range s.Issues {
				after[k] = s.Options[at]
			}
			if !dominates(p.Gains(after), p.Gains(from)) {
				if !near(total(s.Gains), total(p.Gains(after))-total(p.Gains(from))) {
					t.Errorf("%v to %v gains %v", from, after, s.Gains)
				}
			}
		}
		if len(swaps) > 0 {
			return
		}
		packages(p, func(after []int) { // then no change of one issue or two helps
			changed := 0
			for k := range after {
				if after[k] != from[k] {
					changed++
				}
			}
			if gains, was := p.Gains(after), p.Gains(from); changed <= 2 && dominates(gains, was) && total(gains) > total(was)+1e-6 {
				t.Errorf("%v is better than %v", after, from)
			}
		})
	})
}

// Who is called what plays no part: if the parties change places, so do their gains.
func TestTheOrderOfPartiesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		order := rapid.Permutation(indices(p.Parties())).Draw(t, "order")
		q := &Problem{Offset: permuted(p.Offset, order)}
		for _, options := range p.Worth {
			var list [][]float64
			for _, worth := range options {
				list = append(list, permuted(worth, order))
			}
			q.Worth = append(q.Worth, list)
		}
		for what, values := range map[string][2]Choice{
			"sum": {p.Utilitarian(unhurried), q.Utilitarian(unhurried)}, "product": {p.Nash(unhurried), q.Nash(unhurried)},
			"least": {p.Egalitarian(unhurried), q.Egalitarian(unhurried)},
		} {
			if !near(values[0].Value, values[1].Value) {
				t.Errorf("%s: %+v and %+v", what, values[0], values[1])
			}
		}
	})
}

func indices(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}

func permuted(list []float64, order []int) []float64 {
	out := make([]float64, len(list))
	for i, at := range order {
		out[i] = list[at]
	}
	return out
}

// BenchmarkChoices tells of each family and choice how many of ten problems are proven, in how much time of the processor, and how far
// off the others may be.
func BenchmarkChoices(b *testing.B) {
	for _, f := range families {
		for name, solve := range solvers {
			b.Run(f.name+"/"+name, func(b *testing.B) {
				proven, gap, from := 0, 0.0, processorTime()
				for i := range b.N {
					c := solve(f.problem(uint64(i%10+1), 30, 4, 6), Patience{Steps: 5_000_000})
					if c.Optimal {
						proven++
					}
					gap = max(gap, (c.Bound-c.Value)/c.Value)
				}
				b.ReportMetric(float64(proven)/float64(b.N), "proven/op")
				b.ReportMetric(float64((processorTime()-from).Milliseconds())/float64(b.N), "cpu-ms/op")
				b.ReportMetric(100*gap, "largest-gap-%")
			})
		}
	}
}

// processorTime is the time that the process has spent computing.
func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano())
}

package analysis

import (
	"math"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// extent is what a quantity may be: from the least number to the most.
type extent struct{ least, most float64 }

func extentOf(b parleyv1.Bound, value float64) extent {
	switch b {
	case parleyv1.Bound_BOUND_AT_LEAST:
		return extent{value, math.Inf(1)}
	case parleyv1.Bound_BOUND_AT_MOST:
		return extent{math.Inf(-1), value}
	}
	return extent{value, value}
}

// and is what is in both.
func (s extent) and(o extent) extent { return extent{max(s.least, o.least), min(s.most, o.most)} }

func (s extent) empty() bool { return s.least > s.most }

func (s extent) holds(o extent) bool { return s.least <= o.least && o.most <= s.most }

// hold holds a limit against the terms of one wording that tell of its quantity; the table is in the comment on Limit.
func hold(limit *parleyv1.Limit, terms []*parleyv1.Term) parleyv1.Assessment_Verdict {
	possible, told := extent{math.Inf(-1), math.Inf(1)}, false
	for _, t := range terms {
		if t.GetUnit() == limit.GetUnit() {
			possible, told = possible.and(extentOf(t.GetBound(), t.GetValue())), true
		}
	}
	allowed := extentOf(limit.GetBound(), limit.GetValue())
	openBelow := math.IsInf(possible.least, -1) && !math.IsInf(allowed.least, -1)
	openAbove := math.IsInf(possible.most, 1) && !math.IsInf(allowed.most, 1)
	switch {
	case !told || possible.empty():
		return parleyv1.Assessment_VERDICT_UNKNOWN
	case allowed.holds(possible):
		return parleyv1.Assessment_VERDICT_MET
	case allowed.and(possible).empty():
		return parleyv1.Assessment_VERDICT_BREACHED
	case openBelow || openAbove:
		return parleyv1.Assessment_VERDICT_UNMET
	}
	return parleyv1.Assessment_VERDICT_PARTLY
}

// deciding picks the terms that lead to a verdict by themselves; if it takes several of them together, all.
func deciding(limit *parleyv1.Limit, terms []*parleyv1.Term, verdict parleyv1.Assessment_Verdict) (out []*parleyv1.Term) {
	for _, t := range terms {
		if hold(limit, []*parleyv1.Term{t}) == verdict {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return terms
	}
	return out
}

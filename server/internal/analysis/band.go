package analysis

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// grade orders verdicts from the worst to the best.
type grade int

const (
	breached grade = iota
	unmet
	partly
	met
)

// grades are the verdicts that are grades; UNKNOWN is none.
var grades = [...]parleyv1.Assessment_Verdict{
	breached: parleyv1.Assessment_VERDICT_BREACHED, unmet: parleyv1.Assessment_VERDICT_UNMET,
	partly: parleyv1.Assessment_VERDICT_PARTLY, met: parleyv1.Assessment_VERDICT_MET,
}

// gradeOf gives the grade that a verdict is; false if it is none.
func gradeOf(v parleyv1.Assessment_Verdict) (grade, bool) {
	i := slices.Index(grades[:], v)
	return grade(max(i, 0)), i >= 0
}

// verdict gives the verdict of a grade.
func (l grade) verdict() parleyv1.Assessment_Verdict { return grades[l] }

// score is what a grade counts for in the coverage.
func (l grade) score() float64 { return [...]float64{breached: 0, unmet: 0, partly: 0.5, met: 1}[l] }

// band is between which grades the truth lies.
type band struct{ low, high grade }

// anything is the band of which nothing is known.
var anything = band{breached, met}

func bandOf(v parleyv1.Assessment_Verdict) band {
	if g, ok := gradeOf(v); ok {
		return band{g, g}
	}
	return anything
}

// with is the band that holds both.
func (b band) with(o band) band { return band{min(b.low, o.low), max(b.high, o.high)} }

// together is the band of a limit on which several points bear, each with a band of its own: what one of them secures is secured,
// and what one of them breaches is breached.
func together(bands []band) band {
	out, mayBreak, breaks, secured := band{breached, breached}, false, false, false
	for _, b := range bands {
		out = band{max(out.low, b.low), max(out.high, b.high)}
		mayBreak = mayBreak || b.low == breached
		breaks = breaks || b.high == breached
		secured = secured || b.low == met
	}
	if mayBreak {
		out.low = breached
	}
	if breaks && !secured { // a text of which one point secures what another breaches contradicts itself
		out.high = breached
	}
	return out
}

// turn tells which way a band went: for certain only if the two do not overlap.
func turn[N grade | float64](lowBefore, highBefore, lowAfter, highAfter N) parleyv1.CompareBalanceResponse_Direction {
	switch {
	case lowBefore == lowAfter && highBefore == highAfter:
		return parleyv1.CompareBalanceResponse_DIRECTION_UNSPECIFIED
	case lowAfter > highBefore:
		return parleyv1.CompareBalanceResponse_DIRECTION_GAINED
	case highAfter < lowBefore:
		return parleyv1.CompareBalanceResponse_DIRECTION_LOST
	case lowAfter >= lowBefore && highAfter >= highBefore:
		return parleyv1.CompareBalanceResponse_DIRECTION_MAY_HAVE_GAINED
	case lowAfter <= lowBefore && highAfter <= highBefore:
		return parleyv1.CompareBalanceResponse_DIRECTION_MAY_HAVE_LOST
	}
	return parleyv1.CompareBalanceResponse_DIRECTION_UNCLEAR
}

package analysis

import (
	"testing"

	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

const (
	exact   = parleyv1.Bound_BOUND_EXACT
	atLeast = parleyv1.Bound_BOUND_AT_LEAST
	atMost  = parleyv1.Bound_BOUND_AT_MOST

	isMet      = parleyv1.Assessment_VERDICT_MET
	isPartly   = parleyv1.Assessment_VERDICT_PARTLY
	isUnmet    = parleyv1.Assessment_VERDICT_UNMET
	isBreached = parleyv1.Assessment_VERDICT_BREACHED
	isUnknown  = parleyv1.Assessment_VERDICT_UNKNOWN
)

func term(b parleyv1.Bound, value float64) *parleyv1.Term {
	return &parleyv1.Term{Key: "size", Bound: b, Value: value, Unit: "people"}
}

func limit(b parleyv1.Bound, value float64) *parleyv1.Limit {
	return &parleyv1.Limit{Key: "size", Bound: b, Value: value, Unit: "people"}
}

// The table in the comment on Limit: each cell with a number of the term below, at and above that of the limit, 800.
func TestATermMeetsALimit(t *testing.T) {
	type row [3]parleyv1.Assessment_Verdict // for 700, 800, 900
	for _, test := range []struct {
		limit, term parleyv1.Bound
		want        row
	}{
		{atLeast, exact, row{isBreached, isMet, isMet}},
		{atLeast, atLeast, row{isPartly, isMet, isMet}},
		{atLeast, atMost, row{isBreached, isUnmet, isUnmet}},
		{atMost, exact, row{isMet, isMet, isBreached}},
		{atMost, atLeast, row{isUnmet, isUnmet, isBreached}},
		{atMost, atMost, row{isMet, isMet, isPartly}},
		{exact, exact, row{isBreached, isMet, isBreached}},
		{exact, atLeast, row{isUnmet, isUnmet, isBreached}},
		{exact, atMost, row{isBreached, isUnmet, isUnmet}},
	} {
		for i, value := range []float64{700, 800, 900} {
			if got := hold(limit(test.limit, 800), []*parleyv1.Term{term(test.term, value)}); got != test.want[i] {
				t.Errorf("a text of %v %v for a demand of %v 800: %v, want %v", test.term, value, test.limit, got, test.want[i])
			}
		}
	}
}

func TestSeveralTermsOfAWordingHoldTogether(t *testing.T) {
	other := term(exact, 800)
	other.Unit = "battalions"
	for name, test := range map[string]struct {
		limit *parleyv1.Limit
		terms []*parleyv1.Term
		want  parleyv1.Assessment_Verdict
	}{
		"from 800 to 800 is 800":              {limit(exact, 800), []*parleyv1.Term{term(atLeast, 800), term(atMost, 800)}, isMet},
		"from 700 to 900 may be 800":          {limit(exact, 800), []*parleyv1.Term{term(atLeast, 700), term(atMost, 900)}, isPartly},
		"from 700 to 900 is 600 or more":      {limit(atLeast, 600), []*parleyv1.Term{term(atLeast, 700), term(atMost, 900)}, isMet},
		"from 900 to 700 is nothing":          {limit(atLeast, 600), []*parleyv1.Term{term(atLeast, 900), term(atMost, 700)}, isUnknown},
		"another unit tells nothing":          {limit(exact, 800), []*parleyv1.Term{other}, isUnknown},
		"beside another unit, its own counts": {limit(exact, 800), []*parleyv1.Term{other, term(exact, 900)}, isBreached},
	} {
		if got := hold(test.limit, test.terms); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// The verdict says of every number that the text allows what it says of the text: within the limit if MET, beyond it if BREACHED.
func TestAVerdictHoldsForEveryNumberThatTheTextAllows(t *testing.T) {
	bounds := rapid.SampledFrom([]parleyv1.Bound{exact, atLeast, atMost})
	rapid.Check(t, func(t *rapid.T) {
		l := limit(bounds.Draw(t, "limit"), float64(rapid.IntRange(-3, 3).Draw(t, "of")))
		var terms []*parleyv1.Term
		for range rapid.IntRange(1, 3).Draw(t, "terms") {
			terms = append(terms, term(bounds.Draw(t, "bound"), float64(rapid.IntRange(-3, 3).Draw(t, "value"))))
		}
		allows := func(b parleyv1.Bound, of, n float64) bool {
			return b == exact && n == of || b == atLeast && n >= of || b == atMost && n <= of
		}
		within, beyond := 0, 0
		for n := -10.0; n <= 10; n += 0.5 {
			possible := true
			for _, each := range terms {
				possible = possible && allows(each.GetBound(), each.GetValue(), n)
			}
			switch {
			case !possible:
			case allows(l.GetBound(), l.GetValue(), n):
				within++
			default:
				beyond++
			}
		}
		want := map[parleyv1.Assessment_Verdict]bool{}
		switch {
		case within+beyond == 0:
			want[isUnknown] = true
		case beyond == 0:
			want[isMet] = true
		case within == 0:
			want[isBreached] = true
		default:
			want[isPartly], want[isUnmet] = true, true
		}
		if got := hold(l, terms); !want[got] {
			t.Fatalf("%v for %v: %v, with %d numbers within the limit and %d beyond", terms, l, got, within, beyond)
		}
	})
}

// What one point secures is secured, what one point breaches is breached, and no further point makes the band wider than it.
func TestSeveralPointsOnOneLimit(t *testing.T) {
	for _, test := range []struct {
		bands []band
		want  band
	}{
		{[]band{{met, met}}, band{met, met}},
		{[]band{{unmet, unmet}, {met, met}}, band{met, met}},
		{[]band{{unmet, unmet}, {partly, partly}}, band{partly, partly}},
		{[]band{{breached, breached}, {unmet, unmet}}, band{breached, breached}},
		{[]band{{breached, breached}, {breached, met}}, band{breached, breached}},
		{[]band{{breached, breached}, {met, met}}, band{breached, met}},
		{[]band{{breached, met}, {unmet, unmet}}, band{breached, met}},
		{[]band{{unmet, met}, {partly, partly}}, band{partly, met}},
	} {
		if got := together(test.bands); got != test.want {
			t.Errorf("%v together make %v, want %v", test.bands, got, test.want)
		}
	}
}

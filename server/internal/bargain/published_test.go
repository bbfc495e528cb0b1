package bargain

import (
	"slices"
	"testing"
)

// division is a problem of giving each of some goods to one of two, who value them so.
func division(first, second []float64, offset ...float64) *Problem {
	p := &Problem{Offset: offset}
	for i := range first {
		p.Worth = append(p.Worth, [][]float64{{first[i], 0}, {0, second[i]}})
	}
	return p
}

// John F. Nash, "The Bargaining Problem", Econometrica 18 (1950), pages 155 to 162, has Bill and Jack barter: Bill's book, whip,
// ball, bat and box, and Jack's pen, toy, knife and hat, are worth to them what is below, so that they begin with 12 and 6. In
// his solution Bill gives the book, whip, ball and bat and gets the pen, toy and knife, and the product of what they gain is
// greatest. That this is 24 - 12 = 12 and 11 - 6 = 5 is computed here, and also over all 512 divisions.
func TestNashsExampleOfBillAndJack(t *testing.T) {
	p := division(
		[]float64{2, 2, 2, 2, 4, 10, 4, 6, 2},
		[]float64{4, 2, 1, 2, 1, 1, 1, 2, 2},
		-12, -6,
	)
	jack, bill := 1, 0
	want := []int{jack, jack, jack, jack, bill, bill, bill, bill, jack}
	got := p.Nash(unhurried)
	if !slices.Equal(got.Options, want) || !slices.Equal(p.Gains(got.Options), []float64{12, 5}) || !near(got.Value, 60) || !got.Optimal {
		t.Errorf("got %+v with gains %v", got, p.Gains(got.Options))
	}
	packages(p, func(options []int) {
		if g := p.Gains(options); g[0] > 0 && g[0]*g[1] > 60 {
			t.Errorf("%v has the product %v", options, g[0]*g[1])
		}
	})
	if swaps := p.Swaps([]int{bill, bill, bill, bill, bill, jack, jack, jack, jack}, 5); len(swaps) == 0 || !slices.Equal(swaps[0].Issues, []int{0, 5}) {
		t.Errorf("the book for the pen should be the first thing to swap: %v", swaps)
	}
}

// Steven J. Brams and Alan D. Taylor, "The Win-Win Solution" (1999), have Donald and Ivana Trump give points to the Connecticut
// estate, the Palm Beach mansion, the Trump Plaza apartment, the Trump Tower triplex, and cash and jewelry. The first step of
// Adjusted Winner gives everything to whom it is worth more, which is the greatest sum. (Its further steps divide goods, which
// packages cannot.) The points are from the book; the figures below are computed from them.
func TestTheFirstStepOfAdjustedWinnerHasTheGreatestSum(t *testing.T) {
	p := division([]float64{10, 40, 10, 38, 2}, []float64{38, 20, 30, 10, 2}, 0, 0)
	got := p.Utilitarian(unhurried)
	if !slices.Equal(got.Options[:4], []int{1, 0, 1, 0}) || got.Value != 148 {
		t.Errorf("got %+v", got)
	}
	if fair := p.Egalitarian(unhurried); !slices.Equal(sortedGains(p, fair.Options), []float64{70, 78}) {
		t.Errorf("without dividing anything, 70 and 78 is as equal as it gets, not %v", p.Gains(fair.Options))
	}
}

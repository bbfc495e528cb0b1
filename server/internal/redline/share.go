package redline

import (
	"unicode"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Share tells how much two texts have in common: twice the letters and digits of the words that both have, as Words shows them,
// by those of both texts. It is 1 for texts that differ in nothing but signs and white space, and 0 for texts without a common
// word, or one of which has none.
func Share(a, b string) float64 {
	common, all := 0, 0
	for _, s := range Words(a, b) {
		n := letters(s.GetText())
		if all += n; s.GetOp() == parleyv1.Span_OP_EQUAL {
			common, all = common+2*n, all+n
		}
	}
	if all == 0 {
		return 0
	}
	return float64(common) / float64(all)
}

func letters(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			n++
		}
	}
	return n
}

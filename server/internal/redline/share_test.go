package redline

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestShare(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want float64
	}{
		{"", "", 0},
		{"", "words", 0},
		{"words", "words", 1},
		{"Words, words!", "Words - words", 1},
		{"one two", "three four", 0},
		{"ab cd", "ab ef", 0.5},
		{"ab cd", "cd ab", 0}, // a word that stands alone among others is not common, for a reader
		{"limited to 600,000", "limited to 800,000", 18.0 / 30},
	} {
		if got := Share(tc.a, tc.b); math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%q and %q share %g, want %g", tc.a, tc.b, got, tc.want)
		}
	}
}

// A share is one, whichever text comes first; and a text shares all of itself with itself.
func TestShareIsAShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringMatching("([a-c]{1,3} ){0,8}").Draw(t, "a"), rapid.StringMatching("([a-c]{1,3} ){0,8}").Draw(t, "b")
		s := Share(a, b)
		if s < 0 || s > 1 || a != "" && Share(a, a) != 1 {
			t.Fatalf("%g of %q and %q", s, a, b)
		}
	})
}

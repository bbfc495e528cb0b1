package show

import (
	"strconv"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// bounded is a term or a limit.
type bounded interface {
	GetKey() string
	GetBound() parleyv1.Bound
	GetValue() float64
	GetUnit() string
}

// bound writes a term or a limit: "force-size at most 600,000 people".
func bound(b bounded) string {
	words := []string{b.GetKey()}
	if b.GetBound() != parleyv1.Bound_BOUND_EXACT {
		words = append(words, lower(b.GetBound().String(), "BOUND_"))
	}
	words = append(words, number(b.GetValue()))
	if b.GetUnit() != "" {
		words = append(words, b.GetUnit())
	}
	return strings.Join(words, " ")
}

// number writes a number with commas between thousands.
func number(v float64) string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	first := 0
	if strings.HasPrefix(whole, "-") {
		first = 1
	}
	for i := len(whole) - 3; i > first; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole + prefixed(".", fraction)
}

// terms writes what was read in a wording, in one line; empty if nothing was.
func terms(list []*parleyv1.Term) string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = bound(t)
	}
	return strings.Join(out, "; ")
}

// allTerms writes the terms of a point and of its rival wordings.
func allTerms(pt *parleyv1.Point) string {
	var out []string
	if own := terms(pt.GetTerms()); own != "" {
		out = append(out, own)
	}
	for _, a := range pt.GetAlternatives() {
		if own := terms(a.GetTerms()); own != "" {
			out = append(out, "["+a.GetLabel()+"] "+own)
		}
	}
	return strings.Join(out, "; ")
}

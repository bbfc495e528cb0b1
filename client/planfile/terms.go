package planfile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// termsMark begins the quotation that holds the terms of a wording, one a line:
//
//	> [!TERMS]
//	> force-size <= 600000 people "limited to 600,000"
const termsMark = "!TERMS"

var bounds = map[string]parleyv1.Bound{
	"=": parleyv1.Bound_BOUND_EXACT, ">=": parleyv1.Bound_BOUND_AT_LEAST, "<=": parleyv1.Bound_BOUND_AT_MOST,
}

// bareUnit is a unit that needs no quotes: of blanks of any kind it has none.
var bareUnit = regexp.MustCompile("^[^\\s\\v\\pZ\\x{85}\"'`\\\\]+$")

// terms writes what was read in a wording, if anything was.
func (w *markdownWriter) terms(terms []*parleyv1.Term) {
	lines := make([]string, len(terms))
	for i, t := range terms {
		lines[i] = writeTerm(t)
	}
	if len(lines) > 0 {
		w.quotation("["+termsMark+"]", strings.Join(lines, "\n"), false)
	}
}

func writeTerm(t *parleyv1.Term) string {
	sign := ""
	for s, b := range bounds {
		if b == t.GetBound() {
			sign = s
		}
	}
	line := t.GetKey() + " " + sign + " " + strconv.FormatFloat(t.GetValue(), 'f', -1, 64)
	bare := bareUnit.MatchString(t.GetUnit()) && strconv.CanBackquote(t.GetUnit())
	switch {
	case bare:
		line += " " + t.GetUnit()
	case t.GetUnit() != "":
		line += " " + strconv.Quote(t.GetUnit())
	}
	if t.GetWords() != "" || !bare && t.GetUnit() != "" {
		line += " " + strconv.Quote(t.GetWords())
	}
	return line
}

// readTerm reads a line of terms: the quantity, how it is bounded, the number, and if given the unit and the words.
func readTerm(line string) (*parleyv1.Term, error) {
	var parts []string
	for rest := strings.TrimSpace(line); rest != ""; rest = strings.TrimLeft(rest, " \t") {
		part, err := strconv.QuotedPrefix(rest)
		if err != nil {
			part = rest
			if i := strings.IndexAny(rest, " \t"); i > 0 {
				part = rest[:i]
			}
		}
		parts, rest = append(parts, part), rest[len(part):]
	}
	if len(parts) < 3 || len(parts) > 5 {
		return nil, fmt.Errorf(`a term is: force-size <= 600000 people "limited to 600,000"`)
	}
	t := &parleyv1.Term{Key: parts[0], Bound: bounds[parts[1]]}
	if !anID.MatchString(t.GetKey()) {
		return nil, fmt.Errorf("%q names no quantity: lower-case letters, digits and hyphens", t.GetKey())
	}
	if t.GetBound() == parleyv1.Bound_BOUND_UNSPECIFIED {
		return nil, fmt.Errorf("%q says nothing of a quantity; it is =, >= or <=", parts[1])
	}
	var err error
	if t.Value, err = strconv.ParseFloat(parts[2], 64); err != nil {
		return nil, fmt.Errorf("%q is no number, such as 600000 or 0.5", parts[2])
	}
	rest := parts[3:]
	if len(rest) == 1 && strings.HasPrefix(rest[0], `"`) { // words without a unit
		rest = []string{`""`, rest[0]}
	}
	for i, into := range []*string{&t.Unit, &t.Words}[:len(rest)] {
		if *into, err = unquoted(rest[i]); err != nil {
			return nil, fmt.Errorf("%s is not closed, or not quoted as in \"…\"", rest[i])
		}
	}
	return t, nil
}

// unquoted gives what stands between quotes, or a bare word as it is.
func unquoted(s string) (string, error) {
	if bareUnit.MatchString(s) {
		return s, nil
	}
	return strconv.Unquote(s)
}

// termed has the terms in the quotation in hand go to a wording: of the alternative before it, or of the point.
func (m *markdown) termed(n int) {
	into, quote := &m.point.Terms, m.quote
	if all := m.point.GetAlternatives(); len(all) > 0 {
		into = &all[len(all)-1].Terms
	}
	m.ends = append(m.ends, func() {
		for i, line := range quote.lines {
			if strings.TrimSpace(line) == "" {
				continue
			}
			t, err := readTerm(line)
			if err != nil {
				m.src.ErrorAt(n+1+i, "%s", err)
				continue
			}
			*into = append(*into, t)
		}
	})
}

package listing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/listing"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"
)

// term is a random filter beside a predicate that says the same without parser, compiler or reflection.
type term struct {
	text  string
	holds func(*parleyv1.Stance) bool
}

func genTerm(depth int) *rapid.Generator[term] {
	return rapid.Custom(func(t *rapid.T) term {
		if depth > 0 {
			switch rapid.IntRange(0, 4).Draw(t, "shape") {
			case 0:
				a, b := genTerm(depth-1).Draw(t, "a"), genTerm(depth-1).Draw(t, "b")
				return term{"(" + a.text + " AND " + b.text + ")", func(s *parleyv1.Stance) bool { return a.holds(s) && b.holds(s) }}
			case 1:
				a, b := genTerm(depth-1).Draw(t, "a"), genTerm(depth-1).Draw(t, "b")
				return term{"(" + a.text + " OR " + b.text + ")", func(s *parleyv1.Stance) bool { return a.holds(s) || b.holds(s) }}
			case 2:
				a := genTerm(depth-1).Draw(t, "a")
				not := rapid.SampledFrom([]string{"NOT (", "-("}).Draw(t, "not")
				return term{not + a.text + ")", func(s *parleyv1.Stance) bool { return !a.holds(s) }}
			}
		}
		return genComparison().Draw(t, "leaf")
	})
}

func genComparison() *rapid.Generator[term] {
	compare := func(op string, c int) bool {
		return map[string]bool{"=": c == 0, "!=": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[op]
	}
	return rapid.Custom(func(t *rapid.T) term {
		op := rapid.SampledFrom([]string{"=", "!=", "<", "<=", ">", ">="}).Draw(t, "op")
		eq := rapid.SampledFrom([]string{"=", "!="}).Draw(t, "eq")
		word := rapid.StringMatching(`[abAB]{0,3}`).Draw(t, "word")
		switch rapid.IntRange(0, 6).Draw(t, "field") {
		case 0:
			return term{fmt.Sprintf("reason %s %q", op, word), func(s *parleyv1.Stance) bool { return compare(op, strings.Compare(s.GetReason(), word)) }}
		case 1:
			return term{fmt.Sprintf("reason:%q", word), func(s *parleyv1.Stance) bool {
				return strings.Contains(strings.ToLower(s.GetReason()), strings.ToLower(word))
			}}
		case 2:
			v := rapid.SampledFrom([]string{"VALUE_ACCEPT", "VALUE_BLOCK", "VALUE_OPPOSE"}).Draw(t, "value")
			n := parleyv1.Stance_Value(parleyv1.Stance_Value_value[v])
			return term{"value " + eq + " " + strings.TrimPrefix(v, "VALUE_"), func(s *parleyv1.Stance) bool { return (s.GetValue() == n) == (eq == "=") }}
		case 3:
			b := rapid.Bool().Draw(t, "bool")
			return term{fmt.Sprintf("withdrawn %s %v", eq, b), func(s *parleyv1.Stance) bool { return (s.GetWithdrawn() == b) == (eq == "=") }}
		case 4:
			at := time.Unix(rapid.Int64Range(0, 3).Draw(t, "time"), 0).UTC()
			return term{fmt.Sprintf("create_time %s %q", op, at.Format(time.RFC3339)), func(s *parleyv1.Stance) bool {
				return s.GetCreateTime() != nil && compare(op, s.GetCreateTime().AsTime().Compare(at))
			}}
		case 5:
			return term{fmt.Sprintf("attribution.source %s %q", op, word), func(s *parleyv1.Stance) bool {
				return s.GetAttribution() != nil && compare(op, strings.Compare(s.GetAttribution().GetSource(), word))
			}}
		}
		return term{fmt.Sprintf("conditions:%q", word), func(s *parleyv1.Stance) bool {
			for _, c := range s.GetConditions() {
				if c == word {
					return true
				}
			}
			return false
		}}
	})
}

var genStance = rapid.Custom(func(t *rapid.T) *parleyv1.Stance {
	word := rapid.StringMatching(`[abAB]{0,3}`)
	s := &parleyv1.Stance{
		Name:       "negotiations/x/stances/" + rapid.StringMatching(`[a-z]{1,3}`).Draw(t, "id"),
		Reason:     word.Draw(t, "reason"),
		Value:      rapid.SampledFrom([]parleyv1.Stance_Value{1, 6, 7}).Draw(t, "value"),
		Withdrawn:  rapid.Bool().Draw(t, "withdrawn"),
		Conditions: rapid.SliceOfN(word, 0, 3).Draw(t, "conditions"),
	}
	if rapid.Bool().Draw(t, "attributed") {
		s.Attribution = &parleyv1.Attribution{Source: word.Draw(t, "source")}
	}
	if rapid.Bool().Draw(t, "timed") {
		s.CreateTime = timestamppb.New(time.Unix(rapid.Int64Range(0, 3).Draw(t, "create_time"), 0))
	}
	return s
})

func TestFilterSaysWhatANaivePredicateSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, s := genTerm(4).Draw(t, "filter"), genStance.Draw(t, "stance")
		parsed, err := listing.ParseFilter(stances, f.text)
		if err != nil {
			t.Fatalf("%s: %v", f.text, err)
		}
		if parsed.Matches(s) != f.holds(s) {
			t.Fatalf("%s on %v: %v", f.text, s, !f.holds(s))
		}
	})
}

// A pattern with stars says what the obvious recursive matcher says.
func TestFilterStars(t *testing.T) {
	var matches func(p, s string) bool
	matches = func(p, s string) bool {
		switch {
		case p == "":
			return s == ""
		case p[0] == '*':
			return matches(p[1:], s) || s != "" && matches(p, s[1:])
		}
		return s != "" && p[0] == s[0] && matches(p[1:], s[1:])
	}
	rapid.Check(t, func(t *rapid.T) {
		p, s := rapid.StringMatching(`[ab*]{0,6}`).Draw(t, "pattern"), rapid.StringMatching(`[ab]{0,6}`).Draw(t, "text")
		f, err := listing.ParseFilter(stances, fmt.Sprintf("reason = %q", p))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Matches(&parleyv1.Stance{Reason: s}); got != matches(p, s) {
			t.Fatalf("%q on %q: %v", p, s, got)
		}
	})
}

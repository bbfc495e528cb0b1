package listing_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/listing"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"
)

var (
	stances  = (&parleyv1.Stance{}).ProtoReflect().Descriptor()
	parties  = (&parleyv1.Party{}).ProtoReflect().Descriptor()
	revision = (&parleyv1.Revision{}).ProtoReflect().Descriptor()
)

func at(s string) *timestamppb.Timestamp {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return timestamppb.New(t)
}

func example() *parleyv1.Stance {
	return &parleyv1.Stance{
		Name:  "negotiations/peace/stances/ua-v8",
		Party: "negotiations/peace/parties/ukraine",
		Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{
			Point: "negotiations/peace/plans/us-draft/revisions/v1/points/army-size",
		}},
		Value:       parleyv1.Stance_VALUE_OPPOSE,
		Conditions:  []string{"a ceasefire first", "50% more *aid*"},
		Reason:      "A cap leaves the country open.",
		Quote:       "Ми не приймемо",
		Attribution: &parleyv1.Attribution{Source: "BBC-21", Basis: parleyv1.Attribution_BASIS_DECLARED},
		SaidTime:    &parleyv1.PartialTime{Value: "2025-11-24", StartTime: at("2025-11-24T00:00:00Z")},
		Withdrawn:   false,
		Digest:      "abcdef",
		CreateTime:  at("2025-12-01T10:00:00.5Z"),
		Etag:        "etagged",
	}
}

func TestFilterMatches(t *testing.T) {
	for filter, want := range map[string]bool{
		``:    true,
		`   `: true,
		// Strings.
		`party = "negotiations/peace/parties/ukraine"`:  true,
		`party != "negotiations/peace/parties/ukraine"`: false,
		`party = "negotiations/peace/parties/uk"`:       false,
		`party = "*/ukraine"`:                           true,
		`party = "negotiations/*/parties/*ine"`:         true,
		`party != "*russia*"`:                           true,
		`reason:"CAP"`:                                  true,
		`reason:cap`:                                    true,
		`reason:"cap*country"`:                          true,
		`reason:"nothing"`:                              false,
		`quote:"МИ НЕ"`:                                 true,
		`party < "negotiations/peace/parties/v"`:        true,
		`party >= "negotiations/peace/parties/v"`:       false,
		`name:ua`: true,
		// Enums.
		`value = OPPOSE`:                true,
		`value = VALUE_OPPOSE`:          true,
		`value = "OPPOSE"`:              true,
		`value != BLOCK`:                true,
		`value:OPPOSE`:                  true,
		`level = UNSPECIFIED`:           true,
		`attribution.basis = DECLARED`:  true,
		`attribution.basis != DECLARED`: false,
		`attribution.confidence:*`:      false,
		// Bools.
		`withdrawn = false`: true,
		`withdrawn = true`:  false,
		`withdrawn != true`: true,
		`withdrawn`:         false,
		`NOT withdrawn`:     true,
		`-withdrawn`:        true,
		`"withdrawn"`:       false,
		// Times.
		`create_time > "2025-12-01T10:00:00Z"`:            true,
		`create_time = "2025-12-01T11:00:00.5+01:00"`:     true,
		`create_time <= "2025-12-01T10:00:00.499999999Z"`: false,
		`createTime > "2025-12-01T10:00:00Z"`:             true,
		`update_time > "1970-01-01T00:00:00Z"`:            false,
		`update_time != "1970-01-01T00:00:00Z"`:           false,
		`create_time:*`:                                   true,
		`delete_time:*`:                                   false,
		`said_time.start_time < "2025-11-25T00:00:00Z"`:   true,
		`said_time.value = "2025-11*"`:                    true,
		// Messages, oneofs, lists.
		`attribution:*`:                   true,
		`audience:*`:                      false,
		`attribution:source`:              true,
		`attribution:speaker`:             false,
		`target:point`:                    true,
		`target:comparison`:               false,
		`target.point = "*/army-size"`:    true,
		`target.revision != "x"`:          false,
		`target.comparison.than = ""`:     false,
		`audience.level = PUBLIC`:         false,
		`audience.level != PUBLIC`:        false,
		`NOT audience.level = PUBLIC`:     true,
		`conditions:"a ceasefire first"`:  true,
		`conditions:"ceasefire"`:          false,
		`conditions:"*ceasefire*"`:        true,
		`conditions:"50% more \\*aid\\*"`: true,
		`conditions:"\\*"`:                false,
		`conditions:*`:                    true,
		// Bare words.
		`ceasefire`:           true,
		`CEASEFIRE BBC`:       true,
		`ceasefire russia`:    false,
		`"open."`:             true,
		`50`:                  true,
		`abcdef`:              false,
		`etagged`:             false,
		`ukraine`:             false,
		`"не"`:                true,
		`attribution.nothing`: false,
		// Logic: OR binds closer than AND, sequences closer still than AND but looser than OR.
		`value = BLOCK OR value = OPPOSE`:               true,
		`value = OPPOSE AND reason:cap`:                 true,
		`value = BLOCK AND reason:cap OR reason:open`:   false,
		`(value = BLOCK AND reason:cap) OR reason:open`: true,
		`NOT (value = BLOCK OR reason:cap)`:             false,
		`-(value = BLOCK)`:                              true,
		`value = OPPOSE reason:cap`:                     true,
		`value=OPPOSE`:                                  true,
		` value = OPPOSE `:                              true,
	} {
		f, err := listing.ParseFilter(stances, filter)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
			continue
		}
		if f.Matches(example()) != want {
			t.Errorf("%s: not %v", filter, want)
		}
	}
}

func TestFilterOfLists(t *testing.T) {
	p := &parleyv1.Party{
		Memberships:     []*parleyv1.Party_Membership{{Party: "negotiations/a/parties/eu"}, {Party: "negotiations/a/parties/nato"}},
		Representatives: []*parleyv1.Party_Representative{{DisplayName: "Jared Kushner", From: &parleyv1.PartialTime{StartTime: at("2025-01-01T00:00:00Z")}}},
	}
	for filter, want := range map[string]bool{
		`memberships.party = "*/nato"`:                              true,
		`memberships.party:"NATO"`:                                  true,
		`NOT memberships.party = "*/nato"`:                          false,
		`memberships.party = "*/osce"`:                              false,
		`representatives.from.start_time > "2024-01-01T00:00:00Z"`:  true,
		`representatives.until.start_time > "2024-01-01T00:00:00Z"`: false,
		`representatives:from`:                                      true,
		`representatives:until`:                                     false,
		`kushner`:                                                   true,
		`organs:*`:                                                  false,
		`memberships:*`:                                             true,
	} {
		f, err := listing.ParseFilter(parties, filter)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
		} else if f.Matches(p) != want {
			t.Errorf("%s: not %v", filter, want)
		}
	}
	f, err := listing.ParseFilter(revision, `ordinal >= 3 AND point_count < 2.5 AND ordinal != -1 AND ordinal = 3`)
	if err != nil || !f.Matches(&parleyv1.Revision{Ordinal: 3, PointCount: 2}) || f.Matches(&parleyv1.Revision{Ordinal: 2}) {
		t.Error(err)
	}
}

func TestFilterErrors(t *testing.T) {
	for filter, want := range map[string]string{
		`foo = 3`:                                    `no field "foo"; it has name, party`,
		`value = MAYBE`:                              `value is one of UNSPECIFIED, ACCEPT`,
		`value < BLOCK`:                              "knows only = and !=",
		`withdrawn = 1`:                              "true or false",
		`withdrawn > true`:                           "knows only",
		`create_time > yesterday`:                    "RFC 3339",
		`create_time > "2025-11-24"`:                 "RFC 3339",
		`attribution = "x"`:                          "attribution.source",
		`attribution:nope`:                           `no field "nope"`,
		`conditions = "x"`:                           "use `:`",
		`reason.length = 3`:                          `reason has no field "length"`,
		`create_time.seconds = 3`:                    "create_time has no field",
		`value = `:                                   "ends where",
		`(value = BLOCK`:                             "",
		`value = BLOCK)`:                             "at character",
		`AND`:                                        "",
		`value = BLOCK AND`:                          "",
		`reason = "open`:                             "from character 10 on, ",
		`reason = army-size`:                         "double quotes",
		`size(reason) = 3`:                           "",
		`now()`:                                      `no function "now"`,
		`"reason" = x`:                               "a field must stand before =",
		`reason = (a OR b)`:                          "a single value must stand after =",
		`value = BLOCK AND foo = 3`:                  "at character 19",
		`quote = "ї" AND foo = 3`:                    "at character 17",
		"a\xff":                                      "UTF-8",
		`reason = "\q"`:                              "",
		strings.Repeat("(", 31) + "a":                "more than 30 parentheses",
		strings.Repeat("a ", 101):                    "more than 100 terms",
		strings.Repeat("a", 10_001):                  "longer than 10000 bytes",
		strings.Repeat("f(", 5_000):                  "parentheses",
		strings.Repeat("-", 9_000):                   "",
		strings.Repeat("NOT ", 2_000):                "",
		strings.Repeat("a.", 4_000):                  "",
		strings.Repeat("a=", 4_000):                  "",
		strings.Repeat(`"`, 9_999):                   "",
		`(` + strings.Repeat("a.", 4_000) + "a = 3)": `no field "a"`,
	} {
		_, err := listing.ParseFilter(stances, filter)
		var f *fault.Fault
		if !errors.As(err, &f) || f.Reason != fault.ReasonFilterInvalid || len(f.Fields) != 1 || f.Fields[0].Path != "filter" {
			t.Errorf("%.60q: %v", filter, err)
			continue
		}
		if !strings.Contains(f.Message, want) || len(f.Message) > 600 {
			t.Errorf("%.60q: %.700s", filter, f.Message)
		}
		t.Logf("%.40q: %s", filter, f.Message)
	}
	if _, err := listing.ParseFilter(parties, `memberships.party != "x"`); err == nil || !strings.Contains(err.Error(), "ambiguous") {
		t.Error(err)
	}
}

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

func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		`value = BLOCK AND party = "negotiations/peace/parties/ukraine"`, `NOT (a OR -b) c:"*"`, `conditions:"x*"`, `create_time > "2025-01-01T00:00:00Z"`,
		`a.b.c = 1.5`, `f(a, (b OR c))`, `"unterminated`, `((((`, "a\x00b", `attribution:source`, `reason = "\u2028\x41"`, `-5 = -.5`, `0x`, `. = .`,
	} {
		f.Add(s)
	}
	s := example()
	before := proto.Clone(s)
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := listing.ParseFilter(stances, text)
		if err != nil {
			if fault.Of(err).Reason != fault.ReasonFilterInvalid {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		parsed.Matches(s)
		parsed.Matches(&parleyv1.Stance{})
		if !proto.Equal(before, s) {
			t.Errorf("%q changed the message", text)
		}
	})
}

func BenchmarkFilter(b *testing.B) {
	for name, text := range map[string]string{
		"enum and string": `value = OPPOSE AND party = "negotiations/peace/parties/ukraine"`,
		"bare word":       `nowhere`,
	} {
		f, err := listing.ParseFilter(stances, text)
		if err != nil {
			b.Fatal(err)
		}
		s := example()
		b.Run("match "+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Matches(s)
			}
		})
		b.Run("parse "+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = listing.ParseFilter(stances, text)
			}
		})
	}
}

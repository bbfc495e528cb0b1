package listing_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/listing"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
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
		`(value = BLOCK`:                             "ends too early: expected )",
		`value = BLOCK)`:                             "from character 14",
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
	}
	if _, err := listing.ParseFilter(parties, `memberships.party != "x"`); err == nil || !strings.Contains(err.Error(), "ambiguous") {
		t.Error(err)
	}
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

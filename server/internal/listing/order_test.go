package listing_test

import (
	"slices"
	"strings"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/listing"
	"pgregory.net/rapid"
)

func TestOrder(t *testing.T) {
	all := []*parleyv1.Stance{
		{Name: "a", Value: 3, Reason: "z", CreateTime: at("2025-01-02T00:00:00Z"), Attribution: &parleyv1.Attribution{Source: "m"}},
		{Name: "b", Value: 1, Reason: "é", CreateTime: at("2025-01-02T00:00:00.000000001Z"), Withdrawn: true},
		{Name: "c", Value: 2, Reason: "z", Attribution: &parleyv1.Attribution{}},
		{Name: "d", Value: 1, Reason: "Z", CreateTime: at("2024-12-31T23:59:59Z"), Attribution: &parleyv1.Attribution{Source: "a"}},
	}
	for order, want := range map[string]string{
		"":                              "dcba",
		"name":                          "abcd",
		"name desc":                     "dcba",
		"reason":                        "dacb",
		"reason desc":                   "bacd",
		"reason desc, value":            "bcad",
		"value,name desc":               "dbca",
		"create_time":                   "cdab",
		"createTime desc":               "badc",
		"withdrawn desc":                "bacd",
		"attribution.source, name desc": "bcda",
		" value  asc , reason ":         "dbca",
		"target.point":                  "abcd",
	} {
		o, err := listing.ParseOrder(stances, order)
		if err != nil {
			t.Errorf("%q: %v", order, err)
			continue
		}
		sorted := slices.Clone(all)
		slices.Reverse(sorted)
		slices.SortStableFunc(sorted, func(a, b *parleyv1.Stance) int { return o.Compare(a, b) })
		var got strings.Builder
		for _, s := range sorted {
			got.WriteString(s.GetName())
		}
		if got.String() != want || o.Natural() != (order == "") {
			t.Errorf("%q: got %s, want %s", order, got.String(), want)
		}
	}
}

func TestOrderErrors(t *testing.T) {
	for order, want := range map[string]string{
		"foo":                                `no field "foo"`,
		"attribution.foo":                    `Attribution has no field "foo"`,
		"attribution":                        "attribution.source",
		"conditions":                         "conditions is a list",
		"reason.length":                      `no field "length"`,
		"name sideways":                      "is not a list of fields",
		"name,":                              "is not a list of fields",
		"name; drop":                         "is not a list of fields",
		strings.Repeat("name,", 20) + "name": "more than 10",
		strings.Repeat("n", 1001):            "longer than",
	} {
		_, err := listing.ParseOrder(stances, order)
		f := fault.Of(err)
		if f.Reason != fault.ReasonOrderByInvalid || f.Fields[0].Path != "order_by" || !strings.Contains(f.Message, want) || len(f.Message) > 500 {
			t.Errorf("%q: %v", order, err)
		}
	}
	if _, err := listing.ParseOrder(parties, "memberships.party"); !strings.Contains(fault.Of(err).Message, "memberships is a list") {
		t.Error(err)
	}
}

func TestOrderIsAnOrder(t *testing.T) {
	orders := []string{"reason", "value desc, reason", "create_time", "attribution.source desc", "withdrawn"}
	rapid.Check(t, func(t *rapid.T) {
		o, err := listing.ParseOrder(stances, rapid.SampledFrom(orders).Draw(t, "order"))
		if err != nil {
			t.Fatal(err)
		}
		a, b, c := genStance.Draw(t, "a"), genStance.Draw(t, "b"), genStance.Draw(t, "c")
		if o.Compare(a, b) != -o.Compare(b, a) {
			t.Fatal("not antisymmetric")
		}
		if o.Compare(a, b) <= 0 && o.Compare(b, c) <= 0 && o.Compare(a, c) > 0 {
			t.Fatal("not transitive")
		}
		if o.Compare(a, b) == 0 && a.GetName() != b.GetName() {
			t.Fatal("names do not decide")
		}
	})
}

package listing_test

import (
	"fmt"
	"iter"
	"slices"
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
	now    = time.Date(2025, 11, 25, 12, 0, 0, 7, time.UTC)
	sealer = listing.NewSealer([32]byte{1, 2, 3})
	call   = listing.Call{Method: "/parley.v1.StanceService/ListStances", Principal: "mediator", Now: now}
)

// from gives the items after a name, and counts how many were taken.
func from(all []*parleyv1.Stance, after string, taken *int) iter.Seq[*parleyv1.Stance] {
	return func(yield func(*parleyv1.Stance) bool) {
		for _, s := range all {
			if s.GetName() <= after {
				continue
			}
			*taken++
			if !yield(s) {
				return
			}
		}
	}
}

// list goes through all pages as a handler and its client do.
func list(t interface{ Fatal(...any) }, all []*parleyv1.Stance, req *parleyv1.ListStancesRequest) (names []string, pages, taken int) {
	req = proto.CloneOf(req)
	for {
		q, err := listing.Open[*parleyv1.Stance](sealer, call, req)
		if err != nil {
			t.Fatal(err)
		}
		page, next := q.Page(from(all, q.After(), &taken))
		pages++
		for _, s := range page {
			names = append(names, s.GetName())
		}
		if next == "" {
			return names, pages, taken
		}
		if len(page) == 0 {
			t.Fatal("an empty page that is not the last")
		}
		req.PageToken = next
	}
}

func many(n int) []*parleyv1.Stance {
	all := make([]*parleyv1.Stance, n)
	for i := range all {
		all[i] = &parleyv1.Stance{Name: fmt.Sprintf("negotiations/x/stances/s%05d", i), Value: parleyv1.Stance_Value(1 + i%3)}
	}
	return all
}

func TestPages(t *testing.T) {
	all := many(2500)
	for _, c := range []struct {
		size         int32
		pages, taken int
	}{{0, 50, 2549}, {1, 2500, 4999}, {1000, 3, 2502}, {5000, 3, 2502}, {1000, 3, 2502}} {
		names, pages, taken := list(t, all, &parleyv1.ListStancesRequest{Parent: "negotiations/x", PageSize: c.size})
		if len(names) != 2500 || !slices.IsSorted(names) || pages != c.pages || taken != c.taken {
			t.Errorf("size %d: %d names, %d pages, %d taken", c.size, len(names), pages, taken)
		}
	}
	names, pages, _ := list(t, all[:10], &parleyv1.ListStancesRequest{PageSize: 3, OrderBy: "value desc, name desc"})
	if pages != 4 || names[0] != all[8].Name || names[9] != all[0].Name {
		t.Error(names, pages)
	}
	if names, pages, _ = list(t, nil, &parleyv1.ListStancesRequest{}); len(names) != 0 || pages != 1 {
		t.Error("an empty list has one empty page")
	}
	if names, pages, _ = list(t, all[:4], &parleyv1.ListStancesRequest{PageSize: 2}); len(names) != 4 || pages != 2 {
		t.Error("the last full page has no next")
	}
}

func TestPagesAreTheListWhateverTheSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfNDistinct(genStance, 0, 12, (*parleyv1.Stance).GetName).Draw(t, "all")
		slices.SortFunc(all, func(a, b *parleyv1.Stance) int { return strings.Compare(a.GetName(), b.GetName()) })
		req := &parleyv1.ListStancesRequest{
			Filter:  genTerm(1).Draw(t, "filter").text,
			OrderBy: rapid.SampledFrom([]string{"", "reason", "create_time desc", "value, reason desc"}).Draw(t, "order"),
		}
		req.PageSize = 1000
		whole, pages, _ := list(t, all, req)
		if pages != 1 {
			t.Fatal("more than one page")
		}
		req.PageSize = rapid.Int32Range(1, 5).Draw(t, "size")
		if got, _, _ := list(t, all, req); !slices.Equal(got, whole) {
			t.Fatalf("got %v, want %v", got, whole)
		}
	})
}

func TestAsOf(t *testing.T) {
	req := &parleyv1.ListStancesRequest{PageSize: 1}
	open := func(req listing.Request, at time.Time) *listing.Query[*parleyv1.Stance] {
		c := call
		c.Now = at
		q, err := listing.Open[*parleyv1.Stance](sealer, c, req)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	var taken int
	q := open(req, now)
	if !q.AsOf().Equal(now) {
		t.Error(q.AsOf())
	}
	_, req.PageToken = q.Page(from(many(3), q.After(), &taken))
	if q = open(req, now.Add(time.Hour)); !q.AsOf().Equal(now) || q.AsOf().Nanosecond() != 7 {
		t.Error("the second page shows another moment", q.AsOf())
	}
	old := timestamppb.New(now.Add(-time.Hour))
	if q = open(&parleyv1.ListStancesRequest{AsOf: old}, now); !q.AsOf().Equal(old.AsTime()) {
		t.Error(q.AsOf())
	}
}

func TestOpenErrors(t *testing.T) {
	for reason, req := range map[string]*parleyv1.ListStancesRequest{
		fault.ReasonFilterInvalid:    {Filter: "foo = 1"},
		fault.ReasonOrderByInvalid:   {OrderBy: "foo"},
		fault.ReasonPageTokenInvalid: {PageToken: "foo"},
		fault.ReasonInvalidField:     {PageSize: -1},
	} {
		if _, err := listing.Open[*parleyv1.Stance](sealer, call, req); fault.Of(err).Reason != reason {
			t.Errorf("%s: %v", reason, err)
		}
	}
	c := call
	c.Omit = []string{"points"}
	if _, err := listing.Open[*parleyv1.Revision](sealer, c, &parleyv1.ListRevisionsRequest{Filter: "points:*"}); err == nil || strings.Contains(err.Error(), ", points") {
		t.Error(err)
	}
}

func TestPageBy(t *testing.T) {
	c := call
	c.PageSize = 2
	points := []*parleyv1.PointDiff{{Point: "a"}, {Point: "b"}, {Point: "c"}}
	q, err := listing.Open[*parleyv1.PointDiff](sealer, c, &parleyv1.DiffRevisionsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	page, next := q.PageBy(slices.Values(points), (*parleyv1.PointDiff).GetPoint)
	if len(page) != 2 || next == "" {
		t.Fatal(page, next)
	}
	q, err = listing.Open[*parleyv1.PointDiff](sealer, c, &parleyv1.DiffRevisionsRequest{PageToken: next})
	if err != nil || q.After() != "b" {
		t.Fatal(q.After(), err)
	}
}

func TestTokenIsBoundToTheCall(t *testing.T) {
	req := &parleyv1.ListStancesRequest{Parent: "negotiations/x", Filter: "value = BLOCK", PageSize: 10}
	b := listing.Bind("m", "p", req)
	token := sealer.Seal(b, listing.Place{AsOf: now, Position: "x"})
	for name, other := range map[string]listing.Binding{
		"method":        listing.Bind("n", "p", req),
		"principal":     listing.Bind("m", "q", req),
		"both, shifted": listing.Bind("mp", "", req),
		"filter":        listing.Bind("m", "p", &parleyv1.ListStancesRequest{Parent: "negotiations/x", Filter: "value = OPPOSE"}),
		"parent":        listing.Bind("m", "p", &parleyv1.ListStancesRequest{Parent: "negotiations/y", Filter: "value = BLOCK"}),
		"show_deleted":  listing.Bind("m", "p", &parleyv1.ListStancesRequest{Parent: "negotiations/x", Filter: "value = BLOCK", ShowDeleted: true}),
		"as_of":         listing.Bind("m", "p", &parleyv1.ListStancesRequest{Parent: "negotiations/x", Filter: "value = BLOCK", AsOf: at("2025-01-01T00:00:00Z")}),
	} {
		if _, err := sealer.Open(other, token); err == nil {
			t.Errorf("opened with another %s", name)
		}
	}
	if _, err := listing.NewSealer([32]byte{9}).Open(b, token); err == nil {
		t.Error("opened with another key")
	}
	same := &parleyv1.ListStancesRequest{Parent: "negotiations/x", Filter: "value = BLOCK", PageSize: 99, PageToken: token}
	if place, err := sealer.Open(listing.Bind("m", "p", same), token); err != nil || place.Position != "x" {
		t.Error("page_size and page_token may change:", err)
	}
}

func TestTokenRoundTrip(t *testing.T) {
	b := listing.Bind("m", "p", &parleyv1.ListStancesRequest{})
	rapid.Check(t, func(t *rapid.T) {
		place := listing.Place{
			AsOf:     time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")).UTC(),
			Position: rapid.StringN(0, 400, 1000).Draw(t, "position"),
		}
		token := sealer.Seal(b, place)
		if token != sealer.Seal(b, place) {
			t.Fatal("two tokens for one page")
		}
		got, err := sealer.Open(b, token)
		if err != nil || got != place {
			t.Fatalf("got %v, %v", got, err)
		}
		if rest := len(place.Position) % 128; rest > 1 && len(token) != len(sealer.Seal(b, listing.Place{Position: place.Position[:len(place.Position)-1]})) {
			t.Fatal("the length tells the position")
		}
		if place.Position != "" && strings.Contains(token, place.Position) && len(place.Position) > 5 {
			t.Fatal("the position can be read")
		}
		bad := []byte(token)
		i := rapid.IntRange(0, len(bad)-1).Draw(t, "at")
		bad[i] = rapid.SampledFrom([]byte("ABCxyz019-_ =\x00")).Draw(t, "byte")
		if string(bad) != token {
			if _, err := sealer.Open(b, string(bad)); fault.Of(err).Reason != fault.ReasonPageTokenInvalid {
				t.Fatalf("opened a token changed at %d: %v", i, err)
			}
		}
		if _, err := sealer.Open(b, token[:i]); err == nil {
			t.Fatal("opened a cut token")
		}
	})
}

func FuzzTokenOpen(f *testing.F) {
	b := listing.Bind("m", "p", &parleyv1.ListStancesRequest{})
	good := sealer.Seal(b, listing.Place{AsOf: now, Position: "anegotiations/x"})
	for _, s := range []string{good, good[1:], good + "A", "", "AAAA", strings.Repeat("A", 9000), "=", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := sealer.Open(b, s); err == nil && s != good {
			t.Errorf("opened %q", s)
		}
	})
}

func BenchmarkPage(b *testing.B) {
	all := many(10_000)
	for name, req := range map[string]*parleyv1.ListStancesRequest{
		"natural": {PageSize: 50},
		"filter":  {PageSize: 50, Filter: "value = ACCEPT"},
		"order":   {PageSize: 50, OrderBy: "value desc"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var taken int
			for b.Loop() {
				q, err := listing.Open[*parleyv1.Stance](sealer, call, req)
				if err != nil {
					b.Fatal(err)
				}
				q.Page(from(all, q.After(), &taken))
			}
		})
	}
}

// A page of a caller who has gone ends where that is noticed.
func TestAPageEndsWhenTheCallerHasLostPatience(t *testing.T) {
	for _, order := range []string{"", "create_time desc"} {
		var all []*parleyv1.Stance
		for i := range 100 {
			all = append(all, &parleyv1.Stance{Name: fmt.Sprintf("negotiations/a/stances/s%02d", i)})
		}
		asked, taken, c := 0, 0, call
		c.Over = func() bool { asked++; return asked > 5 }
		q, err := listing.Open[*parleyv1.Stance](sealer, c, &parleyv1.ListStancesRequest{PageSize: 1000, OrderBy: order})
		if err != nil {
			t.Fatal(err)
		}
		if page, _ := q.Page(from(all, "", &taken)); len(page) != 5 || taken != 6 {
			t.Errorf("%q: %d items of %d taken", order, len(page), taken)
		}
	}
}

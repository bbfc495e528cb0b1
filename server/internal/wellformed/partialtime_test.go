package wellformed_test

import (
	"fmt"
	"testing"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
	"pgregory.net/rapid"
)

func TestParsePartialTime(t *testing.T) {
	for value, want := range map[string][2]string{
		"2025":                            {"2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
		"2199":                            {"2199-01-01T00:00:00Z", "2200-01-01T00:00:00Z"},
		"1000":                            {"1000-01-01T00:00:00Z", "1001-01-01T00:00:00Z"},
		"2025-12":                         {"2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z"},
		"2024-02-29":                      {"2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"},
		"2025-11-24T18:30:00Z":            {"2025-11-24T18:30:00Z", "2025-11-24T18:30:00Z"},
		"2025-11-24T18:30:00.5+02:00":     {"2025-11-24T16:30:00.5Z", "2025-11-24T16:30:00.5Z"},
		"2025-11-19/2025-11-21":           {"2025-11-19T00:00:00Z", "2025-11-22T00:00:00Z"},
		"2025-11-19/2025-11":              {"2025-11-19T00:00:00Z", "2025-12-01T00:00:00Z"},
		"2025-11/2025-11":                 {"2025-11-01T00:00:00Z", "2025-12-01T00:00:00Z"},
		"2025-11-24T18:30:00Z/2025-11-24": {"2025-11-24T18:30:00Z", "2025-11-25T00:00:00Z"},
		"2025-11-24T18:30:00Z/2025-11-24T18:30:00Z": {"2025-11-24T18:30:00Z", "2025-11-24T18:30:00Z"},
	} {
		start, end, err := wellformed.ParsePartialTime(value)
		if err != nil {
			t.Errorf("%s: %v", value, err)
			continue
		}
		if got := [2]string{start.Format(time.RFC3339Nano), end.Format(time.RFC3339Nano)}; got != want {
			t.Errorf("%s: got %v, want %v", value, got, want)
		}
	}
	for _, value := range []string{
		"", "25", "0999", "2200", "2998-12-31", "2025-13", "2025-00", "2025-02-29", "2025-11-31", "2025-1-1", "20251124",
		"2025-11-24T18:30Z", "2025-11-24T18:30:00", "2025-11-24 18:30:00Z", "2025-11-24T18:30:00z", "2025-11-24T8:30:00Z",
		"2025-11-24T24:00:00Z", "2025-11-24T18:30:60Z", "2025-11-24T18:30:00,5Z", "2025-11-24T18:30:00.Z",
		"2025-11-24T18:30:00.1234567890Z", "2025-11-24T18:30:00+25:00", "2025/", "/2025", "2025/2026/2027",
		"2025-11-21/2025-11-19", "2026/2025", "2025-11-24T00:00:00Z/2025-11-23", " 2025", "2025 ", "２０２５", "last week",
	} {
		if start, end, err := wellformed.ParsePartialTime(value); err == nil {
			t.Errorf("%q: taken as %v to %v", value, start, end)
		}
	}
}

func TestResolve(t *testing.T) {
	for _, pt := range []*parleyv1.PartialTime{nil, {Raw: "last week"}} {
		if s, e, err := wellformed.Resolve(pt); s != nil || e != nil || err != nil {
			t.Errorf("%v: %v %v %v", pt, s, e, err)
		}
	}
	s, e, err := wellformed.Resolve(&parleyv1.PartialTime{Value: "2025-11-24"})
	if err != nil || e.GetSeconds()-s.GetSeconds() != 86400 {
		t.Errorf("%v %v %v", s, e, err)
	}
	if _, _, err = wellformed.Resolve(&parleyv1.PartialTime{Value: "2025-11-32"}); err == nil {
		t.Error("no error")
	}
}

// A cut-off date covers exactly the days that begin with it.
func TestPartialTimeCoversItsDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(rapid.IntRange(1000, 2199).Draw(t, "year"), 1, 1+rapid.IntRange(0, 364).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		other := day.AddDate(0, 0, rapid.IntRange(-800, 800).Draw(t, "shift"))
		full := day.Format(time.DateOnly)
		cut := full[:rapid.SampledFrom([]int{4, 7, 10}).Draw(t, "cut")]
		start, end, err := wellformed.ParsePartialTime(cut)
		if err != nil {
			t.Fatal(err)
		}
		covered := !other.Before(start) && other.Before(end)
		if prefix := fmt.Sprintf("%04d-%02d-%02d", other.Year(), other.Month(), other.Day())[:len(cut)] == cut; covered != prefix {
			t.Fatalf("%s covers %s: %v", cut, other, covered)
		}
	})
}

func FuzzParsePartialTime(f *testing.F) {
	for _, s := range []string{"2025", "2025-11", "2025-11-24", "2025-11-24T18:30:00.123Z", "2025-11-19/2025-11-21", "2998-12-31", "/", "2025-11-24T18:30:00+23:59"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		start, end, err := wellformed.ParsePartialTime(s)
		if err != nil {
			return
		}
		if end.Before(start) || start.Year() < 999 || end.Year() > 2200 {
			t.Errorf("%q: %v to %v", s, start, end)
		}
	})
}

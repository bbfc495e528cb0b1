package daemon_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/cases"
)

// The roll calls of the General Assembly of the United Nations. The repository holds the first 40; the directory that
// PARLEY_CASES names, or shared/cases beside the repository, may hold all 6,203 with their 870,109 votes in its folder un-votes.

func readAssembly(t testing.TB, dir string) *cases.Assembly {
	t.Helper()
	u, err := cases.ReadAssembly(dir)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func readCSV(t testing.TB, dir, name string) []map[string]string {
	t.Helper()
	rows, err := cases.ReadTable(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// ballots reads the whole matrix back: by roll call, what each state is on record with.
func ballots(ctx context.Context, c *client.Client, n string) (map[string]map[string]parleyv1.Stance_Value, error) {
	m, err := c.Matrix(ctx, &parleyv1.StreamPositionMatrixRequest{Revision: cases.AllCalls(n), View: parleyv1.PositionMatrix_VIEW_COMPACT})
	if err != nil {
		return nil, err
	}
	out := map[string]map[string]parleyv1.Stance_Value{}
	for _, row := range m.GetRows() {
		cast := map[string]parleyv1.Stance_Value{}
		for i, value := range row.GetValues() {
			if value != parleyv1.Stance_VALUE_UNSPECIFIED {
				cast[m.GetParties()[i].GetDisplayName()] = value
			}
		}
		out[row.GetPoint().GetId()] = cast
	}
	return out, nil
}

func TestUNVotesExtract(t *testing.T) {
	s := checkVotes(t, filepath.Join("testdata", "un-votes"))
	streamed, err := ballots(t.Context(), s.mediator, "negotiations/un")
	if err != nil {
		t.Fatal(err)
	}
	pages := 0
	req := &parleyv1.GetPositionMatrixRequest{Revision: cases.AllCalls("negotiations/un"), PageSize: 15}
	for page, err := range client.Pages(t.Context(), s.public.Analysis.GetPositionMatrix, req) {
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, row := range page.GetRows() {
			for i, cell := range row.GetCells() {
				state := page.GetParties()[i].GetDisplayName()
				if got, want := streamed[row.GetPoint().GetId()][state], cell.GetStance().GetValue(); got != want {
					t.Errorf("%s on %s: %v in the stream, %v on its page", state, row.GetPoint().GetId(), got, want)
				}
			}
		}
	}
	if pages != 3 {
		t.Errorf("40 roll calls came on %d pages of 15", pages)
	}
}

// PARLEY_VOTES=all asks for it: 870,109 stances take too long beside the race detector.
func TestUNVotes(t *testing.T) {
	if os.Getenv("PARLEY_VOTES") != "all" {
		t.Skip("PARLEY_VOTES=all loads all 870,109 votes")
	}
	checkVotes(t, votesDir(t))
}

func votesDir(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(cmp.Or(os.Getenv("PARLEY_CASES"), "../../../../shared/cases"), "un-votes")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the votes are not here; PARLEY_CASES names the directory that holds them: %v", err)
	}
	return dir
}

// checkVotes loads an assembly through the API, and compares tallies and agreement with those that are on record.
func checkVotes(t *testing.T, dir string) *server {
	u := readAssembly(t, dir)
	s := start(t, t.TempDir())
	if err := u.Record(t.Context(), s.mediator, "negotiations/un"); err != nil {
		t.Fatal(err)
	}
	cast, err := ballots(t.Context(), s.mediator, "negotiations/un")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range readCSV(t, dir, "expected_tallies.csv") {
		tally := map[parleyv1.Stance_Value]int{}
		for _, v := range cast["rc"+want["rcid"]] {
			tally[v]++
		}
		yes, no, abstain := tally[parleyv1.Stance_VALUE_ACCEPT], tally[parleyv1.Stance_VALUE_OPPOSE], tally[parleyv1.Stance_VALUE_ABSTAIN]
		got := fmt.Sprint(yes, no, abstain, len(u.States)-yes-no-abstain)
		if told := fmt.Sprintf("%s %s %s %s", want["yes"], want["no"], want["abstain"], want["no_record"]); got != told {
			t.Errorf("roll call %s: %s, want %s", want["rcid"], got, told)
		}
	}
	decades := map[string]string{}
	for _, r := range u.Calls {
		decades[r.ID] = r.Date[:3] + "0"
	}
	for _, want := range readCSV(t, dir, "expected_agreement.csv") {
		both, same := agreement(cast, decades, want["a"], want["b"], want["decade"])
		if strconv.Itoa(both) != want["both_voted"] || strconv.Itoa(same) != want["same_vote"] {
			t.Errorf("%s and %s in the %ss: %d of %d, want %s of %s", want["a"], want["b"], want["decade"], same, both, want["same_vote"], want["both_voted"])
		}
	}
	t.Logf("%d roll calls", len(cast))
	return s
}

// agreement counts on how many roll calls of a decade two states voted, and voted the same.
func agreement(cast map[string]map[string]parleyv1.Stance_Value, decades map[string]string, a, b, decade string) (both, same int) {
	for id := range maps.Keys(cast) {
		va, okA := cast[id][a]
		vb, okB := cast[id][b]
		if decades[id] == decade && okA && okB {
			both++
			if va == vb {
				same++
			}
		}
	}
	return both, same
}

// BenchmarkUNVotes loads all votes through the API into a server of its own process, and reads pages of the matrix and the whole of
// it: what a vote takes in time and in the memory of the server, beside what the server takes without any, and how long the
// caller waits for 100 roll calls × 200 states, and for all. The medians of 21 readings.
func BenchmarkUNVotes(b *testing.B) {
	u := readAssembly(b, votesDir(b))
	votes := float64(u.CountVotes())
	for b.Loop() {
		data := b.TempDir()
		addr, pid := process(b, data)
		token, err := os.ReadFile(filepath.Join(data, client.TokenFile))
		if err != nil {
			b.Fatal(err)
		}
		c := dial(b, addr, strings.TrimSpace(string(token)))
		defer func() { _ = c.Close() }()
		before, heap, start := resident(b, pid), anonymous(b, pid), time.Now()
		if err := u.Record(b.Context(), c, "negotiations/un"); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s/load")
		page := &parleyv1.GetPositionMatrixRequest{Revision: cases.AllCalls("negotiations/un"), View: parleyv1.PositionMatrix_VIEW_COMPACT}
		var first *parleyv1.PositionMatrix
		b.ReportMetric(typically(b, func() error { first, err = c.Analysis.GetPositionMatrix(b.Context(), page); return err }), "ms/page")
		all := &parleyv1.StreamPositionMatrixRequest{Revision: cases.AllCalls("negotiations/un"), View: parleyv1.PositionMatrix_VIEW_COMPACT}
		cells := &parleyv1.GetPositionMatrixRequest{Revision: cases.AllCalls("negotiations/un"), PageSize: 10}
		b.ReportMetric(typically(b, func() error { _, err := c.Analysis.GetPositionMatrix(b.Context(), cells); return err }), "ms/10-full-rows")
		b.ReportMetric(typically(b, func() error { _, err := c.Matrix(b.Context(), all); return err }), "ms/matrix")
		b.ReportMetric((resident(b, pid)-before)*(1<<20)/votes, "B/vote")
		b.ReportMetric(float64(proto.Size(first))/1024, "KiB/page")
		if file, err := os.Stat(filepath.Join(data, "parley.db")); err == nil {
			b.ReportMetric(float64(file.Size())/votes, "B/vote-on-disk")
		}
		b.ReportMetric((anonymous(b, pid)-heap)*(1<<20)/votes, "B/vote-anonymous")
	}
}

// typically gives the median of how many milliseconds something takes.
func typically(b *testing.B, do func() error) float64 {
	b.Helper()
	var took []time.Duration
	for range 21 {
		start := time.Now()
		if err := do(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[len(took)/2].Seconds() * 1000
}

package daemon_test

import (
	"cmp"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/cases"
)

// The French Civil Code with its recorded history: https://github.com/steeve/france.code-civil (CC BY 4.0, Steeve Morin;
// source DILA/Légifrance), as one JSON object per revision, with an oracle made by git: at some revisions the number of
// live articles and a SHA-256 over all of them. The repository holds the first 20 revisions; the directory
// that PARLEY_CASES names, or shared/cases beside the repository, may hold all 433 in its folder code-civil.

// lawState is a line of the oracle.
type lawState struct {
	rev, live int
	sum       string
}

func TestCivilCodeExtract(t *testing.T) { replayLaw(t, filepath.Join("testdata", "code-civil")) }

func TestCivilCode(t *testing.T) {
	dir := filepath.Join(cmp.Or(os.Getenv("PARLEY_CASES"), "../../../../shared/cases"), "code-civil")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the whole history is not here; PARLEY_CASES names the directory that holds it: %v", err)
	}
	replayLaw(t, dir)
}

// replayLaw commits every revision as changes to one plan through the API, and compares the states with the oracle's.
func replayLaw(t *testing.T, dir string) {
	revisions, err := cases.ReadLaw(dir)
	if err != nil {
		t.Fatal(err)
	}
	oracle := readOracle(t, dir)
	s := start(t, t.TempDir())
	plan := talks(t, s, "law") + "/plans/draft"
	law := &cases.Replay{}
	parent := []string(nil)
	for _, r := range revisions {
		id := fmt.Sprintf("r%03d", r.Rev)
		changes, err := law.Changes(r)
		if err != nil {
			t.Fatal(err)
		}
		req := changeCommit(plan, id, parent, changes...)
		req.Revision.Note = r.Source
		if _, err := s.mediator.Plans.CommitRevision(t.Context(), req); err != nil {
			t.Fatalf("revision %d: %v", r.Rev, err)
		}
		parent = []string{id}
	}
	for _, want := range oracle {
		r, err := s.mediator.Plans.GetRevision(t.Context(), &parleyv1.GetRevisionRequest{Name: fmt.Sprintf("%s/revisions/r%03d", plan, want.rev)})
		if err != nil {
			t.Fatal(err)
		}
		if live, sum := fingerprint(r); live != want.live || sum != want.sum || int(r.GetPointCount()) != live {
			t.Errorf("revision %d: %d live articles, sum %s; want %d, %s", want.rev, live, sum, want.live, want.sum)
		}
	}
	t.Logf("%d revisions, %d states equal the oracle's", len(revisions), len(oracle))
}

// fingerprint sums up the live articles as the oracle does.
func fingerprint(r *parleyv1.Revision) (live int, sum string) {
	var lines []string
	for _, p := range r.GetPoints() {
		if p.GetState() == parleyv1.Point_STATE_PRESENT {
			blob := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(p.GetText()), p.GetText()))
			lines = append(lines, p.GetNote()+"|"+hex.EncodeToString(blob[:]))
		}
	}
	slices.Sort(lines)
	all := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return len(lines), hex.EncodeToString(all[:])
}

func readOracle(t *testing.T, dir string) []lawState {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "oracle_state.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []lawState
	for _, row := range rows[1:] {
		var s lawState
		if _, err := fmt.Sscan(row[0]+" "+row[1]+" "+row[2], &s.rev, &s.live, &s.sum); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

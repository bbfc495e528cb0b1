package redline

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/cases"
)

// civilCode gives the 433 revisions of the French Civil Code, each as the articles in force, from the folder code-civil of
// the directory that PARLEY_CASES names, or of shared/cases beside the repository. The history is
// https://github.com/steeve/france.code-civil (CC BY 4.0, Steeve Morin; source DILA/Légifrance) as one JSON object per
// revision. An article that a revision left alone is the same Point before and after.
func civilCode(tb testing.TB) [][]*parleyv1.Point {
	tb.Helper()
	dir := cmp.Or(os.Getenv("PARLEY_CASES"), "../../../../shared/cases")
	dir = filepath.Join(dir, "code-civil")
	if _, err := os.Stat(dir); err != nil {
		tb.Skipf("the Civil Code is not here; PARLEY_CASES names the directory that holds it: %v", err)
	}
	revisions, err := cases.ReadLaw(dir)
	if err != nil {
		tb.Fatal(err)
	}
	var out [][]*parleyv1.Point
	var text []*parleyv1.Point
	for _, revision := range revisions {
		text = slices.Clone(text)
		for _, c := range revision.Changes {
			_, wording, _ := strings.Cut(c.Text, "\n----\n") // the number stands above it
			p := &parleyv1.Point{Id: c.Key(), Label: c.ID, Text: wording, State: parleyv1.Point_STATE_PRESENT}
			p.Digest = Digest(p)
			at, known := slices.BinarySearchFunc(text, p, func(a, b *parleyv1.Point) int { return cmp.Compare(a.GetId(), b.GetId()) })
			switch {
			case c.Op == "delete":
				text = slices.Delete(text, at, at+1)
			case known:
				text[at] = p
			default:
				text = slices.Insert(text, at, p)
			}
		}
		out = append(out, text)
	}
	return out
}

// The revisions of the Civil Code that reword most are matched to the ones before as if they had come without ids.
func TestCivilCodeIsMatchedWithoutIDs(t *testing.T) {
	revisions := civilCode(t)
	reworded, found, astray := 0, 0, 0
	for r := 1; r < len(revisions); r++ {
		old, new := revisions[r-1], revisions[r]
		was := byID(old)
		if _, summary := Diff(old, new); summary.GetReworded() < 10 {
			continue
		}
		for j, m := range MatchPoints(old, anonymous(new)) {
			i, known := was[new[j].GetId()]
			switch {
			case !known || old[i].GetDigest() == new[j].GetDigest():
			case m.Old == i:
				reworded, found = reworded+1, found+1
			default:
				reworded++
				if m.Old >= 0 {
					astray++
				}
			}
		}
	}
	t.Logf("%d articles were reworded; %d were recognised, %d taken for another", reworded, found, astray)
	// The law gives old numbers to other contents: most of those "taken for another" are recognised where they went. Most
	// of those not recognised say something else altogether.
	if found < reworded*13/20 || astray > reworded/20 {
		t.Error("fewer than before")
	}
}

// anonymous gives the points as a text that was imported: without ids and digests.
func anonymous(points []*parleyv1.Point) []*parleyv1.Point {
	out := make([]*parleyv1.Point, len(points))
	for i, p := range points {
		out[i] = &parleyv1.Point{Label: p.GetLabel(), Heading: p.GetHeading(), Text: p.GetText(), State: p.GetState(), Alternatives: p.GetAlternatives()}
	}
	return out
}

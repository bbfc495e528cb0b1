package analysis

import (
	"slices"

	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// lapse is a change of a point's wording: what a revision made of it, and what it was in those that it follows.
type lapse struct {
	revision string
	was      []string // digests
	is       string   // digest; empty if there is no wording
}

// lapses collects, by point id, the changes of wording on the way to a revision, newest first.
func lapses(l *lens.Lens, r *record.Revision) map[string][]lapse {
	out := map[string][]lapse{}
	for r := range l.Ancestry(r) {
		parents := slices.Collect(l.Parents(r))
		for _, id := range mayDiffer(r, parents) {
			p, _ := r.Text.Point(id)
			change := lapse{revision: r.Msg.GetName(), is: p.GetDigest()}
			for _, parent := range parents {
				if old, ok := parent.Text.Point(id); ok && old.GetDigest() != change.is {
					change.was = append(change.was, old.GetDigest())
				}
			}
			if len(change.was) > 0 {
				out[id] = append(out[id], change)
			}
		}
	}
	return out
}

// mayDiffer names the points that may differ from what they were in the parents: those that the revision changed, if it
// follows the one that it was made from alone, or any.
func mayDiffer(r *record.Revision, parents []*record.Revision) []string {
	if len(parents) == 1 && parents[0] == r.Base {
		return r.Changed
	}
	var out []string
	for _, parent := range parents {
		for p := range parent.Text.Points() {
			out = append(out, p.GetId())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// agedBy finds the newest revision in which the wording of a point ceased to be the one of a digest: what aged a stance
// that was given on it.
func agedBy(changes []lapse, digest string) string {
	for _, c := range changes {
		if slices.Contains(c.was, digest) {
			return c.revision
		}
	}
	return ""
}

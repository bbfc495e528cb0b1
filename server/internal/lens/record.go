package lens

import (
	"cmp"
	"iter"
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Everything gives all that the viewer may see of a negotiation, but for what is deleted: the negotiation, then what belongs
// to it, kind by kind. Revisions have their points, and stand in the order in which they were recorded.
func (l *Lens) Everything(negotiation string) ([]Resource, error) {
	n, err := l.Negotiation(negotiation)
	if err != nil {
		return nil, err
	}
	out := []Resource{n}
	out = appendAll(out, l.Parties(negotiation, "", false))
	out = appendAll(out, l.Sources(negotiation, "", false))
	out = appendAll(out, l.Demands(negotiation+"/parties/-", "", false))
	out = appendAll(out, l.Plans(negotiation, "", false))
	out = appendAll(out, slices.Values(l.texts(negotiation)))
	out = appendAll(out, l.Events(negotiation, "", false))
	out = appendAll(out, l.Stances(negotiation, "", false))
	out = appendAll(out, l.Claims(negotiation, "", false))
	out = appendAll(out, l.Assessments(negotiation, "", false))
	out = appendAll(out, l.Objections(negotiation, "", false))
	out = appendAll(out, l.Valuations(negotiation, "", false))
	return appendAll(out, l.Disclosures(negotiation, "")), nil
}

func appendAll[M Resource](out []Resource, items iter.Seq[M]) []Resource {
	for m := range items {
		out = append(out, m)
	}
	return out
}

// texts gives the revisions of all plans with their points, oldest first.
func (l *Lens) texts(negotiation string) []*parleyv1.Revision {
	var list []*Revision
	for r := range l.Revisions(negotiation + "/plans/-") {
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b *Revision) int { return cmp.Compare(a.Time, b.Time) })
	out := make([]*parleyv1.Revision, 0, len(list))
	for _, r := range list {
		if l.Over() {
			break
		}
		out = append(out, l.Message(r, true))
	}
	return out
}

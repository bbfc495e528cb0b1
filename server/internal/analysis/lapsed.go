package analysis

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// Lapsed lists the acceptances that no longer stand at a revision because the words changed, of all parties or of one. An
// acceptance of words that no revision on the way to this one had has not lapsed: it never was one of this text.
func Lapsed(l *lens.Lens, revision, party string, when Moment) (*parleyv1.ListLapsedResponse, error) {
	b, err := newBoard(l, revision, when)
	if err != nil {
		return nil, err
	}
	if party != "" {
		if _, err := l.Party(party); err != nil {
			return nil, fault.ReferenceNotFound("party", party)
		}
	}
	b.fill(true)
	out := &parleyv1.ListLapsedResponse{Revision: b.revision.Msg.GetName()}
	for _, row := range b.rows {
		for _, c := range row.cells {
			if l.Over() || party != "" && party != c.party || !accepts(c.stance) {
				continue
			}
			if agedBy := b.agedBy(row.point, c); agedBy != "" {
				out.Lapsed = append(out.Lapsed, b.lapsed(row.point, c.stance, agedBy))
			}
		}
	}
	return out, nil
}

// LapseKey tells what lapsed from all else that did: a stance on a package may lapse on several points.
func LapseKey(a *parleyv1.LapsedAcceptance) string {
	return a.GetStance().GetName() + " " + a.GetChange().GetPoint()
}

// lapsed tells how an acceptance of a point lapsed, and what would bring it back.
func (b *board) lapsed(now *parleyv1.Point, s *parleyv1.Stance, agedBy string) *parleyv1.LapsedAcceptance {
	point := now.GetId()
	digest := digestOn(s, point)
	out := &parleyv1.LapsedAcceptance{Stance: s, AgedBy: agedBy}
	source, was := b.lastWith(point, digest)
	if source == nil {
		return out // whoever asked has lost patience
	}
	rows, _ := redline.Diff([]*parleyv1.Point{was}, []*parleyv1.Point{now})
	i := slices.IndexFunc(rows, func(d *parleyv1.PointDiff) bool { return d.GetPoint() == point })
	if i >= 0 {
		out.Change = rows[i]
	}
	name := source.Msg.GetName()
	out.Remedies = append(out.Remedies, &parleyv1.LapsedAcceptance_Remedy{Kind: parleyv1.LapsedAcceptance_Remedy_KIND_OLD_WORDING, Revision: name})
	if hasWords(now) {
		out.Remedies = append(out.Remedies, &parleyv1.LapsedAcceptance_Remedy{Kind: parleyv1.LapsedAcceptance_Remedy_KIND_EDITORIAL, Revision: name})
	}
	if objections := b.objected(point, digest); len(objections) > 0 {
		out.Remedies = append(out.Remedies, &parleyv1.LapsedAcceptance_Remedy{
			Kind: parleyv1.LapsedAcceptance_Remedy_KIND_OBJECTIONS_WITHDRAWN, Revision: name, Objections: objections,
		})
	}
	return out
}

// lastWith finds the newest revision on the way to this one in which a point has a wording.
func (b *board) lastWith(point, digest string) (*record.Revision, *parleyv1.Point) {
	for r := range b.lens.Ancestry(b.revision.Revision) {
		if p, ok := r.Text.Point(point); ok && p.GetDigest() == digest {
			return r, p
		}
	}
	return nil, nil
}

// objected names the objections without which what was said of a former wording would be carried over to the one that stands,
// by name; none if there is more between the two than changes that were declared editorial.
func (b *board) objected(point, former string) []string {
	var names []string
	for r := b.revision.Revision; r != nil; {
		p, _ := r.Text.Point(point)
		if p.GetDigest() == former {
			slices.Sort(names)
			return names
		}
		if before := unchangedIn(b.lens, r, p); before != nil {
			r = before
			continue
		}
		if editorialChange(r, p) == nil {
			return nil
		}
		for o := range b.lens.ObjectionsTo(r.Msg.GetName() + "/points/" + point) {
			names = append(names, o.GetName())
		}
		r = b.lens.FirstParent(r)
	}
	return nil
}

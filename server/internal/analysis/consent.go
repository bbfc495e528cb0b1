package analysis

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// hinge is what one requirement of a stance comes to, or what its package asks of one of the package's other points.
type hinge struct {
	point string // that it is about
	kind  parleyv1.Agreement_Precondition_Kind
	// For AS_IN: whether the wording stands, perhaps but for editorial changes, and if not why.
	stands, carried bool
	unmet           *parleyv1.Unmet
}

// hinges works out what a stance on a point hangs on. The wordings that it requires stand or not; what has to be agreed is
// for the agreement as a whole to tell.
func (b *board) hinges(s *parleyv1.Stance, point string) []hinge {
	var out []hinge
	for _, q := range s.GetRequirements() {
		switch r := q.GetRequirement().(type) {
		case *parleyv1.Stance_Requirement_AsIn:
			out = append(out, b.asIn(record.IDOf(r.AsIn), q.GetDigest()))
		case *parleyv1.Stance_Requirement_Agreed:
			out = append(out, hinge{point: r.Agreed, kind: parleyv1.Agreement_Precondition_KIND_AGREED})
		case *parleyv1.Stance_Requirement_First:
			out = append(out, hinge{point: r.First, kind: parleyv1.Agreement_Precondition_KIND_FIRST})
		}
	}
	for i, id := range s.GetTarget().GetPackage().GetPoints() {
		if id != point {
			out = append(out, b.asIn(id, s.GetDigests()[i]), hinge{point: id, kind: parleyv1.Agreement_Precondition_KIND_AGREED})
		}
	}
	return out
}

// asIn tells whether a point still has the wording of a digest.
func (b *board) asIn(point, digest string) hinge {
	h := hinge{point: point, kind: parleyv1.Agreement_Precondition_KIND_AS_IN}
	p, _ := b.revision.Text.Point(point)
	switch {
	case !hasWords(p):
		h.unmet = &parleyv1.Unmet{Point: point, Cause: parleyv1.Unmet_CAUSE_NO_WORDING}
	case b.supposed[point]:
		h.unmet = &parleyv1.Unmet{Point: point, Cause: parleyv1.Unmet_CAUSE_OTHER_WORDING}
	case p.GetDigest() == digest:
		h.stands = true
	case len(carried(b.lens, b.revision.Revision, point)[digest]) > 0:
		h.stands, h.carried = true, true
	default:
		h.unmet = &parleyv1.Unmet{Point: point, Cause: parleyv1.Unmet_CAUSE_OTHER_WORDING, ChangedBy: agedBy(b.lapses()[point], digest)}
	}
	return h
}

// digestOn gives the digest of the wording of a point that a stance was given on.
func digestOn(s *parleyv1.Stance, point string) string {
	if i := slices.Index(s.GetTarget().GetPackage().GetPoints(), point); i >= 0 && i < len(s.GetDigests()) {
		return s.GetDigests()[i]
	}
	return s.GetDigest()
}

// consent works out which points are agreed, and what keeps stances that accept from being consent. Points that require each
// other are agreed together: of all sets of points that could be, the largest is. What must be agreed first is so in an
// earlier round, without what comes after it.
func (b *board) consent() {
	plain := true
	for i := range b.rows {
		r := &b.rows[i]
		for _, c := range r.cells {
			if !counts(c.currency) || !hangs(c.stance) || !record.LetsPass(c.stance) {
				continue
			}
			if h := b.hinges(c.stance, r.point.GetId()); len(h) > 0 {
				if r.hinges == nil {
					r.hinges = map[string][]hinge{}
				}
				r.hinges[c.party], plain = h, false
			}
		}
	}
	before := map[string]bool{}
	for !plain { // then each point is for itself
		agreed := b.round(before)
		if len(agreed) == len(before) {
			break
		}
		before = agreed
	}
	for i := range b.rows {
		b.conclude(&b.rows[i], before)
	}
}

// round gives the largest set of points that can be agreed together, when those before have been.
func (b *board) round(before map[string]bool) map[string]bool {
	agreed := map[string]bool{}
	for _, r := range b.rows {
		agreed[r.point.GetId()] = true
	}
	for shrinks := true; shrinks; {
		shrinks = false
		for _, r := range b.rows {
			id := r.point.GetId()
			if agreed[id] && !before[id] && !b.agrees(r, agreed, before) {
				delete(agreed, id)
				shrinks = true
			}
		}
	}
	return agreed
}

// agrees tells whether a point is agreed, if certain others are and some were before.
func (b *board) agrees(r row, agreed, before map[string]bool) bool {
	s, _ := b.rule.status(r.point, b.givenWith(r, agreed, before))
	return isAgreed(s)
}

// givenWith finds the consents to a point, if certain others are agreed and some were before.
func (b *board) givenWith(r row, agreed, before map[string]bool) map[string]consentGiven {
	given := map[string]consentGiven{}
	for _, party := range b.rule.everybody {
		g, holds := consentOf(r.cells.of(party))
		for _, h := range r.hinges[party] {
			holds = holds && h.holds(agreed, before)
			g.carried = g.carried || h.carried
		}
		if holds {
			given[party] = g
		}
	}
	return given
}

// consentOf tells whether what a party says of a point is consent, as far as it itself goes, and which.
func consentOf(c cell) (given consentGiven, ok bool) {
	if !counts(c.currency) || !consents(c.stance) {
		return consentGiven{}, false
	}
	return consentGiven{level: boundBy(c.stance), carried: c.currency == parleyv1.PositionMatrix_CURRENCY_CARRIED}, true
}

// hangs tells whether a stance hangs on other points.
func hangs(s *parleyv1.Stance) bool {
	return len(s.GetRequirements()) > 0 || s.GetTarget().GetPackage() != nil
}

func (h hinge) holds(agreed, before map[string]bool) bool {
	switch h.kind {
	case parleyv1.Agreement_Precondition_KIND_AGREED:
		return agreed[h.point]
	case parleyv1.Agreement_Precondition_KIND_FIRST:
		return before[h.point]
	}
	return h.stands
}

// conclude writes the status of a row, and what keeps stances from being consent, now that it is known what is agreed.
func (b *board) conclude(r *row, agreed map[string]bool) {
	r.given = b.givenWith(*r, agreed, agreed)
	r.status, r.used = b.rule.status(r.point, r.given)
	for party, hinges := range r.hinges {
		if unmet := unmetOf(hinges, agreed); len(unmet) > 0 {
			if r.unmet == nil {
				r.unmet = map[string][]*parleyv1.Unmet{}
			}
			r.unmet[party] = unmet
		}
	}
}

// unmetOf gives what does not hold, each once.
func unmetOf(hinges []hinge, agreed map[string]bool) (out []*parleyv1.Unmet) {
	for _, h := range hinges {
		u := h.unmet
		switch {
		case h.holds(agreed, agreed):
			continue
		case h.kind == parleyv1.Agreement_Precondition_KIND_AGREED:
			u = &parleyv1.Unmet{Point: h.point, Cause: parleyv1.Unmet_CAUSE_NOT_AGREED}
		case h.kind == parleyv1.Agreement_Precondition_KIND_FIRST:
			u = &parleyv1.Unmet{Point: h.point, Cause: parleyv1.Unmet_CAUSE_NOT_AGREED_FIRST}
		}
		out = addUnmet(out, u)
	}
	return out
}

func addUnmet(list []*parleyv1.Unmet, u *parleyv1.Unmet) []*parleyv1.Unmet {
	for _, o := range list {
		if o.GetPoint() == u.GetPoint() && o.GetCause() == u.GetCause() {
			return list
		}
	}
	return append(list, u)
}

// statusAlone says how far a wording of a point has come, given the former wordings that what is said is carried over from, by
// what is said of it that does not hang on other points.
func (b *board) statusAlone(p *parleyv1.Point, over map[string][]string) parleyv1.PositionMatrix_Status {
	status, _ := b.rule.status(p, nil)
	if status != parleyv1.PositionMatrix_STATUS_OPEN {
		return status
	}
	given := map[string]consentGiven{}
	for i, party := range b.rule.everybody {
		c := b.cellOf(party, p, over)
		g, ok := consentOf(c)
		if ok = ok && !hangs(c.stance); ok {
			given[party] = g
		} else if i < len(b.rule.must) {
			return status
		}
	}
	status, _ = b.rule.status(p, given)
	return status
}

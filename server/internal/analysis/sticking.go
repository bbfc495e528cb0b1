package analysis

import (
	"cmp"
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// Sticking lists the points of a revision that a request asks for, those that stand most in the way of an agreement first.
func Sticking(l *lens.Lens, req *parleyv1.ListStickingPointsRequest) (*parleyv1.ListStickingPointsResponse, error) {
	b, err := newBoard(l, req.GetRevision(), At(req))
	if err != nil {
		return nil, err
	}
	if req.GetParty() != "" {
		if _, err := l.Party(req.GetParty()); err != nil {
			return nil, fault.ReferenceNotFound("party", req.GetParty())
		}
	}
	b.fill(false)
	out := &parleyv1.ListStickingPointsResponse{Revision: b.revision.Msg.GetName(), Deciders: b.rule.everybody, StatusCounts: b.statusCounts()}
	w := &weighing{board: b, dependents: dependents(b), rounds: newRounds(b)}
	for _, row := range b.rows {
		if l.Over() {
			break
		}
		if !onTopic(row.point.GetTopic(), req.GetTopics()) || !inView(row, req.GetView()) {
			continue
		}
		if p := w.weigh(row); isWanted(p, req) {
			out.Points = append(out.Points, p)
		}
	}
	slices.SortStableFunc(out.Points, func(a, b *parleyv1.StickingPoint) int { return cmp.Compare(b.GetScore(), a.GetScore()) })
	return out, nil
}

func onTopic(topic string, topics []string) bool {
	return len(topics) == 0 || slices.Contains(topics, topic)
}

// inView tells whether a point is of the view that is asked for, as far as its status tells.
func inView(row row, view parleyv1.ListStickingPointsRequest_View) bool {
	agreed := isAgreed(row.status)
	leftOpen := row.point.GetState() == parleyv1.Point_STATE_DEFERRED
	wordless := row.status == parleyv1.PositionMatrix_STATUS_NO_WORDING
	switch view {
	case parleyv1.ListStickingPointsRequest_VIEW_AGREED:
		return agreed
	case parleyv1.ListStickingPointsRequest_VIEW_WAITING_FOR:
		return !wordless
	}
	return !agreed && (!wordless || leftOpen)
}

// isWanted tells whether a point has the reasons, and those the party, that are asked for.
func isWanted(p *parleyv1.StickingPoint, req *parleyv1.ListStickingPointsRequest) bool {
	for _, kind := range req.GetReasons() {
		if !slices.ContainsFunc(p.GetReasons(), func(r *parleyv1.StickingPoint_Reason) bool { return r.GetKind() == kind }) {
			return false
		}
	}
	if req.GetParty() == "" {
		return true
	}
	return slices.ContainsFunc(p.GetReasons(), func(r *parleyv1.StickingPoint_Reason) bool {
		switch req.GetView() {
		case parleyv1.ListStickingPointsRequest_VIEW_AGREED:
		case parleyv1.ListStickingPointsRequest_VIEW_WAITING_FOR:
			if !isUnanswered(r.GetKind()) {
				return false
			}
		default:
			if r.GetKind() == parleyv1.StickingPoint_Reason_KIND_CONSENTS {
				return false
			}
		}
		return slices.Contains(r.GetParties(), req.GetParty())
	})
}

// rounds tells for how many revisions of a plan something has been so.
type rounds struct {
	board     *board
	revisions []*record.Revision // of the plan, newest first
}

func newRounds(b *board) *rounds {
	r := &rounds{board: b}
	for each := range b.lens.Ancestry(b.revision.Revision) {
		if each.Plan() == b.revision.Plan() {
			r.revisions = append(r.revisions, each)
		}
	}
	return r
}

// of counts for how many revisions a point has not been agreed, and for how many it has had its wording.
func (r *rounds) of(p *parleyv1.Point) (open, sameWords int32) {
	settled := map[string]bool{} // by digest: what is said of the same words is the same
	same := hasWords(p)
	for _, each := range r.revisions {
		old, ok := each.Text.Point(p.GetId())
		if !ok || r.board.lens.Over() {
			break
		}
		if same = same && old.GetDigest() == p.GetDigest(); same {
			sameWords++
		}
		agreed, known := settled[old.GetDigest()]
		if !known {
			over := carried(r.board.lens, each, p.GetId())
			agreed = isAgreed(r.board.statusAlone(old, over))
			if !r.board.lens.EverEditorial(p.GetId()) {
				settled[old.GetDigest()] = agreed
			}
		}
		if agreed || redline.Gone(old) {
			break
		}
		open++
	}
	return open, sameWords
}

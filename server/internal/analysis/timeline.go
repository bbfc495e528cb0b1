package analysis

import (
	"cmp"
	"slices"
	"strconv"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// happening is an item of a timeline, with what it is chosen and placed by.
type happening struct {
	*parleyv1.Timeline_Item
	span    span
	dated   bool     // there is a span
	parties []string // whose it is
	subject subject
}

// TimelineOf tells what happened and what was said, as far as a request asks for it.
func TimelineOf(l *lens.Lens, req *parleyv1.GetTimelineRequest) (*parleyv1.Timeline, error) {
	if _, err := l.Negotiation(req.GetParent()); err != nil {
		return nil, err
	}
	if req.GetParty() != "" {
		if _, err := l.Party(req.GetParty()); err != nil {
			return nil, fault.ReferenceNotFound("party", req.GetParty())
		}
	}
	if req.GetPoint() != "" {
		if _, err := l.Point(req.GetPoint()); err != nil {
			return nil, fault.ReferenceNotFound("point", req.GetPoint())
		}
	}
	g := &gathering{lens: l, negotiation: req.GetParent(), against: contradictions(l, req.GetParent())}
	g.gather()
	if req.GetOrder() == parleyv1.GetTimelineRequest_ORDER_RECORDED {
		for _, h := range g.found {
			h.span, h.dated, h.Placed = at(h.GetCreateTime().AsTime()), true, parleyv1.Timeline_PLACED_RECORDED
		}
	}
	w := newWindow(req.GetFromTime(), req.GetUntilTime())
	g.found = slices.DeleteFunc(g.found, func(h *happening) bool { return !h.isWanted(req, w) })
	slices.SortFunc(g.found, chronologically)
	out := &parleyv1.Timeline{}
	for _, h := range g.found {
		out.Items = append(out.Items, h.Timeline_Item)
	}
	return out, nil
}

// TimelineKey tells an item of a timeline from all others.
func TimelineKey(i *parleyv1.Timeline_Item) string {
	return i.GetResource() + " " + i.GetKind().String() + " " + strconv.Itoa(int(i.GetResponseIndex()))
}

// chronologically orders items: what has no date stands last, and what has the same as it was recorded.
func chronologically(a, b *happening) int {
	switch {
	case a.dated && !b.dated:
		return -1
	case b.dated && !a.dated:
		return 1
	}
	return cmp.Or(
		a.span.compare(b.span), a.GetCreateTime().AsTime().Compare(b.GetCreateTime().AsTime()), cmp.Compare(a.GetKind(), b.GetKind()),
		cmp.Compare(a.GetResource(), b.GetResource()), cmp.Compare(a.GetResponseIndex(), b.GetResponseIndex()),
	)
}

func (h *happening) isWanted(req *parleyv1.GetTimelineRequest, w window) bool {
	switch {
	case len(req.GetKinds()) > 0 && !slices.Contains(req.GetKinds(), h.GetKind()),
		req.GetParty() != "" && !slices.Contains(h.parties, req.GetParty()),
		req.GetTopic() != "" && !slices.Contains(h.subject.topics, req.GetTopic()),
		req.GetPoint() != "" && !slices.Contains(h.subject.points, record.IDOf(req.GetPoint())),
		req.GetContradictionsOnly() && len(h.GetContradicts()) == 0,
		!w.open() && (!h.dated || !w.may(h.span)):
		return false
	}
	return true
}

// gathering is the work on a timeline.
type gathering struct {
	lens        *lens.Lens
	negotiation string
	against     map[string][]*parleyv1.Timeline_Contradiction // by TimelineKey
	found       []*happening
}

// add puts an item in, placed by the first of some times that is one.
func (g *gathering) add(h *happening, times ...timed) {
	for _, t := range times {
		if span, ok := spanOf(t.time); ok && !h.dated {
			h.span, h.dated, h.When, h.Placed = span, true, t.time, t.placed
		} else if h.When == nil {
			h.When = t.time // raw words, if there are any
		}
	}
	h.Contradicts = g.against[TimelineKey(h.Timeline_Item)]
	g.found = append(g.found, h)
}

// timed is a time that an item may be placed by.
type timed struct {
	placed parleyv1.Timeline_Placed
	time   *parleyv1.PartialTime
}

// spoken gives the times of what somebody says.
func spoken(m position) []timed {
	return []timed{
		{parleyv1.Timeline_PLACED_SAID, m.GetSaidTime()},
		{parleyv1.Timeline_PLACED_HELD, m.GetHeldTime()},
		{parleyv1.Timeline_PLACED_PUBLIC, m.GetPublicTime()},
	}
}

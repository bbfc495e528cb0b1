package analysis

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// gather collects everything that a timeline may hold.
func (g *gathering) gather() {
	for _, each := range []func(){g.events, g.revisions, g.stances, g.claims, g.demands, g.assessments, g.disclosures} {
		if each(); g.lens.Over() {
			return
		}
	}
}

func item(kind parleyv1.Timeline_Kind, m interface {
	lens.Resource
	GetCreateTime() *timestamppb.Timestamp
},
) *parleyv1.Timeline_Item {
	return &parleyv1.Timeline_Item{Kind: kind, Resource: m.GetName(), CreateTime: m.GetCreateTime()}
}

func (g *gathering) events() {
	for m := range g.lens.Events(g.negotiation, "", false) {
		h := &happening{Timeline_Item: item(parleyv1.Timeline_KIND_EVENT, m), subject: g.about(m.GetAbout()...)}
		h.Value = &parleyv1.Timeline_Item_Event{Event: m}
		for _, p := range m.GetParticipants() {
			h.parties = append(h.parties, p.GetParty())
		}
		g.add(h, timed{parleyv1.Timeline_PLACED_HELD, m.GetHeldTime()}, timed{parleyv1.Timeline_PLACED_PUBLIC, m.GetPublicTime()})
	}
}

func (g *gathering) revisions() {
	for plan := range g.lens.Plans(g.negotiation, "", false) {
		for r := range g.lens.Revisions(plan.GetName()) {
			m := g.lens.Message(r, false)
			h := &happening{Timeline_Item: item(parleyv1.Timeline_KIND_REVISION, m), parties: []string{plan.GetOwner()}}
			h.Value = &parleyv1.Timeline_Item_Revision{Revision: m}
			for _, c := range m.GetContributors() {
				h.parties = append(h.parties, c.GetParty())
			}
			for _, id := range g.lens.Changed(r.Revision) {
				p, _ := r.Text.Point(id)
				h.subject.add(id, p.GetTopic())
			}
			g.add(h, timed{parleyv1.Timeline_PLACED_HELD, m.GetHeldTime()}, timed{parleyv1.Timeline_PLACED_PUBLIC, m.GetPublicTime()})
		}
	}
}

func (g *gathering) stances() {
	for m := range g.lens.Stances(g.negotiation, "", false) {
		if g.lens.Over() {
			return
		}
		h := &happening{Timeline_Item: item(parleyv1.Timeline_KIND_STANCE, m), parties: []string{m.GetParty()}, subject: g.about(m.GetTarget().GetPoint())}
		h.Value = &parleyv1.Timeline_Item_Stance{Stance: m}
		g.add(h, spoken(m)...)
	}
}

func (g *gathering) claims() {
	for m := range g.lens.Claims(g.negotiation, "", false) {
		subject := g.about(m.GetAbout()...)
		subject.add("", m.GetTopic())
		h := &happening{Timeline_Item: item(parleyv1.Timeline_KIND_CLAIM, m), parties: []string{m.GetParty()}, subject: subject}
		h.Value = &parleyv1.Timeline_Item_Claim{Claim: m}
		g.add(h, spoken(m)...)
		for i, r := range m.GetResponses() {
			h := &happening{Timeline_Item: item(parleyv1.Timeline_KIND_RESPONSE, m), parties: []string{r.GetParty()}, subject: subject}
			h.Value, h.ResponseIndex = &parleyv1.Timeline_Item_Response{Response: r}, int32(i)
			g.add(h, timed{parleyv1.Timeline_PLACED_SAID, r.GetSaidTime()}, timed{parleyv1.Timeline_PLACED_PUBLIC, r.GetPublicTime()})
		}
	}
}

func (g *gathering) demands() {
	for m := range g.lens.Demands(g.negotiation+"/parties/-", "", false) {
		h := &happening{Timeline_Item: item(parleyv1.Timeline_KIND_DEMAND, m), parties: []string{record.ParentOf(m.GetName())}, subject: g.about(m.GetName())}
		h.Value = &parleyv1.Timeline_Item_Demand{Demand: m}
		g.add(h, spoken(m)...)
	}
}

func (g *gathering) assessments() {
	for m := range g.lens.Assessments(g.negotiation, "", false) {
		h := &happening{
			Timeline_Item: item(parleyv1.Timeline_KIND_ASSESSMENT, m), parties: []string{m.GetJudgeParty(), record.ParentOf(m.GetDemand())},
			subject: g.about(m.GetDemand(), m.GetPoint()),
		}
		h.Value = &parleyv1.Timeline_Item_Assessment{Assessment: m}
		g.add(h, spoken(m)...)
	}
}

func (g *gathering) disclosures() {
	for m := range g.lens.Disclosures(g.negotiation, "") {
		when := m.GetEffectTime()
		if when == nil {
			when = m.GetCreateTime()
		}
		h := &happening{
			Timeline_Item: item(parleyv1.Timeline_KIND_DISCLOSURE, m), parties: m.GetAudience().GetParties(), subject: g.about(m.GetResources()...),
			span: at(when.AsTime()), dated: true,
		}
		h.Value, h.Placed = &parleyv1.Timeline_Item_Disclosure{Disclosure: m}, parleyv1.Timeline_PLACED_RECORDED
		g.add(h)
	}
}

// subject is what an item is about: ids of points, and topics.
type subject struct{ points, topics []string }

func (s *subject) add(point, topic string) {
	if point != "" {
		s.points = append(s.points, point)
	}
	if topic != "" {
		s.topics = append(s.topics, topic)
	}
}

// about tells what resources are about: points, demands and stances; others are about nothing that can be asked for.
func (g *gathering) about(names ...string) (s subject) {
	for _, name := range names {
		switch record.CollectionOf(name) {
		case "points":
			if p, err := g.lens.Point(name); err == nil {
				s.add(p.GetId(), p.GetTopic())
			}
		case "demands":
			if d, err := g.lens.Demand(name); err == nil {
				s.add("", d.GetTopic())
			}
		case "stances":
			if st, err := g.lens.Stance(name); err == nil && st.GetTarget().GetPoint() != "" {
				on := g.about(st.GetTarget().GetPoint())
				s.points, s.topics = append(s.points, on.points...), append(s.topics, on.topics...)
			}
		}
	}
	return s
}

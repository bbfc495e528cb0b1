package analysis

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// movement is one that was found, and when it may have been.
type movement struct {
	*parleyv1.Movement
	span span
	in   *record.Revision // the revision that made it, if it is one of a text
}

// Concessions lists who moved, on what and which way, as far as a request asks for it, with what it comes to.
func Concessions(l *lens.Lens, req *parleyv1.ListConcessionsRequest) (*parleyv1.ListConcessionsResponse, error) {
	if _, err := l.Negotiation(req.GetParent()); err != nil {
		return nil, err
	}
	if req.GetParty() != "" {
		if _, err := l.Party(req.GetParty()); err != nil {
			return nil, fault.ReferenceNotFound("party", req.GetParty())
		}
	}
	stretch, err := newStretch(l, req)
	if err != nil {
		return nil, err
	}
	n := req.GetParent()
	moves := slices.Concat(stanceMoves(l, n), demandMoves(l, n), textMoves(l, n), verdictMoves(l, n))
	moves = slices.DeleteFunc(moves, func(m movement) bool {
		return !stretch.takes(m) || req.GetTopic() != "" && req.GetTopic() != m.GetTopic() ||
			req.GetParty() != "" && req.GetParty() != m.GetParty() && !slices.Contains(m.GetGivenBy(), req.GetParty())
	})
	slices.SortFunc(moves, func(a, b movement) int {
		return cmp.Or(a.span.compare(b.span), cmp.Compare(a.GetTopic(), b.GetTopic()), cmp.Compare(MovementKey(a.Movement), MovementKey(b.Movement)))
	})
	out := &parleyv1.ListConcessionsResponse{Balances: balances(moves), LastMoves: lastMoves(moves)}
	for _, m := range moves {
		out.Movements = append(out.Movements, m.Movement)
	}
	return out, nil
}

// MovementKey tells a movement from all others of a negotiation.
func MovementKey(m *parleyv1.Movement) string {
	return strings.Join(append(m.GetRestsOn(), m.GetParty(), m.GetPoint(), m.GetKind().String(), m.GetCreateTime().AsTime().String()), " ")
}

// stretch is the part of the negotiation that is asked for.
type stretch struct {
	window
	before map[*record.Revision]bool // revisions that are not in it, as they were before
	within map[*record.Revision]bool // the only ones that are in it; nil for all
}

func newStretch(l *lens.Lens, req *parleyv1.ListConcessionsRequest) (*stretch, error) {
	s := &stretch{window: newWindow(req.GetFromTime(), req.GetUntilTime()), before: map[*record.Revision]bool{}}
	if req.GetBase() != "" {
		base, err := l.Revision(req.GetBase())
		if err != nil {
			return nil, fault.ReferenceNotFound("base", req.GetBase())
		}
		for r := range l.Ancestry(base.Revision) {
			s.before[r] = true
		}
		_, day := datedRevision(base.Msg)
		s.since, s.surely = later(s.since, day.first), later(s.surely, day.last)
	}
	if req.GetRevision() != "" {
		head, err := l.Revision(req.GetRevision())
		if err != nil {
			return nil, fault.ReferenceNotFound("revision", req.GetRevision())
		}
		s.within = map[*record.Revision]bool{}
		for r := range l.Ancestry(head.Revision) {
			s.within[r] = true
		}
		_, day := datedRevision(head.Msg)
		if end := day.last.Add(1); s.until.IsZero() || end.Before(s.until) {
			s.until = end
		}
	}
	return s, nil
}

// takes tells whether a movement may be in the stretch, and notes if it is not certain.
func (s *stretch) takes(m movement) bool {
	if m.in != nil && (s.before[m.in] || s.within != nil && !s.within[m.in]) || !s.may(m.span) {
		return false
	}
	m.Perhaps = !s.must(m.span)
	return true
}

// datedRevision tells when a text was written, or else became public, or else was recorded.
func datedRevision(m *parleyv1.Revision) (*parleyv1.PartialTime, span) {
	return dated(m.GetCreateTime(), m.GetHeldTime(), m.GetPublicTime())
}

// balances adds up what each party gave and got.
func balances(moves []movement) []*parleyv1.ListConcessionsResponse_Balance {
	byParty := map[string]*parleyv1.ListConcessionsResponse_Balance{}
	of := func(party string, m movement) *parleyv1.ListConcessionsResponse_Balance {
		b := byParty[party]
		if b == nil {
			b = &parleyv1.ListConcessionsResponse_Balance{Party: party}
			byParty[party] = b
		}
		if m.GetPerhaps() && m.GetDirection() != parleyv1.Movement_DIRECTION_OPEN {
			b.Perhaps++
		}
		return b
	}
	for _, m := range moves {
		switch b := of(m.GetParty(), m); m.GetDirection() {
		case parleyv1.Movement_DIRECTION_GIVEN:
			b.Given++
		case parleyv1.Movement_DIRECTION_RECEIVED:
			b.Received++
		case parleyv1.Movement_DIRECTION_HARDENED:
			b.Hardened++
		}
		for _, giver := range m.GetGivenBy() {
			of(giver, m).Given++
		}
	}
	var out []*parleyv1.ListConcessionsResponse_Balance
	for _, party := range slices.Sorted(maps.Keys(byParty)) {
		out = append(out, byParty[party])
	}
	return out
}

// lastMoves finds who moved last on each topic.
func lastMoves(moves []movement) (out []*parleyv1.ListConcessionsResponse_LastMove) {
	moved, gave := map[string][]movement{}, map[string][]movement{} // by topic
	for _, m := range moves {
		gives := m.GetDirection() == parleyv1.Movement_DIRECTION_GIVEN || len(m.GetGivenBy()) > 0
		if gives {
			gave[m.GetTopic()] = append(gave[m.GetTopic()], m)
		}
		if gives || m.isOwn() {
			moved[m.GetTopic()] = append(moved[m.GetTopic()], m)
		}
	}
	for _, topic := range slices.Sorted(maps.Keys(moved)) {
		last := &parleyv1.ListConcessionsResponse_LastMove{Topic: topic}
		for _, m := range latest(moved[topic]) {
			last.Parties, last.RestsOn = append(last.Parties, movers(m)...), append(last.RestsOn, m.GetRestsOn()...)
		}
		for _, m := range latest(gave[topic]) {
			last.GivenBy = append(last.GivenBy, movers(m)...)
		}
		for _, list := range []*[]string{&last.Parties, &last.GivenBy, &last.RestsOn} {
			slices.Sort(*list)
			*list = slices.Compact(*list)
		}
		out = append(out, last)
	}
	return out
}

// isOwn tells whether a movement is an act of its party: something that it says, and not a text or a judge.
func (m movement) isOwn() bool {
	return m.GetKind() <= parleyv1.Movement_KIND_DEMAND_REWORDED
}

// movers names those who made a movement.
func movers(m movement) []string {
	if len(m.GetGivenBy()) > 0 {
		return m.GetGivenBy()
	}
	return []string{m.GetParty()}
}

// latest gives the movements of which any may be the last.
func latest(moves []movement) (out []movement) {
	var last span
	for _, m := range moves {
		last.first = later(last.first, m.span.first)
	}
	for _, m := range moves {
		if !m.span.last.Before(last.first) {
			out = append(out, m)
		}
	}
	return out
}

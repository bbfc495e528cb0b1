package analysis

import (
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// matter is what a party may change its mind on: a point of a plan, or its text as a whole for no point.
type matter struct{ party, plan, point string }

// stanceMoves finds where parties came to stand elsewhere on a point of a plan, or on its text as a whole, than before. What
// is said of unnamed points or in comparison is no position that could be moved from.
func stanceMoves(l *lens.Lens, negotiation string) (out []movement) {
	said := map[matter][]*parleyv1.Stance{}
	for s := range l.Stances(negotiation, "", false) {
		if l.Over() {
			return nil
		}
		if m, ok := matterOf(s); ok && rung(s) > 0 {
			said[m] = append(said[m], s)
		}
	}
	for _, list := range said {
		slices.SortFunc(list, age)
		var held *parleyv1.Stance
		for _, s := range list {
			same := held != nil && sameWords(l, held, s)
			if same && weight(s) < weight(held) {
				continue // it never counted
			}
			if held != nil && approach(s, held) != 0 {
				out = append(out, stanceMove(l, held, s, same))
			}
			if held = s; s.GetWithdrawn() {
				out = append(out, withdrawal(l, s))
				held = nil
			}
		}
	}
	return out
}

func matterOf(s *parleyv1.Stance) (matter, bool) {
	switch t := s.GetTarget().GetTarget().(type) {
	case *parleyv1.Stance_Target_Point:
		return matter{s.GetParty(), record.ParentOf(record.ParentOf(t.Point)), record.IDOf(t.Point)}, true
	case *parleyv1.Stance_Target_Revision:
		return matter{s.GetParty(), record.ParentOf(t.Revision), ""}, true
	}
	return matter{}, false
}

// sameWords tells whether two stances on one matter are on the same words. Of texts of which the record has no words that is
// known only if they are one.
func sameWords(l *lens.Lens, a, b *parleyv1.Stance) bool {
	if a.GetTarget().GetPoint() != "" {
		return a.GetDigest() == b.GetDigest()
	}
	if a.GetTarget().GetRevision() == b.GetTarget().GetRevision() {
		return true
	}
	x, err := l.Revision(a.GetTarget().GetRevision())
	if err != nil || x.Msg.GetPointCount() == 0 {
		return false
	}
	y, err := l.Revision(b.GetTarget().GetRevision())
	return err == nil && x.Msg.GetDigest() == y.Msg.GetDigest()
}

func stanceMove(l *lens.Lens, from, to *parleyv1.Stance, same bool) movement {
	when, span := dated(to.GetCreateTime(), to.GetSaidTime(), to.GetHeldTime())
	m := movement{span: span, Movement: &parleyv1.Movement{
		Party: to.GetParty(), Kind: parleyv1.Movement_KIND_STANCE, Direction: parleyv1.Movement_DIRECTION_OPEN, When: when,
		CreateTime: to.GetCreateTime(), RestsOn: []string{from.GetName(), to.GetName()},
		FromValue: from.GetValue(), ToValue: to.GetValue(), WordsChanged: !same,
	}}
	m.Point, m.Topic = pointAndTopic(l, to)
	_, before := dated(from.GetCreateTime(), from.GetSaidTime(), from.GetHeldTime())
	m.OrderUncertain = before != span && !before.last.Before(span.first)
	switch {
	case !same, m.GetOrderUncertain():
	case approach(to, from) > 0:
		m.Direction = parleyv1.Movement_DIRECTION_GIVEN
	default:
		m.Direction = parleyv1.Movement_DIRECTION_HARDENED
	}
	return m
}

// withdrawal is that a stance was taken back: what the record says of when, is when it was told. If it was recorded as taken
// back from the start, it was between its being said and that.
func withdrawal(l *lens.Lens, s *parleyv1.Stance) movement {
	m := movement{Movement: &parleyv1.Movement{
		Party: s.GetParty(), Kind: parleyv1.Movement_KIND_STANCE_WITHDRAWN, Direction: parleyv1.Movement_DIRECTION_OPEN,
		RestsOn: []string{s.GetName()}, FromValue: s.GetValue(),
	}}
	m.Point, m.Topic = pointAndTopic(l, s)
	switch {
	case consents(s):
		m.Direction = parleyv1.Movement_DIRECTION_HARDENED
	case refuses(s) || s.GetValue() == parleyv1.Stance_VALUE_RESERVE:
		m.Direction = parleyv1.Movement_DIRECTION_GIVEN
	}
	versions := l.StanceVersions(s.GetName())
	i := len(versions) - 1
	for i > 0 && versions[i-1].Msg.GetWithdrawn() {
		i--
	}
	m.CreateTime, m.span = timestamppb.New(versions[i].Time), at(versions[i].Time)
	if i == 0 {
		_, m.span = dated(s.GetCreateTime(), s.GetSaidTime(), s.GetHeldTime())
		m.span.last = later(m.span.last, versions[i].Time)
	}
	return m
}

// pointAndTopic tells what a stance is about; nothing if that is a text as a whole.
func pointAndTopic(l *lens.Lens, s *parleyv1.Stance) (name, topic string) {
	p, err := l.Point(s.GetTarget().GetPoint())
	if err != nil {
		return "", ""
	}
	return p.GetName(), p.GetTopic()
}

package analysis

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// demandMoves finds where demands were softened, given up, hardened or fulfilled, from what each was before.
func demandMoves(l *lens.Lens, negotiation string) (out []movement) {
	for d := range l.Demands(negotiation+"/parties/-", "", false) {
		if l.Over() {
			return nil
		}
		var was *parleyv1.Demand // nothing before the first version
		for _, v := range l.DemandVersions(d.GetName()) {
			if v.Msg.GetDeleteTime() != nil {
				continue
			}
			if m, ok := demandMove(was, v); ok {
				out = append(out, m)
			}
			was = v.Msg
		}
	}
	return out
}

// demandMove compares a version of a demand with the one before it, nil for none; false if there is no movement.
func demandMove(was *parleyv1.Demand, v lens.Version[*parleyv1.Demand]) (movement, bool) {
	is := v.Msg
	kind, direction := demandChange(was, is)
	if kind == parleyv1.Movement_KIND_UNSPECIFIED {
		return movement{}, false
	}
	m := movement{span: at(v.Time), Movement: &parleyv1.Movement{
		Party: record.ParentOf(is.GetName()), Topic: is.GetTopic(), Kind: kind, Direction: direction,
		CreateTime: timestamppb.New(v.Time), RestsOn: []string{is.GetName()},
		FromStatus: was.GetStatus(), ToStatus: is.GetStatus(), FromStrength: was.GetStrength(), ToStrength: is.GetStrength(),
	}}
	if was == nil { // on record as softened from the start: it was between its being said and that
		_, m.span = dated(is.GetCreateTime(), is.GetSaidTime(), is.GetHeldTime())
		m.span.last = later(m.span.last, v.Time)
		return m, true
	}
	for _, t := range [][2]*parleyv1.PartialTime{{was.GetSaidTime(), is.GetSaidTime()}, {was.GetHeldTime(), is.GetHeldTime()}} {
		if span, ok := spanOf(t[1]); ok && !proto.Equal(t[0], t[1]) {
			m.When, m.span = t[1], span
			break
		}
	}
	return m, true
}

// demandChange tells what became of a demand, and what that means for its party.
func demandChange(was, is *parleyv1.Demand) (parleyv1.Movement_Kind, parleyv1.Movement_Direction) {
	from, to := upheld(was), upheld(is)
	wanted := is.GetStrength() - was.GetStrength()
	if was.GetStrength() == 0 || is.GetStrength() == 0 {
		wanted = 0 // not known
	}
	met := parleyv1.Demand_STATUS_MET
	switch {
	case was.GetStatus() != met && is.GetStatus() == met:
		return parleyv1.Movement_KIND_DEMAND_MET, parleyv1.Movement_DIRECTION_RECEIVED
	case to < from && is.GetStatus() == parleyv1.Demand_STATUS_WITHDRAWN:
		return parleyv1.Movement_KIND_DEMAND_WITHDRAWN, parleyv1.Movement_DIRECTION_GIVEN
	case to < from, to == from && wanted < 0:
		return parleyv1.Movement_KIND_DEMAND_SOFTENED, parleyv1.Movement_DIRECTION_GIVEN
	case to > from, wanted > 0:
		return parleyv1.Movement_KIND_DEMAND_HARDENED, parleyv1.Movement_DIRECTION_HARDENED
	case was != nil && was.GetStatement() != is.GetStatement() && !was.GetWithheld() && !is.GetWithheld():
		return parleyv1.Movement_KIND_DEMAND_REWORDED, parleyv1.Movement_DIRECTION_OPEN
	}
	return parleyv1.Movement_KIND_UNSPECIFIED, parleyv1.Movement_DIRECTION_UNSPECIFIED
}

// upheld tells how far a demand is upheld: in full, which is also how it begins, in a weaker form, or not.
func upheld(d *parleyv1.Demand) int {
	switch d.GetStatus() {
	case parleyv1.Demand_STATUS_SOFTENED:
		return 1
	case parleyv1.Demand_STATUS_WITHDRAWN:
		return 0
	}
	return 2
}

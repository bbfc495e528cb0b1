package record

import (
	"github.com/tidwall/btree"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// filing holds the stances on one point (by its id, over all revisions and plans) or on one revision, by name. Only the state
// whose owner it has may change it.
type filing struct {
	owner    *owner
	stances  *btree.Map[string, *version[*parleyv1.Stance]]
	exemplar *parleyv1.Stance // the first one; see resemble
}

// owner is a mark that a State has alone.
type owner struct{ _ byte }

// fileStance records a stance under its name and under what it is about. Targets are immutable, so a new version takes the
// place of the old.
func (s *State) fileStance(m *parleyv1.Stance, time int64) {
	v := s.stances.put(m.GetName(), m, time)
	for _, target := range filedUnder(m) {
		f := s.filingFor(target, m)
		s.resemble(m, f.exemplar)
		f.stances.Set(m.GetName(), v)
	}
}

// filingFor gives the filing of a target that s may change.
func (s *State) filingFor(target string, first *parleyv1.Stance) *filing {
	f, ok := s.stancesOn.Get(target)
	switch {
	case !ok:
		f = &filing{s.owner, btree.NewMap[string, *version[*parleyv1.Stance]](degree), first}
	case f.owner == s.owner:
		return f
	default:
		f = &filing{s.owner, f.stances.Copy(), f.exemplar}
	}
	s.stancesOn.Set(target, f)
	return f
}

// filedUnder tells what a stance is filed under: the ids of the points that it is on, or the name of a revision.
func filedUnder(m *parleyv1.Stance) []string {
	switch t := m.GetTarget().GetTarget().(type) {
	case *parleyv1.Stance_Target_Revision:
		return []string{t.Revision}
	case *parleyv1.Stance_Target_UnnamedSet_:
		return []string{t.UnnamedSet.GetRevision()}
	case *parleyv1.Stance_Target_Comparison_:
		return []string{t.Comparison.GetRevision()}
	}
	return StancePoints(m)
}

// resemble makes a stance that is being recorded share with another on the same target what both say the same. Stances
// come by the hundred thousand, and without that most of what they take is what others say too.
func (s *State) resemble(m, like *parleyv1.Stance) {
	if party, ok := s.parties.get(m.GetParty(), Latest); ok {
		m.Party = party.GetName()
	}
	if same(m.UpdateTime, m.CreateTime) {
		m.UpdateTime = m.CreateTime
	}
	if m == like {
		return
	}
	if p, ok := m.GetTarget().GetTarget().(*parleyv1.Stance_Target_Point); ok && p.Point == like.GetTarget().GetPoint() {
		m.Target = like.Target
	}
	if m.Digest == like.Digest {
		m.Digest = like.Digest
	}
	if same(m.CreateTime, like.CreateTime) {
		m.CreateTime = like.CreateTime
	}
	if same(m.UpdateTime, like.UpdateTime) {
		m.UpdateTime = like.UpdateTime
	}
	if samePartial(m.SaidTime, like.SaidTime) {
		m.SaidTime = like.SaidTime
	}
	if a, b := m.Audience, like.Audience; a.GetLevel() == b.GetLevel() && a != nil && b != nil && len(a.Parties)+len(b.Parties) == 0 {
		m.Audience = b
	}
}

func same(a, b *timestamppb.Timestamp) bool {
	return a != nil && b != nil && a.Seconds == b.Seconds && a.Nanos == b.Nanos
}

func samePartial(a, b *parleyv1.PartialTime) bool {
	return a != nil && b != nil && a.Value == b.Value && a.Raw == b.Raw && same(a.StartTime, b.StartTime) && same(a.EndTime, b.EndTime)
}

// StancesOn yields the stances on a point (by id, over all revisions and plans) or on a revision (by name) as they
// stood at a moment, deleted ones excepted.
func (s *State) StancesOn(target string, at int64, yield func(*parleyv1.Stance) bool) {
	f, ok := s.stancesOn.Get(target)
	if !ok {
		return
	}
	f.stances.Scan(func(_ string, v *version[*parleyv1.Stance]) bool {
		m, ok := v.at(at)
		return !ok || m.GetDeleteTime() != nil || yield(m)
	})
}

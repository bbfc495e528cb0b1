package record

import (
	"strings"

	"github.com/tidwall/btree"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// filing holds the stances on one point (by its id, over all revisions and plans) or on one revision, by party, then by name. Only
// the state whose owner it has may change it.
type filing struct {
	owner    *owner
	stances  *btree.BTreeG[*version[*parleyv1.Stance]]
	exemplar *parleyv1.Stance // the newest one; see resemble

	// What stances ever said, also those that have been changed or deleted since: bounds on what they can come to, at whatever
	// moment and for whomever, by which rows of a matrix are passed over that need not be worked out.
	passes int  // how many have let the point pass
	tied   bool // whether one has had requirements, or was on a package
}

// owner is a mark that a State has alone.
type owner struct{ _ byte }

// file records a stance under its name and under what it is about. Targets and parties are immutable, so a new version takes the
// place of the old.
func (s *State) file(v *version[*parleyv1.Stance]) {
	m := v.msg
	s.stances.set(m.GetName(), v)
	for _, target := range filedUnder(m) {
		f := s.filingFor(target, m)
		s.resemble(m, f.exemplar)
		f.exemplar = m
		f.stances.Set(v)
		if LetsPass(m) {
			f.passes++
		}
		f.tied = f.tied || len(m.GetRequirements()) > 0 || m.GetTarget().GetPackage() != nil
	}
	if _, known := s.speakers.Get(m.GetParty()); !known {
		s.speakers.Set(m.GetParty(), struct{}{})
	}
}

// leastPacked is how many stances an entry must have to be worth packing.
const leastPacked = 16

// fileStances records the stances of an entry. Many of them are first copied next to each other: between what else an entry was
// made of they would keep twice the memory from being used again. The copies take the places of the stances in the entry.
func (s *State) fileStances(list []*ledgerv1.Change_Stance, time int64) {
	if len(list) >= leastPacked {
		pack(list)
	}
	versions := make([]version[*parleyv1.Stance], len(list))
	for i, c := range list {
		versions[i] = version[*parleyv1.Stance]{msg: c.Stance, time: time}
		s.file(&versions[i])
	}
}

func pack(list []*ledgerv1.Change_Stance) {
	stances := make([]parleyv1.Stance, len(list))
	for i, c := range list {
		shallow(&stances[i], c.Stance)
		c.Stance = &stances[i]
	}
}

// shallow makes an empty message have the same fields as another, which it shares lists and messages with.
func shallow(to, from proto.Message) {
	from.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		to.ProtoReflect().Set(fd, v)
		return true
	})
	to.ProtoReflect().SetUnknown(from.ProtoReflect().GetUnknown())
}

// filingFor gives the filing of a target that s may change.
func (s *State) filingFor(target string, first *parleyv1.Stance) *filing {
	f, ok := s.stancesOn.Get(target)
	switch {
	case !ok:
		f = &filing{owner: s.owner, stances: btree.NewBTreeGOptions(byParty, btree.Options{Degree: degree, NoLocks: true}), exemplar: first}
	case f.owner == s.owner:
		return f
	default:
		c, its := *f, *f.stances // whose own Copy would mark it; see copyOf
		c.owner, c.stances = s.owner, its.Copy()
		f = &c
	}
	s.stancesOn.Set(target, f)
	return f
}

// byParty orders stances of a filing.
func byParty(a, b *version[*parleyv1.Stance]) bool {
	if by := strings.Compare(a.msg.GetParty(), b.msg.GetParty()); by != 0 {
		return by < 0
	}
	return a.msg.GetName() < b.msg.GetName()
}

// LetsPass tells whether a stance accepts or does not object, on whatever conditions. Abstaining is no consent: a party that must
// consent has to.
func LetsPass(m *parleyv1.Stance) bool {
	return m.GetValue() == parleyv1.Stance_VALUE_ACCEPT || m.GetValue() == parleyv1.Stance_VALUE_NO_OBJECTION
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
	shareString(&m.Digest, like.Digest)
	shareString(&m.Etag, like.Etag)
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
// stood at a moment, deleted ones excepted, by party.
func (s *State) StancesOn(target string, at int64, yield func(*parleyv1.Stance) bool) {
	f, ok := s.stancesOn.Get(target)
	if !ok {
		return
	}
	f.stances.Scan(func(v *version[*parleyv1.Stance]) bool {
		m, ok := v.at(at)
		return !ok || m.GetDeleteTime() != nil || yield(m)
	})
}

// StancesOf yields of the stances on a point or on a revision those of one party.
func (s *State) StancesOf(target, party string, at int64, yield func(*parleyv1.Stance) bool) {
	f, ok := s.stancesOn.Get(target)
	if !ok {
		return
	}
	f.stances.Ascend(&version[*parleyv1.Stance]{msg: &parleyv1.Stance{Party: party}}, func(v *version[*parleyv1.Stance]) bool {
		if v.msg.GetParty() != party {
			return false
		}
		m, ok := v.at(at)
		return !ok || m.GetDeleteTime() != nil || yield(m)
	})
}

// MostConsents is a number that those who let a point pass cannot exceed, whoever looks and as of whatever moment. tied says that
// a stance on the point may ever have hung on other points.
func (s *State) MostConsents(point string) (most int, tied bool) {
	f, ok := s.stancesOn.Get(point)
	if !ok {
		return 0, false
	}
	return f.passes, f.tied
}

// EverSpoke tells whether a party ever had a stance on anything.
func (s *State) EverSpoke(party string) bool {
	_, ok := s.speakers.Get(party)
	return ok
}

package lens

import (
	"iter"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Survey goes through the stances on many targets, and decides only once what the viewer may know of a party and of a target.
// For one goroutine.
type Survey struct {
	lens, quiet *Lens // quiet has nothing noted
	parties     []sight
	places      map[string]int          // in parties, by name
	next        int                     // place of the party that most likely comes next: they come in order
	target      *parleyv1.Stance_Target // the last one that was looked at; stances on the same words often share theirs
	onTarget    bool                    // they may know of it
}

// sight is what was decided on a party.
type sight struct {
	name string
	seen bool
}

// Survey makes a survey of the stances of a negotiation.
func (l *Lens) Survey() *Survey {
	return &Survey{lens: l, quiet: l.quiet(), places: map[string]int{}}
}

// StancesOn yields the stances on a point (by id, over all revisions) or on a revision (by name), by party, deleted ones
// excepted.
func (s *Survey) StancesOn(target string) iter.Seq[*parleyv1.Stance] {
	return func(yield func(*parleyv1.Stance) bool) {
		s.lens.st.StancesOn(target, s.lens.at, func(m *parleyv1.Stance) bool { return !s.lens.Over() && (!s.sees(m) || yield(m)) })
	}
}

// StancesOf yields of the stances on a point or on a revision those of one party.
func (s *Survey) StancesOf(target, party string) iter.Seq[*parleyv1.Stance] {
	return func(yield func(*parleyv1.Stance) bool) {
		s.lens.st.StancesOf(target, party, s.lens.at, func(m *parleyv1.Stance) bool { return !s.lens.Over() && (!s.sees(m) || yield(m)) })
	}
}

// MostConsents is a number that those who let a point pass cannot exceed; tied says that a stance on it may hang on other points.
func (s *Survey) MostConsents(point string) (most int, tied bool) {
	return s.lens.st.MostConsents(point)
}

// Speakers names the parties of a negotiation, that a resource of it is named of, whose stances it is worth looking for, by name.
func (s *Survey) Speakers(resource string) (out []string) {
	for p := range s.quiet.Parties(record.NegotiationOf(resource), "", false) {
		if s.lens.st.EverSpoke(p.GetName()) {
			out = append(out, p.GetName())
		}
	}
	return out
}

// sees decides as Lens.seesStance does.
func (s *Survey) sees(m *parleyv1.Stance) bool {
	if !s.lens.viewer.In(m.GetAudience(), m.GetParty()) {
		return false
	}
	known := s.knowsParty(m.GetParty())
	if m.GetTarget() != s.target {
		s.target, s.onTarget = m.GetTarget(), s.quiet.knowsTarget(m.GetTarget())
	}
	if !known || !s.onTarget {
		return false
	}
	s.lens.note(m.GetAudience(), m.GetParty(), m.GetName())
	return true
}

// knowsParty decides on a party, or finds what was decided.
func (s *Survey) knowsParty(name string) bool {
	i := s.next
	if i >= len(s.parties) || s.parties[i].name != name {
		known := false
		if i, known = s.places[name]; !known {
			i = len(s.parties)
			s.parties, s.places[name] = append(s.parties, sight{name: name, seen: s.quiet.liveParty(name)}), i
		}
	}
	s.next = i + 1
	return s.parties[i].seen
}

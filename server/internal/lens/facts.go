package lens

import (
	"iter"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Source finds a source, also a deleted one.
func (l *Lens) Source(name string) (*parleyv1.Source, error) {
	m, ok := l.st.Source(name, l.at)
	return found(m, ok && l.inside(name) && l.seesSource(m), name)
}

func (l *Lens) seesSource(m *parleyv1.Source) bool { return l.sees(m.GetAudience(), "", m.GetName()) }

// Sources yields the sources of a negotiation by name, beginning after `after`.
func (l *Lens) Sources(parent, after string, deleted bool) iter.Seq[*parleyv1.Source] {
	return within(l, parent, l.st.Sources(after, l.at), deleted, l.seesSource)
}

// Event finds an event, also a deleted one. It is seen by those who may also know of what it is part of and about.
func (l *Lens) Event(name string) (*parleyv1.Event, error) {
	m, ok := l.st.Event(name, l.at)
	return found(m, ok && l.inside(name) && l.seesEvent(m), name)
}

func (l *Lens) seesEvent(m *parleyv1.Event) bool {
	return l.wholly(m.GetAudience(), "", m.GetName(), func(l *Lens) bool { return (&trail{lens: l}).event(m) })
}

// Events yields the events of a negotiation by name, beginning after `after`.
func (l *Lens) Events(parent, after string, deleted bool) iter.Seq[*parleyv1.Event] {
	return within(l, parent, l.st.Events(after, l.at), deleted, l.seesEvent)
}

// Claim finds a claim, also a deleted one. It is seen by those who may also know of who makes it, and of what it reports and
// is about.
func (l *Lens) Claim(name string) (*parleyv1.Claim, error) {
	m, ok := l.st.Claim(name, l.at)
	return found(m, ok && l.inside(name) && l.seesClaim(m), name)
}

func (l *Lens) seesClaim(m *parleyv1.Claim) bool {
	return l.wholly(m.GetAudience(), m.GetParty(), m.GetName(), func(l *Lens) bool { return (&trail{lens: l}).claim(m) })
}

// Claims yields the claims of a negotiation by name, beginning after `after`.
func (l *Lens) Claims(parent, after string, deleted bool) iter.Seq[*parleyv1.Claim] {
	return within(l, parent, l.st.Claims(after, l.at), deleted, l.seesClaim)
}

// Assessment finds an assessment, also a deleted one. It is seen by those who may also see the demand and the revision.
func (l *Lens) Assessment(name string) (*parleyv1.Assessment, error) {
	m, ok := l.st.Assessment(name, l.at)
	return found(m, ok && l.seesAssessment(m), name)
}

func (l *Lens) seesAssessment(m *parleyv1.Assessment) bool {
	return l.wholly(m.GetAudience(), m.GetJudgeParty(), m.GetName(), func(l *Lens) bool {
		d, err := l.Demand(m.GetDemand())
		if err != nil || d.GetDeleteTime() != nil {
			return false
		}
		_, err = l.revision(m.GetRevision())
		return err == nil
	})
}

// Assessments yields the assessments of a negotiation by name, beginning after `after`.
func (l *Lens) Assessments(parent, after string, deleted bool) iter.Seq[*parleyv1.Assessment] {
	return within(l, parent, l.st.Assessments(after, l.at), deleted, l.seesAssessment)
}

// AssessmentsOf yields the assessments of a demand by name, deleted ones excepted.
func (l *Lens) AssessmentsOf(demand string) iter.Seq[*parleyv1.Assessment] {
	return func(yield func(*parleyv1.Assessment) bool) {
		l.st.AssessmentsOf(demand, l.at, func(m *parleyv1.Assessment) bool { return !l.Over() && (!l.seesAssessment(m) || yield(m)) })
	}
}

// Objection finds an objection, also a deleted one. It is seen by those who may also see its party and the revision.
func (l *Lens) Objection(name string) (*parleyv1.Objection, error) {
	m, ok := l.st.Objection(name, l.at)
	return found(m, ok && l.seesObjection(m), name)
}

func (l *Lens) seesObjection(m *parleyv1.Objection) bool {
	return l.wholly(m.GetAudience(), m.GetParty(), m.GetName(), func(l *Lens) bool {
		if !l.liveParty(m.GetParty()) {
			return false
		}
		_, err := l.revision(record.ParentOf(m.GetPoint()))
		return err == nil
	})
}

// Objections yields the objections of a negotiation by name, beginning after `after`.
func (l *Lens) Objections(parent, after string, deleted bool) iter.Seq[*parleyv1.Objection] {
	return within(l, parent, l.st.Objections(after, l.at), deleted, l.seesObjection)
}

// Valuation finds a valuation, also a deleted one. It is seen by those who may also see its party and the revision.
func (l *Lens) Valuation(name string) (*parleyv1.Valuation, error) {
	m, ok := l.st.Valuation(name, l.at)
	return found(m, ok && l.seesValuation(m), name)
}

func (l *Lens) seesValuation(m *parleyv1.Valuation) bool {
	return l.wholly(m.GetAudience(), m.GetParty(), m.GetName(), func(l *Lens) bool {
		if !l.liveParty(m.GetParty()) {
			return false
		}
		_, err := l.revision(m.GetRevision())
		return err == nil
	})
}

// Valuations yields the valuations of a negotiation by name, beginning after `after`.
func (l *Lens) Valuations(parent, after string, deleted bool) iter.Seq[*parleyv1.Valuation] {
	return within(l, parent, l.st.Valuations(after, l.at), deleted, l.seesValuation)
}

// Contested tells whether an objection stands against the editorial change of a point, by its name in the revision that
// made it.
func (l *Lens) Contested(point string) bool {
	for range l.ObjectionsTo(point) {
		return true
	}
	return false
}

// ObjectionsTo yields the objections that stand against the editorial change of a point, by its name in the revision that made
// it.
func (l *Lens) ObjectionsTo(point string) iter.Seq[*parleyv1.Objection] {
	return func(yield func(*parleyv1.Objection) bool) {
		l.st.ObjectionsTo(point, l.at, func(m *parleyv1.Objection) bool {
			return m.GetWithdrawn() || !l.seesObjection(m) || yield(m)
		})
	}
}

// EverEditorial tells whether it is worth asking for editorial changes of a point.
func (l *Lens) EverEditorial(point string) bool { return l.st.EverEditorial(point) }

// trail follows what events and claims are about, which may lead round in a circle. Its viewer knows of one if there is nothing
// on the trail that they do not know of; what the trail has met already decides nothing anew.
type trail struct {
	lens *Lens
	met  map[string]bool
}

func (t *trail) event(m *parleyv1.Event) bool {
	if !t.lens.sees(m.GetAudience(), "", m.GetName()) {
		return false
	}
	return t.meets(m.GetName()) || t.knows(m.GetPartOf()) && t.knows(m.GetAbout()...)
}

func (t *trail) claim(m *parleyv1.Claim) bool {
	if !t.lens.sees(m.GetAudience(), m.GetParty(), m.GetName()) {
		return false
	}
	return t.meets(m.GetName()) || t.knows(m.GetParty(), m.GetReports()) && t.knows(m.GetAbout()...)
}

// meets tells whether the trail has come by before.
func (t *trail) meets(name string) bool {
	if t.met[name] {
		return true
	}
	if t.met == nil {
		t.met = map[string]bool{}
	}
	t.met[name] = true
	return false
}

// knows tells whether the viewer may know of all these resources, deleted or not. The empty name is none.
func (t *trail) knows(names ...string) bool {
	for _, name := range names {
		if name != "" && !t.leadsTo(name) {
			return false
		}
	}
	return true
}

func (t *trail) leadsTo(name string) bool {
	l := t.lens
	var err error
	switch record.CollectionOf(name) {
	case "events":
		m, ok := l.st.Event(name, l.at)
		return ok && t.event(m)
	case "claims":
		m, ok := l.st.Claim(name, l.at)
		return ok && t.claim(m)
	case "points":
		_, err = l.Point(name)
	default:
		_, err = l.Find(name)
	}
	return err == nil
}

// Find finds any resource that has a history of its own, also a deleted one. A revision comes without its points.
func (l *Lens) Find(name string) (Resource, error) {
	switch record.CollectionOf(name) {
	case "negotiations":
		return any1(l.Negotiation(name))
	case "parties":
		return any1(l.Party(name))
	case "demands":
		return any1(l.Demand(name))
	case "plans":
		return any1(l.Plan(name))
	case "revisions":
		r, err := l.Revision(name)
		if err != nil {
			return nil, err
		}
		return l.Message(r, false), nil
	case "stances":
		return any1(l.Stance(name))
	case "claims":
		return any1(l.Claim(name))
	case "events":
		return any1(l.Event(name))
	case "sources":
		return any1(l.Source(name))
	case "assessments":
		return any1(l.Assessment(name))
	case "objections":
		return any1(l.Objection(name))
	case "valuations":
		return any1(l.Valuation(name))
	case "disclosures":
		return any1(l.Disclosure(name))
	}
	return nil, fault.Missing(name)
}

// any1 makes a lookup's answer one of any kind of resource.
func any1[M Resource](m M, err error) (Resource, error) {
	if err != nil {
		return nil, err
	}
	return m, nil
}

// found answers a lookup.
func found[M any](m M, ok bool, name string) (M, error) {
	if !ok {
		var none M
		return none, fault.Missing(name)
	}
	return m, nil
}

// within yields what the viewer may see of a collection, if they may look into the negotiation at all.
func within[M deletable](l *Lens, parent string, items iter.Seq[M], deleted bool, sees func(M) bool) iter.Seq[M] {
	if !l.inside(parent) {
		return none[M]
	}
	return keep(items, deleted, sees)
}

// Package lens shows one viewer what they may see of a State at one moment. It is the only place that hides things:
// whatever is outside the viewer's audience is answered as if it had never been recorded.
package lens

import (
	"iter"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Viewer is who looks. The zero Viewer is the public.
type Viewer = record.Viewer

// Lens is what one viewer may see of a State as of one moment. It is immutable and safe for concurrent use.
type Lens struct {
	st     *record.State
	viewer Viewer
	at     int64

	viewerOf func(negotiation string) Viewer // in a directory: who the caller is in a negotiation
	trusted  func(owner, name string)        // told of what the viewer sees as a mediator that a party entrusted to them; may be nil
	over     func() bool                     // see Until
}

// New gives the view of a State as of a moment.
func New(st *record.State, viewer Viewer, at time.Time) *Lens {
	return &Lens{st: st, viewer: viewer, at: at.UnixNano()}
}

// Until gives the same view for somebody who may lose patience: once over says so, the long sequences (Ancestry,
// those of a Survey) end before their end, and what was worked out from them must not be used. For reading only.
func (l *Lens) Until(over func() bool) *Lens {
	c := *l
	c.over = over
	return &c
}

// quiet is l with nothing noted.
func (l *Lens) quiet() *Lens {
	if l.trusted == nil {
		return l
	}
	return l.Watched(nil)
}

// wholly decides on a resource that is seen by those who may also see what it belongs to and names, on which `rest` decides. Only the
// resource itself is noted, and only if it is seen: that somebody looked at what it names would tell whose that is of a resource
// that they may not know of.
func (l *Lens) wholly(a *parleyv1.Audience, owner, name string, rest func(quiet *Lens) bool) bool {
	if !l.viewer.In(a, owner) || !rest(l.quiet()) {
		return false
	}
	l.note(a, owner, name)
	return true
}

// Over says whether whoever looks has lost patience.
func (l *Lens) Over() bool { return l.over != nil && l.over() }

// sees decides on one audience, and notes what is seen.
func (l *Lens) sees(a *parleyv1.Audience, owner, name string) bool {
	in := l.viewer.In(a, owner)
	if in {
		l.note(a, owner, name)
	}
	return in
}

// note notes what the viewer sees, if it is entrusted to them by a party that is not theirs, and if somebody keeps the books.
func (l *Lens) note(a *parleyv1.Audience, owner, name string) {
	if l.trusted != nil && a.GetLevel() == parleyv1.Audience_LEVEL_MEDIATOR && owner != "" && owner != l.viewer.Party {
		l.trusted(owner, name)
	}
}

// Negotiation finds a negotiation, also a deleted one.
func (l *Lens) Negotiation(name string) (*parleyv1.Negotiation, error) {
	m, ok := l.st.Negotiation(name, l.at)
	if !ok || !l.in(name).sees(m.GetAudience(), "", m.GetName()) {
		return nil, fault.Missing(name)
	}
	return m, nil
}

// Negotiations yields the negotiations of the directory by name, beginning after `after`.
func (l *Lens) Negotiations(after string, deleted bool) iter.Seq[*parleyv1.Negotiation] {
	return keep(l.st.Negotiations(after, l.at), deleted, func(m *parleyv1.Negotiation) bool {
		return l.in(m.GetName()).sees(m.GetAudience(), "", m.GetName())
	})
}

// inside tells whether the viewer may look into a negotiation: it is theirs to see and not deleted.
func (l *Lens) inside(name string) bool {
	m, err := l.Negotiation(record.NegotiationOf(name))
	return err == nil && m.GetDeleteTime() == nil
}

// Party finds a party, also a deleted one.
func (l *Lens) Party(name string) (*parleyv1.Party, error) {
	m, ok := l.st.Party(name, l.at)
	if !ok || !l.inside(name) || !l.seesParty(m) {
		return nil, fault.Missing(name)
	}
	return m, nil
}

func (l *Lens) seesParty(m *parleyv1.Party) bool {
	return l.sees(m.GetAudience(), m.GetName(), m.GetName())
}

// liveParty tells whether a party is there to be named.
func (l *Lens) liveParty(name string) bool {
	m, err := l.Party(name)
	return err == nil && m.GetDeleteTime() == nil
}

// Parties yields the parties of a negotiation by name, beginning after `after`.
func (l *Lens) Parties(parent, after string, deleted bool) iter.Seq[*parleyv1.Party] {
	return within(l, parent, l.st.Parties(after, l.at), deleted, l.seesParty)
}

// Demand finds a demand, also a deleted one, of a party that is not.
func (l *Lens) Demand(name string) (*parleyv1.Demand, error) {
	m, ok := l.st.Demand(name, l.at)
	if !ok || !l.seesDemand(m) {
		return nil, fault.Missing(name)
	}
	return m, nil
}

func (l *Lens) seesDemand(m *parleyv1.Demand) bool {
	party := record.ParentOf(m.GetName())
	return l.wholly(m.GetAudience(), party, m.GetName(), func(l *Lens) bool { return l.liveParty(party) })
}

// Demands yields the demands of a party, or of all parties of the negotiation for the id "-", by name.
func (l *Lens) Demands(party, after string, deleted bool) iter.Seq[*parleyv1.Demand] {
	if record.IDOf(party) == "-" {
		party = ""
	}
	return keep(l.st.Demands(party, after, l.at), deleted, l.seesDemand)
}

// Stance finds a stance, also a deleted one. It is seen by those who may also see its party and what it is about.
func (l *Lens) Stance(name string) (*parleyv1.Stance, error) {
	m, ok := l.st.Stance(name, l.at)
	if !ok || !l.seesStance(m) {
		return nil, fault.Missing(name)
	}
	return m, nil
}

func (l *Lens) seesStance(m *parleyv1.Stance) bool {
	return l.wholly(m.GetAudience(), m.GetParty(), m.GetName(), func(l *Lens) bool {
		return l.liveParty(m.GetParty()) && l.knowsTarget(m.GetTarget())
	})
}

// knowsTarget tells whether the viewer may know of the revisions that a stance is about.
func (l *Lens) knowsTarget(t *parleyv1.Stance_Target) bool {
	switch t := t.GetTarget().(type) {
	case *parleyv1.Stance_Target_Point:
		return l.seesRevisionNamed(record.ParentOf(t.Point))
	case *parleyv1.Stance_Target_Revision:
		return l.seesRevisionNamed(t.Revision)
	case *parleyv1.Stance_Target_Package_:
		return l.seesRevisionNamed(t.Package.GetRevision())
	case *parleyv1.Stance_Target_UnnamedSet_:
		return l.seesRevisionNamed(t.UnnamedSet.GetRevision())
	case *parleyv1.Stance_Target_Comparison_:
		return l.seesRevisionNamed(t.Comparison.GetRevision()) && l.seesRevisionNamed(t.Comparison.GetThan())
	}
	return true
}

func (l *Lens) seesRevisionNamed(name string) bool {
	_, err := l.revision(name)
	return err == nil
}

// Stances yields the stances of a negotiation by name, beginning after `after`.
func (l *Lens) Stances(parent, after string, deleted bool) iter.Seq[*parleyv1.Stance] {
	return within(l, parent, l.st.Stances(after, l.at), deleted, l.seesStance)
}

// Resource is a resource of any kind.
type Resource interface {
	proto.Message
	GetName() string
}

// deletable is a resource that may be deleted.
type deletable interface {
	GetDeleteTime() *timestamppb.Timestamp
}

// keep yields what the viewer may see, deleted ones only if wanted.
func keep[M deletable](items iter.Seq[M], deleted bool, sees func(M) bool) iter.Seq[M] {
	return func(yield func(M) bool) {
		for m := range items {
			if (deleted || m.GetDeleteTime() == nil) && sees(m) && !yield(m) {
				return
			}
		}
	}
}

func none[M any](func(M) bool) {}

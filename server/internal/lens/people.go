package lens

import (
	"iter"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Directory gives the view of the list of negotiations, in each of which the caller may be somebody else.
func Directory(st *record.State, viewerOf func(negotiation string) Viewer, at time.Time) *Lens {
	l := New(st, Viewer{}, at)
	l.viewerOf = viewerOf
	return l
}

// in gives the view of one negotiation in a directory.
func (l *Lens) in(negotiation string) *Lens {
	if l.viewerOf == nil {
		return l
	}
	c := *l
	c.viewer = l.viewerOf(negotiation)
	return &c
}

// Member finds a member, also a former one. Members are seen in the directory.
func (l *Lens) Member(name string) (*parleyv1.Member, error) {
	m, ok := l.st.Member(name, l.at)
	return found(m, ok && l.inside(name) && l.seesMember(m), name)
}

func (l *Lens) seesMember(m *parleyv1.Member) bool {
	return l.in(record.NegotiationOf(m.GetName())).sees(m.GetAudience(), m.GetParty(), m.GetName())
}

// Members yields the members of a negotiation by name, beginning after `after`.
func (l *Lens) Members(parent, after string, deleted bool) iter.Seq[*parleyv1.Member] {
	return within(l, parent, l.st.Members(parent, after, l.at), deleted, l.seesMember)
}

// Token finds a token, also one that is valid no longer. Who may ask is decided before.
func (l *Lens) Token(name string) (*parleyv1.Token, error) {
	m, ok := l.st.Token(name, l.at)
	return found(m, ok, name)
}

// Tokens yields all tokens by name, beginning after `after`.
func (l *Lens) Tokens(after string) iter.Seq[*parleyv1.Token] { return l.st.Tokens(after, l.at) }

// Disclosure finds a disclosure. It is seen by those who may know of everything that it tells.
func (l *Lens) Disclosure(name string) (*parleyv1.Disclosure, error) {
	m, ok := l.st.Disclosure(name, l.at)
	return found(m, ok && l.inside(name) && l.seesDisclosure(m), name)
}

func (l *Lens) seesDisclosure(m *parleyv1.Disclosure) bool {
	quiet := l.quiet()
	for _, name := range m.GetResources() {
		if !quiet.Knows(name) {
			return false
		}
	}
	return true
}

// Disclosures yields the disclosures of a negotiation by name, beginning after `after`.
func (l *Lens) Disclosures(parent, after string) iter.Seq[*parleyv1.Disclosure] {
	return func(yield func(*parleyv1.Disclosure) bool) {
		if !l.inside(parent) {
			return
		}
		for m := range l.st.Disclosures(after, l.at) {
			if l.seesDisclosure(m) && !yield(m) {
				return
			}
		}
	}
}

// Accesses is a log of accesses as it is shown to a principal: to the delegates of a party those to what it had entrusted, to
// everybody their own.
type Accesses struct {
	st        *record.State
	viewer    Viewer
	principal string
	at        int64
}

// ShowAccesses gives the view of a log of accesses.
func ShowAccesses(st *record.State, viewer Viewer, principal string, at time.Time) *Accesses {
	return &Accesses{st, viewer, principal, at.UnixNano()}
}

// Find finds an access.
func (a *Accesses) Find(name string) (*parleyv1.Access, error) {
	m, ok := a.st.Access(name, a.at)
	return found(m, ok && a.sees(m), name)
}

func (a *Accesses) sees(m *parleyv1.Access) bool {
	return a.viewer.Party != "" && a.viewer.Party == m.GetParty() || a.viewer.Mediator && m.GetPrincipal() == a.principal
}

// All yields the accesses by name, beginning after `after`.
func (a *Accesses) All(after string) iter.Seq[*parleyv1.Access] {
	return func(yield func(*parleyv1.Access) bool) {
		for m := range a.st.Accesses(after, a.at) {
			if a.sees(m) && !yield(m) {
				return
			}
		}
	}
}

// Knows tells whether the viewer may know of a resource of any kind, deleted or not; of a point, whether it is in the revision.
func (l *Lens) Knows(name string) bool {
	var err error
	switch record.CollectionOf(name) {
	case "plans":
		_, err = l.plan(name)
	case "revisions":
		_, err = l.revision(name)
	case "points":
		r, missing := l.revision(record.ParentOf(name))
		if missing != nil {
			return false
		}
		_, ok := r.Text.Point(record.IDOf(name))
		return ok
	default:
		_, err = l.Find(name)
	}
	return err == nil
}

// Sight is record.Sight by this package's rules.
func Sight(st *record.State, v Viewer, name string) bool {
	return New(st, v, time.Unix(0, record.Latest)).Knows(name)
}

// Watched has the lens tell of everything that its viewer comes to see as a mediator because a party entrusted it to them.
func (l *Lens) Watched(trusted func(owner, name string)) *Lens {
	c := *l
	c.trusted = trusted
	return &c
}

package record

import (
	"iter"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// Viewer is who looks at a negotiation, or writes to it. The zero Viewer is the public. Knowledge grows along two lines: what
// the public knows, everyone at the table knows; what is on the table, every party and every mediator knows.
type Viewer struct {
	Mediator bool   // sees what is entrusted to mediators
	Table    bool   // sees what is on the table
	Party    string // resource name of the party that the viewer speaks for; empty for none
}

// In tells whether a viewer is in an audience, given the party that the resource belongs to, if any. An audience that says
// nothing leaves it to the parent's.
func (v Viewer) In(a *parleyv1.Audience, owner string) bool {
	own := v.Party != "" && v.Party == owner
	switch a.GetLevel() {
	case parleyv1.Audience_LEVEL_UNSPECIFIED, parleyv1.Audience_LEVEL_PUBLIC:
		return true
	case parleyv1.Audience_LEVEL_TABLED:
		return v.Mediator || v.Table || v.Party != ""
	case parleyv1.Audience_LEVEL_SHARED:
		return v.Mediator || own || v.Party != "" && slices.Contains(a.GetParties(), v.Party)
	case parleyv1.Audience_LEVEL_MEDIATOR:
		return v.Mediator || own
	}
	return own
}

// Sight tells whether a viewer may know of a resource as it stands now, deleted or not. The lens has the one that counts.
type Sight func(st *State, v Viewer, name string) bool

// Viewers yields a viewer of every sort that there is in a negotiation: from the public, who know least, over the table to the
// mediators and each party.
func (s *State) Viewers() iter.Seq[Viewer] {
	return func(yield func(Viewer) bool) {
		for _, v := range []Viewer{{}, {Table: true}, {Mediator: true, Table: true}} {
			if !yield(v) {
				return
			}
		}
		for p := range s.Parties("", Latest) {
			if !yield(Viewer{Table: true, Party: p.GetName()}) {
				return
			}
		}
	}
}

// Through gives the state as somebody knows it who writes to it: commands find nothing in it that they may not know of.
func (s *State) Through(knows func(name string) bool) *State {
	c := *s
	c.knows = knows
	return &c
}

// hidden tells whether whoever writes may not know of a resource.
func (s *State) hidden(name string) bool { return s.knows != nil && !s.knows(name) }

// OwnerOf gives the party that a resource belongs to, which is always in its audience; empty for none. A revision belongs to
// the owner of its plan.
func (s *State) OwnerOf(m proto.Message) string {
	switch m := m.(type) {
	case *parleyv1.Party:
		return m.GetName()
	case *parleyv1.Demand:
		return ParentOf(m.GetName())
	case *parleyv1.Plan:
		return m.GetOwner()
	case *parleyv1.Revision:
		p, _ := s.plans.get(ParentOf(m.GetName()), Latest)
		return p.GetOwner()
	case *parleyv1.Stance:
		return m.GetParty()
	case *parleyv1.Claim:
		return m.GetParty()
	case *parleyv1.Assessment:
		return m.GetJudgeParty()
	case *parleyv1.Objection:
		return m.GetParty()
	case *parleyv1.Valuation:
		return m.GetParty()
	case *parleyv1.Member:
		return m.GetParty()
	}
	return ""
}

// keepAudience refuses to change an audience in passing: to narrow it is impossible, and to widen it is an act of its own.
func keepAudience(old, is *parleyv1.Audience, owner, path string) error {
	if proto.Equal(old, is) {
		return nil
	}
	for _, v := range viewersOf(owner, old, is) {
		if v.In(old, owner) && !v.In(is, owner) {
			return fault.AudienceNarrowed(path + ".audience")
		}
	}
	return fault.DisclosureNeeded(path + ".audience")
}

// viewersOf gives a viewer of every sort that audiences can tell apart.
func viewersOf(owner string, audiences ...*parleyv1.Audience) []Viewer {
	out := []Viewer{{}, {Table: true}, {Mediator: true, Table: true}, {Table: true, Party: owner}}
	for _, a := range audiences {
		for _, p := range a.GetParties() {
			out = append(out, Viewer{Table: true, Party: p})
		}
	}
	return out
}

// widened gives an audience that holds everyone of both.
func widened(old, more *parleyv1.Audience) *parleyv1.Audience {
	switch {
	case old.GetLevel() == parleyv1.Audience_LEVEL_UNSPECIFIED || old.GetLevel() > more.GetLevel():
		return old
	case old.GetLevel() == parleyv1.Audience_LEVEL_SHARED && more.GetLevel() == parleyv1.Audience_LEVEL_SHARED:
		both := proto.CloneOf(old)
		for _, p := range more.GetParties() {
			if !slices.Contains(both.GetParties(), p) {
				both.Parties = append(both.Parties, p)
			}
		}
		return both
	}
	return proto.CloneOf(more)
}

// confide gives what a delegate records without saying for whom to the mediators, and nobody else.
func confide(a *parleyv1.Audience, writer Viewer) *parleyv1.Audience {
	if writer.Party != "" && a.GetLevel() == parleyv1.Audience_LEVEL_UNSPECIFIED {
		return &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR}
	}
	return a
}

// privately is what stands between whom an id is reserved for and the rest of it.
const privately = "--"

// MediatorsOwn is the part before `--` of ids that are for mediators to choose.
const MediatorsOwn = "mediators"

// MayChoose tells whether a writer may choose an id. What comes before the first `--` in it is the id of a party, for the party
// and the mediators to use, or `mediators`; with `own--` after that it is for the party alone. Ids of confidential resources
// have to be such ones, so that nobody learns of one by finding its id taken. A party that is called `mediators` has none for
// itself.
func (v Viewer) MayChoose(id string) bool {
	party, rest, reserved := strings.Cut(id, privately)
	switch {
	case !reserved || v.Party != "" && IDOf(v.Party) == party && party != MediatorsOwn:
		return true
	case strings.HasPrefix(rest, "own"+privately):
		return false
	}
	return v.Mediator
}

// chosen gives the id of a new resource: the one that the caller chose, if it is one that they may, or a fresh one. This is
// checked before whether it is taken.
func (e Env) chosen(id, path string) (string, error) {
	switch {
	case id == "":
		return e.NewID(), nil
	case e.Sight != nil && !e.Writer.MayChoose(id):
		return "", fault.InvalidField(path, "id_reserved", "what stands before -- in an id is the party that it is reserved for")
	}
	return id, nil
}

package lens

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Guard checks what an entry would do to who knows what, given the states before and after it, before it is recorded:
//
//   - a writer changes what is theirs to change, and is in the audience of what they write;
//   - nobody who knew of a resource ceases to know of it;
//   - a resource names nothing that somebody in its audience may not know of;
//   - whether an id is taken tells nobody of a resource that they may not know of.
type Guard struct {
	before, after *record.State
	writer        Viewer
	lifts         bool // the server ends an embargo: whoever disclosed might write
}

// NewGuard makes a Guard of a write.
func NewGuard(before, after *record.State, writer Viewer) *Guard {
	return &Guard{before: before, after: after, writer: writer}
}

// LiftGuard makes a Guard of the end of an embargo, which the server writes.
func LiftGuard(before, after *record.State) *Guard {
	return &Guard{before: before, after: after, lifts: true}
}

// Check finds the first change that may not be. For the end of an embargo the fault's metadata `subject` names the resource.
func (g *Guard) Check(e *ledgerv1.Entry) error {
	for _, c := range e.GetChanges() {
		if err := g.check(c); err != nil {
			if !g.lifts {
				return err
			}
			f := *fault.Of(err)
			f.Meta = maps.Clone(f.Meta)
			if f.Meta == nil {
				f.Meta = map[string]string{}
			}
			f.Meta["subject"] = record.Subject(c)
			return &f
		}
	}
	return nil
}

func (g *Guard) check(c *ledgerv1.Change) error {
	name := record.Subject(c)
	m := subject(g.after, c)
	if m == nil {
		return nil
	}
	if err := g.authored(name, m); err != nil && !g.lifts {
		return err
	}
	if !g.lifts && !Sight(g.after, g.writer, name) {
		return fault.InvalidField("audience", "writer", "you would not be in the audience of %s yourself", name)
	}
	if d, ok := m.(*parleyv1.Disclosure); ok {
		if err := g.told(d); err != nil {
			return err
		}
	}
	if !g.existed(name) {
		if err := g.idTellsNothing(name); err != nil {
			return err
		}
	} else if err := g.knowledgeStays(name); err != nil {
		return err
	}
	return g.namesNothingHidden(name, m, c)
}

// subject gives the value of a resource that a change is of.
func subject(st *record.State, c *ledgerv1.Change) proto.Message {
	if r, ok := c.GetChange().(*ledgerv1.Change_RevisionAudience); ok {
		found, _ := st.Revision(r.RevisionAudience.GetRevision(), record.Latest)
		return found.Msg
	}
	if r, ok := c.GetChange().(*ledgerv1.Change_Revision); ok {
		return r.Revision.GetRevision()
	}
	m := c.ProtoReflect()
	fd := m.WhichOneof(m.Descriptor().Oneofs().ByName("change"))
	if fd == nil || m.Get(fd).Message().Descriptor().ParentFile().Package() != "parley.v1" {
		return nil
	}
	return m.Get(fd).Message().Interface()
}

func (g *Guard) existed(name string) bool {
	return g.before.Stored(name) != nil
}

// authored checks that the writer may write a resource as it was and as it will be: mediators everything, a delegate what is
// their own party's, an analyst assessments that are nobody else's.
func (g *Guard) authored(name string, m proto.Message) error {
	if g.writer.Mediator {
		return nil
	}
	if d, ok := m.(*parleyv1.Disclosure); ok {
		for _, told := range d.GetResources() {
			if err := g.owned(told); err != nil {
				return err
			}
		}
		return nil
	}
	if c, ok := m.(*parleyv1.Claim); ok {
		if only, err := g.responds(c); err != nil || only {
			return err
		}
	}
	if g.existed(name) {
		if err := g.owned(name); err != nil {
			return err
		}
	}
	return g.mine(m, g.after)
}

// responds checks that the writer gives or takes back no response to a claim but their own party's, and tells whether that is
// all that they do: they may respond to another's claim.
func (g *Guard) responds(is *parleyv1.Claim) (only bool, err error) {
	was, _ := g.before.Stored(is.GetName()).(*parleyv1.Claim)
	for _, each := range [][2]*parleyv1.Claim{{was, is}, {is, was}} {
		for _, r := range each[0].GetResponses() {
			stays := slices.ContainsFunc(each[1].GetResponses(), func(other *parleyv1.Claim_Response) bool { return proto.Equal(r, other) })
			if !stays && r.GetParty() != g.writer.Party {
				return false, fault.Denied("a response is for the party that gives it, and for mediators, to record")
			}
		}
	}
	if was == nil {
		return false, nil
	}
	before, after := proto.CloneOf(was), proto.CloneOf(is)
	for _, c := range []*parleyv1.Claim{before, after} {
		c.Responses, c.Etag, c.UpdateTime = nil, "", nil
	}
	return proto.Equal(before, after), nil
}

// owned checks that a resource that exists belongs to the writer.
func (g *Guard) owned(name string) error {
	return g.mine(g.before.Stored(name), g.before)
}

func (g *Guard) mine(m proto.Message, st *record.State) error {
	_, assessment := m.(*parleyv1.Assessment)
	owner := st.OwnerOf(m)
	switch {
	case g.writer.Party != "" && owner == g.writer.Party:
		return nil
	case g.writer.Party == "" && g.writer.Table && assessment && owner == "":
		return nil
	case g.writer.Party != "":
		return fault.Denied("a delegate writes what is their own party's")
	}
	return fault.Denied("writing this is for mediators and the party that it belongs to")
}

// knowledgeStays checks that everybody who knew of a resource knows of it still.
func (g *Guard) knowledgeStays(name string) error {
	if Sight(g.after, Viewer{}, name) {
		return nil
	}
	for v := range g.after.Viewers() {
		if Sight(g.before, v, name) && !Sight(g.after, v, name) {
			return fault.AudienceNarrowed("audience")
		}
	}
	return nil
}

// told checks that a disclosure reaches those that it is to reach, when it takes effect: they may have to be told more.
func (g *Guard) told(d *parleyv1.Disclosure) error {
	if d.GetEffectTime() == nil {
		return nil
	}
	for _, name := range d.GetResources() {
		if slices.Contains(d.GetHeldBack(), name) {
			continue
		}
		owner := g.after.OwnerOf(g.after.Stored(name))
		for v := range g.after.Viewers() {
			if v.In(d.GetAudience(), owner) && !Sight(g.after, v, name) {
				return fault.DisclosureUnheard("disclosure.resources", name)
			}
		}
	}
	return nil
}

// idTellsNothing checks that nobody who may write in the same place can come upon the id of a new resource that they may not
// know of: made by the server it is too random for that, and otherwise it must be one that they may not choose.
func (g *Guard) idTellsNothing(name string) error {
	id, parent := record.IDOf(name), record.ParentOf(name)
	if parent == "" || madeByServer(id) {
		return nil
	}
	for v := range g.after.Viewers() {
		mayWrite := v.Table // the public may not
		if mayWrite && v.MayChoose(id) && Sight(g.after, v, parent) && !Sight(g.after, v, name) {
			return fault.InvalidField(idField(name), "id_confidential",
				"could be chosen by somebody who may not know of this; leave it to the server, or begin it with %q", g.prefix(name))
		}
	}
	return nil
}

// prefix suggests what the id of a confidential resource may begin with.
func (g *Guard) prefix(name string) string {
	owner := g.after.OwnerOf(g.after.Stored(name))
	switch {
	case owner == "":
		return record.MediatorsOwn + "--"
	case !Sight(g.after, Viewer{Mediator: true, Table: true}, name):
		return record.IDOf(owner) + "--own--"
	}
	return record.IDOf(owner) + "--"
}

// madeByServer tells whether an id looks like those of the server: an x and 80 random bits or more. Whoever chooses such a one
// finds one that is taken by no better luck.
func madeByServer(id string) bool {
	return len(id) >= 17 && id[0] == 'x' && strings.Trim(id[1:], "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// idField gives the name of the field that brings the id of a resource.
func idField(name string) string {
	singular := map[string]string{
		"parties": "party", "demands": "demand", "plans": "plan", "revisions": "revision", "stances": "stance", "claims": "claim",
		"events": "event", "sources": "source", "assessments": "assessment", "objections": "objection", "valuations": "valuation", "disclosures": "disclosure",
	}
	return singular[record.CollectionOf(name)] + "_id"
}

// namesNothingHidden checks that whoever may know of a resource may know of what it names.
func (g *Guard) namesNothingHidden(name string, m proto.Message, c *ledgerv1.Change) error {
	for v := range g.readers(name) {
		if err := g.knowsReferences(v, m, ""); err != nil {
			return err
		}
		if r, ok := c.GetChange().(*ledgerv1.Change_Revision); ok {
			if err := g.knowsReferencesOfText(v, r.Revision); err != nil {
				return err
			}
		}
	}
	return nil
}

// knowsReferences checks that a viewer may know of what a message names, but for the parents of a revision, which are shown to
// each viewer as they know them, and what a disclosure holds back, which is seen by those who know of all it tells.
func (g *Guard) knowsReferences(v Viewer, m proto.Message, path string) (err error) {
	record.EachReference(m, path, func(name, path string) {
		path = strings.TrimPrefix(path, ".")
		if err == nil && !strings.HasPrefix(path, "parents[") && !strings.HasPrefix(path, "held_back[") && !Sight(g.after, v, name) {
			err = fault.AudienceTooWide(path, name)
		}
	})
	return err
}

// readers yields those in the audience of a resource who know least: what they may know of, everybody else may.
func (g *Guard) readers(name string) func(func(Viewer) bool) {
	return func(yield func(Viewer) bool) {
		for v := range g.after.Viewers() {
			if !Sight(g.after, v, name) {
				continue
			}
			if !yield(v) || !v.Mediator && v.Party == "" {
				return
			}
		}
	}
}

// knowsReferencesOfText checks the points that a new revision changed; if a viewer may not know of a parent, all of them.
func (g *Guard) knowsReferencesOfText(v Viewer, c *ledgerv1.RevisionChange) error {
	r, _ := g.after.Revision(c.GetRevision().GetName(), record.Latest)
	if (&Lens{st: g.after, viewer: v, at: record.Latest}).passes(r) {
		for p := range r.Text.Points() {
			if err := g.knowsReferences(v, p, "points."+p.GetId()); err != nil {
				return err
			}
		}
		return nil
	}
	for _, d := range c.GetDeltas() {
		if err := g.knowsReferences(v, d.GetPoint(), "points."+d.GetPoint().GetId()); err != nil {
			return err
		}
	}
	return nil
}

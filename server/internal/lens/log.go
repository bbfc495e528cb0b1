package lens

import (
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Entry shows an entry of the log to a viewer: the changes that they may know of, each with the resource as the entry left
// it. nil stands for none at all.
func Entry(st *record.State, viewer Viewer, e *ledgerv1.Entry, trusted func(owner, name string)) *parleyv1.Entry {
	at := time.Unix(0, e.GetTime())
	before, after := New(st, viewer, at.Add(-1)), New(st, viewer, at).Watched(trusted)
	var changes []*parleyv1.Change
	for _, c := range e.GetChanges() {
		if change := after.change(before, c); change != nil {
			changes = append(changes, change)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return &parleyv1.Entry{
		Name: record.EntryName(record.NegotiationOf(changes[0].GetResource()), at), CreateTime: timestamppb.New(at),
		Actor: e.GetActor(), Method: e.GetMethod(), Changes: changes,
	}
}

// change shows a change to the viewer, given what they saw before it; nil if it is not for them to know.
func (l *Lens) change(before *Lens, c *ledgerv1.Change) *parleyv1.Change {
	name := record.Subject(c)
	is, err := l.Find(name)
	if err != nil {
		return nil
	}
	out := &parleyv1.Change{Action: parleyv1.Change_ACTION_UPDATED, Resource: name}
	was, err := before.Find(name)
	switch deleted := isDeleted(is); {
	case err != nil:
		out.Action = parleyv1.Change_ACTION_CREATED
	case deleted && !isDeleted(was):
		out.Action = parleyv1.Change_ACTION_DELETED
	case !deleted && isDeleted(was):
		out.Action = parleyv1.Change_ACTION_UNDELETED
	}
	put(out, is)
	if r, ok := is.(*parleyv1.Revision); ok {
		stored, _ := l.st.Revision(r.GetName(), l.at)
		out.ChangedPoints = l.Changed(stored)
	}
	return out
}

func isDeleted(m Resource) bool {
	d, ok := m.(deletable)
	return ok && d.GetDeleteTime() != nil
}

// put makes a resource the value of a change.
func put(c *parleyv1.Change, m Resource) {
	switch m := m.(type) {
	case *parleyv1.Negotiation:
		c.Value = &parleyv1.Change_Negotiation{Negotiation: m}
	case *parleyv1.Party:
		c.Value = &parleyv1.Change_Party{Party: m}
	case *parleyv1.Demand:
		c.Value = &parleyv1.Change_Demand{Demand: m}
	case *parleyv1.Plan:
		c.Value = &parleyv1.Change_Plan{Plan: m}
	case *parleyv1.Revision:
		c.Value = &parleyv1.Change_Revision{Revision: m}
	case *parleyv1.Stance:
		c.Value = &parleyv1.Change_Stance{Stance: m}
	case *parleyv1.Claim:
		c.Value = &parleyv1.Change_Claim{Claim: m}
	case *parleyv1.Event:
		c.Value = &parleyv1.Change_Event{Event: m}
	case *parleyv1.Source:
		c.Value = &parleyv1.Change_Source{Source: m}
	case *parleyv1.Assessment:
		c.Value = &parleyv1.Change_Assessment{Assessment: m}
	case *parleyv1.Objection:
		c.Value = &parleyv1.Change_Objection{Objection: m}
	case *parleyv1.Valuation:
		c.Value = &parleyv1.Change_Valuation{Valuation: m}
	case *parleyv1.Disclosure:
		c.Value = &parleyv1.Change_Disclosure{Disclosure: m}
	}
}

// KindOf tells the kind of resource that a change is of. Kinds are called like the fields of the value.
func KindOf(c *parleyv1.Change) parleyv1.ResourceKind {
	m := c.ProtoReflect()
	if fd := m.WhichOneof(m.Descriptor().Oneofs().ByName("value")); fd != nil {
		return parleyv1.ResourceKind(parleyv1.ResourceKind_value["RESOURCE_KIND_"+strings.ToUpper(string(fd.Name()))])
	}
	return parleyv1.ResourceKind_RESOURCE_KIND_UNSPECIFIED
}

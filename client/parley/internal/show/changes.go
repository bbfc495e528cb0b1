package show

import (
	"strings"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Entries writes a stretch of the log.
func (p Page) Entries(list []*parleyv1.Entry) string {
	if len(list) == 0 {
		return p.style(faint, "nothing was recorded") + "\n"
	}
	var b strings.Builder
	for _, e := range list {
		b.WriteString(p.Entry(e))
	}
	return b.String()
}

// fewChanges is how many changes of one entry are told one by one.
const fewChanges = 10

// Entry writes one entry of the log: when, who, and what became of which resource.
func (p Page) Entry(e *parleyv1.Entry) string {
	head := e.GetCreateTime().AsTime().UTC().Format(time.DateOnly+" "+time.TimeOnly) + "  " + e.GetActor() + "  " + e.GetMethod()
	var b strings.Builder
	b.WriteString(p.style(faint, head) + "\n")
	for i, c := range e.GetChanges() {
		if i == fewChanges && len(e.GetChanges()) > fewChanges+1 {
			b.WriteString("  … and " + itoa(len(e.GetChanges())-i) + " more\n")
			break
		}
		b.WriteString(wrap(p.change(c), p.width(), "  "))
	}
	return b.String()
}

// change tells what happened to a resource: "created  stances/ua-v8-whole: reserve".
func (p Page) change(c *parleyv1.Change) string {
	name := c.GetResource()
	if parts := strings.SplitN(name, "/", 3); len(parts) == 3 {
		name = parts[2]
	}
	text := pad(lower(c.GetAction().String(), "ACTION_"), 11) + p.style(bold, name)
	if about := gist(c); about != "" {
		text += ": " + oneLine(about)
	}
	return text
}

// gist says in a few words what a resource is.
func gist(c *parleyv1.Change) string {
	switch m := c.GetValue().(type) {
	case *parleyv1.Change_Negotiation:
		return m.Negotiation.GetDisplayName()
	case *parleyv1.Change_Party:
		return m.Party.GetDisplayName()
	case *parleyv1.Change_Demand:
		if m.Demand.GetWithheld() {
			return "(withheld)"
		}
		return m.Demand.GetStatement()
	case *parleyv1.Change_Plan:
		return m.Plan.GetDisplayName()
	case *parleyv1.Change_Revision:
		return strings.TrimPrefix(m.Revision.GetDisplayName()+", ", ", ") + plural(len(c.GetChangedPoints()), "point changed", "points changed")
	case *parleyv1.Change_Stance:
		return ID(m.Stance.GetParty()) + " " + lower(m.Stance.GetValue().String(), "VALUE_") + unlessStanding(m.Stance.GetWithdrawn()) + " on " + target(m.Stance)
	case *parleyv1.Change_Claim:
		return statement(m.Claim)
	case *parleyv1.Change_Event:
		return m.Event.GetDisplayName()
	case *parleyv1.Change_Source:
		return m.Source.GetDisplayName()
	case *parleyv1.Change_Assessment:
		return lower(m.Assessment.GetVerdict().String(), "VERDICT_") + " " + ID(m.Assessment.GetDemand())
	case *parleyv1.Change_Valuation:
		return ID(m.Valuation.GetParty()) + " of " + RevisionID(m.Valuation.GetRevision())
	case *parleyv1.Change_Objection:
		return ID(m.Objection.GetParty()) + unlessStanding(m.Objection.GetWithdrawn()) + ": " + m.Objection.GetReason()
	}
	return ""
}

func unlessStanding(withdrawn bool) string {
	if withdrawn {
		return " (withdrawn)"
	}
	return ""
}

// Token writes where to go on with a watch.
func Token(token string) string { return "  --from " + token + "\n" }

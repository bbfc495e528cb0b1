package record

import (
	"fmt"
	"strings"
	"time"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
)

// DirectoryLog is the log of server-wide facts. No negotiation can bear its name: ids start with a letter.
const DirectoryLog = "_server"

// NegotiationOf gives the name of the negotiation that a resource belongs to: `negotiations/x/parties/y` is in
// `negotiations/x`.
func NegotiationOf(name string) string { return segments(name, 2) }

// ParentOf gives the name of the resource that another stands under.
func ParentOf(name string) string {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return ""
	}
	if i = strings.LastIndexByte(name[:i], '/'); i < 0 {
		return ""
	}
	return name[:i]
}

// CollectionOf gives the part of a name before the id: "parties" of `negotiations/x/parties/y`.
func CollectionOf(name string) string {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return ""
	}
	return IDOf(name[:i])
}

// IDOf gives the last part of a name.
func IDOf(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// segments gives the first n parts of a name.
func segments(name string, n int) string {
	for i := range len(name) {
		if name[i] == '/' {
			if n--; n == 0 {
				return name[:i]
			}
		}
	}
	return name
}

// splitPointName splits `…/revisions/r/points/p` into the revision's name and the point's id.
func splitPointName(name string) (revision, point string) {
	return ParentOf(name), IDOf(name)
}

// EntryName names the entry of a log that was made at a moment. Names are in the order of the log.
func EntryName(negotiation string, at time.Time) string {
	at = at.UTC()
	return fmt.Sprintf("%s/entries/t%s-%09d", negotiation, at.Format(entryTime), at.Nanosecond())
}

const entryTime = "20060102-150405"

// EntryTime tells the moment of the entry of that name; false if no entry has such a name.
func EntryTime(name string) (time.Time, bool) {
	id := strings.TrimPrefix(IDOf(name), "t")
	i := strings.LastIndexByte(id, '-')
	if i < 0 {
		return time.Time{}, false
	}
	at, err := time.Parse(entryTime+".000000000", id[:i]+"."+id[i+1:])
	return at, err == nil && EntryName(NegotiationOf(name), at) == name
}

// Subject names the resource that a stored change is of.
func Subject(c *ledgerv1.Change) string {
	switch c := c.GetChange().(type) {
	case *ledgerv1.Change_Negotiation:
		return c.Negotiation.GetName()
	case *ledgerv1.Change_Party:
		return c.Party.GetName()
	case *ledgerv1.Change_Demand:
		return c.Demand.GetName()
	case *ledgerv1.Change_Plan:
		return c.Plan.GetName()
	case *ledgerv1.Change_Stance:
		return c.Stance.GetName()
	case *ledgerv1.Change_Revision:
		return c.Revision.GetRevision().GetName()
	case *ledgerv1.Change_Claim:
		return c.Claim.GetName()
	case *ledgerv1.Change_Event:
		return c.Event.GetName()
	case *ledgerv1.Change_Source:
		return c.Source.GetName()
	case *ledgerv1.Change_Assessment:
		return c.Assessment.GetName()
	case *ledgerv1.Change_Objection:
		return c.Objection.GetName()
	case *ledgerv1.Change_Valuation:
		return c.Valuation.GetName()
	case *ledgerv1.Change_Disclosure:
		return c.Disclosure.GetName()
	case *ledgerv1.Change_RevisionAudience:
		return c.RevisionAudience.GetRevision()
	case *ledgerv1.Change_Member:
		return c.Member.GetName()
	case *ledgerv1.Change_Token:
		return c.Token.GetToken().GetName()
	case *ledgerv1.Change_Access:
		return c.Access.GetName()
	}
	return ""
}

// oneString makes the names of a list parts of one string, which it gives: one name a line. Apart they would each take memory of
// their own.
func oneString(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	all := strings.Join(names, "\n")
	copy(names, lines(all))
	return all
}

// lines is the inverse: the names of which there is one a line.
func lines(all string) []string {
	if all == "" {
		return nil
	}
	return strings.Split(all, "\n")
}

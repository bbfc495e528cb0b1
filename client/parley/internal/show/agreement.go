package show

import (
	"fmt"
	"strconv"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Agreement writes whether a revision is agreed, and what is missing.
func (p Page) Agreement(m *parleyv1.Agreement) string {
	var b strings.Builder
	b.WriteString(p.style(bold, RevisionID(m.GetRevision())) + ": ")
	switch {
	case !m.GetClosed():
		b.WriteString("not agreed\n")
	case m.GetProvisional():
		b.WriteString("agreed " + level(m.GetLevel()) + ", provisionally\n")
	default:
		b.WriteString("agreed " + level(m.GetLevel()) + "\n")
	}
	var rows [][]string
	for _, each := range m.GetPoints() {
		rows = append(rows, []string{each.GetLabel(), each.GetPoint(), pointState(each), missing(each)})
	}
	b.WriteString("\n" + p.Table([]string{"NO", "POINT", "STATE", "MISSING"}, rows))
	p.hanging(&b, m)
	p.wouldClose(&b, m)
	return b.String()
}

// hanging writes the stances that hang on others, what cannot all be, and what a change would break.
func (p Page) hanging(b *strings.Builder, m *parleyv1.Agreement) {
	var rows [][]string
	for _, c := range m.GetConditionals() {
		state := "holds"
		if !c.GetHolds() {
			state = "does not hold: " + unmet(c.GetUnmet())
		} else if c.GetWouldBreak() {
			state = "holds, and would break"
		}
		on := strings.Join(c.GetPoints(), ", ")
		if c.GetPackage() {
			on = "{" + on + "} or none"
		}
		rows = append(rows, []string{ID(c.GetStance()), ID(c.GetParty()), on, state})
	}
	if len(rows) > 0 {
		b.WriteString("\n" + p.Table([]string{"HANGS ON OTHERS", "PARTY", "POINTS", "NOW"}, rows))
	}
	for _, c := range m.GetConflicts() {
		text := "cannot all be: each is to be agreed before the next and the last before the first"
		if c.GetKind() == parleyv1.Agreement_Conflict_KIND_WORDINGS {
			text = "cannot all be: different wordings are required of it"
		}
		b.WriteString("\n" + wrap(strings.Join(c.GetPoints(), " → ")+" "+text+" ("+idsOf(c.GetStances())+")", p.width(), "  "))
	}
	if len(m.GetWouldOpen()) > 0 {
		b.WriteString("\n" + wrap("would be open again: "+strings.Join(m.GetWouldOpen(), ", "), p.width(), "  "))
	}
}

// wouldClose writes the fewest changes that would close the plan.
func (p Page) wouldClose(b *strings.Builder, m *parleyv1.Agreement) {
	c := m.GetClosing()
	if c == nil {
		return
	}
	if c.GetUnattainable() {
		b.WriteString("\nNothing would close it: the rule asks for more consents than there are parties.\n")
		return
	}
	fmt.Fprintf(b, "\nFewest changes that would close it: %d", len(c.GetChanges()))
	if !c.GetOptimal() {
		fmt.Fprintf(b, " (perhaps fewer, at least %d)", c.GetLowerBound())
	}
	b.WriteString("\n")
	byParty := map[string][]string{}
	var order []string
	for _, each := range c.GetChanges() {
		if byParty[each.GetParty()] == nil {
			order = append(order, each.GetParty())
		}
		byParty[each.GetParty()] = append(byParty[each.GetParty()], each.GetPoint())
	}
	for _, party := range order {
		b.WriteString(wrap("  "+ID(party)+" accepts "+strings.Join(byParty[party], ", "), p.width(), "    "))
		b.WriteString("\n")
	}
	if len(c.GetNeedsText()) > 0 {
		b.WriteString(wrap("and, as stances cannot settle them, words for "+strings.Join(c.GetNeedsText(), ", "), p.width(), "  ") + "\n")
	}
}

func pointState(m *parleyv1.Agreement_PointAgreement) string {
	state := said(m.GetState().String(), "STATE_")
	if m.GetState() == parleyv1.Agreement_PointAgreement_STATE_AGREED {
		state += " " + level(m.GetLevel())
	}
	return state
}

func level(l parleyv1.Stance_Level) string {
	switch l {
	case parleyv1.Stance_LEVEL_CAPITAL:
		return "by capitals"
	case parleyv1.Stance_LEVEL_AD_REFERENDUM:
		return "ad referendum"
	}
	return "in principle"
}

// missing tells whose consent a point lacks, and why.
func missing(m *parleyv1.Agreement_PointAgreement) string {
	var out []string
	for _, each := range m.GetMissing() {
		why := said(each.GetCause().String(), "CAUSE_")
		if len(each.GetUnmet()) > 0 {
			why = unmet(each.GetUnmet())
		}
		out = append(out, ID(each.GetParty())+" ("+why+")")
	}
	text := strings.Join(out, ", ")
	if n := int(m.GetMissingCount()); n > 0 && n < len(out) {
		text = strconv.Itoa(n) + " of " + text
	}
	return text
}

// unmet tells what does not hold.
func unmet(list []*parleyv1.Unmet) string {
	var out []string
	for _, u := range list {
		switch u.GetCause() {
		case parleyv1.Unmet_CAUSE_OTHER_WORDING:
			text := u.GetPoint() + " has other words"
			if u.GetChangedBy() != "" {
				text += " since " + RevisionID(u.GetChangedBy())
			}
			out = append(out, text)
		case parleyv1.Unmet_CAUSE_NOT_AGREED:
			out = append(out, u.GetPoint()+" is not agreed")
		case parleyv1.Unmet_CAUSE_NOT_AGREED_FIRST:
			out = append(out, u.GetPoint()+" is not agreed first")
		default:
			out = append(out, u.GetPoint()+" has no words")
		}
	}
	return strings.Join(out, "; ")
}

func idsOf(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = ID(n)
	}
	return strings.Join(out, ", ")
}

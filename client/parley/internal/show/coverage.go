package show

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Coverage writes whose demands a revision reflects: party by party how much, and demand by demand why.
func (p Page) Coverage(c *parleyv1.Coverage, r *parleyv1.Revision) string {
	var b strings.Builder
	b.WriteString(p.style(bold, RevisionID(c.GetRevision())) + "  " + cmp.Or(r.GetDisplayName(), "untitled") + "\n")
	if len(c.GetParties()) == 0 {
		b.WriteString("Nobody's demands are on record.\n")
	}
	for _, s := range c.GetParties() {
		b.WriteString("\n" + wrap(p.style(bold, ID(s.GetParty()))+"  "+shareInWords(s), p.width(), ""))
		var rows [][]string
		for _, row := range c.GetRows() {
			if partyOf(row.GetDemand().GetName()) == ID(s.GetParty()) {
				rows = append(rows, []string{
					ID(row.GetDemand().GetName()), said(row.GetDemand().GetStrength().String(), "STRENGTH_"),
					verdicts(row.GetVerdict(), row.GetLow(), row.GetHigh()), judgements(row.GetJudgements()),
				})
			}
		}
		b.WriteString(p.Table([]string{"DEMAND", "STRENGTH", "VERDICT", "JUDGED"}, rows))
	}
	return b.String()
}

// shareInWords writes how much of a party's demands is met, and how many are breached or unknown.
func shareInWords(s *parleyv1.Coverage_Share) string {
	text := percents(s) + " of " + plural(int(s.GetDemandCount()), "demand", "demands")
	if s.GetDemandCount() > 0 {
		text += " met by weight"
	}
	for _, n := range []struct {
		names []string
		word  string
	}{{s.GetBreached(), "breached"}, {s.GetDisputedBreaches(), "breached to some"}, {s.GetUnknown(), "unknown"}} {
		if len(n.names) > 0 {
			text += ", " + itoa(len(n.names)) + " " + n.word
		}
	}
	return text
}

// percents writes the band of a share: "25 %", "12–40 %".
func percents(s *parleyv1.Coverage_Share) string {
	low, high := itoa(int(math.Round(s.GetLow()*100))), itoa(int(math.Round(s.GetHigh()*100)))
	if low == high {
		return low + " %"
	}
	return low + "–" + high + " %"
}

// Balance writes how much of each party's demands is met at each revision of a series, and who gained and lost from one to
// the next. Where the series is too long for the page, it is written under itself.
func (p Page) Balance(c *parleyv1.CompareBalanceResponse) string {
	headings := []string{"REVISION"}
	for _, s := range c.GetParties() {
		headings = append(headings, strings.ToUpper(ID(s.GetParty())))
	}
	var rows [][]string
	for i, revision := range c.GetRevisions() {
		row := []string{RevisionID(revision)}
		for _, s := range c.GetParties() {
			row = append(row, percents(s.GetShares()[i]))
		}
		rows = append(rows, row)
	}
	var b strings.Builder
	b.WriteString(p.Table(headings, rows))
	for _, s := range c.GetSteps() {
		b.WriteString("\n" + p.style(bold, RevisionID(s.GetBase())+" → "+RevisionID(s.GetRevision())) + "\n")
		if len(s.GetMovements()) == 0 {
			b.WriteString("Nobody is known to have gained or lost.\n")
			continue
		}
		b.WriteString(p.movements(s.GetMovements()))
	}
	return b.String()
}

func (p Page) movements(list []*parleyv1.CompareBalanceResponse_Movement) string {
	var b strings.Builder
	for _, m := range list {
		b.WriteString(wrap(ID(m.GetParty())+" "+direction(m.GetDirection())+rise(m), p.width(), ""))
		var rows [][]string
		for _, s := range m.GetShifts() {
			rows = append(rows, []string{
				"  " + ID(s.GetDemand()), direction(s.GetDirection()),
				band(s.GetLowBefore(), s.GetHighBefore(), s.GetJudgementsBefore()) + " → " + band(s.GetLowAfter(), s.GetHighAfter(), s.GetJudgementsAfter()),
				judgements(s.GetJudgementsAfter()),
			})
		}
		b.WriteString(p.Table([]string{"  DEMAND", "", "VERDICT", "JUDGED NOW"}, rows))
	}
	return b.String()
}

// rise writes by how much a share rose: "by 20 %", "by −10 to +40 %".
func rise(m *parleyv1.CompareBalanceResponse_Movement) string {
	least, most := math.Round(m.GetLeast()*100), math.Round(m.GetMost()*100)
	sign := func(v float64) string { return strings.Replace(fmt.Sprintf("%+.0f", v), "-", "−", 1) }
	if least == most {
		return ": " + sign(least) + " %"
	}
	return ": " + sign(least) + " to " + sign(most) + " %"
}

func direction(d parleyv1.CompareBalanceResponse_Direction) string {
	if d == parleyv1.CompareBalanceResponse_DIRECTION_UNSPECIFIED {
		return "as before"
	}
	return lower(d.String(), "DIRECTION_")
}

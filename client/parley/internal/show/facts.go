package show

import (
	"strconv"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Sources writes a list of sources.
func (p Page) Sources(list []*parleyv1.Source) string {
	var rows [][]string
	for _, m := range list {
		var gaps []string
		for _, g := range m.GetGaps() {
			gaps = append(gaps, lower(g.String(), "GAP_"))
		}
		rows = append(rows, []string{
			listed(m), m.GetTag(), said(m.GetKind().String(), "KIND_"), When(m.GetPublicTime()), strings.Join(gaps, ", "), m.GetDisplayName(),
		})
	}
	return confided(p, list, []string{"SOURCE", "TAG", "KIND", "PUBLISHED", "MISSING", "TITLE"}, rows)
}

// Events writes a list of events.
func (p Page) Events(list []*parleyv1.Event) string {
	var rows [][]string
	for _, m := range list {
		rows = append(rows, []string{
			listed(m), When(m.GetHeldTime()), said(m.GetKind().String(), "KIND_"), said(m.GetStatus().String(), "STATUS_"), place(m), m.GetDisplayName(),
		})
	}
	return confided(p, list, []string{"EVENT", "WHEN", "KIND", "STATUS", "WHERE", "WHAT"}, rows)
}

// place tells where an event is, or that this is not known.
func place(m *parleyv1.Event) string {
	for _, u := range m.GetUnknowns() {
		if u == parleyv1.Event_UNKNOWN_PLACE {
			return "unknown"
		}
	}
	return m.GetPlace()
}

// Claims writes a list of claims.
func (p Page) Claims(list []*parleyv1.Claim) string {
	var rows [][]string
	for _, m := range list {
		who := ID(m.GetParty())
		if who == "" {
			who = m.GetAttribution().GetSpeaker()
		}
		text := statement(m)
		for _, more := range []string{kindOfClaim(m), responses(m)} {
			if more != "" {
				text += " · " + more
			}
		}
		rows = append(rows, []string{listed(m), who, When(m.GetSaidTime()), text + sourced(m.GetAttribution())})
	}
	return confided(p, list, []string{"CLAIM", "BY", "SAID", "STATEMENT"}, rows)
}

// kindOfClaim tells what a claim is where it is no plain fact, and whether it was taken back.
func kindOfClaim(m *parleyv1.Claim) string {
	kind := said(m.GetKind().String(), "KIND_")
	if m.GetKind() == parleyv1.Claim_KIND_FACT {
		kind = ""
	}
	if m.GetWithdrawn() {
		kind = strings.TrimPrefix(kind+", withdrawn", ", ")
	}
	return kind
}

// responses tells who says what to a claim, and what they claim in its place: "disputed by ukraine (pokrovsk-held)".
func responses(m *parleyv1.Claim) string {
	verbs := map[parleyv1.Claim_Response_Kind]string{
		parleyv1.Claim_Response_KIND_CONFIRMS: "confirmed by ",
		parleyv1.Claim_Response_KIND_DISPUTES: "disputed by ",
		parleyv1.Claim_Response_KIND_DECLINES: "not answered by ",
	}
	var out []string
	for _, r := range m.GetResponses() {
		who := ID(r.GetParty())
		if who == "" {
			who = r.GetAttribution().GetSpeaker()
		}
		text := verbs[r.GetKind()] + who
		if r.GetCounterClaim() != "" {
			text += " (" + ID(r.GetCounterClaim()) + ")"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// statement gives what is asserted, with what it reports and who keeps it to themselves.
func statement(m *parleyv1.Claim) string {
	text := m.GetStatement()
	if q := Quantity(m.GetQuantity()); q != "" {
		text += " [" + q + "]"
	}
	if m.GetReports() != "" {
		text += " (reports " + ID(m.GetReports()) + ")"
	}
	if len(m.GetWithheldBy()) > 0 {
		var who []string
		for _, party := range m.GetWithheldBy() {
			who = append(who, ID(party))
		}
		text += " (withheld by " + strings.Join(who, ", ") + ")"
	}
	return text
}

// Quantity writes a number with its bound: "≥ 19 percent".
func Quantity(q *parleyv1.Claim_Quantity) string {
	if q == nil {
		return ""
	}
	number := grouped(strconv.FormatFloat(q.GetValue(), 'f', -1, 64))
	switch q.GetBound() {
	case parleyv1.Claim_Quantity_BOUND_VAGUE:
		return "“" + q.GetRaw() + "”"
	case parleyv1.Claim_Quantity_BOUND_AT_LEAST:
		number = "≥ " + number
	case parleyv1.Claim_Quantity_BOUND_AT_MOST:
		number = "≤ " + number
	case parleyv1.Claim_Quantity_BOUND_ABOUT:
		number = "about " + number
	}
	switch q.GetMeasure() {
	case parleyv1.Claim_Quantity_MEASURE_CHANGE:
		number = "change: " + number
	case parleyv1.Claim_Quantity_MEASURE_RANK:
		number = "rank " + number
	}
	number = strings.TrimSpace(number + " " + q.GetUnit())
	if since := When(q.GetSince()); since != "" {
		number += " since " + since
	}
	if at := When(q.GetAt()); at != "" {
		number += ", " + at
	}
	return number
}

// grouped parts the digits of a number before the point by thousands: "1,200,000".
func grouped(number string) string {
	whole, rest, _ := strings.Cut(number, ".")
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		return whole + "." + rest
	}
	return whole
}

// Assessments writes a list of assessments, each with the words that decide, the reason and the source.
func (p Page) Assessments(list []*parleyv1.Assessment) string {
	var rows [][]string
	for _, m := range list {
		judge := ID(m.GetJudgeParty())
		if judge == "" {
			judge = m.GetJudge()
		}
		text := partyOf(m.GetDemand()) + "/" + ID(m.GetDemand()) + " in " + RevisionID(m.GetRevision())
		if m.GetWords() != "" {
			text += " by “" + m.GetWords() + "”"
		}
		if m.GetPoint() != "" {
			text += " in " + ID(m.GetPoint())
		}
		if m.GetReason() != "" {
			text += ": " + m.GetReason()
		}
		rows = append(rows, []string{listed(m), lower(m.GetVerdict().String(), "VERDICT_"), judge, text + sourced(m.GetAttribution())})
	}
	return confided(p, list, []string{"ASSESSMENT", "VERDICT", "JUDGE", "DEMAND, AND WHY"}, rows)
}

// Objections writes a list of objections.
func (p Page) Objections(list []*parleyv1.Objection) string {
	var rows [][]string
	for _, m := range list {
		state := "stands"
		if m.GetWithdrawn() {
			state = "withdrawn"
		}
		revision, point, _ := strings.Cut(m.GetPoint(), "/points/")
		rows = append(rows, []string{listed(m), ID(m.GetParty()), state, RevisionID(revision) + "/" + point, m.GetReason()})
	}
	return confided(p, list, []string{"OBJECTION", "PARTY", "STATE", "TO THE CHANGE OF", "BECAUSE"}, rows)
}

package show

import (
	"strconv"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// reasonWords say in front of names of parties what a reason is.
var reasonWords = map[parleyv1.StickingPoint_Reason_Kind]string{
	parleyv1.StickingPoint_Reason_KIND_BLOCKED:         "blocked by",
	parleyv1.StickingPoint_Reason_KIND_OPPOSED:         "opposed by",
	parleyv1.StickingPoint_Reason_KIND_RESERVED:        "reserved by",
	parleyv1.StickingPoint_Reason_KIND_HEDGED:          "hedged by",
	parleyv1.StickingPoint_Reason_KIND_NEVER_SAID:      "no word from",
	parleyv1.StickingPoint_Reason_KIND_LAPSED:          "lapsed:",
	parleyv1.StickingPoint_Reason_KIND_TAKEN_BACK:      "taken back by",
	parleyv1.StickingPoint_Reason_KIND_DECLINED_TO_SAY: "not answered by",
	parleyv1.StickingPoint_Reason_KIND_ABSTAINED:       "abstained:",
	parleyv1.StickingPoint_Reason_KIND_SINGLE_HOLDOUT:  "single holdout:",
	parleyv1.StickingPoint_Reason_KIND_CONSENTS:        "consent:",
}

// Sticking writes where a revision is stuck, and why.
func (p Page) Sticking(m *parleyv1.ListStickingPointsResponse) string {
	var b strings.Builder
	b.WriteString(p.style(bold, RevisionID(m.GetRevision())) + "\n")
	var states []string
	for _, c := range m.GetStatusCounts() {
		states = append(states, itoa(int(c.GetCount()))+" "+statusWords[c.GetStatus()])
	}
	b.WriteString(wrap(strings.Join(states, " · ")+"; the consent of "+ids(m.GetDeciders())+" is needed", p.width(), ""))
	b.WriteByte('\n')
	var rows [][]string
	for _, s := range m.GetPoints() {
		var reasons []string
		for _, r := range s.GetReasons() {
			reasons = append(reasons, reason(r))
		}
		rows = append(rows, []string{
			strconv.FormatFloat(s.GetScore(), 'f', -1, 64), s.GetPoint().GetLabel(), fit(title(s.GetPoint()), pointWidth), statusWords[s.GetStatus()], strings.Join(reasons, "; "),
		})
	}
	b.WriteString(p.Table([]string{"SCORE", "NO.", "POINT", "STATUS", "WHY"}, rows))
	return b.String()
}

// reason tells what keeps a point open.
func reason(r *parleyv1.StickingPoint_Reason) string {
	switch r.GetKind() {
	case parleyv1.StickingPoint_Reason_KIND_RIVAL_WORDINGS:
		if len(r.GetParties()) == 0 {
			return itoa(int(r.GetCount())) + " rival wordings"
		}
		return itoa(int(r.GetCount())) + " rival wordings, of " + ids(r.GetParties())
	case parleyv1.StickingPoint_Reason_KIND_LEFT_OPEN:
		return "left to be settled later"
	case parleyv1.StickingPoint_Reason_KIND_LONG_OPEN:
		return "open for " + plural(int(r.GetCount()), "revision", "revisions")
	case parleyv1.StickingPoint_Reason_KIND_DEPENDED_ON:
		return plural(int(r.GetCount()), "point depends", "points depend") + " on it: " + strings.Join(r.GetPoints(), ", ")
	case parleyv1.StickingPoint_Reason_KIND_LAPSED:
		var who []string
		for i, party := range r.GetParties() {
			who = append(who, ID(party)+" ("+signs[r.GetValues()[i]].word+")")
		}
		return reasonWords[r.GetKind()] + " " + strings.Join(who, ", ")
	}
	return reasonWords[r.GetKind()] + " " + ids(r.GetParties())
}

// ids lists resources by their ids.
func ids(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = ID(name)
	}
	if len(out) == 0 {
		return "nobody"
	}
	return strings.Join(out, ", ")
}

// Lapsed writes which acceptances lapsed, with the words that aged them and what would bring them back.
func (p Page) Lapsed(m *parleyv1.ListLapsedResponse) string {
	var b strings.Builder
	b.WriteString(p.style(bold, RevisionID(m.GetRevision())) + p.style(faint, "  "+plural(len(m.GetLapsed()), "acceptance", "acceptances")+" lapsed") + "\n")
	const blank = "    "
	for _, l := range m.GetLapsed() {
		d, s := l.GetChange(), l.GetStance()
		b.WriteByte('\n')
		b.WriteString(apart(p.style(bold, fit(p.heading(d), p.width()-20)), p.kinds(d), p.width()) + "\n")
		given := ID(s.GetParty()) + " " + signs[s.GetValue()].meaning + ": " + RevisionID(targetRevision(s))
		if when := When(s.GetSaidTime()); when != "" {
			given += ", said " + when
		}
		b.WriteString(wrap(given+" ("+ID(s.GetName())+")"+sourced(s.GetAttribution()), p.width(), blank))
		for _, text := range p.body(d, false) {
			b.WriteString(wrap(text, p.width(), blank))
		}
		b.WriteString(wrap(p.style(faint, "aged by "+RevisionID(l.GetAgedBy())+"; counts again "+remedies(l)), p.width(), blank))
	}
	return b.String()
}

// remedies tells what would make an acceptance count again.
func remedies(l *parleyv1.LapsedAcceptance) string {
	var out []string
	for _, r := range l.GetRemedies() {
		switch r.GetKind() {
		case parleyv1.LapsedAcceptance_Remedy_KIND_OLD_WORDING:
			out = append(out, "with the words of "+RevisionID(r.GetRevision()))
		case parleyv1.LapsedAcceptance_Remedy_KIND_EDITORIAL:
			out = append(out, "if the change is declared editorial")
		case parleyv1.LapsedAcceptance_Remedy_KIND_OBJECTIONS_WITHDRAWN:
			out = append(out, "if those who object to an editorial change take it back ("+ids(r.GetObjections())+")")
		}
	}
	return strings.Join(append(out, "or if "+ID(l.GetStance().GetParty())+" says so"), ", ")
}

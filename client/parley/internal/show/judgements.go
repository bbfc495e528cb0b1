package show

import (
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// verdicts writes a band of verdicts: "met", "unmet to met", or "unknown" for one of which nothing is known.
func verdicts(verdict, low, high parleyv1.Assessment_Verdict) string {
	if verdict != parleyv1.Assessment_VERDICT_UNSPECIFIED {
		return aVerdict(verdict)
	}
	return aVerdict(low) + " to " + aVerdict(high)
}

func aVerdict(v parleyv1.Assessment_Verdict) string { return lower(v.String(), "VERDICT_") }

// band writes a band of verdicts that may be that of nothing known.
func band(low, high parleyv1.Assessment_Verdict, judged []*parleyv1.Judgement) string {
	tells := false
	for _, j := range judged {
		tells = tells || j.GetVerdict() != parleyv1.Assessment_VERDICT_UNKNOWN
	}
	switch {
	case !tells:
		return aVerdict(parleyv1.Assessment_VERDICT_UNKNOWN)
	case low == high:
		return aVerdict(low)
	}
	return verdicts(parleyv1.Assessment_VERDICT_UNSPECIFIED, low, high)
}

// judgements writes what there is to say for and against, each with its judge, or that there is nothing.
func judgements(list []*parleyv1.Judgement) string {
	if len(list) == 0 {
		return "nobody judged"
	}
	out := make([]string, len(list))
	for i, j := range list {
		out[i] = judgement(j)
	}
	return strings.Join(out, "; ")
}

// judgement writes who judges what by which words, and after which source: "ukraine: breached by “800,000” in army-size —
// [BBC-21]".
func judgement(j *parleyv1.Judgement) string {
	who := j.GetJudge()
	if j.GetJudgeParty() != "" {
		who = ID(j.GetJudgeParty())
	}
	text := who + ": " + aVerdict(j.GetVerdict())
	if j.GetVerdict() == parleyv1.Assessment_VERDICT_UNKNOWN {
		text = who + " cannot tell"
	}
	if quoted := quotes(j.GetWords()); quoted != "" {
		text += " by " + quoted
	}
	if j.GetPointId() != "" {
		text += " in " + j.GetPointId()
	}
	if j.GetAlternative() != "" {
		text += " [" + j.GetAlternative() + "]"
	}
	switch j.GetGround() {
	case parleyv1.Judgement_GROUND_CARRIED:
		text += " (said of " + RevisionID(j.GetRevision()) + ", where it reads the same)"
	case parleyv1.Judgement_GROUND_WORDS_STAND:
		text += " (said of " + RevisionID(j.GetRevision()) + "; the words still stand)"
	}
	return text + sourced(j.GetAttribution())
}

// sourced names the source of what stands before it, if one is on record.
func sourced(a *parleyv1.Attribution) string {
	if a.GetSource() == "" {
		return ""
	}
	return " — " + a.GetSource()
}

func quotes(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = "“" + oneLine(w) + "”"
	}
	return strings.Join(out, ", ")
}

// RedLines writes which red lines a text crosses, and which are not known to be: each with what it is, and under that who judges
// so.
func (p Page) RedLines(list []*parleyv1.RedLine, what string) string {
	var rows [][]string
	for _, r := range list {
		d := r.GetDemand()
		text := ID(d.GetName()) + ": " + d.GetStatement()
		if d.GetWithheld() {
			text = ID(d.GetName()) + ": it exists; what it is, is withheld" + sourced(d.GetAttribution())
		}
		if d.GetStatus() == parleyv1.Demand_STATUS_SOFTENED {
			text += " (softened since)"
		}
		if !d.GetWithheld() || len(r.GetJudgements()) > 0 {
			text += "\n" + judgements(r.GetJudgements())
		}
		rows = append(rows, []string{finding(r), partyOf(d.GetName()), text})
	}
	return p.style(bold, what) + "\n" + p.Table([]string{"CROSSED", "PARTY", "RED LINE, AND WHO JUDGES"}, rows)
}

func finding(r *parleyv1.RedLine) string {
	switch r.GetFinding() {
	case parleyv1.RedLine_FINDING_SURE:
		return "surely"
	case parleyv1.RedLine_FINDING_LIKELY:
		return "likely"
	case parleyv1.RedLine_FINDING_CLEAR:
		return "no"
	case parleyv1.RedLine_FINDING_WITHHELD:
		return "withheld"
	}
	return "unknown"
}

// Warnings writes the red lines that a commit is warned of; nothing if there are none.
func (p Page) Warnings(list []*parleyv1.RedLine) string {
	var b strings.Builder
	for _, r := range list {
		line := partyOf(r.GetDemand().GetName()) + ", " + ID(r.GetDemand().GetName())
		text := "warning: " + finding(r) + " crosses the red line of " + line + " — " + judgements(r.GetJudgements())
		if r.GetFinding() == parleyv1.RedLine_FINDING_WITHHELD {
			text = "warning: whether it crosses the red line of " + line + " is not known; what that is, is withheld"
		}
		b.WriteString(p.style(yellow, wrap(text, p.width(), "")))
	}
	return b.String()
}

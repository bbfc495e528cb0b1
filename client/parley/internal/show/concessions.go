package show

import (
	"cmp"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Concessions writes who moved and which way, what each party gave and got, and who moved last.
func (p Page) Concessions(m *parleyv1.ListConcessionsResponse) string {
	var rows [][]string
	uncertain := false
	for _, v := range m.GetMovements() {
		when := cmp.Or(When(v.GetWhen()), "undated")
		if v.GetPerhaps() {
			when, uncertain = when+" ?", true
		}
		rows = append(rows, []string{when, ID(v.GetParty()), v.GetTopic(), lower(v.GetDirection().String(), "DIRECTION_"), what(v)})
	}
	out := p.Table([]string{"WHEN", "PARTY", "TOPIC", "WAY", "WHAT"}, rows)
	if uncertain {
		out += p.style(faint, "? may have been outside the span that was asked for") + "\n"
	}
	if len(rows) == 0 {
		return out
	}
	rows = nil
	for _, b := range m.GetBalances() {
		rows = append(rows, []string{ID(b.GetParty()), itoa(int(b.GetGiven())), itoa(int(b.GetReceived())), itoa(int(b.GetHardened())), itoa(int(b.GetPerhaps()))})
	}
	out += "\n" + p.Table([]string{"PARTY", "GAVE", "GOT", "HARDENED", "OF THESE UNCERTAIN"}, rows)
	rows = nil
	for _, l := range m.GetLastMoves() {
		gave := "nobody"
		if len(l.GetGivenBy()) > 0 {
			gave = ids(l.GetGivenBy())
		}
		rows = append(rows, []string{cmp.Or(l.GetTopic(), "(the whole)"), ids(l.GetParties()), gave, ids(l.GetRestsOn())})
	}
	if len(rows) > 0 {
		out += "\n" + p.Table([]string{"TOPIC", "MOVED LAST", "GAVE LAST", "BY"}, rows)
	}
	return out
}

// what tells what changed.
func what(m *parleyv1.Movement) string {
	var text string
	switch m.GetKind() {
	case parleyv1.Movement_KIND_STANCE:
		text = signs[m.GetFromValue()].word + " → " + signs[m.GetToValue()].word + on(m)
		if m.GetFromValue() == m.GetToValue() { // others are bound by it, or its conditions changed
			text += ", on other terms"
		}
		if m.GetWordsChanged() {
			text += ", on other words"
		}
		if m.GetOrderUncertain() {
			text += ", or the other way round"
		}
	case parleyv1.Movement_KIND_STANCE_WITHDRAWN:
		text = "took back: " + signs[m.GetFromValue()].word + on(m)
	case parleyv1.Movement_KIND_VERDICT_BETTER, parleyv1.Movement_KIND_VERDICT_WORSE:
		text = "judged " + lower(m.GetFromVerdict().String(), "VERDICT_") + " → " + lower(m.GetToVerdict().String(), "VERDICT_")
	case parleyv1.Movement_KIND_WORDING_ADOPTED, parleyv1.Movement_KIND_WORDING_DROPPED, parleyv1.Movement_KIND_TEXT_TOWARDS, parleyv1.Movement_KIND_TEXT_AWAY:
		text = lower(m.GetKind().String(), "KIND_") + ": " + RevisionID(m.GetRestsOn()[1]) + "/" + ID(m.GetPoint()) + " has " +
			percent(m.GetSimilarityAfter()) + " of the words of " + RevisionID(m.GetWording()) + ", " + RevisionID(m.GetRestsOn()[0]) + " " + percent(m.GetSimilarityBefore())
		text += by(m)
		if m.GetParaphrased() {
			text += "; paraphrased"
		}
		return text
	default:
		text = lower(m.GetKind().String(), "KIND_")
		if m.GetFromStrength() != m.GetToStrength() && m.GetFromStrength() != 0 {
			text += ": " + lower(m.GetFromStrength().String(), "STRENGTH_") + " → " + lower(m.GetToStrength().String(), "STRENGTH_")
		}
	}
	return text + by(m) + " (" + ids(m.GetRestsOn()) + ")"
}

// by names those who gave what another party got.
func by(m *parleyv1.Movement) string {
	if m.GetDirection() != parleyv1.Movement_DIRECTION_RECEIVED || len(m.GetGivenBy()) == 0 {
		return ""
	}
	return "; given by " + ids(m.GetGivenBy())
}

// on tells what a stance that moved is about.
func on(m *parleyv1.Movement) string {
	if m.GetPoint() == "" {
		return " on the text as a whole"
	}
	return " on " + ID(m.GetPoint())
}

func percent(share float64) string { return itoa(int(share*100+0.5)) + " %" }

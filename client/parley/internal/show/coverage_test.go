package show

import (
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

const (
	isMet      = parleyv1.Assessment_VERDICT_MET
	isUnmet    = parleyv1.Assessment_VERDICT_UNMET
	isBreached = parleyv1.Assessment_VERDICT_BREACHED
	isUnknown  = parleyv1.Assessment_VERDICT_UNKNOWN
)

func demandOf(who, id string, s parleyv1.Demand_Strength) *parleyv1.Demand {
	return &parleyv1.Demand{Name: party(who) + "/demands/" + id, Strength: s, Statement: id}
}

// judged are judgements of every sort.
func judged() []*parleyv1.Judgement {
	ruled := &parleyv1.Judgement{Ground: parleyv1.Judgement_GROUND_RULE, Judge: "rule", Verdict: isBreached, PointId: "army", Alternative: "A", Words: []string{"limited to 600,000", "no more than that"}}
	carried := &parleyv1.Judgement{Ground: parleyv1.Judgement_GROUND_CARRIED, JudgeParty: party("b"), Verdict: isMet, PointId: "army", Revision: revisionName("draft/r1")}
	stands := &parleyv1.Judgement{Ground: parleyv1.Judgement_GROUND_WORDS_STAND, Judge: "an analyst", Verdict: isBreached, PointId: "army", Words: []string{"600,000"}, Revision: revisionName("draft/r0")}
	return []*parleyv1.Judgement{ruled, carried, stands, {Ground: parleyv1.Judgement_GROUND_ASSESSED, Judge: "the recorder", Verdict: isUnknown}}
}

func TestCoveragePages(t *testing.T) {
	c := &parleyv1.Coverage{
		Revision: revisionName("draft/r2"),
		Parties: []*parleyv1.Coverage_Share{
			{Party: party("a"), Low: 0.125, High: 0.875, Weight: 16, DemandCount: 3, Breached: []string{"x"}, DisputedBreaches: []string{"y"}, Unknown: []string{"z"}},
			{Party: party("b"), High: 1},
		},
		Rows: []*parleyv1.Coverage_Row{
			{Demand: demandOf("a", "army", parleyv1.Demand_STRENGTH_RED_LINE), Low: isBreached, High: isMet, Judgements: judged()},
			{Demand: demandOf("a", "border", parleyv1.Demand_STRENGTH_CORE), Low: isBreached, High: isMet, Verdict: isUnknown},
			{Demand: demandOf("a", "money", 0), Low: isMet, High: isMet, Verdict: isMet, Judgements: judged()[1:2]},
		},
	}
	b := &parleyv1.CompareBalanceResponse{
		Revisions: []string{revisionName("draft/r1"), revisionName("draft/r2"), revisionName("reply/r1")},
		Parties: []*parleyv1.CompareBalanceResponse_Series{
			{Party: party("a"), Shares: []*parleyv1.Coverage_Share{{Low: 0.25, High: 0.25}, {Low: 0.5, High: 0.75}, {Low: 0.5, High: 0.75}}},
			{Party: party("b"), Shares: []*parleyv1.Coverage_Share{{High: 1}, {Low: 1, High: 1}, {Low: 1, High: 1}}},
		},
		Steps: []*parleyv1.CompareBalanceResponse_Step{
			{Base: revisionName("draft/r1"), Revision: revisionName("draft/r2"), Movements: []*parleyv1.CompareBalanceResponse_Movement{
				{Party: party("a"), Direction: parleyv1.CompareBalanceResponse_DIRECTION_GAINED, Least: 0.25, Most: 0.5, Shifts: []*parleyv1.CompareBalanceResponse_Shift{
					{Demand: c.GetRows()[0].GetDemand().GetName(), Direction: parleyv1.CompareBalanceResponse_DIRECTION_GAINED, LowBefore: isBreached, HighBefore: isBreached, LowAfter: isUnmet, HighAfter: isMet, JudgementsBefore: judged()[:1], JudgementsAfter: judged()[1:2]},
				}},
				{Party: party("b"), Least: -0.1, Most: -0.1, Shifts: []*parleyv1.CompareBalanceResponse_Shift{
					{Demand: party("b") + "/demands/quiet", Direction: parleyv1.CompareBalanceResponse_DIRECTION_MAY_HAVE_LOST, LowBefore: isBreached, HighBefore: isMet, LowAfter: isUnmet, HighAfter: isUnmet, JudgementsAfter: judged()[2:3]},
				}},
			}},
			{Base: revisionName("draft/r2"), Revision: revisionName("reply/r1")},
		},
	}
	withheld := demandOf("b", "secret", parleyv1.Demand_STRENGTH_RED_LINE)
	withheld.Withheld = true
	lines := []*parleyv1.RedLine{
		{Demand: c.GetRows()[0].GetDemand(), Finding: parleyv1.RedLine_FINDING_SURE, Judgements: judged()[:2]},
		{Demand: c.GetRows()[1].GetDemand(), Finding: parleyv1.RedLine_FINDING_LIKELY, Judgements: judged()[2:]},
		{Demand: withheld, Finding: parleyv1.RedLine_FINDING_WITHHELD},
		{Demand: c.GetRows()[2].GetDemand(), Finding: parleyv1.RedLine_FINDING_CLEAR, Judgements: judged()[1:2]},
	}
	for name, p := range pages {
		golden(t, "coverage-"+name, p, p.Coverage(c, revision("draft/r2", "Second draft", "")))
		golden(t, "balance-"+name, p, p.Balance(b))
		golden(t, "redlines-"+name, p, p.RedLines(lines, "draft/r2")+p.Warnings(lines[:3]))
	}
}

func TestTermsInWords(t *testing.T) {
	for want, term := range map[string]*parleyv1.Term{
		"force-size at most 600,000 people": {Key: "force-size", Bound: parleyv1.Bound_BOUND_AT_MOST, Value: 600000, Unit: "people"},
		"balance at least -1,234.5":         {Key: "balance", Bound: parleyv1.Bound_BOUND_AT_LEAST, Value: -1234.5},
		"loss -100":                         {Key: "loss", Bound: parleyv1.Bound_BOUND_EXACT, Value: -100},
		"share 0.25":                        {Key: "share", Bound: parleyv1.Bound_BOUND_EXACT, Value: 0.25},
	} {
		if got := bound(term); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

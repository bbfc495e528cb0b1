package show

import (
	"cmp"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// contradictionWords say in front of a name in which way something contradicts it.
var contradictionWords = map[parleyv1.Timeline_Contradiction_Kind]string{
	parleyv1.Timeline_Contradiction_KIND_STANCE_REVERSED:      "reverses",
	parleyv1.Timeline_Contradiction_KIND_DECLARATION_REVERSED: "contradicts its own declaration",
	parleyv1.Timeline_Contradiction_KIND_OWN_CLAIM_DISPUTED:   "disputes its own claim",
	parleyv1.Timeline_Contradiction_KIND_DEMAND_UPHELD_AGAIN:  "had given up",
	parleyv1.Timeline_Contradiction_KIND_VERDICT_REVERSED:     "reverses its verdict",
}

// Timeline writes what happened and what was said, a line or more for each, in the order that was asked for.
func (p Page) Timeline(m *parleyv1.Timeline, order parleyv1.GetTimelineRequest_Order) string {
	var rows [][]string
	for _, i := range m.GetItems() {
		when := When(i.GetWhen())
		switch {
		case order == parleyv1.GetTimelineRequest_ORDER_RECORDED, when == "" && i.GetPlaced() == parleyv1.Timeline_PLACED_RECORDED:
			when = i.GetCreateTime().AsTime().Format("2006-01-02 15:04")
		case when == "":
			when = "undated"
		}
		who, text := happened(i)
		if i.GetKind() != parleyv1.Timeline_KIND_REVISION { // it is called by its name
			text += " (" + ID(i.GetResource()) + ")"
		}
		for _, c := range i.GetContradicts() {
			text += p.style(red, " ! "+contradictionWords[c.GetKind()]+" "+ID(c.GetResource()))
		}
		rows = append(rows, []string{when, lower(i.GetKind().String(), "KIND_"), who, strings.TrimSpace(text)})
	}
	return p.Table([]string{"WHEN", "KIND", "WHO", "WHAT"}, rows)
}

// happened tells whose an item is and what it says, in a few words.
func happened(i *parleyv1.Timeline_Item) (who, text string) {
	switch v := i.GetValue().(type) {
	case *parleyv1.Timeline_Item_Event:
		return "", v.Event.GetDisplayName()
	case *parleyv1.Timeline_Item_Revision:
		return "", RevisionID(v.Revision.GetName()) + ": " + cmp.Or(v.Revision.GetDisplayName(), "untitled")
	case *parleyv1.Timeline_Item_Stance:
		taken := ""
		if v.Stance.GetWithdrawn() {
			taken = ", taken back since"
		}
		return ID(v.Stance.GetParty()), signs[v.Stance.GetValue()].meaning + ": " + target(v.Stance) + taken
	case *parleyv1.Timeline_Item_Claim:
		return cmp.Or(ID(v.Claim.GetParty()), v.Claim.GetAttribution().GetSpeaker()), statement(v.Claim)
	case *parleyv1.Timeline_Item_Response:
		return cmp.Or(ID(v.Response.GetParty()), v.Response.GetAttribution().GetSpeaker()), lower(v.Response.GetKind().String(), "KIND_") + " it"
	case *parleyv1.Timeline_Item_Demand:
		return partyOf(v.Demand.GetName()), cmp.Or(v.Demand.GetStatement(), "(withheld)")
	case *parleyv1.Timeline_Item_Assessment:
		return cmp.Or(ID(v.Assessment.GetJudgeParty()), v.Assessment.GetJudge()),
			lower(v.Assessment.GetVerdict().String(), "VERDICT_") + " in " + RevisionID(v.Assessment.GetRevision()) + ": " + partyOf(v.Assessment.GetDemand()) + "/" + ID(v.Assessment.GetDemand())
	case *parleyv1.Timeline_Item_Disclosure:
		return v.Disclosure.GetDiscloser(), "told " + ids(v.Disclosure.GetResources()) + " to " + lower(v.Disclosure.GetAudience().GetLevel().String(), "LEVEL_")
	}
	return "", ""
}

package show

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func stanceName(id string) string { return "negotiations/n/stances/" + id }

func TestSticking(t *testing.T) {
	type kind = parleyv1.StickingPoint_Reason_Kind
	because := func(k kind, count int, parties ...string) *parleyv1.StickingPoint_Reason {
		r := &parleyv1.StickingPoint_Reason{Kind: k, Count: int32(count)}
		for _, p := range parties {
			r.Parties = append(r.Parties, party(p))
			r.Stances, r.Values = append(r.Stances, stanceName(p)), append(r.Values, parleyv1.Stance_VALUE_OPPOSE)
		}
		return r
	}
	depends := because(parleyv1.StickingPoint_Reason_KIND_DEPENDED_ON, 2)
	depends.Points = []string{"army", "arms"}
	m := &parleyv1.ListStickingPointsResponse{
		Revision: revisionName("draft/v2"), Deciders: []string{party("a"), party("b")},
		StatusCounts: []*parleyv1.PositionMatrix_StatusCount{{Status: parleyv1.PositionMatrix_STATUS_OPEN, Count: 2}, {Status: parleyv1.PositionMatrix_STATUS_AGREED, Count: 7}},
		Points: []*parleyv1.StickingPoint{
			{Point: point("plant", "4", "The plant, and everything else that a heading may be about"), Status: parleyv1.PositionMatrix_STATUS_BRACKETED, Score: 24.5, Reasons: []*parleyv1.StickingPoint_Reason{
				because(parleyv1.StickingPoint_Reason_KIND_BLOCKED, 1, "a"), because(parleyv1.StickingPoint_Reason_KIND_OPPOSED, 2, "b", "m"),
				because(parleyv1.StickingPoint_Reason_KIND_RIVAL_WORDINGS, 2, "a", "b"), because(parleyv1.StickingPoint_Reason_KIND_LONG_OPEN, 4), depends,
			}},
			{Point: point("sea", "9", "The sea"), Status: parleyv1.PositionMatrix_STATUS_OPEN, Score: 1, Reasons: []*parleyv1.StickingPoint_Reason{
				because(parleyv1.StickingPoint_Reason_KIND_LAPSED, 1, "a"), because(parleyv1.StickingPoint_Reason_KIND_SINGLE_HOLDOUT, 1, "a"), because(parleyv1.StickingPoint_Reason_KIND_CONSENTS, 1, "b"),
			}},
			{Point: in(point("law", "", "Law"), parleyv1.Point_STATE_DEFERRED), Status: parleyv1.PositionMatrix_STATUS_NO_WORDING, Score: 3, Reasons: []*parleyv1.StickingPoint_Reason{
				because(parleyv1.StickingPoint_Reason_KIND_LEFT_OPEN, 1),
			}},
		},
	}
	for name, p := range pages {
		golden(t, "sticking-"+name, p, p.Sticking(m))
	}
	golden(t, "sticking-none", pages["plain"], pages["plain"].Sticking(&parleyv1.ListStickingPointsResponse{Revision: revisionName("draft/v2")}))
}

func TestLapsed(t *testing.T) {
	rows := everyKind().GetPoints()
	accepted := func(id string) *parleyv1.Stance {
		return &parleyv1.Stance{
			Name: stanceName(id), Party: party("a"), Value: parleyv1.Stance_VALUE_ACCEPT, SaidTime: &parleyv1.PartialTime{Value: "2025-11-23"},
			Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: revisionName("draft/v1") + "/points/" + id}},
		}
	}
	old := &parleyv1.LapsedAcceptance_Remedy{Kind: parleyv1.LapsedAcceptance_Remedy_KIND_OLD_WORDING, Revision: revisionName("draft/v1")}
	m := &parleyv1.ListLapsedResponse{Revision: revisionName("draft/v2"), Lapsed: []*parleyv1.LapsedAcceptance{
		{Stance: accepted("army"), Change: rows[0], AgedBy: revisionName("draft/v2"), Remedies: []*parleyv1.LapsedAcceptance_Remedy{
			old, {Kind: parleyv1.LapsedAcceptance_Remedy_KIND_EDITORIAL}, {Kind: parleyv1.LapsedAcceptance_Remedy_KIND_OBJECTIONS_WITHDRAWN, Objections: []string{"negotiations/n/objections/o"}},
		}},
		{Stance: accepted("gone"), Change: rows[4], AgedBy: revisionName("draft/v2"), Remedies: []*parleyv1.LapsedAcceptance_Remedy{old}},
	}}
	for name, p := range pages {
		golden(t, "lapsed-"+name, p, p.Lapsed(m))
	}
}

func TestConcessions(t *testing.T) {
	const given, received, open = parleyv1.Movement_DIRECTION_GIVEN, parleyv1.Movement_DIRECTION_RECEIVED, parleyv1.Movement_DIRECTION_OPEN
	day := &parleyv1.PartialTime{Value: "2025-11-24/2025-11-26"}
	army := revisionName("draft/v2") + "/points/army"
	texts := []string{revisionName("draft/v1"), revisionName("draft/v2")}
	m := &parleyv1.ListConcessionsResponse{
		Movements: []*parleyv1.Movement{
			{Party: party("a"), Topic: "army", Kind: parleyv1.Movement_KIND_STANCE, Direction: given, When: day, Point: army, FromValue: parleyv1.Stance_VALUE_BLOCK, ToValue: parleyv1.Stance_VALUE_ACCEPT, RestsOn: []string{stanceName("s1"), stanceName("s2")}},
			{Party: party("b"), Kind: parleyv1.Movement_KIND_STANCE, Direction: open, When: day, Perhaps: true, WordsChanged: true, OrderUncertain: true, FromValue: parleyv1.Stance_VALUE_OPPOSE, ToValue: parleyv1.Stance_VALUE_RESERVE, RestsOn: []string{stanceName("s3"), stanceName("s4")}},
			{Party: party("b"), Topic: "army", Kind: parleyv1.Movement_KIND_STANCE, Direction: given, When: day, Point: army, FromValue: parleyv1.Stance_VALUE_ACCEPT, ToValue: parleyv1.Stance_VALUE_ACCEPT, RestsOn: []string{stanceName("s3"), stanceName("s4")}},
			{Party: party("b"), Topic: "army", Kind: parleyv1.Movement_KIND_STANCE_WITHDRAWN, Direction: given, Point: army, FromValue: parleyv1.Stance_VALUE_OPPOSE, RestsOn: []string{stanceName("s3")}},
			{Party: party("a"), Topic: "sea", Kind: parleyv1.Movement_KIND_DEMAND_SOFTENED, Direction: given, FromStrength: parleyv1.Demand_STRENGTH_RED_LINE, ToStrength: parleyv1.Demand_STRENGTH_CORE, RestsOn: []string{party("a") + "/demands/sea"}},
			{Party: party("b"), Topic: "army", Kind: parleyv1.Movement_KIND_WORDING_ADOPTED, Direction: received, When: day, Point: army, RestsOn: texts, Wording: revisionName("answer/v1"), SimilarityBefore: 0.734, SimilarityAfter: 1, GivenBy: []string{party("a")}, Paraphrased: true},
			{Party: party("b"), Topic: "sea", Kind: parleyv1.Movement_KIND_VERDICT_WORSE, Direction: open, When: day, FromVerdict: parleyv1.Assessment_VERDICT_MET, ToVerdict: parleyv1.Assessment_VERDICT_BREACHED, RestsOn: []string{"negotiations/n/assessments/x", "negotiations/n/assessments/y"}},
		},
		Balances:  []*parleyv1.ListConcessionsResponse_Balance{{Party: party("a"), Given: 3}, {Party: party("b"), Given: 1, Received: 1, Perhaps: 1}},
		LastMoves: []*parleyv1.ListConcessionsResponse_LastMove{{Parties: []string{party("b")}, RestsOn: []string{stanceName("s4")}}, {Topic: "army", Parties: []string{party("a"), party("b")}, GivenBy: []string{party("a")}, RestsOn: texts}},
	}
	for name, p := range pages {
		golden(t, "concessions-"+name, p, p.Concessions(m))
	}
	golden(t, "concessions-none", pages["plain"], pages["plain"].Concessions(&parleyv1.ListConcessionsResponse{}))
}

func TestTimeline(t *testing.T) {
	const said = parleyv1.Timeline_PLACED_SAID
	noted := timestamppb.New(time.Date(2025, 12, 1, 18, 30, 0, 0, time.UTC))
	day := &parleyv1.PartialTime{Value: "2025-11-24/2025-11-26", Raw: "early in the week"}
	item := func(k parleyv1.Timeline_Kind, name string) *parleyv1.Timeline_Item {
		return &parleyv1.Timeline_Item{Kind: k, Resource: "negotiations/n/" + name, When: day, Placed: said, CreateTime: noted}
	}
	event, text, stance := item(parleyv1.Timeline_KIND_EVENT, "events/e"), item(parleyv1.Timeline_KIND_REVISION, "plans/draft/revisions/v1"), item(parleyv1.Timeline_KIND_STANCE, "stances/s")
	claim, response, demand := item(parleyv1.Timeline_KIND_CLAIM, "claims/c"), item(parleyv1.Timeline_KIND_RESPONSE, "claims/c"), item(parleyv1.Timeline_KIND_DEMAND, "parties/a/demands/d")
	assessment, disclosure := item(parleyv1.Timeline_KIND_ASSESSMENT, "assessments/v"), item(parleyv1.Timeline_KIND_DISCLOSURE, "disclosures/t")
	event.Value = &parleyv1.Timeline_Item_Event{Event: &parleyv1.Event{DisplayName: "They meet in a town by the river, and talk for much longer than anybody had thought that they would"}}
	text.Value = &parleyv1.Timeline_Item_Revision{Revision: revision("draft/v1", "First draft", "")}
	stance.Value = &parleyv1.Timeline_Item_Stance{Stance: &parleyv1.Stance{Party: party("a"), Value: parleyv1.Stance_VALUE_OPPOSE, Withdrawn: true, Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Revision{Revision: revisionName("draft/v1")}}}}
	stance.Contradicts = []*parleyv1.Timeline_Contradiction{{Kind: parleyv1.Timeline_Contradiction_KIND_DECLARATION_REVERSED, Party: party("a"), Resource: stanceName("earlier")}}
	claim.Value = &parleyv1.Timeline_Item_Claim{Claim: &parleyv1.Claim{Statement: "So it is.", Attribution: &parleyv1.Attribution{Speaker: "somebody"}}}
	response.Value = &parleyv1.Timeline_Item_Response{Response: &parleyv1.Claim_Response{Party: party("b"), Kind: parleyv1.Claim_Response_KIND_DISPUTES}}
	demand.Value, demand.When = &parleyv1.Timeline_Item_Demand{Demand: &parleyv1.Demand{Name: party("a") + "/demands/d", Withheld: true}}, nil
	assessment.Value = &parleyv1.Timeline_Item_Assessment{Assessment: &parleyv1.Assessment{Judge: "an analyst", Demand: party("a") + "/demands/d", Revision: revisionName("draft/v1"), Verdict: parleyv1.Assessment_VERDICT_MET}}
	disclosure.Value, disclosure.When, disclosure.Placed = &parleyv1.Timeline_Item_Disclosure{Disclosure: &parleyv1.Disclosure{Discloser: "maria", Resources: []string{stanceName("s")}, Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_TABLED}}}, nil, parleyv1.Timeline_PLACED_RECORDED
	m := &parleyv1.Timeline{Items: []*parleyv1.Timeline_Item{event, text, stance, claim, response, demand, assessment, disclosure}}
	for name, p := range pages {
		golden(t, "timeline-"+name, p, p.Timeline(m, parleyv1.GetTimelineRequest_ORDER_SAID))
	}
	golden(t, "timeline-recorded", pages["plain"], pages["plain"].Timeline(m, parleyv1.GetTimelineRequest_ORDER_RECORDED))
}

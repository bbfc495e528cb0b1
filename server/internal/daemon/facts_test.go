package daemon_test

import (
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// factRows are the rows of parityRows for what is recorded beside the text: sources, events, claims, assessments, objections,
// and the log.
func factRows() []parityRow {
	const (
		n       = peacePlan
		v8      = usDraft + "/revisions/v8"
		ukraine = n + "/parties/ukraine"
		pointed = n + "/plans/edited/revisions/r2/points/p"
	)
	mask := func(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }
	source := &parleyv1.Source{DisplayName: "An article", Kind: parleyv1.Source_KIND_ARTICLE, ContentLength: 100, Gaps: []parleyv1.Source_Gap{parleyv1.Source_GAP_AUTHOR}}
	spanned := &parleyv1.Attribution{References: []*parleyv1.Reference{{Source: n + "/sources/new", Span: &parleyv1.Reference_Span{Start: 3, End: 9}}}}
	beyond := &parleyv1.Attribution{References: []*parleyv1.Reference{{Source: n + "/sources/new", Span: &parleyv1.Reference_Span{Start: 3, End: 101}}}}
	event := &parleyv1.Event{DisplayName: "A meeting", Status: parleyv1.Event_STATUS_HELD, Unknowns: []parleyv1.Event_Unknown{parleyv1.Event_UNKNOWN_PLACE}, About: []string{v8}}
	claim := &parleyv1.Claim{Statement: "It is so.", Party: ukraine, Attribution: spanned, Quantity: &parleyv1.Claim_Quantity{Value: 19.5, Unit: "percent", Bound: parleyv1.Claim_Quantity_BOUND_AT_LEAST}}
	assessment := &parleyv1.Assessment{Demand: ukraine + "/demands/free-choice-of-alliances", Revision: v8, Verdict: parleyv1.Assessment_VERDICT_UNKNOWN, Judge: "an analyst"}
	objection := &parleyv1.Objection{Party: ukraine, Point: pointed, Reason: "It means something else."}
	editorial := &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: point("p", "Text!"), Editorial: true}}}
	respond := &parleyv1.Claim_Response{Party: n + "/parties/russia", Kind: parleyv1.Claim_Response_KIND_DISPUTES, CounterClaim: n + "/claims/b1"}
	return []parityRow{
		{"PartyService.CreateParty", &parleyv1.CreatePartyRequest{Parent: n, PartyId: "whole", Party: &parleyv1.Party{
			DisplayName: "Whole", Aliases: []string{"W"}, Organs: []*parleyv1.Party_Organ{{DisplayName: "Palace", Aliases: []string{"the Gate"}}},
			Memberships:     []*parleyv1.Party_Membership{{Party: n + "/parties/europe", From: &parleyv1.PartialTime{Value: "2004-05"}, Until: &parleyv1.PartialTime{Raw: "until it left", Value: "2020-01-31"}}},
			Representatives: []*parleyv1.Party_Representative{{DisplayName: "A. B.", Office: "envoy", From: &parleyv1.PartialTime{Value: "2025"}}, {DisplayName: "C. D.", Tie: "son-in-law"}},
		}}, ""},
		{"PartyService.ListParties", &parleyv1.ListPartiesRequest{Parent: n, Filter: `representatives.tie = "son-in-law"`}, ""},
		{"PlanService.CreatePlan", &parleyv1.CreatePlanRequest{Parent: n, PlanId: "edited", Plan: &parleyv1.Plan{DisplayName: "Edited"}}, ""},
		{"PlanService.CommitRevision", textCommit(n+"/plans/edited", "r1", nil, point("p", "Text.")), ""},
		{"PlanService.CommitRevision", changeCommit(n+"/plans/edited", "r2", []string{"r1"}, editorial), ""},
		{"PlanService.ListPoints", &parleyv1.ListPointsRequest{Parent: v8, PageSize: 4, Filter: "state = PRESENT"}, ""},
		{"PlanService.ListPoints", &parleyv1.ListPointsRequest{Parent: n + "/plans/none/revisions/r1"}, "RESOURCE_NOT_FOUND"},
		{"StanceService.ListStances", &parleyv1.ListStancesRequest{Parent: n, HeldAt: moment("2025-11-25"), KnownAt: moment("2025-11-25")}, ""},
		{"DemandService.ListDemands", &parleyv1.ListDemandsRequest{Parent: n + "/parties/-", HeldAt: moment("2025-11-25")}, ""},
		{"AnalysisService.GetPositionMatrix", &parleyv1.GetPositionMatrixRequest{Revision: v8, HeldAt: moment("2025-12-24")}, ""},
		{"AnalysisService.BlamePoint", &parleyv1.BlamePointRequest{Name: v8 + "/points/sovereignty"}, ""},
		{"AnalysisService.BlamePoint", &parleyv1.BlamePointRequest{Name: v8 + "/points/none"}, "RESOURCE_NOT_FOUND"},

		{"SourceService.CreateSource", &parleyv1.CreateSourceRequest{Parent: n, SourceId: "new", Source: source}, ""},
		{"SourceService.CreateSource", &parleyv1.CreateSourceRequest{Parent: n, SourceId: "new", Source: source}, "RESOURCE_EXISTS"},
		{"SourceService.CreateSource", &parleyv1.CreateSourceRequest{Parent: n, Source: &parleyv1.Source{}}, "INVALID_FIELD"},
		{"SourceService.GetSource", &parleyv1.GetSourceRequest{Name: n + "/sources/new"}, ""},
		{"SourceService.GetSource", &parleyv1.GetSourceRequest{Name: n + "/sources/none"}, "RESOURCE_NOT_FOUND"},
		{"SourceService.ListSources", &parleyv1.ListSourcesRequest{Parent: n, PageSize: 2, OrderBy: "name desc"}, ""},
		{"SourceService.UpdateSource", &parleyv1.UpdateSourceRequest{Source: &parleyv1.Source{Name: n + "/sources/new", Publisher: "A publisher"}, UpdateMask: mask("publisher")}, ""},
		{"SourceService.DeleteSource", &parleyv1.DeleteSourceRequest{Name: n + "/sources/new"}, ""},
		{"SourceService.UndeleteSource", &parleyv1.UndeleteSourceRequest{Name: n + "/sources/new"}, ""},
		{"SourceService.BatchCreateSources", &parleyv1.BatchCreateSourcesRequest{Parent: n, Requests: []*parleyv1.CreateSourceRequest{{SourceId: "b1", Source: source}, {SourceId: "b2", Source: source}}}, ""},
		{"SourceService.CreateSource", &parleyv1.CreateSourceRequest{Parent: n, Source: &parleyv1.Source{DisplayName: "x", Byline: "somebody", Gaps: source.GetGaps()}}, "INVALID_FIELD"},
		{"EventService.CreateEvent", &parleyv1.CreateEventRequest{Parent: n, EventId: "new", Event: event}, ""},
		{"EventService.CreateEvent", &parleyv1.CreateEventRequest{Parent: n, EventId: "new", Event: event}, "RESOURCE_EXISTS"},
		{"EventService.CreateEvent", &parleyv1.CreateEventRequest{Parent: n, Event: &parleyv1.Event{}}, "INVALID_FIELD"},
		{"EventService.GetEvent", &parleyv1.GetEventRequest{Name: n + "/events/new"}, ""},
		{"EventService.GetEvent", &parleyv1.GetEventRequest{Name: n + "/events/none"}, "RESOURCE_NOT_FOUND"},
		{"EventService.ListEvents", &parleyv1.ListEventsRequest{Parent: n, PageSize: 2, OrderBy: "name desc"}, ""},
		{"EventService.UpdateEvent", &parleyv1.UpdateEventRequest{Event: &parleyv1.Event{Name: n + "/events/new", Note: "Noted."}, UpdateMask: mask("note")}, ""},
		{"EventService.DeleteEvent", &parleyv1.DeleteEventRequest{Name: n + "/events/new"}, ""},
		{"EventService.UndeleteEvent", &parleyv1.UndeleteEventRequest{Name: n + "/events/new"}, ""},
		{"EventService.BatchCreateEvents", &parleyv1.BatchCreateEventsRequest{Parent: n, Requests: []*parleyv1.CreateEventRequest{{EventId: "b1", Event: event}, {EventId: "b2", Event: event}}}, ""},
		{"EventService.UpdateEvent", &parleyv1.UpdateEventRequest{Event: &parleyv1.Event{Name: n + "/events/b1", PartOf: n + "/events/b2"}, UpdateMask: mask("part_of")}, ""},
		{"EventService.UpdateEvent", &parleyv1.UpdateEventRequest{Event: &parleyv1.Event{Name: n + "/events/b2", PartOf: n + "/events/b1"}, UpdateMask: mask("part_of")}, "REFERENCE_CYCLE"},
		{"ClaimService.CreateClaim", &parleyv1.CreateClaimRequest{Parent: n, ClaimId: "new", Claim: claim}, ""},
		{"ClaimService.CreateClaim", &parleyv1.CreateClaimRequest{Parent: n, ClaimId: "new", Claim: claim}, "RESOURCE_EXISTS"},
		{"ClaimService.CreateClaim", &parleyv1.CreateClaimRequest{Parent: n, Claim: &parleyv1.Claim{}}, "INVALID_FIELD"},
		{"ClaimService.GetClaim", &parleyv1.GetClaimRequest{Name: n + "/claims/new"}, ""},
		{"ClaimService.GetClaim", &parleyv1.GetClaimRequest{Name: n + "/claims/none"}, "RESOURCE_NOT_FOUND"},
		{"ClaimService.ListClaims", &parleyv1.ListClaimsRequest{Parent: n, PageSize: 2, OrderBy: "name desc"}, ""},
		{"ClaimService.UpdateClaim", &parleyv1.UpdateClaimRequest{Claim: &parleyv1.Claim{Name: n + "/claims/new", Topic: "territory"}, UpdateMask: mask("topic")}, ""},
		{"ClaimService.DeleteClaim", &parleyv1.DeleteClaimRequest{Name: n + "/claims/new"}, ""},
		{"ClaimService.UndeleteClaim", &parleyv1.UndeleteClaimRequest{Name: n + "/claims/new"}, ""},
		{"ClaimService.BatchCreateClaims", &parleyv1.BatchCreateClaimsRequest{Parent: n, Requests: []*parleyv1.CreateClaimRequest{{ClaimId: "b1", Claim: claim}, {ClaimId: "b2", Claim: claim}}}, ""},
		{"ClaimService.CreateClaim", &parleyv1.CreateClaimRequest{Parent: n, Claim: &parleyv1.Claim{Statement: "x", Attribution: beyond}}, "INVALID_FIELD"},
		{"ClaimService.UpdateClaim", &parleyv1.UpdateClaimRequest{Claim: &parleyv1.Claim{Name: n + "/claims/b1", Reports: n + "/claims/b1"}, UpdateMask: mask("reports")}, "REFERENCE_CYCLE"},
		{"ClaimService.RespondToClaim", &parleyv1.RespondToClaimRequest{Name: n + "/claims/new", Response: respond}, ""},
		{"ClaimService.RespondToClaim", &parleyv1.RespondToClaimRequest{Name: n + "/claims/new", Response: &parleyv1.Claim_Response{}}, "INVALID_FIELD"},
		{"ClaimService.RespondToClaim", &parleyv1.RespondToClaimRequest{Name: n + "/claims/new", Response: &parleyv1.Claim_Response{Kind: parleyv1.Claim_Response_KIND_DISPUTES}}, "INVALID_FIELD"}, // nobody says so
		{"ClaimService.RespondToClaim", &parleyv1.RespondToClaimRequest{Name: n + "/claims/b1", Response: respond}, "REFERENCE_CYCLE"},
		{"ClaimService.RespondToClaim", &parleyv1.RespondToClaimRequest{Name: n + "/claims/none", Response: respond}, "RESOURCE_NOT_FOUND"},
		{"AssessmentService.CreateAssessment", &parleyv1.CreateAssessmentRequest{Parent: n, AssessmentId: "new", Assessment: assessment}, ""},
		{"AssessmentService.CreateAssessment", &parleyv1.CreateAssessmentRequest{Parent: n, AssessmentId: "new", Assessment: assessment}, "RESOURCE_EXISTS"},
		{"AssessmentService.CreateAssessment", &parleyv1.CreateAssessmentRequest{Parent: n, Assessment: &parleyv1.Assessment{}}, "INVALID_FIELD"},
		{"AssessmentService.GetAssessment", &parleyv1.GetAssessmentRequest{Name: n + "/assessments/new"}, ""},
		{"AssessmentService.GetAssessment", &parleyv1.GetAssessmentRequest{Name: n + "/assessments/none"}, "RESOURCE_NOT_FOUND"},
		{"AssessmentService.ListAssessments", &parleyv1.ListAssessmentsRequest{Parent: n, PageSize: 2, OrderBy: "name desc"}, ""},
		{"AssessmentService.UpdateAssessment", &parleyv1.UpdateAssessmentRequest{Assessment: &parleyv1.Assessment{Name: n + "/assessments/new", Reason: "The text is silent."}, UpdateMask: mask("reason")}, ""},
		{"AssessmentService.DeleteAssessment", &parleyv1.DeleteAssessmentRequest{Name: n + "/assessments/new"}, ""},
		{"AssessmentService.UndeleteAssessment", &parleyv1.UndeleteAssessmentRequest{Name: n + "/assessments/new"}, ""},
		{"AssessmentService.BatchCreateAssessments", &parleyv1.BatchCreateAssessmentsRequest{Parent: n, Requests: []*parleyv1.CreateAssessmentRequest{{AssessmentId: "b1", Assessment: assessment}, {AssessmentId: "b2", Assessment: assessment}}}, ""},
		{"AssessmentService.CreateAssessment", &parleyv1.CreateAssessmentRequest{Parent: n, Assessment: &parleyv1.Assessment{Demand: assessment.GetDemand(), Revision: v8, Verdict: assessment.GetVerdict(), Judge: "x", Point: v8 + "/points/sovereignty", Words: "nowhere"}}, "INVALID_FIELD"},
		{"ObjectionService.CreateObjection", &parleyv1.CreateObjectionRequest{Parent: n, ObjectionId: "new", Objection: objection}, ""},
		{"ObjectionService.CreateObjection", &parleyv1.CreateObjectionRequest{Parent: n, ObjectionId: "new", Objection: objection}, "RESOURCE_EXISTS"},
		{"ObjectionService.CreateObjection", &parleyv1.CreateObjectionRequest{Parent: n, Objection: &parleyv1.Objection{}}, "INVALID_FIELD"},
		{"ObjectionService.GetObjection", &parleyv1.GetObjectionRequest{Name: n + "/objections/new"}, ""},
		{"ObjectionService.GetObjection", &parleyv1.GetObjectionRequest{Name: n + "/objections/none"}, "RESOURCE_NOT_FOUND"},
		{"ObjectionService.ListObjections", &parleyv1.ListObjectionsRequest{Parent: n, PageSize: 2, OrderBy: "name desc"}, ""},
		{"ObjectionService.UpdateObjection", &parleyv1.UpdateObjectionRequest{Objection: &parleyv1.Objection{Name: n + "/objections/new", Withdrawn: true}, UpdateMask: mask("withdrawn")}, ""},
		{"ObjectionService.DeleteObjection", &parleyv1.DeleteObjectionRequest{Name: n + "/objections/new"}, ""},
		{"ObjectionService.UndeleteObjection", &parleyv1.UndeleteObjectionRequest{Name: n + "/objections/new"}, ""},
		{"ObjectionService.BatchCreateObjections", &parleyv1.BatchCreateObjectionsRequest{Parent: n, Requests: []*parleyv1.CreateObjectionRequest{{ObjectionId: "b1", Objection: objection}, {ObjectionId: "b2", Objection: objection}}}, ""},
		{"ObjectionService.CreateObjection", &parleyv1.CreateObjectionRequest{Parent: n, Objection: &parleyv1.Objection{Party: ukraine, Point: v8 + "/points/sovereignty"}}, "POINT_STATE_CONFLICT"},
		{"LogService.GetEntry", &parleyv1.GetEntryRequest{Name: n + "/entries/t20251124-000000-000000000"}, "RESOURCE_NOT_FOUND"},
		{"LogService.ListEntries", &parleyv1.ListEntriesRequest{Parent: n, PageSize: 7}, ""},
		{"LogService.ListEntries", &parleyv1.ListEntriesRequest{Parent: n, PageSize: 7, OrderBy: "create_time desc", Filter: `method = "CreateClaim"`}, ""},
		{"LogService.ListEntries", &parleyv1.ListEntriesRequest{Parent: n, OrderBy: "method"}, "ORDER_BY_INVALID"},
		{"LogService.ListEntries", &parleyv1.ListEntriesRequest{Parent: "negotiations/none"}, "RESOURCE_NOT_FOUND"},
	}
}

package daemon_test

import (
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// agreementRows are the rows of parityRows for what is agreed, what options are worth, and what packages come of it.
func agreementRows() []parityRow {
	const n = peacePlan
	mask := func(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }
	audience := func(level parleyv1.Audience_Level) *parleyv1.Audience { return &parleyv1.Audience{Level: level} }
	rivals := &parleyv1.Point{Id: "p", Alternatives: []*parleyv1.Alternative{{Label: "A", Text: "Yes."}, {Label: "B", Text: "No."}}}
	valued := &parleyv1.Valuation{Party: n + "/parties/ukraine", Revision: n + "/plans/rivals/revisions/r1", Reserve: 0.5, Worths: []*parleyv1.Valuation_Worth{{Point: "p", Alternative: "A", Value: 3}}}
	other := &parleyv1.Valuation{Party: n + "/parties/russia", Revision: valued.GetRevision(), Worths: []*parleyv1.Valuation_Worth{{Point: "p", Alternative: "A", Value: 1}}}
	return []parityRow{
		{"PlanService.CreatePlan", &parleyv1.CreatePlanRequest{Parent: n, PlanId: "rivals", Plan: &parleyv1.Plan{DisplayName: "Rivals"}}, ""},
		{"PlanService.CommitRevision", textCommit(n+"/plans/rivals", "r1", nil, rivals), ""},
		{"AnalysisService.SuggestPackages", &parleyv1.SuggestPackagesRequest{Revision: n + "/plans/rivals/revisions/r1"}, "VALUATIONS_MISSING"},
		{"ValuationService.CreateValuation", &parleyv1.CreateValuationRequest{Parent: n, ValuationId: "ukraine--r1", Valuation: valued}, ""},
		{"ValuationService.CreateValuation", &parleyv1.CreateValuationRequest{Parent: n, ValuationId: "ukraine--r1", Valuation: valued}, "RESOURCE_EXISTS"},
		{"ValuationService.CreateValuation", &parleyv1.CreateValuationRequest{Parent: n, Valuation: &parleyv1.Valuation{Party: valued.GetParty(), Revision: valued.GetRevision(), Audience: audience(parleyv1.Audience_LEVEL_TABLED)}}, "INVALID_FIELD"},
		{"ValuationService.CreateValuation", &parleyv1.CreateValuationRequest{Parent: n, Valuation: &parleyv1.Valuation{Party: valued.GetParty(), Revision: valued.GetRevision(), Worths: []*parleyv1.Valuation_Worth{{Point: "p", Alternative: "C"}}}}, "INVALID_FIELD"},
		{"DisclosureService.Disclose", &parleyv1.DiscloseRequest{Parent: n, Disclosure: &parleyv1.Disclosure{Resources: []string{n + "/valuations/ukraine--r1"}, Audience: audience(parleyv1.Audience_LEVEL_TABLED)}}, "INVALID_FIELD"},
		{"ValuationService.GetValuation", &parleyv1.GetValuationRequest{Name: n + "/valuations/ukraine--r1"}, ""},
		{"ValuationService.GetValuation", &parleyv1.GetValuationRequest{Name: n + "/valuations/none"}, "RESOURCE_NOT_FOUND"},
		{"ValuationService.ListValuations", &parleyv1.ListValuationsRequest{Parent: n, Filter: "reserve > 0"}, ""},
		{"ValuationService.UpdateValuation", &parleyv1.UpdateValuationRequest{Valuation: &parleyv1.Valuation{Name: n + "/valuations/ukraine--r1", Reserve: 1}, UpdateMask: mask("reserve")}, ""},
		{"ValuationService.DeleteValuation", &parleyv1.DeleteValuationRequest{Name: n + "/valuations/ukraine--r1"}, ""},
		{"ValuationService.UndeleteValuation", &parleyv1.UndeleteValuationRequest{Name: n + "/valuations/ukraine--r1"}, ""},
		{"ValuationService.BatchCreateValuations", &parleyv1.BatchCreateValuationsRequest{Parent: n, Requests: []*parleyv1.CreateValuationRequest{{ValuationId: "russia--r1", Valuation: other}}}, ""},
		{"AnalysisService.SuggestPackages", &parleyv1.SuggestPackagesRequest{Revision: n + "/plans/rivals/revisions/r1", StatusQuo: []string{"p=B"}}, ""},
		{"AnalysisService.SuggestPackages", &parleyv1.SuggestPackagesRequest{Revision: n + "/plans/rivals/revisions/r1", StatusQuo: []string{"q=B"}}, "POINT_UNKNOWN"},
		{"AnalysisService.SuggestPackages", &parleyv1.SuggestPackagesRequest{Revision: n + "/plans/rivals/revisions/none"}, "RESOURCE_NOT_FOUND"},
		{"AnalysisService.GetAgreement", &parleyv1.GetAgreementRequest{Revision: usDraft + "/revisions/v8", ChangedPoints: []string{"sovereignty"}}, ""},
		{"AnalysisService.GetAgreement", &parleyv1.GetAgreementRequest{Revision: usDraft + "/revisions/v8", ChangedPoints: []string{"none"}}, "POINT_UNKNOWN"},
	}
}

package daemon_test

import parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"

// movementRows are the rows of parityRows for where the talks are stuck, who moved, what lapsed and what happened.
func movementRows() []parityRow {
	const (
		n       = peacePlan
		v3      = usDraft + "/revisions/v3"
		v8      = usDraft + "/revisions/v8"
		ukraine = n + "/parties/ukraine"
		nobody  = n + "/parties/none"
	)
	refusedAndUnanswered := []parleyv1.StickingPoint_Reason_Kind{parleyv1.StickingPoint_Reason_KIND_RESERVED, parleyv1.StickingPoint_Reason_KIND_NEVER_SAID}
	waiting := parleyv1.ListStickingPointsRequest_VIEW_WAITING_FOR
	return []parityRow{
		{"AnalysisService.ListStickingPoints", &parleyv1.ListStickingPointsRequest{Revision: v8}, ""},
		{"AnalysisService.ListStickingPoints", &parleyv1.ListStickingPointsRequest{Revision: v8, Topics: []string{"territory", "energy"}, PageSize: 1, HeldAt: moment("2025-12-24")}, ""},
		{"AnalysisService.ListStickingPoints", &parleyv1.ListStickingPointsRequest{Revision: v8, Reasons: refusedAndUnanswered, KnownAt: moment("2025-12-26")}, ""},
		{"AnalysisService.ListStickingPoints", &parleyv1.ListStickingPointsRequest{Revision: v8, View: parleyv1.ListStickingPointsRequest_VIEW_AGREED}, ""},
		{"AnalysisService.ListStickingPoints", &parleyv1.ListStickingPointsRequest{Revision: v8, View: waiting, Party: ukraine}, ""},
		{"AnalysisService.ListStickingPoints", &parleyv1.ListStickingPointsRequest{Revision: v8, View: waiting}, "INVALID_FIELD"},
		{"AnalysisService.ListStickingPoints", &parleyv1.ListStickingPointsRequest{Revision: v8, Party: nobody}, "REFERENCE_NOT_FOUND"},
		{"AnalysisService.ListStickingPoints", &parleyv1.ListStickingPointsRequest{Revision: v8 + "-none"}, "RESOURCE_NOT_FOUND"},

		{"AnalysisService.ListLapsed", &parleyv1.ListLapsedRequest{Revision: v8}, ""},
		{"AnalysisService.ListLapsed", &parleyv1.ListLapsedRequest{Revision: v8, Party: ukraine, PageSize: 1, HeldAt: moment("2025-12-24")}, ""},
		{"AnalysisService.ListLapsed", &parleyv1.ListLapsedRequest{Revision: v8, Party: nobody}, "REFERENCE_NOT_FOUND"},
		{"AnalysisService.ListLapsed", &parleyv1.ListLapsedRequest{Revision: usDraft + "/revisions/none"}, "RESOURCE_NOT_FOUND"},

		{"AnalysisService.ListConcessions", &parleyv1.ListConcessionsRequest{Parent: n}, ""},
		{"AnalysisService.ListConcessions", &parleyv1.ListConcessionsRequest{Parent: n, Party: ukraine, Topic: "territory", PageSize: 2}, ""},
		{"AnalysisService.ListConcessions", &parleyv1.ListConcessionsRequest{Parent: n, Base: v3, Revision: v8}, ""},
		{"AnalysisService.ListConcessions", &parleyv1.ListConcessionsRequest{Parent: n, FromTime: moment("2025-11-23"), UntilTime: moment("2025-12-24")}, ""},
		{"AnalysisService.ListConcessions", &parleyv1.ListConcessionsRequest{Parent: n, FromTime: moment("2025-12-24"), UntilTime: moment("2025-11-23")}, "INVALID_FIELD"},
		{"AnalysisService.ListConcessions", &parleyv1.ListConcessionsRequest{Parent: n, Base: v8 + "-none"}, "REFERENCE_NOT_FOUND"},
		{"AnalysisService.ListConcessions", &parleyv1.ListConcessionsRequest{Parent: "negotiations/none"}, "RESOURCE_NOT_FOUND"},

		{"AnalysisService.GetTimeline", &parleyv1.GetTimelineRequest{Parent: n, PageSize: 1000}, ""},
		{"AnalysisService.GetTimeline", &parleyv1.GetTimelineRequest{Parent: n, Party: ukraine, Topic: "territory", PageSize: 3}, ""},
		{"AnalysisService.GetTimeline", &parleyv1.GetTimelineRequest{Parent: n, Point: v8 + "/points/territory", ContradictionsOnly: true}, ""},
		{"AnalysisService.GetTimeline", &parleyv1.GetTimelineRequest{Parent: n, Order: parleyv1.GetTimelineRequest_ORDER_RECORDED, Kinds: []parleyv1.Timeline_Kind{parleyv1.Timeline_KIND_CLAIM, parleyv1.Timeline_KIND_RESPONSE}}, ""},
		{"AnalysisService.GetTimeline", &parleyv1.GetTimelineRequest{Parent: n, FromTime: moment("2025-11-24"), UntilTime: moment("2025-11-26")}, ""},
		{"AnalysisService.GetTimeline", &parleyv1.GetTimelineRequest{Parent: n, Point: v8 + "/points/none"}, "REFERENCE_NOT_FOUND"},
		{"AnalysisService.GetTimeline", &parleyv1.GetTimelineRequest{Parent: "negotiations/none"}, "RESOURCE_NOT_FOUND"},
	}
}

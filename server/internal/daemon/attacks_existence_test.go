package daemon_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Attacks on what exists: a name that is there in secret is answered like one that nobody has.
func TestAttacksOnWhatExists(t *testing.T) {
	s := besiege(t)
	for _, attacks := range [][]attack{namedSecrets, listedSecrets, borrowedTokens, crookedNames} {
		repel(t, s, attacks)
	}
}

// namedSecrets ask for what is there by its name.
var namedSecrets = []attack{
	{"a negotiation", ask("anna", "NegotiationService.GetNegotiation", `{"name": "negotiations/{id}"}`), missing},
	{"what is in a hidden negotiation", ask("anna", "PartyService.ListParties", `{"parent": "negotiations/{id}"}`), missing},
	{"the members of a hidden negotiation", ask("anna", "MemberService.ListMembers", `{"parent": "negotiations/{id}"}`), missing},
	{"the log of a hidden negotiation", ask("", "LogService.ListEntries", `{"parent": "negotiations/{id}"}`), missing},
	{"a party", ask("anna", "PartyService.GetParty", `{"name": "{n}/parties/mediators--{id}"}`), missing},
	{"the demands of a hidden party", ask("anna", "DemandService.ListDemands", `{"parent": "{n}/parties/mediators--{id}"}`), "OK"},
	{"a demand", ask("anna", "DemandService.GetDemand", `{"name": "{n}/parties/b/demands/b--{id}"}`), missing},
	{"a plan", ask("olga", "PlanService.GetPlan", `{"name": "{n}/plans/mediators--{id}"}`), missing},
	{"the revisions of a hidden plan", ask("olga", "PlanService.ListRevisions", `{"parent": "{n}/plans/mediators--{id}"}`), "OK"},
	{"the newest revision of a hidden plan", ask("olga", "PlanService.GetRevision", `{"name": "{n}/plans/mediators--{id}/revisions/latest"}`), missing},
	{"a revision", ask("anna", "PlanService.GetRevision", `{"name": "{n}/plans/draft/revisions/mediators--{id}"}`), missing},
	{"the points of a hidden revision", ask("anna", "PlanService.ListPoints", `{"parent": "{n}/plans/draft/revisions/mediators--{id}"}`), missing},
	{"a point of a hidden revision", ask("anna", "PlanService.GetPoint", `{"name": "{n}/plans/draft/revisions/mediators--{id}/points/p"}`), missing},
	{"blame through a hidden revision", ask("anna", "AnalysisService.BlamePoint", `{"name": "{n}/plans/draft/revisions/mediators--{id}/points/p"}`), missing},
	{"the matrix of a hidden revision", ask("anna", "AnalysisService.GetPositionMatrix", `{"revision": "{n}/plans/draft/revisions/mediators--{id}"}`), missing},
	{"a comparison with a hidden base", ask("anna", "PlanService.DiffRevisions", `{"revision": "{n}/plans/draft/revisions/r1", "base": "{n}/plans/draft/revisions/mediators--{id}"}`), "InvalidArgument REFERENCE_NOT_FOUND"},
	{"a comparison of a hidden revision", ask("anna", "PlanService.DiffRevisions", `{"revision": "{n}/plans/draft/revisions/mediators--{id}", "base": "{n}/plans/draft/revisions/r1"}`), missing},
	{"a stance", ask("anna", "StanceService.GetStance", `{"name": "{n}/stances/b--{id}"}`), missing},
	{"a stance, to the public", ask("", "StanceService.GetStance", `{"name": "{n}/stances/b--{id}"}`), missing},
	{"a deleted stance", ask("anna", "StanceService.GetStance", `{"name": "{n}/stances/b--erased-{id}"}`), missing},
	{"a claim", ask("anna", "ClaimService.GetClaim", `{"name": "{n}/claims/b--{id}"}`), missing},
	{"an event", ask("anna", "EventService.GetEvent", `{"name": "{n}/events/mediators--{id}"}`), missing},
	{"a source", ask("anna", "SourceService.GetSource", `{"name": "{n}/sources/mediators--{id}"}`), missing},
	{"an assessment", ask("ines", "AssessmentService.GetAssessment", `{"name": "{n}/assessments/b--{id}"}`), missing},
	{"a disclosure under embargo", ask("bert", "DisclosureService.GetDisclosure", `{"name": "{n}/disclosures/mediators--{id}"}`), missing},
	{"a member", ask("bert", "MemberService.GetMember", `{"name": "{n}/members/anna"}`), missing},
	{"who looked at what another party entrusted", ask("anna", "AccessService.GetAccess", `{"name": "{access}"}`), missing},
	{"who looked at what is about a party, and secret from it", ask("anna", "AccessService.ListAccesses", `{"parent": "{n}"}`), "OK"},
	{"accesses, by an observer", ask("olga", "AccessService.ListAccesses", `{"parent": "{n}"}`), denied},
	{"the parties of a matrix", ask("anna", "AnalysisService.GetPositionMatrix", `{"revision": "{n}/plans/draft/revisions/latest", "parties": ["{n}/parties/mediators--{id}"]}`), "InvalidArgument REFERENCE_NOT_FOUND"},
	{"the history of a point by a hidden plan", ask("anna", "PlanService.ListPointHistory", `{"parent": "{n}/plans/mediators--{id}", "point": "p"}`), missing},
	{"the history of a point that only a secret text has", ask("anna", "PlanService.GetPoint", `{"name": "{n}/plans/draft/revisions/r1/points/q"}`), missing},
	{"a watch of a hidden negotiation", watchAs("anna", `{"name": "negotiations/{id}"}`), missing},
}

// listedSecrets ask for moments and lists in which it might be.
var listedSecrets = []attack{
	{"what was confided, before it was told", ask("anna", "StanceService.GetStance", `{"name": "{n}/stances/b--late", "as_of": "{then}"}`), missing},
	{"what was not there yet", ask("anna", "StanceService.GetStance", `{"name": "{n}/stances/b--late", "as_of": "{before}"}`), missing},
	{"a secret of the past", ask("anna", "StanceService.GetStance", `{"name": "{n}/stances/b--{id}", "as_of": "{then}"}`), missing},
	{"a secret of the future", ask("anna", "StanceService.GetStance", `{"name": "{n}/stances/b--{id}", "as_of": "2125-01-01T00:00:00Z"}`), missing},
	{"a filter that names a secret", ask("anna", "StanceService.ListStances", `{"parent": "{n}", "filter": "name = \"negotiations/peace/stances/b--{id}\""}`), "OK"},
	{"a filter that guesses at secret words", ask("anna", "ClaimService.ListClaims", `{"parent": "{n}", "filter": "statement:\"cana\""}`), "OK"},
	{"a filter by audience", ask("anna", "StanceService.ListStances", `{"parent": "{n}", "filter": "audience.level = LEVEL_MEDIATOR"}`), "OK"},
	{"a filter for what is deleted", ask("anna", "StanceService.ListStances", `{"parent": "{n}", "filter": "reason = \"cana*\"", "show_deleted": true}`), "OK"},
	{"a filter for the points of revisions in a list", ask("anna", "PlanService.ListRevisions", `{"parent": "{n}/plans/-", "filter": "points.text:\"cana\""}`), "InvalidArgument FILTER_INVALID"},
	{"a filter for what no message has", ask("anna", "StanceService.ListStances", `{"parent": "{n}", "filter": "request_id = \"x\""}`), "InvalidArgument FILTER_INVALID"},
	{"an order by what no message has", ask("anna", "StanceService.ListStances", `{"parent": "{n}", "order_by": "seq"}`), "InvalidArgument ORDER_BY_INVALID"},
	{"an order by what is secret", ask("anna", "StanceService.ListStances", `{"parent": "{n}", "order_by": "reason desc", "page_size": 2147483647}`), "OK"},
	{"all demands at once", ask("anna", "DemandService.ListDemands", `{"parent": "{n}/parties/-", "show_deleted": true}`), "OK"},
	{"all revisions at once", ask("anna", "PlanService.ListRevisions", `{"parent": "{n}/plans/-"}`), "OK"},
	{"the demands of all negotiations", ask("anna", "DemandService.ListDemands", `{"parent": "negotiations/-/parties/-"}`), "InvalidArgument INVALID_FIELD"},
	{"all negotiations", ask("anna", "NegotiationService.ListNegotiations", `{"show_deleted": true}`), "OK"},
	{"the whole log", ask("anna", "LogService.ListEntries", `{"parent": "{n}", "page_size": 1000}`), "OK"},
	{"the log, newest first", ask("olga", "LogService.ListEntries", `{"parent": "{n}", "page_size": 1000, "order_by": "create_time desc"}`), "OK"},
	{"a negative page", ask("anna", "StanceService.ListStances", `{"parent": "{n}", "page_size": -1}`), "InvalidArgument INVALID_FIELD"},
}

// borrowedTokens show tokens of pages and watches that are another's.
var borrowedTokens = []attack{
	{"a forged page token", ask("anna", "StanceService.ListStances", `{"parent": "{n}", "page_token": "AAAA"}`), "InvalidArgument PAGE_TOKEN_INVALID"},
	{"the page token of another", ask("anna", "StanceService.ListStances", `{"parent": "{n}", "page_size": 1, "page_token": "{marias-page}"}`), "InvalidArgument PAGE_TOKEN_INVALID"},
	{"the page token of another list", ask("maria", "ClaimService.ListClaims", `{"parent": "{n}", "page_size": 1, "page_token": "{marias-page}"}`), "InvalidArgument PAGE_TOKEN_INVALID"},
	{"a page token with another filter", ask("maria", "StanceService.ListStances", `{"parent": "{n}", "page_token": "{marias-page}", "filter": "value = BLOCK"}`), "InvalidArgument PAGE_TOKEN_INVALID"},
	{"a page token as a resume token", watchAs("maria", `{"name": "{n}", "resume_token": "{marias-page}"}`), "InvalidArgument RESUME_TOKEN_INVALID"},
	{"the resume token of another", watchAs("anna", `{"name": "{n}", "resume_token": "{marias-watch}"}`), "InvalidArgument RESUME_TOKEN_INVALID"},
	{"the resume token of another by Last-Event-ID", fetch("anna", "/v1/{n}:watch", "Accept", "text/event-stream", "Last-Event-ID", "{marias-watch}"), "400 RESUME_TOKEN_INVALID"},
	{"whether anything was recorded between two watches, by their resume tokens", twoWatches, "OK"},
}

// crookedNames spell names so that somebody may read them otherwise.
var crookedNames = []attack{
	{"a stance over REST", fetch("anna", "/v1/{n}/stances/b--{id}"), missingOverREST},
	{"whether a copy of a secret is still good", fetch("anna", "/v1/{n}/stances/b--{id}", "If-None-Match", "*"), missingOverREST},
	{"whether a copy with the etag is still good", fetch("anna", "/v1/{n}/stances/b--{id}", "If-None-Match", `"{hidden-etag}"`), missingOverREST},
	{"the head of a secret", send("anna", http.MethodHead, "/v1/{n}/stances/b--{id}", ""), "404"},
	{"a path with encoded slashes", fetch("anna", "/v1/{n}%2Fstances%2Fb--{id}"), missingOverREST},
	{"a path up and down again", fetch("anna", "/v1/{n}/../{n}/stances/b--{id}"), "404 METHOD_NOT_IMPLEMENTED"},
	{"a path up, encoded", fetch("anna", "/v1/{n}/stances/%2e%2e/stances/b--{id}"), "404 METHOD_NOT_IMPLEMENTED"},
	{"a path with two slashes", fetch("anna", "/v1/{n}//stances/b--{id}"), "404 METHOD_NOT_IMPLEMENTED"},
	{"a path twice encoded", fetch("anna", "/v1/{n}/stances/b%252D%252D{id}"), "400 INVALID_FIELD"},
	{"a path up in a name", ask("anna", "StanceService.GetStance", `{"name": "{n}/stances/../stances/b--{id}"}`), "InvalidArgument INVALID_FIELD"},
	{"a zero byte in a name", ask("anna", "StanceService.GetStance", `{"name": "{n}/stances/b--{id}\u0000"}`), "InvalidArgument INVALID_FIELD"},
	{"a zero byte in a path", fetch("anna", "/v1/{n}/stances/b--{id}%00"), "400 INVALID_FIELD"},
	{"a letter that looks like another", ask("anna", "StanceService.GetStance", `{"name": "{n}/stances/\u0432--{id}"}`), "InvalidArgument INVALID_FIELD"},
	{"a full-width letter", fetch("anna", "/v1/{n}/stances/%EF%BD%82--{id}"), "400 INVALID_FIELD"},
	{"capital letters", ask("anna", "StanceService.GetStance", `{"name": "{n}/stances/B--{id}"}`), "InvalidArgument INVALID_FIELD"},
	{"the name of a log of the server's own", ask("root", "LogService.ListEntries", `{"parent": "negotiations/_server"}`), "InvalidArgument INVALID_FIELD"},
	{"the log of accesses as a negotiation", ask("anna", "LogService.ListEntries", `{"parent": "_access/{n}"}`), "InvalidArgument INVALID_FIELD"},
	{"the newest revision is the newest one that is known", latestIs("r1"), "OK"},
	{"the second page of a mediator who is one no more", pageOfWhoChanges, "OK"},
}

// watchAs begins a watch and gives what ends it, or that it does not end.
func watchAs(who, request string) act {
	return func(x *attacker) outcome {
		req := &parleyv1.WatchNegotiationRequest{}
		if err := protojson.Unmarshal([]byte(x.fill(request)), req); err != nil {
			x.t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(x.as(who))
		defer cancel()
		stream, err := parleyv1.NewLogServiceClient(x.conn).WatchNegotiation(ctx, req)
		if err == nil {
			_, err = stream.Recv()
		}
		return overGRPC(err, "")
	}
}

// twoWatches begins two watches between which nothing is recorded. If their tokens were the same, other tokens that are not would
// tell that something was recorded in secret.
func twoWatches(x *attacker) outcome {
	var tokens [2]string
	for i := range tokens {
		_, tokens[i] = untilProgress(watching(x.t, x.anna, &parleyv1.WatchNegotiationRequest{Name: x.n}))
	}
	if tokens[0] == tokens[1] {
		x.t.Error("resume tokens of the same place in the log are the same")
	}
	return outcome{brief: "OK", text: tokens[0]}
}

// latestIs checks that `latest` is the same revision by every way to ask for it, however many secret ones came after.
func latestIs(id string) act {
	return func(x *attacker) outcome {
		var first outcome
		for i, name := range []string{id, "latest"} {
			got := ask("anna", "PlanService.GetRevision", `{"name": "{n}/plans/draft/revisions/`+name+`"}`)(x)
			if i > 0 && got != first {
				x.t.Errorf("%s is\n%s\nnot\n%s", name, got.text, first.text)
			}
			first = got
		}
		plan := ask("anna", "PlanService.GetPlan", `{"name": "{n}/plans/draft"}`)(x)
		if !strings.Contains(plan.text, "/revisions/"+id+`"`) {
			x.t.Errorf("the plan has another newest revision: %s", plan.text)
		}
		return first
	}
}

// pageOfWhoChanges has a mediator become an observer between two pages: the second shows what an observer may see.
func pageOfWhoChanges(x *attacker) outcome {
	x.t.Helper()
	created, err := x.mediator.Members.CreateMember(x.t.Context(), &parleyv1.CreateMemberRequest{Parent: x.n, Member: &parleyv1.Member{Principal: "max", Role: parleyv1.Member_ROLE_MEDIATOR}})
	must(x.t)(created, err)
	max := x.bearer(x.t, "max", false)
	list := &parleyv1.ListStancesRequest{Parent: x.n, PageSize: 1}
	page, err := max.Stances.ListStances(x.t.Context(), list)
	must(x.t)(page, err)
	must(x.t)(x.mediator.Members.UpdateMember(x.t.Context(), &parleyv1.UpdateMemberRequest{
		Member: &parleyv1.Member{Name: created.GetName(), Role: parleyv1.Member_ROLE_OBSERVER}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"role"}},
	}))
	list.PageToken = page.GetNextPageToken()
	page, err = max.Stances.ListStances(x.t.Context(), list)
	return overGRPC(err, protojson.Format(page))
}

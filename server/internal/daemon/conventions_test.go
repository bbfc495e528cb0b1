package daemon_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

const requestID = "6f1d2c1e-7c3b-4a51-9d0e-0c2f6a1b2c3d"

func TestARetryGetsTheFirstAnswerAlsoAfterARestart(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	n := talks(t, s, "peace")
	req := &parleyv1.CreatePartyRequest{Parent: n, Party: &parleyv1.Party{DisplayName: "Third"}, RequestId: requestID}
	first, err := s.mediator.Parties.CreateParty(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	must(t)(s.mediator.Parties.UpdateParty(t.Context(), &parleyv1.UpdatePartyRequest{
		Party: &parleyv1.Party{Name: first.GetName(), DisplayName: "Renamed"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"display_name"}},
	}))
	s.stop()

	s = start(t, dir)
	again, err := s.mediator.Parties.CreateParty(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, again, protocmp.Transform()); diff != "" {
		t.Errorf("the retry got another answer (-first +retry):\n%s", diff)
	}
	other := proto.CloneOf(req)
	other.Party.DisplayName = "Another"
	_, err = s.mediator.Parties.CreateParty(t.Context(), other)
	wantReason(t, err, codes.AlreadyExists, parleyv1.ErrorReason_REQUEST_ID_REUSED)
}

func TestARetryOfANewNegotiationWithoutAnIDMakesNoSecond(t *testing.T) {
	s := start(t, t.TempDir())
	req := &parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{DisplayName: "Talks"}, RequestId: requestID}
	first, err := s.mediator.Negotiations.CreateNegotiation(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.mediator.Negotiations.CreateNegotiation(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if first.GetName() != again.GetName() {
		t.Errorf("made %s and %s", first.GetName(), again.GetName())
	}
}

func TestValidateOnlyAnswersButStoresNothing(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	for _, id := range []string{"new", "draft"} {
		_, err := s.mediator.Plans.CreatePlan(t.Context(), &parleyv1.CreatePlanRequest{
			Parent: n, PlanId: id, Plan: &parleyv1.Plan{DisplayName: "x"}, ValidateOnly: true,
		})
		if id == "draft" {
			wantReason(t, err, codes.AlreadyExists, parleyv1.ErrorReason_RESOURCE_EXISTS)
		} else if err != nil {
			t.Error(err)
		}
	}
	_, err := s.mediator.Plans.GetPlan(t.Context(), &parleyv1.GetPlanRequest{Name: n + "/plans/new"})
	wantReason(t, err, codes.NotFound, parleyv1.ErrorReason_RESOURCE_NOT_FOUND)
	_, err = s.mediator.Negotiations.CreateNegotiation(t.Context(), &parleyv1.CreateNegotiationRequest{
		NegotiationId: "ghost", Negotiation: &parleyv1.Negotiation{DisplayName: "Ghost"}, ValidateOnly: true,
	})
	if err != nil {
		t.Error(err)
	}
	_, err = s.mediator.Negotiations.GetNegotiation(t.Context(), &parleyv1.GetNegotiationRequest{Name: "negotiations/ghost"})
	wantReason(t, err, codes.NotFound, parleyv1.ErrorReason_RESOURCE_NOT_FOUND)
}

func TestUpdateWantsTheEtagOfWhatWasRead(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	ctx := t.Context()
	p, err := s.mediator.Parties.GetParty(ctx, &parleyv1.GetPartyRequest{Name: n + "/parties/a"})
	if err != nil {
		t.Fatal(err)
	}
	mask := &fieldmaskpb.FieldMask{Paths: []string{"display_name"}}
	update := func(name, etag string) (*parleyv1.Party, error) {
		return s.mediator.Parties.UpdateParty(ctx, &parleyv1.UpdatePartyRequest{
			Party: &parleyv1.Party{Name: p.GetName(), DisplayName: name, Etag: etag, Note: "not in the mask"}, UpdateMask: mask,
		})
	}
	second, err := update("Second", p.GetEtag())
	if err != nil {
		t.Fatal(err)
	}
	if second.GetDisplayName() != "Second" || second.GetNote() != "" || second.GetEtag() == p.GetEtag() {
		t.Errorf("the update led to %v", second)
	}
	_, err = update("Third", p.GetEtag())
	d := wantReason(t, err, codes.Aborted, parleyv1.ErrorReason_ETAG_MISMATCH)
	if d.Metadata["current_etag"] != second.GetEtag() {
		t.Errorf("the error should tell the etag %s, has %v", second.GetEtag(), d.Metadata)
	}
	if _, err := update("Third", ""); err != nil {
		t.Errorf("without an etag the update is unconditional, got %v", err)
	}
}

func TestMasksThatCannotBeFollowed(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	for _, test := range []struct {
		paths []string
		bad   string // the one at fault
	}{
		{[]string{}, ""},
		{[]string{"no_such_field"}, "no_such_field"},
		{[]string{"display_name", "audience.no_such_field", "note"}, "audience.no_such_field"},
		{[]string{"display_name", "create_time"}, "create_time"},
		{[]string{"name"}, "name"},
		{[]string{"etag"}, "etag"},
		{[]string{"note", "*"}, "*"},
	} {
		_, err := s.mediator.Parties.UpdateParty(t.Context(), &parleyv1.UpdatePartyRequest{
			Party: &parleyv1.Party{Name: n + "/parties/a", DisplayName: "x"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: test.paths},
		})
		if d := wantReason(t, err, codes.InvalidArgument, parleyv1.ErrorReason_UPDATE_MASK_INVALID); d.Metadata["path"] != test.bad {
			t.Errorf("%v: the error names the path %q", test.paths, d.Metadata["path"])
		}
	}
}

// An update that makes no difference is answered with the resource as it is, whatever form it has; it is no news.
func TestAnUpdateThatChangesNothingLeavesTheEtag(t *testing.T) {
	s := start(t, t.TempDir())
	party := talks(t, s, "peace") + "/parties/a"
	before, err := s.mediator.Parties.GetParty(t.Context(), &parleyv1.GetPartyRequest{Name: party})
	if err != nil {
		t.Fatal(err)
	}
	for name, req := range map[string]*parleyv1.UpdatePartyRequest{
		"nothing at all":          {Party: &parleyv1.Party{Name: party}},
		"the same without a mask": {Party: &parleyv1.Party{Name: party, DisplayName: before.GetDisplayName()}},
		"the same with a mask":    {Party: proto.CloneOf(before), UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"display_name", "note"}}},
		"everything":              {Party: proto.CloneOf(before), UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"*"}}},
		"under a request_id":      {Party: &parleyv1.Party{Name: party}, RequestId: requestID},
		"the same id again":       {Party: &parleyv1.Party{Name: party}, RequestId: requestID},
		"only checked":            {Party: &parleyv1.Party{Name: party}, ValidateOnly: true},
	} {
		got, err := s.mediator.Parties.UpdateParty(t.Context(), req)
		if err != nil || !proto.Equal(before, got) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	if resp, data := s.rest(t, "PATCH", "/v1/"+party, "{}", "If-Match", `"`+before.GetEtag()+`"`); resp.Header.Get("ETag") != `"`+before.GetEtag()+`"` {
		t.Errorf("over REST: %s", data)
	}
	_, err = s.mediator.Parties.UpdateParty(t.Context(), &parleyv1.UpdatePartyRequest{Party: &parleyv1.Party{Name: party, Note: "x"}, RequestId: requestID})
	wantReason(t, err, codes.AlreadyExists, parleyv1.ErrorReason_REQUEST_ID_REUSED)
}

func TestDeletedComesBack(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	ctx := t.Context()
	demand, err := s.mediator.Demands.CreateDemand(ctx, &parleyv1.CreateDemandRequest{
		Parent: n + "/parties/a", DemandId: "d", Demand: &parleyv1.Demand{Statement: "Peace.", Strength: parleyv1.Demand_STRENGTH_CORE},
	})
	if err != nil {
		t.Fatal(err)
	}
	party := n + "/parties/a"
	list := func(deleted bool) int {
		got, err := client.Collect(client.All(ctx, s.mediator.Demands.ListDemands,
			&parleyv1.ListDemandsRequest{Parent: n + "/parties/-", ShowDeleted: deleted}, (*parleyv1.ListDemandsResponse).GetDemands))
		if err != nil {
			t.Fatal(err)
		}
		return len(got)
	}
	gone, err := s.mediator.Demands.DeleteDemand(ctx, &parleyv1.DeleteDemandRequest{Name: demand.GetName(), Etag: demand.GetEtag()})
	if err != nil || gone.GetDeleteTime() == nil {
		t.Fatalf("deleted: %v, %v", gone, err)
	}
	if a, b := list(false), list(true); a != 0 || b != 1 {
		t.Errorf("lists show %d demands, with deleted ones %d; want 0 and 1", a, b)
	}
	_, err = s.mediator.Demands.UpdateDemand(ctx, &parleyv1.UpdateDemandRequest{Demand: &parleyv1.Demand{Name: demand.GetName(), Statement: "x"}})
	wantReason(t, err, codes.FailedPrecondition, parleyv1.ErrorReason_RESOURCE_DELETED)
	must(t)(s.mediator.Demands.UndeleteDemand(ctx, &parleyv1.UndeleteDemandRequest{Name: demand.GetName()}))
	_, err = s.mediator.Demands.UndeleteDemand(ctx, &parleyv1.UndeleteDemandRequest{Name: demand.GetName()})
	wantReason(t, err, codes.FailedPrecondition, parleyv1.ErrorReason_RESOURCE_NOT_DELETED)

	must(t)(s.mediator.Parties.DeleteParty(ctx, &parleyv1.DeletePartyRequest{Name: party}))
	if got := list(true); got != 0 {
		t.Errorf("a demand outlives its party: %d shown", got)
	}
	must(t)(s.mediator.Parties.UndeleteParty(ctx, &parleyv1.UndeletePartyRequest{Name: party}))
	if got := list(false); got != 1 {
		t.Errorf("the demand did not come back with its party: %d shown", got)
	}
}

func TestAsOfShowsWhatTheRecordSaidThen(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	ctx, plan := t.Context(), n+"/plans/draft"
	r1 := commitText(t, s, plan, "r1", nil, point("army", "At most 600,000."))
	r2 := commitText(t, s, plan, "r2", []string{"r1"}, point("army", "At most 800,000."))
	created := func(r *parleyv1.CommitRevisionResponse) time.Time { return r.GetRevision().GetCreateTime().AsTime() }
	for _, test := range []struct {
		at   time.Time
		want string
	}{
		{created(r1), "r1"}, {created(r2).Add(-1), "r1"}, {created(r2), "r2"}, {time.Now().Add(time.Hour), "r2"},
	} {
		got, err := s.mediator.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: plan + "/revisions/latest", AsOf: timestamppb.New(test.at)})
		if err != nil || got.GetName() != plan+"/revisions/"+test.want {
			t.Errorf("latest as of %v is %v, %v; want %s", test.at, got.GetName(), err, test.want)
		}
	}
	_, err := s.mediator.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: plan + "/revisions/r2", AsOf: timestamppb.New(created(r1))})
	wantReason(t, err, codes.NotFound, parleyv1.ErrorReason_RESOURCE_NOT_FOUND)
	_, err = s.mediator.Negotiations.GetNegotiation(ctx, &parleyv1.GetNegotiationRequest{Name: n, AsOf: timestamppb.New(time.Unix(0, 0))})
	wantReason(t, err, codes.NotFound, parleyv1.ErrorReason_RESOURCE_NOT_FOUND)
}

func TestPagesJoinUpAndKeepTheirMoment(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	ctx := t.Context()
	for i := range 25 {
		must(t)(s.mediator.Parties.CreateParty(ctx, &parleyv1.CreatePartyRequest{
			Parent: n, PartyId: fmt.Sprintf("p%02d", i), Party: &parleyv1.Party{DisplayName: fmt.Sprint(i), Kind: parleyv1.Party_Kind(1 + i%2)},
		}))
	}
	req := &parleyv1.ListPartiesRequest{Parent: n, PageSize: 7, Filter: `party_id != "a"`, OrderBy: "display_name desc"}
	req.Filter = "kind = STATE"
	var names []string
	for {
		resp, err := s.mediator.Parties.ListParties(ctx, req)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range resp.GetParties() {
			names = append(names, p.GetDisplayName())
		}
		if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
			break
		}
		must(t)(s.mediator.Parties.CreateParty(ctx, &parleyv1.CreatePartyRequest{ // must not turn up in the pages to come
			Parent: n, Party: &parleyv1.Party{DisplayName: "!late", Kind: parleyv1.Party_KIND_STATE},
		}))
	}
	want := []string{"Party b", "Party a", "8", "6", "4", "24", "22", "20", "2", "18", "16", "14", "12", "10", "0"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestPagesOfTheFutureKeepThePresent(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	req := &parleyv1.ListPartiesRequest{Parent: n, PageSize: 1, AsOf: timestamppb.New(time.Now().AddDate(1, 0, 0))}
	first, err := s.mediator.Parties.ListParties(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	must(t)(s.mediator.Parties.CreateParty(t.Context(), &parleyv1.CreatePartyRequest{Parent: n, PartyId: "c", Party: &parleyv1.Party{DisplayName: "Late"}}))
	req.PageSize, req.PageToken = 10, first.GetNextPageToken()
	rest, err := s.mediator.Parties.ListParties(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(first.GetParties()) + len(rest.GetParties()); got != 2 {
		t.Errorf("the pages hold %d parties, there were 2 when the first was read", got)
	}
}

func TestPageTokensServeOnlyTheCallTheyCameFrom(t *testing.T) {
	s := start(t, t.TempDir())
	n, m := talks(t, s, "one"), talks(t, s, "two")
	ctx := t.Context()
	first, err := s.mediator.Parties.ListParties(ctx, &parleyv1.ListPartiesRequest{Parent: n, PageSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	token := first.GetNextPageToken()
	for name, req := range map[string]*parleyv1.ListPartiesRequest{
		"another parent": {Parent: m, PageToken: token},
		"another filter": {Parent: n, PageToken: token, Filter: "kind = STATE"},
		"cut":            {Parent: n, PageToken: token[:len(token)-2]},
		"made up":        {Parent: n, PageToken: "AAAA"},
	} {
		_, err := s.mediator.Parties.ListParties(ctx, req)
		d := wantReason(t, err, codes.InvalidArgument, parleyv1.ErrorReason_PAGE_TOKEN_INVALID)
		if len(d.Violations) != 1 || d.Violations[0].Field != "page_token" {
			t.Errorf("%s: violations %v", name, d.Violations)
		}
	}
	_, err = s.public.Parties.ListParties(ctx, &parleyv1.ListPartiesRequest{Parent: n, PageToken: token})
	wantReason(t, err, codes.InvalidArgument, parleyv1.ErrorReason_PAGE_TOKEN_INVALID)
}

func TestBatchesAreAllOrNothing(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	ctx, plan := t.Context(), n+"/plans/draft"
	commitText(t, s, plan, "r1", nil, point("army", "At most 600,000."))
	stance := func(party, point string) *parleyv1.CreateStanceRequest {
		return &parleyv1.CreateStanceRequest{Parent: n, Stance: &parleyv1.Stance{
			Party: n + "/parties/" + party, Value: parleyv1.Stance_VALUE_ACCEPT,
			Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: plan + "/revisions/latest/points/" + point}},
		}}
	}
	_, err := s.mediator.Stances.BatchCreateStances(ctx, &parleyv1.BatchCreateStancesRequest{
		Parent: n, Requests: []*parleyv1.CreateStanceRequest{stance("a", "army"), stance("nobody", "army"), stance("b", "nothing")},
	})
	if d := client.Details(err); d.Code != codes.InvalidArgument || len(d.Violations) != 2 ||
		d.Violations[0].Field != "requests[1].stance.party" || d.Violations[1].Field != "requests[2].stance.target.point" {
		t.Errorf("the two bad items should be named, got %v with %v", err, client.Details(err).Violations)
	}
	list, err := s.mediator.Stances.ListStances(ctx, &parleyv1.ListStancesRequest{Parent: n})
	if err != nil || len(list.GetStances()) != 0 {
		t.Errorf("a refused batch stored %d stances (%v)", len(list.GetStances()), err)
	}

	var many []*parleyv1.CreateStanceRequest
	for range 1000 {
		many = append(many, stance("a", "army"))
	}
	got, err := s.mediator.Stances.BatchCreateStances(ctx, &parleyv1.BatchCreateStancesRequest{Parent: n, Requests: many})
	if err != nil || len(got.GetStances()) != 1000 {
		t.Errorf("a batch of 1,000 gave %d, %v", len(got.GetStances()), err)
	}
	_, err = s.mediator.Stances.BatchCreateStances(ctx, &parleyv1.BatchCreateStancesRequest{Parent: n, Requests: append(many, stance("a", "army"))})
	wantReason(t, err, codes.InvalidArgument, parleyv1.ErrorReason_INVALID_FIELD)
}

func TestTheMediatorSeesAllAndThePublicWhatIsPublic(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	ctx := t.Context()
	must(t)(s.mediator.Demands.CreateDemand(ctx, &parleyv1.CreateDemandRequest{Parent: n + "/parties/a", DemandId: "a--told", Demand: &parleyv1.Demand{
		Statement: "Told in confidence.", Strength: parleyv1.Demand_STRENGTH_RED_LINE, Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR},
	}}))
	name := n + "/parties/a/demands/a--told"
	if _, err := s.mediator.Demands.GetDemand(ctx, &parleyv1.GetDemandRequest{Name: name}); err != nil {
		t.Error(err)
	}
	_, secret := s.public.Demands.GetDemand(ctx, &parleyv1.GetDemandRequest{Name: name})
	wantReason(t, secret, codes.NotFound, parleyv1.ErrorReason_RESOURCE_NOT_FOUND)
	_, missing := s.public.Demands.GetDemand(ctx, &parleyv1.GetDemandRequest{Name: n + "/parties/a/demands/none"})
	wantReason(t, missing, codes.NotFound, parleyv1.ErrorReason_RESOURCE_NOT_FOUND)
	for _, write := range []string{n, "negotiations/none"} {
		_, err := s.public.Parties.CreateParty(ctx, &parleyv1.CreatePartyRequest{Parent: write, Party: &parleyv1.Party{DisplayName: "x"}})
		wantReason(t, err, codes.PermissionDenied, parleyv1.ErrorReason_PERMISSION_DENIED)
	}
	forged := dial(t, s.GRPCAddr, "parley_forged")
	defer func() { _ = forged.Close() }()
	_, err := forged.Negotiations.ListNegotiations(ctx, &parleyv1.ListNegotiationsRequest{})
	wantReason(t, err, codes.Unauthenticated, parleyv1.ErrorReason_CREDENTIALS_INVALID)
}

package dossier

import (
	"cmp"
	"context"
	"iter"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// kind is how the things of a kind are listed and made.
type kind struct {
	name     string
	most     int // things in one call
	items    iter.Seq2[string, proto.Message]
	existing func(ctx context.Context) iter.Seq2[string, error]
	create   func(ctx context.Context, batch []*item) error

	Count
	total int
}

// message is a resource.
type message interface {
	proto.Message
	GetName() string
}

// of gives things with their names.
func of[M message](list []M) iter.Seq2[string, proto.Message] {
	return func(yield func(string, proto.Message) bool) {
		for _, m := range list {
			if !yield(m.GetName(), m) {
				return
			}
		}
	}
}

// names lists what a server has, by a List method.
func names[Req client.PageRequest, Resp client.PageResponse, M message](
	list func(context.Context, Req, ...grpc.CallOption) (Resp, error), req Req, items func(Resp) []M,
) func(context.Context) iter.Seq2[string, error] {
	return func(ctx context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for m, err := range client.All(ctx, list, req, items) {
				if err != nil {
					yield("", err)
					return
				}
				if !yield(m.GetName(), nil) {
					return
				}
			}
		}
	}
}

// kindsOf tells how to load a dossier, kind by kind.
func kindsOf(c *client.Client, d *Dossier) []*kind {
	n := d.Negotiation.GetName()
	return []*kind{
		{
			name: KindParties, most: 1, items: of(d.Parties),
			existing: names(c.Parties.ListParties, &parleyv1.ListPartiesRequest{Parent: n, PageSize: pageSize, ShowDeleted: true}, (*parleyv1.ListPartiesResponse).GetParties),
			create: func(ctx context.Context, one []*item) error {
				req := &parleyv1.CreatePartyRequest{Parent: n, Party: one[0].msg.(*parleyv1.Party), PartyId: idOf(one[0].name)}
				req.RequestId = requestID(req)
				_, err := c.Parties.CreateParty(ctx, req)
				return err
			},
		},
		{
			name: KindMembers, most: 1, items: of(d.Members), existing: membersOf(c, d),
			create: func(ctx context.Context, one []*item) error {
				req := &parleyv1.CreateMemberRequest{Parent: n, Member: one[0].msg.(*parleyv1.Member), MemberId: idOf(one[0].name)}
				req.RequestId = requestID(req)
				_, err := c.Members.CreateMember(ctx, req)
				return err
			},
		},
		{
			name: KindSources, most: batchItems, items: of(d.Sources),
			existing: names(c.Sources.ListSources, &parleyv1.ListSourcesRequest{Parent: n, PageSize: pageSize, ShowDeleted: true}, (*parleyv1.ListSourcesResponse).GetSources),
			create: func(ctx context.Context, batch []*item) error {
				req := &parleyv1.BatchCreateSourcesRequest{Parent: n}
				for _, it := range batch {
					req.Requests = append(req.Requests, &parleyv1.CreateSourceRequest{Source: it.msg.(*parleyv1.Source), SourceId: idOf(it.name)})
				}
				req.RequestId = requestID(req)
				_, err := c.Sources.BatchCreateSources(ctx, req)
				return err
			},
		},
		{
			name: KindDemands, most: batchItems, items: of(d.Demands),
			existing: names(c.Demands.ListDemands, &parleyv1.ListDemandsRequest{Parent: n + "/parties/-", PageSize: pageSize, ShowDeleted: true}, (*parleyv1.ListDemandsResponse).GetDemands),
			create: func(ctx context.Context, batch []*item) error {
				req := &parleyv1.BatchCreateDemandsRequest{Parent: n + "/parties/-"}
				for _, it := range batch {
					req.Requests = append(req.Requests, &parleyv1.CreateDemandRequest{Parent: parentOf(it.name), Demand: it.msg.(*parleyv1.Demand), DemandId: idOf(it.name)})
				}
				req.RequestId = requestID(req)
				_, err := c.Demands.BatchCreateDemands(ctx, req)
				return err
			},
		},
		{
			name: KindPlans, most: 1, items: of(d.Plans),
			existing: names(c.Plans.ListPlans, &parleyv1.ListPlansRequest{Parent: n, PageSize: pageSize, ShowDeleted: true}, (*parleyv1.ListPlansResponse).GetPlans),
			create: func(ctx context.Context, one []*item) error {
				req := &parleyv1.CreatePlanRequest{Parent: n, Plan: one[0].msg.(*parleyv1.Plan), PlanId: idOf(one[0].name)}
				req.RequestId = requestID(req)
				_, err := c.Plans.CreatePlan(ctx, req)
				return err
			},
		},
		{
			name: KindRevisions, most: 1, items: commits(d.Revisions),
			existing: names(c.Plans.ListRevisions, &parleyv1.ListRevisionsRequest{Parent: n + "/plans/-", PageSize: pageSize}, (*parleyv1.ListRevisionsResponse).GetRevisions),
			create: func(ctx context.Context, one []*item) error {
				req := proto.CloneOf(one[0].msg.(*parleyv1.CommitRevisionRequest))
				req.RequestId = requestID(req)
				_, err := c.Commit(ctx, req)
				return err
			},
		},
		{
			name: KindEvents, most: batchItems, items: of(d.Events),
			existing: names(c.Events.ListEvents, &parleyv1.ListEventsRequest{Parent: n, PageSize: pageSize, ShowDeleted: true}, (*parleyv1.ListEventsResponse).GetEvents),
			create: func(ctx context.Context, batch []*item) error {
				req := &parleyv1.BatchCreateEventsRequest{Parent: n}
				for _, it := range batch {
					req.Requests = append(req.Requests, &parleyv1.CreateEventRequest{Event: it.msg.(*parleyv1.Event), EventId: idOf(it.name)})
				}
				req.RequestId = requestID(req)
				_, err := c.Events.BatchCreateEvents(ctx, req)
				return err
			},
		},
		{
			name: KindStances, most: batchItems, items: of(d.Stances),
			existing: names(c.Stances.ListStances, &parleyv1.ListStancesRequest{Parent: n, PageSize: pageSize, ShowDeleted: true}, (*parleyv1.ListStancesResponse).GetStances),
			create: func(ctx context.Context, batch []*item) error {
				req := &parleyv1.BatchCreateStancesRequest{Parent: n}
				for _, it := range batch {
					req.Requests = append(req.Requests, &parleyv1.CreateStanceRequest{Stance: it.msg.(*parleyv1.Stance), StanceId: idOf(it.name)})
				}
				req.RequestId = requestID(req)
				_, err := c.Stances.BatchCreateStances(ctx, req)
				return err
			},
		},
		{
			name: KindClaims, most: batchItems, items: of(d.Claims),
			existing: names(c.Claims.ListClaims, &parleyv1.ListClaimsRequest{Parent: n, PageSize: pageSize, ShowDeleted: true}, (*parleyv1.ListClaimsResponse).GetClaims),
			create: func(ctx context.Context, batch []*item) error {
				req := &parleyv1.BatchCreateClaimsRequest{Parent: n}
				for _, it := range batch {
					req.Requests = append(req.Requests, &parleyv1.CreateClaimRequest{Claim: it.msg.(*parleyv1.Claim), ClaimId: idOf(it.name)})
				}
				req.RequestId = requestID(req)
				_, err := c.Claims.BatchCreateClaims(ctx, req)
				return err
			},
		},
		{
			name: KindAssessments, most: batchItems, items: of(d.Assessments),
			existing: names(c.Assessments.ListAssessments, &parleyv1.ListAssessmentsRequest{Parent: n, PageSize: pageSize, ShowDeleted: true}, (*parleyv1.ListAssessmentsResponse).GetAssessments),
			create: func(ctx context.Context, batch []*item) error {
				req := &parleyv1.BatchCreateAssessmentsRequest{Parent: n}
				for _, it := range batch {
					req.Requests = append(req.Requests, &parleyv1.CreateAssessmentRequest{Assessment: it.msg.(*parleyv1.Assessment), AssessmentId: idOf(it.name)})
				}
				req.RequestId = requestID(req)
				_, err := c.Assessments.BatchCreateAssessments(ctx, req)
				return err
			},
		},
		{
			name: KindObjections, most: batchItems, items: of(d.Objections),
			existing: names(c.Objections.ListObjections, &parleyv1.ListObjectionsRequest{Parent: n, PageSize: pageSize, ShowDeleted: true}, (*parleyv1.ListObjectionsResponse).GetObjections),
			create: func(ctx context.Context, batch []*item) error {
				req := &parleyv1.BatchCreateObjectionsRequest{Parent: n}
				for _, it := range batch {
					req.Requests = append(req.Requests, &parleyv1.CreateObjectionRequest{Objection: it.msg.(*parleyv1.Objection), ObjectionId: idOf(it.name)})
				}
				req.RequestId = requestID(req)
				_, err := c.Objections.BatchCreateObjections(ctx, req)
				return err
			},
		},
		{
			name: KindValuations, most: batchItems, items: of(d.Valuations),
			existing: names(c.Valuations.ListValuations, &parleyv1.ListValuationsRequest{Parent: n, PageSize: pageSize, ShowDeleted: true}, (*parleyv1.ListValuationsResponse).GetValuations),
			create: func(ctx context.Context, batch []*item) error {
				req := &parleyv1.BatchCreateValuationsRequest{Parent: n}
				for _, it := range batch {
					req.Requests = append(req.Requests, &parleyv1.CreateValuationRequest{Valuation: it.msg.(*parleyv1.Valuation), ValuationId: idOf(it.name)})
				}
				req.RequestId = requestID(req)
				_, err := c.Valuations.BatchCreateValuations(ctx, req)
				return err
			},
		},
		{
			name: KindDisclosures, most: 1, items: of(d.Disclosures),
			existing: names(c.Disclosures.ListDisclosures, &parleyv1.ListDisclosuresRequest{Parent: n, PageSize: pageSize}, (*parleyv1.ListDisclosuresResponse).GetDisclosures),
			create: func(ctx context.Context, one []*item) error {
				req := &parleyv1.DiscloseRequest{Parent: n, Disclosure: one[0].msg.(*parleyv1.Disclosure), DisclosureId: idOf(one[0].name)}
				req.RequestId = requestID(req)
				_, err := c.Disclosures.Disclose(ctx, req)
				return err
			},
		},
	}
}

// membersOf lists the members that a server has. A principal is one member of a negotiation at most, under whatever id: so
// where the server has the principal of a member of the dossier, it has that member.
func membersOf(c *client.Client, d *Dossier) func(context.Context) iter.Seq2[string, error] {
	wanted := map[string]string{}
	for _, m := range d.Members {
		wanted[m.GetPrincipal()] = m.GetName()
	}
	return func(ctx context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			req := &parleyv1.ListMembersRequest{Parent: d.Negotiation.GetName(), PageSize: pageSize, ShowDeleted: true}
			for m, err := range client.All(ctx, c.Members.ListMembers, req, (*parleyv1.ListMembersResponse).GetMembers) {
				if !yield(cmp.Or(wanted[m.GetPrincipal()], m.GetName()), err) || err != nil {
					return
				}
			}
		}
	}
}

// commits gives commits with the names that their revisions get.
func commits(list []*parleyv1.CommitRevisionRequest) iter.Seq2[string, proto.Message] {
	return func(yield func(string, proto.Message) bool) {
		for _, c := range list {
			if !yield(revisionName(c), c) {
				return
			}
		}
	}
}

package dossier

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Export reads a negotiation, `negotiations/peace`, as the caller may see it now. What it carries and what not is told
// in the package's comment. Revisions come as whole texts, or, where points were split or merged in them, as changes
// that do the same; see changes.go for the limits of that. A change that is made while it reads may be missed.
func Export(ctx context.Context, c *client.Client, negotiation string) (*Dossier, error) {
	d, err := export(ctx, c, negotiation)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", negotiation, err)
	}
	return d, nil
}

func export(ctx context.Context, c *client.Client, negotiation string) (*Dossier, error) {
	n, err := c.Negotiations.GetNegotiation(ctx, &parleyv1.GetNegotiationRequest{Name: negotiation})
	if err != nil {
		return nil, err
	}
	d := &Dossier{Negotiation: written(n)}
	if d.Parties, err = collect(client.Collect(client.All(ctx, c.Parties.ListParties,
		&parleyv1.ListPartiesRequest{Parent: negotiation, PageSize: pageSize}, (*parleyv1.ListPartiesResponse).GetParties))); err != nil {
		return nil, err
	}
	if d.Members, err = collect(client.Collect(client.All(ctx, c.Members.ListMembers,
		&parleyv1.ListMembersRequest{Parent: negotiation, PageSize: pageSize}, (*parleyv1.ListMembersResponse).GetMembers))); err != nil {
		return nil, err
	}
	if d.Sources, err = collect(client.Collect(client.All(ctx, c.Sources.ListSources,
		&parleyv1.ListSourcesRequest{Parent: negotiation, PageSize: pageSize}, (*parleyv1.ListSourcesResponse).GetSources))); err != nil {
		return nil, err
	}
	if d.Demands, err = collect(client.Collect(client.All(ctx, c.Demands.ListDemands,
		&parleyv1.ListDemandsRequest{Parent: negotiation + "/parties/-", PageSize: pageSize}, (*parleyv1.ListDemandsResponse).GetDemands))); err != nil {
		return nil, err
	}
	if d.Plans, err = collect(client.Collect(client.All(ctx, c.Plans.ListPlans,
		&parleyv1.ListPlansRequest{Parent: negotiation, PageSize: pageSize}, (*parleyv1.ListPlansResponse).GetPlans))); err != nil {
		return nil, err
	}
	if d.Revisions, err = exportRevisions(ctx, c, negotiation); err != nil {
		return nil, err
	}
	if d.Events, err = collect(client.Collect(client.All(ctx, c.Events.ListEvents,
		&parleyv1.ListEventsRequest{Parent: negotiation, PageSize: pageSize}, (*parleyv1.ListEventsResponse).GetEvents))); err != nil {
		return nil, err
	}
	if d.Stances, err = collect(client.Collect(client.All(ctx, c.Stances.ListStances,
		&parleyv1.ListStancesRequest{Parent: negotiation, PageSize: pageSize}, (*parleyv1.ListStancesResponse).GetStances))); err != nil {
		return nil, err
	}
	if d.Claims, err = collect(client.Collect(client.All(ctx, c.Claims.ListClaims,
		&parleyv1.ListClaimsRequest{Parent: negotiation, PageSize: pageSize}, (*parleyv1.ListClaimsResponse).GetClaims))); err != nil {
		return nil, err
	}
	if d.Assessments, err = collect(client.Collect(client.All(ctx, c.Assessments.ListAssessments,
		&parleyv1.ListAssessmentsRequest{Parent: negotiation, PageSize: pageSize}, (*parleyv1.ListAssessmentsResponse).GetAssessments))); err != nil {
		return nil, err
	}
	if d.Objections, err = collect(client.Collect(client.All(ctx, c.Objections.ListObjections,
		&parleyv1.ListObjectionsRequest{Parent: negotiation, PageSize: pageSize}, (*parleyv1.ListObjectionsResponse).GetObjections))); err != nil {
		return nil, err
	}
	d.Valuations, err = collect(client.Collect(client.All(ctx, c.Valuations.ListValuations,
		&parleyv1.ListValuationsRequest{Parent: negotiation, PageSize: pageSize}, (*parleyv1.ListValuationsResponse).GetValuations)))
	if err != nil && status.Code(err) != codes.PermissionDenied { // then there are none that the caller could know of
		return nil, err
	}
	d.Disclosures, err = collect(client.Collect(embargoed(client.All(ctx, c.Disclosures.ListDisclosures,
		&parleyv1.ListDisclosuresRequest{Parent: negotiation, PageSize: pageSize}, (*parleyv1.ListDisclosuresResponse).GetDisclosures))))
	return d, err
}

// embargoed leaves out the disclosures that have taken effect: the audiences as they are now carry what they told.
func embargoed(all iter.Seq2[*parleyv1.Disclosure, error]) iter.Seq2[*parleyv1.Disclosure, error] {
	return func(yield func(*parleyv1.Disclosure, error) bool) {
		for d, err := range all {
			if d.GetEffectTime() == nil && !yield(d, err) {
				return
			}
		}
	}
}

// exportRevisions makes the commits of all revisions, in the order in which they were recorded.
func exportRevisions(ctx context.Context, c *client.Client, negotiation string) ([]*parleyv1.CommitRevisionRequest, error) {
	list, err := client.Collect(client.All(ctx, c.Plans.ListRevisions,
		&parleyv1.ListRevisionsRequest{Parent: negotiation + "/plans/-", PageSize: pageSize}, (*parleyv1.ListRevisionsResponse).GetRevisions))
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b *parleyv1.Revision) int { return compareTimes(a.GetCreateTime(), b.GetCreateTime()) })
	texts := map[string][]*parleyv1.Point{}
	out := make([]*parleyv1.CommitRevisionRequest, 0, len(list))
	for _, r := range list {
		full, err := c.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: r.GetName(), View: parleyv1.RevisionView_REVISION_VIEW_FULL})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.GetName(), err)
		}
		texts[r.GetName()] = full.GetPoints()
		out = append(out, commitOf(full, texts))
	}
	return out, nil
}

func compareTimes(a, b *timestamppb.Timestamp) int { return a.AsTime().Compare(b.AsTime()) }

// commitOf makes the commit of a revision; texts holds the points of those before it.
func commitOf(r *parleyv1.Revision, texts map[string][]*parleyv1.Point) *parleyv1.CommitRevisionRequest {
	c := &parleyv1.CommitRevisionRequest{
		Parent:     parentOf(r.GetName()),
		RevisionId: idOf(r.GetName()),
		Revision:   written(r),
	}
	c.Revision.Name = ""
	var base []*parleyv1.Point
	if len(r.GetParents()) > 0 {
		base = texts[r.GetParents()[0].GetRevision()]
	}
	if hasNewLineage(base, r.GetPoints()) {
		c.Body = &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{
			Changes: changesBetween(base, r, texts),
		}}
		return c
	}
	if len(base) == 0 && len(r.GetPoints()) == 0 {
		return c
	}
	text := &parleyv1.CommitRevisionRequest_Text{}
	for _, p := range r.GetPoints() {
		text.Points = append(text.Points, plainPoint(p))
	}
	for _, e := range r.GetEditorialChanges() {
		text.Editorial = append(text.Editorial, e.GetPoint())
	}
	c.Body = &parleyv1.CommitRevisionRequest_Text_{Text: text}
	return c
}

// written is a resource as it would be written: without what the server sets, but with its name.
func written[M proto.Message](m M) M {
	w := protoyaml.Settable(m)
	fields := w.ProtoReflect().Descriptor().Fields()
	if name := fields.ByName("name"); name != nil {
		w.ProtoReflect().Set(name, m.ProtoReflect().Get(name))
	}
	if etag := fields.ByName("etag"); etag != nil {
		w.ProtoReflect().Clear(etag)
	}
	return w
}

// plainPoint is a point as it would be written; that it is PRESENT goes without saying.
func plainPoint(p *parleyv1.Point) *parleyv1.Point {
	w := protoyaml.Settable(p)
	if w.State == parleyv1.Point_STATE_PRESENT {
		w.State = parleyv1.Point_STATE_UNSPECIFIED
	}
	return w
}

// collect makes all items of a list ready to be written.
func collect[M proto.Message](items []M, err error) ([]M, error) {
	if err != nil {
		return nil, err
	}
	for i := range items {
		items[i] = written(items[i])
	}
	return items, nil
}

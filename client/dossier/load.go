package dossier

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// Bounds of one batch: the API's, and one that keeps requests well under the message size of any server.
const (
	batchItems = 1000
	batchBytes = 2 << 20
	pageSize   = 1000
)

// Count says how many things of a kind Load made and found.
type Count struct {
	Kind     string
	Created  int
	Existing int
}

// Summary is what a Load did, kind by kind, in order.
type Summary []Count

// String tells it in a line: `created 12 parties, 3 plans; 40 stances existed`.
func (s Summary) String() string {
	var created, existing []string
	for _, c := range s {
		if c.Created > 0 {
			created = append(created, counted(c.Created, c.Kind))
		}
		if c.Existing > 0 {
			existing = append(existing, counted(c.Existing, c.Kind))
		}
	}
	var parts []string
	if len(created) > 0 {
		parts = append(parts, "created "+strings.Join(created, ", "))
	}
	if len(existing) > 0 {
		parts = append(parts, "found "+strings.Join(existing, ", "))
	}
	if len(parts) == 0 {
		return "nothing to load"
	}
	return strings.Join(parts, "; ")
}

// counted gives a number with its noun: "1 party", "2 parties", "1 negotiation".
func counted(n int, kind string) string {
	if n == 1 {
		if stem, ok := strings.CutSuffix(kind, "ies"); ok {
			kind = stem + "y"
		} else {
			kind = strings.TrimSuffix(kind, "s")
		}
	}
	return fmt.Sprintf("%d %s", n, kind)
}

// Progress tells how far a Load is with a kind.
type Progress struct {
	Kind        string
	Done, Total int
}

// Load records everything in d that the server does not have yet. What exists, by its id, is left alone, also if it
// differs or is deleted. The request ids are made of the content, so that a Load that was interrupted goes on where it
// stopped, whether or not its last request had arrived. The summary counts what was done also if there is an error.
func Load(ctx context.Context, c *client.Client, d *Dossier, progress func(Progress)) (Summary, error) {
	if progress == nil {
		progress = func(Progress) {}
	}
	l := &loader{c: c, d: d, progress: progress}
	for _, step := range []func(context.Context) error{
		l.negotiation, l.parties, l.demands, l.plans, l.revisions, l.stances,
	} {
		if err := step(ctx); err != nil {
			return l.summary, err
		}
	}
	return l.summary, nil
}

type loader struct {
	c        *client.Client
	d        *Dossier
	progress func(Progress)
	summary  Summary
}

// begin starts a kind, of which some exist.
func (l *loader) begin(kind string, total, existing int) {
	l.summary = append(l.summary, Count{Kind: kind, Existing: existing})
	l.progress(Progress{kind, existing, total})
}

// made counts n more of the kind in hand.
func (l *loader) made(n, total int) {
	count := &l.summary[len(l.summary)-1]
	count.Created += n
	l.progress(Progress{count.Kind, count.Existing + count.Created, total})
}

func (l *loader) negotiation(ctx context.Context) error {
	_, err := l.c.Negotiations.GetNegotiation(ctx, &parleyv1.GetNegotiationRequest{Name: l.d.Negotiation.GetName()})
	if err == nil {
		l.begin(KindNegotiation, 1, 1)
		return nil
	}
	if client.Details(err).Code != codes.NotFound {
		return wrap(l.d.Negotiation.GetName(), err)
	}
	l.begin(KindNegotiation, 1, 0)
	req := &parleyv1.CreateNegotiationRequest{Negotiation: l.d.Negotiation, NegotiationId: idOf(l.d.Negotiation.GetName())}
	req.RequestId = requestID(req)
	if _, err := l.c.Negotiations.CreateNegotiation(ctx, req); err != nil {
		return wrap(l.d.Negotiation.GetName(), err)
	}
	l.made(1, 1)
	return nil
}

func (l *loader) parties(ctx context.Context) error {
	req := &parleyv1.ListPartiesRequest{Parent: l.d.Negotiation.GetName(), PageSize: pageSize, ShowDeleted: true}
	return each(ctx, l, KindParties, blocsFirst(l.d.Parties),
		client.All(ctx, l.c.Parties.ListParties, req, (*parleyv1.ListPartiesResponse).GetParties),
		func(p *parleyv1.Party) error {
			req := &parleyv1.CreatePartyRequest{Parent: parentOf(p.GetName()), Party: p, PartyId: idOf(p.GetName())}
			req.RequestId = requestID(req)
			_, err := l.c.Parties.CreateParty(ctx, req)
			return err
		})
}

func (l *loader) plans(ctx context.Context) error {
	req := &parleyv1.ListPlansRequest{Parent: l.d.Negotiation.GetName(), PageSize: pageSize, ShowDeleted: true}
	return each(ctx, l, KindPlans, l.d.Plans,
		client.All(ctx, l.c.Plans.ListPlans, req, (*parleyv1.ListPlansResponse).GetPlans),
		func(p *parleyv1.Plan) error {
			req := &parleyv1.CreatePlanRequest{Parent: parentOf(p.GetName()), Plan: p, PlanId: idOf(p.GetName())}
			req.RequestId = requestID(req)
			_, err := l.c.Plans.CreatePlan(ctx, req)
			return err
		})
}

func (l *loader) demands(ctx context.Context) error {
	all := l.d.Negotiation.GetName() + "/parties/-"
	list := &parleyv1.ListDemandsRequest{Parent: all, PageSize: pageSize, ShowDeleted: true}
	return batches(l, KindDemands, l.d.Demands,
		client.All(ctx, l.c.Demands.ListDemands, list, (*parleyv1.ListDemandsResponse).GetDemands),
		func(batch []*parleyv1.Demand) error {
			req := &parleyv1.BatchCreateDemandsRequest{Parent: all}
			for _, m := range batch {
				req.Requests = append(req.Requests, &parleyv1.CreateDemandRequest{
					Parent: parentOf(m.GetName()), Demand: m, DemandId: idOf(m.GetName()),
				})
			}
			req.RequestId = requestID(req)
			_, err := l.c.Demands.BatchCreateDemands(ctx, req)
			return err
		})
}

func (l *loader) stances(ctx context.Context) error {
	parent := l.d.Negotiation.GetName()
	list := &parleyv1.ListStancesRequest{Parent: parent, PageSize: pageSize, ShowDeleted: true}
	return batches(l, KindStances, l.d.Stances,
		client.All(ctx, l.c.Stances.ListStances, list, (*parleyv1.ListStancesResponse).GetStances),
		func(batch []*parleyv1.Stance) error {
			req := &parleyv1.BatchCreateStancesRequest{Parent: parent}
			for _, m := range batch {
				req.Requests = append(req.Requests, &parleyv1.CreateStanceRequest{Stance: m, StanceId: idOf(m.GetName())})
			}
			req.RequestId = requestID(req)
			_, err := l.c.Stances.BatchCreateStances(ctx, req)
			return err
		})
}

func (l *loader) revisions(ctx context.Context) error {
	list := &parleyv1.ListRevisionsRequest{Parent: l.d.Negotiation.GetName() + "/plans/-", PageSize: pageSize}
	existing := client.All(ctx, l.c.Plans.ListRevisions, list, (*parleyv1.ListRevisionsResponse).GetRevisions)
	return each(ctx, l, KindRevisions, commits(l.d.Revisions), existing, func(c commit) error {
		req := proto.CloneOf(c.CommitRevisionRequest)
		req.RequestId = requestID(req)
		_, err := l.c.Plans.CommitRevision(ctx, req)
		return err
	})
}

// commit is a commit under the name of its revision.
type commit struct {
	*parleyv1.CommitRevisionRequest
}

// GetName is the name that the revision gets.
func (c commit) GetName() string { return revisionName(c.CommitRevisionRequest) }

func commits(reqs []*parleyv1.CommitRevisionRequest) []commit {
	out := make([]commit, len(reqs))
	for i, req := range reqs {
		out[i] = commit{req}
	}
	return out
}

type named interface{ GetName() string }

// each makes those of the items that do not exist, one call each.
func each[T, E named](ctx context.Context, l *loader, kind string, items []T, existing iter.Seq2[E, error], create func(T) error) error {
	todo, err := missing(items, existing)
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	l.begin(kind, len(items), len(items)-len(todo))
	for _, item := range todo {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := create(item); err != nil {
			return wrap(item.GetName(), err)
		}
		l.made(1, len(items))
	}
	return nil
}

// message is a resource that can be created in batches.
type message interface {
	named
	proto.Message
}

// batches makes those of the items that do not exist, many a call.
func batches[T message](l *loader, kind string, items []T, existing iter.Seq2[T, error], create func([]T) error) error {
	todo, err := missing(items, existing)
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	l.begin(kind, len(items), len(items)-len(todo))
	for len(todo) > 0 {
		n, size := 0, 0
		for n < len(todo) && n < batchItems && (n == 0 || size+proto.Size(todo[n]) <= batchBytes) {
			size += proto.Size(todo[n])
			n++
		}
		if err := create(todo[:n]); err != nil {
			return wrap(batchName(kind, todo[:n], err), err)
		}
		l.made(n, len(items))
		todo = todo[n:]
	}
	return nil
}

// missing lists the items whose names are not among the existing ones.
func missing[T, E named](items []T, existing iter.Seq2[E, error]) ([]T, error) {
	if len(items) == 0 {
		return nil, nil
	}
	have := map[string]bool{}
	for e, err := range existing {
		if err != nil {
			return nil, err
		}
		have[e.GetName()] = true
	}
	var out []T
	for _, item := range items {
		if !have[item.GetName()] {
			out = append(out, item)
		}
	}
	return out, nil
}

// requestID makes the request_id that belongs to a request's content.
func requestID(req proto.Message) string {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
	if err != nil { // invalid UTF-8: the call will fail too
		return client.NewRequestID()
	}
	return client.RequestIDOf(append([]byte(req.ProtoReflect().Descriptor().FullName()+"\n"), data...))
}

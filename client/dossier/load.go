package dossier

import (
	"context"
	"fmt"
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
	if err := l.negotiation(ctx); err != nil {
		return l.summary(), err
	}
	todo, err := l.survey(ctx)
	if err == nil {
		err = l.make(ctx, inOrder(todo))
	}
	return l.summary(), err
}

type loader struct {
	c        *client.Client
	d        *Dossier
	progress func(Progress)
	kinds    []*kind
}

func (l *loader) summary() Summary {
	var s Summary
	for _, k := range l.kinds {
		s = append(s, k.Count)
	}
	return s
}

// begin starts a kind, of which some exist.
func (l *loader) begin(k *kind, total, existing int) {
	k.total, k.Kind, k.Existing = total, k.name, existing
	l.kinds = append(l.kinds, k)
	l.progress(Progress{k.name, existing, total})
}

// made counts n more of a kind.
func (l *loader) made(k *kind, n int) {
	k.Created += n
	l.progress(Progress{k.name, k.Existing + k.Created, k.total})
}

func (l *loader) negotiation(ctx context.Context) error {
	k := &kind{name: KindNegotiation}
	_, err := l.c.Negotiations.GetNegotiation(ctx, &parleyv1.GetNegotiationRequest{Name: l.d.Negotiation.GetName()})
	if err == nil {
		l.begin(k, 1, 1)
		return nil
	}
	if client.Details(err).Code != codes.NotFound {
		return wrap(l.d.Negotiation.GetName(), err)
	}
	l.begin(k, 1, 0)
	req := &parleyv1.CreateNegotiationRequest{Negotiation: l.d.Negotiation, NegotiationId: idOf(l.d.Negotiation.GetName())}
	req.RequestId = requestID(req)
	if _, err := l.c.Negotiations.CreateNegotiation(ctx, req); err != nil {
		return wrap(l.d.Negotiation.GetName(), err)
	}
	l.made(k, 1)
	return nil
}

// survey finds out what is missing, kind by kind.
func (l *loader) survey(ctx context.Context) (todo []*item, err error) {
	for _, k := range kindsOf(l.c, l.d) {
		have, err := k.names(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		total, existing := 0, 0
		for name, m := range k.items {
			total++
			if have[name] {
				existing++
				continue
			}
			todo = append(todo, &item{k, name, m, needs(name, m)})
		}
		if total > 0 {
			l.begin(k, total, existing)
		}
	}
	return todo, nil
}

// names lists what the server has of a kind, if there is anything to load of it.
func (k *kind) names(ctx context.Context) (map[string]bool, error) {
	have := map[string]bool{}
	for range k.items {
		for name, err := range k.existing(ctx) {
			if err != nil {
				return nil, err
			}
			have[name] = true
		}
		break
	}
	return have, nil
}

// make makes things in their order, neighbours of a kind together as far as that goes.
func (l *loader) make(ctx context.Context, todo []*item) error {
	for len(todo) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch := todo[:together(todo)]
		if err := batch[0].kind.create(ctx, batch); err != nil {
			return wrap(batchName(batch, err), err)
		}
		l.made(batch[0].kind, len(batch))
		todo = todo[len(batch):]
	}
	return nil
}

// together says how many of the first things can be made in one call: they are of one kind, name none of each other, and
// keep within the bounds.
func together(todo []*item) int {
	k, size, in := todo[0].kind, 0, map[string]bool{}
	for n, it := range todo {
		if size += proto.Size(it.msg); n > 0 && (it.kind != k || n == k.most || size > batchBytes) {
			return n
		}
		for _, name := range it.needs {
			if in[name] {
				return n
			}
		}
		in[it.name] = true
	}
	return len(todo)
}

// requestID makes the request_id that belongs to a request's content.
func requestID(req proto.Message) string {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
	if err != nil { // invalid UTF-8: the call will fail too
		return client.NewRequestID()
	}
	return client.RequestIDOf(append([]byte(req.ProtoReflect().Descriptor().FullName()+"\n"), data...))
}

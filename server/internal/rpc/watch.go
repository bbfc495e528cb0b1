package rpc

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/host"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/listing"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// defaultIdle is how long a watch is idle before a progress mark, if the caller does not say.
const defaultIdle = 30 * time.Second

// watch is a watch as the caller asked for it.
type watch struct {
	host.Watch
	caller  access.Principal
	kinds   []parleyv1.ResourceKind // empty for all
	sealer  *listing.Sealer
	binding listing.Binding // of resume tokens: to the negotiation and the caller, but not to the kinds
}

// openWatch reads a request, and makes sure that there is something to watch.
func (c Core) openWatch(ctx context.Context, req *parleyv1.WatchNegotiationRequest) (*watch, error) {
	p := access.FromContext(ctx)
	w := &watch{
		Watch:  host.Watch{Viewer: c.viewer(ctx, req.GetName()), Negotiation: req.GetName(), After: record.Beginning, Idle: defaultIdle, Most: int(req.GetMaxEntries())},
		caller: p,
		kinds:  req.GetKinds(),
		sealer: c.Sealer,
		binding: listing.Bind("watch", p.Name,
			&parleyv1.WatchNegotiationRequest{Name: req.GetName()}),
	}
	w.Trust = &host.Trust{Principal: p.Name, Method: "WatchNegotiation"}
	w.Allowed = func() error { return c.allowed(p, w.Watch) }
	if req.GetProgressInterval() != nil {
		w.Idle = req.GetProgressInterval().AsDuration()
	}
	if token := req.GetResumeToken(); token != "" {
		place, err := c.Sealer.Open(w.binding, token)
		if err != nil {
			return nil, fault.ResumeTokenInvalid()
		}
		w.After = place.AsOf
	} else {
		w.Latest = req.GetStart() != parleyv1.WatchNegotiationRequest_START_EARLIEST
	}
	_, err := c.lens(ctx, req.GetName(), nil)
	return w, err
}

// allowed tells whether a watch may go on as it began: whoever is no longer who they were, or may see other things, begins anew.
func (c Core) allowed(p access.Principal, w host.Watch) error {
	if t := c.Host.Token(p.Token); p.Token != "" && t.GetRevokeTime() != nil {
		return fault.CredentialsInvalid()
	}
	if record.ViewerOf(c.Host.Member(w.Negotiation, p.Name)) != w.Viewer {
		return fault.NotNow("what you may see has changed; watch again", nil)
	}
	return nil
}

// untilExpiry gives a context that ends when the caller's credentials do.
func (w *watch) untilExpiry(ctx context.Context) (context.Context, context.CancelFunc) {
	if w.caller.Expires.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadlineCause(ctx, w.caller.Expires, fault.CredentialsInvalid())
}

// send tells the caller a step, if anything in it is of the kinds that they want.
func (w *watch) send(step host.Step, send func(*parleyv1.WatchNegotiationResponse) error) error {
	out := &parleyv1.WatchNegotiationResponse{}
	if len(step.Entries) == 0 {
		out.Step = &parleyv1.WatchNegotiationResponse_Progress_{
			Progress: &parleyv1.WatchNegotiationResponse_Progress{AsOf: timestamppb.New(step.Now)},
		}
	} else if err := w.put(out, step.Entries); err != nil || out.Step == nil {
		return err
	}
	// No two tokens are alike: otherwise those of two progress marks would tell whether something was recorded between them that
	// the caller may not know of.
	place := listing.Place{AsOf: step.Told, Position: rand.Text()}
	out.ResumeToken = w.sealer.Seal(w.binding, place)
	return send(out)
}

// put puts entries into an answer, or nothing if they are not of the kinds that the caller wants. They are encoded already, once for
// all who are told the same, and stand where a message keeps the fields that it does not know, which are encoded as they are.
func (w *watch) put(out *parleyv1.WatchNegotiationResponse, entries []host.Shown) error {
	if w.Most > 1 {
		return w.putSeveral(out, entries)
	}
	chosen, err := w.choose(entries[0])
	if err != nil || chosen == nil {
		return err
	}
	one := &parleyv1.Entry{}
	one.ProtoReflect().SetUnknown(chosen)
	out.Step = &parleyv1.WatchNegotiationResponse_Entry{Entry: one}
	return nil
}

// putSeveral is put for a caller who takes several in an answer.
func (w *watch) putSeveral(out *parleyv1.WatchNegotiationResponse, entries []host.Shown) error {
	size := 0
	for _, e := range entries {
		size += len(e.Wire) + 2*binary.MaxVarintLen32 // with the tag and the length
	}
	wire := make([]byte, 0, size)
	for _, e := range entries {
		chosen, err := w.choose(e)
		if err != nil {
			return err
		}
		if chosen != nil {
			wire = protowire.AppendBytes(protowire.AppendTag(wire, entriesField, protowire.BytesType), chosen)
		}
	}
	if len(wire) > 0 {
		several := &parleyv1.WatchNegotiationResponse_Entries{}
		several.ProtoReflect().SetUnknown(wire)
		out.Step = &parleyv1.WatchNegotiationResponse_Entries_{Entries: several}
	}
	return nil
}

// entriesField is the number of the only field of WatchNegotiationResponse.Entries.
var entriesField = (*parleyv1.WatchNegotiationResponse_Entries)(nil).ProtoReflect().Descriptor().Fields().ByName("entries").Number()

// choose gives the form on the wire of what a caller wants of an entry; nil for nothing.
func (w *watch) choose(e host.Shown) ([]byte, error) {
	if len(w.kinds) == 0 {
		return e.Wire, nil
	}
	var changes []*parleyv1.Change
	for _, c := range e.Entry.GetChanges() {
		if slices.Contains(w.kinds, lens.KindOf(c)) {
			changes = append(changes, c)
		}
	}
	switch len(changes) {
	case 0:
		return nil, nil
	case len(e.Entry.GetChanges()):
		return e.Wire, nil
	}
	return proto.Marshal(&parleyv1.Entry{
		Name: e.Entry.GetName(), CreateTime: e.Entry.GetCreateTime(), Actor: e.Entry.GetActor(), Method: e.Entry.GetMethod(), Changes: changes,
	})
}

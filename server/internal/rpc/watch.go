package rpc

import (
	"context"
	"slices"
	"time"

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
	kinds   []parleyv1.ResourceKind // empty for all
	sealer  *listing.Sealer
	binding listing.Binding // of resume tokens: to the negotiation and the caller, but not to the kinds
}

// openWatch reads a request, and makes sure that there is something to watch.
func (c Core) openWatch(ctx context.Context, req *parleyv1.WatchNegotiationRequest) (*watch, error) {
	w := &watch{
		Watch:  host.Watch{Viewer: viewer(ctx), Negotiation: req.GetName(), After: record.Beginning, Idle: defaultIdle},
		kinds:  req.GetKinds(),
		sealer: c.Sealer,
		binding: listing.Bind("watch", access.FromContext(ctx).Name,
			&parleyv1.WatchNegotiationRequest{Name: req.GetName()}),
	}
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

// send tells the caller a step, if anything in it is of the kinds that they want.
func (w *watch) send(step host.Step, send func(*parleyv1.WatchNegotiationResponse) error) error {
	out := &parleyv1.WatchNegotiationResponse{ResumeToken: w.sealer.Seal(w.binding, listing.Place{AsOf: step.Told})}
	if step.Entry == nil {
		out.Step = &parleyv1.WatchNegotiationResponse_Progress_{
			Progress: &parleyv1.WatchNegotiationResponse_Progress{AsOf: timestamppb.New(step.Now)},
		}
		return send(out)
	}
	if len(w.kinds) > 0 {
		step.Entry.Changes = slices.DeleteFunc(step.Entry.GetChanges(), func(c *parleyv1.Change) bool {
			return !slices.Contains(w.kinds, lens.KindOf(c))
		})
	}
	if len(step.Entry.GetChanges()) == 0 {
		return nil
	}
	out.Step = &parleyv1.WatchNegotiationResponse_Entry{Entry: step.Entry}
	return send(out)
}

// Package rpc holds the gRPC handlers. A handler validates, calls, answers; it decides nothing about the record.
package rpc

import (
	"context"
	"crypto/sha256"
	"slices"
	"strconv"
	"time"

	"google.golang.org/grpc"
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

// Core is what all services work with.
type Core struct {
	Host   *host.Host
	Sealer *listing.Sealer
}

// Register adds all services to a server that was made with Codec.
func Register(s grpc.ServiceRegistrar, c Core) {
	s = registrar{s}
	parleyv1.RegisterNegotiationServiceServer(s, &NegotiationService{core: c})
	parleyv1.RegisterPartyServiceServer(s, &PartyService{core: c})
	parleyv1.RegisterDemandServiceServer(s, &DemandService{core: c})
	parleyv1.RegisterPlanServiceServer(s, &PlanService{core: c})
	parleyv1.RegisterStanceServiceServer(s, &StanceService{core: c})
	parleyv1.RegisterClaimServiceServer(s, &ClaimService{core: c})
	parleyv1.RegisterEventServiceServer(s, &EventService{core: c})
	parleyv1.RegisterSourceServiceServer(s, &SourceService{core: c})
	parleyv1.RegisterAssessmentServiceServer(s, &AssessmentService{core: c})
	parleyv1.RegisterObjectionServiceServer(s, &ObjectionService{core: c})
	parleyv1.RegisterValuationServiceServer(s, &ValuationService{core: c})
	parleyv1.RegisterDisclosureServiceServer(s, &DisclosureService{core: c})
	parleyv1.RegisterMemberServiceServer(s, &MemberService{core: c})
	parleyv1.RegisterAccessServiceServer(s, &AccessService{core: c})
	parleyv1.RegisterTokenServiceServer(s, &TokenService{core: c})
	parleyv1.RegisterLogServiceServer(s, &LogService{core: c})
	parleyv1.RegisterAnalysisServiceServer(s, &AnalysisService{core: c})
	parleyv1.RegisterDocumentServiceServer(s, &DocumentService{core: c})
}

// lens shows the negotiation that name is in, as of a moment or now.
func (c Core) lens(ctx context.Context, name string, asOf *timestamppb.Timestamp) (*lens.Lens, error) {
	at, err := c.moment(ctx, name, asOf)
	if err != nil {
		return nil, err
	}
	return c.at(ctx, name, at)
}

// moment is the one that a call about a name asks for, or now.
func (c Core) moment(ctx context.Context, name string, asOf *timestamppb.Timestamp) (time.Time, error) {
	if asOf != nil {
		return asOf.AsTime(), nil
	}
	return c.Host.Now(ctx, c.viewer(ctx, name), name)
}

// over tells when a lens is to stop: when the call is over. inTime drops what was worked out by then.
func over(ctx context.Context) func() bool { return func() bool { return ctx.Err() != nil } }

// mutation is what every mutating request has.
type mutation interface {
	proto.Message
	GetRequestId() string
	GetValidateOnly() bool
}

// write runs a command on the negotiation that name is in.
func (c Core) write(ctx context.Context, name string, req mutation, cmd record.Command) (host.Outcome, error) {
	return c.Host.Write(ctx, c.request(ctx, name, req, cmd))
}

func (c Core) request(ctx context.Context, name string, req mutation, cmd record.Command) host.Write {
	return host.Write{
		Negotiation: record.NegotiationOf(name), Viewer: c.viewer(ctx, name), Actor: access.FromContext(ctx).Name,
		Method: method(ctx), RequestID: req.GetRequestId(), Digest: digest(req), ValidateOnly: req.GetValidateOnly(), Command: cmd,
	}
}

// digest fingerprints a request without its id, so that a retry is told from another request under the same id. The request, which
// is the call's own, goes without it meanwhile.
func digest(req mutation) []byte {
	if req.GetRequestId() == "" {
		return nil
	}
	m := req.ProtoReflect()
	field := m.Descriptor().Fields().ByName("request_id")
	id := m.Get(field)
	m.Clear(field)
	defer m.Set(field, id)
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
	if err != nil {
		return nil // a request that was decoded can be encoded
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

// method gives the name of the method being called: "CreateStance".
func method(ctx context.Context) string {
	full, _ := grpc.Method(ctx)
	return record.IDOf(full)
}

// one gives the single resource that answers a write.
func one[M proto.Message](out host.Outcome, err error, find func(*lens.Lens, string) (M, error)) (M, error) {
	var none M
	if err != nil {
		return none, err
	}
	return find(out.Lens, out.Names[0])
}

// each gives the resources that answer a batch.
func each[M proto.Message](out host.Outcome, err error, find func(*lens.Lens, string) (M, error)) ([]M, error) {
	if err != nil {
		return nil, err
	}
	list := make([]M, len(out.Names))
	for i, name := range out.Names {
		if list[i], err = find(out.Lens, name); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// open reads what a list request asks for and takes the lens at its moment.
func open[M proto.Message](ctx context.Context, c Core, name string, req listing.Request, omit ...string) (*listing.Query[M], *lens.Lens, error) {
	return opened[M](ctx, c, name, req, listing.Call{Omit: omit})
}

// openSized is open with another default for the size of a page.
func openSized[M proto.Message](ctx context.Context, c Core, name string, req listing.Request, size int) (*listing.Query[M], *lens.Lens, error) {
	return opened[M](ctx, c, name, req, listing.Call{PageSize: size})
}

func opened[M proto.Message](ctx context.Context, c Core, name string, req listing.Request, call listing.Call) (*listing.Query[M], *lens.Lens, error) {
	now, err := c.moment(ctx, name, nil)
	if err != nil {
		return nil, nil, err
	}
	call.Method, _ = grpc.Method(ctx)
	call.Principal, call.Now, call.Over = access.FromContext(ctx).Name, now, over(ctx)
	q, err := listing.Open[M](c.Sealer, call, req)
	if err != nil {
		return nil, nil, err
	}
	l, err := c.at(ctx, name, q.AsOf())
	return q, l, err
}

// pageOf takes a page from a list that is worked out whole, in its order.
func pageOf[M proto.Message](q *listing.Query[M], list []M, key func(M) string) ([]M, string) {
	after := q.After()
	if i := slices.IndexFunc(list, func(m M) bool { return key(m) == after }); after != "" {
		list = list[i+1:]
	}
	return q.PageBy(slices.Values(list), key)
}

// at takes the lens of a negotiation, or of the directory for no name. It stops when the call is over.
func (c Core) at(ctx context.Context, name string, at time.Time) (*lens.Lens, error) {
	if name == "" {
		return c.directory(ctx, at), nil
	}
	l, err := c.Host.Lens(ctx, c.viewer(ctx, name), name, at)
	if err != nil {
		return nil, err
	}
	if t := trustOf(ctx); t != nil {
		l = l.Watched(t.Note)
	}
	return l.Until(over(ctx)), nil
}

// directory takes the lens of what concerns the server as a whole.
func (c Core) directory(ctx context.Context, at time.Time) *lens.Lens {
	return c.Host.Directory(func(negotiation string) lens.Viewer { return c.viewer(ctx, negotiation) }, at)
}

// itemsOf refuses batch items that carry what belongs to the batch, or that stand elsewhere.
func itemsOf[M interface {
	mutation
	GetParent() string
}](parent string, items []M) error {
	for i, item := range items {
		at := "requests[" + strconv.Itoa(i) + "]"
		switch {
		case item.GetRequestId() != "":
			return fault.InvalidField(at+".request_id", "batch", "belongs to the batch, not to its items")
		case item.GetValidateOnly():
			return fault.InvalidField(at+".validate_only", "batch", "belongs to the batch, not to its items")
		case item.GetParent() != "" && item.GetParent() != parent && (record.IDOf(parent) != "-" || record.ParentOf(item.GetParent()) != record.ParentOf(parent)):
			return fault.InvalidField(at+".parent", "batch", "is not the parent of the batch")
		case item.GetParent() == "" && record.IDOf(parent) == "-":
			return fault.InvalidField(at+".parent", "required", "is needed when the batch names no single parent")
		}
	}
	return nil
}

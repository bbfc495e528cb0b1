package dossier

import (
	"context"
	"errors"
	"net"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/interchange"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// fake is a server that keeps what it is given under its name, and refuses a parent that it does not have. It fails
// once it has made `room` things, if that is set; `lossy` makes it fail after having made the last of them.
type fake struct {
	parleyv1.UnimplementedNegotiationServiceServer
	parleyv1.UnimplementedPartyServiceServer
	parleyv1.UnimplementedDemandServiceServer
	parleyv1.UnimplementedPlanServiceServer
	parleyv1.UnimplementedStanceServiceServer
	parleyv1.UnimplementedDocumentServiceServer

	made    map[string]proto.Message
	order   []string
	batches []int
	ids     map[string]proto.Message // request_id -> request
	room    int
	lossy   bool
}

func newFake() *fake { return &fake{made: map[string]proto.Message{}, ids: map[string]proto.Message{}} }

// empty answers calls of the services that the fake does not have as if there were nothing; the end-to-end tests of the
// server load and export all kinds.
func empty(_ any, stream grpc.ServerStream) error {
	if err := stream.RecvMsg(&emptypb.Empty{}); err != nil {
		return err
	}
	return stream.SendMsg(&emptypb.Empty{})
}

// dial connects a client to the fake.
func (f *fake) dial(t testing.TB) *client.Client {
	t.Helper()
	wire := bufconn.Listen(1 << 20)
	server := grpc.NewServer(grpc.MaxRecvMsgSize(4<<20), grpc.UnaryInterceptor(f.note), grpc.UnknownServiceHandler(empty))
	parleyv1.RegisterNegotiationServiceServer(server, f)
	parleyv1.RegisterPartyServiceServer(server, f)
	parleyv1.RegisterDemandServiceServer(server, f)
	parleyv1.RegisterPlanServiceServer(server, f)
	parleyv1.RegisterStanceServiceServer(server, f)
	parleyv1.RegisterDocumentServiceServer(server, f)
	go func() { _ = server.Serve(wire) }()
	t.Cleanup(server.Stop)
	cc, err := grpc.NewClient("passthrough:///fake", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return wire.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cc.Close() })
	return client.New(cc, client.Options{Attempts: 1})
}

// note refuses a write whose request_id came with another content.
func (f *fake) note(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if w, ok := req.(interface{ GetRequestId() string }); ok {
		if before, ok := f.ids[w.GetRequestId()]; ok && !proto.Equal(before, req.(proto.Message)) {
			return nil, status.Error(codes.AlreadyExists, "request_id reused")
		}
		f.ids[w.GetRequestId()] = req.(proto.Message)
	}
	return handle(ctx, req)
}

// make records one thing.
func (f *fake) make(name string, m proto.Message, needs ...string) error {
	for _, n := range append(needs, parentOf(name)) {
		if _, ok := f.made[n]; n != "" && !ok {
			return status.Errorf(codes.InvalidArgument, "%s needs %s", name, n)
		}
	}
	if _, ok := f.made[name]; ok {
		return status.Errorf(codes.AlreadyExists, "%s", name)
	}
	if f.room == 1 && !f.lossy {
		return status.Error(codes.Internal, "full")
	}
	f.made[name] = m
	f.order = append(f.order, name)
	if f.room == 1 {
		return status.Error(codes.Internal, "lost the answer")
	}
	f.room = max(f.room-1, 0)
	return nil
}

// list pages through what has the prefix and no further part, two at a time.
func list2[T proto.Message](f *fake, prefix, token string) (page []T, next string) {
	var names []string
	for name := range f.made {
		if m, ok := strings.CutPrefix(name, prefix); ok && (strings.Count(m, "/") == 0 || strings.HasSuffix(prefix, "s/") && strings.Count(m, "/") == 2) {
			if _, ok := f.made[name].(T); ok {
				names = append(names, name)
			}
		}
	}
	sort.Strings(names)
	from, _ := strconv.Atoi(token)
	for i := from; i < min(from+2, len(names)); i++ {
		page = append(page, f.made[names[i]].(T))
	}
	if from+2 < len(names) {
		next = strconv.Itoa(from + 2)
	}
	return page, next
}

func (f *fake) GetNegotiation(_ context.Context, req *parleyv1.GetNegotiationRequest) (*parleyv1.Negotiation, error) {
	if m, ok := f.made[req.GetName()]; ok {
		return m.(*parleyv1.Negotiation), nil
	}
	return nil, status.Error(codes.NotFound, "none")
}

func (f *fake) CreateNegotiation(_ context.Context, req *parleyv1.CreateNegotiationRequest) (*parleyv1.Negotiation, error) {
	m := proto.CloneOf(req.GetNegotiation())
	m.Name = "negotiations/" + req.GetNegotiationId()
	return m, f.make(m.GetName(), m)
}

func (f *fake) CreateParty(_ context.Context, req *parleyv1.CreatePartyRequest) (*parleyv1.Party, error) {
	m := proto.CloneOf(req.GetParty())
	m.Name = req.GetParent() + "/parties/" + req.GetPartyId()
	var needs []string
	for _, b := range m.GetMemberships() {
		needs = append(needs, b.GetParty())
	}
	return m, f.make(m.GetName(), m, needs...)
}

func (f *fake) ListParties(_ context.Context, req *parleyv1.ListPartiesRequest) (*parleyv1.ListPartiesResponse, error) {
	page, next := list2[*parleyv1.Party](f, req.GetParent()+"/parties/", req.GetPageToken())
	return &parleyv1.ListPartiesResponse{Parties: page, NextPageToken: next}, nil
}

func (f *fake) CreatePlan(_ context.Context, req *parleyv1.CreatePlanRequest) (*parleyv1.Plan, error) {
	m := proto.CloneOf(req.GetPlan())
	m.Name = req.GetParent() + "/plans/" + req.GetPlanId()
	return m, f.make(m.GetName(), m)
}

func (f *fake) ListPlans(_ context.Context, req *parleyv1.ListPlansRequest) (*parleyv1.ListPlansResponse, error) {
	page, next := list2[*parleyv1.Plan](f, req.GetParent()+"/plans/", req.GetPageToken())
	return &parleyv1.ListPlansResponse{Plans: page, NextPageToken: next}, nil
}

func (f *fake) BatchCreateDemands(_ context.Context, req *parleyv1.BatchCreateDemandsRequest) (*parleyv1.BatchCreateDemandsResponse, error) {
	f.batches = append(f.batches, len(req.GetRequests()))
	for _, r := range req.GetRequests() {
		m := proto.CloneOf(r.GetDemand())
		m.Name = r.GetParent() + "/demands/" + r.GetDemandId()
		if err := f.make(m.GetName(), m); err != nil {
			return nil, err
		}
	}
	return &parleyv1.BatchCreateDemandsResponse{}, nil
}

func (f *fake) ListDemands(_ context.Context, req *parleyv1.ListDemandsRequest) (*parleyv1.ListDemandsResponse, error) {
	page, next := list2[*parleyv1.Demand](f, strings.TrimSuffix(req.GetParent(), "-"), req.GetPageToken())
	return &parleyv1.ListDemandsResponse{Demands: page, NextPageToken: next}, nil
}

func (f *fake) CommitRevision(_ context.Context, req *parleyv1.CommitRevisionRequest) (*parleyv1.CommitRevisionResponse, error) {
	m := proto.CloneOf(req.GetRevision())
	m.Name, m.Points, m.Digest = revisionName(req), req.GetText().GetPoints(), "digest"
	m.CreateTime = &timestamppb.Timestamp{Seconds: int64(len(f.order))}
	return &parleyv1.CommitRevisionResponse{}, f.make(m.GetName(), m)
}

// ExportRecord gives what was made, in the order in which it was.
func (f *fake) ExportRecord(_ *parleyv1.ExportRecordRequest, stream grpc.ServerStreamingServer[httpbody.HttpBody]) error {
	r := &interchange.Record{}
	for _, name := range f.order {
		r.Resources = append(r.Resources, f.made[name])
	}
	data, err := interchange.Lines(r)
	if err != nil {
		return err
	}
	half := len(data) / 2
	return errors.Join(stream.Send(&httpbody.HttpBody{Data: data[:half]}), stream.Send(&httpbody.HttpBody{Data: data[half:]}))
}

func (f *fake) ListRevisions(_ context.Context, req *parleyv1.ListRevisionsRequest) (*parleyv1.ListRevisionsResponse, error) {
	page, next := list2[*parleyv1.Revision](f, strings.TrimSuffix(req.GetParent(), "-"), req.GetPageToken())
	return &parleyv1.ListRevisionsResponse{Revisions: page, NextPageToken: next}, nil
}

func (f *fake) BatchCreateStances(_ context.Context, req *parleyv1.BatchCreateStancesRequest) (*parleyv1.BatchCreateStancesResponse, error) {
	f.batches = append(f.batches, len(req.GetRequests()))
	for _, r := range req.GetRequests() {
		m := proto.CloneOf(r.GetStance())
		m.Name = req.GetParent() + "/stances/" + r.GetStanceId()
		if err := f.make(m.GetName(), m); err != nil {
			return nil, err
		}
	}
	return &parleyv1.BatchCreateStancesResponse{}, nil
}

func (f *fake) ListStances(_ context.Context, req *parleyv1.ListStancesRequest) (*parleyv1.ListStancesResponse, error) {
	page, next := list2[*parleyv1.Stance](f, req.GetParent()+"/stances/", req.GetPageToken())
	return &parleyv1.ListStancesResponse{Stances: page, NextPageToken: next}, nil
}

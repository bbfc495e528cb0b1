package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
)

// wire connects a client to a server with some services.
func wire(t *testing.T, register func(grpc.ServiceRegistrar)) *Client {
	t.Helper()
	line := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	register(server)
	go func() { _ = server.Serve(line) }()
	t.Cleanup(server.Stop)
	cc, err := grpc.NewClient("passthrough:///fake", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return line.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cc.Close() })
	return New(cc, Options{})
}

// breaking is a log of ten entries whose streams break off as told, one after the other.
type breaking struct {
	parleyv1.UnimplementedLogServiceServer
	breaks []error // what ends the streams, after three entries each
	asked  []string
}

func (b *breaking) WatchNegotiation(req *parleyv1.WatchNegotiationRequest, stream grpc.ServerStreamingServer[parleyv1.WatchNegotiationResponse]) error {
	b.asked = append(b.asked, req.GetResumeToken())
	from, _ := strconv.Atoi(req.GetResumeToken())
	for i := from; i < min(from+3, 10); i++ {
		step := &parleyv1.WatchNegotiationResponse{
			Step:        &parleyv1.WatchNegotiationResponse_Entry{Entry: &parleyv1.Entry{Name: fmt.Sprint(i)}},
			ResumeToken: strconv.Itoa(i + 1),
		}
		if err := stream.Send(step); err != nil {
			return err
		}
	}
	end := b.breaks[0]
	b.breaks = b.breaks[1:]
	return end
}

func TestWatchGoesOnWhereItBrokeOff(t *testing.T) {
	away := status.Error(codes.Unavailable, "away")
	denied := status.Error(codes.PermissionDenied, "no longer")
	b := &breaking{breaks: []error{away, nil, away, denied}} // nil: the server ended it in good order
	c := wire(t, func(s grpc.ServiceRegistrar) { parleyv1.RegisterLogServiceServer(s, b) })
	req := &parleyv1.WatchNegotiationRequest{Name: "negotiations/peace"}
	var told []string
	var last error
	for step, err := range c.Watch(t.Context(), req) {
		if last = err; err == nil {
			told = append(told, step.GetEntry().GetName())
		}
	}
	if want := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}; !slices.Equal(told, want) {
		t.Errorf("told %v", told)
	}
	if want := []string{"", "3", "6", "9"}; !slices.Equal(b.asked, want) {
		t.Errorf("asked with %q", b.asked)
	}
	if status.Code(last) != codes.PermissionDenied || req.GetResumeToken() != "" {
		t.Errorf("ended with %v, and the request is %v", last, req)
	}
}

func TestWatchEndsWhenTheCallerHasHadEnough(t *testing.T) {
	b := &breaking{breaks: []error{nil}}
	c := wire(t, func(s grpc.ServiceRegistrar) { parleyv1.RegisterLogServiceServer(s, b) })
	for step, err := range c.Watch(t.Context(), &parleyv1.WatchNegotiationRequest{}) {
		if err != nil || step.GetEntry().GetName() == "1" {
			break
		}
	}
	if len(b.asked) != 1 {
		t.Errorf("it was opened %d times", len(b.asked))
	}
}

// uploads keeps what it is sent.
type uploads struct {
	parleyv1.UnimplementedPlanServiceServer
	pieces  []*parleyv1.UploadRevisionRequest
	commits []*parleyv1.CommitRevisionRequest
}

func (u *uploads) CommitRevision(_ context.Context, req *parleyv1.CommitRevisionRequest) (*parleyv1.CommitRevisionResponse, error) {
	u.commits = append(u.commits, req)
	return &parleyv1.CommitRevisionResponse{}, nil
}

func (u *uploads) UploadRevision(stream grpc.ClientStreamingServer[parleyv1.UploadRevisionRequest, parleyv1.CommitRevisionResponse]) error {
	for {
		piece, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stream.SendAndClose(&parleyv1.CommitRevisionResponse{})
		}
		if err != nil {
			return err
		}
		u.pieces = append(u.pieces, piece)
	}
}

// A commit goes in one call if it can, and in pieces that together are the same if it cannot.
func TestCommitIsCutIntoPiecesOnlyIfItIsLong(t *testing.T) {
	text := func(n int) *parleyv1.CommitRevisionRequest {
		body := &parleyv1.CommitRevisionRequest_Text{Editorial: []string{"p0"}}
		for i := range n {
			body.Points = append(body.Points, &parleyv1.Point{Id: fmt.Sprintf("p%d", i), Text: string(make([]byte, 100_000))})
		}
		return &parleyv1.CommitRevisionRequest{Parent: "plan", Revision: &parleyv1.Revision{}, Body: &parleyv1.CommitRevisionRequest_Text_{Text: body}}
	}
	u := &uploads{}
	c := wire(t, func(s grpc.ServiceRegistrar) { parleyv1.RegisterPlanServiceServer(s, u) })
	if _, err := c.Commit(t.Context(), text(3)); err != nil || len(u.commits) != 1 || len(u.pieces) != 0 {
		t.Fatalf("a short one: %d calls, %d pieces, %v", len(u.commits), len(u.pieces), err)
	}
	long := text(60)
	if _, err := c.Commit(t.Context(), long); err != nil || len(u.commits) != 1 || len(u.pieces) < 5 {
		t.Fatalf("a long one: %d calls, %d pieces, %v", len(u.commits), len(u.pieces), err)
	}
	joined := &parleyv1.CommitRevisionRequest_Text{}
	for i, piece := range u.pieces {
		if proto.Size(piece) > oneMessage {
			t.Errorf("piece %d has %d bytes", i, proto.Size(piece))
		}
		proto.Merge(joined, piece.GetText())
	}
	if !proto.Equal(joined, long.GetText()) || u.pieces[0].GetCommit().GetRequestId() == "" || u.pieces[0].GetCommit().GetBody() != nil {
		t.Errorf("the pieces are not the commit; the first is %v", u.pieces[0])
	}
	if long.GetRequestId() != "" || len(long.GetText().GetPoints()) != 60 {
		t.Error("the caller's message was changed")
	}
}

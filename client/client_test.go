package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
)

// fakeParties serves ten parties in pages, and fails where told.
type fakeParties struct {
	parleyv1.UnimplementedPartyServiceServer
	failAt string
	auth   []string
}

func (f *fakeParties) ListParties(ctx context.Context, req *parleyv1.ListPartiesRequest) (*parleyv1.ListPartiesResponse, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	f.auth = append(f.auth, strings.Join(md.Get("authorization"), ","))
	if f.failAt != "" && req.GetPageToken() == f.failAt {
		return nil, pageTokenError()
	}
	from, _ := strconv.Atoi(req.GetPageToken())
	resp := &parleyv1.ListPartiesResponse{}
	for i := from; i < min(from+int(req.GetPageSize()), 10); i++ {
		resp.Parties = append(resp.Parties, &parleyv1.Party{Name: req.GetParent() + "/" + strconv.Itoa(i)})
	}
	if next := from + int(req.GetPageSize()); next < 10 {
		resp.NextPageToken = strconv.Itoa(next)
	}
	return resp, nil
}

func pageTokenError() error {
	s, _ := status.New(codes.InvalidArgument, "page_token: no").WithDetails(
		&errdetails.ErrorInfo{Domain: "parley", Reason: "PAGE_TOKEN_INVALID", Metadata: map[string]string{"head": "x"}},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: "page_token", Reason: "page_token", Description: "no"},
		}},
	)
	return s.Err()
}

// serve starts a server on an in-memory wire.
func serve(t *testing.T, impl parleyv1.PartyServiceServer) grpc.DialOption {
	t.Helper()
	wire := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	parleyv1.RegisterPartyServiceServer(server, impl)
	go func() { _ = server.Serve(wire) }()
	t.Cleanup(server.Stop)
	return grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return wire.DialContext(ctx) })
}

func dial(t *testing.T, f *fakeParties, token string) *Client {
	t.Helper()
	c, err := Dial("passthrough:///localhost", Options{Token: token, Dial: []grpc.DialOption{serve(t, f)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestAllReadsEveryPage(t *testing.T) {
	for _, size := range []int32{1, 3, 5, 10, 50} {
		f := &fakeParties{}
		c := dial(t, f, "secret")
		req := &parleyv1.ListPartiesRequest{Parent: "p", PageSize: size}
		got, err := Collect(All(t.Context(), c.Parties.ListParties, req, (*parleyv1.ListPartiesResponse).GetParties))
		if err != nil || len(got) != 10 || got[9].GetName() != "p/9" || req.GetPageToken() != "" {
			t.Fatalf("page size %d: %d items, %v, request %v", size, len(got), err, req)
		}
		if slices.Compact(f.auth)[0] != "Bearer secret" {
			t.Errorf("authorization %q", f.auth)
		}
	}
}

func TestAllStops(t *testing.T) {
	f := &fakeParties{failAt: "8"}
	c := dial(t, f, "")
	seq := All(t.Context(), c.Parties.ListParties, &parleyv1.ListPartiesRequest{PageSize: 4}, (*parleyv1.ListPartiesResponse).GetParties)
	got, err := Collect(seq)
	if len(got) != 8 || Reason(err) != "PAGE_TOKEN_INVALID" {
		t.Errorf("%d items, %v", len(got), err)
	}
	f.auth = nil
	for range seq {
		break
	}
	if len(f.auth) != 1 || f.auth[0] != "" {
		t.Errorf("%d pages read for one item; authorization %q", len(f.auth), f.auth)
	}
}

func TestAllRefusesToGoInCircles(t *testing.T) {
	same := func(context.Context, *parleyv1.ListPartiesRequest, ...grpc.CallOption) (*parleyv1.ListPartiesResponse, error) {
		return &parleyv1.ListPartiesResponse{NextPageToken: "x"}, nil
	}
	if _, err := Collect(All(t.Context(), same, &parleyv1.ListPartiesRequest{}, (*parleyv1.ListPartiesResponse).GetParties)); err == nil {
		t.Error("no error")
	}
}

func TestErrors(t *testing.T) {
	err := fmt.Errorf("load: %w", pageTokenError())
	d := Details(err)
	if d.Code != codes.InvalidArgument || d.Reason != "PAGE_TOKEN_INVALID" || d.Message != "page_token: no" || d.Metadata["head"] != "x" {
		t.Errorf("%+v", d)
	}
	if len(d.Violations) != 1 || d.Violations[0] != (Violation{"page_token", "page_token", "no"}) {
		t.Errorf("%+v", d.Violations)
	}
	if !Is(err, parleyv1.ErrorReason_PAGE_TOKEN_INVALID) || Is(err, parleyv1.ErrorReason_HEAD_MOVED) {
		t.Error("Is")
	}
	if d := Details(errors.New("x")); d.Code != codes.Unknown || d.Reason != "" {
		t.Errorf("%+v", d)
	}
	if d := Details(nil); d.Code != codes.OK || Reason(nil) != "" {
		t.Errorf("%+v", d)
	}
}

func TestTokensStayOnTheMachine(t *testing.T) {
	for addr, want := range map[string]bool{
		"localhost:7400": true, "127.0.0.1:7400": true, "[::1]:7400": true, "::1": true, "unix:/tmp/x": true,
		"127.8.9.1": true, "[::ffff:127.0.0.1]:1": true, "dns:///localhost:1": true, "LocalHost:1": true,
		"example.org:7400": false, "10.0.0.1:7400": false, "localhost.example.org:1": false, "": false,
		"dns:///example.org": false, "127.0.0.1.example.org:1": false, "dns://127.0.0.1/example.org": false,
	} {
		if got := IsLoopback(addr); got != want {
			t.Errorf("IsLoopback(%q) = %v", addr, got)
		}
	}
	if _, err := Dial("example.org:7400", Options{Token: "x"}); !errors.Is(err, ErrPlainToken) {
		t.Errorf("a token for a remote server in plain text: %v", err)
	}
	c, err := Dial("example.org:7400", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestFindToken(t *testing.T) {
	dir := t.TempDir()
	write := func(name, token string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	find := func(addr, want string) {
		t.Helper()
		if got, err := FindToken(addr); got != want || err != nil {
			t.Errorf("FindToken(%q) = %q, %v; want %q", addr, got, err, want)
		}
	}
	t.Setenv("PARLEY_TOKEN", "") // so that it is restored
	if err := os.Unsetenv("PARLEY_TOKEN"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PARLEY_TOKEN_FILE", "")
	t.Setenv("PARLEY_DATA", dir)
	find("localhost:7400", "")
	write(TokenFile, "mediator")
	find("localhost:7400", "mediator")
	find("example.org:7400", "")
	t.Setenv("PARLEY_TOKEN_FILE", write("other", "from file"))
	find("example.org:7400", "from file")
	t.Setenv("PARLEY_TOKEN_FILE", filepath.Join(dir, "missing"))
	if _, err := FindToken("localhost:7400"); err == nil {
		t.Error("a named file that is missing is no error")
	}
	t.Setenv("PARLEY_TOKEN", "from env")
	find("example.org:7400", "from env")
	t.Setenv("PARLEY_TOKEN", "")
	find("localhost:7400", "")
}

func TestDefaultDataDir(t *testing.T) {
	t.Setenv("PARLEY_DATA", "/a")
	t.Setenv("XDG_DATA_HOME", "/b")
	t.Setenv("HOME", "/c")
	for _, step := range []struct{ unset, want string }{
		{"", "/a"}, {"PARLEY_DATA", "/b/parley"}, {"XDG_DATA_HOME", "/c/.local/share/parley"},
	} {
		if step.unset != "" {
			t.Setenv(step.unset, "")
		}
		if got, err := DefaultDataDir(); got != step.want || err != nil {
			t.Errorf("%q, %v; want %q", got, err, step.want)
		}
	}
	t.Setenv("HOME", "")
	if dir, err := DefaultDataDir(); err == nil {
		t.Errorf("%q without a home", dir)
	}
}

package gateway_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/gateway"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
)

// parties answers with what it is told, and remembers what it was asked.
type parties struct {
	parleyv1.UnimplementedPartyServiceServer
	asked  proto.Message
	md     metadata.MD
	answer *parleyv1.Party
	err    error
}

func (p *parties) did(ctx context.Context, req proto.Message) (*parleyv1.Party, error) {
	p.asked = req
	p.md, _ = metadata.FromIncomingContext(ctx)
	_ = grpc.SetHeader(ctx, metadata.Pairs("x-secret", "1", "grpc-metadata-x", "1"))
	_ = grpc.SetTrailer(ctx, metadata.Pairs("x-trailer", "1"))
	return p.answer, p.err
}

func (p *parties) GetParty(ctx context.Context, req *parleyv1.GetPartyRequest) (*parleyv1.Party, error) {
	return p.did(ctx, req)
}

func (p *parties) CreateParty(ctx context.Context, req *parleyv1.CreatePartyRequest) (*parleyv1.Party, error) {
	return p.did(ctx, req)
}

func (p *parties) UpdateParty(ctx context.Context, req *parleyv1.UpdatePartyRequest) (*parleyv1.Party, error) {
	return p.did(ctx, req)
}

func (p *parties) DeleteParty(ctx context.Context, req *parleyv1.DeletePartyRequest) (*parleyv1.Party, error) {
	return p.did(ctx, req)
}

func (p *parties) UndeleteParty(ctx context.Context, req *parleyv1.UndeletePartyRequest) (*parleyv1.Party, error) {
	return p.did(ctx, req)
}

func (p *parties) ListParties(ctx context.Context, req *parleyv1.ListPartiesRequest) (*parleyv1.ListPartiesResponse, error) {
	_, err := p.did(ctx, req)
	return &parleyv1.ListPartiesResponse{Parties: []*parleyv1.Party{p.answer}}, err
}

const (
	root  = "/v1/negotiations/peace/parties"
	party = root + "/ukraine"
)

// serve starts a gRPC server in memory and the gateway in front of it.
func serve(t testing.TB) (*parties, http.Handler, *health.Server) {
	t.Helper()
	fake, check := &parties{answer: &parleyv1.Party{Name: "negotiations/peace/parties/ukraine", DisplayName: "Ukraine", Etag: "v1"}}, health.NewServer()
	return fake, serveAlso(t, func(s grpc.ServiceRegistrar) {
		parleyv1.RegisterPartyServiceServer(s, fake)
		grpc_health_v1.RegisterHealthServer(s, check)
	}), check
}

// serveAlso does so with the services that are registered.
func serveAlso(t testing.TB, register func(grpc.ServiceRegistrar)) http.Handler {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(grpc.MaxRecvMsgSize(64 << 20))
	register(server)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///bufconn", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	handler, err := gateway.New(conn, []byte(`{"swagger":"2.0"}`))
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// do makes one HTTP request; headers are "Name: value".
func do(h http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req := httptest.NewRequest(method, target, r)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		req.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

// refusal is the JSON of a google.rpc.Status.
type refusal struct {
	Code    int
	Message string
	Details []struct {
		Type       string `json:"@type"`
		Reason     string
		Domain     string
		Metadata   map[string]string
		Violations []struct{ Field, Reason, Description string } `json:"field_violations"`
	}
}

// refused spells an error answer as "HTTP code, gRPC code, reason: field rule, …".
func refused(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var s refusal
	if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("no status: %d %s", w.Code, w.Body)
	}
	out := []string{http.StatusText(w.Code), "", ""}
	var fields []string
	for _, d := range s.Details {
		if strings.HasSuffix(d.Type, "ErrorInfo") {
			out[1] = d.Reason
			if d.Domain != "parley" {
				t.Error("domain", d.Domain)
			}
		}
		for _, v := range d.Violations {
			fields = append(fields, strings.TrimSpace(v.Field+" "+v.Reason))
			if v.Description == "" {
				t.Error("no description of", v.Field)
			}
		}
	}
	out[2] = strings.Join(fields, ", ")
	return strings.TrimRight(strings.Join(out, "; "), "; ")
}

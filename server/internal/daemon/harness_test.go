package daemon_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/dossier"
	"github.com/seed-ff4a8210/parley/client/example"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

// server is a real one on loopback, with its mediator and a member of the public connected.
type server struct {
	daemon.Started
	dir              string
	mediator, public *client.Client
	stop             func() // drains; a test may call it early to start another server on the same data
}

// start runs a server on a data directory until the test ends or stop is called.
func start(t testing.TB, dir string) *server {
	t.Helper()
	return startWith(t, daemon.Config{DataDir: dir}, nil)
}

// startWith is start with more to configure, and for clients that speak TLS.
func startWith(t testing.TB, cfg daemon.Config, transport *tls.Config) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan daemon.Started, 1), make(chan error, 1)
	go func() {
		cfg.GRPCAddr, cfg.RESTAddr = "127.0.0.1:0", "127.0.0.1:0"
		cfg.Log = cmp.Or(cfg.Log, slog.New(slog.DiscardHandler))
		cfg.Ready = func(_ context.Context, s daemon.Started) error { ready <- s; return nil }
		done <- daemon.Run(ctx, cfg)
	}()
	s := &server{dir: cfg.DataDir}
	select {
	case s.Started = <-ready:
	case err := <-done:
		cancel()
		t.Fatalf("the server did not start: %v", err)
	}
	s.mediator, s.public = dialTLS(t, s.GRPCAddr, s.Token, transport), dialTLS(t, s.GRPCAddr, "", transport)
	stopped := false
	s.stop = func() {
		if stopped {
			return
		}
		stopped = true
		_ = s.mediator.Close()
		_ = s.public.Close()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	}
	t.Cleanup(s.stop)
	return s
}

func dial(t testing.TB, addr, token string) *client.Client {
	t.Helper()
	return dialTLS(t, addr, token, nil)
}

func dialTLS(t testing.TB, addr, token string, transport *tls.Config) *client.Client {
	t.Helper()
	c, err := client.Dial(addr, client.Options{Token: token, TLS: transport})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// startExample runs a server that holds the real example.
func startExample(t *testing.T) *server {
	t.Helper()
	s := start(t, t.TempDir())
	loadExample(t, s)
	return s
}

func loadExample(t *testing.T, s *server) dossier.Summary {
	t.Helper()
	return load(t, s, example.Dossier)
}

// load has the mediator load a dossier.
func load(t *testing.T, s *server, read func() (*dossier.Dossier, error)) dossier.Summary {
	t.Helper()
	d, err := read()
	if err != nil {
		t.Fatal(err)
	}
	sum, err := dossier.Load(t.Context(), s.mediator, d, nil)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// talks makes a negotiation with the principals a and b, and an empty plan `draft`.
func talks(t *testing.T, s *server, id string) string {
	t.Helper()
	ctx, name := t.Context(), "negotiations/"+id
	must(t)(s.mediator.Negotiations.CreateNegotiation(ctx, &parleyv1.CreateNegotiationRequest{
		NegotiationId: id, Negotiation: &parleyv1.Negotiation{DisplayName: "Talks " + id},
	}))
	for _, party := range []string{"a", "b"} {
		must(t)(s.mediator.Parties.CreateParty(ctx, &parleyv1.CreatePartyRequest{
			Parent: name, PartyId: party,
			Party: &parleyv1.Party{DisplayName: "Party " + party, Kind: parleyv1.Party_KIND_STATE, Role: parleyv1.Party_ROLE_PRINCIPAL},
		}))
	}
	must(t)(s.mediator.Plans.CreatePlan(ctx, &parleyv1.CreatePlanRequest{
		Parent: name, PlanId: "draft", Plan: &parleyv1.Plan{DisplayName: "Draft"},
	}))
	return name
}

// must fails the test on an error of a call whose answer does not matter.
func must(t *testing.T) func(proto.Message, error) {
	t.Helper()
	return func(_ proto.Message, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// point is one with a wording.
func point(id, text string) *parleyv1.Point {
	return &parleyv1.Point{Id: id, Heading: strings.ToUpper(id), Text: text}
}

// commitText commits a whole text; parents are ids of revisions of the same plan.
func commitText(t *testing.T, s *server, plan, id string, parents []string, points ...*parleyv1.Point) *parleyv1.CommitRevisionResponse {
	t.Helper()
	resp, err := s.mediator.Plans.CommitRevision(t.Context(), textCommit(plan, id, parents, points...))
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func textCommit(plan, id string, parents []string, points ...*parleyv1.Point) *parleyv1.CommitRevisionRequest {
	return &parleyv1.CommitRevisionRequest{
		Parent: plan, RevisionId: id, Revision: &parleyv1.Revision{Parents: parentsOf(plan, parents)},
		Body: &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{Points: points}},
	}
}

func changeCommit(plan, id string, parents []string, changes ...*parleyv1.PointChange) *parleyv1.CommitRevisionRequest {
	return &parleyv1.CommitRevisionRequest{
		Parent: plan, RevisionId: id, Revision: &parleyv1.Revision{Parents: parentsOf(plan, parents)},
		Body: &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: changes}},
	}
}

func parentsOf(plan string, ids []string) []*parleyv1.Revision_Parent {
	var out []*parleyv1.Revision_Parent
	for _, id := range ids {
		out = append(out, &parleyv1.Revision_Parent{Revision: plan + "/revisions/" + id})
	}
	return out
}

// wantReason checks that an error has a code and a reason, and gives its details.
func wantReason(t *testing.T, err error, code codes.Code, reason parleyv1.ErrorReason) client.ErrorDetails {
	t.Helper()
	if status.Code(err) != code {
		t.Fatalf("got %v, want code %v", err, code)
	}
	d := client.Details(err)
	if d.Reason != reason.String() {
		t.Fatalf("got reason %v (%v), want %v", d.Reason, err, reason)
	}
	return d
}

// rest makes a call over HTTP as the mediator and gives status and body.
func (s *server) rest(t *testing.T, method, path, body string, header ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.RESTAddr+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.Token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, data
}

// fromJSON reads an answer of the gateway.
func fromJSON[M proto.Message](t *testing.T, data []byte, into M) M {
	t.Helper()
	if err := protojson.Unmarshal(data, into); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return into
}

// moment is the last one of a day.
func moment(day string) *timestamppb.Timestamp {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err) // written wrongly in the test
	}
	return timestamppb.New(at.AddDate(0, 0, 1).Add(-1))
}

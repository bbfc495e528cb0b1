package rpc

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/host"
	"github.com/seed-ff4a8210/parley/server/internal/ledger/ledgertest"
	"github.com/seed-ff4a8210/parley/server/internal/listing"
	"github.com/seed-ff4a8210/parley/server/internal/quota"
)

const secret = "secret of the benchmark, long enough to be one"

// serve runs the services on a ledger in memory, over a connection in memory.
func serve(b testing.TB) *grpc.ClientConn {
	b.Helper()
	n := 0
	h, err := host.Open(b.Context(), ledgertest.Memory(), time.Now, func() string { n++; return fmt.Sprintf("x%d", n) })
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(h.Close)
	core := Core{Host: h, Sealer: listing.NewSealer([32]byte{1})}
	log := slog.New(slog.DiscardHandler)
	limits := &Limits{Callers: quota.NewLimiter(quota.DefaultKnown, quota.DefaultAnonymous), Logins: quota.NewLogins(), Log: log}
	srv := grpc.NewServer(
		grpc.ChainUnaryInterceptor(Intercept(core, access.NewAuthenticator(access.NewToken(secret), nil, nil), limits, log)),
		grpc.ForceServerCodecV2(Codec()),
	)
	Register(srv, core)
	l := bufconn.Listen(1 << 20)
	go func() { _ = srv.Serve(l) }()
	b.Cleanup(srv.Stop)
	conn, err := grpc.NewClient("passthrough:bench", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	return conn
}

// plan makes a negotiation with a plan of `revisions` revisions of 28 points, and gives the name of the newest.
func plan(b testing.TB, conn *grpc.ClientConn, revisions int) string {
	b.Helper()
	ctx := metadata.AppendToOutgoingContext(b.Context(), "authorization", "Bearer "+secret)
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	_, err := parleyv1.NewNegotiationServiceClient(conn).CreateNegotiation(ctx, &parleyv1.CreateNegotiationRequest{NegotiationId: "n", Negotiation: &parleyv1.Negotiation{DisplayName: "N"}})
	must(err)
	plans := parleyv1.NewPlanServiceClient(conn)
	_, err = plans.CreatePlan(ctx, &parleyv1.CreatePlanRequest{Parent: "negotiations/n", PlanId: "p", Plan: &parleyv1.Plan{DisplayName: "P"}})
	must(err)
	text := &parleyv1.CommitRevisionRequest_Text{}
	for i := range 28 {
		text.Points = append(text.Points, &parleyv1.Point{
			Id: fmt.Sprintf("p%d", i), Label: fmt.Sprint(i + 1), Heading: "Heading",
			Text: "Ukraine's armed forces are limited to 600,000 personnel in peacetime, as verified by the monitoring mission.",
		})
	}
	name := ""
	for i := range revisions {
		req := &parleyv1.CommitRevisionRequest{
			Parent: "negotiations/n/plans/p", RevisionId: fmt.Sprintf("r%d", i), Revision: &parleyv1.Revision{},
			Body: &parleyv1.CommitRevisionRequest_Text_{Text: text},
		}
		if name != "" {
			req.Revision.Parents = []*parleyv1.Revision_Parent{{Revision: name}}
		}
		got, err := plans.CommitRevision(ctx, req)
		must(err)
		name = got.GetRevision().GetName()
	}
	return name
}

// BenchmarkGetRevision reads a revision of 28 points over gRPC, client included, and in the handler alone; the server's
// part has to stay under 150 µs however long the history.
func BenchmarkGetRevision(b *testing.B) {
	for _, revisions := range []int{1, 1000} {
		conn := serve(b)
		name := plan(b, conn, revisions)
		b.Run(fmt.Sprintf("revisions=%d", revisions), func(b *testing.B) {
			c := parleyv1.NewPlanServiceClient(conn)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.GetRevision(b.Context(), &parleyv1.GetRevisionRequest{Name: name}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

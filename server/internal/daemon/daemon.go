// Package daemon puts the server together: it opens the ledger, builds host, gRPC and gateway, and takes them down in
// order. Main, the end-to-end tests and the example all call Run.
package daemon

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/test/bufconn"

	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/host"
	"github.com/seed-ff4a8210/parley/server/internal/ledger/boltledger"
	"github.com/seed-ff4a8210/parley/server/internal/listing"
	"github.com/seed-ff4a8210/parley/server/internal/rpc"
)

// Config says how to run.
type Config struct {
	DataDir  string // holds the database, the mediator's token and the key of page tokens; made if absent
	GRPCAddr string // host:port; port 0 picks a free one
	RESTAddr string // likewise
	Log      *slog.Logger

	// CertFile and KeyFile hold a certificate and its key in PEM: both ports then speak TLS. They may be replaced at any
	// time. Without them the ports speak plain text, and may be on loopback only.
	CertFile, KeyFile string
	// ClientCAFile holds certificates of authorities in PEM. With TLS, callers may then present a certificate of one of them.
	ClientCAFile string
	// OIDC says whose tokens are believed beside the server's own. The zero value: nobody's.
	OIDC access.OIDCConfig
	// PlainText lets ports speak plain text to other machines.
	PlainText bool

	// Clock and NewID are for tests that want the same to happen twice; the clock of the machine and random ids if nil.
	Clock func() time.Time
	NewID func() string

	// Limits bound what callers may ask.
	Limits Limits

	// Ready is called once both ports are open. An error ends Run.
	Ready func(ctx context.Context, s Started) error
}

// Started tells where a server listens.
type Started struct {
	GRPCAddr string
	RESTAddr string
	Token    string // the mediator's
	TLS      bool
	Inside   grpc.ClientConnInterface // to this very server, without a port
}

// Limits of the transport.
const (
	maxStreams   = 20_000   // calls at a time on one connection; the gateway has but one, with all its watches
	maxMessage   = 64 << 20 // bytes on the wire; rpc refuses requests over half of that with a reason
	drainTimeout = 10 * time.Second
)

// Run serves until ctx ends, then drains: no new calls, calls under way finish, the ledger closes last.
func Run(ctx context.Context, cfg Config) error {
	cfg.Limits = cfg.Limits.orDefault()
	if cfg.CertFile == "" && !cfg.PlainText {
		if err := errors.Join(access.RequireLoopback(cfg.GRPCAddr), access.RequireLoopback(cfg.RESTAddr)); err != nil {
			return err
		}
	}
	id, err := identify(ctx, cfg)
	if err != nil {
		return err
	}
	l, err := bind(ctx, cfg) // first, so that what cannot serve leaves nothing behind
	if err != nil {
		return err
	}
	defer l.close()
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	store, err := boltledger.Open(filepath.Join(cfg.DataDir, database), boltledger.Options{})
	if err != nil {
		return fmt.Errorf("open the ledger: %w", err)
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = newID
	}
	h, err := host.Open(ctx, store, cfg.Clock, cfg.NewID)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	err = serve(ctx, cfg, h, l, id)
	h.Close()
	return errors.Join(err, store.Close())
}

func serve(ctx context.Context, cfg Config, h *host.Host, l *listeners, id *identities) error {
	token, err := access.LoadOrCreateToken(cfg.DataDir)
	if err != nil {
		return fmt.Errorf("load the mediator's token: %w", err)
	}
	key, err := access.LoadOrCreateKey(cfg.DataDir, "page.key")
	if err != nil {
		return fmt.Errorf("load the key of page tokens: %w", err)
	}
	core := rpc.Core{Host: h, Sealer: listing.NewSealer(key)}
	in := newDoor(core, access.NewAuthenticator(token, tokens{h, cfg.Clock}, id.issuer), cfg.Limits, cfg.Log)
	srv := newServer(core, in, cfg.Limits, id)
	defer srv.Stop()
	pipe := bufconn.Listen(1 << 20)
	conn, err := dialInner(pipe)
	if err != nil {
		return fmt.Errorf("dial in process: %w", err)
	}
	defer func() { _ = conn.Close() }()
	inside := newInner(conn, pipe.Addr(), in.unary, cfg.Limits, id)
	rpc.Register(inside, core)
	web, err := newWeb(inside, cfg.Limits)
	if err != nil {
		return fmt.Errorf("build the gateway: %w", err)
	}
	web.RegisterOnShutdown(h.EndWatches) // they would outlast the drain
	l.inner = innerListener{pipe}
	if id.server != nil {
		l.rest = tls.NewListener(l.rest, id.tls("http/1.1"))
	}
	presented, err := access.ReadToken(cfg.DataDir)
	if err != nil {
		return fmt.Errorf("read the mediator's token: %w", err)
	}
	started := Started{l.grpc.Addr().String(), l.rest.Addr().String(), presented, id.server != nil, inside}
	return listen(ctx, cfg, srv, web, l, started)
}

func newServer(core rpc.Core, in door, limits Limits, id *identities) *grpc.Server {
	srv := grpc.NewServer(serverOptions(in, limits, id)...)
	rpc.Register(srv, core)
	reflection.Register(srv)
	hs := health.NewServer()
	for name := range srv.GetServiceInfo() {
		hs.SetServingStatus(name, healthv1.HealthCheckResponse_SERVING)
	}
	healthv1.RegisterHealthServer(srv, hs)
	return srv
}

// listeners are where a server takes calls: two ports, and a way for the gateway in the same process.
type listeners struct{ grpc, rest, inner net.Listener }

// bind opens the ports.
func bind(ctx context.Context, cfg Config) (*listeners, error) {
	var tcp net.ListenConfig
	gl, err := tcp.Listen(ctx, "tcp", cfg.GRPCAddr)
	if err != nil {
		return nil, fmt.Errorf("listen for gRPC: %w", err)
	}
	rl, err := tcp.Listen(ctx, "tcp", cfg.RESTAddr)
	if err != nil {
		return nil, fmt.Errorf("listen for REST: %w", errors.Join(err, gl.Close()))
	}
	counts := newConnections(cfg.Limits.Connections, cfg.Limits.LocalConnections)
	return &listeners{grpc: countedListener{gl, counts}, rest: countedListener{rl, counts}}, nil
}

// close is for ports that were opened and never served; the servers close those that were.
func (l *listeners) close() {
	_ = l.grpc.Close()
	_ = l.rest.Close()
}

// listen serves on the open ports, and drains when ctx ends.
func listen(ctx context.Context, cfg Config, srv *grpc.Server, web *http.Server, l *listeners, started Started) error {
	failed := make(chan error, 3)
	go func() { failed <- srv.Serve(l.grpc) }()
	go func() { failed <- srv.Serve(l.inner) }()
	go func() { failed <- web.Serve(l.rest) }()
	if cfg.Ready != nil {
		if err := cfg.Ready(ctx, started); err != nil {
			return errors.Join(err, drain(srv, web))
		}
	}
	select {
	case <-ctx.Done():
		return drain(srv, web)
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve: %w", err), drain(srv, web))
	}
}

// drain ends REST first, as it calls gRPC, and cuts off what does not finish in time.
func drain(srv *grpc.Server, web *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	err := web.Shutdown(ctx)
	done := make(chan struct{})
	go func() {
		srv.GracefulStop()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		srv.Stop()
		err = errors.Join(err, web.Close())
	}
	return err
}

// newID makes a random id of 80 bits, a letter first.
func newID() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program rather than give weak randomness
	return "x" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

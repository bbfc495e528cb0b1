package daemon_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
	"github.com/seed-ff4a8210/parley/server/internal/quota"
)

// limited runs a server with other limits than the usual.
func limited(t *testing.T, limits daemon.Limits) *server {
	t.Helper()
	return startWith(t, daemon.Config{DataDir: t.TempDir(), Limits: limits}, nil)
}

// impatient is a client of the public that does not try again.
func impatient(t *testing.T, s *server, token string) *client.Client {
	t.Helper()
	c, err := client.Dial(s.GRPCAddr, client.Options{Token: token, Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func list(t *testing.T, c *client.Client) error {
	t.Helper()
	_, err := c.Negotiations.ListNegotiations(t.Context(), &parleyv1.ListNegotiationsRequest{})
	return err
}

// wantLater checks that a call is refused by a limit that time lifts, and gives the time.
func wantLater(t *testing.T, err error, limit, value string) time.Duration {
	t.Helper()
	d := wantReason(t, err, codes.ResourceExhausted, parleyv1.ErrorReason_LIMIT_EXCEEDED)
	if d.Metadata["limit"] != limit || d.Metadata["limit_value"] != value {
		t.Errorf("refused by %v, want %s of %s", d.Metadata, limit, value)
	}
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			return info.GetRetryDelay().AsDuration()
		}
	}
	t.Errorf("no RetryInfo in %v", err)
	return 0
}

// wantLaterOverREST is wantLater for an answer over HTTP.
func wantLaterOverREST(t *testing.T, resp *http.Response, body []byte, limit string) {
	t.Helper()
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if resp.StatusCode != http.StatusTooManyRequests || err != nil || seconds < 1 {
		t.Errorf("%s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
	}
	for _, want := range []string{`"LIMIT_EXCEEDED"`, `"` + limit + `"`, "RetryInfo", "retry_delay"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the body says nothing of %s: %s", want, body)
		}
	}
}

func TestCallersWhoCallTooOftenAreToldWhenToComeBack(t *testing.T) {
	s := limited(t, daemon.Limits{Known: quota.Limit{Rate: 0.01, Burst: 20}})
	public, mediator := impatient(t, s, ""), impatient(t, s, s.Token)
	for range 20 {
		if err := list(t, public); err != nil {
			t.Fatal(err)
		}
	}
	if wait := wantLater(t, list(t, public), quota.LimitCallsPerSecond, "0"); wait < 90*time.Second || wait > 100*time.Second {
		t.Errorf("to wait %v for a call at one in 100 s", wait)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.RESTAddr+"/v1/negotiations", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, body := do(t, http.DefaultClient, req)
	wantLaterOverREST(t, resp, body, quota.LimitCallsPerSecond)
	if resp, body := s.rest(t, http.MethodGet, "/healthz", ""); resp.StatusCode != http.StatusOK {
		t.Errorf("whether the server is well cannot be asked: %s %s", resp.Status, body)
	}
	for i := range 20 / quota.WriteCost {
		if _, err := mediator.Negotiations.CreateNegotiation(t.Context(), &parleyv1.CreateNegotiationRequest{
			NegotiationId: "n" + strconv.Itoa(i), Negotiation: &parleyv1.Negotiation{DisplayName: "N"},
		}); err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	_, err = mediator.Negotiations.CreateNegotiation(t.Context(), &parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{DisplayName: "N"}})
	wantLater(t, err, quota.LimitCallsPerSecond, "0")
}

// do sends an HTTP request and reads the answer.
func do(t *testing.T, c *http.Client, req *http.Request) (*http.Response, []byte) {
	t.Helper()
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

// The SDK waits as it is told, and nobody who uses it notices.
func TestTheSDKWaitsAsTold(t *testing.T) {
	s := limited(t, daemon.Limits{Known: quota.Limit{Rate: 100, Burst: 5}})
	for range 15 {
		if err := list(t, s.public); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStreamsAreCounted(t *testing.T) {
	s := limited(t, daemon.Limits{Known: quota.Limit{Streams: 2}})
	n := talks(t, s, "peace")
	untilProgress(watching(t, s.mediator, &parleyv1.WatchNegotiationRequest{Name: n}))
	ctx, stop := context.WithCancel(t.Context())
	second, err := s.mediator.Log.WatchNegotiation(ctx, &parleyv1.WatchNegotiationRequest{Name: n})
	if err == nil {
		_, err = second.Recv()
	}
	if err != nil {
		t.Fatal(err)
	}
	third, err := s.mediator.Log.WatchNegotiation(t.Context(), &parleyv1.WatchNegotiationRequest{Name: n})
	if err == nil {
		_, err = third.Recv()
	}
	if wait := wantLater(t, err, quota.LimitOpenStreams, "2"); wait != time.Second {
		t.Errorf("to wait %v", wait)
	}
	resp, body := s.rest(t, http.MethodGet, "/v1/"+n+":watch", "")
	wantLaterOverREST(t, resp, body, quota.LimitOpenStreams)
	stop()
	for step, err := range s.mediator.Watch(t.Context(), &parleyv1.WatchNegotiationRequest{Name: n}) { // waits for the place
		if err != nil || step.GetResumeToken() == "" {
			t.Error(step, err)
		}
		break
	}
}

// lines is a log for tests to read.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(l.text.String()), "\n")
}

// from makes connections that come from an address of this machine. All of 127.0.0.0/8 are.
func from(ip string) *net.Dialer { return &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}} }

// guesser presents wrong credentials over both ports, from an address.
type guesser struct {
	t    *testing.T
	s    *server
	web  *http.Client
	conn *grpc.ClientConn
	url  string
}

func newGuesser(t *testing.T, s *server, ip string, config *tls.Config) *guesser {
	t.Helper()
	g := &guesser{t: t, s: s, url: "http://" + s.RESTAddr + "/v1/negotiations"}
	transport := insecure.NewCredentials()
	if config != nil {
		transport, g.url = credentials.NewTLS(config), "https://"+s.RESTAddr+"/v1/negotiations"
	}
	var err error
	g.conn, err = grpc.NewClient("passthrough:///"+s.GRPCAddr, grpc.WithTransportCredentials(transport),
		grpc.WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) {
			return from(ip).DialContext(ctx, "tcp", addr)
		}))
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Transport{DialContext: from(ip).DialContext, TLSClientConfig: config}
	g.web = &http.Client{Transport: web}
	t.Cleanup(func() { _ = g.conn.Close(); web.CloseIdleConnections() })
	return g
}

// guess gives the HTTP status of a guess over REST; headers are name and value in turn.
func (g *guesser) guess(secret string, headers ...string) int {
	g.t.Helper()
	req, err := http.NewRequestWithContext(g.t.Context(), http.MethodGet, g.url, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, body := do(g.t, g.web, req)
	if resp.StatusCode == http.StatusTooManyRequests {
		wantLaterOverREST(g.t, resp, body, quota.LimitFailedLogins)
	}
	return resp.StatusCode
}

// guessGRPC gives the error of a guess over gRPC; metadata are key and value in turn.
func (g *guesser) guessGRPC(secret string, md ...string) error {
	g.t.Helper()
	ctx := metadata.AppendToOutgoingContext(g.t.Context(), append(md, "authorization", "Bearer "+secret)...)
	_, err := parleyv1.NewNegotiationServiceClient(g.conn).ListNegotiations(ctx, &parleyv1.ListNegotiationsRequest{})
	return err
}

// Who guesses is slowed by where they are, over both ports alike, whatever they say of where they are; others are not.
func TestGuessingIsSlowedByAddress(t *testing.T) {
	const wrong = "wrong-secret"
	for name, withTLS := range map[string]bool{"plain text": false, "TLS": true} {
		t.Run(name, func(t *testing.T) {
			dir, log := t.TempDir(), &lines{}
			cfg, config := daemon.Config{DataDir: filepath.Join(dir, "data"), Log: slog.New(slog.NewTextHandler(log, nil))}, (*tls.Config)(nil)
			if withTLS {
				a := newAuthority(t, "a")
				cfg.CertFile, cfg.KeyFile = a.forServer(dir)
				config = a.trusted()
			}
			s := startWith(t, cfg, config)
			bad, good := newGuesser(t, s, "127.0.0.5", config), newGuesser(t, s, "127.0.0.6", config)
			if code := bad.guess(s.Token); code != http.StatusOK {
				t.Fatal(code)
			}
			for i := range 3 {
				if code := bad.guess(wrong); code != http.StatusUnauthorized {
					t.Errorf("guess %d: %d", i, code)
				}
				wantReason(t, bad.guessGRPC(wrong), codes.Unauthenticated, parleyv1.ErrorReason_CREDENTIALS_INVALID)
			}
			if wait := wantLater(t, bad.guessGRPC(wrong), quota.LimitFailedLogins, "5"); wait > time.Second {
				t.Errorf("to wait %v", wait)
			}
			for _, key := range []string{"parley-peer", "x-forwarded-for", "forwarded", "x-real-ip"} {
				wantLater(t, bad.guessGRPC(wrong, key, "127.0.0.7"), quota.LimitFailedLogins, "5")
				for _, header := range []string{key, "Grpc-Metadata-" + key} {
					if code := bad.guess(wrong, header, "127.0.0.7"); code != http.StatusTooManyRequests {
						t.Errorf("%s: %d", header, code)
					}
				}
			}
			if code := bad.guess(""); code != http.StatusOK {
				t.Error("without credentials:", code)
			}
			if code := bad.guess(s.Token); code != http.StatusOK {
				t.Error("with credentials that were valid before:", code)
			}
			if code := good.guess(wrong); code != http.StatusUnauthorized {
				t.Error("from another address:", code)
			}
			wantLogged(t, log.all(), wrong, s.Token)
		})
	}
}

// wantLogged checks the lines about six guesses over each port in turn from one address, and one from another.
func wantLogged(t *testing.T, lines []string, secrets ...string) {
	t.Helper()
	if len(lines) != 7 {
		t.Errorf("%d lines", len(lines))
	}
	for i, line := range lines {
		want := " from=127.0.0.5 "
		if i == 6 {
			want = " from=127.0.0.6 "
		}
		for _, part := range []string{"level=WARN", want, "method=/parley.v1.NegotiationService/ListNegotiations", "kind=bearer"} {
			if !strings.Contains(line, part) {
				t.Errorf("no %s in %s", part, line)
			}
		}
		for _, secret := range secrets {
			if strings.Contains(line, secret[:6]) {
				t.Errorf("the log tells %s: %s", secret, line)
			}
		}
	}
}

// A call whose request never comes to its end is ended.
func TestSlowRequestsAreEnded(t *testing.T) {
	s := limited(t, daemon.Limits{
		UsualDeadline: 50 * time.Millisecond, HandshakeTimeout: 200 * time.Millisecond,
		HeaderTimeout: 50 * time.Millisecond, BodyTimeout: 100 * time.Millisecond,
	})
	conn, err := grpc.NewClient(s.GRPCAddr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	open, err := conn.NewStream(t.Context(), &grpc.StreamDesc{ClientStreams: true}, parleyv1.PartyService_GetParty_FullMethodName)
	if err != nil {
		t.Fatal(err)
	}
	if err := open.RecvMsg(&parleyv1.Party{}); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("over gRPC: %v", err)
	}
	for name, c := range map[string]struct{ addr, sent, answer string }{
		"no handshake": {s.GRPCAddr, "PRI", ""},
		"half a line":  {s.RESTAddr, "GET /v1/ne", ""},
		"half headers": {s.RESTAddr, "GET /v1/negotiations HTTP/1.1\r\nHost: x\r\n", ""},
		"half a body": {
			s.RESTAddr, "POST /v1/negotiations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
			"HTTP/1.1 400 ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := talk(t, c.addr, c.sent); !strings.HasPrefix(got, c.answer) || c.answer == "" && strings.Contains(got, " 200 ") {
				t.Errorf("answered %q", got)
			}
		})
	}
}

// talk sends a text and reads until the server closes the connection, which it must do by itself.
func talk(t *testing.T, addr, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr) //nolint:noctx // to this machine
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the server waits for more")
	}
	return string(got)
}

// A watch is read from for as long as it is open, however short the time for requests.
func TestWatchesOutlastTheTimeForRequests(t *testing.T) {
	s := limited(t, daemon.Limits{UsualDeadline: 100 * time.Millisecond, BodyTimeout: 100 * time.Millisecond})
	n := talks(t, s, "peace")
	_, line := overHTTP(t, s, "/v1/"+n+":watch")
	next := watching(t, s.mediator, &parleyv1.WatchNegotiationRequest{Name: n})
	untilProgress(next)
	line()
	time.Sleep(120 * time.Millisecond) // longer than either
	must(t)(s.mediator.Events.CreateEvent(t.Context(), &parleyv1.CreateEventRequest{Parent: n, EventId: "new", Event: &parleyv1.Event{DisplayName: "New"}}))
	if got := next().GetEntry().GetMethod(); got != "CreateEvent" {
		t.Errorf("over gRPC: %s", got)
	}
	if got := line(); !strings.Contains(got, "CreateEvent") {
		t.Errorf("over REST: %s", got)
	}
}

func TestOversizedHeadersAreRefused(t *testing.T) {
	s := start(t, t.TempDir())
	long := strings.Repeat("x", 100<<10)
	ctx := metadata.AppendToOutgoingContext(t.Context(), "x-long", long)
	if _, err := s.public.Negotiations.ListNegotiations(ctx, &parleyv1.ListNegotiationsRequest{}); err == nil {
		t.Error("over gRPC they are taken")
	}
	if got := talk(t, s.RESTAddr, "GET /v1/negotiations HTTP/1.1\r\nHost: x\r\nX-Long: "+long[:40<<10]+"\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 431 ") {
		t.Error("over REST:", got)
	}
	if err := list(t, s.public); err != nil {
		t.Error(err)
	}
	if resp, _ := s.rest(t, http.MethodGet, "/v1/negotiations", "", "X-Long", long[:8<<10]); resp.StatusCode != http.StatusOK {
		t.Error("long but not too long:", resp.Status)
	}
}

func TestConnectionsAreCountedAndIdleOnesClosed(t *testing.T) {
	s := limited(t, daemon.Limits{LocalConnections: 4, IdleTimeout: 50 * time.Millisecond, HeaderTimeout: time.Minute})
	conn, err := grpc.NewClient(s.GRPCAddr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	conn.Connect()
	for state := conn.GetState(); state != connectivity.Ready; state = conn.GetState() {
		conn.WaitForStateChange(t.Context(), state)
	}
	if conn.WaitForStateChange(t.Context(), connectivity.Ready); conn.GetState() == connectivity.Ready {
		t.Error("an idle connection stays open")
	}
	var open []net.Conn
	for range 4 {
		c, err := net.Dial("tcp", s.RESTAddr) //nolint:noctx // to this machine
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		open = append(open, c)
	}
	if got := talk(t, s.RESTAddr, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); got != "" {
		t.Errorf("the fifth connection is answered %q", got)
	}
	_ = open[0].Close()
	for range 1000 { // until the server has noticed
		if got := talk(t, s.RESTAddr, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); strings.HasPrefix(got, "HTTP/1.1 200 ") {
			return
		}
	}
	t.Error("a connection that was closed still counts")
}

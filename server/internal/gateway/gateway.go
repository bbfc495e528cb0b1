// Package gateway serves the API as REST: JSON over HTTP in front, gRPC over a connection it is handed behind, so that
// every call passes the same interceptors as any other.
//
// It is strict, and says so in the same google.rpc.Status that gRPC callers get: unknown fields, unknown query
// parameters, other content types and bodies where none belongs are refused with MALFORMED_REQUEST and the path of the
// field. Of the headers only Authorization goes in and none comes back; a client certificate that TLS has verified goes in
// too. A stream is one JSON object a line, or server-sent events for those who accept them; if it breaks off, the status comes
// last, under `error`. A file, of a method that answers with google.api.HttpBody, is served as it is, under its name. JSON has
// the names of the .proto (`display_name`); requests may use lowerCamelCase too.
//
// Resources with an etag answer with an ETag; If-None-Match on a read gives 304, and If-Match on a write stands for
// the etag of the request, with 412 if it no longer holds. HTTP codes are those of google.rpc.Code, except that
// RESOURCE_EXHAUSTED is 413 unless waiting helps (then 429), and that unknown paths are 404 and wrong methods 405, both
// with the code UNIMPLEMENTED in the body.
package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// Bounds of the HTTP server in front of the handler. Writing has none, because a watch may last for days.
const (
	MaxBodyBytes      = 8 << 20 // of a JSON request; the limit is called request_bytes
	MaxHeaderBytes    = 16 << 10
	ReadHeaderTimeout = 5 * time.Second
	ReadTimeout       = 60 * time.Second
	IdleTimeout       = 2 * time.Minute
	healthTimeout     = 5 * time.Second
)

// LimitRequestBytes is the name, in ErrorInfo, of the limit on the size of a request.
const LimitRequestBytes = "request_bytes"

// gateway is the handler.
type gateway struct {
	mux     *runtime.ServeMux
	routes  routeTable
	health  grpc_health_v1.HealthClient
	openapi document
	origins *http.CrossOriginProtection
}

// document is a fixed answer.
type document struct {
	body []byte
	etag string
}

// New returns the handler of the whole REST API, of /openapi.json, which serves openapi, and of /healthz, which asks
// the gRPC health service. Calls go over conn.
func New(conn grpc.ClientConnInterface, openapi []byte) (http.Handler, error) {
	routes, err := newRouteTable()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(openapi)
	g := &gateway{
		routes:  routes,
		health:  grpc_health_v1.NewHealthClient(conn),
		origins: http.NewCrossOriginProtection(),
		openapi: document{openapi, hex.EncodeToString(sum[:16])},
	}
	none := func(string) (string, bool) { return "", false }
	g.mux = runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, codec{}),
		runtime.WithMarshalerOption(prettyType, codec{pretty: true}),
		runtime.WithMarshalerOption(linesType, lines{}),
		runtime.WithMarshalerOption(eventsType, events{}),
		runtime.WithIncomingHeaderMatcher(none), // Authorization goes in regardless
		runtime.WithOutgoingHeaderMatcher(none),
		runtime.WithOutgoingTrailerMatcher(none),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
		runtime.WithErrorHandler(g.callFailed),
		runtime.WithRoutingErrorHandler(g.noRoute),
		runtime.WithStreamErrorHandler(streamFailed),
		runtime.WithMiddlewares(g.admit),
		runtime.WithForwardResponseRewriter(rewrite),
		runtime.WithForwardResponseOption(answerETag),
		runtime.WithForwardResponseOption(answerFile),
	)
	return g, register(g.mux, connection{conn, newAnswers()})
}

// register adds every service. A test compares the list with the schema.
func register(mux *runtime.ServeMux, conn grpc.ClientConnInterface) error {
	ctx := context.Background()
	for _, err := range []error{
		parleyv1.RegisterNegotiationServiceHandlerClient(ctx, mux, parleyv1.NewNegotiationServiceClient(conn)),
		parleyv1.RegisterPartyServiceHandlerClient(ctx, mux, parleyv1.NewPartyServiceClient(conn)),
		parleyv1.RegisterDemandServiceHandlerClient(ctx, mux, parleyv1.NewDemandServiceClient(conn)),
		parleyv1.RegisterPlanServiceHandlerClient(ctx, mux, parleyv1.NewPlanServiceClient(conn)),
		parleyv1.RegisterStanceServiceHandlerClient(ctx, mux, parleyv1.NewStanceServiceClient(conn)),
		parleyv1.RegisterClaimServiceHandlerClient(ctx, mux, parleyv1.NewClaimServiceClient(conn)),
		parleyv1.RegisterEventServiceHandlerClient(ctx, mux, parleyv1.NewEventServiceClient(conn)),
		parleyv1.RegisterSourceServiceHandlerClient(ctx, mux, parleyv1.NewSourceServiceClient(conn)),
		parleyv1.RegisterAssessmentServiceHandlerClient(ctx, mux, parleyv1.NewAssessmentServiceClient(conn)),
		parleyv1.RegisterObjectionServiceHandlerClient(ctx, mux, parleyv1.NewObjectionServiceClient(conn)),
		parleyv1.RegisterValuationServiceHandlerClient(ctx, mux, parleyv1.NewValuationServiceClient(conn)),
		parleyv1.RegisterDisclosureServiceHandlerClient(ctx, mux, parleyv1.NewDisclosureServiceClient(conn)),
		parleyv1.RegisterMemberServiceHandlerClient(ctx, mux, parleyv1.NewMemberServiceClient(conn)),
		parleyv1.RegisterAccessServiceHandlerClient(ctx, mux, parleyv1.NewAccessServiceClient(conn)),
		parleyv1.RegisterTokenServiceHandlerClient(ctx, mux, parleyv1.NewTokenServiceClient(conn)),
		parleyv1.RegisterLogServiceHandlerClient(ctx, mux, parleyv1.NewLogServiceClient(conn)),
		parleyv1.RegisterAnalysisServiceHandlerClient(ctx, mux, parleyv1.NewAnalysisServiceClient(conn)),
		parleyv1.RegisterDocumentServiceHandlerClient(ctx, mux, parleyv1.NewDocumentServiceClient(conn)),
	} {
		if err != nil {
			return fmt.Errorf("register the REST routes: %w", err)
		}
	}
	return nil
}

// ServeHTTP answers one request.
func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	ex, inner, f := receive(r)
	if f == nil && g.origins.Check(r) != nil {
		f = fault.Denied("pages of other origins may not write")
	}
	switch {
	case f != nil:
		writeFault(w, ex, f)
	case r.URL.Path == "/openapi.json":
		g.fixed(w, r, ex, func() { g.serveOpenAPI(w, r) })
	case r.URL.Path == "/healthz":
		g.fixed(w, r, ex, func() { g.serveHealth(w, r) })
	default:
		g.mux.ServeHTTP(w, inner)
	}
}

// secure sets the headers that every answer has. There is no CORS: pages of other origins may not read anything. That they do
// not write either, in the name of a person whose browser shows a client certificate unasked, is checked before.
func secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Authorization")
}

// receive makes the request that the mux sees: of the headers only those that mean something here, the query without
// `pretty`, HEAD as GET.
func receive(r *http.Request) (*exchange, *http.Request, *fault.Fault) {
	ex := &exchange{method: r.Method, ifMatch: r.Header.Values("If-Match"), ifNoneMatch: r.Header.Values("If-None-Match")}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || !utf8.ValidString(r.URL.Path) {
		return ex, nil, fault.Malformed("", "url", "the path or the query of the URL is badly encoded")
	}
	if pretty, ok := query["pretty"]; ok {
		ex.pretty = !slices.Contains(pretty, "false") && !slices.Contains(pretty, "0")
		query.Del("pretty")
	}
	if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		ex.certificate = r.TLS.VerifiedChains[0][0].Raw
	}
	ex.query, ex.wantsEvents, ex.lastEvent = query, wantsEvents(r), r.Header.Get("Last-Event-ID")
	inner := r.Clone(context.WithValue(r.Context(), exchangeKey{}, ex))
	inner.URL.RawQuery = query.Encode()
	inner.Header = http.Header{}
	for _, name := range []string{"Authorization", "Content-Type", "Content-Encoding"} {
		if v := r.Header.Values(name); len(v) > 0 {
			inner.Header[name] = v
		}
	}
	if ex.pretty {
		inner.Header.Set("Accept", prettyType)
	}
	if r.Method == http.MethodHead {
		inner.Method = http.MethodGet
	}
	return ex, inner, nil
}

// fixed serves something that is no method of the API.
func (g *gateway) fixed(w http.ResponseWriter, r *http.Request, ex *exchange, serve func()) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeStatus(w, ex, http.StatusMethodNotAllowed, notImplemented("this path knows GET only"))
		return
	}
	serve()
}

func (g *gateway) serveOpenAPI(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", `"`+g.openapi.etag+`"`)
	if matches(r.Header.Values("If-None-Match"), g.openapi.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(g.openapi.body)
}

func (g *gateway) serveHealth(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
	defer cancel()
	answer, err := g.health.Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	code, status := http.StatusServiceUnavailable, "UNREACHABLE"
	if err == nil {
		status = answer.GetStatus().String()
		if answer.GetStatus() == grpc_health_v1.HealthCheckResponse_SERVING {
			code = http.StatusOK
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = fmt.Fprintf(w, "{\"status\":%q}\n", status)
}

// noRoute answers where no method of the API has the path, or not with this HTTP method.
func (g *gateway) noRoute(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, code int) {
	ex := exchangeOf(r.Context())
	switch code {
	case http.StatusNotFound:
		writeStatus(w, ex, code, notImplemented("the API has no such path"))
	case http.StatusMethodNotAllowed:
		allow := g.routes.methods(r.URL.Path)
		w.Header().Set("Allow", strings.Join(allow, ", "))
		writeStatus(w, ex, code, notImplemented("this path knows "+strings.Join(allow, ", ")+" only"))
	default:
		writeFault(w, ex, fault.Malformed("", "url", "the path of the URL is badly encoded"))
	}
}

package daemon_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

// Attacks below the API: on HTTP, on what browsers do unasked, and on what is open to everybody.
func TestAttacksOnTheWire(t *testing.T) {
	s := besiege(t)
	const (
		host   = "Host: x\nConnection: close\n"
		hidden = "GET /v1/{n}/stances/b--{id} HTTP/1.1\n"
		as     = "Authorization: Bearer {token:anna}\n"
	)
	repel(t, s, []attack{
		{"a length and chunks", raw("POST /v1/{n}/claims HTTP/1.1\n" + host + as + "Content-Type: application/json\nContent-Length: 4\nTransfer-Encoding: chunked\n\n0\n\n" + hidden + host + "\n"), "400"},
		{"two lengths", raw("POST /v1/{n}/claims HTTP/1.1\n" + host + as + "Content-Type: application/json\nContent-Length: 2\nContent-Length: 200\n\n{}"), "400"},
		{"chunks that are called something else", raw("POST /v1/{n}/claims HTTP/1.1\n" + host + as + "Content-Type: application/json\nTransfer-Encoding: xchunked\n\n0\n\n"), "501"},
		{"a request in the body of another", raw("GET /v1/{n}/parties HTTP/1.1\nHost: x\n" + as + "Content-Length: 24\n\nGET /healthz HTTP/1.1\n\n" + hidden + host + "\n"), "400 400"},
		{"a blank before the colon", raw(hidden + host + "Authorization : Bearer {token:maria}\n\n"), "400"},
		{"no Host", raw("GET /v1/{n}/stances/b--{id} HTTP/1.1\nConnection: close\n\n"), "400"},
		{"another Host", raw(hidden + "Host: evil.example\nConnection: close\n" + as + "\n"), "404"},
		{"a whole URL", raw("GET http://evil.example/v1/{n}/stances/b--{id} HTTP/1.1\n" + host + as + "\n"), "404"},
		{"a proxy to elsewhere", raw("CONNECT 127.0.0.1:22 HTTP/1.1\n" + host + "\n"), "400"},
		{"an echo of headers", raw("TRACE /v1/{n}/parties HTTP/1.1\n" + host + as + "\n"), "405"},
		{"a zero byte", raw("GET /v1/{n}/stances/b--{id}\x00 HTTP/1.1\n" + host + as + "\n"), "400"},
		{"very long headers", raw("GET /v1/negotiations HTTP/1.1\n" + host + "X: " + strings.Repeat("x", 40<<10) + "\n\n"), "431"},
		{"a body that never comes", slowBody, "400"},
		{"a body that is too long", send("anna", http.MethodPost, "/v1/{n}/claims", `{"statement": "`+strings.Repeat("x", 9<<20)+`"}`), "413 LIMIT_EXCEEDED"},
		{"a compressed body", send("anna", http.MethodPost, "/v1/{n}/claims", "x", "Content-Encoding", "gzip"), "400 MALFORMED_REQUEST"},
		{"a page of another origin that reads", fetch("anna", "/v1/{n}/parties", "Origin", "http://evil.example"), "200"},
		{"a page of no origin that reads", fetch("anna", "/v1/{n}/parties", "Origin", "null"), "200"},
		{"a page of another origin that asks whether it may write", send("", http.MethodOptions, "/v1/{n}/stances/a-said", "", "Origin", "http://evil.example", "Access-Control-Request-Method", "DELETE"), "405 METHOD_NOT_IMPLEMENTED"},
		{"a form", send("maria", http.MethodPost, "/v1/{n}/parties", "display_name=x", "Content-Type", "application/x-www-form-urlencoded"), "400 MALFORMED_REQUEST"},
		{"text of another origin", send("maria", http.MethodPost, "/v1/{n}/parties", `{"display_name": "x"}`, "Content-Type", "text/plain", "Origin", "http://evil.example"), deniedOverREST},
		{"a request without a body of another origin", send("maria", http.MethodPost, "/v1/{n}/parties/none:undelete", "", "Origin", "http://evil.example"), deniedOverREST},
		{"the same, as newer browsers tell", send("maria", http.MethodPost, "/v1/{n}/parties/none:undelete", "", "Sec-Fetch-Site", "cross-site"), deniedOverREST},
		{"the same of the server's own origin", send("maria", http.MethodPost, "/v1/{n}/parties/none:undelete", "", "Sec-Fetch-Site", "same-origin"), missingOverREST},
		{"the schema without a login", reflected, "OK"},
		{"the health without a login", healthy, "OK"},
		{"the health with a forged token", func(x *attacker) outcome {
			_, err := healthv1.NewHealthClient(x.conn).Check(x.as("forged"), &healthv1.HealthCheckRequest{})
			return overGRPC(err, "")
		}, invalid},
		{"a service that is not there", unknown("/parley.v1.SecretService/GetSecret"), "Unimplemented METHOD_NOT_IMPLEMENTED"},
		{"a method that is not there", unknown("/parley.v1.StanceService/Steal"), "Unimplemented METHOD_NOT_IMPLEMENTED"},
		{"a method of the server's stored form", unknown("/parley.ledger.v1.Entry/Get"), "Unimplemented METHOD_NOT_IMPLEMENTED"},
		{"a name with a slash in front", unknown("//parley.v1.StanceService/GetStance"), "Unimplemented METHOD_NOT_IMPLEMENTED"},
		{"what Go programs tell of themselves", fetch("", "/debug/pprof/heap"), "404 METHOD_NOT_IMPLEMENTED"},
		{"what Go programs count", fetch("", "/metrics"), "404 METHOD_NOT_IMPLEMENTED"},
		{"a file", fetch("", "/../../etc/passwd"), "404 METHOD_NOT_IMPLEMENTED"},
	})
}

// slowBody sends a body that does not come to its end, to a server with little time.
func slowBody(x *attacker) outcome {
	quick := *x
	short := *x.table
	short.server = limited(x.t, daemon.Limits{HeaderTimeout: 100 * time.Millisecond, BodyTimeout: 200 * time.Millisecond})
	quick.siege = &siege{table: &short, words: x.words}
	return raw("POST /v1/negotiations HTTP/1.1\nHost: x\nContent-Type: application/json\nContent-Length: 99\n\n{")(&quick)
}

// reflected lists services: those of the API and no others but health and reflection itself, as anybody may read in the schema.
func reflected(x *attacker) outcome {
	ctx, cancel := context.WithCancel(x.t.Context())
	defer cancel()
	stream, err := reflectionv1.NewServerReflectionClient(x.conn).ServerReflectionInfo(ctx)
	if err == nil {
		err = stream.Send(&reflectionv1.ServerReflectionRequest{MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{}})
	}
	if err != nil {
		return overGRPC(err, "")
	}
	got, err := stream.Recv()
	services := map[string]bool{"grpc.health.v1.Health": true, "grpc.reflection.v1.ServerReflection": true, "grpc.reflection.v1alpha.ServerReflection": true}
	for _, m := range allMethods() {
		services[string(m.Parent().FullName())] = true
	}
	for _, each := range got.GetListServicesResponse().GetService() {
		if !services[each.GetName()] {
			x.t.Errorf("%s is open", each.GetName())
		}
	}
	return overGRPC(err, "")
}

// healthy asks for the health of each service.
func healthy(x *attacker) outcome {
	for _, service := range []string{"", parleyv1.StanceService_ServiceDesc.ServiceName} {
		if _, err := healthv1.NewHealthClient(x.conn).Check(x.t.Context(), &healthv1.HealthCheckRequest{Service: service}); err != nil {
			return overGRPC(err, "")
		}
	}
	return outcome{brief: "OK"}
}

// unknown calls something by its full name.
func unknown(method string) act {
	return func(x *attacker) outcome {
		err := x.conn.Invoke(x.as("maria"), method, &parleyv1.GetStanceRequest{Name: x.n + "/stances/b--" + secretID}, &parleyv1.Stance{})
		return overGRPC(err, "")
	}
}

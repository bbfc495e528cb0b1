package gateway_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/faultstatus"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

func TestReadsAndWrites(t *testing.T) {
	fake, h, _ := serve(t)
	w := do(h, "GET", party+"?as_of=2025-11-25T00:00:00Z", "")
	if w.Code != 200 || w.Body.String() != `{"name":"negotiations/peace/parties/ukraine","display_name":"Ukraine","etag":"v1"}`+"\n" {
		t.Error(w.Code, w.Body)
	}
	if got := fake.asked.(*parleyv1.GetPartyRequest); got.GetName() != "negotiations/peace/parties/ukraine" || got.GetAsOf().GetSeconds() == 0 {
		t.Error(got)
	}
	if w = do(h, "GET", party+"?pretty", ""); !strings.Contains(w.Body.String(), "\n  \"display_name\": \"Ukraine\",\n") {
		t.Error(w.Body)
	}
	w = do(h, "POST", root+"?party_id=ukraine&requestId=r", `{"display_name":"Ukraine","saidTime":null,"role":"ROLE_PRINCIPAL"}`)
	if w.Code != 400 {
		t.Error("saidTime is no field of Party", w.Code)
	}
	w = do(h, "POST", root+"?party_id=ukraine&requestId=r", `{"displayName":"Ukraine","role":"ROLE_PRINCIPAL"}`)
	got, ok := fake.asked.(*parleyv1.CreatePartyRequest)
	if w.Code != 200 || !ok || got.GetPartyId() != "ukraine" || got.GetRequestId() != "r" || got.GetParty().GetDisplayName() != "Ukraine" || got.GetParent() != "negotiations/peace" {
		t.Error(w.Code, fake.asked)
	}
	if w = do(h, "HEAD", party, ""); w.Code != 200 || w.Header().Get("ETag") != `"v1"` {
		t.Error("HEAD", w.Code)
	}
	if w = do(h, "POST", party+":undelete", "{}"); w.Code != 200 {
		t.Error(w.Code, w.Body)
	}
	if w = do(h, "POST", party+":undelete", ""); w.Code != 200 {
		t.Error("an empty body is an empty message", w.Code, w.Body)
	}
}

func TestUpdateMask(t *testing.T) {
	fake, h, _ := serve(t)
	for query, want := range map[string]string{
		"":                                       "",
		"?update_mask=display_name,memberships":  "display_name,memberships",
		"?updateMask=displayName,audience.level": "display_name,audience.level",
		"?update_mask=nonsense":                  "nonsense",
		"?update_mask=":                          "",
	} {
		w := do(h, "PATCH", party+query, `{"displayName":"U","audience":{"level":"LEVEL_PUBLIC"}}`)
		got, ok := fake.asked.(*parleyv1.UpdatePartyRequest)
		if w.Code != 200 || !ok || strings.Join(got.GetUpdateMask().GetPaths(), ",") != want || got.GetParty().GetName() != "negotiations/peace/parties/ukraine" {
			t.Error(query, w.Code, w.Body, got)
		}
		if set := got.GetUpdateMask() != nil; set != (query != "") {
			t.Errorf("%q: mask is set: %v", query, set)
		}
	}
}

func TestIfNoneMatch(t *testing.T) {
	_, h, _ := serve(t)
	server := httptest.NewServer(h) // net/http drops the body of a 304; a recorder does not
	defer server.Close()
	for header, code := range map[string]int{
		`"v1"`: 304, `W/"v1"`: 304, `"x", "v1"`: 304, `*`: 304, `"v2"`: 200, `v1`: 200, `"v1`: 200,
	} {
		req, err := http.NewRequest(http.MethodGet, server.URL+party, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("If-None-Match", header)
		w, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(w.Body)
		_ = w.Body.Close()
		if err != nil || w.StatusCode != code || w.Header.Get("ETag") != `"v1"` || (code == 304) != (len(body) == 0) {
			t.Errorf("%s: %d %s %v", header, w.StatusCode, body, err)
		}
	}
	if w := do(h, "POST", root, `{"display_name":"x"}`, `If-None-Match: "v1"`); w.Code != 200 {
		t.Error("If-None-Match on a write", w.Code)
	}
}

func TestIfMatch(t *testing.T) {
	fake, h, _ := serve(t)
	etagOf := func() string {
		switch m := fake.asked.(type) {
		case *parleyv1.UpdatePartyRequest:
			return m.GetParty().GetEtag()
		case interface{ GetEtag() string }:
			return m.GetEtag()
		}
		return "?"
	}
	for _, c := range []struct{ method, path, body, ifMatch, want string }{
		{"DELETE", party, "", `"v1"`, "v1"},
		{"DELETE", party + "?etag=v1", "", `"v1"`, "v1"},
		{"DELETE", party + "?etag=v1", "", `*`, "v1"},
		{"DELETE", party, "", `*`, ""},
		{"POST", party + ":undelete", "{}", `"v1"`, "v1"},
		{"PATCH", party, `{"display_name":"x"}`, `"v1"`, "v1"},
		{"PATCH", party, `{"etag":"v1"}`, `"v1"`, "v1"},
		{"PATCH", party, `{"name":"negotiations/peace/parties/ukraine"}`, `"v1"`, "v1"},
		{"PATCH", party, `{"name":""}`, `"v1"`, "v1"},
	} {
		fake.asked = nil
		if w := do(h, c.method, c.path, c.body, "If-Match: "+c.ifMatch); w.Code != 200 || etagOf() != c.want {
			t.Errorf("%v: %d %s, %q", c, w.Code, w.Body, etagOf())
		}
	}
	for _, c := range []struct{ method, path, body, ifMatch string }{
		{"DELETE", party, "", `W/"v1"`},
		{"DELETE", party, "", `"v1", "v2"`},
		{"DELETE", party, "", `v1`},
		{"DELETE", party + "?etag=v2", "", `"v1"`},
		{"POST", root, `{"display_name":"x"}`, `"v1"`},
		{"GET", party, "", `"v1"`},
	} {
		fake.asked = nil
		if got := refused(t, do(h, c.method, c.path, c.body, "If-Match: "+c.ifMatch)); got != "Bad Request; MALFORMED_REQUEST; etag if_match" || fake.asked != nil {
			t.Errorf("%v: %s", c, got)
		}
	}
	fake.err = faultstatus.Of(fault.ETagMismatch("negotiations/peace/parties/ukraine", "v2")).Err()
	if got := refused(t, do(h, "DELETE", party, "", `If-Match: "v1"`)); got != "Precondition Failed; ETAG_MISMATCH" {
		t.Error(got)
	}
	if got := refused(t, do(h, "DELETE", party+"?etag=v1", "")); got != "Conflict; ETAG_MISMATCH" {
		t.Error(got)
	}
}

func TestHeadersAreAllowedByName(t *testing.T) {
	fake, h, _ := serve(t)
	w := do(h, "GET", party, "", "Authorization: Bearer x", "Grpc-Metadata-Authorization: Bearer y", "Grpc-Metadata-Viewer: mediator", "X-Forwarded-For: 1.2.3.4",
		"Grpc-Timeout: 1n", "Cookie: a=b", "X-Http-Method-Override: DELETE", "Te: trailers", "Grpc-Metadata-Bin-Bin: !!", "User-Agent: me")
	if w.Code != 200 {
		t.Fatal(w.Code, w.Body)
	}
	for key, values := range fake.md {
		switch key {
		case ":authority", "content-type", "user-agent", "grpc-accept-encoding":
		case "authorization":
			if len(values) != 1 || values[0] != "Bearer x" {
				t.Error("authorization", values)
			}
		default:
			t.Errorf("metadata %s: %v", key, values)
		}
	}
	if _, isGet := fake.asked.(*parleyv1.GetPartyRequest); !isGet {
		t.Error("the method was overridden")
	}
	for name := range w.Header() {
		switch name {
		case "Content-Type", "Etag", "Cache-Control", "Vary", "Referrer-Policy", "X-Content-Type-Options", "Content-Security-Policy", "Cross-Origin-Resource-Policy":
		default:
			t.Errorf("header %s: %s", name, w.Header().Get(name))
		}
	}
	req := httptest.NewRequest("GET", party, nil)
	req.Header["Authorization"] = []string{"Bearer x", "Bearer y"}
	h.ServeHTTP(httptest.NewRecorder(), req)
	if got := fake.md.Get("authorization"); len(got) != 2 {
		t.Error("two credentials must both reach the server, which refuses them:", got)
	}
	do(h, "POST", party, "", "X-Http-Method-Override: GET", "Content-Type: application/x-www-form-urlencoded")
	if w := do(h, "POST", party, "a=b", "X-Http-Method-Override: GET", "Content-Type: application/x-www-form-urlencoded"); w.Code != 405 {
		t.Error("path length fallback", w.Code)
	}
}

func TestServerErrors(t *testing.T) {
	fake, h, _ := serve(t)
	for _, c := range []struct {
		f    error
		want string
	}{
		{fault.Missing("negotiations/peace/parties/ukraine"), "Not Found; RESOURCE_NOT_FOUND"},
		{fault.InvalidField("party.kind", "enum.defined_only", "is unknown"), "Bad Request; INVALID_FIELD; party.kind enum.defined_only"},
		{fault.CredentialsInvalid(), "Unauthorized; CREDENTIALS_INVALID"},
		{fault.NotNow("busy", nil), "Service Unavailable; UNAVAILABLE"},
		{fault.LimitExceeded("", "points", 3, 2), "Request Entity Too Large; LIMIT_EXCEEDED"},
		{fault.TryLater("calls", 2, time.Millisecond), "Too Many Requests; LIMIT_EXCEEDED"},
		{fault.Of(errors.New("x")), "Internal Server Error; INTERNAL"},
	} {
		fake.err = faultstatus.Of(fault.Of(c.f)).Err()
		w := do(h, "GET", party, "")
		if got := refused(t, w); got != c.want || w.Header().Get("Etag") != "" {
			t.Errorf("got %s, want %s", got, c.want)
		}
		if auth := w.Header().Get("WWW-Authenticate"); (auth == "Bearer") != (w.Code == 401) {
			t.Error("WWW-Authenticate:", auth)
		}
		if retry := w.Header().Get("Retry-After"); (retry == "1") != (w.Code == 503 || w.Code == 429) {
			t.Error("Retry-After:", retry)
		}
	}
	if got := refused(t, do(h, "GET", "/v1/negotiations/peace/plans/x", "")); got != "Not Implemented; METHOD_NOT_IMPLEMENTED" {
		t.Error("a status of gRPC itself gets an ErrorInfo:", got)
	}
}

func TestFixedPaths(t *testing.T) {
	_, h, check := serve(t)
	w := do(h, "GET", "/openapi.json", "")
	if w.Code != 200 || w.Body.String() != `{"swagger":"2.0"}` || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Error(w.Code, w.Body)
	}
	if again := do(h, "GET", "/openapi.json", "", "If-None-Match: "+w.Header().Get("ETag")); again.Code != 304 || again.Body.Len() != 0 {
		t.Error(again.Code)
	}
	if w = do(h, "GET", "/healthz", ""); w.Code != 200 || w.Body.String() != "{\"status\":\"SERVING\"}\n" {
		t.Error(w.Code, w.Body)
	}
	check.Shutdown()
	if w = do(h, "GET", "/healthz", ""); w.Code != 503 || w.Body.String() != "{\"status\":\"NOT_SERVING\"}\n" {
		t.Error(w.Code, w.Body)
	}
	for target, want := range map[string]string{
		"POST /healthz": "GET, HEAD", "DELETE /openapi.json": "GET, HEAD", "PUT " + party: "DELETE, GET, HEAD, PATCH", "OPTIONS " + root: "GET, HEAD, POST", "POST " + party: "DELETE, GET, HEAD, PATCH",
	} {
		method, path, _ := strings.Cut(target, " ")
		w := do(h, method, path, "")
		if got := refused(t, w); got != "Method Not Allowed; METHOD_NOT_IMPLEMENTED" || w.Header().Get("Allow") != want {
			t.Error(target, got, w.Header().Get("Allow"))
		}
		if w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Error("CORS")
		}
	}
	for _, path := range []string{"/", "/v1", "/v2/negotiations", "/v1/negotiations/a/b/c", party + "/", "//v1/negotiations", "/v1/negotiations:nope", "/v1/../healthz"} {
		if got := refused(t, do(h, "GET", path, "")); got != "Not Found; METHOD_NOT_IMPLEMENTED" {
			t.Error(path, got)
		}
	}
}

// Every method with an HTTP annotation has its route.
func TestEveryMethodIsRouted(t *testing.T) {
	_, h, _ := serve(t)
	n := 0
	protoregistry.GlobalFiles.RangeFilesByPackage("parley.v1", func(fd protoreflect.FileDescriptor) bool {
		for i := range fd.Services().Len() {
			for j := range fd.Services().Get(i).Methods().Len() {
				m := fd.Services().Get(i).Methods().Get(j)
				rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
				if m.IsStreamingClient() {
					continue // REST knows no streams of requests
				}
				if rule == nil {
					t.Errorf("%s has no HTTP rule", m.FullName())
					continue
				}
				n++
				for method, template := range map[string]string{"GET": rule.GetGet(), "POST": rule.GetPost(), "PATCH": rule.GetPatch(), "DELETE": rule.GetDelete()} {
					if template == "" {
						continue
					}
					path := strings.ReplaceAll(strings.ReplaceAll(template, "{point}", "x"), "}", "")
					path = strings.ReplaceAll(regexp.MustCompile(`\{[a-z_.]+=`).ReplaceAllString(path, ""), "*", "x")
					body := ""
					if rule.GetBody() != "" {
						body = "{}"
					}
					if w := do(h, method, path, body); w.Code == 404 || w.Code == 405 || w.Code == 400 {
						t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
					}
				}
			}
		}
		return true
	})
	if n < 30 {
		t.Errorf("only %d methods", n)
	}
}

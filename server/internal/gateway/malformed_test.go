package gateway_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/gateway"
)

func TestMalformedRequests(t *testing.T) {
	fake, h, _ := serve(t)
	for _, c := range []struct{ target, body, want string }{
		{"POST " + root, `{"display_name":1}`, "party.display_name type"},
		{"POST " + root, `{"displayname":"x","role":"PRINCIPAL","foo":{}}`, "party.displayname unknown_field, party.role type, party.foo unknown_field"},
		{"POST " + root, `{"audience":{"level":"LEVEL_PUBLIC","partys":[]},"aliases":"x"}`, "party.audience.partys unknown_field, party.aliases type"},
		{"POST " + root, `{"memberships":[{},{"from":{"raw":3}},7],"aliases":["a",null,2]}`, "party.memberships[1].from.raw type, party.memberships[2] type, party.aliases[1] type, party.aliases[2] type"},
		{"POST " + root, `{"display_name":"a","displayName":"b"}`, "party.display_name duplicate"},
		{"POST " + root, `{"create_time":"yesterday"}`, "party.create_time type"},
		{"POST " + root, `{"display_name":"\ud800"}`, "party.display_name type"},
		{"POST " + root, `[]`, "party type"},
		{"POST " + root, `null`, "party type"},
		{"POST " + root, `{"display_name":"a"} {}`, "json"},
		{"POST " + root, `{"display_name":`, "json"},
		{"POST " + root, "{\"display_name\":\"\xff\"}", "utf8"},
		{"POST " + root, strings.Repeat(`{"a":`, 9_000) + "1" + strings.Repeat("}", 9_000), "party.a unknown_field"},
		{"POST " + root, strings.Repeat(`[`, 20_000), "json"},
		{"POST " + party + ":undelete", `{"nam":"x"}`, "nam unknown_field"},
		{"POST /v1/negotiations/a/stances", `{"target":{"point":"a","revision":"b"}}`, "stance.target.revision oneof"},
		{"PATCH " + party, `{"nope":1}`, "party.nope unknown_field"},
		{"PATCH " + party, `{"display_name":[]}`, "party.display_name type"},
		{"PATCH " + party, `{"name":"negotiations/peace/parties/russia","note":"x"}`, "party.name path"},
		{"POST " + party + ":undelete", `{"name":"negotiations/peace/parties/russia"}`, "name path"},
		{"GET " + party + "?foo=1", "", "foo unknown_parameter"},
		{"GET " + party + "?name=x", "", "name unknown_parameter"},
		{"GET " + party + "?as_of=yesterday", "", "as_of type"},
		{"GET " + party + "?asOf=2025-11-25T00:00:00Z&as_of=2025-11-25T00:00:00Z", "", "as_of duplicate"},
		{"GET " + root + "?page_size=x&show_deleted=maybe", "", "page_size type, show_deleted type"},
		{"GET " + root + "?page_size=1&page_size=2", "", "page_size duplicate"},
		{"GET " + root + "?page_size=99999999999", "", "page_size type"},
		{"GET " + root + "?filter=%FF", "", "filter utf8"},
		{"GET " + root + "?filter=a;b", "", "url"},
		{"GET " + root + "?a.b.c=1&" + strings.Repeat("x", 200) + "=1", "", "a.b.c unknown_parameter, " + strings.Repeat("x", 60) + "… unknown_parameter"},
		{"GET /v1/negotiations/a/plans/b/revisions/c?view=BASIC", "", "view type"},
		{"POST " + root + "?party.display_name=x", "{}", "party.display_name unknown_parameter"},
		{"POST " + party + ":undelete?etag=x", "{}", "etag unknown_parameter"},
		{"GET /v1/negotiations/%FF", "", "url"},
		{"GET " + party, "{}", "body"},
		{"DELETE " + party, "{}", "body"},
	} {
		fake.asked = nil
		method, path, _ := strings.Cut(c.target, " ")
		w := do(h, method, path, c.body)
		if got := refused(t, w); got != "Bad Request; MALFORMED_REQUEST; "+c.want || fake.asked != nil {
			t.Errorf("%.80s %.80s\n got %s\nwant %s", c.target, c.body, got, c.want)
		}
		if len(w.Body.String()) > 3000 {
			t.Errorf("%.80s: the answer has %d bytes", c.target, w.Body.Len())
		}
	}
}

func TestContentTypes(t *testing.T) {
	_, h, _ := serve(t)
	for header, code := range map[string]int{
		"application/json": 200, "application/json; charset=utf-8": 200, "Application/JSON;charset=\"UTF-8\"": 200,
		"application/json; charset=latin1": 400, "text/plain": 400, "application/x-www-form-urlencoded": 400, "multipart/form-data; boundary=x": 400, "": 400, ";": 400,
	} {
		if w := do(h, "POST", root, `{"display_name":"x"}`, "Content-Type: "+header); w.Code != code {
			t.Errorf("%q: %d %s", header, w.Code, w.Body)
		}
	}
	if w := do(h, "POST", root, `{"display_name":"x"}`, "Content-Encoding: gzip"); w.Code != 400 {
		t.Error(w.Code)
	}
}

func TestBodyLimit(t *testing.T) {
	fake, h, _ := serve(t)
	fits := `{"note":"` + strings.Repeat("x", gateway.MaxBodyBytes-11) + `"}`
	if w := do(h, "POST", root, fits); w.Code != 200 || fake.asked == nil {
		t.Error(len(fits), w.Code)
	}
	fake.asked = nil
	for _, chunked := range []bool{false, true} {
		req := httptest.NewRequest("POST", root, strings.NewReader(fits+" "))
		req.Header.Set("Content-Type", "application/json")
		if chunked {
			req.ContentLength = -1
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		if got := refused(t, w); got != "Request Entity Too Large; LIMIT_EXCEEDED" || fake.asked != nil || !strings.Contains(w.Body.String(), `"limit":"request_bytes"`) {
			t.Error(got)
		}
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range []string{`{}`, `{"display_name":"x"}`, `{"memberships":[{"from":{"raw":1}}]}`, `[[[`, `{"a":{"b":null}}`, "\xff", `{"display_name":"\ud800"}`, `1e999`, ``} {
		f.Add(s)
	}
	_, h, _ := serve(f)
	f.Fuzz(func(t *testing.T, body string) {
		w := do(h, "POST", root, body, "Content-Type: application/json")
		if w.Code != 200 && w.Code != 400 {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	})
}

func BenchmarkGet(b *testing.B) {
	_, h, _ := serve(b)
	b.ReportAllocs()
	for b.Loop() {
		if w := do(h, "GET", party, ""); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}

package daemon_test

import (
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// The matrix in a stream is that of the pages, over gRPC, as one object a line, and as server-sent events.
func TestTheMatrixInAStreamIsThatOfThePages(t *testing.T) {
	s := start(t, t.TempDir())
	loadExample(t, s)
	const path = "/v1/" + usDraft + "/revisions/v8:streamPositionMatrix?showGone=true"
	want, err := s.public.Analysis.GetPositionMatrix(t.Context(), &parleyv1.GetPositionMatrixRequest{Revision: usDraft + "/revisions/v8", ShowGone: true})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.public.Matrix(t.Context(), &parleyv1.StreamPositionMatrixRequest{Revision: usDraft + "/revisions/v8", ShowGone: true})
	if err != nil || !proto.Equal(got, want) {
		t.Errorf("over gRPC: %v, %v", got, err)
	}
	resp, body := s.rest(t, http.MethodGet, path, "")
	if got := joined(t, strings.Split(strings.TrimSuffix(string(body), "\n"), "\n")); resp.Header.Get("Content-Type") != "application/x-ndjson" || !proto.Equal(got, want) {
		t.Errorf("as lines: %s, %v", resp.Header.Get("Content-Type"), got)
	}
	resp, body = s.rest(t, http.MethodGet, path, "", "Accept", "text/event-stream", "Last-Event-ID", "of another stream")
	var parts []string
	for event := range strings.SplitSeq(strings.TrimSuffix(string(body), "\n\n"), "\n\n") {
		data, ok := strings.CutPrefix(event, "event: message\ndata: ")
		if !ok {
			t.Fatalf("no event: %q", event)
		}
		parts = append(parts, data)
	}
	if got := joined(t, parts); resp.Header.Get("Content-Type") != "text/event-stream" || !proto.Equal(got, want) {
		t.Errorf("as events: %s, %v", resp.Header.Get("Content-Type"), got)
	}
	if resp, body := s.rest(t, http.MethodGet, "/v1/"+usDraft+"/revisions/none:streamPositionMatrix", ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("of no revision: %s %s", resp.Status, body)
	}
}

// joined puts the parts of a streamed matrix together.
func joined(t *testing.T, parts []string) *parleyv1.PositionMatrix {
	t.Helper()
	out := fromJSON(t, []byte(parts[0]), &parleyv1.StreamPositionMatrixResponse{}).GetHead()
	for _, part := range parts[1:] {
		out.Rows = append(out.Rows, fromJSON(t, []byte(part), &parleyv1.StreamPositionMatrixResponse{}).GetRows()...)
	}
	return out
}

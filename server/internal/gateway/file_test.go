package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/anypb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/faultstatus"
)

// files answers with pieces, and then with an error if there is one.
type files struct {
	parleyv1.UnimplementedDocumentServiceServer
	pieces []*httpbody.HttpBody
	err    error
}

func (f *files) ExportTable(context.Context, *parleyv1.ExportTableRequest) (*httpbody.HttpBody, error) {
	return f.pieces[0], f.err
}

func (f *files) ExportRecord(_ *parleyv1.ExportRecordRequest, stream grpc.ServerStreamingServer[httpbody.HttpBody]) error {
	for _, p := range f.pieces {
		if err := stream.Send(p); err != nil {
			return err
		}
	}
	return f.err
}

func piece(t *testing.T, contentType, name, data string) *httpbody.HttpBody {
	t.Helper()
	info, err := anypb.New(&parleyv1.FileInfo{FileName: name})
	if err != nil {
		t.Fatal(err)
	}
	return &httpbody.HttpBody{ContentType: contentType, Data: []byte(data), Extensions: []*anypb.Any{info}}
}

const (
	tablePath  = "/v1/negotiations/peace/plans/p/revisions/r:exportTable?format=FORMAT_CSV"
	recordPath = "/v1/negotiations/peace:export?format=FORMAT_JSON_LINES"
)

// A file comes byte for byte, with its type and name: one to look at may style itself and no more.
func TestFilesAreServedAsTheyAre(t *testing.T) {
	fake := &files{}
	h := serveAlso(t, func(s grpc.ServiceRegistrar) { parleyv1.RegisterDocumentServiceServer(s, fake) })
	for _, c := range []struct{ contentType, name, how string }{
		{"text/csv; charset=utf-8", "a.csv", "attachment"}, {"text/html; charset=utf-8", "a.html", "inline"}, {"image/svg+xml", "a.svg", "inline"},
	} {
		fake.pieces = []*httpbody.HttpBody{piece(t, c.contentType, c.name, "\xff{1}"), {Data: []byte("\n2")}}
		for path, want := range map[string]string{tablePath: "\xff{1}", tablePath + "&pretty": "\xff{1}", recordPath: "\xff{1}\n2"} {
			w := do(h, "GET", path, "")
			styled := strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox")
			if w.Code != 200 || w.Body.String() != want || w.Header().Get("Content-Type") != c.contentType ||
				w.Header().Get("Content-Disposition") != fmt.Sprintf("%s; filename=%s", c.how, c.name) || styled != (c.how == "inline") {
				t.Errorf("%s: %d %q %v", path, w.Code, w.Body, w.Header())
			}
		}
	}
}

// What fails before the first byte is an error like any other; what fails later breaks off.
func TestFilesThatFail(t *testing.T) {
	fake := &files{err: faultstatus.Of(fault.Missing("negotiations/peace")).Err(), pieces: []*httpbody.HttpBody{nil}}
	h := serveAlso(t, func(s grpc.ServiceRegistrar) { parleyv1.RegisterDocumentServiceServer(s, fake) })
	if got := refused(t, do(h, "GET", tablePath, "")); got != "Not Found; RESOURCE_NOT_FOUND" {
		t.Error(got)
	}
	fake.pieces = nil
	w := do(h, "GET", recordPath, "")
	if got := refused(t, w); got != "Not Found; RESOURCE_NOT_FOUND" || w.Header().Get("Content-Disposition") != "" {
		t.Error(got, w.Header())
	}
	fake.pieces = []*httpbody.HttpBody{piece(t, "application/jsonl", "a.jsonl", "half")}
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("half a file ended as if it were whole: %v", err)
		}
	}()
	do(h, "GET", recordPath, "")
}

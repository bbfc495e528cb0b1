package gateway

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// A method that answers with google.api.HttpBody is served as the file that it gives: with its content type and name, and byte
// for byte, in pieces if the method streams. What fails before the first byte is answered like any other failure; what fails
// later breaks the connection off, as nothing else would tell half a file from a whole one.

// fileType is the full name of what such methods answer with.
var fileType = (&httpbody.HttpBody{}).ProtoReflect().Descriptor().FullName()

// documentPolicy lets a page or a picture style itself, and do nothing else: no scripts, no requests, no origin.
const documentPolicy = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'none'; sandbox"

// answerFile names a file, and says whether it is to look at or to keep.
func answerFile(_ context.Context, w http.ResponseWriter, m proto.Message) error {
	body, ok := m.(*httpbody.HttpBody)
	if !ok {
		return nil
	}
	for _, each := range body.GetExtensions() {
		info := &parleyv1.FileInfo{}
		if each.UnmarshalTo(info) != nil {
			continue
		}
		how := "attachment"
		if seen(body.GetContentType()) {
			how = "inline"
			w.Header().Set("Content-Security-Policy", documentPolicy)
		}
		w.Header().Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": info.GetFileName()}))
	}
	return nil
}

// seen tells whether browsers show a type of content.
func seen(contentType string) bool {
	return strings.HasPrefix(contentType, "text/html") || strings.HasPrefix(contentType, "image/")
}

// fileStream waits for the first piece of a file before there is a stream at all.
type fileStream struct {
	grpc.ClientStream
	first *httpbody.HttpBody // nil once it is read
	err   error              // io.EOF in place of a first piece: an empty file
}

// CloseSend ends the request, and gives the error if there is one in place of a file.
func (s *fileStream) CloseSend() error {
	if err := s.ClientStream.CloseSend(); err != nil {
		return err
	}
	s.first = &httpbody.HttpBody{}
	if s.err = s.ClientStream.RecvMsg(s.first); s.err != nil && !errors.Is(s.err, io.EOF) {
		return s.err
	}
	return nil
}

// RecvMsg gives the next piece.
func (s *fileStream) RecvMsg(m any) error {
	into, ok := m.(*httpbody.HttpBody)
	if s.first == nil || !ok {
		return s.ClientStream.RecvMsg(m)
	}
	proto.Merge(into, s.first)
	s.first = nil
	return s.err
}

package rpc

import (
	"errors"
	"io"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// maxUpload bounds all messages of an upload together, in bytes. The limit is called upload_bytes.
const maxUpload = 64 << 20

// gather puts the pieces of an upload together, until the caller has sent the last.
func gather(next func() (*parleyv1.UploadRevisionRequest, error)) (*parleyv1.CommitRevisionRequest, error) {
	first, err := next()
	if errors.Is(err, io.EOF) || err == nil && first.GetCommit() == nil {
		return nil, fault.InvalidField("commit", "required", "must be in the first message")
	}
	if err != nil {
		return nil, err
	}
	req, size := first.GetCommit(), proto.Size(first)
	for {
		piece, err := next()
		if errors.Is(err, io.EOF) {
			return req, nil
		}
		if err != nil {
			return nil, err
		}
		if size += proto.Size(piece); size > maxUpload {
			return nil, fault.LimitExceeded("", "upload_bytes", size, maxUpload)
		}
		if err := add(req, piece); err != nil {
			return nil, err
		}
	}
}

// add puts one more piece into the body of a commit.
func add(req *parleyv1.CommitRevisionRequest, piece *parleyv1.UploadRevisionRequest) error {
	switch p := piece.GetPiece().(type) {
	case *parleyv1.UploadRevisionRequest_Text:
		if req.GetBody() == nil {
			req.Body = &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{}}
		}
		if text := req.GetText(); text != nil {
			text.Points = append(text.Points, p.Text.GetPoints()...)
			text.Editorial = append(text.Editorial, p.Text.GetEditorial()...)
			return nil
		}
	case *parleyv1.UploadRevisionRequest_Changes:
		if req.GetBody() == nil {
			req.Body = &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{}}
		}
		if changes := req.GetChanges(); changes != nil {
			changes.Changes = append(changes.Changes, p.Changes.GetChanges()...)
			return nil
		}
	default:
		return fault.InvalidField("commit", "first", "can be in the first message only")
	}
	return fault.InvalidField("piece", "oneof", "text and changes exclude each other")
}

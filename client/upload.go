package client

import (
	"context"
	"fmt"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/protobuf/proto"
)

// oneMessage is how long a commit may be, in bytes, to go in one call: what servers take by default.
const oneMessage = 4 << 20

// Commit commits a revision: in one call, or, if it is long, as an upload piece by piece. A commit without a request_id
// gets a random one.
func (c *Client) Commit(ctx context.Context, req *parleyv1.CommitRevisionRequest) (*parleyv1.CommitRevisionResponse, error) {
	if proto.Size(req) <= oneMessage {
		return c.Plans.CommitRevision(ctx, req)
	}
	stream, err := c.Plans.UploadRevision(ctx)
	if err != nil {
		return nil, err
	}
	for piece := range pieces(req) {
		if err := stream.Send(piece); err != nil {
			break // why, CloseAndRecv tells
		}
	}
	resp, err := stream.CloseAndRecv()
	if err != nil {
		return nil, fmt.Errorf("upload %s: %w", req.GetRevisionId(), err)
	}
	return resp, nil
}

// pieces cuts a commit up.
func pieces(req *parleyv1.CommitRevisionRequest) func(func(*parleyv1.UploadRevisionRequest) bool) {
	first, ok := identified(req).(*parleyv1.CommitRevisionRequest)
	if !ok {
		first = req
	}
	first, _ = shallow(first.ProtoReflect()).Interface().(*parleyv1.CommitRevisionRequest)
	first.Body = nil
	return func(yield func(*parleyv1.UploadRevisionRequest) bool) {
		if !yield(&parleyv1.UploadRevisionRequest{Piece: &parleyv1.UploadRevisionRequest_Commit{Commit: first}}) {
			return
		}
		text := &parleyv1.CommitRevisionRequest_Text{Editorial: req.GetText().GetEditorial()}
		for part := range portions(req.GetText().GetPoints()) {
			text.Points = part
			if !yield(&parleyv1.UploadRevisionRequest{Piece: &parleyv1.UploadRevisionRequest_Text{Text: text}}) {
				return
			}
			text = &parleyv1.CommitRevisionRequest_Text{}
		}
		for part := range portions(req.GetChanges().GetChanges()) {
			changes := &parleyv1.CommitRevisionRequest_Changes{Changes: part}
			if !yield(&parleyv1.UploadRevisionRequest{Piece: &parleyv1.UploadRevisionRequest_Changes{Changes: changes}}) {
				return
			}
		}
	}
}

// portions cuts a list into runs that are short enough for a message.
func portions[M proto.Message](list []M) func(func([]M) bool) {
	return func(yield func([]M) bool) {
		start, size := 0, 0
		for i, m := range list {
			if size += proto.Size(m); i > start && size > oneMessage/4 {
				if !yield(list[start:i]) {
					return
				}
				start, size = i, proto.Size(m)
			}
		}
		if start < len(list) {
			yield(list[start:])
		}
	}
}

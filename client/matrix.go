package client

import (
	"context"
	"errors"
	"io"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Matrix reads the whole matrix of a revision in one stream: faster than page by page, and all of one moment. Ask for VIEW_COMPACT
// where there are many parties.
func (c *Client) Matrix(ctx context.Context, req *parleyv1.StreamPositionMatrixRequest) (*parleyv1.PositionMatrix, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Analysis.StreamPositionMatrix(ctx, req)
	if err != nil {
		return nil, err
	}
	out := &parleyv1.PositionMatrix{}
	for {
		part, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, err
		case part.GetHead() != nil:
			out = part.GetHead()
		}
		out.Rows = append(out.Rows, part.GetRows()...)
	}
}

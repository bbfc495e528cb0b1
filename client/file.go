package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/genproto/googleapis/api/httpbody"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// File is a document or a picture, as DocumentService answers with it.
type File struct {
	Name        string // to save it under
	Description string // what it shows, for those who do not see it; empty for texts
	ContentType string
	Data        []byte
}

// FileOf makes a file of an answer, as in `FileOf(c.Documents.ExportTable(ctx, req))`.
func FileOf(body *httpbody.HttpBody, err error) (*File, error) {
	if err != nil {
		return nil, err
	}
	f := &File{ContentType: body.GetContentType(), Data: body.GetData()}
	for _, each := range body.GetExtensions() {
		info := &parleyv1.FileInfo{}
		if each.MessageIs(info) {
			if err := each.UnmarshalTo(info); err != nil {
				return nil, fmt.Errorf("read what a file is called: %w", err)
			}
			f.Name, f.Description = info.GetFileName(), info.GetDescription()
		}
	}
	return f, nil
}

// Record reads the whole record of a negotiation, all its pieces put together.
func (c *Client) Record(ctx context.Context, req *parleyv1.ExportRecordRequest) (*File, error) {
	stream, err := c.Documents.ExportRecord(ctx, req)
	if err != nil {
		return nil, err
	}
	f, err := FileOf(stream.Recv())
	if err != nil {
		return nil, err
	}
	all := bytes.NewBuffer(f.Data)
	for {
		piece, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			f.Data = all.Bytes()
			return f, nil
		}
		if err != nil {
			return nil, err
		}
		all.Write(piece.GetData())
	}
}

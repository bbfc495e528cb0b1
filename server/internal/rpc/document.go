package rpc

import (
	"context"
	"fmt"

	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/anypb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
	"github.com/seed-ff4a8210/parley/server/internal/document"
	"github.com/seed-ff4a8210/parley/server/internal/picture"
)

// DocumentService serves documents and pictures as files.
type DocumentService struct {
	parleyv1.UnimplementedDocumentServiceServer
	core Core
}

// ExportTable gives the table of negotiators at a revision.
func (s *DocumentService) ExportTable(ctx context.Context, req *parleyv1.ExportTableRequest) (*httpbody.HttpBody, error) {
	l, err := s.core.lens(ctx, req.GetRevision(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	t, err := analysis.TableOf(l, req.GetRevision(), req.GetBase(), analysis.At(req), req.GetParties())
	if err != nil {
		return nil, err
	}
	return served(document.Table(t, req.GetFormat()))
}

// ExportRecord gives the whole record of a negotiation, in pieces.
func (s *DocumentService) ExportRecord(req *parleyv1.ExportRecordRequest, stream grpc.ServerStreamingServer[httpbody.HttpBody]) error {
	return s.core.inPieces(stream, func(ctx context.Context) (*document.File, error) {
		l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
		if err != nil {
			return nil, err
		}
		directory, err := s.core.lens(ctx, "", req.GetAsOf())
		if err != nil {
			return nil, err
		}
		return document.Record(l, directory, req.GetName(), req.GetFormat())
	})
}

// PlotMatrix draws who stands where on each point of a revision.
func (s *DocumentService) PlotMatrix(ctx context.Context, req *parleyv1.PlotMatrixRequest) (*httpbody.HttpBody, error) {
	l, err := s.core.lens(ctx, req.GetRevision(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	m, err := analysis.Positions(l, req.GetRevision(), analysis.At(req), analysis.Showing{Parties: req.GetParties(), Gone: req.GetShowGone()})
	if err != nil {
		return nil, err
	}
	return served(picture.Matrix(l, m.Whole(), req.GetFormat()))
}

// PlotBalance draws how far each party's demands are met over a series of revisions.
func (s *DocumentService) PlotBalance(ctx context.Context, req *parleyv1.PlotBalanceRequest) (*httpbody.HttpBody, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	b, err := analysis.Balance(l, req.GetName(), req.GetRevisions(), analysis.At(req), req.GetParties(), req.GetTopics())
	if err != nil {
		return nil, err
	}
	return served(picture.Balance(l, req.GetName(), b, req.GetFormat()))
}

// PlotTimeline draws what happened when.
func (s *DocumentService) PlotTimeline(ctx context.Context, req *parleyv1.PlotTimelineRequest) (*httpbody.HttpBody, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	t, err := analysis.TimelineOf(l, &parleyv1.GetTimelineRequest{
		Parent: req.GetName(), Kinds: []parleyv1.Timeline_Kind{parleyv1.Timeline_KIND_EVENT, parleyv1.Timeline_KIND_REVISION},
	})
	if err != nil {
		return nil, err
	}
	return served(picture.Timeline(l, req.GetName(), t, req.GetFormat()))
}

// pieceBytes is how much of a file is sent at a time.
const pieceBytes = 256 << 10

// inPieces makes a file, records what of it was entrusted to the caller, and sends it only then.
func (c Core) inPieces(stream grpc.ServerStreamingServer[httpbody.HttpBody], make func(context.Context) (*document.File, error)) error {
	ctx := stream.Context()
	resp, err := c.noted(ctx, func(ctx context.Context) (any, error) { return served(make(ctx)) })
	if err == nil {
		err = ctx.Err() // what was made after that may not be whole
	}
	if err != nil {
		return err
	}
	file := resp.(*httpbody.HttpBody)
	rest := file.GetData()
	for first := true; first || len(rest) > 0; first = false {
		piece := &httpbody.HttpBody{Data: rest[:min(pieceBytes, len(rest))]}
		if first {
			piece.ContentType, piece.Extensions = file.GetContentType(), file.GetExtensions()
		}
		if err := stream.Send(piece); err != nil {
			return err
		}
		rest = rest[len(piece.GetData()):]
	}
	return nil
}

// served answers with a file.
func served(f *document.File, err error) (*httpbody.HttpBody, error) {
	if err != nil {
		return nil, err
	}
	info, err := anypb.New(&parleyv1.FileInfo{FileName: f.Name, Description: f.Description})
	if err != nil {
		return nil, fmt.Errorf("name a file: %w", err)
	}
	return &httpbody.HttpBody{ContentType: f.ContentType, Data: f.Data, Extensions: []*anypb.Any{info}}, nil
}

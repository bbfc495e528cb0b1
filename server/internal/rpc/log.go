package rpc

import (
	"context"
	"iter"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/listing"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// LogService serves the log.
type LogService struct {
	parleyv1.UnimplementedLogServiceServer
	core Core
}

// GetEntry reads one entry.
func (s *LogService) GetEntry(ctx context.Context, req *parleyv1.GetEntryRequest) (*parleyv1.Entry, error) {
	at, err := entryTime(req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return s.core.Host.Entry(ctx, s.core.viewer(ctx, req.GetName()), trustOf(ctx), req.GetName(), at)
}

// entryTime tells when an entry was made, by its name, if that was before the moment of the call.
func entryTime(name string, asOf *timestamppb.Timestamp) (time.Time, error) {
	at, ok := record.EntryTime(name)
	if !ok || asOf != nil && asOf.AsTime().Before(at) {
		return at, fault.Missing(name)
	}
	return at, nil
}

// ListEntries lists the log, oldest or newest first.
func (s *LogService) ListEntries(ctx context.Context, req *parleyv1.ListEntriesRequest) (*parleyv1.ListEntriesResponse, error) {
	newest, err := newestFirst(req.GetOrderBy())
	if err != nil {
		return nil, err
	}
	q, _, err := opened[*parleyv1.Entry](ctx, s.core, req.GetParent(), req, listing.Call{InOrder: true})
	if err != nil {
		return nil, err
	}
	page, next, err := pageUntilError(q, s.core.entries(ctx, req.GetParent(), q, newest))
	if err != nil {
		return nil, err
	}
	return &parleyv1.ListEntriesResponse{Entries: page, NextPageToken: next}, nil
}

// newestFirst reads the order of the log.
func newestFirst(orderBy string) (bool, error) {
	switch strings.Join(strings.Fields(orderBy), " ") {
	case "", "create_time", "create_time asc":
		return false, nil
	case "create_time desc":
		return true, nil
	}
	return false, fault.OrderByInvalid("the log is ordered by `create_time` or `create_time desc`")
}

// entries reads the log beginning after what the query has shown.
func (c Core) entries(ctx context.Context, name string, q *listing.Query[*parleyv1.Entry], newest bool) iter.Seq2[*parleyv1.Entry, error] {
	shown, resumes := record.EntryTime(q.After())
	switch {
	case newest && resumes:
		return c.Host.EntriesDown(ctx, c.viewer(ctx, name), trustOf(ctx), name, shown.Add(-1))
	case newest:
		return c.Host.EntriesDown(ctx, c.viewer(ctx, name), trustOf(ctx), name, q.AsOf())
	case resumes:
		return c.Host.Entries(ctx, c.viewer(ctx, name), trustOf(ctx), name, shown, q.AsOf())
	}
	return c.Host.Entries(ctx, c.viewer(ctx, name), trustOf(ctx), name, record.Beginning, q.AsOf())
}

// pageUntilError takes a page from items that may fail to come.
func pageUntilError[M proto.Message](q *listing.Query[M], items iter.Seq2[M, error]) (page []M, next string, err error) {
	page, next = q.Page(func(yield func(M) bool) {
		for m, e := range items {
			if err = e; err != nil || !yield(m) {
				return
			}
		}
	})
	return page, next, err
}

// WatchNegotiation streams the log as it grows.
func (s *LogService) WatchNegotiation(req *parleyv1.WatchNegotiationRequest, stream grpc.ServerStreamingServer[parleyv1.WatchNegotiationResponse]) error {
	w, err := s.core.openWatch(stream.Context(), req)
	if err != nil {
		return err
	}
	ctx, cancel := w.untilExpiry(stream.Context())
	defer cancel()
	for step, err := range s.core.Host.Watch(ctx, w.Watch) {
		if err != nil {
			return err
		}
		if err := s.core.Host.NoteAccesses(ctx, w.Trust); err != nil {
			return err
		}
		if err := w.send(step, stream.Send); err != nil {
			return err
		}
	}
	return nil
}

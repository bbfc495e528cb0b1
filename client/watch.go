package client

import (
	"context"
	"errors"
	"io"
	"iter"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// Watch goes through the log of a negotiation as it grows, from where req says, until ctx ends or the consumer has had
// enough. While the server cannot be reached, it tries again with growing pauses, or after the time that the server names,
// and goes on after the last answer that the consumer has dealt with: no entry is missed, and none comes twice. Any other
// error ends it. req is not changed.
//
//	for step, err := range c.Watch(ctx, &parleyv1.WatchNegotiationRequest{Name: "negotiations/peace"})
func (c *Client) Watch(ctx context.Context, req *parleyv1.WatchNegotiationRequest) iter.Seq2[*parleyv1.WatchNegotiationResponse, error] {
	return func(yield func(*parleyv1.WatchNegotiationResponse, error) bool) {
		req := proto.CloneOf(req)
		pause := firstPause
		for {
			err := c.watchOnce(ctx, req, func(m *parleyv1.WatchNegotiationResponse) bool {
				pause = firstPause
				if !yield(m, nil) {
					return false
				}
				req.ResumeToken = m.GetResumeToken()
				return true
			})
			if err == nil {
				return
			}
			why := err
			if errors.Is(err, io.EOF) { // a server that ends a watch is going away
				why = status.Error(codes.Unavailable, err.Error())
			}
			if wait, retry := again(why, pause); !retry || !sleep(ctx, wait) {
				yield(nil, err)
				return
			}
			pause = min(2*pause, longestPause)
		}
	}
}

// EntriesOf gives the entries of an answer of a watch: none in a progress mark, one, or several if max_entries allows it.
func EntriesOf(m *parleyv1.WatchNegotiationResponse) []*parleyv1.Entry {
	if e := m.GetEntry(); e != nil {
		return []*parleyv1.Entry{e}
	}
	return m.GetEntries().GetEntries()
}

// watchOnce watches until the stream breaks off, or, without an error, until the consumer has had enough.
func (c *Client) watchOnce(ctx context.Context, req *parleyv1.WatchNegotiationRequest, yield func(*parleyv1.WatchNegotiationResponse) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Log.WatchNegotiation(ctx, req)
	if err != nil {
		return err
	}
	for {
		m, err := stream.Recv()
		if err != nil {
			return err
		}
		if !yield(m) {
			return nil
		}
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// How much is watched: every watcher is told of every change.
const (
	watchers      = 1000
	changes       = 1000 // in a turn
	writesAtOnce  = 16
	entriesAtOnce = 1000 // in an answer of ours, at the most
	lagsOfOneIn   = 10   // watchers, so that the lags fit in memory
)

// watches tells many watchers of what one writer does.
func watches(ctx context.Context, w *world) ([]*contest, error) {
	ctx, cancel := context.WithCancel(ctx)
	w.closers = append(w.closers, closer(cancel))
	sides, value, err := w.watchParley(ctx)
	if err != nil {
		return nil, err
	}
	c := &contest{job: "watch", size: fmt.Sprintf("%d watchers, %d changes", watchers, changes), sides: sides}
	addr, ok, err := w.etcd()
	if err != nil {
		return nil, err
	}
	if ok {
		for _, streams := range []bool{false, true} {
			s, err := w.watchEtcd(ctx, addr, value, streams)
			if err != nil {
				return nil, err
			}
			c.sides = append(c.sides, s)
		}
	}
	return []*contest{c}, nil
}

// crowd are all watchers of one side, whose turn is over when each has been told of each change.
type crowd struct {
	write   func(ctx context.Context, id string) error
	all     []*watcher
	turns   int
	first   atomic.Int64          // number of the first change of this turn
	starts  [changes]atomic.Int64 // when the writes of this turn began, in nanoseconds since the beginning
	began   time.Time
	arrived chan error // from each watcher once a turn, or why there is none
}

// watcher checks that one watcher is told of each change, once and in order.
type watcher struct {
	of     *crowd
	seen   [changes]bool
	count  int
	lags   []time.Duration
	sample bool
}

func newCrowd(write func(ctx context.Context, id string) error) *crowd {
	c := &crowd{write: write, began: time.Now(), arrived: make(chan error, watchers)}
	for i := range watchers {
		c.all = append(c.all, &watcher{of: c, sample: i%lagsOfOneIn == 0})
	}
	return c
}

// told takes in what a watcher was told of: the resource or key of a change, and whether it came after those before.
func (w *watcher) told(name string, inOrder bool) error {
	n, err := strconv.Atoi(name[strings.LastIndexByte(name, '/')+2:])
	if err != nil {
		return err
	}
	n -= int(w.of.first.Load())
	switch {
	case n < 0 || n >= changes || w.seen[n]:
		return fmt.Errorf("told of %s again", name)
	case !inOrder:
		return fmt.Errorf("told of %s after what came later", name)
	}
	w.seen[n] = true
	if w.sample {
		w.lags = append(w.lags, time.Since(w.of.began)-time.Duration(w.of.starts[n].Load()))
	}
	if w.count++; w.count == changes {
		w.seen, w.count = [changes]bool{}, 0
		w.of.arrived <- nil
	}
	return nil
}

// follow runs a watcher until it fails, which it does at the end when its connection is closed.
func (w *watcher) follow(next func() error) {
	for {
		if err := next(); err != nil {
			select {
			case w.of.arrived <- err:
			default: // Somebody else has said so.
			}
			return
		}
	}
}

// turn writes all changes, and waits until everybody has been told of them.
func (c *crowd) turn(ctx context.Context) (turn, error) {
	first := c.turns * changes
	c.first.Store(int64(first))
	c.turns++
	var next atomic.Int64
	writers, writing := errgroup.WithContext(ctx)
	began := time.Now()
	for range writesAtOnce {
		writers.Go(func() error {
			for {
				n := int(next.Add(1)) - 1
				if n >= changes {
					return nil
				}
				c.starts[n].Store(int64(time.Since(c.began)))
				if err := c.write(writing, "e"+strconv.Itoa(first+n)); err != nil {
					return err
				}
			}
		})
	}
	if err := writers.Wait(); err != nil {
		return turn{}, err
	}
	for range c.all {
		select {
		case err := <-c.arrived:
			if err != nil {
				return turn{}, err
			}
		case <-ctx.Done():
			return turn{}, context.Cause(ctx)
		}
	}
	t := turn{done: len(c.all) * changes, took: time.Since(began)}
	for _, w := range c.all {
		t.latencies = slices.Concat(t.latencies, w.lags)
		w.lags = w.lags[:0]
	}
	return t, nil
}

// watchParley opens watches of a negotiation, each a call of its own, and has clients decode what these are told without being told
// it. It also gives what a change is on the wire.
func (w *world) watchParley(ctx context.Context) ([]*side, []byte, error) {
	p, err := w.parley()
	if err != nil {
		return nil, nil, err
	}
	writer, err := p.dial(w, 1)
	if err != nil {
		return nil, nil, err
	}
	if _, err := draftsFor(ctx, writer, 1, 1, "watched-"); err != nil {
		return nil, nil, err
	}
	const negotiation = "negotiations/watched-0"
	request := func(id string) *parleyv1.CreateEventRequest {
		return &parleyv1.CreateEventRequest{Parent: negotiation, EventId: id, Event: &parleyv1.Event{
			DisplayName: "The delegations meet in Geneva", Kind: parleyv1.Event_KIND_MEETING, Place: "Geneva",
			Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_PUBLIC},
		}}
	}
	crowd := newCrowd(func(ctx context.Context, id string) error {
		_, err := writer[0].Events.CreateEvent(ctx, request(id))
		return err
	})
	on, err := p.dial(w, watchers)
	if err != nil {
		return nil, nil, err
	}
	for i, one := range crowd.all {
		if err := one.watchNegotiation(ctx, on[i%len(on)], negotiation); err != nil {
			return nil, nil, err
		}
	}
	decoding, err := w.decodeEvents(ctx, writer[0], request)
	if err != nil {
		return nil, nil, err
	}
	value, err := proto.Marshal(request("e1"))
	return []*side{{name: "WatchNegotiation", goals: map[string]float64{"etcd watch": 3}, turn: crowd.turn}, decoding}, value, err
}

// decodeEvents makes messages of an answer that tells of many events, over and over, on as many cores as there are.
func (w *world) decodeEvents(ctx context.Context, c *client.Client, request func(id string) *parleyv1.CreateEventRequest) (*side, error) {
	const id, name, events = "decoded", "negotiations/decoded", 100
	if err := makeNegotiation(ctx, c, id); err != nil {
		return nil, err
	}
	for i := range events {
		req := request("e" + strconv.Itoa(i))
		req.Parent = name
		if _, err := c.Events.CreateEvent(ctx, req); err != nil {
			return nil, err
		}
	}
	page, err := c.Log.ListEntries(ctx, &parleyv1.ListEntriesRequest{Parent: name, PageSize: events, OrderBy: "create_time desc"})
	if err != nil {
		return nil, err
	}
	data, err := proto.Marshal(&parleyv1.WatchNegotiationResponse{Step: &parleyv1.WatchNegotiationResponse_Entries_{
		Entries: &parleyv1.WatchNegotiationResponse_Entries{Entries: page.GetEntries()},
	}})
	if err != nil {
		return nil, err
	}
	answers := loop(runtime.NumCPU(), w.lasts, func(context.Context, int) error {
		return (&parleyv1.WatchNegotiationResponse{}).UnmarshalVTUnsafe(data)
	})
	return &side{name: "decoding alone", turn: func(ctx context.Context) (turn, error) {
		t, err := answers(ctx)
		t.done *= len(page.GetEntries())
		return t, err
	}}, nil
}

// watchNegotiation begins to watch: the server says so when there is nothing more to tell of what was before.
func (w *watcher) watchNegotiation(ctx context.Context, c *client.Client, name string) error {
	stream, err := c.Log.WatchNegotiation(ctx, &parleyv1.WatchNegotiationRequest{Name: name, Start: parleyv1.WatchNegotiationRequest_START_LATEST, MaxEntries: entriesAtOnce})
	if err != nil {
		return err
	}
	m, err := stream.Recv()
	if err != nil {
		return err
	}
	if m.GetProgress() == nil {
		return errors.New("a watch of what is to come began with what was")
	}
	last := ""
	go w.follow(func() error {
		m, err := stream.Recv()
		if err != nil {
			return err
		}
		for _, e := range client.EntriesOf(m) {
			for _, change := range e.GetChanges() {
				if err := w.told(change.GetResource(), e.GetName() > last); err != nil {
					return err
				}
			}
			last = e.GetName() // Names are in the order of the log.
		}
		return nil
	})
	return nil
}

// watchEtcd opens watches of a prefix. As it comes, the client of etcd puts all watches of a connection on one stream, which
// saves it and its server work that watchers in processes of their own would make. With streams, each watch has one of its own,
// as each of ours has.
func (w *world) watchEtcd(ctx context.Context, addr string, value []byte, streams bool) (*side, error) {
	name, prefix := "etcd watch", "watched/"
	if streams {
		name, prefix = "etcd watch, a stream each", "streamed/"
	}
	writer, err := w.dialEtcd(addr, 1)
	if err != nil {
		return nil, err
	}
	crowd := newCrowd(func(ctx context.Context, id string) error {
		_, err := writer[0].Put(ctx, prefix+id, string(value))
		return err
	})
	on, err := w.dialEtcd(addr, watchers)
	if err != nil {
		return nil, err
	}
	for i, one := range crowd.all {
		ctx := ctx
		if streams {
			ctx = metadata.AppendToOutgoingContext(ctx, "watcher", strconv.Itoa(i)) // The client shares streams of like metadata.
		}
		one.watchPrefix(on[i%len(on)].Watch(ctx, prefix, clientv3.WithPrefix()))
	}
	return &side{name: name, turn: crowd.turn}, nil
}

// watchPrefix takes what a watch tells. The client gives the watch when the server has begun it.
func (w *watcher) watchPrefix(told clientv3.WatchChan) {
	last := int64(0)
	go w.follow(func() error {
		m, more := <-told
		if !more {
			return errors.New("the watch has ended")
		}
		for _, e := range m.Events {
			if err := w.told(string(e.Kv.Key), e.Kv.ModRevision > last); err != nil {
				return err
			}
			last = e.Kv.ModRevision
		}
		return m.Err()
	})
}

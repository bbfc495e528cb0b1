package client

import (
	"context"
	"math/rand/v2"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Pauses between attempts: the first, doubled each time up to the longest, each cut at random down to half of it so
// that callers that failed together do not come back together.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = 2 * time.Second
)

// longestWait is how long a server may have a call wait that it refuses for now. One that asks for more is not waited for.
const longestWait = time.Minute

// caller is the connection that the typed clients see: it adds deadline, credentials, request ids and retries. All
// calls of parley may be sent again: reads change nothing, and writes carry a request_id.
type caller struct {
	conn     grpc.ClientConnInterface
	opts     []grpc.CallOption
	timeout  time.Duration
	attempts int
}

func newCaller(conn grpc.ClientConnInterface, opts Options) *caller {
	c := &caller{
		conn:     conn,
		opts:     []grpc.CallOption{grpc.MaxCallRecvMsgSize(maxReceive)},
		timeout:  opts.Timeout,
		attempts: opts.Attempts,
	}
	if opts.Token != "" {
		c.opts = append(c.opts, grpc.PerRPCCredentials(bearer{opts.Token, opts.TLS != nil}))
	}
	if c.timeout == 0 {
		c.timeout = DefaultTimeout
	}
	if c.attempts <= 0 {
		c.attempts = DefaultAttempts
	}
	return c
}

// Invoke implements grpc.ClientConnInterface.
func (c *caller) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	if _, set := ctx.Deadline(); !set && c.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	args = identified(args)
	opts = c.with(opts)
	for attempt, pause := 1, firstPause; ; attempt, pause = attempt+1, min(2*pause, longestPause) {
		err := c.conn.Invoke(ctx, method, args, reply, opts...)
		wait, retry := again(err, pause)
		if !retry || attempt >= c.attempts || !sleep(ctx, wait) {
			return err
		}
	}
}

// NewStream implements grpc.ClientConnInterface. Streams are opened once: who reads one knows from where to go on.
func (c *caller) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	return c.conn.NewStream(ctx, desc, method, c.with(opts)...)
}

// with puts the call's own options last, so that they win.
func (c *caller) with(opts []grpc.CallOption) []grpc.CallOption {
	return append(c.opts[:len(c.opts):len(c.opts)], opts...)
}

// again says whether a call that failed may be sent again, and after how long: if the server cannot be reached, after about
// the pause given; if the caller has done too much of something, after as long as the server says, and somewhat longer at
// random.
func again(err error, pause time.Duration) (wait time.Duration, ok bool) {
	s, _ := status.FromError(err)
	switch s.Code() {
	case codes.Unavailable:
		return pause/2 + rand.N(pause/2+1), true
	case codes.ResourceExhausted:
		for _, d := range s.Details() {
			if info, is := d.(*errdetails.RetryInfo); is {
				wait = info.GetRetryDelay().AsDuration()
				return wait + rand.N(max(wait, 0)/2+1), wait > 0 && wait <= longestWait
			}
		}
	}
	return 0, false
}

// sleep waits, and says whether the call may go on. It does not begin a pause that would outlast the deadline.
func sleep(ctx context.Context, pause time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= pause {
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// identified gives a write that has no request_id one, on a shallow copy: if the caller sends the same message twice,
// those are two requests.
func identified(args any) any {
	msg, ok := args.(proto.Message)
	if !ok {
		return args
	}
	m := msg.ProtoReflect()
	fd := m.Descriptor().Fields().ByName("request_id")
	if fd == nil || fd.Kind() != protoreflect.StringKind || fd.IsList() || m.Get(fd).String() != "" {
		return args
	}
	c := shallow(m)
	c.Set(fd, protoreflect.ValueOfString(NewRequestID()))
	return c.Interface()
}

// shallow copies the fields of m, but not what they point to.
func shallow(m protoreflect.Message) protoreflect.Message {
	c := m.New()
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		c.Set(fd, v)
		return true
	})
	c.SetUnknown(m.GetUnknown())
	return c
}

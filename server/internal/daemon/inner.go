package daemon

import (
	"context"
	"errors"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"

	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/rpc"
)

// inner is how the gateway calls the server in the same process. Unary calls of the services that are registered with it run where
// they are made: they are encoded, pass every interceptor, and are decoded again, as over a connection, but for the connection, which
// costs more than most calls do. Streams, and whatever else the server has, go over the one that it is made with.
type inner struct {
	grpc.ClientConnInterface
	methods  map[string]unary // by full name
	admit    grpc.UnaryServerInterceptor
	deadline tap.ServerInHandle
	from     *peer.Peer
	codec    encoding.CodecV2
}

// newInner makes one for calls from an address within the process. It speaks of the certificates of callers only where there is TLS.
func newInner(conn grpc.ClientConnInterface, at net.Addr, admit grpc.UnaryServerInterceptor, limits Limits, id *identities) *inner {
	c := &inner{
		ClientConnInterface: conn, methods: map[string]unary{}, admit: admit, deadline: limits.deadlines(),
		from: &peer.Peer{Addr: access.InnerAddr{Addr: at}}, codec: rpc.Codec(),
	}
	if id.server != nil {
		c.from.AuthInfo = fromGateway
	}
	return c
}

// unary is a method and what implements its service.
type unary struct {
	impl   any
	handle grpc.MethodHandler
}

// RegisterService adds the unary methods of a service.
func (c *inner) RegisterService(desc *grpc.ServiceDesc, impl any) {
	for _, m := range desc.Methods {
		c.methods["/"+desc.ServiceName+"/"+m.MethodName] = unary{impl, m.Handler}
	}
}

// Invoke makes a unary call.
func (c *inner) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	m, ok := c.methods[method]
	if !ok {
		return c.ClientConnInterface.Invoke(access.ForwardPeer(ctx), method, args, reply, opts...)
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	ctx, err := c.arrive(ctx, method, opts)
	if err != nil {
		return outcome(err)
	}
	request, err := c.codec.Marshal(args)
	if err != nil {
		return status.Errorf(codes.Internal, "encode a request of %s: %v", method, err)
	}
	defer request.Free()
	resp, err := m.handle(m.impl, ctx, func(into any) error { return c.codec.Unmarshal(request, into) }, c.admit)
	if err != nil {
		return outcome(err)
	}
	answer, err := c.codec.Marshal(resp)
	if err != nil {
		return status.Errorf(codes.Internal, "encode an answer of %s: %v", method, err)
	}
	defer answer.Free()
	return c.codecFor(opts).Unmarshal(answer, reply)
}

// arrive gives the context of a call as the server has it: what was sent along is what came, on the inner connection.
func (c *inner) arrive(ctx context.Context, method string, opts []grpc.CallOption) (context.Context, error) {
	sent, _ := metadata.FromOutgoingContext(access.ForwardPeer(ctx))
	for _, o := range opts {
		if creds, ok := o.(grpc.PerRPCCredsCallOption); ok {
			shown, err := creds.Creds.GetRequestMetadata(ctx)
			if err != nil {
				return nil, err
			}
			sent = metadata.Join(sent, metadata.New(shown))
		}
	}
	ctx = metadata.NewIncomingContext(ctx, sent)
	ctx = peer.NewContext(ctx, c.from)
	ctx = grpc.NewContextWithServerTransportStream(ctx, called(method))
	return c.deadline(ctx, &tap.Info{FullMethodName: method, Header: sent})
}

// outcome makes of what a handler returned what a client gets.
func outcome(err error) error {
	if _, ok := status.FromError(err); ok {
		return err
	}
	return status.FromContextError(err).Err()
}

// codecFor gives the codec that a call wants its answer decoded with.
func (c *inner) codecFor(opts []grpc.CallOption) encoding.CodecV2 {
	codec := c.codec
	for _, o := range opts {
		if forced, ok := o.(grpc.ForceCodecV2CallOption); ok {
			codec = forced.CodecV2
		}
	}
	return codec
}

// called is what a handler may ask of how it was called. The gateway takes no headers or trailers.
type called string

var errNoHeaders = errors.New("calls from within have no headers")

// Method gives the full name of the method.
func (c called) Method() string { return string(c) }

// SetHeader refuses.
func (called) SetHeader(metadata.MD) error { return errNoHeaders }

// SendHeader refuses.
func (called) SendHeader(metadata.MD) error { return errNoHeaders }

// SetTrailer refuses.
func (called) SetTrailer(metadata.MD) error { return errNoHeaders }

package daemon

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/grpclog"
	"google.golang.org/grpc/test/bufconn"

	"github.com/seed-ff4a8210/parley/gen/openapi"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/gateway"
	"github.com/seed-ff4a8210/parley/server/internal/rpc"
)

// QuietGRPC keeps the gRPC library from writing to stderr by itself: it takes a watcher who leaves for an error. To be called
// before anything else, once in a program.
func QuietGRPC() { grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard)) }

// handlers is how many goroutines wait for calls: their stacks have grown to what a call needs, which a new one's has not. Calls
// that come when all are at work get one of their own.
const handlers = 128

// door is what every call passes, on whatever way it comes.
type door struct {
	unary  grpc.UnaryServerInterceptor
	stream grpc.StreamServerInterceptor
}

func newDoor(core rpc.Core, auth *access.Authenticator, limits Limits, log *slog.Logger) door {
	callers := limits.callers(log)
	return door{rpc.Intercept(core, auth, callers, log), rpc.InterceptStream(core, auth, callers, log)}
}

// serverOptions are the bounds of the gRPC transport.
func serverOptions(in door, limits Limits, id *identities) []grpc.ServerOption {
	options := append(limits.transport(),
		grpc.ChainUnaryInterceptor(in.unary),
		grpc.ChainStreamInterceptor(in.stream),
		grpc.ForceServerCodecV2(rpc.Codec()),
		grpc.UnknownServiceHandler(rpc.Unknown),
		grpc.NumStreamWorkers(handlers),
	)
	if id.server != nil {
		options = append(options, grpc.Creds(outsideTLS{credentials.NewTLS(id.tls())}))
	}
	return options
}

// outsideTLS encrypts connections from outside. That of the gateway does not leave the process; it is told apart for what it
// says of the certificates of its callers.
type outsideTLS struct {
	credentials.TransportCredentials
}

// ServerHandshake begins TLS, except on the inner connection.
func (o outsideTLS) ServerHandshake(c net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if _, inner := c.(innerConn); inner {
		return c, fromGateway, nil
	}
	return o.TransportCredentials.ServerHandshake(c)
}

// Clone copies them.
func (o outsideTLS) Clone() credentials.TransportCredentials {
	return outsideTLS{o.TransportCredentials.Clone()}
}

// fromGateway is what the server knows of the other end of the connection within the process.
var fromGateway = access.Gateway{CommonAuthInfo: credentials.CommonAuthInfo{SecurityLevel: credentials.NoSecurity}}

// innerListener marks the connections that the gateway makes in this process.
type innerListener struct{ net.Listener }

type innerConn struct{ net.Conn }

// Accept waits for the gateway.
func (l innerListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return innerConn{c}, nil
}

// RemoteAddr tells it from connections that come from outside.
func (c innerConn) RemoteAddr() net.Addr { return access.InnerAddr{Addr: c.Conn.RemoteAddr()} }

// dialInner connects the gateway, which tells where its callers are.
func dialInner(inner *bufconn.Listener) (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:parley", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return inner.DialContext(ctx) }),
		grpc.WithStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			return open(access.ForwardPeer(ctx), desc, conn, method, opts...)
		}))
}

// newWeb is the HTTP server in front of the gateway.
func newWeb(conn grpc.ClientConnInterface, limits Limits) (*http.Server, error) {
	h, err := gateway.New(conn, openapi.JSON)
	if err != nil {
		return nil, err
	}
	return &http.Server{
		Handler:           h,
		ConnContext:       func(ctx context.Context, c net.Conn) context.Context { return access.WithPeer(ctx, c.RemoteAddr()) },
		MaxHeaderBytes:    gateway.MaxHeaderBytes,
		ReadHeaderTimeout: limits.HeaderTimeout,
		ReadTimeout:       limits.BodyTimeout,
		IdleTimeout:       gateway.IdleTimeout,
	}, nil
}

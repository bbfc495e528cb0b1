package daemon

import (
	"log/slog"
	"net"
	"net/http"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/seed-ff4a8210/parley/gen/openapi"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/gateway"
	"github.com/seed-ff4a8210/parley/server/internal/rpc"
)

// serverOptions are the bounds of the gRPC transport.
func serverOptions(auth *access.Authenticator, log *slog.Logger, id *identities) []grpc.ServerOption {
	options := []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(rpc.Intercept(auth, log)),
		grpc.ChainStreamInterceptor(rpc.InterceptStream(auth, log)),
		grpc.ForceServerCodecV2(rpc.Codec()),
		grpc.UnknownServiceHandler(rpc.Unknown),
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.MaxConcurrentStreams(maxStreams),
	}
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
		return c, access.Gateway{CommonAuthInfo: credentials.CommonAuthInfo{SecurityLevel: credentials.NoSecurity}}, nil
	}
	return o.TransportCredentials.ServerHandshake(c)
}

// Clone copies them.
func (o outsideTLS) Clone() credentials.TransportCredentials {
	return outsideTLS{o.TransportCredentials.Clone()}
}

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

// newWeb is the HTTP server in front of the gateway.
func newWeb(conn grpc.ClientConnInterface) (*http.Server, error) {
	h, err := gateway.New(conn, openapi.JSON)
	if err != nil {
		return nil, err
	}
	return &http.Server{
		Handler:           h,
		MaxHeaderBytes:    gateway.MaxHeaderBytes,
		ReadHeaderTimeout: gateway.ReadHeaderTimeout,
		ReadTimeout:       gateway.ReadTimeout,
		IdleTimeout:       gateway.IdleTimeout,
	}, nil
}

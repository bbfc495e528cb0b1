package daemon

import (
	"errors"
	"log/slog"
	"net"
	"net/http"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/seed-ff4a8210/parley/gen/openapi"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/gateway"
	"github.com/seed-ff4a8210/parley/server/internal/rpc"
)

// serverOptions are the bounds of the gRPC transport.
func serverOptions(core rpc.Core, auth *access.Authenticator, log *slog.Logger, cert *access.Certificate) []grpc.ServerOption {
	options := []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(rpc.Intercept(core, auth, log)),
		grpc.ChainStreamInterceptor(rpc.InterceptStream(core, auth, log)),
		grpc.ForceServerCodecV2(rpc.Codec()),
		grpc.UnknownServiceHandler(rpc.Unknown),
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.MaxConcurrentStreams(maxStreams),
	}
	if cert != nil {
		options = append(options, grpc.Creds(outsideTLS{credentials.NewTLS(cert.Config())}))
	}
	return options
}

// certificate reads the certificate that both ports are to show, if they are to.
func certificate(cfg Config) (*access.Certificate, error) {
	switch {
	case cfg.CertFile == "" && cfg.KeyFile == "":
		return nil, nil
	case cfg.CertFile == "" || cfg.KeyFile == "":
		return nil, errors.New("a certificate needs its key, and a key its certificate")
	}
	return access.LoadCertificate(cfg.CertFile, cfg.KeyFile, cfg.Log)
}

// outsideTLS encrypts connections from outside. That of the gateway does not leave the process.
type outsideTLS struct {
	credentials.TransportCredentials
}

// ServerHandshake begins TLS, except on the inner connection.
func (o outsideTLS) ServerHandshake(c net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if _, inner := c.(innerConn); inner {
		return insecure.NewCredentials().ServerHandshake(c)
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

package daemon

import (
	"log/slog"
	"net/http"

	"google.golang.org/grpc"

	"github.com/seed-ff4a8210/parley/gen/openapi"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/gateway"
	"github.com/seed-ff4a8210/parley/server/internal/rpc"
)

// serverOptions are the bounds of the gRPC transport.
func serverOptions(auth *access.Authenticator, log *slog.Logger) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(rpc.Intercept(auth, log)),
		grpc.ChainStreamInterceptor(rpc.InterceptStream(auth, log)),
		grpc.ForceServerCodecV2(rpc.Codec()),
		grpc.UnknownServiceHandler(rpc.Unknown),
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.MaxConcurrentStreams(maxStreams),
	}
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

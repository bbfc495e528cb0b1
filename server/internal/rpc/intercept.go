package rpc

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/faultstatus"
	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
)

// Intercept gives the chain that every unary call passes: answer faults with details, know the caller, refuse writes of
// callers who may not write before anything is looked at, and check the request.
func Intercept(auth *access.Authenticator, log *slog.Logger) grpc.UnaryServerInterceptor {
	refused := &refusals{log: log}
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (resp any, err error) {
		defer func() {
			if p := recover(); p != nil {
				log.ErrorContext(ctx, "panic in a handler", "method", info.FullMethod, "panic", p, "stack", string(debug.Stack()))
				err = faultstatus.Of(fault.Of(errors.New("panic"))).Err()
			}
		}()
		start := time.Now()
		resp, err = admit(ctx, auth, req, next)
		if err == nil {
			return resp, nil
		}
		refused.note(ctx, info.FullMethod, err)
		return nil, answer(ctx, log, info.FullMethod, start, err)
	}
}

// answer makes an error what the caller gets, and logs it if it is not the caller's.
func answer(ctx context.Context, log *slog.Logger, method string, start time.Time, err error) error {
	st := toStatus(err)
	if c := st.Code(); c == codes.Internal || c == codes.DataLoss || c == codes.Unavailable {
		log.ErrorContext(ctx, "call failed", "method", method, "error", err, "after", time.Since(start))
	}
	return st.Err()
}

// InterceptStream is Intercept for streams: the same, with every message of the caller checked when it is read. Streams of
// other services, such as reflection, pass as they are.
func InterceptStream(auth *access.Authenticator, log *slog.Logger) grpc.StreamServerInterceptor {
	refused := &refusals{log: log}
	return func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
		if !strings.HasPrefix(info.FullMethod, apiPrefix) {
			return next(srv, stream)
		}
		defer func() {
			if p := recover(); p != nil {
				log.ErrorContext(stream.Context(), "panic in a handler", "method", info.FullMethod, "panic", p, "stack", string(debug.Stack()))
				err = faultstatus.Of(fault.Of(errors.New("panic"))).Err()
			}
		}()
		start := time.Now()
		p, err := auth.Authenticate(stream.Context())
		if err == nil && info.IsClientStream && !info.IsServerStream && p.Kind != access.KindMediator { // only writes take streams
			err = errNoWriter()
		}
		if err == nil {
			err = next(srv, &checkedStream{stream, access.WithPrincipal(stream.Context(), p)})
		}
		if err == nil {
			return nil
		}
		refused.note(stream.Context(), info.FullMethod, err)
		return answer(stream.Context(), log, info.FullMethod, start, err)
	}
}

// apiPrefix is what the full names of the API's methods begin with.
const apiPrefix = "/parley.v1."

// checkedStream hands out only messages that are well-formed.
type checkedStream struct {
	grpc.ServerStream
	ctx context.Context
}

// Context knows who is calling.
func (s *checkedStream) Context() context.Context { return s.ctx }

// RecvMsg reads and checks the next message.
func (s *checkedStream) RecvMsg(m any) error {
	msg, ok := m.(proto.Message)
	if !ok {
		return s.ServerStream.RecvMsg(m)
	}
	f := frame{msg: msg}
	if err := s.ServerStream.RecvMsg(&f); err != nil {
		return err
	}
	if f.err != nil {
		return f.err
	}
	return wellformed.Check(msg)
}

// Unknown answers calls of methods that the server does not have.
func Unknown(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	return faultstatus.Of(fault.NoMethod("the server has no method " + method)).Err()
}

func admit(ctx context.Context, auth *access.Authenticator, req any, next grpc.UnaryHandler) (any, error) {
	bad, isBad := req.(malformed)
	if isBad {
		req = bad.Message
	}
	p, err := auth.Authenticate(ctx)
	if err != nil {
		return nil, err
	}
	if _, writes := req.(mutation); writes && p.Kind != access.KindMediator {
		return nil, errNoWriter()
	}
	if isBad {
		return nil, bad.fault
	}
	if m, ok := req.(proto.Message); ok {
		if err := wellformed.Check(m); err != nil {
			return nil, err
		}
	}
	return next(access.WithPrincipal(ctx, p), req)
}

func errNoWriter() error { return fault.Denied("writing needs the mediator's token") }

// toStatus translates what a handler returned. A caller's own cancellation stays what it is.
func toStatus(err error) *status.Status {
	var f *fault.Fault
	switch {
	case errors.As(err, &f):
		return faultstatus.Of(f)
	case errors.Is(err, context.Canceled):
		return status.New(codes.Canceled, "the caller went away")
	case errors.Is(err, context.DeadlineExceeded):
		return status.New(codes.DeadlineExceeded, "the deadline passed; a write may or may not have been stored: retry with the same request_id")
	}
	if st, ok := status.FromError(err); ok {
		return st
	}
	return faultstatus.Of(fault.Of(err))
}

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
	"github.com/seed-ff4a8210/parley/server/internal/host"
	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
)

// Intercept gives the chain that every unary call passes: answer faults with details, know the caller, bound what each does,
// check the request, refuse what is not for the caller before anything is looked at, and note what the answer lays open
// that was entrusted to them.
func Intercept(c Core, auth *access.Authenticator, limits *Limits, log *slog.Logger) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (resp any, err error) {
		defer func() {
			if p := recover(); p != nil {
				log.ErrorContext(ctx, "panic in a handler", "method", info.FullMethod, "panic", p, "stack", string(debug.Stack()))
				err = faultstatus.Of(fault.Of(errors.New("panic"))).Err()
			}
		}()
		start := time.Now()
		resp, err = c.admit(ctx, auth, limits, info.FullMethod, req, inTime(next))
		if err == nil {
			return resp, nil
		}
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
// other services, such as reflection, pass as they are, but for their number.
func InterceptStream(c Core, auth *access.Authenticator, limits *Limits, log *slog.Logger) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
		if !strings.HasPrefix(info.FullMethod, apiPrefix) {
			if err := limits.stream(stream.Context(), access.Anonymous(), false, func() error { return next(srv, stream) }); err != nil {
				return toStatus(err).Err()
			}
			return nil
		}
		defer func() {
			if p := recover(); p != nil {
				log.ErrorContext(stream.Context(), "panic in a handler", "method", info.FullMethod, "panic", p, "stack", string(debug.Stack()))
				err = faultstatus.Of(fault.Of(errors.New("panic"))).Err()
			}
		}()
		start := time.Now()
		p, err := limits.authenticate(stream.Context(), auth)
		if err == nil {
			err = worthALook(p, info.FullMethod)
		}
		if err == nil {
			checked := &checkedStream{ServerStream: stream, ctx: access.WithPrincipal(stream.Context(), p), allow: func(m proto.Message) error {
				return c.allow(p, info.FullMethod, m)
			}}
			err = limits.stream(checked.ctx, p, info.IsClientStream, func() error { return next(srv, checked) })
		}
		if err == nil {
			return nil
		}
		return answer(stream.Context(), log, info.FullMethod, start, err)
	}
}

// apiPrefix is what the full names of the API's methods begin with.
const apiPrefix = "/parley.v1."

// checkedStream hands out only messages that are well-formed, and the first that says what the call is about only if that is
// for its caller.
type checkedStream struct {
	grpc.ServerStream
	ctx   context.Context
	allow func(first proto.Message) error // nil once it has been asked
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
	if s.allow != nil && subjectOf(msg.ProtoReflect()) != "" {
		if err := s.allow(msg); err != nil {
			return err
		}
		s.allow = nil
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

func (c Core) admit(ctx context.Context, auth *access.Authenticator, limits *Limits, method string, req any, next grpc.UnaryHandler) (any, error) {
	bad, isBad := req.(malformed)
	if isBad {
		req = bad.Message
	}
	p, err := limits.authenticate(ctx, auth)
	if err != nil {
		return nil, err
	}
	ctx = access.WithPrincipal(ctx, p)
	m, ok := req.(proto.Message)
	if !ok || !strings.HasPrefix(method, apiPrefix) {
		return next(ctx, req)
	}
	_, writes := req.(mutation)
	pass, err := limits.call(ctx, p, writes)
	if err != nil {
		return nil, err
	}
	defer pass.Done()
	if err := worthALook(p, method); err != nil {
		return nil, err
	}
	if isBad {
		return nil, bad.fault
	}
	if err := wellformed.Check(m); err != nil {
		return nil, err
	}
	if err := c.allow(p, method, m); err != nil {
		return nil, err
	}
	if writes {
		return next(ctx, req)
	}
	return c.noted(ctx, func(ctx context.Context) (any, error) { return next(ctx, req) })
}

// noted makes an answer, and records what of it was entrusted to the caller before it goes out.
func (c Core) noted(ctx context.Context, answer func(context.Context) (any, error)) (any, error) {
	trusting, t := entrusting(ctx)
	resp, err := answer(trusting)
	if noting := c.Host.NoteAccesses(ctx, t); noting != nil {
		return nil, noting
	}
	return resp, err
}

// entrusting gives a context in which is noted what a call lays open, and where. Nobody entrusts anything to the public.
func entrusting(ctx context.Context) (context.Context, *host.Trust) {
	t := &host.Trust{Principal: access.FromContext(ctx).Name, Method: method(ctx)}
	if t.Principal == "" {
		return ctx, t
	}
	return context.WithValue(ctx, trustKey{}, t), t
}

type trustKey struct{}

// trustOf gives where to note what a call lays open; nil if nobody keeps the books.
func trustOf(ctx context.Context) *host.Trust {
	t, _ := ctx.Value(trustKey{}).(*host.Trust)
	return t
}

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

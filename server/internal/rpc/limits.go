package rpc

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/tap"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/quota"
)

// Limits bound what callers do, each for themselves.
type Limits struct {
	Callers *quota.Limiter
	Logins  *quota.Logins
	Log     *slog.Logger // of failed logins
}

// authenticate finds the caller, unless too many wrong credentials have come from where they are. Those that are refused
// are logged by where they come from, what they are for and why, and by nothing of themselves.
func (l *Limits) authenticate(ctx context.Context, auth *access.Authenticator) (access.Principal, error) {
	kind, presented := credentialsOf(ctx)
	if kind == "" {
		return auth.Authenticate(ctx)
	}
	from := access.Peer(ctx)
	id := l.Logins.Print(from, presented...)
	if err := l.Logins.Admit(from, id); err != nil {
		return access.Principal{}, err
	}
	p, err := auth.Authenticate(ctx)
	switch {
	case err == nil:
		l.Logins.Succeeded(id)
	case fault.Of(err).Reason == fault.ReasonCredentialsInvalid:
		if l.Logins.Failed(from, id) {
			full, _ := grpc.Method(ctx)
			l.Log.WarnContext(ctx, "credentials refused", "from", from, "method", full, "kind", kind, "error", err)
		}
	}
	return p, err
}

// credentialsOf gives what a caller presents, and what kind of credentials that is; "" for none.
func credentialsOf(ctx context.Context) (kind string, presented []string) {
	presented = metadata.ValueFromIncomingContext(ctx, "authorization")
	if len(presented) > 0 {
		kind = "authorization"
		if scheme, _, ok := strings.Cut(presented[0], " "); ok && strings.EqualFold(scheme, "Bearer") {
			kind = "bearer"
		}
	}
	if cert := certificateOf(ctx); len(cert) > 0 {
		presented = append(presented, string(cert))
		if kind == "" {
			kind = "certificate"
		}
	}
	return kind, presented
}

// certificateOf gives the certificate that a caller has shown on the connection of the call, as it came.
func certificateOf(ctx context.Context) []byte {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return nil
	}
	info, ok := p.AuthInfo.(credentials.TLSInfo)
	if !ok || len(info.State.PeerCertificates) == 0 {
		return nil
	}
	return info.State.PeerCertificates[0].Raw
}

// call takes a place for a unary call, to be given back when it has ended. Those of other services than the API's are free:
// whether the server is well must be known above all when it is asked too much.
func (l *Limits) call(ctx context.Context, p access.Principal, writes bool) (quota.Pass, error) {
	if full, _ := grpc.Method(ctx); !strings.HasPrefix(full, apiPrefix) {
		return quota.Pass{}, nil
	}
	return l.Callers.Call(caller(ctx, p), writes)
}

// stream runs a stream in a place of its own.
func (l *Limits) stream(ctx context.Context, p access.Principal, writes bool, run func() error) error {
	pass, err := l.Callers.Stream(caller(ctx, p), writes)
	if err != nil {
		return err
	}
	defer pass.Done()
	return run()
}

// caller tells by what a principal is counted.
func caller(ctx context.Context, p access.Principal) quota.Caller {
	if p.Name == "" {
		return quota.Caller{Addr: access.Peer(ctx)}
	}
	return quota.Caller{Name: p.Name}
}

// Deadlines bounds the time of unary calls from their first byte on, so that the reading of a request that never ends is
// bounded too: a call without a deadline gets the usual one, and none has more than the longest. Streams may take as
// long as they like.
func Deadlines(usual, longest time.Duration) tap.ServerInHandle {
	return func(ctx context.Context, info *tap.Info) (context.Context, error) {
		at, set := ctx.Deadline()
		most := usual
		if set {
			most = longest
		}
		if streams()[info.FullMethodName] || set && time.Until(at) <= most {
			return ctx, nil
		}
		bounded, cancel := context.WithTimeout(ctx, most)
		_ = cancel // ctx is that of the call: gRPC ends it with the call, and that releases what hangs on it
		return bounded, nil
	}
}

// streams are the full names of all methods that stream, of the API and others.
var streams = sync.OnceValue(func() map[string]bool {
	found := map[string]bool{}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			s := f.Services().Get(i)
			for j := range s.Methods().Len() {
				if m := s.Methods().Get(j); m.IsStreamingClient() || m.IsStreamingServer() {
					found["/"+string(s.FullName())+"/"+string(m.Name())] = true
				}
			}
		}
		return true
	})
	return found
})

// inTime keeps answers from being given that were cut short: what looks at much of the record stops when the time of
// its call is up, and then has not seen all. What was written by then is written.
func inTime(next grpc.UnaryHandler) grpc.UnaryHandler {
	return func(ctx context.Context, req any) (any, error) {
		resp, err := next(ctx, req)
		if _, writes := req.(mutation); !writes && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return resp, err
	}
}

// Package access says who is calling. Until there are accounts a caller is the holder of the mediator token, which is
// made at first start and kept in the data directory for those who can read its files, or anonymous; and the server
// listens on loopback only, so that neither the token nor what it opens crosses a network.
//
// What a caller may see is decided elsewhere: rpc turns a Principal into a viewer, lens hides things from it.
package access

import (
	"context"
	"strings"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"google.golang.org/grpc/metadata"
)

// Kind is the sort of a caller.
type Kind int

// The kinds. The zero Kind may do least.
const (
	KindAnonymous Kind = iota // nobody in particular: sees what is public
	KindMediator              // holds the mediator token: sees and writes everything
)

// Principal is who is calling. The zero Principal is nobody in particular.
type Principal struct {
	Name string // stands in the log as the actor of an entry
	Kind Kind
}

// Anonymous is a caller without credentials.
func Anonymous() Principal { return Principal{Name: "anonymous", Kind: KindAnonymous} }

// Mediator is the holder of the mediator token.
func Mediator() Principal { return Principal{Name: "mediator", Kind: KindMediator} }

// Authenticator tells callers apart by their credentials. It is safe for concurrent use.
type Authenticator struct{ mediator Token }

// NewAuthenticator returns an Authenticator that knows the mediator token.
func NewAuthenticator(mediator Token) *Authenticator { return &Authenticator{mediator} }

// Authenticate finds the caller in the metadata of an incoming gRPC call. A call without `authorization` is anonymous;
// one with any other than a single, valid bearer token is refused as CREDENTIALS_INVALID rather than served as
// anonymous, so that nobody takes a half empty answer for a full one.
func (a *Authenticator) Authenticate(ctx context.Context) (Principal, error) {
	values := metadata.ValueFromIncomingContext(ctx, "authorization")
	if len(values) == 0 {
		return Anonymous(), nil
	}
	if len(values) > 1 {
		return Principal{}, fault.CredentialsInvalid()
	}
	scheme, secret, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || !a.mediator.Matches(secret) {
		return Principal{}, fault.CredentialsInvalid()
	}
	return Mediator(), nil
}

type contextKey struct{}

// WithPrincipal returns a context that carries p.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// FromContext gives the principal that WithPrincipal put into ctx, or Anonymous.
func FromContext(ctx context.Context) Principal {
	if p, ok := ctx.Value(contextKey{}).(Principal); ok {
		return p
	}
	return Anonymous()
}

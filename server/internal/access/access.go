// Package access says who is calling: the bearer of a token, or nobody in particular. What a caller may do and see is
// decided elsewhere, by what member of a negotiation they are.
package access

import (
	"context"
	"crypto/sha256"
	"strings"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"google.golang.org/grpc/metadata"
)

// Principal is who is calling. The zero Principal is nobody in particular.
type Principal struct {
	Name    string    // stands in the log as the actor of an entry; empty for nobody in particular
	Admin   bool      // may open negotiations, and make and revoke tokens
	Token   string    // resource name of the token that was shown; empty if it was another sort of credentials
	Expires time.Time // when the credentials do; zero for never
}

// Anonymous is a caller without credentials.
func Anonymous() Principal { return Principal{} }

// Operator is the bearer of the token in the data directory, which is made at first start and kept for those who can read its
// files.
func Operator() Principal { return Principal{Name: "mediator", Admin: true} }

// Tokens is where tokens are kept.
type Tokens interface {
	// Bearer tells who shows the token whose secret has this SHA-256; false if nobody does, any more or yet.
	Bearer(secret [sha256.Size]byte) (Principal, bool)
}

// Authenticator tells callers apart by their credentials. It is safe for concurrent use.
type Authenticator struct {
	operator Token
	tokens   Tokens
}

// NewAuthenticator returns an Authenticator that knows the operator's token and those in a store.
func NewAuthenticator(operator Token, tokens Tokens) *Authenticator {
	return &Authenticator{operator, tokens}
}

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
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return Principal{}, fault.CredentialsInvalid()
	}
	return a.bearer(secret)
}

// bearer finds whose secret it is.
func (a *Authenticator) bearer(secret string) (Principal, error) {
	if secret == "" || len(secret) > maxPresented {
		return Principal{}, fault.CredentialsInvalid()
	}
	if a.operator.Matches(secret) {
		return Operator(), nil
	}
	if p, ok := a.tokens.Bearer(sha256.Sum256([]byte(secret))); ok {
		return p, nil
	}
	return Principal{}, fault.CredentialsInvalid()
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

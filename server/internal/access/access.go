// Package access says who is calling. A caller is the holder of the mediator token, which is made at first start and kept in
// the data directory for those who can read its files; whom an OpenID Connect issuer or the authority of a client
// certificate names; or anonymous. Without TLS the server listens on loopback only, so that neither tokens nor what they
// open cross a network.
//
// What a caller may see is decided elsewhere: rpc turns a Principal into a viewer, lens hides things from it.
package access

import (
	"context"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
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
type Authenticator struct {
	mediator Token
	oidc     *OIDC // nil: no issuer is believed
}

// NewAuthenticator returns an Authenticator that knows the mediator token, and believes the tokens of an issuer unless that is
// nil.
func NewAuthenticator(mediator Token, oidc *OIDC) *Authenticator {
	return &Authenticator{mediator, oidc}
}

// Authenticate finds who makes an incoming gRPC call: whom its `authorization` names, else whose client certificate the
// connection has shown, else nobody in particular. Credentials that are not valid are refused as CREDENTIALS_INVALID rather
// than served as anonymous, so that nobody takes a half empty answer for a full one.
func (a *Authenticator) Authenticate(ctx context.Context) (Principal, error) {
	secret, shown, err := bearer(ctx)
	switch {
	case err != nil:
		return Principal{}, err
	case !shown:
		return a.byConnection(ctx)
	case a.oidc != nil && isJWT(secret):
		name, err := a.oidc.Verify(ctx, secret)
		return Principal{Name: name, Kind: KindAnonymous}, err
	case a.mediator.Matches(secret):
		return Mediator(), nil
	}
	return Principal{}, fault.CredentialsInvalid()
}

// byConnection is who calls without an authorization header.
func (a *Authenticator) byConnection(ctx context.Context) (Principal, error) {
	cert, err := clientCertificate(ctx)
	switch {
	case err != nil:
		return Principal{}, fault.CredentialsInvalid().Because(err)
	case cert == nil:
		return Anonymous(), nil
	}
	return byCertificate(cert, time.Now())
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

// Package access says who is calling: the bearer of a token, which the server made or an OpenID Connect issuer; whom the authority
// of a client certificate names; or nobody in particular. What a caller may do and see is decided elsewhere, by what member
// of a negotiation they are.
package access

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
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
	oidc     *OIDC // nil: no issuer is believed
}

// NewAuthenticator returns an Authenticator that knows the operator's token and those in a store, and believes the tokens of an
// issuer unless that is nil.
func NewAuthenticator(operator Token, tokens Tokens, oidc *OIDC) *Authenticator {
	return &Authenticator{operator, tokens, oidc}
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
		return a.oidc.Verify(ctx, secret)
	}
	return a.byToken(secret)
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

// byToken finds whose token of the server's own it is.
func (a *Authenticator) byToken(secret string) (Principal, error) {
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

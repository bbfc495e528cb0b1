package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// OIDCConfig says whose tokens (JWT, as of OpenID Connect) are believed. The zero value: nobody's.
type OIDCConfig struct {
	Issuer   string // URL, exactly as in the tokens; https, or on loopback
	Audience string // what tokens must be made for
	Claim    string // names the caller; DefaultClaim if empty

	// Skew is how far the clocks of issuer and server may be apart: DefaultSkew if zero, MaxSkew at most.
	Skew time.Duration

	Now func() time.Time // the clock; time.Now if nil
}

// Defaults and bounds of OIDCConfig.
const (
	DefaultClaim = "sub"
	DefaultSkew  = 30 * time.Second
	MaxSkew      = 2 * time.Minute
)

// IsZero says whether nothing is configured.
func (c OIDCConfig) IsZero() bool { return c.Issuer == "" && c.Audience == "" && c.Claim == "" }

const (
	maxJWT   = 12 << 10 // bytes; the HTTP server takes headers of 16 KiB
	maxCause = 300      // bytes of an error that may quote what a stranger sent
)

// asymmetric are the signatures that are accepted: those that nobody can make who only knows what the issuer publishes.
var asymmetric = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// OIDC believes the tokens of one issuer. It is safe for concurrent use.
type OIDC struct {
	cfg      OIDCConfig
	verifier *oidc.IDTokenVerifier
}

// NewOIDC asks the issuer for its discovery document and its keys, and fails if it gets none. ctx bounds that alone.
func NewOIDC(ctx context.Context, cfg OIDCConfig) (*OIDC, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("OpenID Connect: %w", err)
	}
	client := &http.Client{Timeout: issuerTimeout, Transport: issuerTransport()}
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, client), cfg.Issuer)
	if err != nil {
		return nil, fmt.Errorf("OpenID Connect: ask the issuer %s who it is: %w", cfg.Issuer, err)
	}
	var document struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&document); err != nil {
		return nil, fmt.Errorf("OpenID Connect: read what the issuer %s says of itself: %w", cfg.Issuer, err)
	}
	if err := requireSafeURL(document.Keys); err != nil {
		return nil, fmt.Errorf("OpenID Connect: where the issuer %s has its keys: %w", cfg.Issuer, err)
	}
	keys, err := newIssuerKeys(ctx, document.Keys, client, cfg.Now)
	if err != nil {
		return nil, fmt.Errorf("OpenID Connect: fetch the keys of the issuer %s: %w", cfg.Issuer, err)
	}
	var algorithms []string
	for _, alg := range asymmetric {
		algorithms = append(algorithms, string(alg))
	}
	// The library is left the form and the signature. It reads the names of claims in any case (`Aud`), has other rules on the
	// clock, and takes one issuer without its https.
	return &OIDC{cfg, oidc.NewVerifier(cfg.Issuer, keys, &oidc.Config{
		SupportedSigningAlgs: algorithms, SkipIssuerCheck: true, SkipClientIDCheck: true, SkipExpiryCheck: true,
	})}, nil
}

// complete checks a configuration and fills in the defaults.
func (c *OIDCConfig) complete() error {
	switch {
	case c.Issuer == "":
		return errors.New("there is no issuer whose tokens to believe")
	case c.Audience == "":
		return errors.New("there is no audience: tokens that the issuer made for others would be believed too")
	case c.Skew < 0 || c.Skew > MaxSkew:
		return fmt.Errorf("clocks may be %v apart at most, not %v", MaxSkew, c.Skew)
	}
	c.Claim, c.Skew = cmp.Or(c.Claim, DefaultClaim), cmp.Or(c.Skew, DefaultSkew)
	if c.Now == nil {
		c.Now = time.Now
	}
	if err := requireSafeURL(c.Issuer); err != nil {
		return fmt.Errorf("the issuer: %w", err)
	}
	return nil
}

// Verify gives the principal whose token this is: called `oidc:` and the value of the claim. A token that is not believed, for
// whatever reason, is CREDENTIALS_INVALID; the cause is for the server's log and does not hold the token.
func (o *OIDC) Verify(ctx context.Context, rawToken string) (Principal, error) {
	p, err := o.verify(ctx, rawToken)
	if err != nil {
		return Principal{}, fault.CredentialsInvalid().Because(brief(err))
	}
	return p, nil
}

func (o *OIDC) verify(ctx context.Context, rawToken string) (p Principal, err error) {
	if len(rawToken) > maxJWT {
		return p, fmt.Errorf("the token has %d bytes, over %d", len(rawToken), maxJWT)
	}
	token, err := o.verifier.Verify(ctx, rawToken)
	if err != nil {
		return p, fmt.Errorf("the token: %w", err)
	}
	claims := claims{}
	if err := token.Claims(&claims); err != nil {
		return p, fmt.Errorf("the claims of the token: %w", err)
	}
	if err := errors.Join(claims.madeBy(o.cfg.Issuer), claims.madeFor(o.cfg.Audience), claims.inTime(o.cfg.Now(), o.cfg.Skew)); err != nil {
		return p, err
	}
	p.Name, err = claims.principal(o.cfg.Claim)
	p.Expires = token.Expiry.Add(o.cfg.Skew)
	return p, err
}

// claims are what a token with a good signature says.
type claims map[string]any

// madeBy checks the issuer.
func (c claims) madeBy(issuer string) error {
	if c["iss"] != issuer {
		return fmt.Errorf("the token is of the issuer %v", c["iss"])
	}
	if c["events"] != nil {
		return errors.New("the token tells of an event, such as a logout (RFC 8417): it is nobody's credentials")
	}
	return nil
}

// madeFor checks that the token is for this server. One that others may have been shown too must have been asked for by those
// who call themselves like its audience (azp), or any of these others could use it here.
func (c claims) madeFor(audience string) error {
	all, several := c["aud"].([]any)
	if !several {
		all = []any{c["aud"]}
	}
	switch {
	case !slices.Contains(all, any(audience)):
		return fmt.Errorf("the token is for the audience %v", c["aud"])
	case len(all) > 1 && c["azp"] != audience:
		return fmt.Errorf("the token is for several audiences, and its authorized party is %v", c["azp"])
	}
	return nil
}

// inTime checks exp, which must be there, nbf and iat. They are seconds since 1970, perhaps with a fraction; as numbers of
// JSON may be huge they stay floating-point.
func (c claims) inTime(at time.Time, skew time.Duration) error {
	now := float64(at.UnixMilli()) / 1000
	expires, ok := c["exp"].(float64)
	switch {
	case !ok:
		return errors.New("the token does not say when it expires")
	case now >= expires+skew.Seconds():
		return fmt.Errorf("the token expired %.5g s ago", now-expires)
	}
	for _, name := range []string{"nbf", "iat"} {
		value, there := c[name]
		from, ok := value.(float64)
		switch {
		case there && !ok:
			return fmt.Errorf("%s of the token is no time", name)
		case now < from-skew.Seconds():
			return fmt.Errorf("the token begins in %.5g s (%s)", from-now, name)
		}
	}
	return nil
}

// principal names the caller by a claim. Nobody is known by an address that they only say is theirs.
func (c claims) principal(claim string) (string, error) {
	value, ok := c[claim].(string)
	switch {
	case !ok:
		return "", fmt.Errorf("the token has no text as its claim %s", claim)
	case claim == "email" && c["email_verified"] != true:
		return "", errors.New("the token does not say that its email is verified")
	}
	return principalName("oidc", value)
}

// brief cuts what an error says.
func brief(err error) error {
	text := err.Error()
	if len(text) <= maxCause {
		return err
	}
	return errors.New(text[:maxCause] + "…")
}

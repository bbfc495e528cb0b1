package access_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/access/issuertest"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

const audience = "parley"

// clock is one that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// believer believes the tokens of an issuer for the audience.
func believer(t *testing.T, i *issuertest.Issuer, cfg access.OIDCConfig) (*access.OIDC, *clock) {
	t.Helper()
	c := &clock{now: time.Now()}
	cfg.Issuer, cfg.Audience, cfg.Now = i.URL, audience, c.Now
	o, err := access.NewOIDC(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return o, c
}

// refuse checks that a token is not believed, for a reason that the log is told and that does not hold the token.
func refuse(t *testing.T, o *access.OIDC, token, why string) {
	t.Helper()
	p, err := o.Verify(t.Context(), token)
	if p != (access.Principal{}) || !errors.Is(err, fault.CredentialsInvalid()) {
		t.Fatalf("%s: got %+v, %v", why, p, err)
	}
	if !strings.Contains(err.Error(), why) || len(err.Error()) > 500 {
		t.Errorf("%s: the log is told %v", why, err)
	}
	for part := range strings.SplitSeq(token, ".") {
		if len(part) > 8 && strings.Contains(err.Error(), part) {
			t.Errorf("%s: the log is told of %q", why, part)
		}
	}
}

func accept(t *testing.T, o *access.OIDC, token, want string) {
	t.Helper()
	if p, err := o.Verify(t.Context(), token); p.Name != want || p.Expires.IsZero() || err != nil {
		t.Errorf("got %+v, %v; want %s", p, err, want)
	}
}

type changed = map[string]any

func TestOIDCBelievesGoodTokens(t *testing.T) {
	i := issuertest.New(t)
	o, c := believer(t, i, access.OIDCConfig{})
	now, long := c.Now().Unix(), strings.Repeat("ö", 200)
	for name, change := range map[string]changed{
		"as it comes":              nil,
		"audience in a list":       {"aud": []string{audience}},
		"several, authorized":      {"aud": []string{"other", audience}, "azp": audience},
		"one, asked for by others": {"azp": "other"},
		"just expired":             {"exp": now - 28},
		"valid in a moment":        {"nbf": now + 29, "iat": now + 29},
		"times with fractions":     {"exp": float64(now) + 0.5, "nbf": float64(now) - 0.5},
		"without iat":              {"iat": nil},
		"for ever":                 {"exp": 1e300},
	} {
		t.Run(name, func(t *testing.T) { accept(t, o, i.Token(audience, change), "oidc:alice") })
	}
	accept(t, o, i.Token(audience, changed{"sub": long}), "oidc:"+long)
	accept(t, o, i.Token(audience, changed{"sub": "mediator"}), "oidc:mediator") // is not the mediator
	if n := i.Asked(issuertest.KeysPath); n != 1 {
		t.Errorf("keys were fetched %d times", n)
	}
}

func TestOIDCRefusesClaims(t *testing.T) {
	i := issuertest.New(t)
	o, c := believer(t, i, access.OIDCConfig{})
	now := c.Now().Unix()
	for _, tc := range []struct {
		change changed
		why    string
	}{
		{changed{"exp": now - 31}, "expired 3"},
		{changed{"exp": -1e300}, "expired"},
		{changed{"exp": nil}, "does not say when it expires"},
		{changed{"exp": "9999999999"}, "does not say when it expires"},
		{changed{"EXP": now, "exp": nil}, "does not say when it expires"},
		{changed{"nbf": now + 33}, "(nbf)"},
		{changed{"nbf": "soon"}, "unmarshal"},
		{changed{"iat": now + 33}, "(iat)"},
		{changed{"iat": 1e300}, "(iat)"},
		{changed{"aud": "other"}, "audience other"},
		{changed{"aud": nil}, "audience <nil>"},
		{changed{"aud": ""}, "audience"},
		{changed{"aud": "other", "Aud": audience}, "audience"},
		{changed{"aud": []string{}}, "audience"},
		{changed{"aud": audience + "2"}, "audience"},
		{changed{"aud": []any{[]string{audience}}}, "unmarshal"},
		{changed{"aud": []string{"other", audience}}, "several audiences"},
		{changed{"aud": []string{"other", audience}, "azp": "other"}, "several audiences"},
		{changed{"iss": "https://other.example"}, "issuer https://other.example"},
		{changed{"iss": i.URL + "/"}, "issuer"},
		{changed{"iss": nil}, "issuer <nil>"},
		{changed{"events": changed{"http://schemas.openid.net/event/backchannel-logout": changed{}}}, "tells of an event"},
		{changed{"sub": nil}, "no text as its claim sub"},
		{changed{"sub": 7}, "unmarshal"},
		{changed{"sub": ""}, "name is empty"},
		{changed{"sub": " alice"}, "blank"},
		{changed{"sub": "ali\nce"}, "cannot be printed"},
		{changed{"sub": "\u202eecila"}, "cannot be printed"},
		{changed{"sub": strings.Repeat("x", 201)}, "over 200"},
		{changed{"iss": strings.Repeat("x", 5000)}, "issuer"},
		{changed{"_claim_names": changed{"sub": "elsewhere"}}, "source does not exist"},
	} {
		refuse(t, o, i.Token(audience, tc.change), tc.why)
	}
}

func TestOIDCNamesByOtherClaims(t *testing.T) {
	i := issuertest.New(t)
	o, _ := believer(t, i, access.OIDCConfig{Claim: "email"})
	accept(t, o, i.Token(audience, changed{"email": "a@example.org", "email_verified": true}), "oidc:a@example.org")
	refuse(t, o, i.Token(audience, changed{"email": "a@example.org", "email_verified": false}), "verified")
	refuse(t, o, i.Token(audience, changed{"email": "a@example.org", "email_verified": "false"}), "verified")
	refuse(t, o, i.Token(audience, changed{"email": "a@example.org"}), "verified")
	refuse(t, o, i.Token(audience, nil), "no text as its claim email")
	o, _ = believer(t, i, access.OIDCConfig{Claim: "group"})
	accept(t, o, i.Token(audience, changed{"group": "delegation a"}), "oidc:delegation a")
	refuse(t, o, i.Token(audience, changed{"group": []string{"a"}}), "no text as its claim group")
	refuse(t, o, i.Token(audience, changed{"group": true}), "no text as its claim group")
}

func TestOIDCRefusesSignatures(t *testing.T) {
	i := issuertest.New(t)
	own, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i.Answer(issuertest.KeysPath, func(w http.ResponseWriter) {
		issuertest.WriteJSON(w, changed{"keys": []any{
			jose.JSONWebKey{Key: own.Public(), KeyID: "rsa"},
			jose.JSONWebKey{Key: []byte(strings.Repeat("s", 32)), KeyID: "shared"},
			jose.JSONWebKey{Key: own.Public(), KeyID: "for encryption", Use: "enc"},
			changed{"kty": "of tomorrow", "kid": "unknown"},
		}})
	})
	o, _ := believer(t, i, access.OIDCConfig{})
	claims := i.Claims(audience, nil)
	good := issuertest.Sign(t, jose.RS256, own, "rsa", claims)
	accept(t, o, good, "oidc:alice")
	accept(t, o, issuertest.Sign(t, jose.PS512, own, "rsa", claims), "oidc:alice")
	accept(t, o, issuertest.Sign(t, jose.RS256, own, "", claims), "oidc:alice") // names no key: any of the issuer's

	public, err := x509.MarshalPKIXPublicKey(own.Public())
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	inPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	parts := strings.Split(good, ".")
	for name, c := range map[string]struct{ token, why string }{
		"none":           {unsigned(t, "none", claims), "unexpected signature algorithm"},
		"None":           {unsigned(t, "None", claims), "unexpected signature algorithm"},
		"long algorithm": {unsigned(t, strings.Repeat("x", 5000), claims), "unexpected signature algorithm"},
		"public key":     {issuertest.Sign(t, jose.HS256, inPEM, "rsa", claims), "unexpected signature algorithm"},
		"shared key":     {issuertest.Sign(t, jose.HS256, []byte(strings.Repeat("s", 32)), "shared", claims), "unexpected signature algorithm"},
		"encryption key": {issuertest.Sign(t, jose.RS256, own, "for encryption", claims), "signature"},
		"stranger":       {issuertest.Sign(t, jose.ES256, stranger, "rsa", claims), "signature"},
		"unknown key":    {issuertest.Sign(t, jose.ES256, stranger, "unknown", claims), "signature"},
		"cut off":        {parts[0] + "." + parts[1] + ".", "signature"},
		"other claims":   {parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"mallory"}`)) + "." + parts[2], "signature"},
		"no claims":      {issuertest.Sign(t, jose.RS256, own, "rsa", "alice"), "unmarshal"},
		"huge":           {parts[0] + "." + strings.Repeat("A", 1<<20) + "." + parts[2], "bytes, over"},
		"garbage":        {"a.b.c", "malformed"},
		"empty":          {"", "malformed"},
		"dots":           {"..", "malformed"},
		"four parts":     {good + ".x", "malformed"},
		"not text":       {"\x00.\xff.\n", "malformed"},
	} {
		t.Run(name, func(t *testing.T) { refuse(t, o, c.token, c.why) })
	}
}

// unsigned makes a token without signature.
func unsigned(t *testing.T, alg string, claims any) string {
	t.Helper()
	var parts []string
	for _, part := range []any{changed{"alg": alg, "kid": "rsa"}, claims} {
		text, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, base64.RawURLEncoding.EncodeToString(text))
	}
	return strings.Join(parts, ".") + "."
}

func TestOIDCFollowsTheKeys(t *testing.T) {
	i := issuertest.New(t)
	o, c := believer(t, i, access.OIDCConfig{})
	old := i.Token(audience, nil)
	accept(t, o, old, "oidc:alice")
	i.Rotate()
	accept(t, o, old, "oidc:alice") // nobody knows yet
	fresh := i.Token(audience, nil)
	c.pass(5*time.Second - 1)
	refuse(t, o, fresh, "signature") // the issuer was asked a moment ago
	c.pass(1)
	accept(t, o, fresh, "oidc:alice")
	refuse(t, o, old, "signature")
}

// A key that is withdrawn is forgotten in time, even if no token asks for another.
func TestOIDCForgetsKeys(t *testing.T) {
	i := issuertest.New(t)
	o, c := believer(t, i, access.OIDCConfig{})
	token := i.Token(audience, nil)
	accept(t, o, token, "oidc:alice")
	i.Rotate()
	c.pass(10 * time.Minute)
	refuse(t, o, token, "signature")
}

func TestOIDCIsNotMadeToFetchKeysAtWill(t *testing.T) {
	i := issuertest.New(t)
	o, c := believer(t, i, access.OIDCConfig{})
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	bad := issuertest.Sign(t, jose.ES256, stranger, "unknown", i.Claims(audience, nil))
	c.pass(5 * time.Second)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := o.Verify(t.Context(), bad); err == nil {
				t.Error("a stranger's token is believed")
			}
		})
	}
	all.Wait()
	if n := i.Asked(issuertest.KeysPath); n != 2 { // at the start, and since
		t.Errorf("keys were fetched %d times", n)
	}
	accept(t, o, i.Token(audience, nil), "oidc:alice")
}

// Many callers come with tokens of a new key at once: the keys are fetched once, and all are let in.
func TestOIDCLetsAllInAfterARotation(t *testing.T) {
	i := issuertest.New(t)
	o, c := believer(t, i, access.OIDCConfig{})
	i.Rotate()
	c.pass(5 * time.Second)
	token := i.Token(audience, nil)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { accept(t, o, token, "oidc:alice") })
	}
	all.Wait()
	if n := i.Asked(issuertest.KeysPath); n != 2 {
		t.Errorf("keys were fetched %d times", n)
	}
}

func TestOIDCOutlivesItsIssuer(t *testing.T) {
	for name, breakDown := range map[string]func(*issuertest.Issuer){
		"gone": (*issuertest.Issuer).Stop,
		"broken": func(i *issuertest.Issuer) {
			i.Answer(issuertest.KeysPath, func(w http.ResponseWriter) { w.WriteHeader(500) })
		},
		"other": func(i *issuertest.Issuer) { i.Answer(issuertest.KeysPath, says("<html>")) },
		"huge":  func(i *issuertest.Issuer) { i.Answer(issuertest.KeysPath, says(strings.Repeat(" ", 2<<20))) },
	} {
		t.Run(name, func(t *testing.T) {
			i := issuertest.New(t)
			o, c := believer(t, i, access.OIDCConfig{})
			token := i.Token(audience, changed{"exp": c.Now().Add(48 * time.Hour).Unix()})
			breakDown(i)
			for range 3 { // first with keys that no token has needed yet
				c.pass(15 * time.Minute)
				accept(t, o, token, "oidc:alice")
			}
			c.pass(24 * time.Hour)
			refuse(t, o, token, "keys are too old")
		})
	}
}

// An issuer that withdraws all its keys is believed nothing any more.
func TestOIDCWithoutKeys(t *testing.T) {
	i := issuertest.New(t)
	o, c := believer(t, i, access.OIDCConfig{})
	accept(t, o, i.Token(audience, nil), "oidc:alice")
	i.Answer(issuertest.KeysPath, says(`{"keys":[]}`))
	c.pass(10 * time.Minute)
	refuse(t, o, i.Token(audience, changed{"exp": 1e12}), "signature")
}

func says(text string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text))
	}
}

func TestOIDCDoesNotStart(t *testing.T) {
	i := issuertest.New(t)
	gone := issuertest.New(t)
	gone.Stop()
	for _, c := range []struct {
		cfg  access.OIDCConfig
		want string
		do   func(*issuertest.Issuer)
	}{
		{access.OIDCConfig{Audience: audience}, "no issuer", nil},
		{access.OIDCConfig{Issuer: i.URL}, "no audience", nil},
		{access.OIDCConfig{Claim: "sub"}, "no issuer", nil},
		{access.OIDCConfig{Issuer: i.URL, Audience: audience, Skew: 3 * time.Minute}, "2m0s apart", nil},
		{access.OIDCConfig{Issuer: i.URL, Audience: audience, Skew: -1}, "apart", nil},
		{access.OIDCConfig{Issuer: "http://example.org", Audience: audience}, "must begin with https://", nil},
		{access.OIDCConfig{Issuer: "http://127.0.0.1.example.org", Audience: audience}, "must begin with https://", nil},
		{access.OIDCConfig{Issuer: "ftp://127.0.0.1", Audience: audience}, "must begin with https://", nil},
		{access.OIDCConfig{Issuer: "example.org", Audience: audience}, "no URL of the form", nil},
		{access.OIDCConfig{Issuer: "https://a:b@example.org", Audience: audience}, "no URL of the form", nil},
		{access.OIDCConfig{Issuer: "https://example.org?a=b", Audience: audience}, "no URL of the form", nil},
		{access.OIDCConfig{Issuer: "https://%zz", Audience: audience}, "invalid URL", nil},
		{access.OIDCConfig{Issuer: gone.URL, Audience: audience}, "ask the issuer " + gone.URL + " who it is", nil},
		{access.OIDCConfig{Issuer: i.URL + "/", Audience: audience}, "did not match", nil},
		{access.OIDCConfig{Issuer: i.URL + "/none", Audience: audience}, "404", nil},
		{access.OIDCConfig{Audience: audience}, "did not match", func(i *issuertest.Issuer) {
			i.Answer(issuertest.DocumentPath, says(`{"issuer":"https://other.example"}`))
		}},
		{access.OIDCConfig{Audience: audience}, "302", func(i *issuertest.Issuer) {
			i.Answer(issuertest.DocumentPath, func(w http.ResponseWriter) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(http.StatusFound)
			})
		}},
		{access.OIDCConfig{Audience: audience}, "too large", func(i *issuertest.Issuer) {
			i.Answer(issuertest.DocumentPath, says(strings.Repeat(" ", 2<<20)))
		}},
		{access.OIDCConfig{Audience: audience}, "fetch the keys", func(i *issuertest.Issuer) { i.Answer(issuertest.KeysPath, says(`{}`)) }},
	} {
		if c.do != nil {
			own := issuertest.New(t)
			c.do(own)
			c.cfg.Issuer = own.URL
		}
		if _, err := access.NewOIDC(t.Context(), c.cfg); err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 500 {
			t.Errorf("%+v: got %v, want %q", c.cfg, err, c.want)
		}
	}
}

// An issuer cannot send the server elsewhere for its keys in plain text.
func TestOIDCKeysMustBeSafeToFetch(t *testing.T) {
	i := issuertest.New(t)
	for where, want := range map[string]string{"http://example.org/keys": "must begin with https://", "": "no URL", "/keys": "no URL"} {
		i.Answer(issuertest.DocumentPath, func(w http.ResponseWriter) {
			issuertest.WriteJSON(w, changed{"issuer": i.URL, "jwks_uri": where})
		})
		_, err := access.NewOIDC(t.Context(), access.OIDCConfig{Issuer: i.URL, Audience: audience})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", where, err)
		}
	}
}

func TestOIDCStartsNoLongerThanItMay(t *testing.T) {
	i := issuertest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	i.Answer(issuertest.DocumentPath, func(http.ResponseWriter) { cancel(); <-release })
	_, err := access.NewOIDC(ctx, access.OIDCConfig{Issuer: i.URL, Audience: audience})
	close(release)
	var asked *url.Error
	if !errors.Is(err, context.Canceled) || !errors.As(err, &asked) {
		t.Error(err)
	}
}

// A caller who goes away does not wait for the issuer.
func TestOIDCVerifyGivesUpWithItsCaller(t *testing.T) {
	i := issuertest.New(t)
	o, c := believer(t, i, access.OIDCConfig{})
	c.pass(10 * time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	i.Answer(issuertest.KeysPath, func(http.ResponseWriter) { cancel(); <-release })
	if _, err := o.Verify(ctx, i.Token(audience, nil)); !errors.Is(err, fault.CredentialsInvalid()) {
		t.Error(err)
	}
	close(release)
}

// Package issuertest is an OpenID Connect issuer for tests: on loopback, with a discovery document, keys that can be changed,
// and tokens that say whatever a test wants.
package issuertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Paths of what an issuer serves.
const (
	DocumentPath = "/.well-known/openid-configuration"
	KeysPath     = "/keys"
)

// Issuer is a running issuer. It is safe for concurrent use.
type Issuer struct {
	URL string

	t      testing.TB
	server *httptest.Server

	mu      sync.Mutex
	key     *ecdsa.PrivateKey
	number  int // of key
	answers map[string]func(http.ResponseWriter)
	asked   map[string]int
}

// New starts an issuer that has one key, until the test ends.
func New(t testing.TB) *Issuer {
	t.Helper()
	i := &Issuer{t: t, answers: map[string]func(http.ResponseWriter){}, asked: map[string]int{}}
	i.server = httptest.NewServer(i)
	t.Cleanup(i.Stop)
	i.URL = i.server.URL
	i.Rotate()
	return i
}

// Stop ends the issuer: nobody answers at its address.
func (i *Issuer) Stop() { i.server.Close() }

// Rotate withdraws the key and publishes another.
func (i *Issuer) Rotate() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		i.t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.key, i.number = key, i.number+1
}

// Key gives the key and its id.
func (i *Issuer) Key() (*ecdsa.PrivateKey, string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.key, fmt.Sprintf("key-%d", i.number)
}

// Answer makes the issuer answer otherwise at a path.
func (i *Issuer) Answer(path string, answer func(http.ResponseWriter)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answers[path] = answer
}

// Asked says how often a path was asked for.
func (i *Issuer) Asked(path string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked[path]
}

// ServeHTTP answers as an issuer does.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	answer := i.answers[r.URL.Path]
	i.asked[r.URL.Path]++
	i.mu.Unlock()
	key, id := i.Key()
	switch {
	case answer != nil:
		answer(w)
	case r.URL.Path == DocumentPath:
		WriteJSON(w, map[string]any{"issuer": i.URL, "jwks_uri": i.URL + KeysPath, "id_token_signing_alg_values_supported": []string{"ES256"}})
	case r.URL.Path == KeysPath:
		WriteJSON(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: id, Algorithm: "ES256", Use: "sig"}}})
	default:
		http.NotFound(w, r)
	}
}

// WriteJSON is how an issuer answers.
func WriteJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // a client that went away has no use for it
}

// Claims are those of a good token for an audience, with some changed or, if nil, left out.
func (i *Issuer) Claims(audience string, changed map[string]any) map[string]any {
	now := time.Now().Unix()
	claims := map[string]any{"iss": i.URL, "aud": audience, "sub": "alice", "iat": now, "exp": now + 600}
	maps.Copy(claims, changed)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

// Token signs Claims with the present key.
func (i *Issuer) Token(audience string, changed map[string]any) string {
	key, id := i.Key()
	return Sign(i.t, jose.ES256, key, id, i.Claims(audience, changed))
}

// Sign makes a token.
func Sign(t testing.TB, alg jose.SignatureAlgorithm, key any, id string, claims any) string {
	t.Helper()
	opts := (&jose.SignerOptions{}).WithType("JWT")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: id}}, opts)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

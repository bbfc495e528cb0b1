package access

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"
)

// Bounds of what is asked of an issuer.
const (
	issuerTimeout   = 5 * time.Second
	maxIssuerAnswer = 1 << 20 // bytes

	// Whoever sends a token with an unknown key has the keys fetched: no more often than this.
	keyPause = 5 * time.Second
	// Keys are fetched anew after this time even if no token needs it, so that a withdrawn one is not trusted for ever. If the
	// issuer then fails, it is asked again only after the same time, as callers wait meanwhile.
	keyRenewal = 10 * time.Minute
	// While the issuer does not answer, the keys that it showed last are good for this long.
	keyLife = 24 * time.Hour
)

// requireSafeURL refuses a URL whose answers somebody on the way could change.
func requireSafeURL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return err // names the URL
	case u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("%q is no URL of the form https://host/path", raw)
	case u.Scheme == "https" || u.Scheme == "http" && namesLoopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%q must begin with https:// (http:// is for this machine alone)", raw)
}

// namesLoopback says whether a host is this machine, without looking names up.
func namesLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// issuerTransport is how an issuer is asked. It knows no proxy, whatever the environment says, and no redirect, and keeps no
// connection open, as there is a request every few minutes.
func issuerTransport() http.RoundTripper {
	return boundedTransport{&http.Transport{
		DialContext:            (&net.Dialer{Timeout: issuerTimeout}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    issuerTimeout,
		MaxResponseHeaderBytes: 64 << 10,
		DisableKeepAlives:      true,
	}}
}

// boundedTransport takes no answer but 200, and no more than maxIssuerAnswer of it.
type boundedTransport struct{ next http.RoundTripper }

// RoundTrip makes one request.
func (b boundedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("the answer is %s", resp.Status), resp.Body.Close())
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, maxIssuerAnswer)
	return resp, nil
}

// issuerKeys are the public keys of an issuer. They are fetched again if a token does not go with them, and now and then. If the
// issuer fails, those that it showed last stay. It is safe for concurrent use.
type issuerKeys struct {
	url    string
	client *http.Client
	now    func() time.Time
	flight singleflight.Group // all who wait for the issuer wait for one request

	mu    sync.Mutex
	keys  []jose.JSONWebKey
	read  time.Time // when keys were
	asked time.Time // when the issuer last answered, or failed to
	err   error     // how it failed; nil if it did not
}

// newIssuerKeys fetches the keys for the first time, so that an issuer without any is noticed when the server starts.
func newIssuerKeys(ctx context.Context, url string, client *http.Client, now func() time.Time) (*issuerKeys, error) {
	k := &issuerKeys{url: url, client: client, now: now}
	k.renew(ctx)
	return k, k.err
}

// VerifySignature implements oidc.KeySet.
func (k *issuerKeys) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	jws, err := jose.ParseSigned(jwt, asymmetric)
	if err != nil {
		return nil, err
	}
	for _, age := range []time.Duration{keyRenewal, keyPause} { // the second time for a key that is new
		keys, err := k.newerThan(ctx, age)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			if kid := jws.Signatures[0].Header.KeyID; kid != "" && kid != key.KeyID {
				continue
			}
			if payload, err := jws.Verify(key); err == nil {
				return payload, nil
			}
		}
	}
	return nil, errors.New("the signature is by no key of the issuer")
}

// newerThan gives the keys, after asking the issuer if it was not asked within age.
func (k *issuerKeys) newerThan(ctx context.Context, age time.Duration) ([]jose.JSONWebKey, error) {
	if k.due(age) {
		done := k.flight.DoChan("", func() (any, error) {
			if k.due(keyPause) { // nobody was faster
				k.renew(context.Background()) // for all who wait, whoever goes away; the client has a timeout
			}
			return nil, nil
		})
		select {
		case <-done:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the keys of the issuer: %w", ctx.Err())
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.now().Sub(k.read) > keyLife {
		return nil, fmt.Errorf("the keys are too old: %w", k.err)
	}
	return k.keys, nil
}

// due says whether the issuer was not asked within age.
func (k *issuerKeys) due(age time.Duration) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now().Sub(k.asked) >= age
}

// renew asks the issuer.
func (k *issuerKeys) renew(ctx context.Context) {
	keys, err := k.fetch(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked, k.err = k.now(), err
	if err == nil {
		k.keys, k.read = keys, k.asked
	}
}

// fetch reads what the issuer publishes. An answer without a list of keys is an error; an empty list says that all are
// withdrawn. Keys of unknown kinds or for other uses, and secrets, are passed over (RFC 7517, section 5).
func (k *issuerKeys) fetch(ctx context.Context) ([]jose.JSONWebKey, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := k.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&set); err != nil {
		return nil, fmt.Errorf("read %s: %w", k.url, err)
	}
	if set.Keys == nil {
		return nil, fmt.Errorf("%s is no set of keys (RFC 7517)", k.url)
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(raw) == nil && key.IsPublic() && (key.Use == "" || key.Use == "sig") {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

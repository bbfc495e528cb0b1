package access

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Bounds of what is asked of an issuer.
const (
	issuerTimeout   = 5 * time.Second
	maxIssuerAnswer = 1 << 20 // bytes

	// Whoever sends a token with an unknown key has the keys fetched: no more often than this.
	keyPause = 5 * time.Second
	// Keys are fetched anew after this time even if no token needs it, so that a withdrawn one is not trusted for ever.
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

// keyTransport fetches the keys of an issuer, and nothing else. It asks at most once each keyPause, and in between, or if the
// issuer fails, answers what the issuer answered last.
type keyTransport struct {
	next http.RoundTripper
	now  func() time.Time

	mu    sync.Mutex // held while the issuer is asked: who comes meanwhile gets that answer too
	asked time.Time
	err   error // why the last request failed; nil if it did not
	keys  []byte
	read  time.Time // when keys were
}

// RoundTrip gives the keys.
func (k *keyTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.now(); k.asked.IsZero() || now.Sub(k.asked) >= keyPause {
		k.asked = now
		var keys []byte
		if keys, k.err = k.fetch(req); k.err == nil {
			k.keys, k.read = keys, now
		}
	}
	if k.keys == nil || k.now().Sub(k.read) > keyLife {
		return nil, k.err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:  http.Header{"Content-Type": {"application/json"}},
		Body:    io.NopCloser(bytes.NewReader(k.keys)),
		Request: req,
	}, nil
}

// fetch asks the issuer. An answer without a list of keys is an error; an empty list says that all are withdrawn.
func (k *keyTransport) fetch(req *http.Request) ([]byte, error) {
	resp, err := k.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil || set.Keys == nil {
		return nil, errors.New("the answer is no set of keys (RFC 7517)")
	}
	return body, nil
}

// issuerKeys are the public keys of an issuer. A key that is unknown has them fetched, and so does time. It is safe for
// concurrent use.
type issuerKeys struct {
	url    string
	client *http.Client // over a keyTransport
	now    func() time.Time

	mu    sync.Mutex
	set   *oidc.RemoteKeySet
	since time.Time
}

// newIssuerKeys fetches the keys for the first time, so that an issuer without any is noticed when the server starts.
func newIssuerKeys(ctx context.Context, url string, next http.RoundTripper, now func() time.Time) (*issuerKeys, error) {
	k := &issuerKeys{url: url, now: now, client: &http.Client{
		Timeout: issuerTimeout, Transport: &keyTransport{next: next, now: now},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := k.client.Do(req)
	if err != nil {
		return nil, err
	}
	return k, resp.Body.Close()
}

// VerifySignature implements oidc.KeySet.
func (k *issuerKeys) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	return k.current().VerifySignature(ctx, jwt)
}

// current gives the set of keys. oidc.RemoteKeySet forgets a key only if it meets an unknown one, so a new set takes its
// place now and then.
func (k *issuerKeys) current() *oidc.RemoteKeySet {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.now(); k.set == nil || now.Sub(k.since) >= keyRenewal {
		k.set, k.since = oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), k.client), k.url), now
	}
	return k.set
}

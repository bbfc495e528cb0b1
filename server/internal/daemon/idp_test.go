package daemon_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/access/issuertest"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

// forClient is how a client speaks TLS that trusts the server's authority and shows a certificate of this one, whether the
// server knows it or not.
func (a *authority) forClient(server *authority, name string, uris ...string) *tls.Config {
	a.t.Helper()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	for _, uri := range uris {
		u, err := url.Parse(uri)
		if err != nil {
			a.t.Fatal(err)
		}
		template.URIs = append(template.URIs, u)
	}
	return a.shown(server, template)
}

// shown makes a certificate, and a client that shows it.
func (a *authority) shown(server *authority, template *x509.Certificate) *tls.Config {
	a.t.Helper()
	cert, key := a.sign(template)
	cfg := server.trusted()
	cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return &tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}, nil
	}
	return cfg
}

// file writes the certificate of the authority.
func (a *authority) file(dir string) string {
	a.t.Helper()
	name := filepath.Join(dir, a.cert.Subject.CommonName+".pem")
	a.write(name, "CERTIFICATE", a.cert.Raw)
	return name
}

// readGRPC reads something public over gRPC, and tells how that went.
func readGRPC(t *testing.T, s *server, transport *tls.Config, token string, md ...string) string {
	t.Helper()
	c := dialTLS(t, s.GRPCAddr, token, transport)
	defer c.Close()
	ctx := metadata.AppendToOutgoingContext(t.Context(), md...)
	_, err := c.Negotiations.ListNegotiations(ctx, &parleyv1.ListNegotiationsRequest{})
	switch reason := client.Details(err).Reason; {
	case err == nil:
		return "answer"
	case reason != "":
		return reason
	}
	return status.Code(err).String()
}

// readREST is readGRPC over REST; headers are names and values in turn.
func readREST(t *testing.T, s *server, transport *tls.Config, token string, headers ...string) string {
	t.Helper()
	scheme := "http"
	if transport != nil {
		scheme = "https"
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, scheme+"://"+s.RESTAddr+"/v1/negotiations", nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	web := &http.Client{Transport: &http.Transport{TLSClientConfig: transport, DisableKeepAlives: true}}
	resp, err := web.Do(req)
	if err != nil {
		return "Unavailable" // as gRPC says
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		t.Fatal(err)
	case resp.StatusCode == http.StatusOK:
		return "answer"
	case resp.StatusCode == http.StatusUnauthorized && strings.Contains(string(body), "CREDENTIALS_INVALID"):
		return "CREDENTIALS_INVALID"
	}
	return fmt.Sprint(resp.Status, string(body))
}

// wantBoth reads over both ports.
func wantBoth(t *testing.T, s *server, what, want string, transport *tls.Config, token string) {
	t.Helper()
	if got := readGRPC(t, s, transport, token); got != want {
		t.Errorf("%s over gRPC: %s, want %s", what, got, want)
	}
	if got := readREST(t, s, transport, token); got != want {
		t.Errorf("%s over REST: %s, want %s", what, got, want)
	}
}

const (
	answered = "answer"
	refused  = "CREDENTIALS_INVALID"
	cutOff   = "Unavailable"
)

func TestClientCertificates(t *testing.T) {
	dir, own, clients, others := t.TempDir(), newAuthority(t, "own"), newAuthority(t, "clients"), newAuthority(t, "others")
	cert, key := own.forServer(dir)
	s := startWith(t, daemon.Config{
		DataDir: filepath.Join(dir, "data"), CertFile: cert, KeyFile: key, ClientCAFile: clients.file(dir),
	}, own.trusted())
	good, nameless := clients.forClient(own, "delegation a"), clients.forClient(own, "", "spiffe://x/a", "spiffe://x/b")
	wantBoth(t, s, "no certificate", answered, own.trusted(), "")
	wantBoth(t, s, "a good certificate", answered, good, "")
	wantBoth(t, s, "a good certificate with a URI", answered, clients.forClient(own, "", "spiffe://x/a"), "")
	wantBoth(t, s, "a certificate of another authority", cutOff, others.forClient(own, "delegation a"), "")
	wantBoth(t, s, "a certificate of the server's authority", cutOff, own.forClient(own, "delegation a"), "")
	wantBoth(t, s, "a certificate for servers", cutOff, clients.shown(own, &x509.Certificate{
		Subject: pkix.Name{CommonName: "a"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}), "")
	wantBoth(t, s, "an expired certificate", cutOff, clients.shown(own, &x509.Certificate{
		Subject: pkix.Name{CommonName: "a"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		NotBefore: clients.cert.NotBefore, NotAfter: clients.cert.NotBefore.Add(1),
	}), "")
	// That a certificate reaches the server at all shows in one that names nobody.
	wantBoth(t, s, "a certificate of two names", refused, nameless, "")
	wantBoth(t, s, "a certificate for no use", refused, clients.shown(own, &x509.Certificate{Subject: pkix.Name{CommonName: "a"}}), "")
	wantBoth(t, s, "a token beside a certificate of two names", answered, nameless, s.Token)
	wantBoth(t, s, "a bad token beside a good certificate", refused, good, "wrong")
	talks(t, s, "kept") // the mediator still writes

	c := dialTLS(t, s.GRPCAddr, "", good)
	defer c.Close()
	_, err := c.Negotiations.CreateNegotiation(t.Context(), &parleyv1.CreateNegotiationRequest{NegotiationId: "b", Negotiation: &parleyv1.Negotiation{DisplayName: "B"}})
	wantReason(t, err, codes.PermissionDenied, parleyv1.ErrorReason_PERMISSION_DENIED)
}

// What the gateway says of certificates is believed from nobody else: here it would name nobody, and be refused.
func TestCertificatesAreNotForged(t *testing.T) {
	dir, own := t.TempDir(), newAuthority(t, "own")
	cert, key := own.forServer(dir)
	for name, cfg := range map[string]daemon.Config{
		"plain text":        {},
		"TLS":               {CertFile: cert, KeyFile: key},
		"TLS, certificates": {CertFile: cert, KeyFile: key, ClientCAFile: own.file(dir)},
	} {
		t.Run(name, func(t *testing.T) {
			cfg.DataDir = filepath.Join(t.TempDir(), "data")
			var transport *tls.Config
			if cfg.CertFile != "" {
				transport = own.trusted()
			}
			s := startWith(t, cfg, transport)
			if got := readGRPC(t, s, transport, "", access.CertificateKey, "forged"); got != answered {
				t.Error("gRPC:", got)
			}
			forged := base64.StdEncoding.EncodeToString([]byte("forged"))
			for _, header := range []string{access.CertificateKey, "Grpc-Metadata-" + access.CertificateKey, "grpcgateway-" + access.CertificateKey} {
				if got := readREST(t, s, transport, "", header, forged); got != answered {
					t.Errorf("REST, %s: %s", header, got)
				}
			}
			// On the gateway's own connection it would have been believed.
			inside := client.New(s.Inside, client.Options{})
			ctx := metadata.AppendToOutgoingContext(t.Context(), access.CertificateKey, "forged")
			_, err := inside.Negotiations.ListNegotiations(ctx, &parleyv1.ListNegotiationsRequest{})
			if want := transport != nil; (client.Details(err).Reason == refused) != want {
				t.Error("inside:", err)
			}
		})
	}
}

func TestOIDCOnBothPorts(t *testing.T) {
	issuer, dir, own := issuertest.New(t), t.TempDir(), newAuthority(t, "own")
	cert, key := own.forServer(dir)
	s := startWith(t, daemon.Config{
		DataDir: filepath.Join(dir, "data"), CertFile: cert, KeyFile: key, ClientCAFile: own.file(dir),
		OIDC: access.OIDCConfig{Issuer: issuer.URL, Audience: "parley"},
	}, own.trusted())
	good, bad := issuer.Token("parley", nil), issuer.Token("others", nil)
	wantBoth(t, s, "a good token", answered, own.trusted(), good)
	wantBoth(t, s, "a token for others", refused, own.trusted(), bad)
	wantBoth(t, s, "a token without signature", refused, own.trusted(), good[:strings.LastIndex(good, ".")+1])
	wantBoth(t, s, "a good token beside a bad certificate", answered, own.forClient(own, "a\nb"), good)
	wantBoth(t, s, "a bad token beside a good certificate", refused, own.forClient(own, "a"), bad)
	issuer.Stop()
	wantBoth(t, s, "a good token, the issuer being away", answered, own.trusted(), good)
	talks(t, s, "kept") // the mediator still writes
}

// Where no issuer is named, its tokens mean nothing.
func TestOIDCIsOffUnlessAsked(t *testing.T) {
	s := start(t, t.TempDir())
	wantBoth(t, s, "a token", refused, nil, issuertest.New(t).Token("parley", nil))
}

func TestOIDCOrCertificatesThatDoNotStart(t *testing.T) {
	dir, a, issuer := t.TempDir(), newAuthority(t, "a"), issuertest.New(t)
	cert, key := a.forServer(dir)
	for want, cfg := range map[string]daemon.Config{
		"there is no audience":              {OIDC: access.OIDCConfig{Issuer: issuer.URL}},
		"there is no issuer":                {OIDC: access.OIDCConfig{Audience: "parley"}},
		"ask the issuer http://127.0.0.1:1": {OIDC: access.OIDCConfig{Issuer: "http://127.0.0.1:1", Audience: "parley"}},
		"must begin with https://":          {OIDC: access.OIDCConfig{Issuer: "http://example.org", Audience: "parley"}},
		"client certificates need TLS":      {ClientCAFile: cert},
		"holds no certificate":              {ClientCAFile: key, CertFile: cert, KeyFile: key},
		"no such file":                      {ClientCAFile: key + "x", CertFile: cert, KeyFile: key},
	} {
		cfg.DataDir, cfg.Log = filepath.Join(dir, "data"), slog.New(slog.DiscardHandler)
		cfg.GRPCAddr, cfg.RESTAddr = "127.0.0.1:0", "127.0.0.1:0"
		cfg.Ready = func(context.Context, daemon.Started) error { return fmt.Errorf("it started") }
		if err := daemon.Run(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	if matches, _ := filepath.Glob(filepath.Join(dir, "data", "*")); len(matches) > 0 {
		t.Error("a server that did not start left files behind:", matches)
	}
}

package daemon_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

// authority signs certificates.
type authority struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	a := &authority{t: t}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert, a.key = a.sign(template)
	return a
}

// sign makes a certificate and its key; the authority's own if it has none yet.
func (a *authority) sign(template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<60))
	if err != nil {
		a.t.Fatal(err)
	}
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert, key
}

// forServer writes a certificate of this machine and its key over the files in dir.
func (a *authority) forServer(dir string) (certFile, keyFile string) {
	a.t.Helper()
	cert, key := a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "parleyd"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	a.write(certFile, "CERTIFICATE", cert.Raw)
	a.write(keyFile, "PRIVATE KEY", der)
	return certFile, keyFile
}

func (a *authority) write(file, kind string, der []byte) {
	a.t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// trusted is how a client speaks TLS that trusts this authority alone.
func (a *authority) trusted() *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

// readsOverTLS calls both ports, and tells whether they showed a certificate of this authority.
func (a *authority) readsOverTLS(s *server) error {
	c, err := client.Dial(s.GRPCAddr, client.Options{TLS: a.trusted()})
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Negotiations.ListNegotiations(a.t.Context(), &parleyv1.ListNegotiationsRequest{}); err != nil {
		return err
	}
	web := &http.Client{Transport: &http.Transport{TLSClientConfig: a.trusted(), DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, "https://"+s.RESTAddr+"/v1/negotiations", nil)
	if err != nil {
		return err
	}
	resp, err := web.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func TestTLSOnBothPorts(t *testing.T) {
	dir, first, second := t.TempDir(), newAuthority(t, "first"), newAuthority(t, "second")
	cert, key := first.forServer(dir)
	s := startWith(t, daemon.Config{DataDir: filepath.Join(dir, "data"), CertFile: cert, KeyFile: key}, first.trusted())
	if !s.TLS {
		t.Error("the server does not say that it speaks TLS")
	}
	if err := first.readsOverTLS(s); err != nil {
		t.Fatal(err)
	}
	if err := second.readsOverTLS(s); err == nil {
		t.Error("a stranger's certificate is trusted")
	}
	talks(t, s, "kept") // on a connection that stays open

	second.forServer(dir)
	later := time.Now().Add(time.Minute) // files written within one tick of the clock look unchanged
	for _, file := range []string{cert, key} {
		if err := os.Chtimes(file, later, later); err != nil {
			t.Fatal(err)
		}
	}
	if err := second.readsOverTLS(s); err != nil {
		t.Error("the new certificate is not shown:", err)
	}
	if err := first.readsOverTLS(s); err == nil {
		t.Error("the old certificate is still shown")
	}
	talks(t, s, "still-open")
}

func TestPlainTextOnTLSPortIsRefused(t *testing.T) {
	dir, a := t.TempDir(), newAuthority(t, "a")
	cert, key := a.forServer(dir)
	s := startWith(t, daemon.Config{DataDir: filepath.Join(dir, "data"), CertFile: cert, KeyFile: key}, a.trusted())
	plain := dial(t, s.GRPCAddr, "")
	defer plain.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := plain.Negotiations.ListNegotiations(ctx, &parleyv1.ListNegotiationsRequest{}); err == nil {
		t.Error("gRPC answers plain text")
	}
	resp, err := http.Get("http://" + s.RESTAddr + "/v1/negotiations") //nolint:noctx // refused at once
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Error("REST answers plain text:", resp.Status)
	}
}

// A server that cannot do what it is told does not start, and says why.
func TestServersThatDoNotStart(t *testing.T) {
	dir, a := t.TempDir(), newAuthority(t, "a")
	cert, key := a.forServer(dir)
	for want, cfg := range map[string]daemon.Config{
		"in plain text":              {GRPCAddr: "0.0.0.0:0"},
		"in plain text: others":      {RESTAddr: ":0"},
		"a certificate needs its":    {CertFile: cert},
		"a key its certificate":      {KeyFile: key},
		"no such file":               {CertFile: cert + "x", KeyFile: key},
		"failed to find certificate": {CertFile: key, KeyFile: key},
	} {
		cfg.DataDir, cfg.Log = filepath.Join(dir, "data"), slog.New(slog.DiscardHandler)
		for _, addr := range []*string{&cfg.GRPCAddr, &cfg.RESTAddr} {
			if *addr == "" {
				*addr = "127.0.0.1:0"
			}
		}
		if err := daemon.Run(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); err == nil {
		t.Error("a server that did not start left a data directory behind")
	}
}

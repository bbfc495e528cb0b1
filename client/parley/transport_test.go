package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-ff4a8210/parley/client"
)

// identity writes a certificate of this machine, signed by itself, and its key.
func identity(t *testing.T) (certFile, keyFile string, pair tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	for name, data := range map[string][]byte{certFile: certPEM, keyFile: keyPEM} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if pair, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		t.Fatal(err)
	}
	return certFile, keyFile, pair
}

// The certificate is shown even to a server that names other authorities.
func TestTransportShowsTheCertificate(t *testing.T) {
	certFile, keyFile, pair := identity(t)
	_, _, stranger := identity(t)
	a := &app{ca: certFile, cert: certFile, key: keyFile}
	cfg, err := a.transport()
	if err != nil {
		t.Fatal(err)
	}
	cfg.ServerName = "127.0.0.1"
	others := x509.NewCertPool()
	others.AddCert(stranger.Leaf)
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	server := tls.Server(far, &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequestClientCert, ClientCAs: others,
	})
	done := make(chan error, 1)
	go func() { done <- tls.Client(near, cfg).HandshakeContext(t.Context()) }()
	if err := server.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if shown := server.ConnectionState().PeerCertificates; len(shown) != 1 || !bytes.Equal(shown[0].Raw, pair.Certificate[0]) {
		t.Error("the certificate is not shown")
	}
}

func TestTransportIsPlainUnlessAsked(t *testing.T) {
	certFile, keyFile, _ := identity(t)
	for _, c := range []struct {
		app
		encrypted bool
	}{
		{app{}, false},
		{app{tls: true}, true},
		{app{ca: certFile}, true},
		{app{cert: certFile, key: keyFile}, true},
	} {
		if cfg, err := c.transport(); err != nil || (cfg != nil) != c.encrypted {
			t.Errorf("%+v: %v, %v", c.app, cfg, err)
		}
	}
}

// On the machine of the server the mediator's token is found without being asked for: it would hide the certificate.
func TestTheTokenThatNobodyAskedForStaysAway(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, client.TokenFile)
	if err := os.WriteFile(file, []byte("found\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PARLEY_DATA", dir)
	t.Setenv("PARLEY_TOKEN_FILE", "")
	for _, c := range []struct {
		app
		environment, want string
	}{
		{app{}, "", ""}, // empty means none
		{app{cert: "c"}, "", ""},
		{app{cert: "c"}, "asked", "asked"},
		{app{cert: "c", token: "given"}, "asked", "given"},
		{app{cert: "c", data: dir}, "", "found"},
	} {
		t.Setenv("PARLEY_TOKEN", c.environment)
		if got, err := c.credentials(); got != c.want || err != nil {
			t.Errorf("%+v: %q, %v", c.app, got, err)
		}
	}
	if err := os.Unsetenv("PARLEY_TOKEN"); err != nil { // Setenv puts it back
		t.Fatal(err)
	}
	for cert, want := range map[string]string{"": "found", "c": ""} {
		if got, err := (&app{server: "127.0.0.1:7400", cert: cert}).credentials(); got != want || err != nil {
			t.Errorf("certificate %q: %q, %v", cert, got, err)
		}
	}
}

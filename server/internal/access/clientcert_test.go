package access_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/access/issuertest"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// certified makes a certificate for clients, signed by itself.
func certified(t *testing.T, commonName string, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: commonName},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// uris gives a certificate alternative names.
func uris(t *testing.T, list ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		for _, text := range list {
			u, err := url.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			c.URIs = append(c.URIs, u)
		}
	}
}

func TestCertificateName(t *testing.T) {
	const id = "spiffe://example.org/delegation/a"
	usage := func(list ...x509.ExtKeyUsage) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.ExtKeyUsage = list }
	}
	for name, c := range map[string]struct {
		cert       *x509.Certificate
		want, fail string
	}{
		"common name":       {certified(t, "delegation a", nil), "cert:delegation a", ""},
		"URI":               {certified(t, "", uris(t, id)), "cert:" + id, ""},
		"URI first":         {certified(t, "somebody", uris(t, id)), "cert:" + id, ""},
		"client and server": {certified(t, "a", usage(x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth)), "cert:a", ""},
		"longest":           {certified(t, strings.Repeat("ö", 200), nil), "cert:" + strings.Repeat("ö", 200), ""},
		"mediator":          {certified(t, "mediator", nil), "cert:mediator", ""},
		"two URIs":          {certified(t, "a", uris(t, id, id+"b")), "", "2 URIs"},
		"no name":           {certified(t, "", nil), "", "empty"},
		"too long":          {certified(t, strings.Repeat("x", 201), nil), "", "over 200"},
		"long URI":          {certified(t, "", uris(t, id+strings.Repeat("x", 200))), "", "over 200"},
		"line break":        {certified(t, "a\nb", nil), "", "cannot be printed"},
		"written backwards": {certified(t, "\u202eb", nil), "", "cannot be printed"},
		"blank":             {certified(t, "a ", nil), "", "blank"},
		"posing as a URI":   {certified(t, id, nil), "", "pass for a URI"},
		"for servers":       {certified(t, "a", usage(x509.ExtKeyUsageServerAuth)), "", "not for clients"},
		"for anything":      {certified(t, "a", usage(x509.ExtKeyUsageAny)), "", "not for clients"},
		"for nothing":       {certified(t, "a", usage()), "", "not for clients"},
	} {
		got, err := access.CertificateName(c.cert)
		if got != c.want || (err == nil) != (c.fail == "") || err != nil && !strings.Contains(err.Error(), c.fail) {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestLoadClientCAs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	if _, err := access.LoadClientCAs(file); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := access.LoadClientCAs(file); err == nil || !strings.Contains(err.Error(), file+" holds no certificate") {
		t.Error(err)
	}
	var none *access.ClientCertificates
	if cfg := none.Ask(&tls.Config{MinVersion: tls.VersionTLS12}); cfg.ClientAuth != tls.NoClientCert {
		t.Error("asks for certificates")
	}
}

// calling is the context of a call: how its connection is known, and its metadata.
func calling(info credentials.AuthInfo, md ...string) context.Context {
	ctx := peer.NewContext(context.Background(), &peer.Peer{AuthInfo: info})
	return metadata.NewIncomingContext(ctx, metadata.Pairs(md...))
}

// overTLS is a connection that has shown a certificate.
func overTLS(verified bool, cert *x509.Certificate) credentials.TLSInfo {
	info := credentials.TLSInfo{State: tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}}}
	if verified {
		info.State.VerifiedChains = [][]*x509.Certificate{{cert}}
	}
	return info
}

func TestCallersAreToldApart(t *testing.T) {
	i := issuertest.New(t)
	issuer, _ := believer(t, i, access.OIDCConfig{})
	auth := access.NewAuthenticator(access.NewToken("right"), store{}, issuer)
	good, bad := certified(t, "a", nil), certified(t, "a\nb", nil)
	expired := certified(t, "a", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Second) })
	der, token := string(good.Raw), "Bearer "+i.Token(audience, nil)
	const header, key = "authorization", access.CertificateKey
	for name, c := range map[string]struct {
		ctx  context.Context
		want string // refused if empty
	}{
		"nobody":                      {context.Background(), "anonymous"},
		"plain text":                  {calling(nil), "anonymous"},
		"TLS, no certificate":         {calling(credentials.TLSInfo{}), "anonymous"},
		"certificate":                 {calling(overTLS(true, good)), "cert:a"},
		"certificate, not verified":   {calling(overTLS(false, good)), "anonymous"},
		"certificate without a name":  {calling(overTLS(true, bad)), ""},
		"certificate that ran out":    {calling(overTLS(true, expired)), ""},
		"mediator":                    {calling(nil, header, "Bearer right"), "mediator"},
		"OIDC":                        {calling(nil, header, token), "oidc:alice"},
		"OIDC, lower case":            {calling(nil, header, "bearer"+token[6:]), "oidc:alice"},
		"OIDC, changed":               {calling(nil, header, token+"x"), ""},
		"two headers":                 {calling(nil, header, token, header, token), ""},
		"token before certificate":    {calling(overTLS(true, good), header, "Bearer right"), "mediator"},
		"OIDC before certificate":     {calling(overTLS(true, good), header, token), "oidc:alice"},
		"OIDC before bad certificate": {calling(overTLS(true, bad), header, token), "oidc:alice"},
		"bad token and certificate":   {calling(overTLS(true, good), header, "Bearer wrong"), ""},
		"bad JWT and certificate":     {calling(overTLS(true, good), header, "Bearer a.b.c"), ""},
		"empty header, certificate":   {calling(overTLS(true, good), header, ""), ""},

		"gateway":                     {calling(access.Gateway{}), "anonymous"},
		"gateway, certificate":        {calling(access.Gateway{}, key, der), "cert:a"},
		"gateway, bad certificate":    {calling(access.Gateway{}, key, string(bad.Raw)), ""},
		"gateway, garbage":            {calling(access.Gateway{}, key, "x"), ""},
		"gateway, token":              {calling(access.Gateway{}, key, der, header, "Bearer right"), "mediator"},
		"gateway, bad token":          {calling(access.Gateway{}, key, der, header, "Bearer wrong"), ""},
		"key from outside":            {calling(nil, key, der), "anonymous"},
		"key from outside, TLS":       {calling(credentials.TLSInfo{}, key, der), "anonymous"},
		"key from outside, other":     {calling(overTLS(true, certified(t, "b", nil)), key, der), "cert:b"},
		"garbage from outside":        {calling(credentials.TLSInfo{}, key, "x"), "anonymous"},
		"key with no peer in context": {metadata.NewIncomingContext(context.Background(), metadata.Pairs(key, der)), "anonymous"},
	} {
		p, err := auth.Authenticate(c.ctx)
		if strings.TrimPrefix(c.want, "anonymous") != p.Name || p.Admin != (c.want == "mediator") || (err != nil) != (c.want == "") {
			t.Errorf("%s: got %+v, %v", name, p, err)
		}
		if err != nil && !errors.Is(err, fault.CredentialsInvalid()) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	unbelieving := access.NewAuthenticator(access.NewToken("right"), store{}, nil)
	if p, err := unbelieving.Authenticate(calling(nil, header, token)); !errors.Is(err, fault.CredentialsInvalid()) {
		t.Error("a token of an issuer that nobody named is believed:", p, err)
	}
}

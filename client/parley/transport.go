package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// encrypted says whether to speak TLS: each of its flags says so.
func (a *app) encrypted() bool { return a.tls || a.ca != "" || a.cert != "" || a.key != "" }

// transport says how to encrypt the connection; nil for not at all.
func (a *app) transport() (*tls.Config, error) {
	if !a.encrypted() {
		return nil, nil
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if a.ca != "" {
		pem, err := os.ReadFile(a.ca)
		if err != nil {
			return nil, usageError{fmt.Errorf("read --ca: %w", err)}
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, usageError{fmt.Errorf("%s holds no certificate in PEM", a.ca)}
		}
	}
	return cfg, a.showCertificate(cfg)
}

// showCertificate makes cfg show the certificate to a server that asks for one. It does so even if the server says that it
// trusts others: a refusal is better than the answer that strangers get.
func (a *app) showCertificate(cfg *tls.Config) error {
	if a.cert == "" && a.key == "" {
		return nil
	}
	if a.cert == "" || a.key == "" {
		return usageError{errors.New("--cert and --key belong together")}
	}
	pair, err := tls.LoadX509KeyPair(a.cert, a.key)
	if err != nil {
		return usageError{fmt.Errorf("read --cert and --key: %w", err)}
	}
	cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	return nil
}

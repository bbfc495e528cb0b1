package daemon

import (
	"context"
	"crypto/tls"
	"errors"

	"github.com/seed-ff4a8210/parley/server/internal/access"
)

// identities are the files and the issuer by which the server and its callers show who they are.
type identities struct {
	server  *access.Certificate        // nil: both ports speak plain text
	clients *access.ClientCertificates // nil: clients are not asked for a certificate
	issuer  *access.OIDC               // nil: only the server's own tokens are believed
}

// identify reads the files and asks the issuer.
func identify(ctx context.Context, cfg Config) (*identities, error) {
	id := &identities{}
	var err error
	switch {
	case cfg.CertFile == "" && cfg.KeyFile == "":
		if cfg.ClientCAFile != "" {
			return nil, errors.New("client certificates need TLS: give the server a certificate too")
		}
	case cfg.CertFile == "" || cfg.KeyFile == "":
		return nil, errors.New("a certificate needs its key, and a key its certificate")
	default:
		if id.server, err = access.LoadCertificate(cfg.CertFile, cfg.KeyFile, cfg.Log); err != nil {
			return nil, err
		}
	}
	if cfg.ClientCAFile != "" {
		if id.clients, err = access.LoadClientCAs(cfg.ClientCAFile); err != nil {
			return nil, err
		}
	}
	if !cfg.OIDC.IsZero() {
		if id.issuer, err = access.NewOIDC(ctx, cfg.OIDC); err != nil {
			return nil, err
		}
	}
	return id, nil
}

// tls is how a port speaks TLS; both do so alike.
func (id *identities) tls(protocols ...string) *tls.Config {
	return id.clients.Ask(id.server.Config(protocols...))
}

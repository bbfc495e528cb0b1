package access

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificate is a certificate and its key in PEM files, which may be replaced while the server runs: who connects after that
// meets the new one, and connections that are open stay so. It is safe for concurrent use.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	read    [2]time.Time // when the files were last changed, as of the last reading
}

// LoadCertificate reads the files. What is wrong with them later is logged, and the last good certificate kept.
func LoadCertificate(certFile, keyFile string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log}
	if err := c.reload(); err != nil {
		return nil, err
	}
	return c, nil
}

// Config makes a TLS configuration of the certificate: TLS 1.3, or 1.2 for those who know no better.
func (c *Certificate) Config(protocols ...string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: protocols,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return c.newest(), nil
		},
	}
}

// newest gives the certificate that the files hold now.
func (c *Certificate) newest() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if changed, err := c.changed(); err == nil && changed == c.read {
		return c.current
	}
	if err := c.reload(); err != nil {
		c.log.Error("the new certificate cannot be used; the old one stays", "error", err)
	}
	return c.current
}

// changed tells when the files were last written.
func (c *Certificate) changed() (at [2]time.Time, err error) {
	for i, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return at, err
		}
		at[i] = info.ModTime()
	}
	return at, nil
}

// reload reads the files. Files that cannot be used are not read again before they change.
func (c *Certificate) reload() error {
	changed, err := c.changed()
	if err != nil {
		return fmt.Errorf("read the certificate: %w", err)
	}
	c.read = changed
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("read the certificate in %s with the key in %s: %w", c.certFile, c.keyFile, err)
	}
	c.current = &pair
	return nil
}

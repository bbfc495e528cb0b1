package access

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// ClientCertificates are the authorities whose certificates name callers.
type ClientCertificates struct{ authorities *x509.CertPool }

// LoadClientCAs reads the certificates of authorities from a PEM file. It is read once: to trust others, start anew.
func LoadClientCAs(file string) (*ClientCertificates, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the authorities of client certificates: %w", err)
	}
	c := &ClientCertificates{x509.NewCertPool()}
	if !c.authorities.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("read the authorities of client certificates: %s holds no certificate in PEM", file)
	}
	return c, nil
}

// Ask makes a server ask its clients for a certificate. Who has none is served; who shows one that is not of these
// authorities, or no longer valid, gets no connection. A nil c asks for none.
func (c *ClientCertificates) Ask(server *tls.Config) *tls.Config {
	if c != nil {
		server.ClientAuth, server.ClientCAs = tls.VerifyClientCertIfGiven, c.authorities
	}
	return server
}

// CertificateName gives the name of the principal whose certificate this is: `cert:` and the URI among its alternative names,
// else the common name of its subject. The certificate must be for clients. Whether its authority is to be trusted has
// been checked before.
func CertificateName(cert *x509.Certificate) (string, error) {
	name := cert.Subject.CommonName
	switch {
	case !slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageClientAuth):
		return "", errors.New("the certificate is not for clients (extended key usage clientAuth)")
	case len(cert.URIs) > 1:
		return "", fmt.Errorf("the certificate has %d URIs: it does not say which of them its owner is", len(cert.URIs))
	case len(cert.URIs) == 1:
		name = cert.URIs[0].String()
	case strings.Contains(name, "://"):
		return "", errors.New("the common name of the certificate would pass for a URI")
	}
	return principalName("cert", name)
}

// byCertificate is who shows a certificate that TLS has verified, as of now: connections may outlast their certificates.
func byCertificate(cert *x509.Certificate, now time.Time) (Principal, error) {
	if now.After(cert.NotAfter) {
		return Principal{}, fault.CredentialsInvalid().Because(errors.New("the certificate of the connection has expired"))
	}
	name, err := CertificateName(cert)
	if err != nil {
		return Principal{}, fault.CredentialsInvalid().Because(brief(err))
	}
	return Principal{Name: name, Expires: cert.NotAfter}, nil
}

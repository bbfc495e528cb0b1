package access

import (
	"context"
	"crypto/x509"
	"strings"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// CertificateKey is the metadata in which the gateway hands on the certificate (DER) that an HTTP client has shown and TLS has
// verified. It means something only on a connection whose AuthInfo is Gateway, and nothing from anybody else.
const CertificateKey = "parley-client-certificate-bin"

// Gateway is the AuthInfo of the connection on which the gateway of this process calls the server: what it says of a
// caller's certificate is believed. No connection from outside may have it.
type Gateway struct{ credentials.CommonAuthInfo }

// AuthType implements credentials.AuthInfo.
func (Gateway) AuthType() string { return "gateway" }

// bearer gives the secret of the authorization header of a call; shown is false if it has none. One that is not a single
// bearer token is refused.
func bearer(ctx context.Context) (secret string, shown bool, err error) {
	values := metadata.ValueFromIncomingContext(ctx, "authorization")
	if len(values) == 0 {
		return "", false, nil
	}
	if len(values) > 1 {
		return "", true, fault.CredentialsInvalid()
	}
	scheme, secret, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", true, fault.CredentialsInvalid()
	}
	return secret, true, nil
}

// clientCertificate gives the verified certificate of who makes a call, over gRPC or through the gateway; nil if there is
// none.
func clientCertificate(ctx context.Context) (*x509.Certificate, error) {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return nil, nil
	}
	switch info := p.AuthInfo.(type) {
	case credentials.TLSInfo:
		if chains := info.State.VerifiedChains; len(chains) > 0 {
			return chains[0][0], nil
		}
	case Gateway:
		if der := metadata.ValueFromIncomingContext(ctx, CertificateKey); len(der) == 1 {
			return x509.ParseCertificate([]byte(der[0]))
		}
	}
	return nil, nil
}

// isJWT tells a JSON Web Token, whose three parts have dots between them, from a token of the server's own, which has none.
func isJWT(secret string) bool { return strings.Count(secret, ".") == 2 }

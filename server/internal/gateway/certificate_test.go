package gateway_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http/httptest"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/access"
)

// The server believes the gateway, so the gateway hands on no certificate but one that TLS has verified.
func TestOnlyVerifiedCertificatesAreHandedOn(t *testing.T) {
	fake, h, _ := serve(t)
	shown, other := &x509.Certificate{Raw: []byte("shown")}, &x509.Certificate{Raw: []byte("authority")}
	chain := [][]*x509.Certificate{{shown, other}}
	for name, c := range map[string]struct {
		state *tls.ConnectionState
		want  []string
	}{
		"plain text":   {nil, nil},
		"none":         {&tls.ConnectionState{}, nil},
		"not verified": {&tls.ConnectionState{PeerCertificates: chain[0]}, nil},
		"verified":     {&tls.ConnectionState{PeerCertificates: chain[0], VerifiedChains: chain}, []string{"shown"}},
	} {
		for _, path := range []string{party, root} {
			req := httptest.NewRequest("GET", path, nil)
			req.TLS = c.state
			for _, prefix := range []string{"", "Grpc-Metadata-", "grpcgateway-"} {
				req.Header.Set(prefix+access.CertificateKey, "Zm9yZ2Vk")
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			if got := fake.md.Get(access.CertificateKey); w.Code != 200 || len(got) != len(c.want) || len(got) == 1 && got[0] != c.want[0] {
				t.Errorf("%s: %d, handed on %q", name, w.Code, got)
			}
		}
	}
}

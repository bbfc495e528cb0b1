package client

import (
	"context"
	"net"
	"net/netip"
	"strings"
)

// bearer sends a token with every call.
type bearer struct {
	token  string
	secure bool
}

// GetRequestMetadata implements credentials.PerRPCCredentials.
func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + b.token}, nil
}

// RequireTransportSecurity implements credentials.PerRPCCredentials.
func (b bearer) RequireTransportSecurity() bool { return b.secure }

// IsLoopback says whether what is sent to addr stays on this machine: `localhost`, an address such as 127.0.0.1 or ::1,
// with or without port, or a Unix socket. Other names are not looked up.
func IsLoopback(addr string) bool {
	for _, scheme := range []string{"unix:", "unix-abstract:"} {
		if strings.HasPrefix(addr, scheme) {
			return true
		}
	}
	if scheme, rest, ok := strings.Cut(addr, ":///"); ok && (scheme == "dns" || scheme == "passthrough") {
		addr = rest
	}
	host := addr
	if h, _, err := net.SplitHostPort(addr); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

package access

import (
	"fmt"
	"net"
)

// RequireLoopback refuses an address that other machines could reach. A name such as localhost must mean loopback
// addresses alone.
func RequireLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%q is no address to listen on: %w", addr, err)
	}
	ips := []string{host}
	if host != "" && net.ParseIP(host) == nil {
		if ips, err = net.LookupHost(host); err != nil {
			return fmt.Errorf("%q is no address to listen on: %w", addr, err)
		}
	}
	for _, ip := range ips {
		if parsed := net.ParseIP(ip); parsed == nil || !parsed.IsLoopback() {
			return fmt.Errorf("will not listen on %q in plain text: others could read the token and all texts on the way; give it a certificate, or use 127.0.0.1 or localhost", addr)
		}
	}
	return nil
}

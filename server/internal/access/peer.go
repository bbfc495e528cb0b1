package access

import (
	"context"
	"net"
	"net/netip"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
)

// The gateway calls the server over a connection within the process. Where its own caller is, it says in metadata, which
// is believed on that connection alone: ForwardPeer is called on the one end, InnerAddr stands at the other.

// peerKey is the metadata key of the address of who called the gateway.
const peerKey = "parley-peer"

// InnerAddr is the remote address of the connection that the gateway makes within this process.
type InnerAddr struct{ net.Addr }

type peerContextKey struct{}

// WithPeer returns a context that knows where a caller of the gateway is.
func WithPeer(ctx context.Context, remote net.Addr) context.Context {
	return context.WithValue(ctx, peerContextKey{}, ipOf(remote))
}

// ForwardPeer puts what WithPeer knows into the metadata of a call that leaves over the inner connection, in place of
// anything that stands there under that key.
func ForwardPeer(ctx context.Context) context.Context {
	md, _ := metadata.FromOutgoingContext(ctx)
	delete(md, peerKey) // md is a copy
	if ip, ok := ctx.Value(peerContextKey{}).(netip.Addr); ok && ip.IsValid() {
		if md == nil {
			md = metadata.MD{}
		}
		md.Set(peerKey, ip.String())
	}
	return metadata.NewOutgoingContext(ctx, md)
}

// Peer tells where the caller of an incoming gRPC call is; the zero Addr for this very process.
func Peer(ctx context.Context) netip.Addr {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return netip.Addr{}
	}
	if _, inner := p.Addr.(InnerAddr); !inner {
		return ipOf(p.Addr)
	}
	values := metadata.ValueFromIncomingContext(ctx, peerKey)
	if len(values) != 1 {
		return netip.Addr{}
	}
	ip, _ := netip.ParseAddr(values[0]) // the zero Addr if it cannot be read, which no gateway of ours writes
	return ip
}

// ipOf gives the address of a TCP connection without its port, and without a zone, which says nothing of the caller.
func ipOf(a net.Addr) netip.Addr {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap().WithZone("")
}

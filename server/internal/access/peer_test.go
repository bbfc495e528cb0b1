package access_test

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/seed-ff4a8210/parley/server/internal/access"
)

// incoming is the context of a call that comes from an address with metadata.
func incoming(from net.Addr, md metadata.MD) context.Context {
	return metadata.NewIncomingContext(peer.NewContext(context.Background(), &peer.Peer{Addr: from}), md)
}

func tcp(ip string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 5, Zone: ""} }

// Only the connection within the process is believed what it says of where callers are.
func TestPeer(t *testing.T) {
	inner := access.InnerAddr{Addr: &net.UnixAddr{}}
	for name, c := range map[string]struct {
		from net.Addr
		md   metadata.MD
		want string
	}{
		"from outside":               {tcp("192.0.2.1"), nil, "192.0.2.1"},
		"IPv6":                       {tcp("2001:db8::1"), nil, "2001:db8::1"},
		"IPv4 in IPv6":               {tcp("::ffff:192.0.2.1"), nil, "192.0.2.1"},
		"from outside, with the key": {tcp("192.0.2.1"), metadata.Pairs("parley-peer", "192.0.2.9"), "192.0.2.1"},
		"by the gateway":             {inner, metadata.Pairs("parley-peer", "192.0.2.9"), "192.0.2.9"},
		"within the process":         {inner, nil, "invalid IP"},
		"said twice":                 {inner, metadata.Pairs("parley-peer", "192.0.2.9", "parley-peer", "192.0.2.8"), "invalid IP"},
		"no address":                 {inner, metadata.Pairs("parley-peer", "nowhere"), "invalid IP"},
		"no TCP":                     {&net.UnixAddr{}, metadata.Pairs("parley-peer", "192.0.2.9"), "invalid IP"},
	} {
		if got := access.Peer(incoming(c.from, c.md)).String(); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := access.Peer(context.Background()); got.IsValid() {
		t.Error(got)
	}
}

// What the gateway forwards is where its own caller is, whatever stands in the metadata already.
func TestForwardPeer(t *testing.T) {
	forged := metadata.AppendToOutgoingContext(context.Background(), "parley-peer", "192.0.2.9", "parley-peer", "x", "other", "stays")
	for _, c := range []struct {
		ctx  context.Context
		want string
	}{
		{access.WithPeer(context.Background(), tcp("192.0.2.1")), "192.0.2.1"},
		{access.WithPeer(forged, tcp("192.0.2.1")), "192.0.2.1"},
		{forged, "invalid IP"},
		{access.WithPeer(forged, &net.UnixAddr{}), "invalid IP"},
	} {
		md, _ := metadata.FromOutgoingContext(access.ForwardPeer(c.ctx))
		if got := access.Peer(incoming(access.InnerAddr{Addr: &net.UnixAddr{}}, md)).String(); got != c.want {
			t.Errorf("%v arrives as %s", md, got)
		}
		if old, ok := metadata.FromOutgoingContext(c.ctx); ok && (len(md.Get("other")) != 1 || len(old.Get("parley-peer")) != 2) {
			t.Errorf("%v became %v", old, md)
		}
	}
}

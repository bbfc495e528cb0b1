package daemon

import (
	"net"
	"testing"
)

func TestConnectionsAreCountedByAddress(t *testing.T) {
	c := newConnections(2, 3)
	at := func(ip string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 1} }
	for i, step := range []struct {
		ip string
		ok bool
	}{
		{"192.0.2.1", true},
		{"192.0.2.1", true},
		{"192.0.2.1", false},
		{"::ffff:192.0.2.1", false},
		{"192.0.2.2", true},
		{"2001:db8::1", true},
		{"2001:db8::2", true},
		{"2001:db8::3", false},
		{"2001:db8:0:1::1", true},
		{"127.0.0.1", true},
		{"127.0.0.2", true},
		{"::1", true},
		{"127.0.0.1", false},
	} {
		if _, ok := c.take(at(step.ip)); ok != step.ok {
			t.Errorf("step %d: %s has %v", i, step.ip, ok)
		}
	}
	from, ok := c.take(at("192.0.2.2"))
	if !ok {
		t.Fatal("a second connection is refused")
	}
	c.giveBack(from)
	c.giveBack(from)
	if _, open := c.open[from]; open {
		t.Error("an address without connections is remembered")
	}
}

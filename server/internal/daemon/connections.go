package daemon

import (
	"net"
	"net/netip"
	"sync"

	"github.com/seed-ff4a8210/parley/server/internal/quota"
)

// connections counts the open ones by address, so that none takes all that the operating system allows the process. It
// remembers an address for as long as it is connected.
type connections struct {
	most, mostLocal int // of an address, and of this machine

	mu   sync.Mutex
	open map[netip.Addr]int
}

func newConnections(most, mostLocal int) *connections {
	return &connections{most: most, mostLocal: mostLocal, open: map[netip.Addr]int{}}
}

// take counts one more connection from an address, if it may have it. All of this machine count as one.
func (c *connections) take(remote net.Addr) (from netip.Addr, ok bool) {
	most := c.mostLocal
	if tcp, isTCP := remote.(*net.TCPAddr); isTCP && !tcp.IP.IsLoopback() {
		from, most = quota.Block(tcp.AddrPort().Addr()), c.most
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[from] >= most {
		return from, false
	}
	c.open[from]++
	return from, true
}

func (c *connections) giveBack(from netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[from]--; c.open[from] == 0 {
		delete(c.open, from)
	}
}

// countedListener closes at once what comes from an address that has too many connections.
type countedListener struct {
	net.Listener
	counts *connections
}

// Accept waits for a connection that may be.
func (l countedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if from, ok := l.counts.take(c.RemoteAddr()); ok {
			return &countedConn{Conn: c, giveBack: sync.OnceFunc(func() { l.counts.giveBack(from) })}, nil
		}
		_ = c.Close()
	}
}

// countedConn is a connection that counts until it is closed.
type countedConn struct {
	net.Conn
	giveBack func()
}

// Close closes the connection, and may be called again.
func (c *countedConn) Close() error {
	c.giveBack()
	return c.Conn.Close()
}

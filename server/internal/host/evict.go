package host

import (
	"errors"
	"time"
)

// A negotiation that nobody asks for goes out of memory after a while, and comes back with the next call. Its state is a
// fold of the log, so nothing is lost; what must not happen is that two of the same name take writes or tell watchers.
// Therefore one with writes waiting or with watchers stays, and one that has gone takes no more.

// idleAfter is how long a negotiation stays in memory after it was last asked for.
const idleAfter = 15 * time.Minute

// errEvicted tells a writer to find the negotiation anew.
var errEvicted = errors.New("the negotiation has gone out of memory")

// sweep evicts idle negotiations until the host closes.
func (h *Host) sweep() {
	tick := time.NewTicker(idleAfter / 4)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.EvictIdle(idleAfter)
		case <-h.closing:
			return
		}
	}
}

// EvictIdle drops from memory every negotiation that was last asked for at least `idle` ago, and that nobody writes to or
// watches. It says how many.
func (h *Host) EvictIdle(idle time.Duration) (evicted int) {
	before := h.clock().Add(-idle).UnixNano()
	for _, each := range h.running.Range {
		if n := each.(*negotiation); n.used.Load() <= before && n.leave() {
			h.running.CompareAndDelete(n.log, n)
			evicted++
		}
	}
	return evicted
}

// touch notes that somebody asked for the negotiation.
func (n *negotiation) touch() *negotiation {
	n.used.Store(n.host.clock().UnixNano())
	return n
}

// leave makes a negotiation that nothing goes on in refuse writes and watchers from now on.
func (n *negotiation) leave() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.evicted = n.evicted || !n.going && len(n.queue) == 0 && n.watchers == 0
	return n.evicted
}

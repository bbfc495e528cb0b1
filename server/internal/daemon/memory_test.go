package daemon

import "testing"

func TestHeadroomIsMuchOfLittleAndLittleOfMuch(t *testing.T) {
	for _, c := range []struct {
		inUse       uint64
		quiet, busy int
	}{
		{0, 1500, 1500},
		{3 << 20, 1500, 1500},
		{16 << 20, 300, 900},
		{32 << 20, 100, 400},
		{64 << 20, 50, 150},
		{128 << 20, 25, 25},
		{256 << 20, 12, 12},
		{4 << 30, 8, 8},
	} {
		if quiet, busy := headroom(c.inUse, false), headroom(c.inUse, true); quiet != c.quiet || busy != c.busy {
			t.Errorf("with %d bytes in use: %d %%, busy %d %%; want %d %%, %d %%", c.inUse, quiet, busy, c.quiet, c.busy)
		}
	}
}

// A server is busy from the second collection between two checks on, and comes to rest, once, when there has been none for a while.
func TestAServerComesToRest(t *testing.T) {
	var l load
	all := uint64(0)
	checks := func(n int, collections uint64, busy bool, rests int) {
		t.Helper()
		for range n {
			if all += collections; l.see(all) {
				rests--
			}
		}
		if rests != 0 || l.busy != busy {
			t.Errorf("after %d checks with %d collections: busy %v, came to rest %d times less than it should", n, collections, l.busy, rests)
		}
	}
	checks(100, 1, false, 0)
	checks(1, 2, true, 0)
	checks(100, 1, true, 0) // it may collect seldom because it is busy
	checks(restAfter-1, 0, true, 0)
	checks(1, 1, true, 0)
	checks(restAfter-1, 0, true, 0)
	checks(1, 0, false, 1)
	checks(2*restAfter, 0, false, 0)
	checks(1, 7, true, 0)
}

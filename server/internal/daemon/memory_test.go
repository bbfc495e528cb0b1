package daemon

import "testing"

func TestHeadroomIsMuchOfLittleAndLittleOfMuch(t *testing.T) {
	for _, c := range []struct {
		inUse       uint64
		quiet, busy int
	}{
		{0, 1500, 1500},
		{3 << 20, 1500, 1500},
		{16 << 20, 300, 1100},
		{32 << 20, 100, 500},
		{64 << 20, 50, 200},
		{128 << 20, 25, 50},
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
	for i, step := range []struct {
		collections uint64
		busy, rests bool
	}{
		{1, false, false},
		{1, false, false},
		{0, false, false},
		{2, true, false},
		{1, true, false},
		{0, true, false},
		{0, true, false},
		{1, true, false},
		{0, true, false},
		{0, true, false},
		{0, false, true},
		{0, false, false},
		{1, false, false},
		{7, true, false},
	} {
		all += step.collections
		if rests := l.see(all); rests != step.rests || l.busy != step.busy {
			t.Errorf("check %d: busy %v, rests %v", i, l.busy, rests)
		}
	}
}

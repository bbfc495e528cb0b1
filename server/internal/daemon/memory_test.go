package daemon

import "testing"

func TestHeadroomIsMuchOfLittleAndLittleOfMuch(t *testing.T) {
	for inUse, want := range map[uint64]int{0: 1000, 4 << 20: 1000, 32 << 20: 200, 64 << 20: 100, 128 << 20: 50, 320 << 20: 20, 4 << 30: 15} {
		if got := headroom(inUse); got != want {
			t.Errorf("with %d bytes in use: %d %%, want %d %%", inUse, got, want)
		}
	}
}

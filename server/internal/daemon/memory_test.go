package daemon

import "testing"

func TestHeadroomIsMuchOfLittleAndLittleOfMuch(t *testing.T) {
	for inUse, want := range map[uint64]int{0: 1500, 8 << 20: 1500, 16 << 20: 700, 64 << 20: 100, 96 << 20: 33, 128 << 20: 25, 320 << 20: 10, 4 << 30: 8} {
		if got := headroom(inUse); got != want {
			t.Errorf("with %d bytes in use: %d %%, want %d %%", inUse, got, want)
		}
	}
}

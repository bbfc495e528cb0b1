package daemon

import "testing"

func TestHeadroomIsMuchOfLittleAndLittleOfMuch(t *testing.T) {
	for inUse, want := range map[uint64]int{0: 1500, 3 << 20: 1500, 8 << 20: 700, 16 << 20: 300, 32 << 20: 100, 64 << 20: 50, 128 << 20: 25, 192 << 20: 33, 256 << 20: 12, 320 << 20: 10, 4 << 30: 8} {
		if got := headroom(inUse); got != want {
			t.Errorf("with %d bytes in use: %d %%, want %d %%", inUse, got, want)
		}
	}
}

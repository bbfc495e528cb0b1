package record

import "strings"

// Ranks order siblings by their bytes. Points put one after the other get counting ranks, whose first letter says how
// many digits follow ("a1" … "aZ", "b00" … "bZZ", "c000" …), so that n points have ranks of O(log n) bytes. In the middle
// of others they count behind the rank that they follow ("a3", "a3a1", "a3a2" …). Only where a point is put directly
// before one of those, its rank is half way between, read as fractions.
const (
	maxRank   = 64 // bytes; longer ones are avoided by giving all siblings new ones
	lowDigit  = '0'
	highDigit = 'z'
	firstRank = "a1"
	digits    = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" // of counts; their letters are lower case
)

// rankBetween gives a rank strictly between two; an empty one stands for the open end.
func rankBetween(low, high string) string {
	fits := func(r string) bool { return r != "" && (high == "" || r < high) }
	if low == "" && high == "" {
		return firstRank
	}
	if low != "" {
		if r := nextOfLast(low); fits(r) {
			return r
		}
		if r := low + firstRank; fits(r) {
			return r
		}
	}
	return middle(low, high)
}

// nextOfLast counts on where a rank ends in a counting part; empty if it does not.
func nextOfLast(low string) string {
	for n := 1; n < len(low); n++ { // n digits behind the letter that says so
		at := len(low) - n - 1
		if low[at] == 'a'+byte(n-1) && strings.Trim(low[at+1:], digits) == "" {
			return low[:at] + nextCount(low[at:])
		}
	}
	return ""
}

// nextCount gives the counting rank after another.
func nextCount(low string) string {
	b := []byte(low)
	for i := len(b) - 1; i > 0; i-- {
		d := digitAfter(b[i])
		if d != 0 {
			b[i] = d
			return string(b)
		}
		b[i] = lowDigit
	}
	if b[0] == 'z' {
		return middle(low, "")
	}
	return string(append([]byte{b[0] + 1, lowDigit}, b[1:]...))
}

// digitAfter gives the next digit, or 0 after the last.
func digitAfter(c byte) byte {
	for i := range len(digits) {
		if digits[i] > c {
			return digits[i]
		}
	}
	return 0
}

// middle gives a string between low and high in the order of bytes. It never ends in the lowest digit, so that there is
// always room below it.
func middle(low, high string) string {
	var out []byte
	for i := 0; ; i++ {
		l, h := byte(lowDigit), byte(highDigit+1)
		if i < len(low) {
			l = low[i]
		}
		if i < len(high) {
			h = high[i]
		}
		switch {
		case h-l > 1:
			return string(append(out, l+(h-l)/2))
		case l == h:
			out = append(out, l)
		default: // neighbours: stay with the lower one, and go up behind it
			out = append(out, l)
			if i+1 < len(low) {
				return string(out) + middle(low[i+1:], "")
			}
			return string(out) + middle("", "")
		}
	}
}

package record

// Ranks order siblings by their bytes. Points appended one after the other get counting ranks, whose first letter says
// how many digits follow ("a1" … "az", "b00" … "bzz", "c000" …), so that n points have ranks of O(log n) bytes. A point
// put between two others gets a rank half way between theirs, read as fractions.
const (
	lowDigit  = '0'
	highDigit = 'z'
	firstRank = "a1"
	digits    = "0123456789abcdefghijklmnopqrstuvwxyz"
)

// rankBetween gives a rank strictly between two; an empty one stands for the open end.
func rankBetween(low, high string) string {
	switch {
	case high != "":
		return middle(low, high)
	case low == "" || low[0] < 'a':
		return firstRank
	}
	return nextCount(low)
}

// nextCount gives the next counting rank above low, whatever stands behind the counting part of low.
func nextCount(low string) string {
	n := int(low[0]-'a') + 1
	if len(low) < n+1 {
		return middle(low, "")
	}
	b := []byte(low[:n+1])
	for i := n; i > 0; i-- {
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

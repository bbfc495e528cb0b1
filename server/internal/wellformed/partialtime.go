package wellformed

import (
	"errors"
	"fmt"
	"strings"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Years that a partial time may name. Wider than any negotiation on record, and narrow enough that a slip of the
// keyboard or a database's idea of "never" (2998-12-31) is refused.
const (
	minYear = 1000
	maxYear = 2199
)

// Resolve gives the first moment that pt covers and the first moment after it, both nil if pt is nil or its value is
// empty. For an RFC 3339 time the two are equal.
func Resolve(pt *parleyv1.PartialTime) (start, end *timestamppb.Timestamp, err error) {
	if pt.GetValue() == "" {
		return nil, nil, nil
	}
	s, e, err := ParsePartialTime(pt.GetValue())
	if err != nil {
		return nil, nil, err
	}
	return timestamppb.New(s), timestamppb.New(e), nil
}

// ParsePartialTime reads `2025`, `2025-11`, `2025-11-24`, an RFC 3339 time, or two of these joined by a slash, and
// gives the first moment that it covers and the first moment after. A span covers both its ends. The error says what is
// wrong in words for the caller.
func ParsePartialTime(value string) (start, end time.Time, err error) {
	first, last, span := strings.Cut(value, "/")
	if start, end, err = parseOne(first); err != nil || !span {
		return start, end, err
	}
	lastStart, lastEnd, err := parseOne(last)
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	if start.After(lastEnd) || start.Equal(lastEnd) && lastEnd.After(lastStart) {
		return time.Time{}, time.Time{}, fmt.Errorf("the span %q ends before it begins", value)
	}
	return start, lastEnd, nil
}

var errShape = errors.New("must be a year, a month, a day or an RFC 3339 time such as 2025, 2025-11, 2025-11-24 or 2025-11-24T18:30:00Z, or two of these joined by /")

// parseOne reads one end of a span. time.Parse alone is too kind: it takes one-digit hours and commas.
func parseOne(s string) (start, end time.Time, err error) {
	var layout string
	switch {
	case hasShape(s, "dddd"):
		layout = "2006"
	case hasShape(s, "dddd-dd"):
		layout = "2006-01"
	case hasShape(s, "dddd-dd-dd"):
		layout = time.DateOnly
	case isRFC3339(s):
		layout = time.RFC3339
	default:
		return start, end, errShape
	}
	if y := s[:4]; y < fmt.Sprint(minYear) || y > fmt.Sprint(maxYear) {
		return start, end, fmt.Errorf("the year %s is not between %d and %d", y, minYear, maxYear)
	}
	if start, err = time.Parse(layout, s); err != nil {
		return time.Time{}, time.Time{}, fmt.Errorf("%q is not in the calendar", s)
	}
	start = start.UTC()
	switch layout {
	case "2006":
		return start, start.AddDate(1, 0, 0), nil
	case "2006-01":
		return start, start.AddDate(0, 1, 0), nil
	case time.DateOnly:
		return start, start.AddDate(0, 0, 1), nil
	}
	return start, start, nil
}

// hasShape compares s with a picture in which d stands for a digit.
func hasShape(s, picture string) bool {
	if len(s) != len(picture) {
		return false
	}
	for i := range len(s) {
		if picture[i] == 'd' {
			if s[i] < '0' || s[i] > '9' {
				return false
			}
		} else if s[i] != picture[i] {
			return false
		}
	}
	return true
}

// isRFC3339 says whether s has the shape of an RFC 3339 time with at most nanoseconds.
func isRFC3339(s string) bool {
	const whole = "dddd-dd-ddTdd:dd:dd"
	if len(s) <= len(whole) || !hasShape(s[:len(whole)], whole) {
		return false
	}
	rest := s[len(whole):]
	if rest[0] == '.' {
		n := 1
		for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		if n == 1 || n > 10 {
			return false
		}
		rest = rest[n:]
	}
	if hasShape(rest, "+dd:dd") || hasShape(rest, "-dd:dd") {
		return rest[1:3] < "24" && rest[4:6] < "60"
	}
	return rest == "Z"
}

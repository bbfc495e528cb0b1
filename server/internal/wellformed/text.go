package wellformed

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// What every string must keep to:
//
//   - It is valid UTF-8.
//   - It has no character that hides or reorders what a reader sees, since a record of who accepted which words is
//     worth nothing if two readers of the same bytes see different words: the control characters C0 and C1 but line
//     feed and tab, DEL, the line and paragraph separators U+2028 and U+2029, and the bidirectional embeddings,
//     overrides and isolates U+202A..U+202E and U+2066..U+2069. The marks LRM, RLM and ALM, joiners and all letters
//     are fine, so that Arabic, Hebrew or Persian text can be written; line ends are U+000A alone.
//   - It has line feeds only where the schema calls for prose: where it allows more than 1,000 characters.
//   - It has no run of more than 10,000 characters without white space: that is no word of any language.
const (
	maxWord   = 10_000
	proseOver = 1_000
)

// Names of the rules that are not protovalidate's own.
const (
	ruleRequired     = "required"
	ruleBlank        = "blank"
	ruleResourceName = "resource_name"
	ruleUTF8         = "utf8"
	ruleControl      = "control_character"
	ruleSingleLine   = "single_line"
	ruleWord         = "word_too_long"
	rulePartialTime  = "partial_time"
	ruleTimestamp    = "timestamp"
	ruleBatchItem    = "batch_item"
	ruleBatchParent  = "batch_parent"
)

// breach is one broken rule, without its place.
type breach struct{ rule, message string }

// checkText reports each rule of text that s breaks, once.
func checkText(s string, prose bool) []breach {
	if plain(s) {
		return nil
	}
	if !utf8.ValidString(s) {
		return []breach{{ruleUTF8, fmt.Sprintf("is not valid UTF-8 at byte %d", firstInvalid(s))}}
	}
	var out []breach
	var control, line, long bool
	word, at := 0, 0
	for _, r := range s {
		at++
		if r == '\n' && !prose && !line {
			line = true
			out = append(out, breach{ruleSingleLine, fmt.Sprintf("must be one line; character %d is a line break", at)})
		}
		if !control && forbidden(r) {
			control = true
			out = append(out, breach{ruleControl, controlMessage(r, at)})
		}
		if unicode.IsSpace(r) {
			word = 0
		} else if word++; word > maxWord && !long {
			long = true
			out = append(out, breach{ruleWord, fmt.Sprintf("has more than %d characters without a space before character %d", maxWord, at)})
		}
	}
	return out
}

func controlMessage(r rune, at int) string {
	if r == '\r' {
		return fmt.Sprintf("holds a carriage return (U+000D) at character %d; end lines with U+000A alone", at)
	}
	return fmt.Sprintf("holds the control character U+%04X at character %d", r, at)
}

// plain is the fast path: short printable ASCII breaks no rule.
func plain(s string) bool {
	if len(s) > maxWord {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c >= 0x7F {
			return false
		}
	}
	return true
}

// forbidden says whether r may stand in no string. Line feed and tab may, though not everywhere.
func forbidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20, r >= 0x7F && r <= 0x9F:
		return true
	case r == 0x2028 || r == 0x2029:
		return true
	}
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

func firstInvalid(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n <= 1 {
				return i
			}
		}
	}
	return len(s)
}

package redline

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
)

// tokens is a text cut into the pieces that a comparison keeps whole: words and marks, and blank lines, which part
// paragraphs. Other white space is not compared: it lies between the tokens and is looked at when spans are made, so
// that the blank between two words is never taken for something that two texts have in common.
type tokens struct {
	text  string
	ids   []int32 // which words they are: the same number is the same bytes
	start []int32 // where they begin in text, in bytes
	end   []int32 // where they end
}

func (t *tokens) len() int { return len(t.ids) }

// before gives the white space between token i and the one before it, or the beginning of the text. For i = len() it is
// what follows the last token.
func (t *tokens) before(i int) string {
	from, to := 0, len(t.text)
	if i > 0 {
		from = int(t.end[i-1])
	}
	if i < t.len() {
		to = int(t.start[i])
	}
	return t.text[from:to]
}

// vocabulary numbers the words of the texts that are compared with each other.
type vocabulary struct {
	numbers map[string]int32
	weights []int32 // by number: letters of a word, 0 for a mark, blankLine
}

// blankLine is the weight of white space that ends a paragraph.
const blankLine = -1

func (v *vocabulary) number(word string) int32 {
	n, known := v.numbers[word]
	if !known {
		n = int32(len(v.weights))
		v.numbers[word] = n
		v.weights = append(v.weights, weigh(word))
	}
	return n
}

// weigh counts what a reader sees of a word.
func weigh(word string) int32 {
	if isSpace(word) {
		return blankLine
	}
	for _, r := range word {
		if !unicode.IsPunct(r) {
			return int32(utf8.RuneCountInString(word))
		}
	}
	return 0
}

// cut divides a text into t, at the word boundaries of UAX #29.
func (v *vocabulary) cut(t *tokens, text string) {
	if v.numbers == nil {
		v.numbers = make(map[string]int32, min(len(text)/8, 1<<10))
	}
	size := len(text)/4 + 4 // of a short word and its blank
	t.text, t.ids, t.start, t.end = text, slices.Grow(t.ids[:0], size), slices.Grow(t.start[:0], size), slices.Grow(t.end[:0], size)
	lines, from, to := 0, 0, 0 // line breaks in the white space since the last token, and where they are
	for w := words.FromString(text); w.Next(); {
		switch {
		case isLineBreak(w.Value()):
			if lines++; lines == 1 {
				from = w.Start()
			}
			to = w.End()
		case !isSpace(w.Value()):
			if lines > 1 {
				t.add(v, from, to)
			}
			t.add(v, w.Start(), w.End())
			lines = 0
		}
	}
	if lines > 1 {
		t.add(v, from, to)
	}
}

func (t *tokens) add(v *vocabulary, start, end int) {
	t.ids = append(t.ids, v.number(t.text[start:end]))
	t.start, t.end = append(t.start, int32(start)), append(t.end, int32(end))
}

func isSpace(s string) bool {
	if s[0] > ' ' && s[0] < utf8.RuneSelf {
		return false
	}
	return strings.TrimSpace(s) == ""
}

func isLineBreak(s string) bool {
	switch s {
	case "\n", "\r\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029":
		return true
	}
	return false
}

package show

import (
	"strings"
	"unicode"
	"unicode/utf8"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// context is how many words of unchanged text are kept on each side of a change.
const context = 10

// spans writes a compared text in one line: what was taken out and what was put in are marked, and long runs of what
// stayed are cut unless all is wanted.
func (p Page) spans(spans []*parleyv1.Span, all bool) string {
	var b strings.Builder
	for i, s := range spans {
		switch s.GetOp() {
		case parleyv1.Span_OP_DELETE:
			b.WriteString(p.marked(s.GetText(), "[-", "-]", func(t string) string { return p.style(gone, t) }))
			if i+1 < len(spans) && touching(s, spans[i+1]) {
				b.WriteByte(' ') // so that old and new words do not run together
			}
		case parleyv1.Span_OP_INSERT:
			b.WriteString(p.marked(s.GetText(), "{+", "+}", func(t string) string { return p.style(fresh, t) }))
		default:
			b.WriteString(cutEqual(s.GetText(), i > 0, i < len(spans)-1, all))
		}
	}
	return b.String()
}

// touching tells whether words that came stand right behind words that went, without a blank or a sign between them.
func touching(gone, fresh *parleyv1.Span) bool {
	first, _ := utf8.DecodeRuneInString(fresh.GetText())
	last, _ := utf8.DecodeLastRuneInString(gone.GetText())
	return fresh.GetOp() == parleyv1.Span_OP_INSERT && !unicode.IsSpace(last) && !unicode.IsSpace(first) && !unicode.IsPunct(first)
}

// marked puts the blanks at the ends of a change outside its marks, so that these stick to words.
func (p Page) marked(text, open, shut string, paint func(string) string) string {
	core := strings.TrimSpace(text)
	if core == "" {
		return text
	}
	start := strings.Index(text, core)
	if !p.Color {
		core = open + core + shut
	} else {
		core = paint(core)
	}
	return text[:start] + core + text[start+len(strings.TrimSpace(text)):]
}

// cutEqual shortens a run that stayed to the words next to changes before and after it.
func cutEqual(text string, before, after, all bool) string {
	words := strings.Fields(text)
	keep := 0
	if before {
		keep += context
	}
	if after {
		keep += context
	}
	if all || len(words) <= keep+5 {
		return text
	}
	switch {
	case !before && !after:
		return "…"
	case !before:
		return "… " + lastWords(text, context)
	case !after:
		return firstWords(text, context) + " …"
	}
	return firstWords(text, context) + " … " + lastWords(text, context)
}

// firstWords gives the text up to the end of its nth word.
func firstWords(text string, n int) string {
	inWord := false
	for i, r := range text {
		space := strings.ContainsRune(" \t\n", r)
		if inWord && space {
			if n--; n == 0 {
				return text[:i]
			}
		}
		inWord = !space
	}
	return text
}

// lastWords gives the text from the beginning of its nth word from the end.
func lastWords(text string, n int) string {
	words := strings.Fields(text)
	rest := text
	for range len(words) - n {
		rest = strings.TrimLeft(rest, " \t\n")
		rest = rest[strings.IndexAny(rest, " \t\n"):]
	}
	return strings.TrimLeft(rest, " \t\n")
}

// shorten cuts a text that is all new or all gone to its first words.
func shorten(text string, all bool) string {
	const most = 60
	if n := len(strings.Fields(text)); !all && n > most+10 {
		return firstWords(text, most) + " … (" + itoa(n-most) + " more words)"
	}
	return text
}

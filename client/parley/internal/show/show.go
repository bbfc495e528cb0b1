// Package show writes what the server answers for people to read: in a given width, in plain text or with colours. All
// of it is pure; nothing asks the terminal or the server.
package show

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Page says how wide a page is and whether it has colours. Without them, marks take their place.
type Page struct {
	Width int // columns
	Color bool
}

// MinWidth is the narrowest page that is written to; narrower ones are taken for it.
const MinWidth = 40

func (p Page) width() int { return max(p.Width, MinWidth) }

// style is a way to print, which is not to print it in any way on a page without colours.
func (p Page) style(s ansi.Style, text string) string {
	if !p.Color || text == "" {
		return text
	}
	// Not Render: it writes underlined and struck text sign by sign, each with codes of its own.
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = s.Styled(line)
		}
	}
	return strings.Join(lines, "\n")
}

var (
	bold   = ansi.Style{}.Bold()
	faint  = ansi.Style{}.Faint()
	red    = ansi.Style{}.ForegroundColor(ansi.Red)
	green  = ansi.Style{}.ForegroundColor(ansi.Green)
	yellow = ansi.Style{}.ForegroundColor(ansi.Yellow)
	gone   = ansi.Style{}.ForegroundColor(ansi.Red).Strikethrough(true)
	fresh  = ansi.Style{}.ForegroundColor(ansi.Green).Underline(true)
)

// ID gives the last part of a resource name, which is how people call it.
func ID(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// RevisionID gives `plan/revision` for the name of a revision.
func RevisionID(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) < 6 {
		return name
	}
	return parts[3] + "/" + parts[5]
}

// wrap breaks text into lines of at most width columns, each behind the indent. It does not break at hyphens, which would
// tear marks and ids apart: they are something else while it wraps.
func wrap(text string, width int, indent string) string {
	inner := max(width-ansi.StringWidth(indent), 10)
	var b strings.Builder
	for line := range strings.SplitSeq(lipgloss.Wrap(strings.ReplaceAll(text, "-", "\ue0ad"), inner, ""), "\n") {
		if ansi.StringWidth(line) > inner { // blanks that a line begins with are not counted
			line = strings.TrimLeft(line, " \t")
		}
		b.WriteString(strings.TrimRight(indent+strings.ReplaceAll(line, "\ue0ad", "-"), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// wrapItems breaks a list into lines between its items, not within them.
func wrapItems(items []string, sep string, width int, paint func(string) string) string {
	const fixed = "\u00a0"
	whole := make([]string, len(items))
	for i, item := range items {
		whole[i] = strings.ReplaceAll(item, " ", fixed)
	}
	return strings.ReplaceAll(wrap(paint(strings.Join(whole, sep)), width, ""), fixed, " ")
}

// fit cuts text to a width, with an ellipsis where something was cut.
func fit(text string, width int) string { return ansi.Truncate(oneLine(text), width, "…") }

// pad fills text up to a width.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(width-ansi.StringWidth(text), 0))
}

// apart puts two texts at the two ends of a line, and the right one on a line of its own if they do not fit.
func apart(left, right string, width int) string {
	gap := width - ansi.StringWidth(left) - ansi.StringWidth(right)
	if gap < 1 {
		return left + "\n" + strings.Repeat(" ", max(width-ansi.StringWidth(right), 0)) + right
	}
	return left + strings.Repeat(" ", gap) + right
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// lower turns the name of an enum's value into words: KIND_MOVED_ELSEWHERE into "moved elsewhere".
func lower(name, prefix string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, prefix), "_", " "))
}

// plural counts things: "1 point", "28 points".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return itoa(n) + " " + many
}

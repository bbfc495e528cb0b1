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
func (p Page) style(s lipgloss.Style, text string) string {
	if !p.Color || text == "" {
		return text
	}
	return s.Render(text)
}

var (
	bold   = lipgloss.NewStyle().Bold(true)
	faint  = lipgloss.NewStyle().Faint(true)
	red    = lipgloss.NewStyle().Foreground(lipgloss.Red)
	green  = lipgloss.NewStyle().Foreground(lipgloss.Green)
	yellow = lipgloss.NewStyle().Foreground(lipgloss.Yellow)
	gone   = lipgloss.NewStyle().Foreground(lipgloss.Red).Strikethrough(true)
	fresh  = lipgloss.NewStyle().Foreground(lipgloss.Green).Underline(true)
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
		b.WriteString(strings.TrimRight(indent+strings.ReplaceAll(line, "\ue0ad", "-"), " "))
		b.WriteByte('\n')
	}
	return b.String()
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

package show

import (
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Table writes rows under headings, wrapped into the width of the page.
func (p Page) Table(headings []string, rows [][]string) string {
	if len(rows) == 0 {
		return p.style(faint, "none") + "\n"
	}
	last := len(headings) - 1
	widths, used := make([]int, len(headings)), 0
	for col := range last {
		for _, row := range append([][]string{headings}, rows...) {
			widths[col] = max(widths[col], min(lipgloss.Width(row[col]), 34)+2)
		}
		used += widths[col]
	}
	widths[last] = max(p.width()-used, 20)
	t := table.New().Border(lipgloss.NormalBorder()).
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).BorderColumn(false).BorderHeader(false).
		Headers(headings...).Rows(rows...).
		StyleFunc(func(row, col int) lipgloss.Style {
			s := lipgloss.NewStyle().Width(widths[col])
			if col < last {
				s = s.PaddingRight(2)
			}
			return s.Bold(row == table.HeaderRow && p.Color)
		})
	return trimLines(t.String())
}

// trimLines takes the blanks off the ends of lines.
func trimLines(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		b.WriteString(strings.TrimRight(line, " "))
		b.WriteByte('\n')
	}
	return b.String()
}

package show

import (
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
)

func itoa(n int) string { return strconv.Itoa(n) }

// What a column may be narrowed to where there is too little room: the last one holds what people read, the others
// mostly ids.
const (
	leastCell = 10 // wrap does with no less
	leastLast = 24 // for which words in the others are broken
	goodLast  = 34 // for which the others are wrapped
)

// Table writes rows under headings, wrapped into the width of the page.
func (p Page) Table(headings []string, rows [][]string) string {
	if len(rows) == 0 {
		return p.style(faint, "none") + "\n"
	}
	widths := p.columns(headings, rows)
	wrapped := make([][]string, len(rows))
	for i, row := range rows {
		for col, text := range row {
			wrapped[i] = append(wrapped[i], strings.TrimRight(wrap(text, widths[col], ""), "\n"))
		}
	}
	t := table.New().Border(lipgloss.NormalBorder()).
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).BorderColumn(false).BorderHeader(false).
		Headers(headings...).Rows(wrapped...).
		StyleFunc(func(row, col int) lipgloss.Style {
			return lipgloss.NewStyle().Width(widths[col] + 2).PaddingRight(2).Bold(row == table.HeaderRow && p.Color)
		})
	return trimLines(t.String())
}

// columns works out how wide the cells of each column are. The last gets what the others leave; where that is too little,
// they give way, the widest first, and as long as possible so that no word is broken.
func (p Page) columns(headings []string, rows [][]string) []int {
	widths, words := make([]int, len(headings)), make([]int, len(headings))
	for _, row := range append([][]string{headings}, rows...) {
		for col, text := range row {
			widths[col] = max(widths[col], lipgloss.Width(text))
			indent := lipgloss.Width(text) - lipgloss.Width(strings.TrimLeft(text, " "))
			for word := range strings.FieldsSeq(text) {
				words[col] = max(words[col], indent+lipgloss.Width(word))
			}
		}
	}
	last := len(widths) - 1
	left := p.width()
	for _, w := range widths[:last] {
		left -= w + 2
	}
	for _, step := range []struct {
		least int
		floor []int
	}{{max(goodLast, words[last]), words[:last]}, {max(leastLast, words[last]), slices.Repeat([]int{leastCell}, last)}} {
		for left < min(widths[last], step.least, p.width()/2) {
			widest := -1
			for col, w := range widths[:last] {
				if w > step.floor[col] && (widest < 0 || w > widths[widest]) {
					widest = col
				}
			}
			if widest < 0 {
				break
			}
			widths[widest]--
			left++
		}
	}
	widths[last] = max(min(left, widths[last]), leastCell)
	return widths
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

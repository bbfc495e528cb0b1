package document

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
)

// commaSeparated writes a grid as CSV. Spreadsheets take it for UTF-8 by the mark at its beginning.
func commaSeparated(g *grid) (*File, error) {
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	lines := [][]string{make([]string, len(g.columns))}
	for i, c := range g.columns {
		lines[0][i] = harmless(c)
	}
	for _, row := range g.rows {
		line := make([]string, len(row))
		for i, c := range row {
			line[i] = harmless(c.plain())
		}
		lines = append(lines, line)
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, fmt.Errorf("write a table as CSV: %w", err)
	}
	return &File{Name: FileName("csv", g.id, "table"), ContentType: "text/csv; charset=utf-8", Data: b.Bytes()}, nil
}

// harmless puts an apostrophe before what a spreadsheet would take for a formula.
func harmless(s string) string {
	if trimmed := strings.TrimLeft(s, " \t\r\n\u00A0\uFEFF"); trimmed != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(trimmed)[0]) {
		return "'" + s
	}
	return s
}

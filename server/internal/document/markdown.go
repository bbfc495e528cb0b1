package document

import "strings"

// escapes keep plain text from being read as Markdown or HTML. A bar would end a cell, a line break the row.
var escapes = strings.NewReplacer(
	"|", "&#124;", "\n", "<br>", "&", "&amp;", "<", "&lt;", ">", "&gt;", "\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]",
	"~", "\\~", "#", "\\#", "@", "&#64;", "://", "&#58;//", "www.", "www&#46;", "\t", "&#9;",
)

// markdown writes a grid as a table of GitHub's Markdown.
func markdown(g *grid) (*File, error) {
	var b strings.Builder
	b.WriteString("# " + escapes.Replace(g.title) + "\n\n" + escapes.Replace(g.caption) + "\n\n")
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	head, rule := make([]string, len(g.columns)), make([]string, len(g.columns))
	for i, c := range g.columns {
		head[i], rule[i] = escapes.Replace(c), "---"
	}
	line(head)
	line(rule)
	for _, row := range g.rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = escapes.Replace(c.plain())
		}
		line(cells)
	}
	return &File{Name: FileName("md", g.id, "table"), ContentType: "text/markdown; charset=utf-8", Data: []byte(b.String())}, nil
}

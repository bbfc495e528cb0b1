package document

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

//go:embed table.html
var tableSource string

// tablePage is the page of a table: headings of columns and rows are marked as such, and there is no script.
var tablePage = template.Must(template.New("table").Funcs(template.FuncMap{
	"spans":   spans,
	"inserts": func(s *parleyv1.Span) bool { return s.GetOp() == parleyv1.Span_OP_INSERT },
	"deletes": func(s *parleyv1.Span) bool { return s.GetOp() == parleyv1.Span_OP_DELETE },
}).Parse(tableSource))

// page writes a grid as a page.
func page(g *grid) (*File, error) {
	var b bytes.Buffer
	err := tablePage.Execute(&b, map[string]any{"Title": g.title, "Caption": g.caption, "Columns": g.columns, "Rows": g.rows})
	if err != nil {
		return nil, fmt.Errorf("write a table as a page: %w", err)
	}
	return &File{Name: FileName("html", g.id, "table"), ContentType: "text/html; charset=utf-8", Data: b.Bytes()}, nil
}

// Lead, Text and Changed are what the page asks of a paragraph.
func (p paragraph) Lead() string  { return p.lead }
func (p paragraph) Text() string  { return p.text }
func (p paragraph) Changed() bool { return p.changed }

// spans compares a paragraph with its base, word by word.
func spans(p paragraph) []*parleyv1.Span { return redline.Words(p.base, p.text) }

package document

import (
	"bytes"
	"encoding/csv"
	"flag"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	gmtext "github.com/yuin/goldmark/text"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
)

var update = flag.Bool("update", false, "write the golden files")

// negotiators is a table in which each way of standing somewhere, and of not doing so, occurs once.
func negotiators() *analysis.Table {
	const n = "negotiations/peace"
	stance := func(v parleyv1.Stance_Value) *parleyv1.Stance { return &parleyv1.Stance{Value: v} }
	current := parleyv1.PositionMatrix_CURRENCY_CURRENT
	cell := func(c *parleyv1.PositionMatrix_Cell, w ...analysis.Wording) analysis.TableCell {
		return analysis.TableCell{Position: c, Wordings: w}
	}
	silent := cell(&parleyv1.PositionMatrix_Cell{})
	return &analysis.Table{
		Revision: &parleyv1.Revision{Name: n + "/plans/draft/revisions/v2", DisplayName: "Second draft"},
		Base:     &parleyv1.Revision{Name: n + "/plans/draft/revisions/v1"},
		Parties:  []*parleyv1.Party{{Name: n + "/parties/a", DisplayName: "Upton"}, {Name: n + "/parties/b"}},
		Decides:  []bool{true, false},
		Whole:    []*parleyv1.PositionMatrix_Cell{{Stance: stance(parleyv1.Stance_VALUE_BASIS_FOR_TALKS), Currency: current}, {}},
		Rows: []analysis.TableRow{
			{
				Point: &parleyv1.Point{Id: "weir", Label: "1", Heading: "The weir", Text: "The weir is raised by 2 m.", State: parleyv1.Point_STATE_PRESENT},
				Base:  &parleyv1.Point{Id: "weir", Text: "The weir is raised by 3 m."}, Status: parleyv1.PositionMatrix_STATUS_OPEN,
				Cells: []analysis.TableCell{
					cell(&parleyv1.PositionMatrix_Cell{
						Stance: &parleyv1.Stance{
							Value: parleyv1.Stance_VALUE_ACCEPT, Conditions: []string{"Downton pays"}, Level: parleyv1.Stance_LEVEL_CAPITAL,
							Attribution: &parleyv1.Attribution{Basis: parleyv1.Attribution_BASIS_REPORTED},
						},
						Currency: parleyv1.PositionMatrix_CURRENCY_STALE, AgedBy: n + "/plans/draft/revisions/v2",
					}),
					cell(&parleyv1.PositionMatrix_Cell{Stance: stance(parleyv1.Stance_VALUE_ABSTAIN), Currency: current}, analysis.Wording{Revision: n + "/plans/ours/revisions/r1", Text: "The weir is removed."}),
				},
			},
			{
				Point: &parleyv1.Point{
					Id: "fees", Label: "2", Heading: "Fees", State: parleyv1.Point_STATE_PRESENT,
					Alternatives: []*parleyv1.Alternative{{Label: "A", Text: "=1+1"}, {Label: "B", Text: "No fees | at all."}},
				}, Status: parleyv1.PositionMatrix_STATUS_BRACKETED,
				Cells: []analysis.TableCell{
					cell(&parleyv1.PositionMatrix_Cell{Stance: stance(parleyv1.Stance_VALUE_DECLINED_TO_SAY), Currency: current}, analysis.Wording{Alternative: "A", Text: "=1+1"}),
					cell(&parleyv1.PositionMatrix_Cell{StanceCount: 1}),
				},
			},
			{
				Point: &parleyv1.Point{Id: "boats", Label: "3", State: parleyv1.Point_STATE_STRUCK}, Base: &parleyv1.Point{Id: "boats", Text: "=HYPERLINK(\"x\")"},
				Status: parleyv1.PositionMatrix_STATUS_NO_WORDING, Cells: []analysis.TableCell{silent, silent},
			},
			{
				Base: &parleyv1.Point{Id: "old", Heading: "<Old>", Text: "-1"}, Status: parleyv1.PositionMatrix_STATUS_NO_WORDING, Cells: []analysis.TableCell{silent, silent},
			},
		},
	}
}

func written(t *testing.T, format parleyv1.ExportTableRequest_Format) *File {
	t.Helper()
	f, err := Table(negotiators(), format)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Table(negotiators(), format)
	if err != nil || !bytes.Equal(f.Data, again.Data) {
		t.Errorf("the same table makes another file (%v)", err)
	}
	return f
}

// Files that people read are as they were last looked at.
func TestTablesForPeople(t *testing.T) {
	for format, name := range map[parleyv1.ExportTableRequest_Format]string{
		parleyv1.ExportTableRequest_FORMAT_MARKDOWN: "table.md", parleyv1.ExportTableRequest_FORMAT_HTML: "table.html", parleyv1.ExportTableRequest_FORMAT_CSV: "table.csv",
	} {
		got, path := written(t, format).Data, filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(path, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-golden +got):\n%s", name, diff)
		}
	}
}

// A workbook holds the words of the table, and no formula.
func TestWorkbookHoldsTheSameWords(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(written(t, parleyv1.ExportTableRequest_FORMAT_XLSX).Data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	g := gridOf(negotiators())
	for y, row := range g.rows {
		for x, c := range row {
			if got, err := f.GetCellValue(sheetName, at(x, y+1)); err != nil || got != c.plain() {
				t.Errorf("%s is %q, not %q (%v)", at(x, y+1), got, c.plain(), err)
			}
			if formula, err := f.GetCellFormula(sheetName, at(x, y+1)); err != nil || formula != "" {
				t.Errorf("%s is the formula %q (%v)", at(x, y+1), formula, err)
			}
		}
	}
}

func TestATextThatNoCellHoldsSaysThatItIsCut(t *testing.T) {
	for _, long := range []string{strings.Repeat("x", 40_000), strings.Repeat("\U0001F54A", 20_000)} {
		if got := held(long); !strings.HasSuffix(got, cutMark) || len([]rune(got)) > mostInCell || !strings.HasPrefix(long, strings.TrimSuffix(got, cutMark)) {
			t.Errorf("cut to %d bytes: …%s", len(got), got[len(got)-90:])
		}
	}
	if short := strings.Repeat("é", mostInCell); held(short) != short {
		t.Error("what fits is cut")
	}
}

// No cell of a CSV begins like a formula, and each reads back but for the apostrophe that prevents it.
func TestCSVHoldsNoFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.StringOfN(rapid.SampledFrom([]rune("=+-@ \t\n\",;ax\u00a0")), 1, 8, -1).Draw(t, "text")
		f, err := commaSeparated(&grid{columns: []string{"a"}, rows: [][]cell{{{{text: want}}}}})
		if err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(f.Data, []byte("\uFEFF")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(lines) == 1 { // a reader passes over an empty line
			return
		}
		got, plain := lines[1][0], cell{{text: want}}.plain()
		if strings.TrimPrefix(got, "'") != plain || got != "" && strings.ContainsAny(got[:1], "=+-@") {
			t.Fatalf("%q is written %q", plain, got)
		}
	})
}

// Whatever stands in a cell, Markdown reads it as one cell with that text.
func TestMarkdownReadsCellsAsTheyWere(t *testing.T) {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	rapid.Check(t, func(t *rapid.T) {
		want := strings.TrimSpace(rapid.OneOf(
			rapid.StringOfN(rapid.SampledFrom([]rune("|\\`*_[](){}<>&;#+-.!~:/@'\"=$^ abw1\n")), 1, 16, -1),
			rapid.SampledFrom([]string{"http://a.example/x", "www.a.example", "a@b.example", "&amp;", "<b>", "![x](y)", "~~x~~", "- [ ] x"}),
		).Draw(t, "text"))
		f, err := markdown(&grid{title: "t", columns: []string{"one", "two"}, rows: [][]cell{{{{text: want}}, {{text: "end"}}}}})
		if err != nil {
			t.Fatal(err)
		}
		var cells []string
		root := md.Parser().Parse(gmtext.NewReader(f.Data))
		_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if c, ok := n.(*east.TableCell); ok && entering {
				cells = append(cells, textOf(t, c, f.Data))
			}
			return ast.WalkContinue, nil
		})
		if len(cells) != 4 || cells[2] != want || cells[3] != "end" {
			t.Fatalf("%q is read as %q in\n%s", want, cells, f.Data)
		}
	})
}

// textOf is the text of a node; anything but text and line breaks in it is a mistake.
func textOf(t *rapid.T, n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			s := string(c.Segment.Value(source))
			for _, r := range "\\`*_[]~#" {
				s = strings.ReplaceAll(s, "\\"+string(r), string(r))
			}
			b.WriteString(html.UnescapeString(s))
		case *ast.RawHTML:
			b.WriteString("\n")
		default:
			t.Fatalf("a %v in\n%s", c.Kind(), source)
		}
	}
	return b.String()
}

package document

import (
	"cmp"
	"fmt"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// Table writes the table of negotiators in a format.
func Table(t *analysis.Table, format parleyv1.ExportTableRequest_Format) (*File, error) {
	g := gridOf(t)
	write, ok := map[parleyv1.ExportTableRequest_Format]func(*grid) (*File, error){
		parleyv1.ExportTableRequest_FORMAT_MARKDOWN: markdown,
		parleyv1.ExportTableRequest_FORMAT_CSV:      commaSeparated,
		parleyv1.ExportTableRequest_FORMAT_XLSX:     workbook,
		parleyv1.ExportTableRequest_FORMAT_HTML:     page,
	}[format]
	if !ok {
		return nil, fault.InvalidField("format", "enum.defined_only", "is no format of a table")
	}
	f, err := write(g)
	if err != nil {
		return nil, err
	}
	return bounded(f)
}

// grid is a table in words.
type grid struct {
	id      string // of the revision: us-draft/v8
	title   string
	caption string
	columns []string
	rows    [][]cell
}

// The columns that every table has, before and after those of the base and of the parties.
const (
	columnLabel  = "No."
	columnPoint  = "Point"
	columnStatus = "Status"
)

// cell is what stands in one place, paragraph by paragraph.
type cell []paragraph

// paragraph is some text; with a base it is to be read as a change of that.
type paragraph struct {
	lead    string // what it is: the label of an alternative, the revision that it is from
	text    string
	base    string
	changed bool // whether it is to be compared with base, which may be empty
}

func words(text string) cell { return cell{{text: text}} }

// plain writes a cell without marks, a line a paragraph at least.
func (c cell) plain() string {
	lines := make([]string, 0, len(c))
	for _, p := range c {
		lines = append(lines, strings.TrimSpace(p.lead+" "+p.text))
	}
	return strings.Join(lines, "\n")
}

func gridOf(t *analysis.Table) *grid {
	g := &grid{
		id: Short(t.Revision.GetName()), title: Short(t.Revision.GetName()) + ": " + Called(t.Revision),
		columns: []string{columnLabel, columnPoint},
	}
	standing := "Text as it stands: " + g.id
	g.caption = "Where the parties stand on each point of " + g.id + ". An asterisk marks those whose consent is needed."
	if t.Base != nil {
		g.columns = append(g.columns, "Base: "+Short(t.Base.GetName()))
		g.caption += " The base is " + Short(t.Base.GetName())
		if title := t.Base.GetDisplayName(); title != "" {
			g.caption += ", " + title
		}
		g.caption += "."
	}
	for i, p := range t.Parties {
		name := Called(p)
		if t.Decides[i] {
			name += "*"
		}
		g.columns = append(g.columns, name)
	}
	g.columns = append(g.columns, standing, columnStatus)
	g.rows = append(g.rows, wholeRow(t))
	for _, row := range t.Rows {
		g.rows = append(g.rows, rowOf(t, row))
	}
	return g
}

// wholeRow is the first row: what was said of the revision as a whole.
func wholeRow(t *analysis.Table) []cell {
	row := []cell{{}, words("the text as a whole")}
	if t.Base != nil {
		row = append(row, cell{})
	}
	for _, c := range t.Whole {
		row = append(row, words(Position(c)))
	}
	return append(row, cell{}, cell{})
}

func rowOf(t *analysis.Table, r analysis.TableRow) []cell {
	p := r.Point
	if p == nil {
		p = r.Base
	}
	row := []cell{words(p.GetLabel()), words(cmp.Or(p.GetHeading(), p.GetId()))}
	if t.Base != nil {
		row = append(row, baseCell(r.Base))
	}
	for _, c := range r.Cells {
		row = append(row, partyCell(t, r, c))
	}
	return append(row, standingCell(t, r), words(statuses[r.Status]))
}

func baseCell(p *parleyv1.Point) cell {
	if p == nil {
		return words("(not in the base)")
	}
	return wordingOf(p, nil)
}

// standingCell is the text as it stands, marked as a change of the base.
func standingCell(t *analysis.Table, r analysis.TableRow) cell {
	if r.Point == nil {
		return words("(not in this text)")
	}
	var base *parleyv1.Point
	if t.Base != nil {
		if base = r.Base; base == nil {
			base = &parleyv1.Point{}
		}
	}
	return wordingOf(r.Point, base)
}

// wordingOf writes what a point says: its state if it is not in the text, its text, its alternatives.
func wordingOf(p, base *parleyv1.Point) cell {
	var c cell
	if state := gone(p); state != "" {
		c = append(c, paragraph{text: "(" + state + ")"})
	}
	if p.GetText() != "" {
		c = append(c, paragraph{text: p.GetText(), base: base.GetText(), changed: base != nil})
	}
	former := map[string]string{}
	for _, a := range base.GetAlternatives() {
		former[a.GetLabel()] = a.GetText()
	}
	for _, a := range p.GetAlternatives() {
		c = append(c, paragraph{lead: "[" + a.GetLabel() + "]", text: a.GetText(), base: former[a.GetLabel()], changed: base != nil})
	}
	return c
}

// partyCell is where a party stands, and what it proposes.
func partyCell(t *analysis.Table, r analysis.TableRow, c analysis.TableCell) cell {
	out := words(Position(c.Position))
	for _, w := range c.Wordings {
		p := paragraph{lead: fmt.Sprintf("[%s]", w.Alternative), text: w.Text, base: r.Base.GetText(), changed: t.Base != nil}
		if w.Revision != "" {
			p.lead = Short(w.Revision) + ":"
		}
		out = append(out, p)
	}
	return out
}

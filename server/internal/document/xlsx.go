package document

import (
	"fmt"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

const (
	sheetName = "Table"
	// mostInCell is how many UTF-16 units a cell of a workbook holds.
	mostInCell = excelize.TotalCellChars
	// cutMark ends a text that no cell can hold.
	cutMark = " … (cut: no cell holds more; the other formats have all of it)"
)

// workbook writes a grid as a sheet of Office Open XML, with its heading kept in view.
func workbook(g *grid) (*File, error) {
	f := excelize.NewFile()
	w := &sheetWriter{file: f}
	w.do(f.SetSheetName("Sheet1", sheetName))
	head := w.style(&excelize.Style{
		Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDDDDD"}},
	})
	body := w.style(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	for x, title := range g.columns {
		w.cell(x, 0, title)
	}
	for y, row := range g.rows {
		for x, c := range row {
			w.cell(x, y+1, c.plain())
		}
	}
	w.do(f.SetCellStyle(sheetName, at(0, 0), at(len(g.columns)-1, 0), head))
	w.do(f.SetCellStyle(sheetName, at(0, 1), at(len(g.columns)-1, max(len(g.rows), 1)), body))
	w.widths(g)
	w.do(f.SetPanes(sheetName, &excelize.Panes{Freeze: true, XSplit: 2, YSplit: 1, TopLeftCell: "C2", ActivePane: "bottomRight"}))
	epoch := time.Unix(0, 0).UTC().Format(time.RFC3339) // the same table makes the same file
	w.do(f.SetDocProps(&excelize.DocProperties{Title: g.title, Description: g.caption, Creator: "parley", LastModifiedBy: "parley", Created: epoch, Modified: epoch}))
	if w.err != nil {
		return nil, fmt.Errorf("write a table as a workbook: %w", w.err)
	}
	data, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("write a table as a workbook: %w", err)
	}
	return &File{
		Name: FileName("xlsx", g.id, "table"), ContentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Data: data.Bytes(),
	}, f.Close()
}

// sheetWriter keeps the first error.
type sheetWriter struct {
	file *excelize.File
	err  error
}

func (w *sheetWriter) do(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *sheetWriter) style(s *excelize.Style) int {
	id, err := w.file.NewStyle(s)
	w.do(err)
	return id
}

// cell writes a text, never a formula.
func (w *sheetWriter) cell(x, y int, text string) {
	w.do(w.file.SetCellStr(sheetName, at(x, y), held(text)))
}

// widths makes room for texts, and less for numbers and states.
func (w *sheetWriter) widths(g *grid) {
	for x, title := range g.columns {
		name, err := excelize.ColumnNumberToName(x + 1)
		w.do(err)
		wide := 45.0
		switch title {
		case columnLabel:
			wide = 6
		case columnPoint, columnStatus:
			wide = 20
		}
		w.do(w.file.SetColWidth(sheetName, name, name, wide))
	}
}

// at names a cell, counted from 0.
func at(x, y int) string {
	name, err := excelize.CoordinatesToCellName(x+1, y+1)
	if err != nil {
		return "" // which no call takes
	}
	return name
}

// held cuts a text that no cell can hold, and says so.
func held(s string) string {
	if len(s) <= mostInCell {
		return s
	}
	units := utf16.Encode([]rune(s))
	if len(units) <= mostInCell {
		return s
	}
	keep := mostInCell - len(utf16.Encode([]rune(cutMark)))
	if utf16.IsSurrogate(rune(units[keep-1])) && units[keep-1] < 0xDC00 { // the first half of a character
		keep--
	}
	return string(utf16.Decode(units[:keep])) + cutMark
}

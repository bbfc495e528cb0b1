package picture

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/document"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
)

// mark is how a stance looks in a cell.
type mark struct {
	letter  string
	fill    color.RGBA
	meaning string
}

// valueMark is the mark of a value, which means what documents say of it.
type valueMark struct {
	value parleyv1.Stance_Value
	mark
}

func markFor(v parleyv1.Stance_Value, letter string, fill color.RGBA) valueMark {
	return valueMark{v, mark{letter, fill, document.Value(v)}}
}

// marks are those of the stances that can stand in a cell, in the order of the legend.
var marks = []valueMark{
	markFor(parleyv1.Stance_VALUE_ACCEPT, "A", green),
	markFor(parleyv1.Stance_VALUE_NO_OBJECTION, "N", sky),
	markFor(parleyv1.Stance_VALUE_ACCEPT_WITH_CHANGES, "C", yellow),
	markFor(parleyv1.Stance_VALUE_BASIS_FOR_TALKS, "T", purple),
	markFor(parleyv1.Stance_VALUE_RESERVE, "R", orange),
	markFor(parleyv1.Stance_VALUE_OPPOSE, "O", vermillion),
	markFor(parleyv1.Stance_VALUE_BLOCK, "B", black),
	markFor(parleyv1.Stance_VALUE_ABSTAIN, "–", faint),
	markFor(parleyv1.Stance_VALUE_DECLINED_TO_SAY, "D", grey),
}

// takenBack is how a cell looks of which all stances were withdrawn; an empty one has nothing on record.
var takenBack = mark{"←", white, document.TakenBack}

const (
	cellSize    = vg.Length(22)
	rowHeight   = vg.Length(18)
	mostOfLabel = vg.Length(250)
	mostOfName  = vg.Length(110)
	legendLine  = vg.Length(17)
	leastWidth  = vg.Length(520)
)

// board is a matrix on its way to a sheet.
type board struct {
	lettering
	m               *parleyv1.PositionMatrix
	rows            []string // what the rows are called
	columns         []string
	label, state    vg.Length // widths
	head            vg.Length // height of the names of the parties
	legend          []mark
	lapsed, decides bool // what the legend has to explain
}

// Matrix draws who stands where on each point of a revision.
func Matrix(l *lens.Lens, m *parleyv1.PositionMatrix, format parleyv1.PictureFormat) (*document.File, error) {
	r, err := l.Revision(m.GetRevision())
	if err != nil {
		return nil, err
	}
	title := document.Short(m.GetRevision()) + ": " + document.Called(r.Msg)
	if err := bounded(len(m.GetRows())+1, len(m.GetParties())); err != nil {
		return nil, err
	}
	b := &board{lettering: newLettering(), m: m}
	b.measure()
	s := sheet{
		lettering: b.lettering, name: []string{document.Short(m.GetRevision()), "matrix"}, title: title, description: b.description(),
		width: max(leastWidth, 2*margin+b.label+b.state+cellSize*vg.Length(len(b.columns))+b.lean()),
	}
	lines := b.legendLines(s.width - 2*margin)
	s.height = 2*margin + titleHeight + b.head + rowHeight*vg.Length(len(b.rows)) + 14 + legendLine*vg.Length(len(lines))
	return s.render(format, func(c draw.Canvas, top vg.Length) {
		b.grid(c, top)
		b.key(c, lines)
	})
}

// measure finds out what is called how, and how much room that takes.
func (b *board) measure() {
	plain := b.style(textSize, false)
	b.rows = []string{"the text as a whole"}
	for _, r := range b.m.GetRows() {
		label := r.GetPoint().GetLabel()
		if label != "" && r.GetStatus() == parleyv1.PositionMatrix_STATUS_NO_WORDING {
			label = "(" + label + ")" // a number that it no longer bears
		}
		b.rows = append(b.rows, strings.TrimSpace(label+" "+cmp.Or(r.GetPoint().GetHeading(), r.GetPoint().GetId())))
	}
	for i := range b.rows {
		b.rows[i] = fit(plain, b.rows[i], mostOfLabel)
	}
	b.label = widest(plain, b.rows...) + 8
	var states []string
	for _, r := range b.m.GetRows() {
		states = append(states, document.Status(r.GetStatus()))
	}
	b.state = widest(plain, states...) + 12
	for i, p := range b.m.GetParties() {
		name := fit(plain, document.Called(p), mostOfName)
		if b.decides = b.decides || b.m.GetDecides()[i]; b.m.GetDecides()[i] {
			name += " *"
		}
		b.columns = append(b.columns, name)
	}
	b.head = widest(plain, b.columns...)*vg.Length(math.Sin(slant)) + 14
	b.legend = b.used()
}

// slant is how far names of parties lean.
const slant = math.Pi / 4

// lean is how far the name of the last party reaches beyond its column.
func (b *board) lean() vg.Length {
	return widest(b.style(textSize, false), b.columns...) * vg.Length(math.Cos(slant))
}

// used lists the marks that are in the matrix.
func (b *board) used() (out []mark) {
	values, back := map[parleyv1.Stance_Value]bool{}, false
	b.each(func(_, _ int, c *parleyv1.PositionMatrix_Cell) {
		if c.GetStance() != nil {
			values[c.GetStance().GetValue()] = true
		} else if c.GetStanceCount() > 0 {
			back = true
		}
		b.lapsed = b.lapsed || c.GetCurrency() == parleyv1.PositionMatrix_CURRENCY_STALE
	})
	for _, m := range marks {
		if values[m.value] {
			out = append(out, m.mark)
		}
	}
	if back {
		out = append(out, takenBack)
	}
	return out
}

// each visits the cells, row by row; row 0 is the text as a whole.
func (b *board) each(visit func(row, column int, c *parleyv1.PositionMatrix_Cell)) {
	for x, c := range b.m.GetWhole() {
		visit(0, x, c)
	}
	for y, r := range b.m.GetRows() {
		for x, c := range r.GetCells() {
			visit(y+1, x, c)
		}
	}
}

// grid draws names, cells and states, from a height downwards.
func (b *board) grid(c draw.Canvas, top vg.Length) {
	plain := b.style(textSize, false)
	left, first := margin+b.label, top-b.head
	for x, name := range b.columns {
		leaning := plain
		leaning.Rotation = slant
		c.FillText(leaning, vg.Point{X: left + cellSize*(vg.Length(x)+0.5), Y: first + 5}, name)
	}
	for y, name := range b.rows {
		middle := first - rowHeight*(vg.Length(y)+0.5)
		c.FillText(plain, vg.Point{X: margin, Y: middle}, name)
		if y > 0 {
			c.FillText(plain, vg.Point{X: left + cellSize*vg.Length(len(b.columns)) + 8, Y: middle}, document.Status(b.m.GetRows()[y-1].GetStatus()))
		}
	}
	b.each(func(y, x int, cell *parleyv1.PositionMatrix_Cell) {
		x0, y1 := left+cellSize*vg.Length(x), first-rowHeight*vg.Length(y)
		b.cell(c, x0, y1-rowHeight, x0+cellSize, y1, markOf(cell), cell.GetCurrency() == parleyv1.PositionMatrix_CURRENCY_STALE)
	})
}

// markOf is how a cell looks; without a letter if there is nothing on record.
func markOf(c *parleyv1.PositionMatrix_Cell) mark {
	if c.GetStance() == nil && c.GetStanceCount() > 0 {
		return takenBack
	}
	for _, m := range marks {
		if c.GetStance() != nil && m.value == c.GetStance().GetValue() {
			return m.mark
		}
	}
	return mark{fill: white}
}

// cell draws one cell. A stance that has lapsed is hatched, its letter in brackets on white.
func (b *board) cell(c draw.Canvas, x0, y0, x1, y1 vg.Length, m mark, lapsed bool) {
	shape := box(x0+1, y0+1, x1-1, y1-1)
	letters := b.style(textSize, true)
	letters.XAlign, letters.Color = text.XCenter, ink(m.fill)
	letter := m.letter
	if lapsed {
		hatch(c, x0+1, y0+1, x1-1, y1-1, m.fill)
		letter, letters.Color = "("+letter+")", black
		w := letters.Width(letter) + 2
		c.FillPolygon(white, box((x0+x1-w)/2, y0+3.5, (x0+x1+w)/2, y1-3.5))
	} else {
		c.FillPolygon(m.fill, shape)
	}
	c.StrokeLines(draw.LineStyle{Color: grey, Width: 0.5}, closed(shape))
	c.FillText(letters, vg.Point{X: (x0 + x1) / 2, Y: (y0 + y1) / 2}, letter)
}

// hatch fills a box with slanting lines.
func hatch(c draw.Canvas, x0, y0, x1, y1 vg.Length, fill color.Color) {
	line := draw.LineStyle{Color: fill, Width: 1.6}
	for d := y1 - y0; d < (x1-x0)+2*(y1-y0); d += 4 { // lines x+y = x0+y0+d … clipped by hand
		sum := x0 + y0 + d - (y1 - y0)
		from := vg.Point{X: max(x0, sum-y1), Y: min(y1, sum-x0)}
		to := vg.Point{X: min(x1, sum-y0), Y: max(y0, sum-x1)}
		if from.X < to.X {
			c.StrokeLine2(line, from.X, from.Y, to.X, to.Y)
		}
	}
}

// legendLines divides the legend into lines that fit.
func (b *board) legendLines(room vg.Length) (lines [][]mark) {
	entries := append([]mark{}, b.legend...)
	if b.lapsed {
		entries = append(entries, mark{"( )", grey, "lapsed: the words have changed since"})
	}
	entries = append(entries, mark{"", white, document.Silence})
	if b.decides {
		entries = append(entries, mark{"*", white, "has to agree"})
	}
	var used vg.Length
	for _, m := range entries {
		w := b.entryWidth(m)
		if len(lines) == 0 || used+w > room {
			lines, used = append(lines, nil), 0
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], m)
		used += w
	}
	return lines
}

func (b *board) entryWidth(m mark) vg.Length {
	return cellSize + 5 + b.style(textSize, false).Width(m.meaning) + 14
}

// key draws the legend at the foot.
func (b *board) key(c draw.Canvas, lines [][]mark) {
	plain := b.style(textSize, false)
	for i, line := range lines {
		y, x := margin+legendLine*vg.Length(len(lines)-1-i), margin
		for _, m := range line {
			if m.letter == "*" {
				c.FillText(plain, vg.Point{X: x + cellSize/2, Y: y + legendLine/2}, m.letter)
			} else {
				b.cell(c, x, y, x+cellSize, y+legendLine-1, mark{strings.Trim(m.letter, "( )"), m.fill, ""}, m.letter == "( )")
			}
			c.FillText(plain, vg.Point{X: x + cellSize + 5, Y: y + legendLine/2}, m.meaning)
			x += b.entryWidth(m)
		}
	}
}

// description says in words what the picture shows.
func (b *board) description() string {
	counts := map[string]int{}
	b.each(func(_, _ int, c *parleyv1.PositionMatrix_Cell) {
		if m := markOf(c); m.letter != "" && c.GetCurrency() == parleyv1.PositionMatrix_CURRENCY_STALE {
			counts["lapsed"]++
		} else if m.letter != "" {
			counts[m.meaning]++
		}
	})
	var parts []string
	for _, m := range b.legend {
		if n := counts[m.meaning]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s: %d", m.meaning, n))
		}
	}
	if n := counts["lapsed"]; n > 0 {
		parts = append(parts, fmt.Sprintf("lapsed: %d", n))
	}
	out := fmt.Sprintf("A table of %d points and %d parties.", len(b.m.GetRows()), len(b.m.GetParties()))
	if len(parts) > 0 {
		out += " How many cells say what: " + strings.Join(parts, "; ") + "."
	}
	return out
}

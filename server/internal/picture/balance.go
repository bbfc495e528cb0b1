package picture

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/document"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
)

const (
	panelHeight  = vg.Length(170)
	panelStep    = vg.Length(74) // room of one revision, with its name below
	leastPanel   = vg.Length(260)
	balanceNote  = "Between the lines is what can be: the lower is met for certain, the upper at the most. What nobody judged is in between."
	balanceTitle = "How far each party's demands are met"
)

// panels are the pictures of a balance: one a party.
type panels struct {
	lettering
	balance   *parleyv1.CompareBalanceResponse
	names     []string // of the parties
	revisions []string
	columns   int
	width     vg.Length // of one
}

// Balance draws how much of each party's demands is met over a series of revisions, as a band from what is certain to what may be.
func Balance(l *lens.Lens, negotiation string, b *parleyv1.CompareBalanceResponse, format parleyv1.PictureFormat) (*document.File, error) {
	if err := bounded(len(b.GetRevisions()), len(b.GetParties())); err != nil {
		return nil, err
	}
	p := &panels{lettering: newLettering(), balance: b}
	for _, r := range b.GetRevisions() {
		p.revisions = append(p.revisions, document.Short(r))
	}
	for _, s := range b.GetParties() {
		party, err := l.Party(s.GetParty())
		if err != nil {
			return nil, err
		}
		p.names = append(p.names, document.Called(party))
	}
	p.width = max(leastPanel, panelStep*vg.Length(len(p.revisions))+50)
	if p.columns = 1; len(p.names) > 1 && p.width <= 2*leastPanel {
		p.columns = 2
	}
	rows, room := (len(p.names)+p.columns-1)/p.columns, p.width*vg.Length(p.columns)
	plain := p.style(textSize, false)
	note := wrapped(plain, balanceNote, room)
	s := sheet{
		lettering: p.lettering, name: []string{document.Short(negotiation), "balance"}, title: balanceTitle, description: p.description(),
		width: 2*margin + room, height: 2*margin + titleHeight + panelHeight*vg.Length(rows) + legendLine*vg.Length(len(note)),
	}
	return s.render(format, func(c draw.Canvas, top vg.Length) {
		for i := range p.names {
			x, y := margin+p.width*vg.Length(i%p.columns), top-panelHeight*vg.Length(i/p.columns)
			p.panel(i).Draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: x, Y: y - panelHeight + 10}, Max: vg.Point{X: x + p.width - 10, Y: y},
			}})
		}
		for i, line := range note {
			c.FillText(plain, vg.Point{X: margin, Y: margin + legendLine*(vg.Length(len(note)-i)-0.5)}, line)
		}
	})
}

// panel draws the band of one party.
func (p *panels) panel(party int) *plot.Plot {
	g := plot.New()
	p.letter(g)
	g.Title.Text = p.names[party]
	g.NominalX(p.revisions...)
	g.X.Min, g.X.Max = -0.5, float64(len(p.revisions))-0.5
	g.Y.Min, g.Y.Max = -4, 114
	g.Y.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "0 %"}, {Value: 25}, {Value: 50, Label: "50 %"}, {Value: 75}, {Value: 100, Label: "100 %"}}
	var low, high, outline plotter.XYs
	var told []string
	for i, share := range p.balance.GetParties()[party].GetShares() {
		low = append(low, plotter.XY{X: float64(i), Y: 100 * share.GetLow()})
		high = append(high, plotter.XY{X: float64(i), Y: 100 * share.GetHigh()})
		told = append(told, percents(share))
	}
	outline = append(outline, low...)
	for i := range high {
		outline = append(outline, high[len(high)-1-i])
	}
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = nil, faint
	g.Add(grid, &plotter.Polygon{XYs: []plotter.XYs{outline}, Color: color.RGBA{R: 199, G: 224, B: 240, A: 255}})
	for i := range low {
		g.Add(&plotter.Line{XYs: plotter.XYs{low[i], high[i]}, LineStyle: draw.LineStyle{Color: grey, Width: 1}})
	}
	for _, end := range []struct {
		at    plotter.XYs
		line  draw.LineStyle
		shape draw.GlyphDrawer
	}{
		{low, draw.LineStyle{Color: blue, Width: 1.5}, draw.CircleGlyph{}},
		{high, draw.LineStyle{Color: blue, Width: 1.5, Dashes: []vg.Length{4, 3}}, draw.RingGlyph{}},
	} {
		g.Add(&plotter.Line{XYs: end.at, LineStyle: end.line},
			&plotter.Scatter{XYs: end.at, GlyphStyle: draw.GlyphStyle{Color: black, Radius: 2.5, Shape: end.shape}})
	}
	style := p.style(textSize-2, false)
	style.XAlign, style.YAlign = draw.XCenter, draw.YBottom
	labels := &plotter.Labels{XYs: high, Labels: told, Offset: vg.Point{Y: 6}}
	for range told {
		labels.TextStyle = append(labels.TextStyle, style)
	}
	g.Add(labels)
	return g
}

// letter gives a plot the lettering of all pictures.
func (p *panels) letter(g *plot.Plot) {
	g.TextHandler = p.handler
	g.BackgroundColor = white
	g.Title.TextStyle = p.style(textSize, true)
	g.Title.TextStyle.XAlign = draw.XCenter
	for _, axis := range []*plot.Axis{&g.X, &g.Y} {
		align := axis.Tick.Label
		axis.Tick.Label = p.style(textSize-2, false)
		axis.Tick.Label.XAlign, axis.Tick.Label.YAlign = align.XAlign, align.YAlign
		axis.Label.TextStyle = p.style(textSize, false)
	}
}

// percents writes between what a share lies: "12–78 %".
func percents(s *parleyv1.Coverage_Share) string {
	low, high := math.Round(100*s.GetLow()), math.Round(100*s.GetHigh())
	if low == high {
		return fmt.Sprintf("%.0f %%", low)
	}
	return fmt.Sprintf("%.0f–%.0f %%", low, high)
}

// description says in words what the picture shows.
func (p *panels) description() string {
	var parts []string
	for i, s := range p.balance.GetParties() {
		var course []string
		for k, share := range s.GetShares() {
			course = append(course, percents(share)+" at "+p.revisions[k])
		}
		parts = append(parts, p.names[i]+": "+strings.Join(course, ", "))
	}
	if len(parts) == 0 {
		return "There are no demands on record."
	}
	return "Bands from what is met for certain to what may be. " + strings.Join(parts, ". ") + "."
}

// wrapped divides a text into lines that fit.
func wrapped(style draw.TextStyle, s string, room vg.Length) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(s) {
		if longer := strings.TrimSpace(line + " " + word); line == "" || style.Width(longer) <= room {
			line = longer
		} else {
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}

package main

import (
	"bytes"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// The colours of Okabe and Ito that the curves take, one after the other, and that of the grid.
var (
	inks = []color.RGBA{{G: 114, B: 178, A: 255}, {R: 213, G: 94, A: 255}, {G: 158, B: 115, A: 255}}
	grid = color.RGBA{R: 221, G: 221, B: 221, A: 255}
)

const (
	pictureWidth  = vg.Length(440)
	pictureHeight = vg.Length(300)
	letterSize    = vg.Length(10)
)

// draw writes a picture of the curve to a file: both scales are logarithmic, so that a straight line with a slope of one is cost in
// proportion.
func (c *curve) draw(file string) error {
	p := plot.New()
	p.TextHandler = text.Plain{Fonts: font.NewCache(liberation.Collection())}
	p.Title.Text = "Median time of one call, by " + c.Over + " on record"
	p.X.Label.Text, p.Y.Label.Text = c.Over, "µs"
	for _, style := range []*text.Style{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle} {
		style.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: letterSize}
		style.Handler = p.TextHandler
	}
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	lines := plotter.NewGrid()
	lines.Vertical.Color, lines.Horizontal.Color = grid, grid
	p.Add(lines)
	lowest, highest := math.Inf(1), 0.0
	for i, call := range c.Calls {
		var at plotter.XYs
		for _, s := range c.Steps {
			at = append(at, plotter.XY{X: float64(s.Size), Y: s.Medians[call]})
			lowest, highest = min(lowest, s.Medians[call]), max(highest, s.Medians[call])
		}
		line := &plotter.Line{XYs: at, LineStyle: draw.LineStyle{Color: inks[i], Width: 1.5}}
		dots := &plotter.Scatter{XYs: at, GlyphStyle: draw.GlyphStyle{Color: inks[i], Radius: 2.5, Shape: draw.CircleGlyph{}}}
		p.Add(line, dots)
		p.Legend.Add(call, line, dots)
	}
	var sizes []plot.Tick
	for _, s := range c.Steps {
		sizes = append(sizes, plot.Tick{Value: float64(s.Size), Label: thousands(s.Size)})
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(sizes), plot.ConstantTicks(times(lowest, highest))
	p.Legend.Top, p.Legend.Left, p.Legend.Padding = true, true, 2
	p.X.Max = max(p.X.Max, 2*p.X.Min)      // One step alone would have no width.
	p.Y.Min, p.Y.Max = lowest/2, highest*4 // The legend is above the curves.
	return save(p, file)
}

// times are what stands on the scale of microseconds: 1, 2 and 5 of each power of ten, and one below and above the curves.
func times(lowest, highest float64) (out []plot.Tick) {
	for power := math.Pow(10, math.Floor(math.Log10(lowest/2))); power <= highest*4; power *= 10 {
		for _, digit := range []float64{1, 2, 5} {
			if v := digit * power; v >= lowest/2 && v <= highest*4 {
				out = append(out, plot.Tick{Value: v, Label: thousands(int(v))})
			}
		}
	}
	return out
}

// thousands writes a number with commas.
func thousands(n int) string {
	digits := []byte(strconv.Itoa(n))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = slices.Insert(digits, i, ',')
	}
	return string(digits)
}

// save writes a picture as SVG, with fonts to take where the one that it was measured with is not installed: they are as wide.
func save(p *plot.Plot, file string) error {
	c := vgsvg.NewWith(vgsvg.UseWH(pictureWidth, pictureHeight))
	canvas := draw.New(c)
	p.Draw(draw.Crop(canvas, 8, -14, 8, -8))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	svg := bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"), []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"))
	return os.WriteFile(file, svg, 0o644)
}

package picture

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"io"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/document"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// Limits of what one picture shows.
const (
	MostRows    = 200
	MostColumns = 30
)

// bounded refuses what no picture can show.
func bounded(rows, columns int) error {
	switch {
	case rows > MostRows:
		return fault.LimitExceeded("", "picture_rows", rows, MostRows)
	case columns > MostColumns:
		return fault.LimitExceeded("", "picture_columns", columns, MostColumns)
	}
	return nil
}

// The colours of Okabe and Ito, and some greys.
var (
	black      = color.RGBA{A: 255}
	white      = color.RGBA{R: 255, G: 255, B: 255, A: 255}
	grey       = color.RGBA{R: 118, G: 118, B: 118, A: 255}
	faint      = color.RGBA{R: 221, G: 221, B: 221, A: 255}
	zebra      = color.RGBA{R: 240, G: 240, B: 240, A: 255}
	orange     = color.RGBA{R: 230, G: 159, A: 255}
	sky        = color.RGBA{R: 86, G: 180, B: 233, A: 255}
	green      = color.RGBA{G: 158, B: 115, A: 255}
	yellow     = color.RGBA{R: 240, G: 228, B: 66, A: 255}
	blue       = color.RGBA{G: 114, B: 178, A: 255}
	vermillion = color.RGBA{R: 213, G: 94, A: 255}
	purple     = color.RGBA{R: 204, G: 121, B: 167, A: 255}
)

// ink is what can be read on a colour.
func ink(on color.RGBA) color.Color {
	if 299*int(on.R)+587*int(on.G)+114*int(on.B) < 128_000 {
		return white
	}
	return black
}

// Sizes that all pictures share.
const (
	margin     = vg.Length(14)
	titleSize  = vg.Length(14)
	textSize   = vg.Length(10)
	dotsInInch = 144
)

// lettering writes all texts of one picture.
type lettering struct{ handler text.Handler }

func newLettering() lettering {
	return lettering{text.Plain{Fonts: font.NewCache(liberation.Collection())}}
}

// style is that of a text.
func (l lettering) style(size vg.Length, bold bool) draw.TextStyle {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = 3 // bold, as x/image/font counts
	}
	return draw.TextStyle{Color: black, Font: f, Handler: l.handler, XAlign: text.XLeft, YAlign: text.YCenter}
}

// fit shortens a text until it is no wider than room.
func fit(style draw.TextStyle, s string, room vg.Length) string {
	s = strings.Join(strings.Fields(s), " ")
	if style.Width(s) <= room {
		return s
	}
	letters := []rune(s)
	for len(letters) > 1 {
		letters = letters[:len(letters)-1]
		if short := strings.TrimRight(string(letters), " ") + "…"; style.Width(short) <= room {
			return short
		}
	}
	return "…"
}

// widest is the width of the widest of some texts.
func widest(style draw.TextStyle, texts ...string) (w vg.Length) {
	for _, s := range texts {
		w = max(w, style.Width(s))
	}
	return w
}

// sheet is what a picture is drawn on, below its title.
type sheet struct {
	lettering
	name          []string // words for that of the file
	title         string
	description   string
	width, height vg.Length
}

// titleHeight is what the title takes of a sheet, margin excepted.
const titleHeight = vg.Length(26)

// render draws a picture in a format: paint draws what stands below the title, from the height top downwards.
func (s sheet) render(format parleyv1.PictureFormat, paint func(c draw.Canvas, top vg.Length)) (*document.File, error) {
	var b bytes.Buffer
	f := &document.File{Description: s.title + ". " + s.description}
	var out io.WriterTo
	switch format {
	case parleyv1.PictureFormat_PICTURE_FORMAT_SVG:
		c := vgsvg.NewWith(vgsvg.UseWH(s.width, s.height))
		s.paint(c, paint)
		f.Name, f.ContentType, out = document.FileName("svg", s.name...), "image/svg+xml", c
	case parleyv1.PictureFormat_PICTURE_FORMAT_PNG:
		c := vgimg.NewWith(vgimg.UseWH(s.width, s.height), vgimg.UseDPI(dotsInInch))
		s.paint(c, paint)
		f.Name, f.ContentType, out = document.FileName("png", s.name...), "image/png", vgimg.PngCanvas{Canvas: c}
	default:
		return nil, fault.InvalidField("format", "enum.defined_only", "is no format of a picture")
	}
	if _, err := out.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("draw %s: %w", f.Name, err)
	}
	f.Data = b.Bytes()
	if format == parleyv1.PictureFormat_PICTURE_FORMAT_SVG {
		f.Data = s.told(f.Data)
	}
	return f, nil
}

func (s sheet) paint(c vg.CanvasSizer, paint func(c draw.Canvas, top vg.Length)) {
	canvas := draw.New(c)
	canvas.FillPolygon(white, []vg.Point{canvas.Min, {X: canvas.Max.X, Y: canvas.Min.Y}, canvas.Max, {X: canvas.Min.X, Y: canvas.Max.Y}})
	top, bold := canvas.Max.Y-margin, s.style(titleSize, true)
	canvas.FillText(bold, vg.Point{X: margin, Y: top - titleSize/2}, fit(bold, s.title, s.width-2*margin))
	paint(canvas, top-titleHeight)
}

// told gives an SVG what screen readers read, and fonts to take where the one that it was measured with is not installed: they
// are as wide.
func (s sheet) told(svg []byte) []byte {
	svg = bytes.ReplaceAll(svg, []byte("font-family:Liberation Sans;"), []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"))
	svg = bytes.Replace(svg, []byte("<svg "), []byte(`<svg role="img" aria-labelledby="title desc" `), 1)
	open := bytes.Index(svg, []byte("<svg "))
	end := bytes.IndexByte(svg[max(open, 0):], '>') + max(open, 0) + 1
	head := fmt.Sprintf("\n<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>", html.EscapeString(s.title), html.EscapeString(s.description))
	return append(append(append([]byte{}, svg[:end]...), head...), svg[end:]...)
}

// box is a rectangle by its corners.
func box(x0, y0, x1, y1 vg.Length) []vg.Point {
	return []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

// closed is the outline of a shape.
func closed(points []vg.Point) []vg.Point {
	return append(append([]vg.Point{}, points...), points[0])
}

package picture

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/document"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
)

// item is something that happened, or is to happen.
type item struct {
	Title      string
	When       string    // as the record has it
	Start, End time.Time // zero if not known when
	Kind       itemKind
}

// itemKind is what an item is, as far as the picture tells them apart.
type itemKind int

// The kinds of items.
const (
	aRevision itemKind = iota
	aMeeting
	aStatement
	aDisclosure
	aDeadline
	aCourse
	cancelled
)

// symbols are how the kinds look, in the order of the legend.
var symbols = []struct {
	shape   draw.GlyphDrawer
	fill    color.RGBA
	meaning string
}{
	aRevision:   {draw.BoxGlyph{}, blue, "revision of a plan"},
	aMeeting:    {draw.CircleGlyph{}, green, "meeting or call"},
	aStatement:  {diamond{}, purple, "statement"},
	aDisclosure: {draw.PyramidGlyph{}, orange, "leak or publication"},
	aDeadline:   {draw.PlusGlyph{}, vermillion, "deadline"},
	aCourse:     {draw.RingGlyph{}, grey, "course of things"},
	cancelled:   {draw.CrossGlyph{}, black, "cancelled"},
}

// itemsOf takes the events and revisions out of a timeline.
func itemsOf(t *parleyv1.Timeline) (out []item) {
	for _, each := range t.GetItems() {
		i := item{When: cmp.Or(each.GetWhen().GetValue(), each.GetWhen().GetRaw(), "?")}
		if e := each.GetEvent(); e != nil {
			i.Title, i.Kind = document.Called(e), kindOf(e)
		} else if r := each.GetRevision(); r != nil {
			i.Title, i.Kind = strings.TrimSpace(document.Short(r.GetName())+"  "+r.GetDisplayName()), aRevision
		} else {
			continue
		}
		if start := each.GetWhen().GetStartTime(); start != nil {
			i.Start, i.End = start.AsTime(), start.AsTime()
			if end := each.GetWhen().GetEndTime(); end != nil {
				i.End = end.AsTime()
			}
		}
		out = append(out, i)
	}
	return out
}

func kindOf(e *parleyv1.Event) itemKind {
	if e.GetStatus() == parleyv1.Event_STATUS_CANCELLED {
		return cancelled
	}
	switch e.GetKind() {
	case parleyv1.Event_KIND_MEETING, parleyv1.Event_KIND_CALL, parleyv1.Event_KIND_JOURNEY:
		return aMeeting
	case parleyv1.Event_KIND_PRESS_CONFERENCE, parleyv1.Event_KIND_STATEMENT:
		return aStatement
	case parleyv1.Event_KIND_LEAK, parleyv1.Event_KIND_PUBLICATION:
		return aDisclosure
	case parleyv1.Event_KIND_DEADLINE:
		return aDeadline
	}
	return aCourse
}

const (
	lineHeight = vg.Length(16)
	chartWidth = vg.Length(380)
	mostOfText = vg.Length(330)
)

// course is a timeline on its way to a sheet.
type course struct {
	lettering
	items         []item
	from, to      time.Time
	dates, titles vg.Length // widths
}

// Timeline draws the events and revisions in the timeline of a negotiation one below the other, each at its time.
func Timeline(l *lens.Lens, negotiation string, timeline *parleyv1.Timeline, format parleyv1.PictureFormat) (*document.File, error) {
	n, err := l.Negotiation(negotiation)
	if err != nil {
		return nil, err
	}
	items, title := itemsOf(timeline), document.Called(n)
	if err := bounded(len(items), 0); err != nil {
		return nil, err
	}
	t := &course{lettering: newLettering(), items: items}
	t.span()
	plain := t.style(textSize, false)
	for _, i := range items {
		t.dates = max(t.dates, min(plain.Width(i.When), 130))
		t.titles = max(t.titles, min(plain.Width(i.Title), mostOfText))
	}
	s := sheet{
		lettering: t.lettering, name: []string{document.Short(negotiation), "timeline"}, title: title, description: t.description(),
		width:  2*margin + t.dates + t.titles + chartWidth + 24,
		height: 2*margin + titleHeight + lineHeight*vg.Length(len(items)) + 22 + 2*legendLine + 10,
	}
	return s.render(format, func(c draw.Canvas, top vg.Length) {
		t.rows(c, top, margin+t.dates+t.titles+24, s.width-margin)
		t.key(c)
	})
}

// span picks the time that the axis shows. What lies so far back that all the rest would be squeezed together is left of it; of
// the items that is a quarter at the most.
func (t *course) span() {
	known := slices.DeleteFunc(slices.Clone(t.items), func(i item) bool { return i.Start.IsZero() })
	if len(known) == 0 {
		return
	}
	for _, i := range known {
		if i.End.After(t.to) {
			t.to = i.End
		}
	}
	first := 0
	for i := 1; i <= len(known)/4; i++ {
		if gap := known[i].Start.Sub(known[i-1].Start); gap*2 > t.to.Sub(known[i-1].Start) {
			first = i
		}
	}
	t.from = known[first].Start
	if pad := t.to.Sub(t.from) / 40; pad > 0 {
		t.from, t.to = t.from.Add(-pad), t.to.Add(pad)
	} else {
		t.from, t.to = t.from.Add(-time.Hour), t.to.Add(time.Hour)
	}
}

// rows draws the items and the axis above them.
func (t *course) rows(c draw.Canvas, top, left, right vg.Length) {
	plain := t.style(textSize, false)
	at := func(moment time.Time) vg.Length {
		return left + (right-left)*vg.Length(float64(moment.Sub(t.from))/float64(max(t.to.Sub(t.from), 1)))
	}
	bottom := top - 22 - lineHeight*vg.Length(len(t.items))
	if !t.to.IsZero() {
		t.axis(c, top, bottom, left, right, at)
	}
	for n, i := range t.items {
		y := top - 22 - lineHeight*(vg.Length(n)+0.5)
		if n%2 == 1 {
			c.FillPolygon(zebra, box(margin, y-lineHeight/2, right, y+lineHeight/2))
		}
		c.FillText(plain, vg.Point{X: margin, Y: y}, fit(plain, i.When, 130))
		c.FillText(plain, vg.Point{X: margin + t.dates + 12, Y: y}, fit(plain, i.Title, mostOfText))
		t.symbol(c, i, y, left, at)
	}
}

// axis draws when things were.
func (t *course) axis(c draw.Canvas, top, bottom, left, right vg.Length, at func(time.Time) vg.Length) {
	small := t.style(textSize-1, false)
	small.XAlign = text.XCenter
	last := left - 100
	for _, moment := range ticks(t.from, t.to) {
		x, name := at(moment), moment.Format("2 Jan 2006")
		c.StrokeLine2(draw.LineStyle{Color: faint, Width: 0.8}, x, bottom, x, top-16)
		half := small.Width(name) / 2
		if x-half < last+8 || x+half > right+margin {
			continue
		}
		c.FillText(small, vg.Point{X: x, Y: top - 8}, name)
		last = x + half
	}
}

// ticks gives the beginnings of days, weeks, months or years in a time, as many as can be read.
func ticks(from, to time.Time) (out []time.Time) {
	const most = 6
	day := from.UTC().Truncate(24 * time.Hour)
	month := time.Date(from.UTC().Year(), from.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, step := range []struct{ months, days int }{{0, 1}, {0, 2}, {0, 7}, {0, 14}, {1, 0}, {3, 0}, {6, 0}, {12, 0}, {60, 0}, {240, 0}, {1200, 0}} {
		start := day
		if step.months > 0 {
			start = time.Date(month.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		}
		out = nil
		for at := start; !at.After(to) && len(out) <= most; at = at.AddDate(0, step.months, step.days) {
			if !at.Before(from) {
				out = append(out, at)
			}
		}
		if len(out) <= most {
			return out
		}
	}
	return out
}

// diamond is a symbol like those of the library.
type diamond struct{}

// DrawGlyph draws it.
func (diamond) DrawGlyph(c *draw.Canvas, g draw.GlyphStyle, at vg.Point) {
	r := g.Radius
	c.FillPolygon(g.Color, []vg.Point{{X: at.X - r, Y: at.Y}, {X: at.X, Y: at.Y + r}, {X: at.X + r, Y: at.Y}, {X: at.X, Y: at.Y - r}})
}

// symbol draws an item in its place: a bar for a time that is not known to the day, an arrow for what lies further back.
func (t *course) symbol(c draw.Canvas, i item, y, left vg.Length, at func(time.Time) vg.Length) {
	s := symbols[i.Kind]
	glyph := draw.GlyphStyle{Color: s.fill, Radius: 4.5, Shape: s.shape}
	switch {
	case i.Start.IsZero():
		return
	case i.End.Before(t.from):
		c.FillPolygon(s.fill, []vg.Point{{X: left - 8, Y: y}, {X: left, Y: y + 4.5}, {X: left, Y: y - 4.5}})
		return
	}
	from, to := at(i.Start), at(i.End)
	if i.Start.Before(t.from) {
		from = left
	}
	if to-from > 12 {
		c.FillPolygon(s.fill, box(from, y-1.5, to, y+1.5))
	}
	c.DrawGlyphNoClip(glyph, vg.Point{X: (from + to) / 2, Y: y})
}

// key draws the legend at the foot.
func (t *course) key(c draw.Canvas) {
	plain := t.style(textSize, false)
	x, y := margin, margin+legendLine*1.5
	for kind, s := range symbols {
		if !slices.ContainsFunc(t.items, func(i item) bool { return i.Kind == itemKind(kind) }) {
			continue
		}
		w := 16 + plain.Width(s.meaning) + 18
		if x+w > c.Max.X-margin {
			x, y = margin, y-legendLine
		}
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: s.fill, Radius: 4.5, Shape: s.shape}, vg.Point{X: x + 5, Y: y})
		c.FillText(plain, vg.Point{X: x + 16, Y: y}, s.meaning)
		x += w
	}
	if slices.ContainsFunc(t.items, func(i item) bool { return !i.Start.IsZero() && i.End.Before(t.from) }) {
		back := "further back"
		if x+16+plain.Width(back) > c.Max.X-margin {
			x, y = margin, y-legendLine
		}
		c.FillPolygon(black, []vg.Point{{X: x, Y: y}, {X: x + 8, Y: y + 4.5}, {X: x + 8, Y: y - 4.5}})
		c.FillText(plain, vg.Point{X: x + 16, Y: y}, back)
	}
}

// description says in words what the picture shows.
func (t *course) description() string {
	if len(t.items) == 0 {
		return "Nothing is on record yet."
	}
	lines := make([]string, len(t.items))
	for n, i := range t.items {
		lines[n] = i.When + ": " + i.Title
	}
	return fmt.Sprintf("%d events and revisions by the time at which they were held. %s.", len(t.items), strings.Join(lines, "; "))
}

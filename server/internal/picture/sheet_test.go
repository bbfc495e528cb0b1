package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// A picture is told in words, whatever they hold; SVG is well-formed, and PNG has the size that was asked for.
func TestPicturesAreToldInWords(t *testing.T) {
	s := sheet{lettering: newLettering(), name: []string{"x"}, title: `<A> & "B"`, description: "Two > one.", width: 200, height: 100}
	paint := func(c draw.Canvas, _ vg.Length) {
		c.FillText(newLettering().style(textSize, true), vg.Point{X: 10, Y: 50}, "<x>")
	}
	svg, err := s.render(parleyv1.PictureFormat_PICTURE_FORMAT_SVG, paint)
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(svg.Data)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, svg.Data)
		}
	}
	for _, want := range []string{`role="img"`, "<title id=\"title\">&lt;A&gt; &amp; &#34;B&#34;</title>", "<desc id=\"desc\">Two &gt; one.</desc>", "Arial,Helvetica,sans-serif"} {
		if !bytes.Contains(svg.Data, []byte(want)) {
			t.Errorf("no %s in\n%s", want, svg.Data)
		}
	}
	img, err := s.render(parleyv1.PictureFormat_PICTURE_FORMAT_PNG, paint)
	if err != nil {
		t.Fatal(err)
	}
	size, err := png.DecodeConfig(bytes.NewReader(img.Data))
	if err != nil || size.Width != 400 || size.Height != 200 {
		t.Errorf("%v %v", size, err)
	}
	if _, err := s.render(0, paint); fault.Of(err).Reason != fault.ReasonInvalidField {
		t.Error(err)
	}
}

func TestPicturesAreBounded(t *testing.T) {
	if err := bounded(MostRows, MostColumns); err != nil {
		t.Error(err)
	}
	for _, err := range []error{bounded(MostRows+1, 1), bounded(1, MostColumns+1)} {
		if fault.Of(err).Reason != fault.ReasonLimitExceeded {
			t.Error(err)
		}
	}
}

// The axis leaves out what lies so far back that it would squeeze the rest, and its ticks are few and in order.
func TestTheAxisShowsWhatIsCloseTogether(t *testing.T) {
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	at := func(s string) item { return item{Start: day(s), End: day(s)} }
	c := &course{items: []item{at("2022-02-24"), at("2025-11-19"), at("2025-11-23"), at("2025-12-02"), at("2025-12-23"), {}}}
	c.span()
	if from := c.from.Format(time.DateOnly); from != "2025-11-18" {
		t.Errorf("begins on %s", from)
	}
	for _, to := range []string{"2025-11-20", "2025-12-23", "2026-09-01", "2031-01-01", "2300-01-01"} {
		got := ticks(day("2025-11-19"), day(to))
		if len(got) == 0 || len(got) > 6 {
			t.Errorf("%d ticks until %s", len(got), to)
		}
	}
}

func TestNamesAreCutToTheirRoom(t *testing.T) {
	style := newLettering().style(textSize, false)
	if got := fit(style, strings.Repeat("long ", 40), 60); style.Width(got) > 60 || !strings.HasSuffix(got, "…") {
		t.Errorf("%q is %v wide", got, style.Width(got))
	}
}

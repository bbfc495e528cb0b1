package redline

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Digests are stored with stances: these must never change.
func TestDigestIsTheOneThatIsStored(t *testing.T) {
	for _, test := range []struct {
		point *parleyv1.Point
		want  string
	}{
		{&parleyv1.Point{}, ""},
		{&parleyv1.Point{Label: "7", Note: "left to the presidents", State: parleyv1.Point_STATE_DEFERRED}, ""},
		{&parleyv1.Point{Text: " \n "}, ""},
		{&parleyv1.Point{Heading: "Amnesty"}, "a2e1c7122a6a8f27aa06ee4e5b9b73205fb9f67e9efa879bf848ae29d8289817"},
		{&parleyv1.Point{Heading: "Army", Text: "At most 800,000 in peacetime."}, "a81dcaa9d3014e808ee2fcc2e50b7e4516c47f0a879975a7b457912fb4ee51cd"},
		{&parleyv1.Point{Heading: "Plant", Alternatives: []*parleyv1.Alternative{{Label: "A", Text: "Run by three."}, {Label: "B", Text: "Run by two."}}}, "11e2c26265a7d891825daa86bdd8435511a3be68c3b0375429da8050253fda13"},
	} {
		if got := Digest(test.point); got != test.want {
			t.Errorf("%v: %s, want %s", test.point, got, test.want)
		}
	}
}

// Formatting, number, place and what is noted about a point leave its digest alone.
func TestDigestIsOfTheWordingOnly(t *testing.T) {
	text := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"Kyiv", "é", "e", "\u0301", "600,000", ".", " "}), 1, 12),
		func(list []string) string { return strings.Join(list, "") })
	rapid.Check(t, func(t *rapid.T) {
		p := &parleyv1.Point{Heading: text.Draw(t, "heading"), Text: text.Draw(t, "text")}
		for _, label := range []string{"A", "B", "C"}[:rapid.IntRange(0, 3).Draw(t, "alternatives")] {
			p.Alternatives = append(p.Alternatives, &parleyv1.Alternative{Label: label, Text: text.Draw(t, "alternative")})
		}
		same := proto.CloneOf(p)
		same.Id, same.Label, same.Parent, same.Topic, same.Note = "x", "21bis", "y", "territory", "doubtful"
		same.State, same.Obliges = parleyv1.Point_STATE_UNKNOWN, []string{"negotiations/n/parties/p"}
		same.Heading, same.Text = spacedOut(same.GetHeading()), spacedOut(same.GetText())
		slices.Reverse(same.Alternatives)
		for _, a := range same.GetAlternatives() {
			a.Label, a.Note, a.Proponents, a.Text = "Z"+a.GetLabel(), "whose?", []string{"negotiations/n/parties/q"}, spacedOut(a.GetText())
		}
		if Digest(p) != Digest(same) {
			t.Fatalf("%v and %v have different digests", p, same)
		}
		for _, edit := range []func(p *parleyv1.Point){
			func(p *parleyv1.Point) { p.Heading += "s" },
			func(p *parleyv1.Point) { p.Text += "s" },
			func(p *parleyv1.Point) { p.Text += " " + p.GetHeading() + "s" },
			func(p *parleyv1.Point) {
				p.Alternatives = append(p.Alternatives, &parleyv1.Alternative{Label: "D", Text: "other"})
			},
			func(p *parleyv1.Point) { p.Text, p.Heading = p.GetHeading()+"s", p.GetText() },
		} {
			other := proto.CloneOf(p)
			if edit(other); Digest(p) == Digest(other) {
				t.Fatalf("%v and %v have the same digest", p, other)
			}
		}
	})
}

// spacedOut writes a text as another program might: with other white space.
func spacedOut(s string) string {
	return "\n " + strings.ReplaceAll(s, " ", " \u00a0\t\r\n") + " "
}

func TestDigestTakesTheTwoWaysOfWritingAnAccentForOne(t *testing.T) {
	if Digest(&parleyv1.Point{Text: "cafe\u0301"}) != Digest(&parleyv1.Point{Text: "café"}) {
		t.Error("the digests differ")
	}
}

func TestRevisionDigest(t *testing.T) {
	text := func(change func(p []*parleyv1.Point) []*parleyv1.Point) string {
		points := plan(3)
		return RevisionDigest(slices.Values(change(points)))
	}
	was := text(func(p []*parleyv1.Point) []*parleyv1.Point { return p })
	for name, test := range map[string]struct {
		change func(p []*parleyv1.Point) []*parleyv1.Point
		same   bool
	}{
		"nothing":       {func(p []*parleyv1.Point) []*parleyv1.Point { return p }, true},
		"another label": {func(p []*parleyv1.Point) []*parleyv1.Point { p[1].Label = "8bis"; return p }, true},
		"another note":  {func(p []*parleyv1.Point) []*parleyv1.Point { p[1].Note = "doubtful"; return p }, true},
		"another order": {func(p []*parleyv1.Point) []*parleyv1.Point { p[0], p[1] = p[1], p[0]; return p }, false},
		"nested":        {func(p []*parleyv1.Point) []*parleyv1.Point { p[1].Parent = "p0"; return p }, false},
		"struck":        {func(p []*parleyv1.Point) []*parleyv1.Point { p[1].State = parleyv1.Point_STATE_STRUCK; return p }, false},
		"other words":   {func(p []*parleyv1.Point) []*parleyv1.Point { p[1].Digest = p[0].Digest; return p }, false},
		"one less":      {func(p []*parleyv1.Point) []*parleyv1.Point { return p[:2] }, false},
		"another id":    {func(p []*parleyv1.Point) []*parleyv1.Point { p[1].Id = "q"; return p }, false},
	} {
		if got := text(test.change); (got == was) != test.same {
			t.Errorf("%s: %s and %s", name, was, got)
		}
	}
}

func FuzzDigest(f *testing.F) {
	f.Add("Army", "At most 800,000.", "A")
	f.Add("", "e\u0301\xff\u00a0", " ")
	f.Add("\u1100\u1161", "\U0001d15e", "\u0344")
	f.Fuzz(func(t *testing.T, heading, text, alternative string) {
		p := &parleyv1.Point{Heading: heading, Text: text, Alternatives: []*parleyv1.Alternative{{Text: alternative}}}
		q := &parleyv1.Point{Heading: canonical(heading), Text: canonical(text), Alternatives: []*parleyv1.Alternative{{Text: canonical(alternative)}}}
		if Digest(p) != Digest(q) {
			t.Errorf("the canonical form of %q, %q, %q has another digest", heading, text, alternative)
		}
	})
}

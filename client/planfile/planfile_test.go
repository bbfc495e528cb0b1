package planfile

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/protobuf/testing/protocmp"
)

const negotiation = "negotiations/peace"

func readSample(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/plan.md")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func party(ids ...string) (names []string) {
	for _, id := range ids {
		names = append(names, negotiation+"/parties/"+id)
	}
	return names
}

func sample() *Plan {
	return &Plan{
		PlanName:   negotiation + "/plans/us-draft",
		RevisionID: "v2",
		Revision: &parleyv1.Revision{
			DisplayName:   "Counter-proposal of 23 November",
			Parents:       []*parleyv1.Revision_Parent{{Revision: negotiation + "/plans/us-draft/revisions/v1"}},
			Content:       parleyv1.Revision_CONTENT_PARAPHRASE,
			ParaphrasedBy: "the recorder",
			Note:          "Two\nlines.",
			HeldTime:      &parleyv1.PartialTime{Value: "2025-11-23"},
		},
		Points: []*parleyv1.Point{
			{Id: "sovereignty", Label: "1", Heading: "Sovereignty", Text: "Ukraine's sovereignty is confirmed.\n\n" +
				" * Lists, *emphasis* and `code` are text.\n * So are rules:\n\n---\n\n# and lines that look like headings.\n" +
				"> Or like quotations.\n\\ Or begin with a backslash."},
			{
				Id: "army-size", Label: "6", Heading: "Armed forces", Topic: "armed-forces", Obliges: party("ukraine", "russia"),
				Text: "Ukraine's armed forces are limited to 800,000.",
				Terms: []*parleyv1.Term{
					{Key: "force-size", Bound: parleyv1.Bound_BOUND_AT_MOST, Value: 800000, Unit: "people", Words: "limited to 800,000"},
				},
			},
			{
				Id: "reserve", Label: "6.1", Heading: "Reserve", Parent: "army-size",
				Alternatives: []*parleyv1.Alternative{
					{Label: "A", Text: "The reserve counts.", Proponents: party("us"), Opponents: party("ukraine", "e3"), Note: "not \"final\"\nyet", Terms: []*parleyv1.Term{
						{Key: "reserve-counts", Bound: parleyv1.Bound_BOUND_EXACT, Value: 1},
						{Key: "share", Bound: parleyv1.Bound_BOUND_AT_LEAST, Value: 0.5, Words: "of the whole"},
					}},
					{Label: "B", Text: "The reserve does not count.\n\nNor do the border guards.\n[In brackets.]", Proponents: party("ukraine")},
				},
				Note: "What the recorder has to say.\n\nIn two paragraphs.",
			},
			{Id: "amnesty", Label: "26", Heading: "Amnesty", State: parleyv1.Point_STATE_STRUCK},
			{
				Id: "russia-economy", Label: "13", Heading: "Russia in the world economy", State: parleyv1.Point_STATE_MOVED,
				MovedTo: negotiation + "/plans/us-russia",
			},
			{Id: "territory", Label: "21", Heading: "Territory", State: parleyv1.Point_STATE_DEFERRED, Note: "Left to the presidents."},
			{Id: "annex", Label: "Annex A", Heading: "Annex"},
			{Id: "odd", Heading: "28 {points}"},
			{Text: "An id is made by the server."},
		},
	}
}

func TestReadsTheSample(t *testing.T) {
	got, err := Parse("plan.md", readSample(t), negotiation)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

// The sample is written as Markdown writes it, so it is its own golden file.
func TestWritesTheSample(t *testing.T) {
	got, err := sample().Markdown(negotiation)
	if diff := cmp.Diff(string(readSample(t)), string(got)); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestYAMLReadsBack(t *testing.T) {
	data, err := sample().YAML(negotiation)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse("plan.yaml", data, negotiation)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatPeopleWrite(t *testing.T) {
	for in, want := range map[string]*Plan{
		"": {},
		"# A title\n\n## 8bis) Foo\r\ntext\r\n\r\n": {
			Revision: &parleyv1.Revision{DisplayName: "A title"},
			Points:   []*parleyv1.Point{{Label: "8bis", Heading: "Foo", Text: "text"}},
		},
		"## ~~1. Gone~~ {#a}\n#### Below {#b}\n### Also below {#c}\n## Beside {#d}": {Points: []*parleyv1.Point{
			{Id: "a", Label: "1", Heading: "Gone", State: parleyv1.Point_STATE_STRUCK},
			{Id: "b", Heading: "Below", Parent: "a"},
			{Id: "c", Heading: "Also below", Parent: "a"},
			{Id: "d", Heading: "Beside"},
		}},
		"## 28-point plan, 600,000 troops {#21 obliges=[ukraine, russia]}\n": {Points: []*parleyv1.Point{
			{Id: "21", Heading: "28-point plan, 600,000 troops", Obliges: party("ukraine", "russia")},
		}},
		"## A\n> [x]\n> text\n\n> [!note]\n> n\n\nbody": {Points: []*parleyv1.Point{
			{Heading: "A", Text: "body", Note: "n", Alternatives: []*parleyv1.Alternative{{Label: "x", Text: "text"}}},
		}},
		"## A {#a parent=z}\n    # indented is text\n\t## so is this\n#nor is this": {Points: []*parleyv1.Point{
			{Id: "a", Heading: "A", Parent: "z", Text: "    # indented is text\n\t## so is this\n#nor is this"},
		}},
		"- {id: a, text: b}\n- text: {}": nil,
		"- {id: a, label: 21, text: b}":  {Points: []*parleyv1.Point{{Id: "a", Label: "21", Text: "b"}}},
		"title: T\npoints: [{heading: h}]": {
			Revision: &parleyv1.Revision{DisplayName: "T"}, Points: []*parleyv1.Point{{Heading: "h"}},
		},
	} {
		got, err := Parse("", []byte(in), negotiation)
		if (err == nil) != (want != nil) {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if want != nil && want.Revision == nil {
			want.Revision = &parleyv1.Revision{}
		}
		if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
			t.Errorf("%q\n%s", in, diff)
		}
	}
}

func TestMistakesAreNamedWithTheirLine(t *testing.T) {
	for in, want := range map[string]string{
		"---\ntitle: x\n":                        "f.md:1: the front matter is not closed",
		"---\ntitle: x\nfoo: y\n---\n":           `f.md:3: Revision has no field "foo"`,
		"---\ntitle: x\ndisplay_name: y\n---\n":  `f.md:3: "display_name" is given twice`,
		"---\npoints: []\n---\n":                 "f.md:2: the points come after the front matter",
		"---\na: [\n---\n":                       "f.md:",
		"\n\nhello":                              "f.md:3: text before the first point",
		"# a\n# b":                               "f.md:2: a title (#) comes once",
		"---\ntitle: x\n---\n# y":                "f.md:4: there is another title",
		"# a {#b}":                               "f.md:1: a title has nothing in braces",
		"## a {#b}\n## c {#b}":                   `f.md:2: point id "b" is there already, on line 1`,
		"## a {#B}":                              `f.md:1: "B" is no point id`,
		"## a {#b .c}":                           `f.md:1: a point has no "class"`,
		"## a {#b state=GONE}":                   `f.md:1: "GONE" is no state`,
		"## a {#b obliges=x, y}":                 "f.md:1: what stands in braces cannot be read",
		"## a {#b heading=c}":                    "f.md:1: the heading is given twice",
		"## a\n### b {#c}":                       "f.md:2: the point above has no id",
		"## a\n> b":                              "f.md:2: a quotation begins with the label",
		"## a\n> [b":                             "f.md:2: the bracket is not closed",
		"## a\n> [b]{for}":                       "f.md:2: what stands in braces cannot be read",
		"## a\n> [b]{fro=x}":                     `f.md:2: an alternative has no "fro"`,
		"## a\ntext\n> [b] c\n\nmore":            "f.md:5: text after a quotation",
		"## a\n> [b] c\nmore":                    "f.md:3: a quotation goes on with >",
		"## a\n> [!NOTE]\n> x\n\n> [!NOTE]\n> y": "f.md:5: a point has one note",
		"## a\n\xff":                             "f.md:2: not UTF-8",
	} {
		_, err := Parse("f.md", []byte(in), negotiation)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q\ngot  %v\nwant %s", in, err, want)
		}
	}
	if _, err := Parse("f.yaml", []byte("points:\n- id: a\n- id: a"), negotiation); err == nil || !strings.Contains(err.Error(), "f.yaml:3: point id") {
		t.Error(err)
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	for _, p := range []*parleyv1.Point{{Id: "No id"}, {Text: "a\rb"}, {Heading: "a\nb", Id: "x"}} {
		plan := &Plan{Points: []*parleyv1.Point{p}}
		if data, err := plan.Markdown(negotiation); err == nil && p.Heading == "" {
			t.Errorf("%v written as %q", p, data)
		}
	}
}

func TestOfARevisionOfTheServer(t *testing.T) {
	r := &parleyv1.Revision{
		Name: negotiation + "/plans/p/revisions/r", Ordinal: 3, Digest: "x", PointCount: 1,
		Points: []*parleyv1.Point{{Id: "a", Heading: "A", State: parleyv1.Point_STATE_PRESENT, Digest: "y", Origins: []string{"b"}}},
	}
	data, err := Of(r).Markdown(negotiation)
	if want := "---\nplan: p\n---\n\n## A {#a}\n"; err != nil || string(data) != want {
		t.Errorf("%q, %v", data, err)
	}
	plan, err := Parse("x.md", data, negotiation)
	if err != nil {
		t.Fatal(err)
	}
	req := plan.Request()
	if req.GetParent() != negotiation+"/plans/p" || len(req.GetText().GetPoints()) != 1 || req.GetRevision() == nil {
		t.Errorf("%v", req)
	}
}

// The example in the document on formats says what the document tells of it, and is written as the command would.
func TestTheDocumentedPlan(t *testing.T) {
	doc, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(doc), "```markdown\n")
	example, _, _ = strings.Cut(example, "```")
	p, err := ParseMarkdown("formats.md", []byte(example), "negotiations/n")
	if err != nil || len(p.Points) != 3 || p.Points[1].GetParent() != "army-size" || len(p.Points[1].GetAlternatives()) != 2 ||
		p.Points[2].GetState() != parleyv1.Point_STATE_STRUCK {
		t.Fatalf("%v, %v", p, err)
	}
	written, err := p.Markdown("negotiations/n")
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(example, "## 6.")
	if _, got, _ := strings.Cut(string(written), "## 6."); got != want {
		t.Errorf("it is written as\n%s", written)
	}
}

package planfile

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"
)

var (
	// nasty texts are made of what the format gives a meaning to.
	nasty = rapid.StringMatching(`([ \t#>\\"'{}\[\]~=:.,&*!|1a] ?|[#>]+ |\[!NOTE\]|\[!TERMS\]|\[A\]|\{#a\}|~~|---|é)*`)
	line  = rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9 .,]{0,20}`), nasty, rapid.StringMatching(`[^\n\r]{0,8}`))
	prose = rapid.Custom(func(t *rapid.T) string {
		s := ""
		for i, l := range rapid.SliceOfN(line, 0, 5).Draw(t, "lines") {
			if i > 0 {
				s += "\n"
			}
			s += l
		}
		return s
	})
	names = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
		negotiation + "/parties/ukraine", negotiation + "/parties/us", "negotiations/other/parties/x", negotiation + "/parties/true",
	}), 0, 3, rapid.ID)
)

var terms = rapid.Custom(func(t *rapid.T) *parleyv1.Term {
	return &parleyv1.Term{
		Key: rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?`).Draw(t, "key"), Bound: parleyv1.Bound(rapid.IntRange(1, 3).Draw(t, "bound")),
		Value: rapid.Float64().Draw(t, "value") + 0, Unit: line.Draw(t, "unit"), Words: prose.Draw(t, "words"),
	}
})

func drawPlan(t *rapid.T) *Plan {
	plan := &Plan{Revision: &parleyv1.Revision{DisplayName: line.Draw(t, "title"), Note: prose.Draw(t, "revision note")}}
	if rapid.Bool().Draw(t, "plan") {
		plan.PlanName, plan.RevisionID = negotiation+"/plans/p", "v1"
	}
	parents := []string{""}
	for i := range rapid.IntRange(0, 12).Draw(t, "points") {
		p := &parleyv1.Point{
			Label:   rapid.OneOf(rapid.StringMatching(`[0-9]{0,2}(\.[0-9])?(bis|a)?`), line).Draw(t, "label"),
			Heading: line.Draw(t, "heading"),
			Text:    prose.Draw(t, "text"),
			Topic:   rapid.OneOf(rapid.Just(""), line).Draw(t, "topic"),
			Note:    rapid.OneOf(rapid.Just(""), prose).Draw(t, "note"),
			Obliges: names.Draw(t, "obliges"),
			State:   parleyv1.Point_State(rapid.SampledFrom([]int{0, 0, 0, 2, 3, 4, 5, 6}).Draw(t, "state")),
			Parent:  rapid.SampledFrom(parents).Draw(t, "parent"),
			Terms:   rapid.SliceOfN(terms, 0, 2).Draw(t, "terms"),
		}
		if p.State == parleyv1.Point_STATE_MOVED {
			p.MovedTo = negotiation + "/plans/q"
		}
		if rapid.Bool().Draw(t, "id") {
			p.Id = fmt.Sprint("p-", i)
			parents = append(parents, p.Id, p.Id, p.Id)
		}
		for range rapid.IntRange(0, 2).Draw(t, "alternatives") {
			p.Alternatives = append(p.Alternatives, &parleyv1.Alternative{
				Label: line.Draw(t, "label"), Text: prose.Draw(t, "alternative"), Note: rapid.OneOf(rapid.Just(""), prose).Draw(t, "note"),
				Proponents: names.Draw(t, "for"), Opponents: names.Draw(t, "against"),
				Terms: rapid.SliceOfN(terms, 0, 2).Draw(t, "terms"),
			})
		}
		plan.Points = append(plan.Points, p)
	}
	return plan
}

func TestReadsBackWhatItWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawPlan(t)
		for name, write := range map[string]func(string) ([]byte, error){"x.md": want.Markdown, "x.yaml": want.YAML} {
			data, err := write(negotiation)
			if err != nil {
				t.Fatalf("%v\n%s", err, data)
			}
			got, err := Parse(name, data, negotiation)
			if err != nil {
				t.Fatalf("%v\n%s", err, data)
			}
			if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
				t.Fatalf("%s\n%s", diff, data)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(true, readSample(f))
	f.Add(true, []byte("## ~~1.~~ {#a label=\"\\\"\" topic={} obliges=[1,2.5]}\n> [a]{for=[x] note=\"\\n\"}b"))
	f.Add(true, []byte("## {#a heading=\"x\"}\n\\\\\n> [!NOTE]\n> \\"))
	f.Add(true, []byte("## {#a}\n> [!TERMS]\n> a <= 1e3 \"b\\n\"\n\n> [A] b\n\n> [!TERMS]\n> c = 5 d \"e\"\n> f >= -0.5"))
	f.Add(true, []byte("## {#a}\n> [!TERMS]\n> 0 = 1 \"\\u00a0\""))
	f.Add(false, []byte("id: a\npoints: [{id: b, text: \"c\\n\"}]"))
	f.Fuzz(func(t *testing.T, markdown bool, data []byte) {
		name := "x.yaml"
		if markdown {
			name = "x.md"
		}
		plan, err := Parse(name, data, negotiation)
		if err != nil {
			return
		}
		if out, err := plan.YAML(negotiation); err != nil {
			t.Errorf("YAML: %v\n%s", err, out)
		}
		if !markdown {
			return
		}
		if out, err := plan.Markdown(negotiation); err != nil {
			t.Errorf("Markdown: %v\n%s", err, out)
		}
	})
}

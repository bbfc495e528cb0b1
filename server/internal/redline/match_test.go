package redline

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// pt makes a point: "army: The forces are capped." has an id, "The forces are capped." has none. A "# " before the text
// makes a heading of what stands before " — ".
func pt(line string) *parleyv1.Point {
	p := &parleyv1.Point{State: parleyv1.Point_STATE_PRESENT}
	id, text, named := strings.Cut(line, ": ")
	if !named {
		id, text = "", line
	}
	p.Id = id
	if heading, ok := strings.CutPrefix(text, "# "); ok {
		p.Heading, p.Text, _ = strings.Cut(heading, " — ")
	} else {
		p.Text = text
	}
	return p
}

func pts(lines ...string) (out []*parleyv1.Point) {
	for _, line := range lines {
		out = append(out, pt(line))
	}
	return out
}

func in(state parleyv1.Point_State, p *parleyv1.Point) *parleyv1.Point {
	p.State = state
	return p
}

// said writes matches down: "1 ID, - NEW".
func said(matches []Match) string {
	var out []string
	for _, m := range matches {
		old := "-"
		if m.Old >= 0 {
			old = fmt.Sprint(m.Old)
		}
		out = append(out, old+" "+strings.TrimPrefix(m.How.String(), "HOW_"))
	}
	return strings.Join(out, ", ")
}

// Provisions of the plan of November 2025 and of later versions, in other words.
const (
	sovereignty = "The sovereignty of Ukraine is confirmed."
	pact        = "Russia, Ukraine and Europe conclude a pact of non-aggression and settle the ambiguities of thirty years."
	armyV1      = "The armed forces of Ukraine are limited to 600,000 personnel."
	armyV2      = "The armed forces of Ukraine are limited to 800,000 personnel in peacetime."
	plantV1     = "The Zaporizhzhia plant is restarted under the IAEA, and its power shared equally between Russia and Ukraine."
	amnesty     = "All parties to the conflict receive full amnesty for their actions in the war."
	grain       = "Russia lets Ukraine use the Dnieper for trade, and agreements on grain through the Black Sea are made."
)

func TestMatchPoints(t *testing.T) {
	struck, deferred := parleyv1.Point_STATE_STRUCK, parleyv1.Point_STATE_DEFERRED
	for _, test := range []struct {
		name     string
		old, new []*parleyv1.Point
		want     string
	}{
		{"nothing with nothing", nil, nil, ""},
		{"the first text", nil, pts(sovereignty), "- NEW"},
		{"by id, whatever it says", pts("army: "+armyV1, "pact: "+pact), pts("pact: "+armyV1, "army: "+pact), "1 ID, 0 ID"},
		{"an id that is new is not matched by wording", pts("army: " + armyV1), pts("forces: " + armyV1), "- NEW"},
		{"an id that comes twice is found once", pts("army: " + armyV1), pts("army: "+armyV1, "army: "+armyV2), "0 ID, - NEW"},
		{"moved without ids", pts("a: "+sovereignty, "b: "+pact, "c: "+armyV1), pts(armyV1, sovereignty, pact), "2 DIGEST, 0 DIGEST, 1 DIGEST"},
		{"reworded without ids", pts("a: "+sovereignty, "b: "+armyV1, "c: "+grain), pts(grain, armyV2, amnesty), "2 DIGEST, 1 SIMILARITY, - NEW"},
		{"an id goes before the same wording", pts("a: "+armyV1, "b: "+armyV1), pts(armyV1, "a: "+armyV1), "1 DIGEST, 0 ID"},
		{"the same wording goes before a likeness", pts("a: "+armyV1, "b: "+armyV2), pts(armyV2, armyV2), "1 DIGEST, 0 SIMILARITY"},
		{"doubles in their order", pts("a: Reserved.", "b: Reserved.", "c: Reserved."), pts("Reserved.", "Reserved."), "0 DIGEST, 1 DIGEST"},
		{"doubles beside their neighbours", pts("a: Reserved.", "b: "+grain, "c: Reserved."), pts(grain, "Reserved."), "1 DIGEST, 2 DIGEST"},
		{"doubles before a neighbour", pts("a: Reserved.", "b: Reserved.", "c: "+grain), pts("Reserved.", grain), "1 DIGEST, 2 DIGEST"},
		{"best pairs first", pts("a: " + plantV1), pts("The plant is shared equally between Russia and Ukraine.", plantV1+" The dam too."), "- NEW, 0 SIMILARITY"},
		{"case and marks do not count", pts("a: Free trade, now!"), pts("FREE TRADE - NOW"), "0 SIMILARITY"},
		{"another script", pts("a: 停火后立即举行选举。", "b: 各方释放全部战俘。"), pts("各方释放全部在押战俘。", "停火后一百天内举行选举。"), "1 SIMILARITY, 0 SIMILARITY"},
		{"what is gone comes back by its wording", []*parleyv1.Point{in(struck, pt("a: # Amnesty"))}, pts("# Amnesty"), "0 DIGEST"},
		{"what is gone does not come back by likeness", []*parleyv1.Point{in(struck, pt("a: # Full amnesty"))}, pts("# Full amnesty for all"), "- NEW"},
		{
			"what is in the text goes before what is gone",
			[]*parleyv1.Point{in(struck, pt("a: # Amnesty")), pt("b: # Amnesty")},
			pts("# Amnesty"), "1 DIGEST",
		},
		{
			"what was left to leaders comes back by its heading",
			[]*parleyv1.Point{in(deferred, pt("a: # Territory"))},
			pts("# Territory — The line of contact at signature is the line."), "0 SIMILARITY",
		},
		{
			"what is left to leaders is known by its heading", pts("a: # Territory — Crimea, Luhansk and Donetsk are Russian de facto."),
			[]*parleyv1.Point{in(deferred, pt("# Territory"))},
			"0 SIMILARITY",
		},
		{"without words there is nothing to know", []*parleyv1.Point{pt("a: "), in(deferred, pt("b: "))}, []*parleyv1.Point{pt(""), in(deferred, pt(""))}, "- NEW, - NEW"},
	} {
		if got := said(MatchPoints(test.old, test.new)); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestAlternativesCountForLikeness(t *testing.T) {
	old := pts("a: # Plant", "b: # Port")
	old[0].Alternatives = []*parleyv1.Alternative{{Label: "A", Text: "Run by three states under American lead."}}
	old[1].Alternatives = []*parleyv1.Alternative{{Label: "A", Text: "Open to all ships that carry grain."}}
	new := pts("# Harbour", "# Station")
	new[0].Alternatives = []*parleyv1.Alternative{{Label: "A", Text: "Open to all ships that carry grain or fish."}}
	new[1].Alternatives = []*parleyv1.Alternative{{Label: "A", Text: "Run by two states under American lead."}}
	if got := said(MatchPoints(old, new)); got != "1 SIMILARITY, 0 SIMILARITY" {
		t.Error(got)
	}
}

// Where all points begin alike, the beginning is no likeness.
func TestWordsThatAllShareTellLittle(t *testing.T) {
	var old, new []*parleyv1.Point
	for i := range 28 {
		old = append(old, pt(fmt.Sprintf("a%d: The parties shall agree on the old%d.", i, i)))
		new = append(new, pt(fmt.Sprintf("The parties shall agree on the new%d.", i)))
	}
	for j, m := range MatchPoints(old, new) {
		if m.Old >= 0 {
			t.Errorf("%q is taken for %q", new[j].GetText(), old[m.Old].GetText())
		}
	}
}

func TestSimilarityIsAShare(t *testing.T) {
	m := MatchPoints(pts("a: one two three four"), pts("one two three five"))
	if len(m) != 1 || m[0].Similarity < 0.749 || m[0].Similarity > 0.751 {
		t.Errorf("three words of four: %v", m)
	}
}

// checkMatches checks what MatchPoints promises of any two texts.
func checkMatches(t interface{ Fatalf(string, ...any) }, old, new []*parleyv1.Point) {
	used := map[int]int{}
	ids, times := map[string]bool{"": false}, map[string]int{"": 0}
	for _, p := range old {
		ids[p.GetId()] = p.GetId() != ""
	}
	for _, p := range new {
		times[p.GetId()]++
	}
	matches := MatchPoints(old, new)
	if len(matches) != len(new) {
		t.Fatalf("%d answers for %d points", len(matches), len(new))
	}
	for j, m := range matches {
		id := new[j].GetId()
		if other, twice := used[m.Old]; m.Old >= 0 && twice {
			t.Fatalf("old point %d is both %d and %d", m.Old, other, j)
		}
		used[m.Old] = j
		fits := false
		switch m.How {
		case parleyv1.PointMatch_HOW_ID:
			fits = id != "" && id == old[m.Old].GetId()
		case parleyv1.PointMatch_HOW_DIGEST:
			fits = id == "" && digestOf(new[j]) == digestOf(old[m.Old]) && digestOf(new[j]) != ""
		case parleyv1.PointMatch_HOW_SIMILARITY:
			fits = id == "" && m.Similarity >= threshold && m.Similarity < 1+1e-9
		case parleyv1.PointMatch_HOW_NEW:
			fits = m.Old == -1 && (!ids[id] || times[id] > 1)
		}
		if !fits || m.How != parleyv1.PointMatch_HOW_SIMILARITY && m.Similarity != 0 {
			t.Fatalf("new point %d (%v) is matched by %v", j, new[j], m)
		}
	}
}

// someText draws a text whose points resemble each other.
func someText() *rapid.Generator[[]*parleyv1.Point] {
	return rapid.Custom(func(t *rapid.T) (out []*parleyv1.Point) {
		for range rapid.IntRange(0, 25).Draw(t, "points") {
			p := &parleyv1.Point{
				Id:    rapid.SampledFrom([]string{"", "", "", "a", "b", "c", "d", "e"}).Draw(t, "id"),
				State: rapid.SampledFrom([]parleyv1.Point_State{1, 1, 1, 1, 0, 2, 3, 4, 5, 6}).Draw(t, "state"),
				Text:  strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"the", "army", "border", "trade", "aid", "is", "free"}), 0, 4).Draw(t, "text"), " "),
			}
			out = append(out, p)
		}
		return out
	})
}

func TestMatchIsOneToOneAndByIDFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkMatches(t, someText().Draw(t, "old"), someText().Draw(t, "new"))
	})
}

// A text without ids in another order finds itself again.
func TestEveryPointOfAShuffledTextIsFound(t *testing.T) {
	old := plan(300)
	rapid.Check(t, func(t *rapid.T) {
		new := rapid.Permutation(old).Draw(t, "new")
		for j, m := range MatchPoints(old, anonymous(new)) {
			if m.Old < 0 || m.How != parleyv1.PointMatch_HOW_DIGEST || old[m.Old] != new[j] {
				t.Fatalf("%v is matched by %v", new[j], m)
			}
		}
	})
}

// 20,000 reworded points are each recognised without comparing all with all.
func TestALongTextIsFoundAgainReworded(t *testing.T) {
	old := plan(20_000)
	for j, m := range MatchPoints(old, anonymous(reworded(old, 1))) {
		if m.Old != j || m.How != parleyv1.PointMatch_HOW_SIMILARITY {
			t.Fatalf("point %d is matched by %v", j, m)
		}
	}
}

// parsed reads a text for a fuzz test: a point a line, "id: text", its state being the first byte if that is a digit.
func parsed(text string) (out []*parleyv1.Point) {
	for i, line := range strings.Split(text, "\n") {
		if i == 200 {
			break
		}
		state := parleyv1.Point_STATE_PRESENT
		if line != "" && line[0] >= '0' && line[0] <= '6' {
			state, line = parleyv1.Point_State(line[0]-'0'), line[1:]
		}
		out = append(out, in(state, pt(line)))
	}
	return out
}

func FuzzMatchPoints(f *testing.F) {
	f.Add("army: "+armyV1+"\nReserved.\n"+pact, pact+"\n"+armyV2+"\narmy: x\nReserved.")
	f.Add("2a: # Amnesty\n4b: # Territory\n", "# Amnesty\n# Territory — The line.\n\xff: \xfe")
	f.Add("a: 停火\na: 停火\n\n", "停火\n停火\n停火\n1\n2\n3")
	f.Fuzz(func(t *testing.T, old, new string) {
		checkMatches(t, parsed(old), parsed(new))
	})
}

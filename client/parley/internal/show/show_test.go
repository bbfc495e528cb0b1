package show

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

var update = flag.Bool("update", false, "write what is printed into testdata")

// golden compares what is printed with a file in testdata, and makes sure that it keeps to the page.
func golden(t *testing.T, name string, p Page, got string) {
	t.Helper()
	for line := range strings.Lines(got) {
		line = strings.TrimRight(line, "\n")
		if w := ansi.StringWidth(line); w > p.width() {
			t.Errorf("a line has %d columns: %q", w, line)
		}
		if i := strings.LastIndex(line, "\x1b["); i >= 0 && !strings.HasPrefix(line[i:], "\x1b[m") {
			t.Errorf("a colour goes on beyond the line %q", line)
		}
	}
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; -update takes it over:\n%s", file, got)
	}
}

// pages are the ways in which people see things.
var pages = map[string]Page{
	"plain": {Width: 100}, "colour": {Width: 100, Color: true}, "narrow": {Width: 60},
}

func revision(id, title, day string, parents ...string) *parleyv1.Revision {
	r := &parleyv1.Revision{Name: revisionName(id), DisplayName: title, Ordinal: 1, PointCount: 3, Content: parleyv1.Revision_CONTENT_KNOWN}
	if day != "" {
		r.HeldTime = &parleyv1.PartialTime{Value: day}
	}
	for _, parent := range parents {
		r.Parents = append(r.Parents, &parleyv1.Revision_Parent{Revision: revisionName(parent)})
	}
	return r
}

func revisionName(id string) string {
	plan, rev, _ := strings.Cut(id, "/")
	return "negotiations/n/plans/" + plan + "/revisions/" + rev
}

func party(id string) string { return "negotiations/n/parties/" + id }

func spans(marked ...string) []*parleyv1.Span {
	ops := map[byte]parleyv1.Span_Op{'=': parleyv1.Span_OP_EQUAL, '-': parleyv1.Span_OP_DELETE, '+': parleyv1.Span_OP_INSERT}
	var out []*parleyv1.Span
	for _, m := range marked {
		out = append(out, &parleyv1.Span{Op: ops[m[0]], Text: m[1:]})
	}
	return out
}

func point(id, label, heading string) *parleyv1.Point {
	return &parleyv1.Point{Id: id, Label: label, Heading: heading, State: parleyv1.Point_STATE_PRESENT}
}

func in(p *parleyv1.Point, s parleyv1.Point_State) *parleyv1.Point {
	p.State = s
	return p
}

// everyKind is a comparison in which all happens that can happen.
func everyKind() *parleyv1.DiffRevisionsResponse {
	type kind = parleyv1.PointDiff_Kind
	long := strings.Repeat("and so on and so forth ", 12)
	moved := in(point("sea", "9", "The sea"), parleyv1.Point_STATE_MOVED)
	moved.MovedTo = "negotiations/n/plans/annex"
	bracketed := point("plant", "4", "The plant")
	bracketed.Alternatives = []*parleyv1.Alternative{
		{Label: "A", Text: "Three run it.", Proponents: []string{party("a")}, Opponents: []string{party("b")}}, {Label: "B", Text: "Two run it."},
	}
	old := point("sea", "9", "The sea")
	old.Text = "The sea is free."
	obliged := point("arms", "2", "Arms")
	obliged.Obliges, obliged.Note, obliged.Topic = []string{party("a"), party("b")}, "Seen in one copy only.", "arms"
	return &parleyv1.DiffRevisionsResponse{
		Summary: &parleyv1.DiffSummary{
			Reworded: 2, Added: 1, Struck: 1, Deferred: 1, MovedElsewhere: 1, Obscured: 1, Restored: 1, Split: 1, Merged: 1, Moved: 1, Renumbered: 3, Annotated: 1, Unchanged: 7,
		},
		Points: []*parleyv1.PointDiff{
			{
				Point: "army", Kinds: []kind{parleyv1.PointDiff_KIND_REWORDED, parleyv1.PointDiff_KIND_MOVED, parleyv1.PointDiff_KIND_RENUMBERED},
				Before: point("army", "6", "Army"), After: point("army", "1bis", "Armed forces"), Heading: spans("-Army", "+Armed forces"),
				Text: spans("=Before it all, "+long+"the armed forces are limited to ", "-600,000", "+800,000 in peacetime", "=.\nThey "+long, "-stay ", "=where they are."),
			},
			{Point: "arms", Kinds: []kind{parleyv1.PointDiff_KIND_ANNOTATED}, Before: point("arms", "2", "Arms"), After: obliged},
			{Point: "new", Kinds: []kind{parleyv1.PointDiff_KIND_ADDED}, After: point("new", "3", "A heading that goes on and on, much further than any page is wide, so that it has to be cut somewhere"), Text: spans("+" + long + long)},
			{Point: "plant", Kinds: []kind{parleyv1.PointDiff_KIND_REWORDED}, Before: point("plant", "4", "The plant"), After: bracketed, Text: spans("-One runs it."), Alternatives: []*parleyv1.AlternativeDiff{
				{NewLabel: "A", Text: spans("+Three run it.")}, {OldLabel: "C", Text: spans("-None runs it.")}, {OldLabel: "B", NewLabel: "B", Text: spans("-One runs", "+Two run", "= it.")},
			}},
			{Point: "gone", Kinds: []kind{parleyv1.PointDiff_KIND_STRUCK}, Before: point("gone", "5", "Amnesty"), After: in(point("gone", "5", "Amnesty"), parleyv1.Point_STATE_STRUCK), Text: spans("-All are pardoned.")},
			{Point: "sea", Kinds: []kind{parleyv1.PointDiff_KIND_MOVED_ELSEWHERE}, Before: old, After: moved, Text: spans("-The sea is free.")},
			{Point: "part", Kinds: []kind{parleyv1.PointDiff_KIND_SPLIT}, After: point("part", "10", "A part"), From: []string{"whole"}, Text: spans("=What stood there before.")},
			{Point: "one", Kinds: []kind{parleyv1.PointDiff_KIND_RENUMBERED}, Before: point("one", "11", "One"), After: point("one", "12", "One")},
			{Point: "two", Kinds: []kind{parleyv1.PointDiff_KIND_RENUMBERED}, Before: point("two", "", "Two"), After: point("two", "13", "Two"), MatchedBy: parleyv1.PointMatch_HOW_SIMILARITY, Similarity: 0.834},
		},
	}
}

func TestDiff(t *testing.T) {
	d, base, rev := everyKind(), revision("draft/v1", "First draft", "2025-11-19/2025-11-21"), revision("answer/v2", "Their answer", "2025-11-24", "draft/v1")
	for name, p := range pages {
		golden(t, "diff-"+name, p, p.Diff(d, base, rev, false))
	}
	golden(t, "diff-full", pages["plain"], pages["plain"].Diff(d, base, rev, true))
	none := &parleyv1.DiffRevisionsResponse{Summary: &parleyv1.DiffSummary{Unchanged: 3}}
	golden(t, "diff-same", pages["plain"], pages["plain"].Diff(none, base, base, false))
	golden(t, "diff-first", pages["plain"], pages["plain"].Diff(none, nil, base, false))
}

// TestLogDrawsTheGraph has a chain, two answers to one text, a text that takes up both, one of three parents, and texts
// that follow from nothing.
func TestLogDrawsTheGraph(t *testing.T) {
	list := []*parleyv1.Revision{
		revision("draft/v5", "Five", "2025-12-23/2025-12-24", "draft/v4", "reply/r2", "other/o1"),
		revision("alone/a1", "Alone", ""),
		revision("other/o1", "Other", "2025-12"),
		revision("reply/r2", "Second reply", "2025-12-10", "draft/v3", "reply/r1"),
		revision("draft/v4", "Four", "2025-12-09", "draft/v3", "unseen/u1"),
		revision("draft/v3", "Three", "2025-12-08", "draft/v2", "reply/r1"),
		revision("reply/r1", "A reply with a title that is so long that it has to be cut to fit into its column of the page", "2025-12-07", "draft/v2"),
		revision("draft/v2", "Two", "2025-12-06", "draft/v1"),
		revision("draft/v1", "One", "2025-12-05"),
	}
	list[3].Parents[0].Relation = parleyv1.Revision_Parent_RELATION_REPLY_TO
	list[4].Contributors = []*parleyv1.Revision_Contributor{{Party: party("a"), Disputed: true}, {Who: "two envoys"}, {Party: party("a"), Disputed: true}}
	list[8].Content, list[8].ParaphrasedBy, list[8].PointCount = parleyv1.Revision_CONTENT_PARAPHRASE, "an envoy", 0
	for name, p := range pages {
		golden(t, "log-"+name, p, p.Log(list))
	}
}

// What is deleted is listed only if asked for, and then says so.
func TestDeletedIsMarked(t *testing.T) {
	p, gone := pages["plain"], timestamppb.New(time.Unix(1_700_000_000, 0))
	for name, list := range map[string]string{
		"negotiation": p.Negotiations([]*parleyv1.Negotiation{{Name: "negotiations/n", DeleteTime: gone}, {Name: "negotiations/m"}}),
		"party":       p.Parties([]*parleyv1.Party{{Name: party("n"), DeleteTime: gone}, {Name: party("m")}}),
		"demand":      p.Demands([]*parleyv1.Demand{{Name: party("a/demands/n"), DeleteTime: gone}, {Name: party("a/demands/m")}}),
		"plan":        p.Plans([]*parleyv1.Plan{{Name: "negotiations/a/plans/n", DeleteTime: gone}, {Name: "negotiations/a/plans/m"}}),
		"stance":      p.Stances([]*parleyv1.Stance{{Name: "negotiations/a/stances/n", DeleteTime: gone}, {Name: "negotiations/a/stances/m"}}),
	} {
		if strings.Count(list, "(deleted)") != 1 || !strings.Contains(list, "n (deleted)") {
			t.Errorf("the %s is not marked in\n%s", name, list)
		}
	}
	if got := Deleted(&parleyv1.Party{DeleteTime: gone}) + Deleted(&parleyv1.Party{}); got != "# deleted 2023-11-14T22:13:20Z\n" {
		t.Errorf("a single one says %q", got)
	}
}

// crowd is a matrix with many parties, each in another mood on each point.
func crowd(parties int) *parleyv1.PositionMatrix {
	m := &parleyv1.PositionMatrix{
		Revision: revisionName("draft/v2"), StatusCounts: []*parleyv1.PositionMatrix_StatusCount{{Status: parleyv1.PositionMatrix_STATUS_OPEN, Count: 9}, {Status: parleyv1.PositionMatrix_STATUS_AGREED, Count: 1}},
	}
	short := []string{"russia", "ukraine", "us", "e3", "eu", "france", "turkey", "un"}
	for i := range parties {
		id, title := fmt.Sprintf("party-%d", i+1), fmt.Sprintf("The Republic No. %d", i+1)
		if i < len(short) {
			id, title = short[i], short[i]
		}
		m.Parties = append(m.Parties, &parleyv1.Party{Name: party(id), DisplayName: title})
		m.Decides = append(m.Decides, i < 2)
		m.Whole = append(m.Whole, &parleyv1.PositionMatrix_Cell{})
	}
	for row := range 10 {
		r := &parleyv1.PositionMatrix_Row{
			Point:  point(fmt.Sprintf("point-%d", row), fmt.Sprint(row+1), fmt.Sprintf("Heading of the point that bears the number %d", row+1)),
			Status: parleyv1.PositionMatrix_Status(row%7 + 1),
		}
		for i := range parties {
			c := &parleyv1.PositionMatrix_Cell{}
			if value := (row + i) % 10; value > 0 && i != parties-1 { // the last one says nothing at all
				c.Currency, c.StanceCount = parleyv1.PositionMatrix_CURRENCY_CURRENT, 1
				c.Stance = &parleyv1.Stance{Value: parleyv1.Stance_Value(value), Target: &parleyv1.Stance_Target{
					Target: &parleyv1.Stance_Target_Point{Point: revisionName("draft/v1") + "/points/p"},
				}}
				if (row*i)%4 == 1 {
					c.Currency, c.AgedBy = parleyv1.PositionMatrix_CURRENCY_STALE, revisionName("draft/v2")
				}
				if (row*i)%4 == 2 {
					c.Stance.Conditions = []string{"if"}
				}
			}
			r.Cells = append(r.Cells, c)
		}
		m.Rows = append(m.Rows, r)
	}
	return m
}

func TestMatrix(t *testing.T) {
	rev := revision("draft/v2", "Second draft", "2025-11-24")
	for _, n := range []int{3, 9, 20} {
		for name, p := range pages {
			golden(t, fmt.Sprintf("matrix-%d-%s", n, name), p, p.Matrix(crowd(n), rev))
		}
	}
	empty := &parleyv1.PositionMatrix{Revision: revisionName("draft/v2")}
	golden(t, "matrix-empty", pages["plain"], pages["plain"].Matrix(empty, rev))
}

// texts have words of all widths, in which combined and wide signs occur, and blanks of all kinds.
var texts = rapid.StringMatching(`([a-z0-9.,'é世界👍-]{0,12}[ \n\t]{0,2}){0,30}`)

func words(text string) string { return strings.Join(strings.Fields(text), " ") }

// TestWrapKeepsWords: no line is too wide, and put together again they are the text. A word is broken only if no line
// could hold it.
func TestWrapKeepsWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, indent := texts.Draw(t, "text"), rapid.StringMatching(` {0,6}`).Draw(t, "indent")
		width := rapid.IntRange(40, 100).Draw(t, "width")
		got := wrap(text, width, indent)
		for line := range strings.Lines(got) {
			if w := ansi.StringWidth(strings.TrimRight(line, "\n")); w > width {
				t.Fatalf("a line of %d columns in %d: %q", w, width, line)
			}
		}
		widest := 0
		for _, word := range strings.Fields(text) {
			widest = max(widest, ansi.StringWidth(word))
		}
		if widest <= width-len(indent) && words(got) != words(text) {
			t.Fatalf("wrapped\n%q\ninto\n%q", words(text), words(got))
		}
	})
}

// TestRedlineHoldsBothTexts: what is outside {+ +} is the old text, what is outside [- -] the new one, word by word; with
// colours it says the same.
func TestRedlineHoldsBothTexts(t *testing.T) {
	word := rapid.StringMatching(`[a-z]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		var list []*parleyv1.Span
		var was, is []string
		for range rapid.IntRange(1, 8).Draw(t, "spans") {
			run := rapid.SliceOfN(word, 1, 40).Draw(t, "words")
			op := parleyv1.Span_Op(rapid.IntRange(1, 3).Draw(t, "op"))
			list = append(list, &parleyv1.Span{Op: op, Text: strings.Join(run, " ") + " "})
			if op != parleyv1.Span_OP_INSERT {
				was = append(was, run...)
			}
			if op != parleyv1.Span_OP_DELETE {
				is = append(is, run...)
			}
		}
		printed := wrap(Page{}.spans(list, true), 100, "")
		if got := words(without(printed, "{+", "+}", "[-", "-]")); got != strings.Join(was, " ") {
			t.Fatalf("old text\n%q\nprinted\n%q", was, printed)
		}
		if got := words(without(printed, "[-", "-]", "{+", "+}")); got != strings.Join(is, " ") {
			t.Fatalf("new text\n%q\nprinted\n%q", is, printed)
		}
		coloured := ansi.Strip(wrap(Page{Color: true}.spans(list, true), 100, ""))
		if want := strings.NewReplacer("[-", "", "-]", "", "{+", "", "+}", "").Replace(printed); words(coloured) != words(want) {
			t.Fatalf("with colours\n%q\nwithout\n%q", coloured, want)
		}
	})
}

// without drops what stands between two marks, and two other marks.
func without(text, open, shut, mark, unmark string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, open)
		b.WriteString(before)
		if !found {
			break
		}
		_, text, _ = strings.Cut(rest, shut)
	}
	return strings.NewReplacer(mark, "", unmark, "").Replace(b.String())
}

// TestTableFits: a table never leaves the page, and loses no word.
func TestTableFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`([a-z-]{1,12} ){0,6}`)
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 4, 4), 1, 5).Draw(t, "rows")
		p := Page{Width: rapid.IntRange(60, 140).Draw(t, "width")}
		got := p.Table([]string{"ONE", "TWO", "THREE", "FOUR"}, rows)
		for line := range strings.Lines(got) {
			if w := ansi.StringWidth(strings.TrimRight(line, "\n")); w > p.Width {
				t.Fatalf("a line of %d columns in %d:\n%s", w, p.Width, got)
			}
		}
		letters := func(text string) int { return len(strings.Join(strings.Fields(text), "")) }
		want := len("ONETWOTHREEFOUR")
		for _, row := range rows {
			want += letters(strings.Join(row, ""))
		}
		if n := letters(got); n != want {
			t.Fatalf("%d letters went in, %d came out:\n%s", want, n, got)
		}
	})
}

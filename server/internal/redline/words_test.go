package redline

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// marked writes spans down: "at most [-600,000-]{+800,000+}".
func marked(spans []*parleyv1.Span) string {
	var b strings.Builder
	for _, s := range spans {
		switch s.GetOp() {
		case parleyv1.Span_OP_DELETE:
			b.WriteString("[-" + s.GetText() + "-]")
		case parleyv1.Span_OP_INSERT:
			b.WriteString("{+" + s.GetText() + "+}")
		default:
			b.WriteString(s.GetText())
		}
	}
	return b.String()
}

func TestWords(t *testing.T) {
	for _, test := range []struct{ old, new, want string }{
		// Nothing, and everything.
		{"", "", ""},
		{"Amnesty.", "Amnesty.", "Amnesty."},
		{"", "Amnesty.", "{+Amnesty.+}"},
		{"Amnesty.", "", "[-Amnesty.-]"},

		// One word decides.
		{
			"Ukraine's armed forces are capped at 600,000.", "Ukraine's armed forces are capped at 800,000 in peacetime.",
			"Ukraine's armed forces are capped at [-600,000-]{+800,000 in peacetime+}.",
		},
		{
			"A working group on economic zones.", "A working group on potential economic zones.",
			"A working group on {+potential +}economic zones.",
		},
		{"Ukraine gets reliable guarantees.", "Ukraine gets robust guarantees.", "Ukraine gets [-reliable-]{+robust+} guarantees."},
		{
			"Elections in 100 days.", "Elections as soon as possible after signature.",
			"Elections [-in 100 days-]{+as soon as possible after signature+}.",
		},
		{"8bis applies", "8ter applies", "[-8bis-]{+8ter+} applies"},

		// What is left between two changes by chance goes with them; a clause stays.
		{"600,000 for ten years", "800,000 for five years", "[-600,000 for ten-]{+800,000 for five+} years"},
		{"shall be limited to peacetime", "will be capped in wartime", "[-shall be limited to peacetime-]{+will be capped in wartime+}"},
		{
			"Kyiv withdraws from Donetsk, Moscow from Sumy.", "Moscow withdraws from Kherson, Kyiv from Kharkiv.",
			"[-Kyiv-]{+Moscow+} withdraws from [-Donetsk, Moscow from Sumy-]{+Kherson, Kyiv from Kharkiv+}.",
		},
		{
			"All debts of the two states end; neither will attack the other; borders stay.",
			"Every claim against Russia lapses; neither will attack the other; lines freeze.",
			"[-All debts of the two states end-]{+Every claim against Russia lapses+}; neither will attack the other; [-borders stay-]{+lines freeze+}.",
		},

		// A change stands where a reader would put it.
		{"the cat and the bird", "the cat and the dog and the bird", "the cat {+and the dog +}and the bird"},
		{"Russia leaves. It pays.", "Russia leaves. It signs. It pays.", "Russia leaves. {+It signs. +}It pays."},
		{"Sumy, Kharkiv.", "Sumy, Odesa, Kharkiv.", "Sumy, {+Odesa, +}Kharkiv."},
		{"Sumy, Kharkiv", "Sumy, Kharkiv, Odesa", "Sumy, Kharkiv{+, Odesa+}"},
		{"NATO does not grow.", "NATO does not grow (in Europe).", "NATO does not grow{+ (in Europe)+}."},
		{
			"Prisoners return.\n\nGrain leaves.", "Prisoners return.\n\nChildren too.\n\nGrain leaves.",
			"Prisoners return.\n\n{+Children too.\n\n+}Grain leaves.",
		},
		{
			"One old paragraph.\n\nTwo of them.", "Quite another thing.\n\nAlso new here.",
			"[-One old paragraph-]{+Quite another thing+}.\n\n[-Two of them-]{+Also new here+}.",
		},

		// White space counts as little as it can.
		{"a  b", "a b", "a[-  -]{+ +}b"},
		{" \n ", "\t", "[- \n -]{+\t+}"},
		{"the line\nbreaks here", "the line breaks\nhere", "the line[-\n-]{+ +}breaks[- -]{+\n+}here"},
		{"\tfrom the start ", "from the start", "[-\t-]from the start[- -]"},

		// Scripts without blanks, marks that combine, and signs of several code points.
		{"停火后举行选举。", "停火后一百天内举行选举。", "停火后{+一百天内+}举行选举。"},
		{"Гарантии безопасности надёжны", "Гарантии безопасности прочны", "Гарантии безопасности [-надёжны-]{+прочны+}"},
		{"cafe\u0301 fermé", "café fermé", "[-cafe\u0301-]{+café+} fermé"},
		{"שלום עכשיו", "שלום מחר", "שלום [-עכשיו-]{+מחר+}"},
		{"agreed 👩\u200d👩\u200d👧 now", "agreed 👩\u200d👩\u200d👦 now", "agreed [-👩\u200d👩\u200d👧-]{+👩\u200d👩\u200d👦+} now"},
		{"🇺🇦🇷🇺", "🇺🇦🇺🇸", "🇺🇦[-🇷🇺-]{+🇺🇸+}"},
		{"a\xff b", "a\xff c", "a\xff [-b-]{+c+}"},
	} {
		if got := marked(Words(test.old, test.new)); got != test.want {
			t.Errorf("Words(%q, %q) =\n%s\nwant\n%s", test.old, test.new, got, test.want)
		}
	}
}

// checkWords checks all that Words promises of any two texts.
func checkWords(t interface{ Fatalf(string, ...any) }, old, new string) {
	spans := Words(old, new)
	var was, is strings.Builder
	last := parleyv1.Span_OP_UNSPECIFIED
	endsOld, endsNew := boundaries(old), boundaries(new)
	for _, s := range spans {
		if s.GetText() == "" || s.GetOp() == last || last == parleyv1.Span_OP_INSERT && s.GetOp() == parleyv1.Span_OP_DELETE {
			t.Fatalf("%v after %v in %q", s, last, marked(spans))
		}
		last = s.GetOp()
		if s.GetOp() != parleyv1.Span_OP_INSERT {
			was.WriteString(s.GetText())
		}
		if s.GetOp() != parleyv1.Span_OP_DELETE {
			is.WriteString(s.GetText())
		}
		if !endsOld[was.Len()] || !endsNew[is.Len()] {
			t.Fatalf("a word is cut in %q", marked(spans))
		}
	}
	if was.String() != old || is.String() != new {
		t.Fatalf("%q does not join to %q and %q", marked(spans), old, new)
	}
	if old == new && len(spans) > 1 {
		t.Fatalf("%q differs from itself", old)
	}
}

// boundaries gives the places where a text may be cut.
func boundaries(s string) map[int]bool {
	out := map[int]bool{0: true}
	for w := words.FromString(s); w.Next(); {
		out[w.End()] = true
	}
	return out
}

// phrase draws texts of few different words, so that they have much in common, with all kinds of white space and marks.
func phrase() *rapid.Generator[string] {
	word := rapid.SampledFrom([]string{
		"the ", "the ", "parties", "shall ", "agree", " on ", "a", "b", ". ", ", ", ",", " ", " ", "  ", "\n", "\n\n", "\r\n", "\t", "(", ")",
		"Ukraine's ", "600,000", "3.", "停", "火", "。", "é", "e\u0301", "\u0301", "🇺🇦", "👩\u200d👧", "\u200d", "カタ", "שלום ", "\"", "'", "\xff", "\u0085",
	})
	return rapid.Map(rapid.SliceOfN(word, 0, 60), func(list []string) string { return strings.Join(list, "") })
}

func TestWordsJoinToBothTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkWords(t, phrase().Draw(t, "old"), phrase().Draw(t, "new"))
	})
}

// Long common beginnings and ends are skipped before words are cut; that must show nowhere.
func TestWordsOfLongTextsJoinToBothTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		head, foot := strings.Repeat(phrase().Draw(t, "head"), 20), strings.Repeat(phrase().Draw(t, "foot"), 20)
		checkWords(t, head+phrase().Draw(t, "old")+foot, head+phrase().Draw(t, "new")+foot)
	})
}

func FuzzWords(f *testing.F) {
	f.Add("Ukraine gets reliable guarantees.", "Ukraine gets robust guarantees.")
	f.Add("停火后举行选举。", "停火后一百天内举行选举。")
	f.Add("cafe\u0301 \xff🇺🇦🇷🇺", "café\r\n\n 🇺🇦🇺🇸\u0301")
	f.Add(strings.Repeat("the line\n", 60), strings.Repeat("the line\n", 61))
	f.Add(strings.Repeat("a'", 300)+"b", strings.Repeat("a'", 300)+"\u0301")
	f.Fuzz(func(t *testing.T, old, new string) {
		checkWords(t, old, new)
		checkWords(t, new, old)
		checkWords(t, old, old)
	})
}

// A search that is given up early finds less in common, but never what is not.
func TestCommonWordsAreCommonHoweverDeepTheSearch(t *testing.T) {
	list := rapid.SliceOfN(rapid.Int32Range(0, 4), 0, 60)
	rapid.Check(t, func(t *rapid.T) {
		a, b, edits := list.Draw(t, "a"), list.Draw(t, "b"), rapid.IntRange(1, 70).Draw(t, "edits")
		inA, inB := keptOf(a, b, edits)
		if len(inA) != len(inB) {
			t.Fatalf("keeps %v of one and %v of the other", inA, inB)
		}
		for i := range inA {
			if inA[i] != inB[i] {
				t.Fatalf("keeps %v of one and %v of the other", inA, inB)
			}
		}
		if most := longestCommon(a, b); len(inA) > most || edits >= len(a)+len(b) && len(inA) < most {
			t.Fatalf("keeps %d words, the longest common subsequence has %d", len(inA), most)
		}
	})
}

func keptOf(a, b []int32, edits int) (inA, inB []int32) {
	onlyA, onlyB := new(script).run(a, b, edits)
	for i := range a {
		if !onlyA[i] {
			inA = append(inA, a[i])
		}
	}
	for j := range b {
		if !onlyB[j] {
			inB = append(inB, b[j])
		}
	}
	return inA, inB
}

// longestCommon is the textbook's way, by a table.
func longestCommon(a, b []int32) int {
	above := make([]int, len(b)+1)
	for _, x := range a {
		row := make([]int, len(b)+1)
		for j, y := range b {
			if row[j+1] = max(row[j], above[j+1]); x == y {
				row[j+1] = above[j] + 1
			}
		}
		above = row
	}
	return above[len(b)]
}

// The largest texts that the API takes, in shapes that are hard to compare. A search that grew with the square of the
// length would take minutes.
func TestWordsOfTheLargestTexts(t *testing.T) {
	const size = 1 << 20
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for _, pair := range []struct{ name, old, new string }{
		{"nothing in common", fill("All debts of the two states end. "), fill("Каждая сторона платит сама. ")},
		{"one word, over and over", fill("the "), fill("the a ")},
		{"marks in another order", fill(",;"), fill(";;,!")},
		{"a single word", fill("a"), fill("a") + "b"},
		{"combining marks", fill("a\u0301"), fill("\u0301a")},
		{"Chinese", fill("停火后举行选举。"), fill("停火后一百天内举行选举。")},
	} {
		start := time.Now()
		var was, is strings.Builder
		for _, s := range Words(pair.old, pair.new) {
			if s.GetOp() != parleyv1.Span_OP_INSERT {
				was.WriteString(s.GetText())
			}
			if s.GetOp() != parleyv1.Span_OP_DELETE {
				is.WriteString(s.GetText())
			}
		}
		if was.String() != pair.old || is.String() != pair.new {
			t.Errorf("%s: the spans do not join to the texts", pair.name)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s: took %v", pair.name, took)
		}
	}
}

// A word of any length is one word.
func TestWordOfAHundredThousandLetters(t *testing.T) {
	long := strings.Repeat("ю", 100_000)
	want := "before [-" + long + "-]{+" + long + "я+} after"
	if got := marked(Words("before "+long+" after", "before "+long+"я after")); got != want {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
}

// Spans go over the wire, which takes UTF-8 only: no span may cut a character.
func TestSpansAreUTF8(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, new := strings.ToValidUTF8(phrase().Draw(t, "old"), "?"), strings.ToValidUTF8(phrase().Draw(t, "new"), "?")
		for _, s := range Words(old, new) {
			if _, err := proto.Marshal(s); err != nil || !utf8.ValidString(s.GetText()) {
				t.Fatalf("%q: %v", s.GetText(), err)
			}
		}
	})
}

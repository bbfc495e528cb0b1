package redline

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// plan makes a text of n points, each of about 60 words, in which common words are as frequent as in prose.
func plan(n int) []*parleyv1.Point {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	out := make([]*parleyv1.Point, n)
	for i := range out {
		out[i] = &parleyv1.Point{
			Id: fmt.Sprintf("p%d", i), Label: fmt.Sprint(i + 1), Heading: prose(r, 3), Text: prose(r, 60),
			State: parleyv1.Point_STATE_PRESENT,
		}
		out[i].Digest = Digest(out[i])
	}
	return out
}

// prose makes a text of n words; the more frequent a word, the shorter.
func prose(r *rand.Rand, n int) string {
	zipf := rand.NewZipf(r, 1.1, 3, 20_000)
	var b strings.Builder
	for i := range n {
		switch {
		case i > 0 && i%17 == 0:
			b.WriteString(". ")
		case i > 0:
			b.WriteByte(' ')
		}
		b.WriteString(word(zipf.Uint64()))
	}
	return b.String() + "."
}

// word spells the word of a rank.
func word(rank uint64) string {
	const syllables = "kalomitunerasopidevugahezibo"
	out := ""
	for ; ; rank /= 14 {
		out += syllables[rank%14*2 : rank%14*2+2]
		if rank < 14 {
			return out
		}
	}
}

// reworded gives the plan with one word replaced in every so many points, the others being shared.
func reworded(points []*parleyv1.Point, every int) []*parleyv1.Point {
	out := append([]*parleyv1.Point(nil), points...)
	for i := every / 2; i < len(out); i += every {
		p := proto.CloneOf(out[i])
		words := strings.Fields(p.GetText())
		words[len(words)/2] = "potential"
		p.Text = strings.Join(words, " ")
		p.Digest = Digest(p)
		out[i] = p
	}
	return out
}

func BenchmarkDiff(b *testing.B) {
	for _, size := range []struct {
		name          string
		points, every int
	}{
		{"28 points, 1 changed", 28, 28},
		{"3340 points, 20 changed", 3340, 167},
		{"20000 points, 20 changed", 20_000, 1000},
		{"20000 points, none changed", 20_000, 50_000},
		{"20000 points, all changed", 20_000, 1},
	} {
		old := plan(size.points)
		new := reworded(old, size.every)
		b.Run(size.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Diff(old, new)
			}
		})
	}
}

func BenchmarkDiffOfCivilCode(b *testing.B) {
	revisions := civilCode(b)
	b.Run("neighbours", func(b *testing.B) { // all 432 pairs, one after the other
		b.ReportAllocs()
		for b.Loop() {
			for r := 1; r < len(revisions); r++ {
				Diff(revisions[r-1], revisions[r])
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(revisions)-1), "us/diff")
	})
	b.Run("first to last", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Diff(revisions[0], revisions[len(revisions)-1])
		}
	})
}

func BenchmarkMatchPoints(b *testing.B) {
	for _, n := range []int{28, 3340, 20_000} {
		old := plan(n)
		new := anonymous(reworded(old, 1))
		b.Run(fmt.Sprintf("%d reworded", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				MatchPoints(old, new)
			}
		})
	}
	form := func(what string) (out []*parleyv1.Point) {
		for i := range 20_000 {
			out = append(out, &parleyv1.Point{Text: fmt.Sprintf("This article is reserved for %s by the parties, number %d.", what, i)})
		}
		return out
	}
	b.Run("20000 of one form", func(b *testing.B) {
		old, new := form("use"), form("decision")
		b.ReportAllocs()
		for b.Loop() {
			MatchPoints(old, new)
		}
	})
}

func BenchmarkWords(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const words = 170_000 // 1 MB
	long := prose(r, words)
	changed := func(every int) string {
		list := strings.Split(long, " ")
		for i := every / 2; i < len(list); i += every {
			list[i] = "potential"
		}
		return strings.Join(list, " ")
	}
	short := prose(r, 60)
	marks := func() string {
		out := make([]byte, 1<<20)
		for i := range out {
			out[i] = ",;!?"[r.IntN(4)]
		}
		return string(out)
	}
	for _, pair := range []struct{ name, old, new string }{
		{"60 words, 1 changed", short, strings.Replace(short, ". ", " potential. ", 1)},
		{"1 MB, 1 changed", long, changed(words)},
		{"1 MB, 20 changed", long, changed(words / 20)},
		{"1 MB, 10000 changed", long, changed(words / 10_000)},
		{"1 MB, wholly different", long, prose(r, words)},
		{"1 MB, marks at random", marks(), marks()},
		{"1 MB, Chinese", strings.Repeat("停火后举行选举。", 44_000), strings.Repeat("停火后一百天内举行选举。", 29_000)},
	} {
		b.Run(pair.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Words(pair.old, pair.new)
			}
		})
	}
}

func BenchmarkDigest(b *testing.B) {
	p := plan(1)[0]
	b.ReportAllocs()
	for b.Loop() {
		Digest(p)
	}
}

package record

import (
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// longLog is the log of a negotiation as it is stored: a plan of 28 points, and entries that each change a point or
// record a stance, half and half.
func longLog(b *testing.B, entries int) [][]byte {
	b.Helper()
	w := newWorld(b)
	var text []*parleyv1.Point
	for i := range 28 {
		text = append(text, &parleyv1.Point{Id: fmt.Sprintf("p%d", i), Heading: "Point", Text: fmt.Sprintf("The provision number %d of the plan, of usual length, with a limit of 600,000.", i)})
	}
	w.must(b, CommitRevision(textRequest(talks+"/plans/draft", w, text...)))
	for i := 0; len(w.log) < entries; i++ {
		p := proto.CloneOf(text[i%28])
		p.Text += fmt.Sprint(" Version ", i)
		w.must(b, CommitRevision(changeRequest(talks+"/plans/draft", w, &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: p}}})))
		w.must(b, CreateStance(&parleyv1.CreateStanceRequest{Parent: talks, Stance: &parleyv1.Stance{
			Party: talks + "/parties/a", Value: parleyv1.Stance_VALUE_ACCEPT, Level: parleyv1.Stance_LEVEL_CAPITAL,
			Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: fmt.Sprintf("%s/plans/draft/revisions/latest/points/p%d", talks, i%28)}},
		}}))
	}
	out := make([][]byte, len(w.log))
	for i, e := range w.log {
		data, err := proto.Marshal(e)
		if err != nil {
			b.Fatal(err)
		}
		out[i] = data
	}
	return out
}

// BenchmarkReplay folds a stored log; start-up has to do at least 300,000 changes a second.
func BenchmarkReplay(b *testing.B) {
	log := longLog(b, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		st := NewState()
		for _, data := range log {
			e := &ledgerv1.Entry{}
			if err := proto.Unmarshal(data, e); err != nil {
				b.Fatal(err)
			}
			if err := st.Apply(e); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(len(log))*float64(b.N)/b.Elapsed().Seconds(), "changes/s")
}

// BenchmarkCommitOnePoint changes one point of n; the stored entry must stay under 4 KiB plus the text.
func BenchmarkCommitOnePoint(b *testing.B) {
	for _, n := range []int{28, 1_000, 10_000} {
		b.Run(fmt.Sprintf("points=%d", n), func(b *testing.B) {
			w := newWorld(b)
			text := make([]*parleyv1.Point, n)
			for i := range text {
				text[i] = &parleyv1.Point{Id: fmt.Sprintf("p%d", i), Text: fmt.Sprint("Provision ", i)}
			}
			w.must(b, CommitRevision(textRequest(talks+"/plans/draft", w, text...)))
			size, i := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				i++
				p := &parleyv1.Point{Id: text[i%n].GetId(), Text: fmt.Sprint("Version ", i)}
				d := w.must(b, CommitRevision(changeRequest(talks+"/plans/draft", w, &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: p}}})))
				size = proto.Size(d.Changes[0])
			}
			b.ReportMetric(float64(size), "log-bytes/op")
		})
	}
}

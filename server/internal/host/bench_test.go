package host

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
	"github.com/seed-ff4a8210/parley/server/internal/ledger/boltledger"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// filler writes the log of a negotiation, as commands on a state make it.
type filler struct {
	b       *testing.B
	ledger  ledger.Ledger
	name    string
	st      *record.State
	seq     ledger.Seq
	pending [][]byte
}

func (f *filler) do(cmd record.Command) {
	f.b.Helper()
	now := time.Unix(1_700_000_000, int64(f.st.Seq()))
	n := 0
	d, err := cmd(f.st, record.Env{Now: now, NewID: func() string { n++; return fmt.Sprintf("x%d-%d", f.st.Seq(), n) }})
	if err != nil {
		f.b.Fatal(err)
	}
	e := &ledgerv1.Entry{Time: now.UnixNano(), Changes: d.Changes}
	if err := f.st.Apply(e); err != nil {
		f.b.Fatal(err)
	}
	data, err := proto.Marshal(e)
	if err != nil {
		f.b.Fatal(err)
	}
	if f.pending = append(f.pending, data); len(f.pending) == 1000 {
		f.flush()
	}
}

func (f *filler) flush() {
	f.b.Helper()
	if len(f.pending) == 0 {
		return
	}
	if err := f.ledger.Append(f.b.Context(), f.name, f.seq, f.pending...); err != nil {
		f.b.Fatal(err)
	}
	f.seq += ledger.Seq(len(f.pending))
	f.pending = nil
}

// begin writes a negotiation with a plan of 28 points, which it gives.
func begin(b *testing.B, l ledger.Ledger, name string) (*filler, []*parleyv1.Point) {
	b.Helper()
	f := &filler{b: b, ledger: l, name: name, st: record.NewState()}
	f.do(record.CreateNegotiation(&parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{DisplayName: "Talks"}}, record.IDOf(name)))
	f.do(record.CreateParty(&parleyv1.CreatePartyRequest{Parent: name, PartyId: "a", Party: &parleyv1.Party{DisplayName: "A"}}))
	f.do(record.CreatePlan(&parleyv1.CreatePlanRequest{Parent: name, PlanId: "draft", Plan: &parleyv1.Plan{DisplayName: "Draft"}}))
	text := &parleyv1.CommitRevisionRequest_Text{}
	for i := range 28 {
		text.Points = append(text.Points, &parleyv1.Point{Id: fmt.Sprintf("p%d", i), Heading: "Point", Text: fmt.Sprintf("The provision number %d of the plan, of usual length, with a limit of 600,000.", i)})
	}
	f.do(record.CommitRevision(&parleyv1.CommitRevisionRequest{Parent: name + "/plans/draft", Revision: &parleyv1.Revision{}, Body: &parleyv1.CommitRevisionRequest_Text_{Text: text}}))
	return f, text.GetPoints()
}

// stanceOn is a request to record a stance on a point of the newest text.
func stanceOn(name string, p *parleyv1.Point) *parleyv1.CreateStanceRequest {
	return &parleyv1.CreateStanceRequest{Parent: name, Stance: &parleyv1.Stance{
		Party: name + "/parties/a", Value: parleyv1.Stance_VALUE_ACCEPT,
		Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: name + "/plans/draft/revisions/latest/points/" + p.GetId()}},
	}}
}

// live writes entries by turns: a revision that changes a point, and a stance.
func live(b *testing.B, l ledger.Ledger, name string, changes int) {
	f, text := begin(b, l, name)
	plan := name + "/plans/draft"
	for i := 0; i < changes/2; i++ {
		p := proto.CloneOf(text[i%28])
		p.Text += fmt.Sprint(" Version ", i)
		edit := &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: p}}}
		f.do(record.CommitRevision(&parleyv1.CommitRevisionRequest{
			Parent: plan, Revision: &parleyv1.Revision{Parents: []*parleyv1.Revision_Parent{{Revision: plan + "/revisions/latest"}}},
			Body: &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: []*parleyv1.PointChange{edit}}},
		}))
		f.do(record.CreateStance(stanceOn(name, p)))
	}
	f.flush()
}

// imported writes stances in batches of 1,000, an entry each.
func imported(b *testing.B, l ledger.Ledger, name string, changes int) {
	f, text := begin(b, l, name)
	for i := 0; i < changes; i += 1000 {
		batch := &parleyv1.BatchCreateStancesRequest{Parent: name}
		for j := range 1000 {
			batch.Requests = append(batch.Requests, stanceOn(name, text[j%28]))
		}
		f.do(record.BatchCreateStances(batch))
	}
	f.flush()
}

// BenchmarkOpen opens negotiations of 100,000 changes, which has to take less than a second, and of a million.
func BenchmarkOpen(b *testing.B) {
	const name = "negotiations/talks"
	for _, kind := range []struct {
		name    string
		changes int
		fill    func(*testing.B, ledger.Ledger, string, int)
	}{{"entries=100k", 100_000, live}, {"entries=100", 100_000, imported}, {"entries=1M", 1_000_000, live}, {"entries=1000", 1_000_000, imported}} {
		b.Run(kind.name, func(b *testing.B) {
			l, err := boltledger.Open(b.TempDir()+"/parley.db", boltledger.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			kind.fill(b, l, name, kind.changes)
			runtime.GC()
			b.ReportAllocs()
			for b.Loop() {
				h, err := Open(context.Background(), l, time.Now, func() string { return "x" })
				if err != nil {
					b.Fatal(err)
				}
				if _, err := h.Lens(context.Background(), lens.Viewer{Mediator: true, Table: true}, name, time.Now()); err != nil {
					b.Fatal(err)
				}
				h.Close()
			}
			b.ReportMetric(float64(kind.changes)*float64(b.N)/b.Elapsed().Seconds(), "changes/s")
		})
	}
}

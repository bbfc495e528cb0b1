package host

import (
	"context"
	"fmt"
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

// fill writes a negotiation with a log of n entries: a plan of 28 points, and then by turns a changed point and a stance.
func fill(b *testing.B, l ledger.Ledger, name string, n int) {
	b.Helper()
	st, seq := record.NewState(), ledger.Seq(0)
	var pending [][]byte
	flush := func() {
		if len(pending) == 0 {
			return
		}
		if err := l.Append(b.Context(), name, seq, pending...); err != nil {
			b.Fatal(err)
		}
		seq += ledger.Seq(len(pending))
		pending = nil
	}
	do := func(cmd record.Command) {
		now := time.Unix(1_700_000_000, int64(st.Seq()))
		d, err := cmd(st, record.Env{Now: now, NewID: func() string { return fmt.Sprintf("x%d", st.Seq()) }})
		if err != nil {
			b.Fatal(err)
		}
		e := &ledgerv1.Entry{Time: now.UnixNano(), Changes: d.Changes}
		if err := st.Apply(e); err != nil {
			b.Fatal(err)
		}
		data, err := proto.Marshal(e)
		if err != nil {
			b.Fatal(err)
		}
		if pending = append(pending, data); len(pending) == 1000 {
			flush()
		}
	}
	do(record.CreateNegotiation(&parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{DisplayName: "Talks"}}, record.IDOf(name)))
	do(record.CreateParty(&parleyv1.CreatePartyRequest{Parent: name, PartyId: "a", Party: &parleyv1.Party{DisplayName: "A"}}))
	do(record.CreatePlan(&parleyv1.CreatePlanRequest{Parent: name, PlanId: "draft", Plan: &parleyv1.Plan{DisplayName: "Draft"}}))
	plan := name + "/plans/draft"
	text := &parleyv1.CommitRevisionRequest_Text{}
	for i := range 28 {
		text.Points = append(text.Points, &parleyv1.Point{Id: fmt.Sprintf("p%d", i), Heading: "Point", Text: fmt.Sprintf("The provision number %d of the plan, of usual length, with a limit of 600,000.", i)})
	}
	do(record.CommitRevision(&parleyv1.CommitRevisionRequest{Parent: plan, Revision: &parleyv1.Revision{}, Body: &parleyv1.CommitRevisionRequest_Text_{Text: text}}))
	for i := 0; st.Seq() < uint64(n); i++ {
		p := proto.CloneOf(text.GetPoints()[i%28])
		p.Text += fmt.Sprint(" Version ", i)
		edit := &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: p}}}
		do(record.CommitRevision(&parleyv1.CommitRevisionRequest{
			Parent: plan, Revision: &parleyv1.Revision{Parents: []*parleyv1.Revision_Parent{{Revision: plan + "/revisions/latest"}}},
			Body: &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: []*parleyv1.PointChange{edit}}},
		}))
		do(record.CreateStance(&parleyv1.CreateStanceRequest{Parent: name, Stance: &parleyv1.Stance{
			Party: name + "/parties/a", Value: parleyv1.Stance_VALUE_ACCEPT,
			Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: plan + "/revisions/latest/points/" + p.GetId()}},
		}}))
	}
	flush()
}

// BenchmarkOpen100k opens a negotiation of 100,000 entries; it has to take less than a second.
func BenchmarkOpen100k(b *testing.B) {
	l, err := boltledger.Open(b.TempDir()+"/parley.db", boltledger.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	const name, entries = "negotiations/talks", 100_000
	fill(b, l, name, entries)
	newID := func() string { return "x" }
	b.ReportAllocs()
	for b.Loop() {
		h, err := Open(context.Background(), l, time.Now, newID)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := h.Lens(context.Background(), lens.Viewer{Everything: true}, name, time.Now()); err != nil {
			b.Fatal(err)
		}
		h.Close()
	}
	b.ReportMetric(entries*float64(b.N)/b.Elapsed().Seconds(), "changes/s")
}

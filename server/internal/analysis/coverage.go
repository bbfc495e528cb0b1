package analysis

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Cover tells how far a revision meets the demands of the parties named, or of all that have any, about some topics or all.
func Cover(l *lens.Lens, revision string, when Moment, parties, topics []string) (*parleyv1.Coverage, error) {
	r, err := l.Revision(revision)
	if err != nil {
		return nil, err
	}
	d, err := newDocket(l, record.NegotiationOf(revision), when, parties, demandsAbout(topics))
	if err != nil {
		return nil, err
	}
	out := &parleyv1.Coverage{Revision: r.Msg.GetName()}
	text := readingOf(r.Revision)
	for _, party := range d.parties {
		rows := d.cover(party, text)
		out.Parties = append(out.Parties, shareOf(party, rows))
		out.Rows = append(out.Rows, rows...)
	}
	return out, nil
}

// cover holds the demands of a party against a text.
func (d *docket) cover(party string, text *reading) []*parleyv1.Coverage_Row {
	rows := make([]*parleyv1.Coverage_Row, 0, len(d.demands[party]))
	for _, m := range d.demands[party] {
		if d.lens.Over() {
			break
		}
		list, b := d.verdict(m, text)
		row := &parleyv1.Coverage_Row{
			Demand: m, Low: b.low.verdict(), High: b.high.verdict(), Weight: strength(m), Judgements: list,
		}
		switch {
		case !slices.ContainsFunc(list, tells):
			row.Verdict = parleyv1.Assessment_VERDICT_UNKNOWN
		case b.low == b.high:
			row.Verdict = row.GetLow()
		}
		rows = append(rows, row)
	}
	return rows
}

// tells says whether a judgement tells anything.
func tells(j *parleyv1.Judgement) bool { return j.GetVerdict() != parleyv1.Assessment_VERDICT_UNKNOWN }

// strength is how much a demand weighs.
func strength(m *parleyv1.Demand) float64 {
	switch m.GetStrength() {
	case parleyv1.Demand_STRENGTH_RED_LINE:
		return 8
	case parleyv1.Demand_STRENGTH_CORE:
		return 4
	case parleyv1.Demand_STRENGTH_IMPORTANT:
		return 2
	}
	return 1
}

// shareOf sums the rows of a party up.
func shareOf(party string, rows []*parleyv1.Coverage_Row) *parleyv1.Coverage_Share {
	s := &parleyv1.Coverage_Share{Party: party, High: 1, DemandCount: int32(len(rows))}
	var low, high float64
	for _, row := range rows {
		s.Weight += row.GetWeight()
		low += row.GetWeight() * bandOf(row.GetLow()).low.score()
		high += row.GetWeight() * bandOf(row.GetHigh()).high.score()
		switch name := row.GetDemand().GetName(); {
		case row.GetVerdict() == parleyv1.Assessment_VERDICT_UNKNOWN:
			s.Unknown = append(s.Unknown, name)
		case row.GetVerdict() == parleyv1.Assessment_VERDICT_BREACHED:
			s.Breached = append(s.Breached, name)
		case slices.ContainsFunc(row.GetJudgements(), breaches):
			s.DisputedBreaches = append(s.DisputedBreaches, name)
		}
	}
	if s.GetWeight() > 0 {
		s.Low, s.High = low/s.GetWeight(), high/s.GetWeight()
	}
	return s
}

// breaches tells whether a judgement finds a breach.
func breaches(j *parleyv1.Judgement) bool {
	return j.GetVerdict() == parleyv1.Assessment_VERDICT_BREACHED
}

package analysis

import (
	"strconv"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Balance tells how the coverage of the parties' demands moves over a series of revisions of a negotiation.
func Balance(l *lens.Lens, negotiation string, revisions []string, when Moment, parties, topics []string) (*parleyv1.CompareBalanceResponse, error) {
	if _, err := l.Negotiation(negotiation); err != nil {
		return nil, err
	}
	d, err := newDocket(l, negotiation, when, parties, demandsAbout(topics))
	if err != nil {
		return nil, err
	}
	out := &parleyv1.CompareBalanceResponse{}
	for _, party := range d.parties {
		out.Parties = append(out.Parties, &parleyv1.CompareBalanceResponse_Series{Party: party})
	}
	var before [][]*parleyv1.Coverage_Row // by party
	for i, name := range revisions {
		r, err := l.Revision(name)
		if err != nil || record.NegotiationOf(name) != negotiation {
			return nil, fault.ReferenceNotFound("revisions["+strconv.Itoa(i)+"]", name)
		}
		text, after := readingOf(r.Revision), make([][]*parleyv1.Coverage_Row, len(d.parties))
		for k, s := range out.GetParties() {
			after[k] = d.cover(s.GetParty(), text)
			s.Shares = append(s.Shares, shareOf(s.GetParty(), after[k]))
		}
		if i > 0 {
			out.Steps = append(out.Steps, balanceStep(out, i, r.Msg.GetName(), before, after))
		}
		out.Revisions = append(out.Revisions, r.Msg.GetName())
		before = after
	}
	return out, nil
}

// balanceStep tells what happened to each party from the revision before to the one at a place of the series.
func balanceStep(series *parleyv1.CompareBalanceResponse, at int, revision string, before, after [][]*parleyv1.Coverage_Row) *parleyv1.CompareBalanceResponse_Step {
	out := &parleyv1.CompareBalanceResponse_Step{Base: series.GetRevisions()[at-1], Revision: revision}
	for k, s := range series.GetParties() {
		was, is := s.GetShares()[at-1], s.GetShares()[at]
		m := &parleyv1.CompareBalanceResponse_Movement{
			Party: s.GetParty(), Direction: turn(was.GetLow(), was.GetHigh(), is.GetLow(), is.GetHigh()),
			Least: is.GetLow() - was.GetHigh(), Most: is.GetHigh() - was.GetLow(), Shifts: shifts(before[k], after[k]),
		}
		if len(m.GetShifts()) > 0 {
			out.Movements = append(out.Movements, m)
		}
	}
	return out
}

// shifts lists the demands whose bands moved. The rows are of the same demands in the same order.
func shifts(before, after []*parleyv1.Coverage_Row) (out []*parleyv1.CompareBalanceResponse_Shift) {
	for i := range min(len(before), len(after)) {
		was, is := before[i], after[i]
		direction := turn(bandOf(was.GetLow()).low, bandOf(was.GetHigh()).high, bandOf(is.GetLow()).low, bandOf(is.GetHigh()).high)
		if direction == parleyv1.CompareBalanceResponse_DIRECTION_UNSPECIFIED {
			continue
		}
		out = append(out, &parleyv1.CompareBalanceResponse_Shift{
			Demand: is.GetDemand().GetName(), Direction: direction, Weight: is.GetWeight(),
			LowBefore: was.GetLow(), HighBefore: was.GetHigh(), LowAfter: is.GetLow(), HighAfter: is.GetHigh(),
			JudgementsBefore: was.GetJudgements(), JudgementsAfter: is.GetJudgements(),
		})
	}
	return out
}

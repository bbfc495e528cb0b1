package daemon_test

import (
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// bracketed draws a point with two rival wordings, one of them put forward by a party.
func (p *play) bracketed(id string) *parleyv1.Point {
	return &parleyv1.Point{Id: id, Alternatives: []*parleyv1.Alternative{
		{Label: "A", Text: p.word(), Proponents: []string{p.party(rapid.SampledFrom([]string{"a", "b"}).Draw(p.t, "proponent"))}},
		{Label: "B", Text: "other"},
	}}
}

// marksOf gives the marks of the options of a point: the empty one of a point without rival wordings.
func marksOf(p *parleyv1.Point) []string {
	var out []string
	for _, a := range p.GetAlternatives() {
		out = append(out, a.GetLabel())
	}
	if len(out) == 0 {
		return []string{""}
	}
	return out
}

// valuation is opinion of what the options of a revision are worth to the owner of x, in the confidence that it must have.
func (p *play) valuation(x, r *thing) proto.Message {
	if x.audience.GetLevel() > parleyv1.Audience_LEVEL_MEDIATOR {
		x.audience = audienceOf(parleyv1.Audience_LEVEL_MEDIATOR)
	}
	m := &parleyv1.Valuation{Revision: r.name, Party: p.party(x.owner), Audience: x.audience, Reserve: float64(rapid.IntRange(0, 2).Draw(p.t, "reserve"))}
	for _, id := range r.points {
		marks := r.marks[id]
		if len(marks) == 0 {
			marks = []string{""}
		}
		for _, mark := range marks {
			if value := rapid.IntRange(-1, 3).Draw(p.t, "worth"); value >= 0 {
				m.Worths = append(m.Worths, &parleyv1.Valuation_Worth{Point: id, Alternative: mark, Value: float64(value)})
			}
		}
	}
	return &parleyv1.CreateValuationRequest{Parent: p.n(), ValuationId: p.newID(x.owner, x.audience), Valuation: m}
}

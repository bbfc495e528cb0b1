package analysis

import (
	"maps"
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/bargain"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

func (t *table) negotiation() string { return record.NegotiationOf(t.revision.Msg.GetName()) }

// value finds what the options are worth to each party, by its valuation.
func (t *table) value(deciders []string) error {
	chosen := t.valuations()
	if len(chosen) == 0 {
		return fault.ValuationsMissing(t.revision.Msg.GetName())
	}
	for _, party := range deciders {
		if chosen[party] == nil {
			t.answer.Unheard = append(t.answer.Unheard, party)
		}
	}
	parties := slices.Sorted(maps.Keys(chosen))
	t.problem = &bargain.Problem{Offset: make([]float64, len(parties)), Worth: make([][][]float64, len(t.points))}
	for k := range t.points {
		for range t.options[k] {
			t.problem.Worth[k] = append(t.problem.Worth[k], make([]float64, len(parties)))
		}
	}
	for i, party := range parties {
		t.valueFor(i, chosen[party])
	}
	return nil
}

// valuations picks the valuation of each party: the newest of this revision, or else of another with worths for words of
// this one.
func (t *table) valuations() map[string]*parleyv1.Valuation {
	out := map[string]*parleyv1.Valuation{}
	for m := range t.lens.Valuations(t.negotiation(), "", false) {
		here := m.GetRevision() == t.revision.Msg.GetName()
		was := out[m.GetParty()]
		wasHere := was.GetRevision() == t.revision.Msg.GetName()
		newer := was == nil || m.GetUpdateTime().AsTime().After(was.GetUpdateTime().AsTime())
		if (here || t.bears(m)) && (here && !wasHere || here == wasHere && newer) {
			out[m.GetParty()] = m
		}
	}
	return out
}

// bears tells whether a valuation has worths for words of the revision.
func (t *table) bears(m *parleyv1.Valuation) bool {
	return slices.ContainsFunc(m.GetWorths(), func(w *parleyv1.Valuation_Worth) bool {
		p, ok := t.revision.Text.Point(w.GetPoint())
		return ok && slices.Contains(slices.Collect(maps.Values(optionsOf(p))), w.GetDigest())
	})
}

// optionsOf gives the digests of the options of a point by their marks.
func optionsOf(p *parleyv1.Point) map[string]string {
	out := map[string]string{}
	if p.GetState() != parleyv1.Point_STATE_PRESENT {
		return out
	}
	if len(p.GetAlternatives()) == 0 {
		out[""] = redline.OptionDigest(p, "")
	}
	for _, a := range p.GetAlternatives() {
		out[a.GetLabel()] = redline.OptionDigest(p, a.GetLabel())
	}
	return out
}

// valueFor fills in what the options are worth to one party. What is not bracketed is worth the same in every package.
func (t *table) valueFor(i int, m *parleyv1.Valuation) {
	worth := map[string]float64{} // by point, NUL, digest
	for _, w := range m.GetWorths() {
		worth[w.GetPoint()+"\x00"+w.GetDigest()] = w.GetValue()
	}
	valued := &parleyv1.SuggestPackagesResponse_Valued{Party: m.GetParty(), Valuation: m.GetName(), Reserve: m.GetReserve()}
	t.problem.Offset[i] = -m.GetReserve()
	for p := range t.revision.Text.Points() {
		if len(p.GetAlternatives()) < 2 {
			for _, digest := range optionsOf(p) {
				t.problem.Offset[i] += worth[p.GetId()+"\x00"+digest]
			}
		}
	}
	for k, p := range t.points {
		for o, label := range t.options[k] {
			v, ok := worth[p.GetId()+"\x00"+redline.OptionDigest(p, label)]
			if t.problem.Worth[k][o][i] = v; !ok {
				valued.Unvalued = append(valued.Unvalued, p.GetId()+"="+label)
			}
		}
	}
	t.answer.Parties = append(t.answer.Parties, valued)
}

// standing tells what the text is taken to say now of each bracketed point, and gives that as a package; nil if red lines exclude
// some of it.
func (t *table) standing(given map[string]string) []int {
	from := []int{}
	for k, p := range t.points {
		label, basis := given[p.GetId()], parleyv1.SuggestPackagesResponse_StatusQuo_BASIS_GIVEN
		if label == "" {
			label, basis = t.preferred(p)
		}
		t.answer.StatusQuo = append(t.answer.StatusQuo, &parleyv1.SuggestPackagesResponse_StatusQuo{
			Choice: &parleyv1.Package_Choice{Point: p.GetId(), Alternative: label}, Basis: basis,
		})
		if o := slices.Index(t.options[k], label); o >= 0 && from != nil {
			from = append(from, o)
		} else {
			from = nil
		}
	}
	return from
}

// preferred finds the alternative that has the words of before the brackets, or else more support than any other, or else is
// listed first.
func (t *table) preferred(p *parleyv1.Point) (string, parleyv1.SuggestPackagesResponse_StatusQuo_Basis) {
	for r := range t.lens.Ancestry(t.revision.Revision) {
		old, ok := r.Text.Point(p.GetId())
		if !ok || len(old.GetAlternatives()) > 1 || old.GetText() == "" {
			continue
		}
		for _, a := range p.GetAlternatives() {
			if redline.OptionDigest(p, a.GetLabel()) == redline.Digest(&parleyv1.Point{Text: old.GetText()}) {
				return a.GetLabel(), parleyv1.SuggestPackagesResponse_StatusQuo_BASIS_FORMER_WORDS
			}
		}
		break
	}
	best, lead, alone := "", 0, false
	for _, a := range p.GetAlternatives() {
		if n := len(a.GetProponents()) - len(a.GetOpponents()); n > lead {
			best, lead, alone = a.GetLabel(), n, true
		} else if n == lead {
			alone = false
		}
	}
	if alone {
		return best, parleyv1.SuggestPackagesResponse_StatusQuo_BASIS_SUPPORT
	}
	return p.GetAlternatives()[0].GetLabel(), parleyv1.SuggestPackagesResponse_StatusQuo_BASIS_FIRST_LISTED
}

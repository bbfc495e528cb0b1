package analysis

import (
	"slices"
	"strconv"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/bargain"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// How many packages are looked at, and answered, where nobody says.
const (
	packageSteps   = 5_000_000
	mostEfficient  = 10_000
	usualEfficient = 20
)

// table is the options of a revision and what they are worth, as they are put before the search.
type table struct {
	lens     *lens.Lens
	revision *lens.Revision
	points   []*parleyv1.Point // bracketed
	options  [][]string        // by point: marks of the alternatives that no red line excludes
	problem  *bargain.Problem
	answer   *parleyv1.SuggestPackagesResponse
}

// Packages works out the best choices among the rival wordings of a revision. hurry says when to settle for what is not proven.
func Packages(l *lens.Lens, revision string, statusQuo []string, most int, hurry func() bool) (*parleyv1.SuggestPackagesResponse, error) {
	r, plan, err := withPlan(l, revision)
	if err != nil {
		return nil, err
	}
	t := &table{lens: l, revision: r, answer: &parleyv1.SuggestPackagesResponse{Revision: r.Msg.GetName()}}
	for p := range r.Text.Points() {
		if p.GetState() == parleyv1.Point_STATE_PRESENT && len(p.GetAlternatives()) > 1 {
			t.points = append(t.points, p)
		}
	}
	given, err := t.given(statusQuo)
	if err != nil {
		return nil, err
	}
	if err := t.exclude(); err != nil {
		return nil, err
	}
	if err := t.value(ruleOf(l, plan).everybody); err != nil {
		return nil, err
	}
	from := t.standing(given)
	if len(t.answer.GetBlocked()) == 0 && !l.Over() {
		t.solve(from, most, bargain.Patience{Steps: packageSteps, Over: hurry})
	}
	return t.answer, nil
}

// given reads what the caller takes for the status quo.
func (t *table) given(list []string) (map[string]string, error) {
	out := map[string]string{}
	for i, s := range list {
		id, label, _ := strings.Cut(s, "=")
		at := slices.IndexFunc(t.points, func(p *parleyv1.Point) bool { return p.GetId() == id })
		path := "status_quo[" + strconv.Itoa(i) + "]"
		if at < 0 {
			return nil, fault.PointUnknown(path, id)
		}
		if redline.OptionDigest(t.points[at], label) == "" {
			return nil, fault.InvalidField(path, "option", "%q is no alternative of the point %s", label, id)
		}
		out[id] = label
	}
	return out, nil
}

func (t *table) solve(from []int, most int, patience bargain.Patience) {
	a, p := t.answer, t.problem
	a.Nash, a.Egalitarian, a.Utilitarian = t.best(p.Nash(patience)), t.best(p.Egalitarian(patience)), t.best(p.Utilitarian(patience))
	efficient, complete := p.Efficient(mostEfficient, patience)
	a.EfficientCount, a.Complete = int32(len(efficient)), complete
	for _, e := range efficient {
		m := t.message(e.Options)
		m.Weights = e.Weights
		a.Efficient = append(a.Efficient, m)
	}
	slices.SortStableFunc(a.GetEfficient(), func(x, y *parleyv1.Package) int {
		switch d := y.GetGainProduct() - x.GetGainProduct(); {
		case d > 0:
			return 1
		case d < 0:
			return -1
		}
		return 0
	})
	if most == 0 {
		most = usualEfficient
	}
	a.Efficient = a.GetEfficient()[:min(most, mostEfficient, len(efficient))]
	if from == nil {
		return
	}
	a.StatusQuoPackage = t.message(from)
	for _, s := range p.Swaps(from, min(most, mostEfficient)) {
		m := &parleyv1.SuggestPackagesResponse_Swap{Gains: s.Gains}
		for i, k := range s.Issues {
			m.Choices = append(m.Choices, t.choice(k, s.Options[i]))
		}
		a.Swaps = append(a.Swaps, m)
	}
}

func (t *table) choice(k, o int) *parleyv1.Package_Choice {
	return &parleyv1.Package_Choice{Point: t.points[k].GetId(), Alternative: t.options[k][o]}
}

func (t *table) best(c bargain.Choice) *parleyv1.SuggestPackagesResponse_Best {
	out := &parleyv1.SuggestPackagesResponse_Best{Optimal: c.Optimal, UpperBound: c.Bound}
	if c.Options != nil || c.Optimal && len(t.points) == 0 && c.Value != 0 {
		out.Package = t.message(c.Options)
	}
	return out
}

// message writes a package with its arithmetic.
func (t *table) message(options []int) *parleyv1.Package {
	gains := t.problem.Gains(options)
	m := &parleyv1.Package{LeastGain: slices.Min(gains), GainProduct: 1}
	for k, o := range options {
		m.Choices = append(m.Choices, t.choice(k, o))
	}
	for i, v := range t.answer.GetParties() {
		m.Outcomes = append(m.Outcomes, &parleyv1.Package_Outcome{Party: v.GetParty(), Worth: gains[i] + v.GetReserve(), Gain: gains[i]})
		m.GainSum += gains[i]
		m.GainProduct *= gains[i]
	}
	if m.GetLeastGain() <= 0 {
		m.GainProduct = 0
	}
	return m
}

package daemon_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// valued records what the options of a revision are worth to a party, with its own delegate's credentials.
func (x *table) valued(t *testing.T, c *client.Client, party, revision string, worths ...*parleyv1.Valuation_Worth) {
	t.Helper()
	must(t)(c.Valuations.CreateValuation(t.Context(), &parleyv1.CreateValuationRequest{Parent: x.n, Valuation: &parleyv1.Valuation{
		Party: x.n + "/parties/" + party, Revision: x.plan + "/revisions/" + revision, Worths: worths,
	}}))
}

func sized(label, text string, most float64) *parleyv1.Alternative {
	return &parleyv1.Alternative{Label: label, Text: text, Terms: []*parleyv1.Term{{Key: "force-size", Bound: parleyv1.Bound_BOUND_AT_MOST, Value: most, Unit: "people"}}}
}

// What delegates confide to the mediator, worths and red lines, decides which packages the mediator is offered, at this revision
// and at a later one that has other marks for the same words.
func TestPackagesFromWhatPartiesConfide(t *testing.T) {
	x := newTable(t)
	army, border := point("p", ""), point("q", "")
	army.Alternatives = []*parleyv1.Alternative{sized("A", "At most 600,000.", 600_000), sized("B", "At most 800,000.", 800_000)}
	border.Alternatives = []*parleyv1.Alternative{{Label: "A", Text: "Open."}, {Label: "B", Text: "Closed."}}
	commitText(t, x.server, x.plan, "r2", []string{"r1"}, army, border)
	demand := func(c *client.Client, party string, m *parleyv1.Demand) string {
		m.Strength, m.Audience = parleyv1.Demand_STRENGTH_RED_LINE, audienceOf(parleyv1.Audience_LEVEL_MEDIATOR)
		made, err := c.Demands.CreateDemand(t.Context(), &parleyv1.CreateDemandRequest{Parent: x.n + "/parties/" + party, Demand: m})
		if err != nil {
			t.Fatal(err)
		}
		return made.GetName()
	}
	size := demand(x.anna, "a", &parleyv1.Demand{Statement: "No fewer than 700,000.", Limit: &parleyv1.Limit{Key: "force-size", Bound: parleyv1.Bound_BOUND_AT_LEAST, Value: 700_000, Unit: "people"}})
	secret := demand(x.bert, "b", &parleyv1.Demand{Withheld: true})
	x.valued(t, x.anna, "a", "r2", &parleyv1.Valuation_Worth{Point: "p", Alternative: "B", Value: 5}, &parleyv1.Valuation_Worth{Point: "q", Alternative: "A", Value: 2})
	x.valued(t, x.bert, "b", "r2", &parleyv1.Valuation_Worth{Point: "p", Alternative: "A", Value: 9}, &parleyv1.Valuation_Worth{Point: "q", Alternative: "A", Value: 1}, &parleyv1.Valuation_Worth{Point: "q", Alternative: "B", Value: 3})
	ask := func(revision string) *parleyv1.SuggestPackagesResponse {
		m, err := x.maria.Analysis.SuggestPackages(t.Context(), &parleyv1.SuggestPackagesRequest{Revision: x.plan + "/revisions/" + revision, StatusQuo: []string{"q=A"}})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := ask("r2")
	if e := m.GetExcluded(); len(e) != 1 || e[0].GetAlternative() != "A" || !slices.Equal(e[0].GetLimits(), []string{size}) || !slices.Equal(e[0].GetDemands(), []string{size}) {
		t.Errorf("the limit excludes %v", e)
	}
	if !slices.Equal(m.GetUnknownRedLines(), []string{secret}) || m.GetPackageCount() != "2" || m.GetStatusQuoPackage() != nil {
		t.Errorf("got %v", m)
	}
	if n := m.GetNash(); !n.GetOptimal() || n.GetPackage().GetGainProduct() != 15 || n.GetUpperBound() != 15 {
		t.Errorf("Nash: %v", n)
	}
	army.Alternatives = []*parleyv1.Alternative{sized("A", "At most 800,000.", 800_000), sized("B", "At most 900,000.", 900_000)}
	commitText(t, x.server, x.plan, "r3", []string{"r2"}, army, border)
	m = ask("r3")
	if n := m.GetNash().GetPackage(); n.GetGainProduct() != 15 || n.GetChoices()[0].GetAlternative() != "A" || len(m.GetExcluded()) > 0 {
		t.Errorf("at the later revision: %v", m)
	}
	if v := m.GetParties(); len(v) != 2 || !slices.Equal(v[0].GetUnvalued(), []string{"p=B", "q=B"}) {
		t.Errorf("valued: %v", v)
	}
	for _, c := range []*client.Client{x.anna, x.olga, x.ines} {
		_, err := c.Analysis.SuggestPackages(t.Context(), &parleyv1.SuggestPackagesRequest{Revision: x.plan + "/revisions/r2"})
		wantReason(t, err, codes.PermissionDenied, parleyv1.ErrorReason_PERMISSION_DENIED)
	}
}

// Thirty points of four options for six parties, whose worths are independent, or opposed in two blocs: each choice is proven.
func TestThePackagesOfThirtyPointsAreProven(t *testing.T) {
	x := newTable(t)
	var points []*parleyv1.Point
	for k := range 30 {
		p := point("p"+strconv.Itoa(k), "")
		for _, label := range []string{"A", "B", "C", "D"} {
			p.Alternatives = append(p.Alternatives, &parleyv1.Alternative{Label: label, Text: label + " of " + strconv.Itoa(k) + "."})
		}
		points = append(points, p)
	}
	for _, party := range []string{"c", "d", "e", "f"} {
		must(t)(x.mediator.Parties.CreateParty(t.Context(), &parleyv1.CreatePartyRequest{Parent: x.n, PartyId: party, Party: &parleyv1.Party{
			DisplayName: party, Kind: parleyv1.Party_KIND_STATE, Role: parleyv1.Party_ROLE_PRINCIPAL,
		}}))
	}
	commitText(t, x.server, x.plan, "r2", []string{"r1"}, points...)
	r := rand.New(rand.NewPCG(1, 2))
	for kind, draw := range map[string]func(worth []float64){
		"independent": func(worth []float64) {
			for i := range worth {
				worth[i] = float64(r.IntN(101))
			}
		},
		"opposed": func(worth []float64) {
			side := 100 * r.Float64()
			for i := range worth {
				if worth[i] = side + 20*r.Float64(); i >= 3 {
					worth[i] += 100 - 2*side
				}
			}
		},
	} {
		x.valueAll(t, points, draw)
		m, err := x.maria.Analysis.SuggestPackages(t.Context(), &parleyv1.SuggestPackagesRequest{Revision: x.plan + "/revisions/r2", Most: 1})
		if err != nil {
			t.Fatal(err)
		}
		for name, best := range map[string]*parleyv1.SuggestPackagesResponse_Best{"Nash": m.GetNash(), "egalitarian": m.GetEgalitarian(), "utilitarian": m.GetUtilitarian()} {
			if !best.GetOptimal() || len(best.GetPackage().GetChoices()) != 30 || len(best.GetPackage().GetOutcomes()) != 6 {
				t.Errorf("%s, %s: %v", kind, name, best)
			}
		}
	}
}

// valueAll records what the options of points are worth to each of six parties; what it recorded before counts no more.
func (x *table) valueAll(t *testing.T, points []*parleyv1.Point, draw func(worth []float64)) {
	t.Helper()
	worths := make([][]*parleyv1.Valuation_Worth, 6)
	for _, p := range points {
		for _, a := range p.GetAlternatives() {
			worth := make([]float64, len(worths))
			draw(worth)
			for i, v := range worth {
				worths[i] = append(worths[i], &parleyv1.Valuation_Worth{Point: p.GetId(), Alternative: a.GetLabel(), Value: v})
			}
		}
	}
	for i, party := range []string{"a", "b", "c", "d", "e", "f"} {
		x.valued(t, x.maria, party, "r2", worths[i]...)
	}
}

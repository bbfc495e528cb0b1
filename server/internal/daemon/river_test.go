package daemon_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/dossier"
	"github.com/seed-ff4a8210/parley/client/example"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

const twoTowns = "negotiations/two-towns"

// river is a server with the fictional example, and a connection of everybody in it. The public has no name.
func river(t *testing.T) (*server, map[string]*client.Client) {
	t.Helper()
	s := start(t, t.TempDir())
	load(t, s, example.River)
	people := map[string]*client.Client{"": s.public}
	for _, who := range []string{"maria", "anna", "bert", "carl"} {
		made, err := s.mediator.Tokens.CreateToken(t.Context(), &parleyv1.CreateTokenRequest{Token: &parleyv1.Token{Principal: who}})
		if err != nil {
			t.Fatal(err)
		}
		people[who] = dial(t, s.GRPCAddr, made.GetSecret())
		t.Cleanup(func() { _ = people[who].Close() })
	}
	return s, people
}

// Everybody sees of the fiction what its audiences say, and nothing else.
func TestTheFictionHasConfidencesOfEverySort(t *testing.T) {
	_, people := river(t)
	const everyone, parties = " anna bert carl maria", "anna bert carl maria"
	for name, want := range map[string]string{
		"parties/upton/demands/own-weir":                 everyone,
		"parties/upton/demands/shared-costs":             parties,
		"parties/upton/demands/upton--county-grant":      "anna bert maria",
		"parties/upton/demands/upton--most-flow":         "anna maria", // its embargo lasts
		"parties/netherby/demands/netherby--before-june": "bert maria",
		"parties/farmers/demands/farmers--compensation":  "carl maria",
		"plans/accord/revisions/v1":                      everyone,
		"plans/accord/revisions/v4":                      parties,
		"plans/upton-proposal/revisions/v1":              parties,
		"plans/mediators--bridge":                        "maria",
		"plans/mediators--bridge/revisions/v1":           "maria",
		"stances/upton-v1":                               everyone,
		"stances/upton-weir":                             parties,
		"stances/netherby--irrigation":                   "bert carl maria",
		"stances/netherby--wastewater":                   "anna bert maria", // it was disclosed
		"stances/upton--flow":                            "anna maria",
		"claims/mediators--both-can-move":                "maria",
		"events/mediators--dinner":                       "maria",
		"sources/mediators--notes":                       "maria",
		"assessments/mediators--most-flow":               "maria",
		"disclosures/netherby--wastewater-told":          "anna bert maria",
		"disclosures/upton--archive-2076":                "anna maria",
		"valuations/upton--v4":                           "anna maria",
		"valuations/netherby--v4":                        "bert maria",
		"valuations/farmers--v4":                         "carl maria",
		"members/maria":                                  everyone,
		"members/anna":                                   parties,
	} {
		var see []string
		for who, c := range people {
			if err := look(t, c, twoTowns+"/"+name); err == nil {
				see = append(see, who)
			} else if reason := client.Details(err).Reason; reason != "RESOURCE_NOT_FOUND" && (who != "" || !strings.HasPrefix(name, "valuations/") || reason != "PERMISSION_DENIED") {
				// the public may not ask for valuations at all
				t.Errorf("%s, %q: %v", name, who, err)
			}
		}
		slices.Sort(see)
		if got := strings.Join(see, " "); got != want {
			t.Errorf("%s is seen by %q, want %q", name, got, want)
		}
	}
}

// look reads a resource by its name, whatever it is.
func look(t *testing.T, c *client.Client, name string) error {
	ctx := t.Context()
	parts := strings.Split(name, "/")
	switch parts[len(parts)-2] {
	case "demands":
		return second(c.Demands.GetDemand(ctx, &parleyv1.GetDemandRequest{Name: name}))
	case "plans":
		return second(c.Plans.GetPlan(ctx, &parleyv1.GetPlanRequest{Name: name}))
	case "revisions":
		return second(c.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: name}))
	case "stances":
		return second(c.Stances.GetStance(ctx, &parleyv1.GetStanceRequest{Name: name}))
	case "claims":
		return second(c.Claims.GetClaim(ctx, &parleyv1.GetClaimRequest{Name: name}))
	case "events":
		return second(c.Events.GetEvent(ctx, &parleyv1.GetEventRequest{Name: name}))
	case "sources":
		return second(c.Sources.GetSource(ctx, &parleyv1.GetSourceRequest{Name: name}))
	case "assessments":
		return second(c.Assessments.GetAssessment(ctx, &parleyv1.GetAssessmentRequest{Name: name}))
	case "disclosures":
		return second(c.Disclosures.GetDisclosure(ctx, &parleyv1.GetDisclosureRequest{Name: name}))
	case "valuations":
		return second(c.Valuations.GetValuation(ctx, &parleyv1.GetValuationRequest{Name: name}))
	case "members":
		return second(c.Members.GetMember(ctx, &parleyv1.GetMemberRequest{Name: name}))
	}
	t.Fatalf("%s is of no kind that this test knows", name)
	return nil
}

// The fiction has something of what there is to find out: what is agreed and what is in brackets, what lapsed, what was carried
// over an editorial change, and what the mediators know beyond what is on the table.
func TestTheFictionIsWorthAnalysing(t *testing.T) {
	_, people := river(t)
	status := func(who string) map[string]string {
		m, err := people[who].Analysis.GetPositionMatrix(t.Context(), &parleyv1.GetPositionMatrixRequest{Revision: twoTowns + "/plans/accord/revisions/v4"})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, row := range m.GetRows() {
			id := row.GetPoint().GetId()
			out[id] = strings.TrimPrefix(row.GetStatus().String(), "STATUS_")
			for i, c := range row.GetCells() {
				if c.GetCurrency() == parleyv1.PositionMatrix_CURRENCY_STALE {
					out[id] += " stale:" + strings.TrimPrefix(m.GetParties()[i].GetName(), twoTowns+"/parties/")
				}
			}
		}
		return out
	}
	want := map[string]string{
		"summer-flow": "BRACKETED", "weir": "OPEN stale:upton", "irrigation": "BRACKETED", "wastewater": "BRACKETED", "costs": "BRACKETED",
		"flood-warning": "PROVISIONAL", "council": "OPEN stale:farmers stale:upton", "disputes": "AGREED", "term": "OPEN", "fish-pass": "NO_WORDING",
	}
	if diff := cmp.Diff(want, status("bert")); diff != "" {
		t.Errorf("what lies on the table (-want +got):\n%s", diff)
	}
	want["weir"] = "OPEN" // Upton told the mediators what it makes of the new words
	if diff := cmp.Diff(want, status("maria")); diff != "" {
		t.Errorf("what the mediators know (-want +got):\n%s", diff)
	}
	demands := map[string]int{}
	for d, err := range client.All(t.Context(), people["maria"].Demands.ListDemands, &parleyv1.ListDemandsRequest{Parent: twoTowns + "/parties/-"}, (*parleyv1.ListDemandsResponse).GetDemands) {
		if err != nil {
			t.Fatal(err)
		}
		demands[strings.Split(d.GetName(), "/")[3]]++
	}
	if want := map[string]int{"upton": 6, "netherby": 6, "farmers": 6}; !maps.Equal(demands, want) {
		t.Errorf("the parties have %v demands", demands)
	}
}

// A copy that a mediator makes has the same members and audiences, and what was told; what is to be told waits there too.
func TestACopyKeepsConfidences(t *testing.T) {
	a, _ := river(t)
	for _, c := range load(t, a, example.River) {
		if c.Created != 0 {
			t.Errorf("a second load created %d %s", c.Created, c.Kind)
		}
	}
	text := export(t, a, twoTowns)
	b := start(t, t.TempDir())
	sum := load(t, b, func() (*dossier.Dossier, error) {
		return dossier.Parse(dossier.File{Name: "export.yaml", Data: []byte(text)})
	})
	if i := slices.IndexFunc(sum, func(c dossier.Count) bool { return c.Kind == dossier.KindMembers }); sum[i].Created != 4 || sum[i].Existing != 1 {
		t.Errorf("who loads is a member already; the others are made: %v", sum)
	}
	if diff := cmp.Diff(text, export(t, b, twoTowns)); diff != "" {
		t.Errorf("the copy differs (-original +copy):\n%s", diff)
	}
	for _, want := range []string{"upton--archive-2076", `embargo_time: "2076-06-01T00:00:00Z"`, "principal: anna", "id: mediators--bridge"} {
		if !strings.Contains(text, want) {
			t.Errorf("the export has no %s", want)
		}
	}
	if strings.Contains(text, "wastewater-told") {
		t.Error("what was told long ago is told again")
	}
}

package lens_test

import (
	"testing"
	"time"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// facts makes a State of a public negotiation with a secret source and events and claims that are about each other.
func facts(t *testing.T) *record.State {
	t.Helper()
	const n = "negotiations/talks"
	secret := &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR}
	claim := func(id string, about ...string) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Claim{Claim: &parleyv1.Claim{Name: n + "/claims/" + id, Statement: id, About: about}}}
	}
	event := func(id, partOf string, about ...string) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Event{Event: &parleyv1.Event{Name: n + "/events/" + id, PartOf: partOf, About: about}}}
	}
	st := record.NewState()
	err := st.Apply(&ledgerv1.Entry{Time: 1, Changes: []*ledgerv1.Change{
		{Change: &ledgerv1.Change_Negotiation{Negotiation: &parleyv1.Negotiation{Name: n}}},
		{Change: &ledgerv1.Change_Source{Source: &parleyv1.Source{Name: n + "/sources/secret", Audience: secret}}},
		claim("a", n+"/claims/b"), claim("b", n+"/claims/a", n+"/events/e"), event("e", "", n+"/claims/b"),
		claim("p", n+"/claims/q"), claim("q", n+"/claims/p", n+"/events/f"), event("f", "", n+"/sources/secret"),
		claim("self", n+"/claims/self"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// What is about something hidden is hidden, however long the way there; what goes round in a circle is no secret by that.
func TestFactsThatAreAboutEachOther(t *testing.T) {
	st := facts(t)
	for viewer, want := range map[lens.Viewer]map[string]bool{
		{}:               {"claims/a": true, "claims/b": true, "events/e": true, "claims/self": true, "claims/p": false, "claims/q": false, "events/f": false},
		{Mediator: true}: {"claims/a": true, "claims/b": true, "events/e": true, "claims/self": true, "claims/p": true, "claims/q": true, "events/f": true},
	} {
		l := lens.New(st, viewer, time.Unix(0, 1))
		for name, seen := range want {
			if _, err := l.Find("negotiations/talks/" + name); (err == nil) != seen {
				t.Errorf("%+v sees %s: %v", viewer, name, err)
			}
		}
	}
}

// A mediator who asks for what they may not know of after all leaves no note of it: they could list that. Of what they see, that alone
// is noted, and not what it belongs to and names.
func TestWhatIsHiddenIsNotNoted(t *testing.T) {
	const n = "negotiations/talks"
	audience := func(level parleyv1.Audience_Level) *parleyv1.Audience { return &parleyv1.Audience{Level: level} }
	own, entrusted := audience(parleyv1.Audience_LEVEL_PARTY), audience(parleyv1.Audience_LEVEL_MEDIATOR)
	claim := func(id, reports string, a *parleyv1.Audience) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Claim{Claim: &parleyv1.Claim{Name: n + "/claims/" + id, Party: n + "/parties/b", Reports: reports, Audience: a}}}
	}
	st := record.NewState()
	err := st.Apply(&ledgerv1.Entry{Time: 1, Changes: []*ledgerv1.Change{
		{Change: &ledgerv1.Change_Negotiation{Negotiation: &parleyv1.Negotiation{Name: n}}},
		{Change: &ledgerv1.Change_Party{Party: &parleyv1.Party{Name: n + "/parties/b", Audience: entrusted}}},
		claim("own", "", own), claim("reporting", n+"/claims/own", entrusted), claim("told", "", entrusted), claim("retold", n+"/claims/told", entrusted),
		{Change: &ledgerv1.Change_Demand{Demand: &parleyv1.Demand{Name: n + "/parties/b/demands/own", Audience: own}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"claims/own": 0, "claims/reporting": 0, "parties/b/demands/own": 0, "claims/told": 1, "claims/retold": 1} {
		noted := map[string]bool{}
		l := lens.New(st, lens.Viewer{Mediator: true, Table: true}, time.Unix(0, 1)).Watched(func(_, name string) { noted[name] = true })
		if _, err := l.Find(n + "/" + name); (err == nil) != (want > 0) || len(noted) != want {
			t.Errorf("%s: %v, and noted is %v", name, err, noted)
		}
	}
}

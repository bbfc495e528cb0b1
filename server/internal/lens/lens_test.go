package lens

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

const talks = "negotiations/talks"

// step is a command under a fixed moment and with fixed ids, so that it does the same in two worlds.
type step struct {
	at  int
	cmd record.Command
}

// build runs steps; those that do not fit are left out.
func build(t interface{ Fatalf(string, ...any) }, steps []step) *record.State {
	st, _ := buildLog(t, steps)
	return st
}

// buildLog is build, with the entries that led to the state.
func buildLog(t interface{ Fatalf(string, ...any) }, steps []step) (*record.State, []*ledgerv1.Entry) {
	st, log := record.NewState(), []*ledgerv1.Entry{}
	for _, s := range steps {
		now := time.Unix(int64(1_700_000_000+s.at), 0)
		d, err := s.cmd(st, record.Env{Now: now, NewID: func() string { return fmt.Sprintf("x%d", s.at) }})
		if err != nil {
			continue
		}
		next, entry := st.Fork(), &ledgerv1.Entry{Time: now.UnixNano(), Actor: "mediator", Changes: d.Changes}
		if err := next.Apply(entry); err != nil {
			t.Fatalf("apply: %v", err)
		}
		st, log = next, append(log, entry)
	}
	return st, log
}

func audience(level parleyv1.Audience_Level) *parleyv1.Audience {
	return &parleyv1.Audience{Level: level}
}

func party(id string, level parleyv1.Audience_Level) record.Command {
	return record.CreateParty(&parleyv1.CreatePartyRequest{Parent: talks, PartyId: id, Party: &parleyv1.Party{DisplayName: id, Audience: audience(level)}})
}

func plan(id string, level parleyv1.Audience_Level) record.Command {
	return record.CreatePlan(&parleyv1.CreatePlanRequest{Parent: talks, PlanId: id, Plan: &parleyv1.Plan{DisplayName: id, Audience: audience(level)}})
}

func commit(plan, id string, parents []string, level parleyv1.Audience_Level) record.Command {
	req := &parleyv1.CommitRevisionRequest{
		Parent: talks + "/plans/" + plan, RevisionId: id, Revision: &parleyv1.Revision{Audience: audience(level)},
		Body: &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{Points: []*parleyv1.Point{{Id: "p", Text: id}}}},
	}
	for _, p := range parents {
		req.Revision.Parents = append(req.Revision.Parents, &parleyv1.Revision_Parent{Revision: req.GetParent() + "/revisions/" + p})
	}
	return record.CommitRevision(req)
}

func stance(id, party, revision string, level parleyv1.Audience_Level) record.Command {
	return record.CreateStance(&parleyv1.CreateStanceRequest{Parent: talks, StanceId: id, Stance: &parleyv1.Stance{
		Party: talks + "/parties/" + party, Value: parleyv1.Stance_VALUE_ACCEPT, Audience: audience(level),
		Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: talks + "/plans/" + revision + "/points/p"}},
	}})
}

func event(id, partOf string, level parleyv1.Audience_Level, about ...string) record.Command {
	m := &parleyv1.Event{DisplayName: id, Audience: audience(level), About: about}
	if partOf != "" {
		m.PartOf = talks + "/events/" + partOf
	}
	return record.CreateEvent(&parleyv1.CreateEventRequest{Parent: talks, EventId: id, Event: m})
}

func claim(id, reports string, level parleyv1.Audience_Level, about ...string) record.Command {
	m := &parleyv1.Claim{Statement: id, Audience: audience(level), About: about}
	if reports != "" {
		m.Reports = talks + "/claims/" + reports
	}
	return record.CreateClaim(&parleyv1.CreateClaimRequest{Parent: talks, ClaimId: id, Claim: m})
}

func source(id string, level parleyv1.Audience_Level) record.Command {
	return record.CreateSource(&parleyv1.CreateSourceRequest{Parent: talks, SourceId: id, Source: &parleyv1.Source{DisplayName: id, Audience: audience(level)}})
}

func open(level parleyv1.Audience_Level) record.Command {
	return record.CreateNegotiation(&parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{DisplayName: "Talks", Audience: audience(level)}}, "talks")
}

// shown writes down everything that a lens gives, and what it says of names that it does not show.
func shown(l *Lens, names []string) string {
	var b strings.Builder
	line := func(m proto.Message, err error) {
		if err != nil {
			fmt.Fprintln(&b, err)
			return
		}
		data, _ := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		fmt.Fprintf(&b, "%x\n", data)
	}
	for _, deleted := range []bool{false, true} {
		for m := range l.Parties(talks, "", deleted) {
			line(m, nil)
		}
		for m := range l.Plans(talks, "", deleted) {
			line(m, nil)
		}
		for m := range l.Stances(talks, "", deleted) {
			line(m, nil)
		}
		for m := range l.Demands(talks+"/parties/-", "", deleted) {
			line(m, nil)
		}
		for m := range l.Events(talks, "", deleted) {
			line(m, nil)
		}
		for m := range l.Claims(talks, "", deleted) {
			line(m, nil)
		}
		for m := range l.Sources(talks, "", deleted) {
			line(m, nil)
		}
	}
	for r := range l.Revisions(talks + "/plans/-") {
		line(l.Message(r, true), nil)
	}
	for m := range l.Survey().StancesOn("p") {
		line(m, nil)
	}
	for _, name := range names {
		switch {
		case strings.Contains(name, "/revisions/"):
			r, err := l.Revision(name)
			if err == nil {
				line(l.Message(r, true), nil)
			} else {
				line(nil, err)
			}
			line(l.Point(name + "/points/p"))
		case strings.Contains(name, "/plans/"):
			line(l.Plan(name))
		case strings.Contains(name, "/stances/"):
			line(l.Stance(name))
		default:
			line(l.Find(name))
		}
	}
	line(l.Negotiation(talks))
	return b.String()
}

// told writes down what the log tells the public.
func told(st *record.State, log []*ledgerv1.Entry) string {
	var b strings.Builder
	for _, e := range log {
		if m := Entry(st, Viewer{}, e, nil); m != nil {
			data, _ := proto.MarshalOptions{Deterministic: true}.Marshal(m)
			fmt.Fprintf(&b, "%x\n", data)
		}
	}
	return b.String()
}

// Two records that differ only in what the public may not see look the same to the public.
func TestWhatIsHiddenLeavesNoTrace(t *testing.T) {
	ids := []string{"a", "b", "c", "d"}
	var names []string
	for _, id := range ids {
		names = append(names, talks+"/events/"+id, talks+"/claims/"+id, talks+"/sources/"+id, talks+"/parties/"+id, talks+"/plans/"+id, talks+"/stances/"+id, talks+"/plans/"+id+"/revisions/latest")
		for _, r := range ids {
			names = append(names, talks+"/plans/"+id+"/revisions/"+r)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		all, public := []step{{0, open(parleyv1.Audience_LEVEL_PUBLIC)}}, []step{{0, open(parleyv1.Audience_LEVEL_PUBLIC)}}
		used := map[string]bool{}
		for i := range rapid.IntRange(0, 20).Draw(t, "steps") {
			id, level := rapid.SampledFrom(ids).Draw(t, "id"), parleyv1.Audience_LEVEL_PUBLIC
			hidden := rapid.Bool().Draw(t, "hidden")
			if hidden {
				level = rapid.SampledFrom([]parleyv1.Audience_Level{
					parleyv1.Audience_LEVEL_PARTY, parleyv1.Audience_LEVEL_MEDIATOR, parleyv1.Audience_LEVEL_SHARED, parleyv1.Audience_LEVEL_TABLED,
				}).Draw(t, "level")
			}
			other := rapid.SampledFrom(ids).Draw(t, "other")
			kind := rapid.SampledFrom([]string{"party", "plan", "commit", "stance", "event", "claim", "source"}).Draw(t, "kind")
			about := talks + "/" + rapid.SampledFrom([]string{"plans/", "events/", "claims/", "sources/"}).Draw(t, "about") + other
			if key := kind + id + map[bool]string{true: other}[kind == "commit"]; used[key] {
				continue // an id that is taken in secret tells itself by being refused; server-made ids do not
			} else {
				used[key] = true
			}
			var cmd record.Command
			switch kind {
			case "party":
				cmd = party(id, level)
			case "plan":
				cmd = plan(id, level)
			case "commit":
				cmd = commit(id, other, nil, level)
			case "event":
				cmd = event(id, rapid.SampledFrom([]string{"", other}).Draw(t, "part of"), level, about)
			case "claim":
				cmd = claim(id, rapid.SampledFrom([]string{"", other}).Draw(t, "reports"), level, about)
			case "source":
				cmd = source(id, level)
			case "stance":
				cmd = stance(id, other, rapid.SampledFrom(ids).Draw(t, "plan")+"/revisions/latest", level)
			}
			all = append(all, step{i + 1, cmd})
			if !hidden {
				public = append(public, step{i + 1, cmd})
			}
		}
		at := time.Unix(1_800_000_000, 0)
		withSecrets, logWithSecrets := buildLog(t, all)
		without, logWithout := buildLog(t, public)
		a, b := New(withSecrets, Viewer{}, at), New(without, Viewer{}, at)
		got, want := shown(a, names)+told(withSecrets, logWithSecrets), shown(b, names)+told(without, logWithout)
		if got != want && !secretHead(t, all, public) {
			t.Fatalf("the public sees a difference:\n%s\n%s", got, want)
		}
	})
}

// secretHead tells whether a step fits only one of the two records, because a hidden revision is the head that a public
// one would have to name, or the `latest` that a public stance would be about: then the public parts differ as well.
func secretHead(t *rapid.T, all, public []step) bool {
	done := func(steps []step) (out []int) {
		st := record.NewState()
		for _, s := range steps {
			now := time.Unix(int64(1_700_000_000+s.at), 0)
			d, err := s.cmd(st, record.Env{Now: now, NewID: func() string { return "x" }})
			if err != nil {
				continue
			}
			st = st.Fork()
			if err := st.Apply(&ledgerv1.Entry{Time: now.UnixNano(), Changes: d.Changes}); err != nil {
				t.Fatalf("apply: %v", err)
			}
			out = append(out, s.at)
		}
		return out
	}
	a := done(all)
	isPublic := func(i int) bool { return slices.ContainsFunc(public, func(s step) bool { return s.at == i }) }
	a = slices.DeleteFunc(a, func(i int) bool { return !isPublic(i) })
	return !slices.Equal(a, done(public))
}

func TestAudiences(t *testing.T) {
	mediator, own, other := Viewer{Mediator: true}, Viewer{Party: talks + "/parties/a"}, Viewer{Party: talks + "/parties/b"}
	for _, test := range []struct {
		audience *parleyv1.Audience
		sees     string // of mediator, own party, other party, observer, public
	}{
		{nil, "maotp"},
		{audience(parleyv1.Audience_LEVEL_PUBLIC), "maotp"},
		{audience(parleyv1.Audience_LEVEL_TABLED), "maot"},
		{&parleyv1.Audience{Level: parleyv1.Audience_LEVEL_SHARED}, "ma"},
		{&parleyv1.Audience{Level: parleyv1.Audience_LEVEL_SHARED, Parties: []string{talks + "/parties/b"}}, "mao"},
		{audience(parleyv1.Audience_LEVEL_MEDIATOR), "ma"},
		{audience(parleyv1.Audience_LEVEL_PARTY), "a"},
		{audience(99), "a"}, // a level of a newer parley is taken for the narrowest
	} {
		got := ""
		for _, v := range []struct {
			mark   string
			viewer Viewer
		}{{"m", mediator}, {"a", own}, {"o", other}, {"t", Viewer{Table: true}}, {"p", Viewer{}}} {
			if (&Lens{viewer: v.viewer}).sees(test.audience, talks+"/parties/a", "") {
				got += v.mark
			}
		}
		if got != test.sees {
			t.Errorf("%v is seen by %q, want %q", test.audience, got, test.sees)
		}
	}
}

func TestOrdinalsAreDensePerViewer(t *testing.T) {
	st := build(t, []step{
		{0, open(parleyv1.Audience_LEVEL_PUBLIC)},
		{1, plan("a", parleyv1.Audience_LEVEL_PUBLIC)},
		{2, commit("a", "r1", nil, parleyv1.Audience_LEVEL_PUBLIC)},
		{3, commit("a", "r2", []string{"r1"}, parleyv1.Audience_LEVEL_MEDIATOR)},
		{4, commit("a", "r3", []string{"r2"}, parleyv1.Audience_LEVEL_PUBLIC)},
	})
	for viewer, want := range map[Viewer]string{{}: "r1=1 r3=2", {Mediator: true}: "r1=1 r2=2 r3=3"} {
		l := New(st, viewer, time.Unix(1_800_000_000, 0))
		var got []string
		for r := range l.Revisions(talks + "/plans/a") {
			one, err := l.Revision(r.Msg.GetName())
			if err != nil || l.Message(one, false).GetOrdinal() != r.ordinal {
				t.Errorf("%s is number %d in the list, %v, %v alone", r.Msg.GetName(), r.ordinal, l.Message(one, false).GetOrdinal(), err)
			}
			got = append(got, fmt.Sprintf("%s=%d", record.IDOf(r.Msg.GetName()), r.ordinal))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%+v sees %v, want %s", viewer, got, want)
		}
	}
}

func TestTheParentsAudienceBoundsTheChilds(t *testing.T) {
	st := build(t, []step{
		{0, open(parleyv1.Audience_LEVEL_PUBLIC)},
		{1, party("a", parleyv1.Audience_LEVEL_MEDIATOR)},
		{2, party("b", parleyv1.Audience_LEVEL_PUBLIC)},
		{3, plan("a", parleyv1.Audience_LEVEL_MEDIATOR)},
		{4, plan("b", parleyv1.Audience_LEVEL_PUBLIC)},
		{5, commit("a", "r", nil, parleyv1.Audience_LEVEL_PUBLIC)},
		{6, commit("b", "r", nil, parleyv1.Audience_LEVEL_PUBLIC)},
		{7, stance("of-hidden-party", "a", "b/revisions/r", parleyv1.Audience_LEVEL_PUBLIC)},
		{8, stance("on-hidden-plan", "b", "a/revisions/r", parleyv1.Audience_LEVEL_PUBLIC)},
		{9, stance("open", "b", "b/revisions/r", parleyv1.Audience_LEVEL_PUBLIC)},
	})
	l := New(st, Viewer{}, time.Unix(1_800_000_000, 0))
	for name, sees := range map[string]bool{
		"/plans/a/revisions/r": false, "/plans/b/revisions/r": true,
		"/stances/of-hidden-party": false, "/stances/on-hidden-plan": false, "/stances/open": true,
	} {
		var err error
		if strings.Contains(name, "revisions") {
			_, err = l.Revision(talks + name)
		} else {
			_, err = l.Stance(talks + name)
		}
		var f *fault.Fault
		if (err == nil) != sees || err != nil && (!errors.As(err, &f) || f.Reason != fault.ReasonResourceNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	closed := New(build(t, []step{{0, open(parleyv1.Audience_LEVEL_MEDIATOR)}, {1, party("a", parleyv1.Audience_LEVEL_PUBLIC)}}), Viewer{}, time.Unix(1_800_000_000, 0))
	if _, err := closed.Party(talks + "/parties/a"); err == nil {
		t.Error("a party shows although its negotiation does not")
	}
}

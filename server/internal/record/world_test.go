package record

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// world is a negotiation in a test: its state, the log that led to it, and a clock that ticks with every entry.
type world struct {
	st    *State
	log   []*ledgerv1.Entry
	ids   int
	moves []*State // the state after each entry
}

const talks = "negotiations/talks"

// newWorld makes a negotiation with the parties a and b and the plan draft.
func newWorld(t interface {
	Helper()
	Fatalf(string, ...any)
},
) *world {
	t.Helper()
	w := &world{st: NewState()}
	for _, cmd := range []Command{
		CreateNegotiation(&parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{DisplayName: "Talks"}}, "talks"),
		createParty("a"), createParty("b"), createPlan("draft"),
	} {
		if _, err := w.do(cmd); err != nil {
			t.Fatalf("set up: %v", err)
		}
	}
	return w
}

func createParty(id string) Command {
	return CreateParty(&parleyv1.CreatePartyRequest{Parent: talks, PartyId: id, Party: &parleyv1.Party{DisplayName: id, Role: parleyv1.Party_ROLE_PRINCIPAL}})
}

func createPlan(id string) Command {
	return CreatePlan(&parleyv1.CreatePlanRequest{Parent: talks, PlanId: id, Plan: &parleyv1.Plan{DisplayName: id}})
}

func (w *world) now() time.Time { return time.Unix(1_700_000_000+int64(len(w.log)), 0).UTC() }

// do runs a command and records what it does.
func (w *world) do(cmd Command) (*Draft, error) {
	env := Env{Now: w.now(), NewID: func() string { w.ids++; return fmt.Sprintf("x%d", w.ids) }}
	d, err := cmd(w.st, env)
	if err != nil {
		return nil, err
	}
	e := &ledgerv1.Entry{Time: env.Now.UnixNano(), Actor: "mediator", Changes: d.Changes, Results: d.Results}
	next := w.st.Fork()
	if err := next.Apply(e); err != nil {
		return nil, fmt.Errorf("apply: %w", err)
	}
	w.st, w.log, w.moves = next, append(w.log, e), append(w.moves, next)
	return d, nil
}

// must is do for commands that are to succeed.
func (w *world) must(t testing.TB, cmd Command) *Draft {
	t.Helper()
	d, err := w.do(cmd)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// head gives the text of the newest revision of a plan.
func (w *world) head(plan string) *Text { return w.st.Head(talks+"/plans/"+plan, Latest).Text }

// dump writes down everything that a state says as of a moment.
func dump(st *State, at int64) string {
	var b strings.Builder
	line := func(m proto.Message) {
		// The text form varies its spacing on purpose; the wire form does not.
		data, _ := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		fmt.Fprintf(&b, "%x\n", data)
	}
	for m := range st.Negotiations("", at) {
		line(m)
	}
	for m := range st.Parties("", at) {
		line(m)
	}
	for m := range st.Demands("", "", at) {
		line(m)
	}
	for m := range st.Stances("", at) {
		line(m)
		for _, target := range []string{IDOf(m.GetTarget().GetPoint()), m.GetTarget().GetRevision()} {
			st.StancesOn(target, at, func(s *parleyv1.Stance) bool { fmt.Fprintln(&b, target, s.GetName()); return true })
		}
	}
	for m := range st.Claims("", at) {
		line(m)
	}
	for m := range st.Events("", at) {
		line(m)
	}
	for m := range st.Sources("", at) {
		line(m)
	}
	for m := range st.Assessments("", at) {
		line(m)
	}
	for m := range st.Objections("", at) {
		line(m)
		st.ObjectionsTo(m.GetPoint(), at, func(o *parleyv1.Objection) bool { fmt.Fprintln(&b, o.GetName()); return true })
	}
	for m := range st.Disclosures("", at) {
		line(m)
	}
	for m := range st.Plans("", at) {
		line(m)
		for r := range st.Revisions(m.GetName(), at) {
			line(r.Msg)
			line(st.AudienceOf(r, at))
			fmt.Fprintln(&b, r.Changed)
			for p := range r.Text.Points() {
				line(p)
			}
		}
		if h := st.Head(m.GetName(), at); h != nil {
			fmt.Fprintln(&b, "head", h.Msg.GetName())
		}
	}
	return b.String()
}

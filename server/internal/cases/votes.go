package cases

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"golang.org/x/sync/errgroup"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// The roll calls of the General Assembly of the United Nations, 1946 to January 2020, after Erik Voeten, "Data and Analyses of
// Voting in the UN General Assembly" (Harvard Dataverse hdl:1902.1/12379, CC0), as packed by github.com/dgrtwo/unvotes (MIT): each
// state a party, each roll call a point, each vote a stance; where there is no record of a vote there is no stance.

// Assembly is what was voted on, and by whom.
type Assembly struct {
	States []string // names, by column
	Calls  []RollCall
}

// RollCall is one vote of all states.
type RollCall struct {
	ID, Resolution, Short, Text, Date, Topic, About string

	Letters string // y, n, a, or a full stop, a column each
}

// Vote is how one state voted on one roll call.
type Vote struct {
	Call, State int // their places in the assembly
	Value       parleyv1.Stance_Value
}

// meaning is the stance that a letter stands for.
var meaning = map[rune]parleyv1.Stance_Value{
	'y': parleyv1.Stance_VALUE_ACCEPT, 'n': parleyv1.Stance_VALUE_OPPOSE, 'a': parleyv1.Stance_VALUE_ABSTAIN,
}

// ReadAssembly reads the tables of a directory.
func ReadAssembly(dir string) (*Assembly, error) {
	countries, err := ReadTable(dir, "countries.csv")
	if err != nil {
		return nil, err
	}
	a := &Assembly{}
	for _, row := range countries {
		a.States = append(a.States, row["country"])
	}
	letters, err := ReadTable(dir, "votes.csv")
	if err != nil {
		return nil, err
	}
	issues, err := ReadTable(dir, "issues.csv")
	if err != nil {
		return nil, err
	}
	votes, topics := map[string]string{}, map[string]string{}
	for _, row := range letters {
		votes[row["rcid"]] = row["votes"]
	}
	for _, row := range issues {
		topics[row["rcid"]] = cmp.Or(topics[row["rcid"]], strings.ReplaceAll(strings.ToLower(row["issue"]), " ", "-"))
	}
	calls, err := ReadTable(dir, "roll_calls.csv")
	for _, row := range calls {
		a.Calls = append(a.Calls, rollCall(row, topics[row["rcid"]], votes[row["rcid"]]))
	}
	return a, err
}

func rollCall(row map[string]string, topic, letters string) RollCall {
	r := RollCall{
		ID: "rc" + row["rcid"], Resolution: row["unres"], Short: printed(row["short"]), Date: row["date"], Topic: topic, Letters: letters,
		Text: cmp.Or(printed(row["descr"]), printed(row["short"]), row["unres"], "Roll call "+row["rcid"]),
	}
	switch {
	case row["amend"] == "1":
		r.About = "A vote on an amendment."
	case row["para"] == "1":
		r.About = "A vote on a paragraph."
	}
	return r
}

// printed leaves out control characters, of which the descriptions hold a few that no API of texts takes.
func printed(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}

// ReadTable reads a CSV file by its column names.
func ReadTable(dir, name string) (out []map[string]string, err error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: no head", name)
	}
	for _, row := range rows[1:] {
		r := map[string]string{}
		for i, column := range rows[0] {
			r[column] = row[i]
		}
		out = append(out, r)
	}
	return out, nil
}

// AllCalls names the revision that holds all roll calls.
func AllCalls(negotiation string) string { return negotiation + "/plans/resolutions/revisions/all" }

func stateID(column int) string { return fmt.Sprintf("s%03d", column) }

// Record brings an assembly into a negotiation: states, the text that was voted on, and the votes.
func (a *Assembly) Record(ctx context.Context, c *client.Client, negotiation string) error {
	if err := a.Convene(ctx, c, negotiation); err != nil {
		return err
	}
	return a.Vote(ctx, c, negotiation)
}

// Convene records all but the votes.
func (a *Assembly) Convene(ctx context.Context, c *client.Client, negotiation string) error {
	if _, err := c.Negotiations.CreateNegotiation(ctx, &parleyv1.CreateNegotiationRequest{
		NegotiationId: path.Base(negotiation), Negotiation: &parleyv1.Negotiation{DisplayName: "General Assembly"},
	}); err != nil {
		return err
	}
	for i, name := range a.States {
		if _, err := c.Parties.CreateParty(ctx, &parleyv1.CreatePartyRequest{Parent: negotiation, PartyId: stateID(i), Party: &parleyv1.Party{
			DisplayName: name, Kind: parleyv1.Party_KIND_STATE, Role: parleyv1.Party_ROLE_PRINCIPAL,
		}}); err != nil {
			return err
		}
	}
	if _, err := c.Plans.CreatePlan(ctx, &parleyv1.CreatePlanRequest{
		Parent: negotiation, PlanId: "resolutions", Plan: &parleyv1.Plan{DisplayName: "Resolutions"},
	}); err != nil {
		return err
	}
	text := &parleyv1.CommitRevisionRequest_Text{}
	for _, r := range a.Calls {
		text.Points = append(text.Points, &parleyv1.Point{Id: r.ID, Label: r.Resolution, Heading: r.Short, Text: r.Text, Topic: r.Topic, Note: r.About})
	}
	_, err := c.Commit(ctx, &parleyv1.CommitRevisionRequest{
		Parent: negotiation + "/plans/resolutions", RevisionId: "all", Revision: &parleyv1.Revision{DisplayName: "All roll calls"},
		Body: &parleyv1.CommitRevisionRequest_Text_{Text: text},
	})
	return err
}

// How votes are recorded: so many in a call, from so many callers.
const (
	votesAtOnce = 1000
	callers     = 4
)

// Vote records every vote.
func (a *Assembly) Vote(ctx context.Context, c *client.Client, negotiation string) error {
	calls, ctx := errgroup.WithContext(ctx)
	calls.SetLimit(callers)
	send := func(batch []*parleyv1.CreateStanceRequest) {
		calls.Go(func() error {
			_, err := c.Stances.BatchCreateStances(ctx, &parleyv1.BatchCreateStancesRequest{Parent: negotiation, Requests: batch})
			return err
		})
	}
	var batch []*parleyv1.CreateStanceRequest
	for s := range a.stances(negotiation) {
		if batch = append(batch, s); len(batch) == votesAtOnce {
			send(batch)
			batch = nil
		}
	}
	if len(batch) > 0 {
		send(batch)
	}
	return calls.Wait()
}

// Votes goes through all votes, roll call by roll call.
func (a *Assembly) Votes() iter.Seq[Vote] {
	return func(yield func(Vote) bool) {
		for i, r := range a.Calls {
			for column, letter := range r.Letters {
				if value, voted := meaning[letter]; voted && !yield(Vote{i, column, value}) {
					return
				}
			}
		}
	}
}

// CountVotes counts them.
func (a *Assembly) CountVotes() (n int) {
	for range a.Votes() {
		n++
	}
	return n
}

// stances are the votes as they are recorded. What the votes of a roll call have in common, they share.
func (a *Assembly) stances(negotiation string) iter.Seq[*parleyv1.CreateStanceRequest] {
	return func(yield func(*parleyv1.CreateStanceRequest) bool) {
		parties := make([]string, len(a.States))
		for i := range parties {
			parties[i] = negotiation + "/parties/" + stateID(i)
		}
		call, target, said := -1, (*parleyv1.Stance_Target)(nil), (*parleyv1.PartialTime)(nil)
		for v := range a.Votes() {
			if v.Call != call {
				r := a.Calls[v.Call]
				call, said = v.Call, &parleyv1.PartialTime{Value: r.Date}
				target = &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: AllCalls(negotiation) + "/points/" + r.ID}}
			}
			if !yield(&parleyv1.CreateStanceRequest{Stance: &parleyv1.Stance{Party: parties[v.State], Target: target, Value: v.Value, SaidTime: said}}) {
				return
			}
		}
	}
}

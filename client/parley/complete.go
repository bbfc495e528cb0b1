package main

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// completion finds what may stand at a place. It asks the server, briefly, and offers nothing if that fails.
type completion = func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective)

const completionTime = 2 * time.Second

// completing offers what list finds, up to `most` arguments.
func (a *app) completing(most int, list lister) completion {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		c, n, err := a.open(ctx, args...)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []cobra.Completion
		for _, each := range list(ctx, c, n, typed) {
			if strings.HasPrefix(each, typed) {
				out = append(out, each)
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// completingServerwide offers what is in no negotiation.
func (a *app) completingServerwide(list func(ctx context.Context, c *client.Client) []cobra.Completion) completion {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		c, err := a.connect()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return list(ctx, c), cobra.ShellCompDirectiveNoFileComp
	}
}

func negotiationIDs(ctx context.Context, c *client.Client) []cobra.Completion {
	return offers(client.All(ctx, c.Negotiations.ListNegotiations, &parleyv1.ListNegotiationsRequest{}, (*parleyv1.ListNegotiationsResponse).GetNegotiations),
		func(n *parleyv1.Negotiation) (id, about string) { return show.ID(n.GetName()), n.GetDisplayName() })
}

func tokenIDs(ctx context.Context, c *client.Client) []cobra.Completion {
	return offers(client.All(ctx, c.Tokens.ListTokens, &parleyv1.ListTokensRequest{}, (*parleyv1.ListTokensResponse).GetTokens),
		func(t *parleyv1.Token) (id, about string) { return show.ID(t.GetName()), t.GetPrincipal() })
}

func memberIDs(ctx context.Context, c *client.Client, n, _ string) []cobra.Completion {
	return offers(client.All(ctx, c.Members.ListMembers, &parleyv1.ListMembersRequest{Parent: n}, (*parleyv1.ListMembersResponse).GetMembers),
		func(m *parleyv1.Member) (id, about string) { return show.ID(m.GetName()), m.GetPrincipal() })
}

// lister finds ids in a negotiation. What is typed so far tells it where to look; it need not fit.
type lister = func(ctx context.Context, c *client.Client, negotiation, typed string) []cobra.Completion

// offers gathers completions until the end of a list or an error.
func offers[T any](items iter.Seq2[T, error], offer func(T) (id, about string)) []cobra.Completion {
	var out []cobra.Completion
	for item, err := range items {
		if err != nil {
			break
		}
		out = append(out, cobra.CompletionWithDesc(offer(item)))
	}
	return out
}

func partyIDs(ctx context.Context, c *client.Client, n, _ string) []cobra.Completion {
	return offers(client.All(ctx, c.Parties.ListParties, &parleyv1.ListPartiesRequest{Parent: n}, (*parleyv1.ListPartiesResponse).GetParties),
		func(p *parleyv1.Party) (id, about string) { return show.ID(p.GetName()), p.GetDisplayName() })
}

// completeParties offers the parties where a flag names one.
func (a *app) completeParties(cmd *cobra.Command, flags ...string) {
	for _, flag := range flags {
		if err := cmd.RegisterFlagCompletionFunc(flag, a.completing(100, partyIDs)); err != nil {
			panic(err) // the flag is defined above
		}
	}
}

// partyNames gives the full names of the parties that a flag names.
func partyNames(negotiation string, ids []string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, protoyaml.Expand("parley/Party", negotiation, id))
	}
	return out
}

func demandIDs(ctx context.Context, c *client.Client, n, _ string) []cobra.Completion {
	return offers(client.All(ctx, c.Demands.ListDemands, &parleyv1.ListDemandsRequest{Parent: n + "/parties/-"}, (*parleyv1.ListDemandsResponse).GetDemands),
		func(d *parleyv1.Demand) (id, about string) {
			return protoyaml.Shorten("parley/Demand", n, d.GetName()), d.GetStatement()
		})
}

func planIDs(ctx context.Context, c *client.Client, n, _ string) []cobra.Completion {
	return offers(client.All(ctx, c.Plans.ListPlans, &parleyv1.ListPlansRequest{Parent: n}, (*parleyv1.ListPlansResponse).GetPlans),
		func(p *parleyv1.Plan) (id, about string) { return show.ID(p.GetName()), p.GetDisplayName() })
}

func revisionIDs(ctx context.Context, c *client.Client, n, _ string) []cobra.Completion {
	return offers(client.All(ctx, c.Plans.ListRevisions, &parleyv1.ListRevisionsRequest{Parent: n + "/plans/-"}, (*parleyv1.ListRevisionsResponse).GetRevisions),
		func(r *parleyv1.Revision) (id, about string) { return show.RevisionID(r.GetName()), r.GetDisplayName() })
}

func stanceIDs(ctx context.Context, c *client.Client, n, _ string) []cobra.Completion {
	return offers(client.All(ctx, c.Stances.ListStances, &parleyv1.ListStancesRequest{Parent: n}, (*parleyv1.ListStancesResponse).GetStances),
		func(s *parleyv1.Stance) (id, about string) { return show.ID(s.GetName()), s.GetQuote() })
}

// revisionsOrPoints offers revisions, and the points of one as soon as it is typed.
func revisionsOrPoints(ctx context.Context, c *client.Client, n, typed string) []cobra.Completion {
	at := strings.LastIndexByte(typed, '/')
	if strings.Count(typed, "/") != 2 {
		return revisionIDs(ctx, c, n, typed)
	}
	return points(ctx, c, revisionName(n, typed[:at]), typed[:at+1])
}

// pointsOfPlans offers plans, and the points of the newest revision of one as soon as it is typed.
func pointsOfPlans(ctx context.Context, c *client.Client, n, typed string) []cobra.Completion {
	plan, _, ok := strings.Cut(typed, "/")
	if !ok {
		return planIDs(ctx, c, n, typed)
	}
	return points(ctx, c, revisionName(n, plan), plan+"/")
}

// points offers the points of a revision behind a prefix.
func points(ctx context.Context, c *client.Client, revision, prefix string) []cobra.Completion {
	r, err := c.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: revision})
	if err != nil {
		return nil
	}
	var out []cobra.Completion
	for _, p := range r.GetPoints() {
		out = append(out, cobra.CompletionWithDesc(prefix+p.GetId(), strings.TrimSpace(p.GetLabel()+" "+p.GetHeading())))
	}
	return out
}

// completeFlags offers values for the flags of all commands.
func (a *app) completeFlags(root *cobra.Command) {
	fixed := func(values ...cobra.Completion) completion {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	}
	for flag, complete := range map[string]completion{
		"output": fixed("table", "json", "yaml"), "color": fixed("auto", "always", "never"), "negotiation": a.completingServerwide(negotiationIDs),
	} {
		if err := root.RegisterFlagCompletionFunc(flag, complete); err != nil {
			panic(err) // the flag is defined above
		}
	}
}

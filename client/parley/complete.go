package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// completion finds what may stand at a place. It asks the server, briefly, and offers nothing if that fails.
type completion = func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective)

const completionTime = 2 * time.Second

// completing offers what list finds, up to `most` arguments.
func (a *app) completing(most int, list func(ctx context.Context, c *client.Client, negotiation string) []cobra.Completion) completion {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		c, n, err := a.open(ctx)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []cobra.Completion
		for _, each := range list(ctx, c, n) {
			if strings.HasPrefix(each, typed) {
				out = append(out, each)
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

func partyIDs(ctx context.Context, c *client.Client, n string) []cobra.Completion {
	var out []cobra.Completion
	for p, err := range client.All(ctx, c.Parties.ListParties, &parleyv1.ListPartiesRequest{Parent: n}, (*parleyv1.ListPartiesResponse).GetParties) {
		if err != nil {
			return out
		}
		out = append(out, cobra.CompletionWithDesc(show.ID(p.GetName()), p.GetDisplayName()))
	}
	return out
}

func planIDs(ctx context.Context, c *client.Client, n string) []cobra.Completion {
	var out []cobra.Completion
	for p, err := range client.All(ctx, c.Plans.ListPlans, &parleyv1.ListPlansRequest{Parent: n}, (*parleyv1.ListPlansResponse).GetPlans) {
		if err != nil {
			return out
		}
		out = append(out, cobra.CompletionWithDesc(show.ID(p.GetName()), p.GetDisplayName()))
	}
	return out
}

func revisionIDs(ctx context.Context, c *client.Client, n string) []cobra.Completion {
	var out []cobra.Completion
	for r, err := range client.All(ctx, c.Plans.ListRevisions, &parleyv1.ListRevisionsRequest{Parent: n + "/plans/-"}, (*parleyv1.ListRevisionsResponse).GetRevisions) {
		if err != nil {
			return out
		}
		out = append(out, cobra.CompletionWithDesc(show.RevisionID(r.GetName()), r.GetDisplayName()))
	}
	return out
}

// completeFlags offers values for the flags of all commands.
func (a *app) completeFlags(root *cobra.Command) {
	fixed := func(values ...cobra.Completion) completion {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	}
	negotiations := func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		c, err := a.connect()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []cobra.Completion
		for n, err := range client.All(ctx, c.Negotiations.ListNegotiations, &parleyv1.ListNegotiationsRequest{}, (*parleyv1.ListNegotiationsResponse).GetNegotiations) {
			if err != nil {
				break
			}
			out = append(out, cobra.CompletionWithDesc(show.ID(n.GetName()), n.GetDisplayName()))
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
	for flag, complete := range map[string]completion{
		"output": fixed("table", "json", "yaml"), "color": fixed("auto", "always", "never"), "negotiation": negotiations,
	} {
		if err := root.RegisterFlagCompletionFunc(flag, complete); err != nil {
			panic(err) // the flag is defined above
		}
	}
}

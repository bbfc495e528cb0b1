package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// listFlags are what all lists take.
type listFlags struct {
	filter, orderBy string
	deleted         bool
}

func (l *listFlags) add(cmd *cobra.Command) {
	l.find(cmd, "'kind = STATE' or 'party = ukraine'", "'display_name desc'")
	cmd.Flags().BoolVar(&l.deleted, "deleted", false, "deleted ones too")
}

// find adds what lists take of things that cannot be deleted, with examples.
func (l *listFlags) find(cmd *cobra.Command, filter, orderBy string) {
	f := cmd.Flags()
	f.StringVar(&l.filter, "filter", "", "only those that fit, such as "+filter+" (AIP-160)")
	f.StringVar(&l.orderBy, "order-by", "", "such as "+orderBy)
}

func (a *app) negotiations() *cobra.Command {
	var l listFlags
	cmd := &cobra.Command{
		Use: "negotiations", Short: "List the negotiations that you may see", Args: usage(cobra.NoArgs),
		RunE: a.serverwide(func(ctx context.Context, c call) error {
			list, err := client.Collect(client.All(ctx, c.Negotiations.ListNegotiations, &parleyv1.ListNegotiationsRequest{
				Filter: l.filter, OrderBy: l.orderBy, ShowDeleted: l.deleted, AsOf: c.at,
			}, (*parleyv1.ListNegotiationsResponse).GetNegotiations))
			if err != nil {
				return err
			}
			return answerAll(a, list, a.page().Negotiations)
		}),
	}
	l.add(cmd)
	return cmd
}

func (a *app) parties() *cobra.Command {
	var l listFlags
	cmd := &cobra.Command{
		Use: "parties [PARTY]", Short: "List the parties, or show one", Args: usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.completing(1, partyIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			if len(c.args) == 1 {
				p, err := c.Parties.GetParty(ctx, &parleyv1.GetPartyRequest{Name: protoyaml.Expand("parley/Party", c.negotiation, c.args[0]), AsOf: c.at})
				if err != nil {
					return err
				}
				return a.answer(p, func() string { return a.whole(p) })
			}
			list, err := client.Collect(client.All(ctx, c.Parties.ListParties, &parleyv1.ListPartiesRequest{
				Parent: c.negotiation, Filter: protoyaml.ExpandFilter(&parleyv1.Party{}, c.negotiation, l.filter), OrderBy: l.orderBy, ShowDeleted: l.deleted, AsOf: c.at,
			}, (*parleyv1.ListPartiesResponse).GetParties))
			if err != nil {
				return err
			}
			return answerAll(a, list, a.page().Parties)
		}),
	}
	l.add(cmd)
	return listAndShow(cmd, "PARTY")
}

func (a *app) demands() *cobra.Command {
	var l listFlags
	var when positionFlags
	var party string
	cmd := &cobra.Command{
		Use: "demands [PARTY/DEMAND]", Short: "List what the parties demand, or show one demand", Args: usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.completing(1, demandIDs),
		Example:           "parley demands --party ukraine --filter 'strength = RED_LINE'",
		RunE: a.reading(func(ctx context.Context, c call) error {
			if len(c.args) == 1 {
				d, err := c.Demands.GetDemand(ctx, &parleyv1.GetDemandRequest{Name: protoyaml.Expand("parley/Demand", c.negotiation, c.args[0]), AsOf: c.at})
				if err != nil {
					return err
				}
				return a.answer(d, func() string { return a.whole(d) })
			}
			held, known, err := when.moments()
			if err != nil {
				return err
			}
			list, err := client.Collect(client.All(ctx, c.Demands.ListDemands, &parleyv1.ListDemandsRequest{
				Parent: protoyaml.Expand("parley/Party", c.negotiation, party), Filter: protoyaml.ExpandFilter(&parleyv1.Demand{}, c.negotiation, l.filter),
				OrderBy: l.orderBy, ShowDeleted: l.deleted, AsOf: c.at, HeldAt: held, KnownAt: known,
			}, (*parleyv1.ListDemandsResponse).GetDemands))
			if err != nil {
				return err
			}
			return answerAll(a, list, a.page().Demands)
		}),
	}
	l.add(cmd)
	when.add(cmd)
	cmd.Flags().StringVar(&party, "party", "-", "of this party alone")
	a.completeParties(cmd, "party")
	return listAndShow(cmd, "PARTY/DEMAND")
}

// listAndShow spells out what a command does without and with an argument: `parties list` and `parties show ukraine`.
func listAndShow(cmd *cobra.Command, arg string) *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List them", Args: usage(cobra.NoArgs), RunE: cmd.RunE}
	one := &cobra.Command{Use: "show " + arg, Short: "Show one", Args: usage(cobra.ExactArgs(1)), RunE: cmd.RunE, ValidArgsFunction: cmd.ValidArgsFunction}
	cmd.Flags().VisitAll(list.Flags().AddFlag)
	cmd.AddCommand(list, one)
	return cmd
}

func (a *app) plans() *cobra.Command {
	var l listFlags
	cmd := &cobra.Command{
		Use: "plans", Short: "List the plans", Args: usage(cobra.NoArgs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			list, err := client.Collect(client.All(ctx, c.Plans.ListPlans, &parleyv1.ListPlansRequest{
				Parent: c.negotiation, Filter: protoyaml.ExpandFilter(&parleyv1.Plan{}, c.negotiation, l.filter), OrderBy: l.orderBy, ShowDeleted: l.deleted, AsOf: c.at,
			}, (*parleyv1.ListPlansResponse).GetPlans))
			if err != nil {
				return err
			}
			return answerAll(a, list, a.page().Plans)
		}),
	}
	l.add(cmd)
	return cmd
}

// whole shows a single resource with all that it says: as YAML, with short names.
func (a *app) whole(m resource) string {
	shown := proto.CloneOf(m)
	shown.ProtoReflect().Clear(shown.ProtoReflect().Descriptor().Fields().ByName("etag")) // for programs
	data, err := protoyaml.Marshal(protoyaml.Node(shown, negotiationOf(m.GetName())))
	if err != nil {
		return fmt.Sprintf("%v\n", err)
	}
	deleted := ""
	if d, ok := m.(show.Deletable); ok {
		deleted = show.Deleted(d)
	}
	return deleted + string(data)
}

// resource is what has a name and can be shown whole.
type resource interface {
	proto.Message
	GetName() string
}

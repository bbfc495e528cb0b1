package main

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func (a *app) agreement() *cobra.Command {
	var changed []string
	var when positionFlags
	cmd := &cobra.Command{
		Use: "agreement [PLAN[/REVISION]]", Short: "Show whether a revision is agreed, and what would close it", Args: usage(cobra.MaximumNArgs(1)),
		Example:           "parley agreement us-draft/v8\nparley agreement us-draft --if-changed army-size",
		ValidArgsFunction: a.completing(1, revisionIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			revision, err := revisionOrOnly(ctx, c.Client, c.negotiation, c.args, c.at)
			if err != nil {
				return err
			}
			held, known, err := when.moments()
			if err != nil {
				return err
			}
			m, err := c.Analysis.GetAgreement(ctx, &parleyv1.GetAgreementRequest{Revision: revision, ChangedPoints: changed, AsOf: c.at, HeldAt: held, KnownAt: known})
			if err != nil {
				return err
			}
			return a.answer(m, func() string { return a.page().Agreement(m) })
		}),
	}
	when.add(cmd)
	cmd.Flags().StringArrayVar(&changed, "if-changed", nil, "what breaks if this point gets other words; may be given several times")
	return cmd
}

func (a *app) packages() *cobra.Command {
	var from []string
	var most int32
	cmd := &cobra.Command{
		Use: "packages [PLAN[/REVISION]]", Short: "Show which choices among rival wordings are good for everybody; for mediators", Args: usage(cobra.MaximumNArgs(1)),
		Example:           "parley packages draft/r3\nparley packages draft --from army-size=B --most 5",
		ValidArgsFunction: a.completing(1, revisionIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			revision, err := revisionOrOnly(ctx, c.Client, c.negotiation, c.args, c.at)
			if err != nil {
				return err
			}
			m, err := c.Analysis.SuggestPackages(ctx, &parleyv1.SuggestPackagesRequest{Revision: revision, StatusQuo: from, Most: most, AsOf: c.at})
			if err != nil {
				return err
			}
			return a.answer(m, func() string { return a.page().Packages(m) })
		}),
	}
	cmd.Flags().StringArrayVar(&from, "from", nil, "what the text is taken to say now: POINT=ALTERNATIVE; may be given several times")
	cmd.Flags().Int32Var(&most, "most", 0, "so many efficient packages and swaps at the most; 20 if not given")
	return cmd
}

// valuationShelf is how valuations are listed, shown and added.
var valuationShelf = shelf[*parleyv1.Valuation]{
	use: "valuations", arg: "VALUATION", kind: "parley/Valuation", short: "List what options are worth to parties, or show one valuation; private", table: show.Page.Valuations,
	list: func(ctx context.Context, c call, l *listFlags) iter.Seq2[*parleyv1.Valuation, error] {
		return client.All(ctx, c.Valuations.ListValuations, &parleyv1.ListValuationsRequest{
			Parent: c.negotiation, Filter: protoyaml.ExpandFilter(&parleyv1.Valuation{}, c.negotiation, l.filter), OrderBy: l.orderBy, ShowDeleted: l.deleted, AsOf: c.at,
		}, (*parleyv1.ListValuationsResponse).GetValuations)
	},
	get: func(ctx context.Context, c call, name string) (*parleyv1.Valuation, error) {
		return c.Valuations.GetValuation(ctx, &parleyv1.GetValuationRequest{Name: name, AsOf: c.at})
	},
	create: func(ctx context.Context, c call, id string, m *parleyv1.Valuation, validateOnly bool) (*parleyv1.Valuation, error) {
		return c.Valuations.CreateValuation(ctx, &parleyv1.CreateValuationRequest{Parent: c.negotiation, Valuation: m, ValuationId: id, ValidateOnly: validateOnly})
	},
}

func (a *app) valuations() *cobra.Command { return valuationShelf.command(a) }

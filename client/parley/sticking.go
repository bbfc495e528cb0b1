package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func (a *app) sticking() *cobra.Command {
	var view, party, waiting string
	var topics, reasons []string
	var when positionFlags
	views := values("VIEW_", parleyv1.ListStickingPointsRequest_VIEW_UNSPECIFIED.Descriptor())[:2]
	kinds := values("KIND_", parleyv1.StickingPoint_Reason_KIND_UNSPECIFIED.Descriptor())
	cmd := &cobra.Command{
		Use: "sticking [PLAN[/REVISION]]", Short: "Show which points are stuck, and why", Args: usage(cobra.MaximumNArgs(1)),
		Long: `Show which points of a revision are not agreed, those that stand most in the way first: who blocks or opposes them,
who alone holds out, who has not answered, for how many revisions they have been open, and what depends on them.`,
		Example:           "parley sticking us-draft/v8 --topic territory\nparley sticking us-draft --waiting-for russia\nparley sticking us-draft --reason single-holdout",
		ValidArgsFunction: a.completing(1, revisionIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			req := &parleyv1.ListStickingPointsRequest{Topics: topics, AsOf: c.at, PageSize: largestPage}
			var err error
			if req.Revision, err = revisionOrOnly(ctx, c.Client, c.negotiation, c.args, c.at); err != nil {
				return err
			}
			if req.HeldAt, req.KnownAt, err = when.moments(); err != nil {
				return err
			}
			v, err := enum("--view", view, "VIEW_", req.GetView().Descriptor())
			if err != nil {
				return err
			}
			req.View, req.Party = parleyv1.ListStickingPointsRequest_View(v), protoyaml.Expand("parley/Party", c.negotiation, party)
			if waiting != "" {
				req.View, req.Party = parleyv1.ListStickingPointsRequest_VIEW_WAITING_FOR, protoyaml.Expand("parley/Party", c.negotiation, waiting)
			}
			for _, r := range reasons {
				kind, err := enum("--reason", r, "KIND_", parleyv1.StickingPoint_Reason_KIND_UNSPECIFIED.Descriptor())
				if err != nil {
					return err
				}
				req.Reasons = append(req.Reasons, parleyv1.StickingPoint_Reason_Kind(kind))
			}
			got, err := whole(ctx, c.Analysis.ListStickingPoints, req, func(all, page *parleyv1.ListStickingPointsResponse) {
				all.Points = append(all.Points, page.GetPoints()...)
			})
			if err != nil {
				return err
			}
			return a.answer(got, func() string { return a.page().Sticking(got) })
		}),
	}
	f := cmd.Flags()
	f.StringVar(&view, "view", "", "which points: "+strings.Join(views, " or ")+"; contested if not given")
	f.StringVar(&waiting, "waiting-for", "", "only points to which this party has not answered, though its consent is needed")
	f.StringVar(&party, "party", "", "only points of which this party is a reason")
	f.StringArrayVar(&topics, "topic", nil, "only points with this topic; may be given several times")
	f.StringArrayVar(&reasons, "reason", nil, "only points with this reason; may be given several times: "+strings.Join(kinds, ", "))
	when.add(cmd)
	cmd.MarkFlagsMutuallyExclusive("view", "waiting-for")
	cmd.MarkFlagsMutuallyExclusive("party", "waiting-for")
	a.completeParties(cmd, "party", "waiting-for")
	return cmd
}

func (a *app) lapsed() *cobra.Command {
	var party string
	var when positionFlags
	cmd := &cobra.Command{
		Use: "lapsed [PLAN[/REVISION]]", Short: "Show which acceptances lapsed, by which words, and what would restore them", Args: usage(cobra.MaximumNArgs(1)),
		Example:           "parley lapsed us-draft/v8\nparley lapsed us-draft --party ukraine",
		ValidArgsFunction: a.completing(1, revisionIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			req := &parleyv1.ListLapsedRequest{Party: protoyaml.Expand("parley/Party", c.negotiation, party), AsOf: c.at, PageSize: largestPage}
			var err error
			if req.Revision, err = revisionOrOnly(ctx, c.Client, c.negotiation, c.args, c.at); err != nil {
				return err
			}
			if req.HeldAt, req.KnownAt, err = when.moments(); err != nil {
				return err
			}
			got, err := whole(ctx, c.Analysis.ListLapsed, req, func(all, page *parleyv1.ListLapsedResponse) {
				all.Lapsed = append(all.Lapsed, page.GetLapsed()...)
			})
			if err != nil {
				return err
			}
			return a.answer(got, func() string { return a.page().Lapsed(got) })
		}),
	}
	cmd.Flags().StringVar(&party, "party", "", "only those of this party")
	when.add(cmd)
	a.completeParties(cmd, "party")
	return cmd
}

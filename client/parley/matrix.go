package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// largestPage is the most rows that the server gives at a time; some answers are worked out anew for each page.
const largestPage = 1000

func (a *app) matrix() *cobra.Command {
	var parties []string
	var gone, tally bool
	var when positionFlags
	cmd := &cobra.Command{
		Use: "matrix [PLAN[/REVISION]]", Short: "Show who stands where on each point", Args: usage(cobra.MaximumNArgs(1)),
		Example:           "parley matrix us-draft/v8\nparley matrix us-draft --party russia --party ukraine\nparley matrix us-draft/v8 --tally",
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
			req := &parleyv1.StreamPositionMatrixRequest{
				Revision: revision, Parties: partyNames(c.negotiation, parties), ShowGone: gone, AsOf: c.at, HeldAt: held, KnownAt: known,
			}
			write := show.Page.Matrix
			if tally {
				req.View, write = parleyv1.PositionMatrix_VIEW_COMPACT, show.Page.Tally
			}
			m, err := c.Matrix(ctx, req)
			if err != nil {
				return err
			}
			r, err := c.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: m.GetRevision(), View: parleyv1.RevisionView_REVISION_VIEW_BASIC, AsOf: c.at})
			if err != nil {
				return err
			}
			return a.answer(m, func() string { return write(a.page(), m, r) })
		}),
	}
	cmd.Flags().StringArrayVar(&parties, "party", nil, "only this party; may be given several times")
	when.add(cmd)
	cmd.Flags().BoolVar(&gone, "gone", false, "points that are no longer in the text, too")
	cmd.Flags().BoolVar(&tally, "tally", false, "only how many parties say what of each point")
	a.completeParties(cmd, "party")
	return cmd
}

// revisionOrOnly gives the revision that is asked for, or the newest one of the only plan that has any.
func revisionOrOnly(ctx context.Context, c *client.Client, n string, args []string, at *timestamppb.Timestamp) (string, error) {
	if len(args) > 0 {
		return revisionName(n, args[0]), nil
	}
	var newest, ids []string
	for plan, err := range client.All(ctx, c.Plans.ListPlans, &parleyv1.ListPlansRequest{Parent: n, AsOf: at}, (*parleyv1.ListPlansResponse).GetPlans) {
		if err != nil {
			return "", err
		}
		if plan.GetLatestRevision() != "" {
			newest, ids = append(newest, plan.GetLatestRevision()), append(ids, show.ID(plan.GetName()))
		}
	}
	switch len(newest) {
	case 0:
		return "", notFoundError{fmt.Errorf("%s has no plan with a text", n)}
	case 1:
		return newest[0], nil
	}
	return "", usageError{fmt.Errorf("there are several plans; name one: %s", strings.Join(ids, ", "))}
}

// whole reads all pages of an answer into one: add puts the rows of a page behind those of the pages before.
func whole[Req client.PageRequest, Resp client.PageResponse](
	ctx context.Context, ask func(context.Context, Req, ...grpc.CallOption) (Resp, error), req Req, add func(all, page Resp),
) (Resp, error) {
	var all Resp
	first := true
	for page, err := range client.Pages(ctx, ask, req) {
		if err != nil {
			return all, err
		}
		if first {
			all, first = page, false
			continue
		}
		add(all, page)
	}
	m := all.ProtoReflect()
	m.Clear(m.Descriptor().Fields().ByName("next_page_token"))
	return all, nil
}

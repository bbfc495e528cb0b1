package main

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// largestPage is the most rows that the server gives at a time; it works a matrix out anew for each page.
const largestPage = 1000

func (a *app) matrix() *cobra.Command {
	var parties []string
	var gone bool
	var when positionFlags
	cmd := &cobra.Command{
		Use: "matrix [PLAN[/REVISION]]", Short: "Show who stands where on each point", Args: usage(cobra.MaximumNArgs(1)),
		Example:           "parley matrix us-draft/v8\nparley matrix us-draft --party russia --party ukraine",
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
			req := &parleyv1.GetPositionMatrixRequest{
				Revision: revision, ShowGone: gone, AsOf: c.at, HeldAt: held, KnownAt: known, PageSize: largestPage,
			}
			for _, p := range parties {
				req.Parties = append(req.Parties, protoyaml.Expand("parley/Party", c.negotiation, p))
			}
			m, err := wholeMatrix(ctx, c.Client, req)
			if err != nil {
				return err
			}
			r, err := c.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: m.GetRevision(), View: parleyv1.RevisionView_REVISION_VIEW_BASIC, AsOf: c.at})
			if err != nil {
				return err
			}
			return a.answer(m, func() string { return a.page().Matrix(m, r) })
		}),
	}
	cmd.Flags().StringArrayVar(&parties, "party", nil, "only this party; may be given several times")
	when.add(cmd)
	cmd.Flags().BoolVar(&gone, "gone", false, "points that are no longer in the text, too")
	if err := cmd.RegisterFlagCompletionFunc("party", a.completing(100, partyIDs)); err != nil {
		panic(err) // the flag is defined above
	}
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

// wholeMatrix reads all pages of a matrix into one.
func wholeMatrix(ctx context.Context, c *client.Client, req *parleyv1.GetPositionMatrixRequest) (*parleyv1.PositionMatrix, error) {
	return joined(client.Pages(ctx, c.Analysis.GetPositionMatrix, req), func(whole, page *parleyv1.PositionMatrix) {
		whole.Rows, whole.NextPageToken = append(whole.Rows, page.GetRows()...), ""
	})
}

// joined reads all pages of an answer into the first of them, whatever else is on each being the same.
func joined[M comparable](pages iter.Seq2[M, error], add func(whole, page M)) (M, error) {
	var none, whole M
	for page, err := range pages {
		switch {
		case err != nil:
			return none, err
		case whole == none:
			whole = page
		default:
			add(whole, page)
		}
	}
	return whole, nil
}

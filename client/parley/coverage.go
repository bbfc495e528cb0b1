package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// demandFlags are what commands take that hold demands against texts.
type demandFlags struct {
	parties, topics []string
	positionFlags
}

func (d *demandFlags) addTo(a *app, cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&d.parties, "party", nil, "only the demands of this party; may be given several times")
	cmd.Flags().StringArrayVar(&d.topics, "topic", nil, "only demands about this topic; may be given several times")
	d.add(cmd)
	a.completeParties(cmd, "party")
}

func (a *app) coverage() *cobra.Command {
	var d demandFlags
	cmd := &cobra.Command{
		Use: "coverage [PLAN[/REVISION]]", Short: "Show whose demands a revision reflects", Args: usage(cobra.MaximumNArgs(1)),
		Long: `Show whose demands a revision reflects: which are met, who judges so, and by which words. The share of a party
counts each demand by its strength: a red line 8, core 4, important 2, any other 1. Where judges differ, or
nobody judged, the share is a band from the worst to the best that can be.`,
		Example:           "parley coverage us-draft/v8\nparley coverage us-draft --party ukraine --topic territory",
		ValidArgsFunction: a.completing(1, revisionIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			revision, err := revisionOrOnly(ctx, c.Client, c.negotiation, c.args, c.at)
			if err != nil {
				return err
			}
			held, known, err := d.moments()
			if err != nil {
				return err
			}
			all, err := wholeCoverage(ctx, c.Client, &parleyv1.GetCoverageRequest{
				Revision: revision, Parties: partyNames(c.negotiation, d.parties), Topics: d.topics, AsOf: c.at, HeldAt: held, KnownAt: known, PageSize: largestPage,
			})
			if err != nil {
				return err
			}
			r, err := c.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: all.GetRevision(), View: parleyv1.RevisionView_REVISION_VIEW_BASIC, AsOf: c.at})
			if err != nil {
				return err
			}
			return a.answer(all, func() string { return a.page().Coverage(all, r) })
		}),
	}
	d.addTo(a, cmd)
	return cmd
}

// wholeCoverage reads all pages of a coverage into one.
func wholeCoverage(ctx context.Context, c *client.Client, req *parleyv1.GetCoverageRequest) (*parleyv1.Coverage, error) {
	return whole(ctx, c.Analysis.GetCoverage, req, func(all, page *parleyv1.Coverage) { all.Rows = append(all.Rows, page.GetRows()...) })
}

func (a *app) balance() *cobra.Command {
	var d demandFlags
	cmd := &cobra.Command{
		Use: "balance REVISION...", Short: "Show how far each party's demands are met over a series of revisions", Args: usage(cobra.MinimumNArgs(1)),
		Long: `Show how far each party's demands are met over a series of revisions, also of several plans, and who gained and
who lost from one to the next: for certain where the bands do not overlap, and otherwise perhaps.`,
		Example:           "parley balance us-draft/v1 e3-redline/v2a us-draft/v6 us-draft/v8",
		ValidArgsFunction: a.completing(100, revisionIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			held, known, err := d.moments()
			if err != nil {
				return err
			}
			req := &parleyv1.CompareBalanceRequest{
				Name: c.negotiation, Revisions: revisionNames(c.negotiation, c.args), Parties: partyNames(c.negotiation, d.parties), Topics: d.topics,
				AsOf: c.at, HeldAt: held, KnownAt: known,
			}
			b, err := c.Analysis.CompareBalance(ctx, req)
			if err != nil {
				return err
			}
			return a.answer(b, func() string { return a.page().Balance(b) })
		}),
	}
	d.addTo(a, cmd)
	return cmd
}

func (a *app) redlines() *cobra.Command {
	var file string
	var when positionFlags
	cmd := &cobra.Command{
		Use: "redlines [PLAN[/REVISION] | -f FILE]", Short: "Show which red lines a revision crosses, or a draft would", Args: usage(cobra.MaximumNArgs(1)),
		Long: `Show which red lines a revision crosses, or a draft would: by which point and words, and who judges so. A draft is a
plan file, as for parley commit; it is not stored, and may be made from any revisions.`,
		Example:           "parley redlines us-draft/v8\nparley redlines -f draft.md",
		ValidArgsFunction: a.completing(1, revisionIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			if file != "" && len(c.args) > 0 {
				return usageError{errors.New("give a revision or a file, not both")}
			}
			if file != "" {
				return a.redlinesOfDraft(ctx, c, file)
			}
			revision, err := revisionOrOnly(ctx, c.Client, c.negotiation, c.args, c.at)
			if err != nil {
				return err
			}
			held, known, err := when.moments()
			if err != nil {
				return err
			}
			req := &parleyv1.CheckRedLinesRequest{Revision: revision, AsOf: c.at, HeldAt: held, KnownAt: known, PageSize: largestPage}
			all, err := whole(ctx, c.Analysis.CheckRedLines, req, func(all, page *parleyv1.CheckRedLinesResponse) {
				all.RedLines = append(all.RedLines, page.GetRedLines()...)
			})
			if err != nil {
				return err
			}
			return a.answer(all, func() string { return a.page().RedLines(all.GetRedLines(), show.RevisionID(all.GetRevision())) })
		}),
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "a plan file to check in place of a revision, or - for standard input")
	when.add(cmd)
	return cmd
}

// redlinesOfDraft checks a plan file.
func (a *app) redlinesOfDraft(ctx context.Context, c call, file string) error {
	p, err := a.readPlan(file, c.negotiation)
	if err != nil {
		return err
	}
	if p.PlanName == "" {
		return usageError{errors.New("the file names no plan; do so with `plan:` in its front matter")}
	}
	resp, err := c.Analysis.CheckRedLinesOfDraft(ctx, &parleyv1.CheckRedLinesOfDraftRequest{
		Parent: p.PlanName, Revision: p.Revision, AsOf: c.at,
		Body: &parleyv1.CheckRedLinesOfDraftRequest_Text{Text: p.Request().GetText()},
	})
	if err != nil {
		return err
	}
	return a.answer(resp, func() string {
		return a.page().RedLines(resp.GetRedLines(), file) + a.page().Matches(resp.GetMatches())
	})
}

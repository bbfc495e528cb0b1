package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	"github.com/seed-ff4a8210/parley/client/planfile"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func (a *app) plan() *cobra.Command {
	return group(&cobra.Command{Use: "plan", Short: "Read a plan: its revisions, its text, what changed"},
		a.planLog(), a.planShow(), a.planDiff(), a.planHistory(), a.planBlame())
}

func negotiationOf(name string) string {
	return strings.Join(strings.SplitN(name, "/", 3)[:2], "/")
}

// revisionNames completes several as revisionName does one.
func revisionNames(n string, args []string) (out []string) {
	for _, arg := range args {
		out = append(out, revisionName(n, arg))
	}
	return out
}

// revisionName completes `us-draft`, `us-draft/v8` or a full name; a plan alone stands for its newest revision.
func revisionName(n, arg string) string {
	rest := strings.TrimPrefix(arg, n+"/")
	switch {
	case !strings.Contains(arg, "/"):
		arg += "/latest"
	case strings.HasPrefix(rest, "plans/") && strings.Count(rest, "/") == 1:
		arg = rest + "/revisions/latest"
	}
	return protoyaml.Expand("parley/Revision", n, arg)
}

func (a *app) planLog() *cobra.Command {
	return &cobra.Command{
		Use: "log [PLAN]", Short: "List the revisions of a plan, or of all, newest first", Args: usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.completing(1, planIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			plan := "-"
			if len(c.args) == 1 {
				plan = c.args[0]
			}
			parent := protoyaml.Expand("parley/Plan", c.negotiation, plan)
			if plan != "-" { // a plan without revisions is not a plan that does not exist
				if _, err := c.Plans.GetPlan(ctx, &parleyv1.GetPlanRequest{Name: parent, AsOf: c.at}); err != nil {
					return err
				}
			}
			list, err := client.Collect(client.All(ctx, c.Plans.ListRevisions, &parleyv1.ListRevisionsRequest{Parent: parent, AsOf: c.at}, (*parleyv1.ListRevisionsResponse).GetRevisions))
			if err != nil {
				return err
			}
			slices.Reverse(list) // so that of one moment the later stands first
			slices.SortStableFunc(list, func(a, b *parleyv1.Revision) int {
				return b.GetCreateTime().AsTime().Compare(a.GetCreateTime().AsTime())
			})
			return answerAll(a, list, a.page().Log)
		}),
	}
}

func (a *app) planShow() *cobra.Command {
	var markdown bool
	cmd := &cobra.Command{
		Use: "show PLAN|PLAN/REVISION", Short: "Show the text of a revision, by default the newest", Args: usage(cobra.ExactArgs(1)),
		Example:           "parley plan show us-draft/v8\nparley plan show us-draft --markdown > draft.md   # edit, then: parley commit -f draft.md",
		ValidArgsFunction: a.completing(1, revisionIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			r, err := c.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: revisionName(c.negotiation, c.args[0]), AsOf: c.at})
			if err != nil {
				return err
			}
			if markdown || a.output == markdownOutput {
				return a.writeDraft(r, c.negotiation)
			}
			return a.answer(r, func() string { return a.page().Revision(r) })
		}),
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "as a file to edit and commit as the next revision (also: -o md)")
	cmd.Annotations = map[string]string{outputForms: markdownOutput}
	return cmd
}

// writeDraft writes the file from which the next revision is made: the same text, on this revision, for those who may know
// of this one.
func (a *app) writeDraft(r *parleyv1.Revision, n string) error {
	p := planfile.Of(r)
	p.Revision = &parleyv1.Revision{Parents: []*parleyv1.Revision_Parent{{Revision: r.GetName()}}, Audience: r.GetAudience()}
	data, err := p.Markdown(n)
	if err != nil {
		return fmt.Errorf("write %s as Markdown: %w", r.GetName(), err)
	}
	_, err = a.out.Write(data)
	return err
}

func (a *app) planDiff() *cobra.Command {
	var full bool
	cmd := &cobra.Command{
		Use: "diff [BASE] PLAN[/REVISION]", Short: "Show what changed between two revisions, word by word", Args: usage(cobra.RangeArgs(1, 2)),
		Long:              "Show what changed between two revisions, also of different plans, point by point and word by word.\nWithout a base: since the revision that the other was made from.",
		Example:           "parley plan diff us-draft/v1 us-draft/v8\nparley plan diff us-draft/v1 e3-redline/v2a\nparley plan diff us-draft",
		ValidArgsFunction: a.completing(2, revisionIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			req := &parleyv1.DiffRevisionsRequest{Revision: revisionName(c.negotiation, c.args[len(c.args)-1]), AsOf: c.at}
			if len(c.args) == 2 {
				req.Base = revisionName(c.negotiation, c.args[0])
			}
			d, err := wholeDiff(ctx, c.Client, req)
			if err != nil {
				return err
			}
			base, revision, err := bothEnds(ctx, c.Client, d, c.at)
			if err != nil {
				return err
			}
			return a.answer(d, func() string { return a.page().Diff(d, base, revision, full) })
		}),
	}
	cmd.Flags().BoolVar(&full, "full", false, "the whole text of changed points")
	return cmd
}

// wholeDiff reads all pages of a comparison into one.
func wholeDiff(ctx context.Context, c *client.Client, req *parleyv1.DiffRevisionsRequest) (*parleyv1.DiffRevisionsResponse, error) {
	var whole *parleyv1.DiffRevisionsResponse
	for page, err := range client.Pages(ctx, c.Plans.DiffRevisions, req) {
		if err != nil {
			return nil, err
		}
		if whole == nil {
			whole = page
			continue
		}
		whole.Points = append(whole.Points, page.GetPoints()...)
	}
	whole.NextPageToken = ""
	return whole, nil
}

// bothEnds reads what the title of a comparison needs; base is nil if there is none.
func bothEnds(ctx context.Context, c *client.Client, d *parleyv1.DiffRevisionsResponse, at *timestamppb.Timestamp) (base, revision *parleyv1.Revision, err error) {
	basic := func(name string) (*parleyv1.Revision, error) {
		return c.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: name, View: parleyv1.RevisionView_REVISION_VIEW_BASIC, AsOf: at})
	}
	if d.GetBase() != "" {
		if base, err = basic(d.GetBase()); err != nil {
			return nil, nil, err
		}
	}
	revision, err = basic(d.GetRevision())
	return base, revision, err
}

func (a *app) planHistory() *cobra.Command {
	return &cobra.Command{
		Use: "history POINT|PLAN/POINT", Short: "Show every version of a point, oldest first", Args: usage(cobra.ExactArgs(1)),
		Long: `Show every version of a point, oldest first, and of the points that it was split from or merged of.
Without a plan: in all plans that have had it, one after the other.`,
		Example:           "parley plan history us-draft/army-size\nparley plan history army-size",
		ValidArgsFunction: a.completing(1, pointsOfPlans),
		RunE: a.reading(func(ctx context.Context, c call) error {
			list, err := pointHistory(ctx, c.Client, c.negotiation, c.args[0], c.at)
			if err != nil {
				return err
			}
			return answerAll(a, list, a.page().History)
		}),
	}
}

// pointHistory reads the versions of a point, POINT, PLAN/POINT, PLAN/REVISION/POINT or a full name, and of what it was
// split from or merged of.
func pointHistory(ctx context.Context, c *client.Client, n, arg string, at *timestamppb.Timestamp) ([]*parleyv1.PointVersion, error) {
	h := history{c: c, at: at, points: map[string]bool{}, versions: map[string]bool{}}
	parts := strings.Split(protoyaml.Shorten("parley/Point", n, arg), "/")
	point := parts[len(parts)-1]
	if len(parts) > 1 {
		return h.sorted(h.read(ctx, protoyaml.Expand("parley/Plan", n, parts[0]), point))
	}
	for plan, err := range client.All(ctx, c.Plans.ListPlans, &parleyv1.ListPlansRequest{Parent: n, AsOf: at}, (*parleyv1.ListPlansResponse).GetPlans) {
		if err != nil {
			return nil, err
		}
		if err := h.read(ctx, plan.GetName(), point); err != nil && !client.Is(err, parleyv1.ErrorReason_RESOURCE_NOT_FOUND) {
			return nil, err
		}
	}
	if len(h.all) == 0 {
		return nil, notFoundError{fmt.Errorf("no plan of %s has had a point %q", n, point)}
	}
	return h.sorted(nil)
}

// history is one in the making.
type history struct {
	c        *client.Client
	at       *timestamppb.Timestamp
	points   map[string]bool // plan and point: read
	versions map[string]bool // revision and point: a version may be in the history of several plans
	all      []*parleyv1.PointVersion
}

// read adds what a plan knows of a point, and before it of the points that it came out of.
func (h *history) read(ctx context.Context, plan, point string) error {
	if h.points[plan+"/"+point] {
		return nil
	}
	h.points[plan+"/"+point] = true
	list, err := client.Collect(client.All(ctx, h.c.Plans.ListPointHistory,
		&parleyv1.ListPointHistoryRequest{Parent: plan, Point: point, AsOf: h.at}, (*parleyv1.ListPointHistoryResponse).GetVersions))
	if err != nil {
		return err
	}
	for _, v := range list {
		for _, origin := range v.GetPoint().GetOrigins() {
			if err := h.read(ctx, plan, origin); err != nil && !client.Is(err, parleyv1.ErrorReason_RESOURCE_NOT_FOUND) {
				return err
			}
		}
	}
	for _, v := range list {
		if key := v.GetRevision() + "/" + v.GetPoint().GetId(); !h.versions[key] {
			h.versions[key] = true
			h.all = append(h.all, v)
		}
	}
	return nil
}

// sorted gives the versions, oldest first, unless there was an error.
func (h *history) sorted(err error) ([]*parleyv1.PointVersion, error) {
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(h.all, func(a, b *parleyv1.PointVersion) int {
		return a.GetCreateTime().AsTime().Compare(b.GetCreateTime().AsTime())
	})
	return h.all, nil
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	"github.com/seed-ff4a8210/parley/client/planfile"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func (a *app) commit() *cobra.Command {
	var file, plan, id, audience string
	var parents, editorial []string
	var validateOnly, strikeAll bool
	cmd := &cobra.Command{
		Use: "commit -f FILE", Short: "Commit a revision from a plan file in Markdown or YAML", Args: usage(cobra.NoArgs),
		Long: `Commit a revision from a plan file in Markdown or YAML. Points with an id are that point; points without
one are recognised by their wording, or are new. Points of the parent that the file leaves out are struck; a
file without any is refused, unless --strike-all says that this is meant.
The front matter names the plan and the parents; parley plan show --markdown writes such a file.`,
		Example: "parley plan show us-draft --markdown > draft.md\nparley commit -f draft.md --validate-only\nparley commit -f draft.md --id v9",
		RunE: a.writing(func(ctx context.Context, c call) error {
			p, err := a.readPlan(file, c.negotiation)
			if err != nil {
				return err
			}
			if plan != "" {
				p.PlanName = protoyaml.Expand("parley/Plan", c.negotiation, plan)
			}
			if p.PlanName == "" {
				return usageError{errors.New("the file names no plan; do so with --plan, or with `plan:` in its front matter")}
			}
			if len(parents) > 0 {
				p.Revision.Parents = nil
			}
			for _, parent := range parents {
				p.Revision.Parents = append(p.Revision.Parents, &parleyv1.Revision_Parent{Revision: revisionName(c.negotiation, parent)})
			}
			p.RevisionID = cmp.Or(id, p.RevisionID)
			if len(p.Points) == 0 && len(p.Revision.GetParents()) > 0 && !strikeAll {
				return usageError{fmt.Errorf("%s holds no points, so all of %s would be struck; say so with --strike-all if that is meant",
					file, show.RevisionID(p.Revision.GetParents()[0].GetRevision()))}
			}
			p.Editorial = editorial
			if err := confide(p.Revision, audience, c.negotiation); err != nil {
				return err
			}
			return a.commitPlan(ctx, c, p, validateOnly)
		}),
	}
	f := cmd.Flags()
	f.StringVarP(&file, "file", "f", "", "the plan file, or - for standard input")
	f.StringVar(&plan, "plan", "", "the plan, if the file does not say")
	f.StringArrayVar(&parents, "parent", nil, "the revision that it follows from, in place of those that the file names; may be given several times")
	f.StringVar(&id, "id", "", "id of the new revision; made by the server if not given")
	f.StringArrayVar(&editorial, "editorial", nil, "id of a point whose new wording means the same as the old: what parties said of it is carried over until one objects; may be given several times")
	f.BoolVar(&strikeAll, "strike-all", false, "commit also a file without points, by which all points of the parent are struck")
	f.BoolVar(&validateOnly, "validate-only", false, "check and tell what would be, but store nothing")
	a.audienceFlag(cmd, &audience, "audience", "who may know of the revision; those who may know of the plan if not given")
	if err := errors.Join(cmd.MarkFlagRequired("file"), cmd.RegisterFlagCompletionFunc("plan", a.completing(100, planIDs)),
		cmd.RegisterFlagCompletionFunc("parent", a.completing(100, revisionIDs))); err != nil {
		panic(err) // the flags are defined above
	}
	return cmd
}

// commitPlan commits, and tells people what that does to the first parent's points.
func (a *app) commitPlan(ctx context.Context, c call, p *planfile.Plan, validateOnly bool) error {
	req := p.Request()
	req.ValidateOnly = validateOnly
	if a.output == "table" {
		req.View = parleyv1.RevisionView_REVISION_VIEW_FULL
	}
	resp, err := c.Commit(ctx, req)
	if err != nil {
		return err
	}
	var base *parleyv1.Revision
	if parents := resp.GetRevision().GetParents(); len(parents) > 0 && a.output == "table" {
		if base, err = c.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: parents[0].GetRevision()}); err != nil {
			return err
		}
	}
	return a.answer(resp, func() string {
		return show.Committed(resp, base, validateOnly) + a.page().Warnings(resp.GetWarnings()) + a.page().Matches(resp.GetMatches())
	})
}

func (a *app) readPlan(file, n string) (*planfile.Plan, error) {
	data, err := a.readFile(file)
	if err != nil {
		return nil, err
	}
	p, err := planfile.Parse(file, data, n)
	if err != nil {
		return nil, usageError{err}
	}
	return p, nil
}

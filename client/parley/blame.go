package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func (a *app) planBlame() *cobra.Command {
	var words string
	cmd := &cobra.Command{
		Use: "blame POINT", Short: "Show who put which words into a point, when, and at which meeting", Args: usage(cobra.ExactArgs(1)),
		Long: `Show who put which words into a point, when, and at which meeting: PLAN/REVISION/POINT, or PLAN/POINT for the
newest revision. Each run of words has the number of the revision that it came in with.`,
		Example:           "parley plan blame us-draft/v8/territory\nparley plan blame us-draft/territory --words potential",
		ValidArgsFunction: a.completing(1, revisionsOrPoints),
		RunE: a.reading(func(ctx context.Context, c call) error {
			name, err := pointName(c.negotiation, c.args[0])
			if err != nil {
				return err
			}
			b, err := c.Analysis.BlamePoint(ctx, &parleyv1.BlamePointRequest{Name: name, AsOf: c.at})
			if err != nil {
				return err
			}
			return a.answer(b, func() string { return a.page().Blame(b, words) })
		}),
	}
	cmd.Flags().StringVar(&words, "words", "", "only who put these words in; in the form table")
	return cmd
}

// pointName completes the name of a point; without a revision it is the plan's newest.
func pointName(n, arg string) (string, error) {
	if name := protoyaml.Expand("parley/Point", n, arg); name != arg || len(arg) > len(n) && arg[:len(n)] == n {
		return name, nil
	}
	if name := protoyaml.Expand("parley/Revision", n, arg); name != arg { // PLAN/POINT
		plan, point := cutLast(arg)
		return protoyaml.Expand("parley/Point", n, plan+"/latest/"+point), nil
	}
	return "", usageError{errors.New("a point goes by PLAN/REVISION/POINT, or PLAN/POINT for the newest revision")}
}

func cutLast(s string) (before, last string) {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '/' {
			return s[:i], s[i+1:]
		}
	}
	return "", s
}

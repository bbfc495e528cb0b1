package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// log shows what was recorded, when and by whom.
func (a *app) log() *cobra.Command {
	var filter string
	var newest bool
	var most int
	cmd := &cobra.Command{
		Use: "log", Short: "Show what was recorded, when and by whom", Args: usage(cobra.NoArgs),
		Example: "parley log --newest --most 20\nparley log --filter 'method = \"CommitRevision\"'",
		RunE: a.reading(func(ctx context.Context, c call) error {
			req := &parleyv1.ListEntriesRequest{Parent: c.negotiation, Filter: filter, AsOf: c.at, PageSize: largestPage}
			if newest {
				req.OrderBy = "create_time desc"
			}
			if most > 0 {
				req.PageSize = int32(min(most, largestPage))
			}
			var list []*parleyv1.Entry
			for e, err := range client.All(ctx, c.Log.ListEntries, req, (*parleyv1.ListEntriesResponse).GetEntries) {
				if err != nil {
					return err
				}
				if list = append(list, e); len(list) == most {
					break
				}
			}
			return answerAll(a, list, a.page().Entries)
		}),
	}
	f := cmd.Flags()
	f.StringVar(&filter, "filter", "", `only those that fit, such as 'actor = "mediator"' (AIP-160)`)
	f.BoolVar(&newest, "newest", false, "the newest first")
	f.IntVar(&most, "most", 0, "no more than so many")
	return cmd
}

// watch shows what is recorded as it happens.
func (a *app) watch() *cobra.Command {
	var from string
	var kinds []string
	var tokens, once bool
	known := values("RESOURCE_KIND_", parleyv1.ResourceKind_RESOURCE_KIND_UNSPECIFIED.Descriptor())
	cmd := &cobra.Command{
		Use: "watch", Short: "Show what is recorded as it happens, until you interrupt it", Args: usage(cobra.NoArgs),
		Long: `Show what is recorded as it happens, until you interrupt it. A server that goes away is waited for; nothing is
missed and nothing comes twice. With -o json, one object a line, each with the token to go on from: --from TOKEN.`,
		Example: "parley watch\nparley watch --from earliest --kind revision --kind stance\nparley watch -o json --from earliest --once",
		RunE: a.writing(func(ctx context.Context, c call) error {
			req := &parleyv1.WatchNegotiationRequest{Name: c.negotiation}
			switch from {
			case "latest":
			case "earliest":
				req.Start = parleyv1.WatchNegotiationRequest_START_EARLIEST
			default:
				req.ResumeToken = from
			}
			for _, k := range kinds {
				number, err := enum("--kind", k, "RESOURCE_KIND_", parleyv1.ResourceKind_RESOURCE_KIND_UNSPECIFIED.Descriptor())
				if err != nil {
					return err
				}
				req.Kinds = append(req.Kinds, parleyv1.ResourceKind(number))
			}
			for step, err := range c.Watch(ctx, req) {
				if errors.Is(ctx.Err(), context.Canceled) { // interrupted, as it is meant to be
					return nil
				}
				if err != nil {
					return err
				}
				if err := a.tell(step, tokens); err != nil || once && step.GetProgress() != nil {
					return err
				}
			}
			return nil
		}),
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "latest", "earliest, latest, or the token of an earlier watch to go on after")
	f.StringArrayVar(&kinds, "kind", nil, "only these: "+strings.Join(known, ", ")+"; may be given several times")
	f.BoolVar(&tokens, "tokens", false, "the token of each step, too")
	f.BoolVar(&once, "once", false, "end when there is nothing more to tell for now")
	if err := cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(known, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag is defined above
	}
	return cmd
}

// tell writes one step of a watch.
func (a *app) tell(step *parleyv1.WatchNegotiationResponse, tokens bool) error {
	if a.output != "table" {
		data, err := toJSON(step)
		if err != nil {
			return err
		}
		var line bytes.Buffer
		if err := json.Compact(&line, data); err != nil {
			return fmt.Errorf("write a step: %w", err)
		}
		_, err = fmt.Fprintln(a.out, line.String())
		return err
	}
	text := ""
	if step.GetEntry() != nil {
		text = a.page().Entry(step.GetEntry())
	}
	if tokens {
		text += show.Token(step.GetResumeToken())
	}
	_, err := fmt.Fprint(a.out, text)
	return err
}

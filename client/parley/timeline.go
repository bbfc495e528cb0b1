package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// spanFlags are what commands take that show a span of time.
type spanFlags struct{ from, until string }

func (s *spanFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.from, "from", "", "only what may have been then or later: 2025-11-25 (from its beginning, UTC) or 2025-11-25T12:00:00Z")
	f.StringVar(&s.until, "until", "", "only what may have been before then: 2025-11-25 (to its end, UTC) or 2025-11-25T12:00:00Z")
}

func (s *spanFlags) moments() (from, until *timestamppb.Timestamp, err error) {
	if from, err = readMoment("--from", s.from); err != nil {
		return nil, nil, err
	}
	if until, err = readMoment("--until", s.until); err != nil {
		return nil, nil, err
	}
	if day, err := time.Parse(time.DateOnly, s.from); err == nil {
		from = timestamppb.New(day)
	}
	if day, err := time.Parse(time.DateOnly, s.until); err == nil {
		until = timestamppb.New(day.AddDate(0, 0, 1))
	}
	if from != nil && until != nil && !from.AsTime().Before(until.AsTime()) {
		return nil, nil, usageError{errors.New("--from is not before --until")}
	}
	return from, until, nil
}

func (a *app) concessions() *cobra.Command {
	var party, topic, base, revision string
	var span spanFlags
	cmd := &cobra.Command{
		Use: "concessions", Short: "Show who moved, on what, and which way", Args: usage(cobra.NoArgs),
		Long: `Show who moved, on what, and which way: stances that changed, demands that were softened, given up or hardened, texts
that came nearer to a party's wording or went farther from it, and demands that are judged to be better met; then what each
party gave and got, and who moved last on each topic.`,
		Example: "parley concessions --topic territory\nparley concessions --base us-draft/v3 --revision us-draft/v8\nparley concessions --party ukraine --from 2025-11-23",
		RunE: a.reading(func(ctx context.Context, c call) error {
			req := &parleyv1.ListConcessionsRequest{
				Parent: c.negotiation, Party: protoyaml.Expand("parley/Party", c.negotiation, party), Topic: topic, AsOf: c.at, PageSize: largestPage,
			}
			if base != "" {
				req.Base = revisionName(c.negotiation, base)
			}
			if revision != "" {
				req.Revision = revisionName(c.negotiation, revision)
			}
			var err error
			if req.FromTime, req.UntilTime, err = span.moments(); err != nil {
				return err
			}
			got, err := whole(ctx, c.Analysis.ListConcessions, req, func(all, page *parleyv1.ListConcessionsResponse) {
				all.Movements = append(all.Movements, page.GetMovements()...)
			})
			if err != nil {
				return err
			}
			return a.answer(got, func() string { return a.page().Concessions(got) })
		}),
	}
	f := cmd.Flags()
	f.StringVar(&party, "party", "", "only movements of this party, or towards it")
	f.StringVar(&topic, "topic", "", "only movements on this topic")
	f.StringVar(&base, "base", "", "only what happened after this revision: PLAN/REVISION")
	f.StringVar(&revision, "revision", "", "only what happened up to this revision: PLAN/REVISION")
	span.add(cmd)
	a.completeParties(cmd, "party")
	return cmd
}

func (a *app) timeline() *cobra.Command {
	var order, party, topic, point string
	var kinds []string
	var contradictions bool
	var span spanFlags
	all := values("KIND_", parleyv1.Timeline_KIND_UNSPECIFIED.Descriptor())
	cmd := &cobra.Command{
		Use: "timeline", Short: "Show what happened and what was said, in one stream", Args: usage(cobra.NoArgs),
		Long: `Show events, revisions, stances, claims and the responses to them, demands, assessments and disclosures in one stream,
oldest first. What has no date stands at the end. Where a party contradicts itself, it says what.`,
		Example: "parley timeline --party russia --point us-draft/v8/territory\nparley timeline --topic territory --from 2025-11-23\nparley timeline --contradictions",
		RunE: a.reading(func(ctx context.Context, c call) error {
			req := &parleyv1.GetTimelineRequest{
				Parent: c.negotiation, Party: protoyaml.Expand("parley/Party", c.negotiation, party), Topic: topic,
				ContradictionsOnly: contradictions, AsOf: c.at, PageSize: largestPage,
			}
			var err error
			if point != "" {
				if req.Point, err = pointName(c.negotiation, point); err != nil {
					return err
				}
			}
			if req.FromTime, req.UntilTime, err = span.moments(); err != nil {
				return err
			}
			o, err := enum("--order", order, "ORDER_", req.GetOrder().Descriptor())
			if err != nil {
				return err
			}
			req.Order = parleyv1.GetTimelineRequest_Order(o)
			for _, k := range kinds {
				kind, err := enum("--kind", k, "KIND_", parleyv1.Timeline_KIND_UNSPECIFIED.Descriptor())
				if err != nil {
					return err
				}
				req.Kinds = append(req.Kinds, parleyv1.Timeline_Kind(kind))
			}
			got, err := whole(ctx, c.Analysis.GetTimeline, req, func(all, page *parleyv1.Timeline) { all.Items = append(all.Items, page.GetItems()...) })
			if err != nil {
				return err
			}
			return a.answer(got, func() string { return a.page().Timeline(got, req.GetOrder()) })
		}),
	}
	f := cmd.Flags()
	f.StringVar(&order, "order", "", "said (if not given) or recorded")
	f.StringVar(&party, "party", "", "only what is this party's")
	f.StringVar(&topic, "topic", "", "only what is about this topic")
	f.StringVar(&point, "point", "", "only what is about this point, in whatever revision: PLAN/REVISION/POINT or PLAN/POINT")
	f.StringArrayVar(&kinds, "kind", nil, "only this kind; may be given several times: "+strings.Join(all, ", "))
	f.BoolVar(&contradictions, "contradictions", false, "only what contradicts something that the same party said earlier")
	span.add(cmd)
	a.completeParties(cmd, "party")
	return cmd
}

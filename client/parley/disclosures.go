package main

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// disclose tells something to more people than knew of it.
func (a *app) disclose() *cobra.Command {
	var to, embargo, note, id string
	var validateOnly bool
	cmd := &cobra.Command{
		Use: "disclose RESOURCE... --to AUDIENCE", Short: "Tell something to more people than knew of it, now or when an embargo ends", Args: usage(cobra.MinimumNArgs(1)),
		Long: `Tell something to more people than knew of it. It is on record who told what to whom, and when, and cannot be taken
back: knowledge cannot be recalled.
A RESOURCE goes by its name without the negotiation: stances/upton--flow, parties/upton/demands/own-weir,
plans/accord/revisions/v4.`,
		Example:           "parley disclose stances/upton--flow --to netherby --note 'At lunch.'\nparley disclose plans/accord/revisions/v4 --to public --embargo 2026-12-31",
		ValidArgsFunction: a.completing(100, resourceNames),
		RunE: a.writing(func(ctx context.Context, c call) error {
			d := &parleyv1.Disclosure{Note: note}
			for _, name := range c.args {
				d.Resources = append(d.Resources, c.negotiation+"/"+strings.TrimPrefix(name, c.negotiation+"/"))
			}
			var wrong [2]error
			d.Audience, wrong[0] = readAudience("--to", to, c.negotiation)
			d.EmbargoTime, wrong[1] = readTimeToCome("--embargo", embargo, time.Now())
			if err := errors.Join(wrong[:]...); err != nil {
				return err
			}
			got, err := c.Disclosures.Disclose(ctx, &parleyv1.DiscloseRequest{Parent: c.negotiation, DisclosureId: id, Disclosure: d, ValidateOnly: validateOnly})
			if err != nil {
				return err
			}
			return a.answer(got, func() string { return a.page().Disclosures([]*parleyv1.Disclosure{got}) })
		}),
	}
	f := cmd.Flags()
	f.StringVar(&embargo, "embargo", "", "tell it then and no earlier: 2026-12-31 (its end, UTC), 2026-12-31T12:00:00Z, or how long until then: 12h, 30d")
	f.StringVar(&note, "note", "", "why, in your words")
	f.StringVar(&id, "id", "", "id of the disclosure; made by the server if not given")
	f.BoolVar(&validateOnly, "validate-only", false, "check, but tell nobody")
	a.audienceFlag(cmd, &to, "to", "whom to tell")
	if err := cmd.MarkFlagRequired("to"); err != nil {
		panic(err) // the flag is defined above
	}
	return cmd
}

func (a *app) disclosures() *cobra.Command {
	return shelf[*parleyv1.Disclosure]{
		use: "disclosures", arg: "DISCLOSURE", kind: "parley/Disclosure", short: "List what was told to whom, when and by whom, or show one disclosure", table: show.Page.Disclosures,
		served: true, filter: `'discloser = "anna"'`, orderBy: "'create_time desc'",
		list: func(ctx context.Context, c call, l *listFlags) iter.Seq2[*parleyv1.Disclosure, error] {
			return client.All(ctx, c.Disclosures.ListDisclosures, &parleyv1.ListDisclosuresRequest{
				Parent: c.negotiation, Filter: protoyaml.ExpandFilter(&parleyv1.Disclosure{}, c.negotiation, l.filter), OrderBy: cmp.Or(l.orderBy, "create_time"), AsOf: c.at,
			}, (*parleyv1.ListDisclosuresResponse).GetDisclosures)
		},
		get: func(ctx context.Context, c call, name string) (*parleyv1.Disclosure, error) {
			return c.Disclosures.GetDisclosure(ctx, &parleyv1.GetDisclosureRequest{Name: name, AsOf: c.at})
		},
	}.command(a)
}

func (a *app) accesses() *cobra.Command {
	return shelf[*parleyv1.Access]{
		use: "accesses", arg: "ACCESS", kind: "parley/Access", short: "List who looked at what your party entrusted to the mediators, or show one access", table: show.Page.Accesses,
		served: true, filter: `'principal = "maria"'`, orderBy: "'create_time desc'",
		list: func(ctx context.Context, c call, l *listFlags) iter.Seq2[*parleyv1.Access, error] {
			return client.All(ctx, c.Accesses.ListAccesses, &parleyv1.ListAccessesRequest{
				Parent: c.negotiation, Filter: protoyaml.ExpandFilter(&parleyv1.Access{}, c.negotiation, l.filter), OrderBy: cmp.Or(l.orderBy, "create_time"), AsOf: c.at,
			}, (*parleyv1.ListAccessesResponse).GetAccesses)
		},
		get: func(ctx context.Context, c call, name string) (*parleyv1.Access, error) {
			return c.Accesses.GetAccess(ctx, &parleyv1.GetAccessRequest{Name: name, AsOf: c.at})
		},
	}.command(a)
}

// resourceNames offers what can be told, by its name without the negotiation: only of the collection that is typed, once it is.
func resourceNames(ctx context.Context, c *client.Client, n, typed string) []cobra.Completion {
	call, all := call{Client: c, negotiation: n}, &listFlags{}
	var out []cobra.Completion
	add := func(collection string, names func() []cobra.Completion) {
		if strings.HasPrefix(collection, typed) || strings.HasPrefix(typed, collection) {
			out = append(out, names()...)
		}
	}
	add("stances/", func() []cobra.Completion {
		return namesIn(n, client.All(ctx, c.Stances.ListStances, &parleyv1.ListStancesRequest{Parent: n}, (*parleyv1.ListStancesResponse).GetStances))
	})
	add("parties/", func() []cobra.Completion {
		return namesIn(n, client.All(ctx, c.Demands.ListDemands, &parleyv1.ListDemandsRequest{Parent: n + "/parties/-"}, (*parleyv1.ListDemandsResponse).GetDemands))
	})
	add("plans/", func() []cobra.Completion {
		return append(namesIn(n, client.All(ctx, c.Plans.ListPlans, &parleyv1.ListPlansRequest{Parent: n}, (*parleyv1.ListPlansResponse).GetPlans)),
			namesIn(n, client.All(ctx, c.Plans.ListRevisions, &parleyv1.ListRevisionsRequest{Parent: n + "/plans/-"}, (*parleyv1.ListRevisionsResponse).GetRevisions))...)
	})
	add("claims/", func() []cobra.Completion { return namesIn(n, claimShelf.list(ctx, call, all)) })
	add("events/", func() []cobra.Completion { return namesIn(n, eventShelf.list(ctx, call, all)) })
	add("sources/", func() []cobra.Completion { return namesIn(n, sourceShelf.list(ctx, call, all)) })
	add("assessments/", func() []cobra.Completion { return namesIn(n, assessmentShelf.list(ctx, call, all)) })
	add("objections/", func() []cobra.Completion { return namesIn(n, objectionShelf.list(ctx, call, all)) })
	return out
}

// namesIn offers the names of resources without the negotiation.
func namesIn[M resource](n string, items iter.Seq2[M, error]) []cobra.Completion {
	return offers(items, func(m M) (name, about string) { return strings.TrimPrefix(m.GetName(), n+"/"), "" })
}

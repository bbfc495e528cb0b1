package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// shelf is how one kind of resource that stands directly under the negotiation is listed, shown and added.
type shelf[M resource] struct {
	use, arg, short string // "claims", "CLAIM"
	kind            string // "parley/Claim"
	list            func(ctx context.Context, c call, l *listFlags) iter.Seq2[M, error]
	get             func(ctx context.Context, c call, name string) (M, error)
	create          func(ctx context.Context, c call, id string, m M, validateOnly bool) (M, error)
	table           func(p show.Page, list []M) string

	served          bool   // the server makes them: they are shown as in the list, and not deleted
	filter, orderBy string // examples, if it is
}

// command makes `claims [CLAIM]`, `claims list`, `claims show CLAIM` and, for what is added so, `claims add -f FILE`.
func (s shelf[M]) command(a *app) *cobra.Command {
	var l listFlags
	cmd := &cobra.Command{
		Use: s.use + " [" + s.arg + "]", Short: s.short, Args: usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.completing(1, s.ids),
		RunE: a.reading(func(ctx context.Context, c call) error {
			if len(c.args) == 1 {
				m, err := s.get(ctx, c, protoyaml.Expand(s.kind, c.negotiation, c.args[0]))
				if err != nil {
					return err
				}
				return a.answer(m, func() string { return s.one(a, m) })
			}
			list, err := client.Collect(s.list(ctx, c, &l))
			if err != nil {
				return err
			}
			return answerAll(a, list, func(list []M) string { return s.table(a.page(), list) })
		}),
	}
	if s.served {
		l.find(cmd, s.filter, s.orderBy)
	} else {
		l.add(cmd)
	}
	cmd = listAndShow(cmd, s.arg)
	if s.create != nil {
		cmd.AddCommand(s.add(a))
	}
	return cmd
}

// one shows a single one.
func (s shelf[M]) one(a *app, m M) string {
	if s.served {
		return s.table(a.page(), []M{m})
	}
	return a.whole(m)
}

// add makes the command that records one from a file.
func (s shelf[M]) add(a *app) *cobra.Command {
	var file, id, audience string
	var validateOnly bool
	singular := strings.ToLower(s.arg)
	cmd := &cobra.Command{
		Use: "add -f FILE", Short: "Record one from a file", Args: usage(cobra.NoArgs),
		Long: "Record one from a file: YAML or JSON with the fields of the API's message; names of other resources\n" +
			"may be cut down to their ids. parley " + s.use + " show " + s.arg + " shows what such a file looks like.",
		Example: "parley " + s.use + " add --id new -f " + singular + ".yaml",
		RunE: a.writing(func(ctx context.Context, c call) error {
			var none M
			m, _ := none.ProtoReflect().New().Interface().(M)
			if err := a.readMessage(file, c.negotiation, m); err != nil {
				return err
			}
			if err := confide(m, audience, c.negotiation); err != nil {
				return err
			}
			got, err := s.create(ctx, c, id, m, validateOnly)
			if err != nil {
				return err
			}
			return a.answer(got, func() string { return s.table(a.page(), []M{got}) })
		}),
	}
	f := cmd.Flags()
	f.StringVarP(&file, "file", "f", "", "the file, or - for standard input")
	f.StringVar(&id, "id", "", "id of the "+singular+"; made by the server if not given")
	f.BoolVar(&validateOnly, "validate-only", false, "check, but store nothing")
	a.audienceFlag(cmd, &audience, "audience", "who may know of it, if the file does not say")
	if err := cmd.MarkFlagRequired("file"); err != nil {
		panic(err) // the flag is defined above
	}
	return cmd
}

// ids offers what there is.
func (s shelf[M]) ids(ctx context.Context, c *client.Client, n, _ string) []cobra.Completion {
	return offers(s.list(ctx, call{Client: c, negotiation: n}, &listFlags{}), func(m M) (id, about string) { return show.ID(m.GetName()), "" })
}

// readFile reads a file, or standard input for "-".
func (a *app) readFile(file string) (data []byte, err error) {
	if file == "-" {
		data, err = io.ReadAll(a.in)
	} else {
		data, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return data, nil
}

// readMessage reads a message from a file.
func (a *app) readMessage(file, n string, into resource) error {
	data, err := a.readFile(file)
	if err != nil {
		return err
	}
	src := &protoyaml.Source{File: file, Negotiation: n}
	if node := src.Parse(data); node != nil {
		src.Message(node, into)
	}
	if err := src.Err(); err != nil {
		return usageError{err}
	}
	return nil
}

var sourceShelf = shelf[*parleyv1.Source]{
	use: "sources", arg: "SOURCE", kind: "parley/Source", short: "List the sources, or show one", table: show.Page.Sources,
	list: func(ctx context.Context, c call, l *listFlags) iter.Seq2[*parleyv1.Source, error] {
		return client.All(ctx, c.Sources.ListSources, &parleyv1.ListSourcesRequest{
			Parent: c.negotiation, Filter: protoyaml.ExpandFilter(&parleyv1.Source{}, c.negotiation, l.filter), OrderBy: l.orderBy, ShowDeleted: l.deleted, AsOf: c.at,
		}, (*parleyv1.ListSourcesResponse).GetSources)
	},
	get: func(ctx context.Context, c call, name string) (*parleyv1.Source, error) {
		return c.Sources.GetSource(ctx, &parleyv1.GetSourceRequest{Name: name, AsOf: c.at})
	},
	create: func(ctx context.Context, c call, id string, m *parleyv1.Source, validateOnly bool) (*parleyv1.Source, error) {
		return c.Sources.CreateSource(ctx, &parleyv1.CreateSourceRequest{Parent: c.negotiation, Source: m, SourceId: id, ValidateOnly: validateOnly})
	},
}

func (a *app) sources() *cobra.Command {
	cmd := sourceShelf.command(a)
	cmd.AddCommand(a.sourceDigest())
	return cmd
}

// sourceDigest works out what a source keeps of its text, or compares a text with that.
func (a *app) sourceDigest() *cobra.Command {
	var source string
	cmd := &cobra.Command{
		Use: "digest FILE", Short: "Work out the digest and the length of a text, or compare it with a source", Args: usage(cobra.ExactArgs(1)),
		Example: "parley sources digest article.txt\nparley sources digest article.txt --of seed",
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := a.readFile(args[0])
			if err != nil {
				return err
			}
			m := &parleyv1.Source{ContentDigest: fmt.Sprintf("%x", sha256.Sum256(data)), ContentLength: int32(utf8.RuneCount(data))}
			if source == "" {
				return a.answer(m, func() string {
					return fmt.Sprintf("content_digest: %s\ncontent_length: %d\n", m.GetContentDigest(), m.GetContentLength())
				})
			}
			return a.reading(func(ctx context.Context, c call) error {
				is, err := c.Sources.GetSource(ctx, &parleyv1.GetSourceRequest{Name: protoyaml.Expand("parley/Source", c.negotiation, source), AsOf: c.at})
				if err != nil {
					return err
				}
				if is.GetContentDigest() != m.GetContentDigest() {
					return fmt.Errorf("%s is not the text that %s was taken from", args[0], show.ID(is.GetName()))
				}
				_, err = fmt.Fprintf(a.out, "%s is the text that %s was taken from\n", args[0], show.ID(is.GetName()))
				return err
			})(cmd, nil)
		},
	}
	cmd.Flags().StringVar(&source, "of", "", "the source to compare it with")
	return cmd
}

var eventShelf = shelf[*parleyv1.Event]{
	use: "events", arg: "EVENT", kind: "parley/Event", short: "List what happened or is to happen, or show one event", table: show.Page.Events,
	list: func(ctx context.Context, c call, l *listFlags) iter.Seq2[*parleyv1.Event, error] {
		return client.All(ctx, c.Events.ListEvents, &parleyv1.ListEventsRequest{
			Parent: c.negotiation, Filter: protoyaml.ExpandFilter(&parleyv1.Event{}, c.negotiation, l.filter), OrderBy: cmp.Or(l.orderBy, "held_time.start_time"), ShowDeleted: l.deleted, AsOf: c.at,
		}, (*parleyv1.ListEventsResponse).GetEvents)
	},
	get: func(ctx context.Context, c call, name string) (*parleyv1.Event, error) {
		return c.Events.GetEvent(ctx, &parleyv1.GetEventRequest{Name: name, AsOf: c.at})
	},
	create: func(ctx context.Context, c call, id string, m *parleyv1.Event, validateOnly bool) (*parleyv1.Event, error) {
		return c.Events.CreateEvent(ctx, &parleyv1.CreateEventRequest{Parent: c.negotiation, Event: m, EventId: id, ValidateOnly: validateOnly})
	},
}

func (a *app) events() *cobra.Command {
	return eventShelf.command(a)
}

var claimShelf = shelf[*parleyv1.Claim]{
	use: "claims", arg: "CLAIM", kind: "parley/Claim", short: "List what is asserted and who disputes it, or show one claim", table: show.Page.Claims,
	list: func(ctx context.Context, c call, l *listFlags) iter.Seq2[*parleyv1.Claim, error] {
		return client.All(ctx, c.Claims.ListClaims, &parleyv1.ListClaimsRequest{
			Parent: c.negotiation, Filter: protoyaml.ExpandFilter(&parleyv1.Claim{}, c.negotiation, l.filter), OrderBy: l.orderBy, ShowDeleted: l.deleted, AsOf: c.at,
		}, (*parleyv1.ListClaimsResponse).GetClaims)
	},
	get: func(ctx context.Context, c call, name string) (*parleyv1.Claim, error) {
		return c.Claims.GetClaim(ctx, &parleyv1.GetClaimRequest{Name: name, AsOf: c.at})
	},
	create: func(ctx context.Context, c call, id string, m *parleyv1.Claim, validateOnly bool) (*parleyv1.Claim, error) {
		return c.Claims.CreateClaim(ctx, &parleyv1.CreateClaimRequest{Parent: c.negotiation, Claim: m, ClaimId: id, ValidateOnly: validateOnly})
	},
}

func (a *app) claims() *cobra.Command {
	cmd := claimShelf.command(a)
	cmd.AddCommand(a.claimRespond())
	return cmd
}

// claimRespond adds what somebody says to a claim.
func (a *app) claimRespond() *cobra.Command {
	var party, kind, counter, statement, quote, said, source string
	kinds := values("KIND_", parleyv1.Claim_Response_KIND_UNSPECIFIED.Descriptor())
	cmd := &cobra.Command{
		Use: "respond CLAIM --kind KIND", Short: "Record that somebody confirms or disputes a claim, or declines to say", Args: usage(cobra.ExactArgs(1)),
		Example: "parley claims respond pokrovsk-captured --party ukraine --kind disputes --counter pokrovsk-held",
		RunE: a.writing(func(ctx context.Context, c call) error {
			k, err := enum("--kind", kind, "KIND_", parleyv1.Claim_Response_KIND_UNSPECIFIED.Descriptor())
			if err != nil {
				return err
			}
			r := &parleyv1.Claim_Response{
				Party: protoyaml.Expand("parley/Party", c.negotiation, party), Kind: parleyv1.Claim_Response_Kind(k),
				CounterClaim: protoyaml.Expand("parley/Claim", c.negotiation, counter), Statement: statement, Quote: quote,
			}
			if said != "" {
				r.SaidTime = &parleyv1.PartialTime{Value: said}
			}
			if source != "" {
				r.Attribution = &parleyv1.Attribution{Source: source}
			}
			got, err := c.Claims.RespondToClaim(ctx, &parleyv1.RespondToClaimRequest{Name: protoyaml.Expand("parley/Claim", c.negotiation, c.args[0]), Response: r})
			if err != nil {
				return err
			}
			return a.answer(got, func() string { return a.page().Claims([]*parleyv1.Claim{got}) })
		}),
	}
	f := cmd.Flags()
	f.StringVar(&party, "party", "", "who says it")
	f.StringVar(&kind, "kind", "", strings.Join(kinds, ", "))
	f.StringVar(&counter, "counter", "", "the claim that they make instead, when they dispute it")
	f.StringVar(&statement, "statement", "", "what they say")
	f.StringVar(&quote, "quote", "", "their words, verbatim")
	f.StringVar(&said, "said", "", "when it was said: 2025-12-02, 2025-12, 2025")
	f.StringVar(&source, "source", "", "where it was taken from")
	if err := errors.Join(cmd.MarkFlagRequired("kind"), cmd.RegisterFlagCompletionFunc("party", a.completing(100, partyIDs)),
		cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp))); err != nil {
		panic(err) // the flags are defined above
	}
	return cmd
}

var assessmentShelf = shelf[*parleyv1.Assessment]{
	use: "assessments", arg: "ASSESSMENT", kind: "parley/Assessment", short: "List who judges that which demand is met, or show one assessment", table: show.Page.Assessments,
	list: func(ctx context.Context, c call, l *listFlags) iter.Seq2[*parleyv1.Assessment, error] {
		return client.All(ctx, c.Assessments.ListAssessments, &parleyv1.ListAssessmentsRequest{
			Parent: c.negotiation, Filter: protoyaml.ExpandFilter(&parleyv1.Assessment{}, c.negotiation, l.filter), OrderBy: l.orderBy, ShowDeleted: l.deleted, AsOf: c.at,
		}, (*parleyv1.ListAssessmentsResponse).GetAssessments)
	},
	get: func(ctx context.Context, c call, name string) (*parleyv1.Assessment, error) {
		return c.Assessments.GetAssessment(ctx, &parleyv1.GetAssessmentRequest{Name: name, AsOf: c.at})
	},
	create: func(ctx context.Context, c call, id string, m *parleyv1.Assessment, validateOnly bool) (*parleyv1.Assessment, error) {
		return c.Assessments.CreateAssessment(ctx, &parleyv1.CreateAssessmentRequest{Parent: c.negotiation, Assessment: m, AssessmentId: id, ValidateOnly: validateOnly})
	},
}

func (a *app) assessments() *cobra.Command {
	return assessmentShelf.command(a)
}

var objectionShelf = shelf[*parleyv1.Objection]{
	use: "objections", arg: "OBJECTION", kind: "parley/Objection", short: "List who says that an editorial change is none, or show one objection", table: show.Page.Objections,
	list: func(ctx context.Context, c call, l *listFlags) iter.Seq2[*parleyv1.Objection, error] {
		return client.All(ctx, c.Objections.ListObjections, &parleyv1.ListObjectionsRequest{
			Parent: c.negotiation, Filter: protoyaml.ExpandFilter(&parleyv1.Objection{}, c.negotiation, l.filter), OrderBy: l.orderBy, ShowDeleted: l.deleted, AsOf: c.at,
		}, (*parleyv1.ListObjectionsResponse).GetObjections)
	},
	get: func(ctx context.Context, c call, name string) (*parleyv1.Objection, error) {
		return c.Objections.GetObjection(ctx, &parleyv1.GetObjectionRequest{Name: name, AsOf: c.at})
	},
	create: func(ctx context.Context, c call, id string, m *parleyv1.Objection, validateOnly bool) (*parleyv1.Objection, error) {
		return c.Objections.CreateObjection(ctx, &parleyv1.CreateObjectionRequest{Parent: c.negotiation, Objection: m, ObjectionId: id, ValidateOnly: validateOnly})
	},
}

func (a *app) objections() *cobra.Command {
	return objectionShelf.command(a)
}

package main

import (
	"context"
	"errors"
	"iter"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func (a *app) members() *cobra.Command {
	return shelf[*parleyv1.Member]{
		use: "members", arg: "MEMBER", kind: "parley/Member", short: "List who takes part, and as what, or show one member", table: show.Page.Members,
		list: func(ctx context.Context, c call, l *listFlags) iter.Seq2[*parleyv1.Member, error] {
			return client.All(ctx, c.Members.ListMembers, &parleyv1.ListMembersRequest{
				Parent: c.negotiation, Filter: protoyaml.ExpandFilter(&parleyv1.Member{}, c.negotiation, l.filter), OrderBy: l.orderBy, ShowDeleted: l.deleted, AsOf: c.at,
			}, (*parleyv1.ListMembersResponse).GetMembers)
		},
		get: func(ctx context.Context, c call, name string) (*parleyv1.Member, error) {
			return c.Members.GetMember(ctx, &parleyv1.GetMemberRequest{Name: name, AsOf: c.at})
		},
	}.command(a)
}

func (a *app) member() *cobra.Command {
	return group(&cobra.Command{Use: "member", Short: "Say who takes part, and as what: for mediators"},
		a.memberAdd(), a.memberChange(),
		a.memberEnding("remove MEMBER", "End a membership, at once", func(ctx context.Context, c call, name string) (*parleyv1.Member, error) {
			return c.Members.DeleteMember(ctx, &parleyv1.DeleteMemberRequest{Name: name})
		}),
		a.memberEnding("restore MEMBER", "Make a former member one again", func(ctx context.Context, c call, name string) (*parleyv1.Member, error) {
			return c.Members.UndeleteMember(ctx, &parleyv1.UndeleteMemberRequest{Name: name})
		}))
}

// roleFlags say as what somebody takes part.
type roleFlags struct{ role, party string }

func (r *roleFlags) add(a *app, cmd *cobra.Command) {
	roles := values("ROLE_", parleyv1.Member_ROLE_UNSPECIFIED.Descriptor())
	f := cmd.Flags()
	f.StringVar(&r.role, "role", "", strings.Join(roles, ", ")+"; delegate if a party is given")
	f.StringVar(&r.party, "party", "", "the party that a delegate speaks for")
	cmd.MarkFlagsOneRequired("role", "party")
	if err := errors.Join(cmd.RegisterFlagCompletionFunc("party", a.completing(100, partyIDs)),
		cmd.RegisterFlagCompletionFunc("role", cobra.FixedCompletions(roles, cobra.ShellCompDirectiveNoFileComp))); err != nil {
		panic(err) // the flags are defined above
	}
}

// fill gives a member the role.
func (r *roleFlags) fill(m *parleyv1.Member, n string) error {
	role, err := enum("--role", r.role, "ROLE_", parleyv1.Member_ROLE_UNSPECIFIED.Descriptor())
	if err != nil {
		return err
	}
	m.Role, m.Party = parleyv1.Member_Role(role), protoyaml.Expand("parley/Party", n, r.party)
	if r.role == "" {
		m.Role = parleyv1.Member_ROLE_DELEGATE
	}
	return nil
}

// anID is what the server allows for ids.
var anID = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

func (a *app) memberAdd() *cobra.Command {
	var r roleFlags
	var id, audience string
	var validateOnly bool
	cmd := &cobra.Command{
		Use: "add PRINCIPAL", Short: "Make a principal a member", Args: usage(cobra.ExactArgs(1)),
		Long: `Make a principal a member: whom a token was made for, such as anna; 'cert:' and the name in a client certificate; or
'oidc:' and what the claim says.`,
		Example: "parley member add anna --party upton\nparley member add 'cert:delegation a' --party upton --id delegation-a\nparley member add ines --role analyst --audience table",
		RunE: a.writing(func(ctx context.Context, c call) error {
			m := &parleyv1.Member{Principal: c.args[0]}
			if err := errors.Join(r.fill(m, c.negotiation), confide(m, audience, c.negotiation)); err != nil {
				return err
			}
			if id == "" && anID.MatchString(m.GetPrincipal()) {
				id = m.GetPrincipal()
			}
			got, err := c.Members.CreateMember(ctx, &parleyv1.CreateMemberRequest{Parent: c.negotiation, MemberId: id, Member: m, ValidateOnly: validateOnly})
			if err != nil {
				return err
			}
			return a.answer(got, func() string { return a.page().Members([]*parleyv1.Member{got}) })
		}),
	}
	r.add(a, cmd)
	f := cmd.Flags()
	f.StringVar(&id, "id", "", "id of the member; the principal's name if it can be one, else made by the server")
	f.BoolVar(&validateOnly, "validate-only", false, "check, but store nothing")
	a.audienceFlag(cmd, &audience, "audience", "who may know that they take part; the mediators and their party if not given")
	return cmd
}

func (a *app) memberChange() *cobra.Command {
	var r roleFlags
	cmd := &cobra.Command{
		Use: "change MEMBER", Short: "Change what a member is", Args: usage(cobra.ExactArgs(1)),
		Long:              "Change what a member is. It holds from their next call on; watches of theirs that are open end.",
		Example:           "parley member change bert --role observer",
		ValidArgsFunction: a.completing(1, memberIDs),
		RunE: a.writing(func(ctx context.Context, c call) error {
			m := &parleyv1.Member{Name: protoyaml.Expand("parley/Member", c.negotiation, c.args[0])}
			if err := r.fill(m, c.negotiation); err != nil {
				return err
			}
			got, err := c.Members.UpdateMember(ctx, &parleyv1.UpdateMemberRequest{Member: m, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"role", "party"}}})
			if err != nil {
				return err
			}
			return a.answer(got, func() string { return a.page().Members([]*parleyv1.Member{got}) })
		}),
	}
	r.add(a, cmd)
	return cmd
}

// memberEnding makes a command that ends a membership or takes its end back.
func (a *app) memberEnding(use, short string, do func(ctx context.Context, c call, name string) (*parleyv1.Member, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: usage(cobra.ExactArgs(1)), ValidArgsFunction: a.completing(1, memberIDs),
		RunE: a.writing(func(ctx context.Context, c call) error {
			got, err := do(ctx, c, protoyaml.Expand("parley/Member", c.negotiation, c.args[0]))
			if err != nil {
				return err
			}
			return a.answer(got, func() string { return a.page().Members([]*parleyv1.Member{got}) })
		}),
	}
}

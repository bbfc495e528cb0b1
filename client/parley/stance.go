package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func (a *app) stance() *cobra.Command {
	return group(&cobra.Command{Use: "stance", Short: "Read and record what parties say about the wording"},
		a.stanceList(), a.stanceShow(), a.stanceAdd(), a.stanceWithdraw())
}

func (a *app) stanceList() *cobra.Command {
	var l listFlags
	var when positionFlags
	var party string
	cmd := &cobra.Command{
		Use: "list", Short: "List stances", Args: usage(cobra.NoArgs),
		Example: "parley stance list --party ukraine\nparley stance list --filter 'value = OPPOSE OR value = BLOCK'",
		RunE: a.reading(func(ctx context.Context, c call) error {
			filter := protoyaml.ExpandFilter(&parleyv1.Stance{}, c.negotiation, l.filter)
			if party != "" {
				filter = both(filter, fmt.Sprintf("party = %q", protoyaml.Expand("parley/Party", c.negotiation, party)))
			}
			held, known, err := when.moments()
			if err != nil {
				return err
			}
			list, err := client.Collect(client.All(ctx, c.Stances.ListStances, &parleyv1.ListStancesRequest{
				Parent: c.negotiation, Filter: filter, OrderBy: l.orderBy, ShowDeleted: l.deleted, AsOf: c.at, HeldAt: held, KnownAt: known,
			}, (*parleyv1.ListStancesResponse).GetStances))
			if err != nil {
				return err
			}
			return answerAll(a, list, a.page().Stances)
		}),
	}
	l.add(cmd)
	when.add(cmd)
	cmd.Flags().StringVar(&party, "party", "", "of this party alone")
	a.completeParties(cmd, "party")
	return cmd
}

func both(a, b string) string {
	if a == "" {
		return b
	}
	return "(" + a + ") AND " + b
}

func (a *app) stanceShow() *cobra.Command {
	return &cobra.Command{
		Use: "show STANCE", Short: "Show a stance", Args: usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completing(1, stanceIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			s, err := c.Stances.GetStance(ctx, &parleyv1.GetStanceRequest{Name: protoyaml.Expand("parley/Stance", c.negotiation, c.args[0]), AsOf: c.at})
			if err != nil {
				return err
			}
			return a.answer(s, func() string { return a.whole(s) })
		}),
	}
}

// stanceFlags are what a new stance is made of.
type stanceFlags struct {
	id, party, on, value, level, than, some, quote, reason, said, basis, source, speaker string
	audience                                                                             string
	conditions                                                                           []string
	validateOnly                                                                         bool
}

func (a *app) stanceAdd() *cobra.Command {
	var s stanceFlags
	cmd := &cobra.Command{
		Use: "add --party PARTY --on TARGET --value VALUE", Short: "Record a stance on a point, or on a revision as a whole", Args: usage(cobra.NoArgs),
		Example: "parley stance add --party ukraine --on us-draft/latest/army-size --value oppose --said 2025-11-25\nparley stance add --party russia --on us-draft/v1 --than us-draft/v3 --value prefers",
		RunE: a.writing(func(ctx context.Context, c call) error {
			m, err := s.stance(c.negotiation)
			if err != nil {
				return err
			}
			got, err := c.Stances.CreateStance(ctx, &parleyv1.CreateStanceRequest{Parent: c.negotiation, StanceId: s.id, Stance: m, ValidateOnly: s.validateOnly})
			if err != nil {
				return err
			}
			return a.answer(got, func() string { return a.page().Stances([]*parleyv1.Stance{got}) })
		}),
	}
	f := cmd.Flags()
	f.StringVar(&s.id, "id", "", "id of the stance; made by the server if not given")
	f.StringVar(&s.party, "party", "", "whose stance")
	f.StringVar(&s.on, "on", "", "what it is about: PLAN/REVISION/POINT, or PLAN/REVISION for the text as a whole")
	f.StringVar(&s.than, "than", "", "the PLAN/REVISION that the one given by --on is compared with; the value is then prefers or disprefers")
	f.StringVar(&s.some, "some", "", "the party's words for points of --on that it did not name, such as 'not all, but many'")
	f.StringVar(&s.value, "value", "", strings.Join(values("VALUE_", parleyv1.Stance_VALUE_UNSPECIFIED.Descriptor()), ", "))
	f.StringVar(&s.level, "level", "", "who bound themselves: "+strings.Join(values("LEVEL_", parleyv1.Stance_LEVEL_UNSPECIFIED.Descriptor()), ", "))
	f.StringArrayVar(&s.conditions, "condition", nil, "on what condition; may be given several times")
	f.StringVar(&s.quote, "quote", "", "their words, verbatim")
	f.StringVar(&s.reason, "reason", "", "why")
	f.StringVar(&s.said, "said", "", "when it was said: 2025-11-25, 2025-11, 2025")
	f.StringVar(&s.basis, "basis", "", "how it is known: "+strings.Join(values("BASIS_", parleyv1.Attribution_BASIS_UNSPECIFIED.Descriptor()), ", "))
	f.StringVar(&s.source, "source", "", "where it was taken from")
	f.StringVar(&s.speaker, "speaker", "", "who said it")
	f.BoolVar(&s.validateOnly, "validate-only", false, "check, but store nothing")
	a.audienceFlag(cmd, &s.audience, "audience", "who may know of it; the mediators if a delegate does not say")
	cmd.MarkFlagsMutuallyExclusive("than", "some")
	err := errors.Join(cmd.MarkFlagRequired("party"), cmd.MarkFlagRequired("on"), cmd.MarkFlagRequired("value"),
		cmd.RegisterFlagCompletionFunc("party", a.completing(100, partyIDs)), cmd.RegisterFlagCompletionFunc("on", a.completing(100, revisionsOrPoints)),
		cmd.RegisterFlagCompletionFunc("than", a.completing(100, revisionIDs)),
		cmd.RegisterFlagCompletionFunc("value", cobra.FixedCompletions(values("VALUE_", parleyv1.Stance_VALUE_UNSPECIFIED.Descriptor()), cobra.ShellCompDirectiveNoFileComp)))
	if err != nil {
		panic(err) // the flags are defined above
	}
	return cmd
}

// stance makes the message of the flags.
func (s *stanceFlags) stance(n string) (*parleyv1.Stance, error) {
	m := &parleyv1.Stance{
		Party: protoyaml.Expand("parley/Party", n, s.party), Quote: s.quote, Reason: s.reason, Conditions: s.conditions,
	}
	m.Target = s.target(n)
	if s.said != "" {
		m.SaidTime = &parleyv1.PartialTime{Value: s.said}
	}
	value, err := enum("--value", s.value, "VALUE_", m.GetValue().Descriptor())
	if err != nil {
		return nil, err
	}
	level, err := enum("--level", s.level, "LEVEL_", m.GetLevel().Descriptor())
	if err != nil {
		return nil, err
	}
	basis, err := enum("--basis", s.basis, "BASIS_", parleyv1.Attribution_BASIS_UNSPECIFIED.Descriptor())
	if err != nil {
		return nil, err
	}
	if err := confide(m, s.audience, n); err != nil {
		return nil, err
	}
	m.Value, m.Level = parleyv1.Stance_Value(value), parleyv1.Stance_Level(level)
	if basis != 0 || s.source != "" || s.speaker != "" {
		m.Attribution = &parleyv1.Attribution{Basis: parleyv1.Attribution_Basis(basis), Source: s.source, Speaker: s.speaker}
	}
	return m, nil
}

// target makes what the stance is about.
func (s *stanceFlags) target(n string) *parleyv1.Stance_Target {
	on := revisionName(n, s.on)
	switch {
	case s.than != "":
		return &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Comparison_{
			Comparison: &parleyv1.Stance_Target_Comparison{Revision: on, Than: revisionName(n, s.than)},
		}}
	case s.some != "":
		return &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_UnnamedSet_{
			UnnamedSet: &parleyv1.Stance_Target_UnnamedSet{Revision: on, Description: s.some},
		}}
	case strings.Count(s.on, "/") == 2 || strings.Contains(s.on, "/points/"):
		return &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: protoyaml.Expand("parley/Point", n, s.on)}}
	}
	return &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Revision{Revision: on}}
}

// values lists what an enum may be, as people type it.
func values(prefix string, ed protoreflect.EnumDescriptor) []string {
	var out []string
	for i := 1; i < ed.Values().Len(); i++ {
		out = append(out, strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(string(ed.Values().Get(i).Name()), prefix), "_", "-")))
	}
	return out
}

// enum reads what people type for an enum's value.
func enum(flag, text, prefix string, ed protoreflect.EnumDescriptor) (protoreflect.EnumNumber, error) {
	if text == "" {
		return 0, nil
	}
	typed := strings.ToLower(strings.ReplaceAll(text, "_", "-"))
	i := slices.Index(values(prefix, ed), typed)
	if i < 0 {
		return 0, usageError{fmt.Errorf("%s is %q; it may be %s", flag, text, strings.Join(values(prefix, ed), ", "))}
	}
	return ed.Values().Get(i + 1).Number(), nil
}

func (a *app) stanceWithdraw() *cobra.Command {
	return &cobra.Command{
		Use: "withdraw STANCE", Short: "Note that a party took its stance back; it stays on record", Args: usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completing(1, stanceIDs),
		RunE: a.writing(func(ctx context.Context, c call) error {
			got, err := c.Stances.UpdateStance(ctx, &parleyv1.UpdateStanceRequest{
				Stance:     &parleyv1.Stance{Name: protoyaml.Expand("parley/Stance", c.negotiation, c.args[0]), Withdrawn: true},
				UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"withdrawn"}},
			})
			if err != nil {
				return err
			}
			return a.answer(got, func() string { return a.page().Stances([]*parleyv1.Stance{got}) })
		}),
	}
}

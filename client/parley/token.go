package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func (a *app) tokens() *cobra.Command {
	return group(&cobra.Command{Use: "token", Short: "Make, list and revoke the tokens by which callers are known"},
		a.tokenCreate(), a.tokenList(), a.tokenRevoke())
}

func (a *app) tokenCreate() *cobra.Command {
	var id, name, expires string
	var admin, validateOnly bool
	cmd := &cobra.Command{
		Use: "create PRINCIPAL", Short: "Make a token, and print its secret, this once", Args: usage(cobra.ExactArgs(1)),
		Long: `Make a token for somebody, who is then known to the server by the name PRINCIPAL. What they may see and do in a
negotiation depends on what member of it that principal is: parley member add.
The secret alone goes to standard output, this once: the server keeps a hash of it.`,
		Example: "parley token create anna --name \"Anna's laptop\" --expires 30d\nexport PARLEY_TOKEN=$(parley token create anna)",
		RunE: a.now(a.serverwide(func(ctx context.Context, c call) error {
			expire, err := readTimeToCome("--expires", expires, time.Now())
			if err != nil {
				return err
			}
			t, err := c.Tokens.CreateToken(ctx, &parleyv1.CreateTokenRequest{
				TokenId: id, ValidateOnly: validateOnly,
				Token: &parleyv1.Token{Principal: c.args[0], DisplayName: name, Admin: admin, ExpireTime: expire},
			})
			if err != nil {
				return err
			}
			return a.handOver(t, validateOnly)
		})),
	}
	f := cmd.Flags()
	f.StringVar(&id, "id", "", "id of the token; made by the server if not given")
	f.StringVar(&name, "name", "", "what it is for, such as \"Anna's laptop\"")
	f.StringVar(&expires, "expires", "", "how long it lasts, or until when: 12h, 30d, 2026-12-31; 90 days if not given, two years at most")
	f.BoolVar(&admin, "admin", false, "its bearer administers the server: makes negotiations and tokens. It opens no content")
	f.BoolVar(&validateOnly, "validate-only", false, "check, but make no token")
	return cmd
}

// handOver prints the secret of a new token, and for people how it is used.
func (a *app) handOver(t *parleyv1.Token, validateOnly bool) error {
	switch {
	case a.output != "table":
		return a.answer(t, nil)
	case validateOnly:
		_, err := fmt.Fprintf(a.out, "would make a token for %s that lasts until %s\n", t.GetPrincipal(), show.Moment(t.GetExpireTime()))
		return err
	case t.GetSecret() == "": // the answer to a first attempt was lost
		return fmt.Errorf("the token %[1]s was made, but its secret was lost on the way: parley token revoke %[1]s, and make another", show.ID(t.GetName()))
	}
	if _, err := fmt.Fprintln(a.out, t.GetSecret()); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.err, "the secret of token %s, which is not shown again; %s is known by it until %s:\n  export PARLEY_TOKEN=…, or PARLEY_TOKEN_FILE=a file that holds it\n",
		show.ID(t.GetName()), t.GetPrincipal(), show.Moment(t.GetExpireTime()))
	return err
}

func (a *app) tokenList() *cobra.Command {
	var l listFlags
	cmd := &cobra.Command{
		Use: "list", Short: "List the tokens, also those that ended: who made and who revoked them", Args: usage(cobra.NoArgs),
		RunE: a.serverwide(func(ctx context.Context, c call) error {
			list, err := client.Collect(client.All(ctx, c.Tokens.ListTokens, &parleyv1.ListTokensRequest{
				Filter: l.filter, OrderBy: l.orderBy, AsOf: c.at,
			}, (*parleyv1.ListTokensResponse).GetTokens))
			if err != nil {
				return err
			}
			return answerAll(a, list, a.page().Tokens)
		}),
	}
	l.find(cmd, `'principal = "anna"'`, "'expire_time desc'")
	return cmd
}

func (a *app) tokenRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke TOKEN", Short: "End a token for ever, at once", Args: usage(cobra.ExactArgs(1)),
		Long:              "End a token for ever, at once: the next call of its bearer is refused, and watches of theirs end.",
		ValidArgsFunction: a.completingServerwide(tokenIDs),
		RunE: a.now(a.serverwide(func(ctx context.Context, c call) error {
			t, err := c.Tokens.RevokeToken(ctx, &parleyv1.RevokeTokenRequest{Name: tokenName(c.args[0])})
			if err != nil {
				return err
			}
			return a.answer(t, func() string { return a.page().Tokens([]*parleyv1.Token{t}) })
		})),
	}
}

// tokenName completes the name of a token.
func tokenName(id string) string { return "tokens/" + strings.TrimPrefix(id, "tokens/") }

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"charm.land/fang/v2"
	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// app is one run of the command: its flags, its connection and its ends.
type app struct {
	server, token, data, negotiation, asOf, output, color string

	ca, cert, key  string // files in PEM
	anonymous, tls bool
	tokenFrom      string // where the token that is shown was found
	width          int

	in       io.Reader
	out, err io.Writer
	client   *client.Client // made by connect
}

const about = `parley keeps the record of a negotiation: who the parties are, what they demand,
every revision of the plan on the table, and where each party stands on each point.

Resources go by their ids: a plan is us-draft, its revision us-draft/v8 (or
us-draft/latest, or just us-draft), a point us-draft/v8/army-size. Full names work too.

Exit codes: 0 done · 1 failed · 2 wrong use or invalid input · 3 not found ·
4 not allowed · 5 conflict with what is on record · 6 server not reached`

// run executes one command line and gives its exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	a := &app{in: in, out: out, err: errs}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := fang.Execute(ctx, root, fang.WithErrorHandler(a.printError), fang.WithoutManpage(), fang.WithColorSchemeFunc(colors(a.colored(errs))))
	if a.client != nil {
		err = errors.Join(err, a.client.Close())
	}
	return exitCode(err)
}

// colors picks the colours of help and errors: none unless they go to a terminal.
func colors(on bool) fang.ColorSchemeFunc {
	return func(c lipgloss.LightDarkFunc) fang.ColorScheme {
		if on {
			return fang.AnsiColorScheme(c)
		}
		return fang.ColorScheme{}
	}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "parley", Short: "The record of a negotiation", Long: about, SilenceUsage: true,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(cmd.ValidateRequiredFlags(), cmd.ValidateFlagGroups()); err != nil {
				return usageError{err}
			}
			if a.width < 0 {
				return usageError{fmt.Errorf("--width is %d; it is a number of columns", a.width)}
			}
			return errors.Join(oneOf("--output", a.output, formsOf(cmd)...), oneOf("--color", a.color, "auto", "always", "never"))
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	f := root.PersistentFlags()
	f.StringVar(&a.server, "server", env("PARLEY_SERVER", "127.0.0.1:7400"), "address of the server (PARLEY_SERVER)")
	f.BoolVar(&a.tls, "tls", os.Getenv("PARLEY_TLS") == "1", "speak TLS, and trust whom this machine trusts (PARLEY_TLS=1)")
	f.StringVar(&a.ca, "ca", os.Getenv("PARLEY_CA"), "speak TLS, and trust the certificates in this file, PEM (PARLEY_CA)")
	f.StringVar(&a.cert, "cert", os.Getenv("PARLEY_CERT"), "speak TLS, and show the certificate in this file, PEM (PARLEY_CERT)")
	f.StringVar(&a.key, "key", os.Getenv("PARLEY_KEY"), "key of --cert, PEM (PARLEY_KEY)")
	f.StringVar(&a.token, "token", "", "bearer token; by default PARLEY_TOKEN, or the mediator's of a server on this machine")
	f.StringVar(&a.data, "data", "", "data directory of a server on this machine, to find the mediator's token in (PARLEY_DATA)")
	f.BoolVar(&a.anonymous, "anonymous", false, "show no token: see what the public sees")
	f.StringVarP(&a.negotiation, "negotiation", "n", os.Getenv("PARLEY_NEGOTIATION"), "id of the negotiation (PARLEY_NEGOTIATION); needed if there are several")
	f.StringVar(&a.asOf, "as-of", "", "what the record said then: 2025-11-25 (the end of that day, UTC) or 2025-11-25T12:00:00Z")
	f.StringVarP(&a.output, "output", "o", "table", "form of the answer: table, json or yaml")
	f.IntVar(&a.width, "width", 0, "columns to write in; by default those of the terminal, or 100")
	f.StringVar(&a.color, "color", "auto", "when to use colours: auto, always or never")
	root.MarkFlagsMutuallyExclusive("token", "anonymous")
	root.AddCommand(a.negotiations(), a.parties(), a.demands(), a.plans(), a.plan(), a.commit(), a.stance(), a.matrix(),
		a.sticking(), a.lapsed(), a.concessions(), a.timeline(), a.coverage(), a.balance(), a.redlines(),
		a.claims(), a.events(), a.sources(), a.assessments(), a.objections(), a.valuations(), a.agreement(), a.packages(), a.members(), a.member(), a.disclose(), a.disclosures(),
		a.accesses(), a.tokens(), a.log(), a.watch(), a.load(), a.export(), a.table(), a.plot())
	a.completeFlags(root)
	return root
}

// group makes a command that only holds others: it shows them, and refuses a name that is none of theirs.
func group(cmd *cobra.Command, commands ...*cobra.Command) *cobra.Command {
	cmd.Args = usage(cobra.NoArgs)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(commands...)
	return cmd
}

func env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// connect makes the client. It talks to nobody yet.
func (a *app) connect() (*client.Client, error) {
	if a.client != nil {
		return a.client, nil
	}
	token, err := a.credentials()
	if err != nil {
		return nil, fmt.Errorf("find a token: %w", err)
	}
	transport, err := a.transport()
	if err != nil {
		return nil, err
	}
	c, err := client.Dial(a.server, client.Options{Token: token, TLS: transport, Attempts: 2})
	if err != nil {
		return nil, usageError{err}
	}
	a.client = c
	return c, nil
}

// credentials gives the token to show, and notes where it is from. What the command line says goes before what the
// environment says. A token that nobody asked for does not go beside a certificate: to the server the token would go first.
func (a *app) credentials() (token string, err error) {
	switch {
	case a.token != "" || a.anonymous:
		a.tokenFrom = "--token"
		return a.token, nil
	case a.data != "":
		a.tokenFrom = filepath.Join(a.data, client.TokenFile)
		token, err := os.ReadFile(a.tokenFrom)
		return strings.TrimSpace(string(token)), err
	case a.cert != "" && os.Getenv("PARLEY_TOKEN") == "" && os.Getenv("PARLEY_TOKEN_FILE") == "":
		return "", nil
	}
	token, a.tokenFrom, err = client.LocateToken(a.server)
	return token, err
}

// open gives the client and the name of the negotiation: the one asked for, that of a full name among the arguments, or
// the only one there is.
func (a *app) open(ctx context.Context, args ...string) (*client.Client, string, error) {
	c, err := a.connect()
	if err != nil {
		return nil, "", err
	}
	if a.negotiation != "" {
		return c, "negotiations/" + strings.TrimPrefix(a.negotiation, "negotiations/"), nil
	}
	for _, arg := range args {
		if strings.HasPrefix(arg, "negotiations/") {
			return c, negotiationOf(arg), nil
		}
	}
	list, err := client.Collect(client.All(ctx, c.Negotiations.ListNegotiations, &parleyv1.ListNegotiationsRequest{}, (*parleyv1.ListNegotiationsResponse).GetNegotiations))
	if err != nil {
		return nil, "", err
	}
	switch len(list) {
	case 1:
		return c, list[0].GetName(), nil
	case 0:
		return nil, "", usageError{errors.New("the server shows no negotiation; load one with parley load FILE")}
	}
	var ids []string
	for _, n := range list {
		ids = append(ids, show.ID(n.GetName()))
	}
	return nil, "", usageError{fmt.Errorf("there are several negotiations; name one with -n or PARLEY_NEGOTIATION: %s", strings.Join(ids, ", "))}
}

// moment reads --as-of; nil stands for now.
func (a *app) moment() (*timestamppb.Timestamp, error) {
	return readMoment("--as-of", a.asOf)
}

// readMoment reads a flag that holds a moment: a time, or a day, which stands for its end. nil for none.
func readMoment(flag, text string) (*timestamppb.Timestamp, error) {
	if text == "" {
		return nil, nil
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return timestamppb.New(t.AddDate(0, 0, 1).Add(-1)), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s %q is neither a day (2025-11-25) nor a time (2025-11-25T12:00:00Z)", flag, text)}
	}
	return timestamppb.New(t), nil
}

// positionFlags are what all commands take that show positions.
type positionFlags struct{ heldAt, knownAt string }

func (p *positionFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.heldAt, "held-at", "", "positions as they were held then, whenever that was said: 2025-11-25 or 2025-11-25T12:00:00Z")
	f.StringVar(&p.knownAt, "known-at", "", "only what had been made public by then")
}

func (p *positionFlags) moments() (held, known *timestamppb.Timestamp, err error) {
	held, err = readMoment("--held-at", p.heldAt)
	if err == nil {
		known, err = readMoment("--known-at", p.knownAt)
	}
	return held, known, err
}

// page is what tables are written on.
func (a *app) page() show.Page {
	width := a.width
	if width == 0 {
		width = 100
		if f, ok := a.out.(*os.File); ok {
			if w, _, err := term.GetSize(int(f.Fd())); err == nil {
				width = w
			}
		}
	}
	return show.Page{Width: width, Color: a.colored(a.out)}
}

// colored tells whether to write colours to w.
func (a *app) colored(w io.Writer) bool {
	switch a.color {
	case "always":
		return true
	case "never":
		return false
	}
	f, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

func oneOf(flag, value string, allowed ...string) error {
	for _, v := range allowed {
		if v == value {
			return nil
		}
	}
	return usageError{fmt.Errorf("%s is %q; it may be %s", flag, value, strings.Join(allowed, ", "))}
}

// usage makes wrong arguments an error of use.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
		}
		return nil
	}
}

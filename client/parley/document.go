package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// outputForms names, as an annotation of a command, the forms of output that it has beside those of all commands.
const outputForms = "forms of output"

// Forms of output that only some commands have.
const (
	markdownOutput = "md"
	tableForms     = "md csv xlsx html"
)

// tableFormats are what -o says of a table; a table for people is Markdown.
var tableFormats = map[string]parleyv1.ExportTableRequest_Format{
	"table": parleyv1.ExportTableRequest_FORMAT_MARKDOWN, markdownOutput: parleyv1.ExportTableRequest_FORMAT_MARKDOWN,
	"csv": parleyv1.ExportTableRequest_FORMAT_CSV, "xlsx": parleyv1.ExportTableRequest_FORMAT_XLSX, "html": parleyv1.ExportTableRequest_FORMAT_HTML,
}

func (a *app) table() *cobra.Command {
	var base, file string
	var parties []string
	var when positionFlags
	cmd := &cobra.Command{
		Use: "table [PLAN[/REVISION]]", Short: "Write the table of negotiators: each text, each party's wording and stance", Args: usage(cobra.MaximumNArgs(1)),
		Long: "Write the table of negotiators at a revision: point by point the text that it came from, what each party proposes\n" +
			"and where it stands, the text that stands now, and how far it has come. As Markdown, or with -o as csv, xlsx or html.",
		Example:           "parley table us-draft/v8\nparley table us-draft/v8 --base us-draft/v1 -o html -f table.html\nparley table us-draft -o xlsx -f table.xlsx",
		Annotations:       map[string]string{outputForms: tableForms},
		ValidArgsFunction: a.completing(1, revisionIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			format, ok := tableFormats[a.output]
			if !ok {
				return usageError{fmt.Errorf("--output is %q; a table may be md, csv, xlsx or html", a.output)}
			}
			revision, err := revisionOrOnly(ctx, c.Client, c.negotiation, c.args, c.at)
			if err != nil {
				return err
			}
			req := &parleyv1.ExportTableRequest{Revision: revision, Parties: partyNames(c.negotiation, parties), Format: format, AsOf: c.at}
			if base != "" {
				req.Base = revisionName(c.negotiation, base)
			}
			if req.HeldAt, req.KnownAt, err = when.moments(); err != nil {
				return err
			}
			f, err := client.FileOf(c.Documents.ExportTable(ctx, req))
			if err != nil {
				return err
			}
			return a.save(f.Data, file, a.output == "xlsx")
		}),
	}
	cmd.Flags().StringVar(&base, "base", "", "the revision that the base text is from; by default the one that the other was made from")
	cmd.Flags().StringVarP(&file, "file", "f", "", "write to this file, readable by you alone")
	cmd.Flags().StringArrayVar(&parties, "party", nil, "only this party; may be given several times")
	when.add(cmd)
	for flag, list := range map[string]lister{"party": partyIDs, "base": revisionIDs} {
		if err := cmd.RegisterFlagCompletionFunc(flag, a.completing(100, list)); err != nil {
			panic(err) // the flags are defined above
		}
	}
	return cmd
}

// save writes data to a file, or if none is named to where answers go; bytes that nobody reads do not go to a terminal.
func (a *app) save(data []byte, file string, binary bool) error {
	if file != "" {
		return os.WriteFile(file, data, 0o600)
	}
	if out, ok := a.out.(*os.File); ok && binary && term.IsTerminal(int(out.Fd())) {
		return usageError{errors.New("this is not for a terminal to show; name a file with -f")}
	}
	_, err := a.out.Write(data)
	return err
}

func (a *app) plot() *cobra.Command {
	return group(&cobra.Command{Use: "plot", Short: "Draw pictures: who stands where, whose demands are met, what happened when"}, a.plotMatrix(), a.plotBalance(), a.plotTimeline())
}

// pictureFormats are what the ending of a file says of a picture.
var pictureFormats = map[string]parleyv1.PictureFormat{
	".svg": parleyv1.PictureFormat_PICTURE_FORMAT_SVG, ".png": parleyv1.PictureFormat_PICTURE_FORMAT_PNG,
}

// pictureFile is where a picture goes: its own -o is a file, and says by its ending what it is.
type pictureFile struct{ name string }

func (p *pictureFile) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&p.name, "output", "o", "", "the file to write, .svg or .png; needed")
	if err := cmd.MarkFlagRequired("output"); err != nil {
		panic(err) // the flag is defined above
	}
}

func (p *pictureFile) format() (parleyv1.PictureFormat, error) {
	if f := pictureFormats[strings.ToLower(filepath.Ext(p.name))]; f != 0 {
		return f, nil
	}
	return 0, usageError{fmt.Errorf("%q is no picture: the name of the file ends in .svg or .png", p.name)}
}

// drawn writes a picture, and what it shows to whoever asked for it.
func (a *app) drawn(f *client.File, err error, file string) error {
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, f.Data, 0o600); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s: %s\n", file, cmp.Or(f.Description, f.Name))
	return err
}

func (a *app) plotMatrix() *cobra.Command {
	var to pictureFile
	var parties []string
	var gone bool
	var when positionFlags
	cmd := &cobra.Command{
		Use: "matrix -o FILE [PLAN[/REVISION]]", Short: "Draw who stands where on each point", Args: usage(cobra.MaximumNArgs(1)),
		Example:           "parley plot matrix us-draft/v8 -o matrix.svg",
		ValidArgsFunction: a.completing(1, revisionIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			format, err := to.format()
			if err != nil {
				return err
			}
			revision, err := revisionOrOnly(ctx, c.Client, c.negotiation, c.args, c.at)
			if err != nil {
				return err
			}
			req := &parleyv1.PlotMatrixRequest{Revision: revision, Parties: partyNames(c.negotiation, parties), Format: format, ShowGone: gone, AsOf: c.at}
			if req.HeldAt, req.KnownAt, err = when.moments(); err != nil {
				return err
			}
			f, err := client.FileOf(c.Documents.PlotMatrix(ctx, req))
			return a.drawn(f, err, to.name)
		}),
	}
	to.add(cmd)
	cmd.Flags().StringArrayVar(&parties, "party", nil, "only this party; may be given several times")
	cmd.Flags().BoolVar(&gone, "gone", false, "points that are no longer in the text, too")
	when.add(cmd)
	a.completeParties(cmd, "party")
	return cmd
}

func (a *app) plotBalance() *cobra.Command {
	var to pictureFile
	var d demandFlags
	cmd := &cobra.Command{
		Use: "balance -o FILE REVISION...", Short: "Draw how far each party's demands are met over a series of revisions", Args: usage(cobra.MinimumNArgs(1)),
		Example:           "parley plot balance us-draft/v1 e3-redline/v2a us-draft/v8 -o balance.svg",
		ValidArgsFunction: a.completing(100, revisionIDs),
		RunE: a.reading(func(ctx context.Context, c call) error {
			format, err := to.format()
			if err != nil {
				return err
			}
			req := &parleyv1.PlotBalanceRequest{
				Name: c.negotiation, Format: format, Revisions: revisionNames(c.negotiation, c.args), Parties: partyNames(c.negotiation, d.parties), Topics: d.topics, AsOf: c.at,
			}
			if req.HeldAt, req.KnownAt, err = d.moments(); err != nil {
				return err
			}
			f, err := client.FileOf(c.Documents.PlotBalance(ctx, req))
			return a.drawn(f, err, to.name)
		}),
	}
	to.add(cmd)
	d.addTo(a, cmd)
	return cmd
}

func (a *app) plotTimeline() *cobra.Command {
	var to pictureFile
	cmd := &cobra.Command{
		Use: "timeline -o FILE", Short: "Draw what happened when: events and revisions", Args: usage(cobra.NoArgs),
		Example: "parley plot timeline -o timeline.png",
		RunE: a.reading(func(ctx context.Context, c call) error {
			format, err := to.format()
			if err != nil {
				return err
			}
			f, err := client.FileOf(c.Documents.PlotTimeline(ctx, &parleyv1.PlotTimelineRequest{Name: c.negotiation, Format: format, AsOf: c.at}))
			return a.drawn(f, err, to.name)
		}),
	}
	to.add(cmd)
	return cmd
}

// formsOf lists the forms of output that a command has.
func formsOf(cmd *cobra.Command) []string {
	return slices.Concat([]string{"table", "json", "yaml"}, strings.Fields(cmd.Annotations[outputForms]))
}

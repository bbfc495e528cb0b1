package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client/dossier"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func (a *app) load() *cobra.Command {
	return &cobra.Command{
		Use: "load FILE...", Short: "Load a negotiation from files; what exists is left alone", Args: usage(cobra.MinimumNArgs(1)),
		Long: "Load a negotiation from files as parley export writes them: several of YAML or JSON, which make one negotiation, or one of\nJSON lines (.jsonl) or Akoma Ntoso (.xml).\nIt is safe to repeat: what has an id that exists is left alone.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.present(cmd); err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			d, err := dossier.ReadFiles(args...)
			if err != nil {
				return usageError{err}
			}
			sum, err := dossier.Load(cmd.Context(), c, d, nil)
			if _, werr := fmt.Fprintln(a.out, sum); err == nil {
				err = werr
			}
			return err
		},
	}
}

// exportForms are the forms of a whole negotiation; of json and yaml the client makes what can be edited.
var exportForms = map[string]parleyv1.ExportRecordRequest_Format{
	"jsonl": parleyv1.ExportRecordRequest_FORMAT_JSON_LINES, "akn": parleyv1.ExportRecordRequest_FORMAT_AKOMA_NTOSO,
}

func (a *app) export() *cobra.Command {
	var file, format string
	cmd := &cobra.Command{
		Use: "export", Short: "Write the negotiation as a file that parley load reads", Args: usage(cobra.NoArgs),
		Long: "Write the negotiation as a file that parley load reads, as far as you may see it: as YAML, to be edited; as JSON lines\n" +
			"(jsonl), a resource a line with all that the server tells of it; or as Akoma Ntoso (akn), XML for legal texts.",
		Example: "parley export > peace.yaml\nparley export --format jsonl -f peace.jsonl\nparley export --format akn -f peace.xml",
		RunE: a.reading(func(ctx context.Context, c call) error {
			if a.output == "json" && format == "yaml" {
				format = "json"
			}
			if err := oneOf("--format", format, "yaml", "json", "jsonl", "akn"); err != nil {
				return err
			}
			if form := exportForms[format]; form != 0 {
				f, err := c.Record(ctx, &parleyv1.ExportRecordRequest{Name: c.negotiation, Format: form, AsOf: c.at})
				if err != nil {
					return err
				}
				return a.save(f.Data, file, false)
			}
			d, err := dossier.Export(ctx, c.Client, c.negotiation, c.at)
			if err != nil {
				return err
			}
			write := dossier.YAML
			if format == "json" {
				write = dossier.JSON
			}
			data, err := write(d)
			if err != nil {
				return err
			}
			return a.save(data, file, false)
		}),
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "write to this file, readable by you alone")
	cmd.Flags().StringVar(&format, "format", "yaml", "form of the file: yaml, json, jsonl or akn")
	return cmd
}

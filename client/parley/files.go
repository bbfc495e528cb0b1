package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/seed-ff4a8210/parley/client/dossier"
)

func (a *app) load() *cobra.Command {
	return &cobra.Command{
		Use: "load FILE...", Short: "Load a negotiation from files; what exists is left alone", Args: usage(cobra.MinimumNArgs(1)),
		Long: "Load a negotiation from files: YAML or JSON, as parley export writes it. Several files make one negotiation.\nIt is safe to repeat: what has an id that exists is left alone.",
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

func (a *app) export() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "export", Short: "Write the negotiation as a file that parley load reads", Args: usage(cobra.NoArgs),
		Long: "Write the negotiation as a file that parley load reads, as far as you may see it: YAML, or JSON with -o json.",
		RunE: a.writing(func(ctx context.Context, c call) error {
			d, err := dossier.Export(ctx, c.Client, c.negotiation)
			if err != nil {
				return err
			}
			write := dossier.YAML
			if a.output == "json" {
				write = dossier.JSON
			}
			data, err := write(d)
			if err != nil {
				return err
			}
			if file != "" {
				return os.WriteFile(file, data, 0o600)
			}
			_, err = a.out.Write(data)
			return err
		}),
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "write to this file, readable by you alone")
	return cmd
}

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

// command runs the server, or looks over what one has stored.
func command(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "verify" {
		return verify(ctx, args[1:])
	}
	return run(ctx, args)
}

// usage tells the flags of the server, and that there is a command.
func usage(flags *flag.FlagSet) {
	_, _ = fmt.Fprint(flags.Output(), "parleyd serves the record of negotiations; parleyd verify looks for damage in what it has stored.\n\n")
	flags.PrintDefaults()
}

// verify looks for damage in a data directory, and says what it went through if there is none.
func verify(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("parleyd verify", flag.ContinueOnError)
	data := flags.String("data", "", "data `directory` (default: $PARLEY_DATA, else $XDG_DATA_HOME/parley, else ~/.local/share/parley)")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	case flags.NArg() > 0:
		return fmt.Errorf("%q is no flag; see parleyd verify --help", flags.Arg(0))
	}
	dir, err := dataDir(*data)
	if err != nil {
		return err
	}
	checked, err := daemon.Verify(ctx, dir)
	if err != nil {
		return err
	}
	fmt.Printf("%s is sound: %d entries in %d logs\n", dir, checked.Entries, checked.Logs)
	return nil
}

// dataDir is the directory asked for, or the default.
func dataDir(asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	dir, err := client.DefaultDataDir()
	if err != nil {
		return "", fmt.Errorf("find the data directory: %w", err)
	}
	return dir, nil
}

// Command parleyd serves the record of negotiations: gRPC and REST on loopback, kept in one bbolt file.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/dossier"
	"github.com/seed-ff4a8210/parley/client/example"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "parleyd:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("parleyd", flag.ContinueOnError)
	flags.Usage = func() { usage(flags) }
	data := flags.String("data", "", "data `directory` (default: $PARLEY_DATA, else $XDG_DATA_HOME/parley, else ~/.local/share/parley)")
	grpcAddr := flags.String("grpc", "127.0.0.1:7400", "loopback `address` for gRPC")
	restAddr := flags.String("rest", "127.0.0.1:7480", "loopback `address` for REST")
	loadExample := flags.Bool("example", false, "load the example negotiation unless it is there")
	showVersion := flags.Bool("version", false, "print the version and end")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	case flags.NArg() > 0:
		return fmt.Errorf("%q is no flag; parleyd takes flags, or the command verify; see parleyd --help", flags.Arg(0))
	case *showVersion:
		fmt.Println("parleyd version", version())
		return nil
	}
	dir, err := dataDir(*data)
	if err != nil {
		return err
	}
	return daemon.Run(ctx, daemon.Config{
		DataDir: dir, GRPCAddr: *grpcAddr, RESTAddr: *restAddr, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Ready: func(ctx context.Context, s daemon.Started) error { return ready(ctx, s, dir, *loadExample) },
	})
}

// ready loads the example like any client would, and tells what to try.
func ready(ctx context.Context, s daemon.Started, data string, loadExample bool) error {
	fmt.Printf("parleyd keeps its record in %s\n  gRPC %s\n  REST http://%s\n", data, s.GRPCAddr, s.RESTAddr)
	if !loadExample {
		return nil
	}
	c, err := client.Dial(s.GRPCAddr, client.Options{Token: s.Token})
	if err != nil {
		return err
	}
	d, err := example.Dossier()
	if err != nil {
		return err
	}
	sum, err := dossier.Load(ctx, c, d, nil)
	if err != nil {
		return errors.Join(fmt.Errorf("load the example: %w", err), c.Close())
	}
	fmt.Printf("example: %s\n\n%s", sum, tryNext(s, data))
	return c.Close()
}

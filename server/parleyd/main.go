// Command parleyd serves the record of negotiations: gRPC and REST on loopback, kept in one bbolt file.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/dossier"
	"github.com/seed-ff4a8210/parley/client/example"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

func main() {
	daemon.QuietGRPC()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "parleyd:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	o, err := readFlags(args)
	if err != nil || o == nil {
		return err
	}
	dir, err := dataDir(o.data)
	if err != nil {
		return err
	}
	cfg := daemon.Config{
		DataDir: dir, GRPCAddr: o.grpc, RESTAddr: o.rest, CertFile: o.cert, KeyFile: o.key, PlainText: o.plainText == plainTextWords,
		ClientCAFile: o.clientCA, Limits: daemon.WithRates(o.rate, o.anonymousRate),
		Log:   slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Ready: func(ctx context.Context, s daemon.Started) error { return ready(ctx, s, dir, o.example) },
	}
	daemon.KeepHeadroom(ctx)
	cfg.OIDC.Issuer, cfg.OIDC.Audience, cfg.OIDC.Claim = o.issuer, o.audience, o.claim
	return daemon.Run(ctx, cfg)
}

// ready loads the examples like any client would, and tells what to try.
func ready(ctx context.Context, s daemon.Started, data string, loadExample bool) error {
	fmt.Printf("parleyd keeps its record in %s\n  gRPC %s\n  REST %s://%s\n", data, s.GRPCAddr, scheme(s), s.RESTAddr)
	if !loadExample {
		return nil
	}
	c := client.New(s.Inside, client.Options{Token: s.Token})
	for _, read := range []func() (*dossier.Dossier, error){example.Dossier, example.River} {
		d, err := read()
		if err != nil {
			return err
		}
		sum, err := dossier.Load(ctx, c, d, nil)
		if err != nil {
			return fmt.Errorf("load an example: %w", err)
		}
		fmt.Printf("%s: %s\n", strings.TrimPrefix(d.Negotiation.GetName(), "negotiations/"), sum)
	}
	fmt.Printf("\n%s", tryNext(s, data))
	return nil
}

package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/seed-ff4a8210/parley/client"
)

// call is a command under way: where it reads and writes, and with what arguments.
type call struct {
	*client.Client
	negotiation string                 // resource name
	at          *timestamppb.Timestamp // read what the record said then; nil for now
	args        []string
}

// reading makes the body of a command that reads from the negotiation, at --as-of if that is given.
func (a *app) reading(do func(ctx context.Context, c call) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, n, err := a.open(cmd.Context(), args...)
		if err != nil {
			return err
		}
		at, err := a.moment()
		if err != nil {
			return err
		}
		return do(cmd.Context(), call{c, n, at, args})
	}
}

// writing makes the body of a command that works on the record as it is now.
func (a *app) writing(do func(ctx context.Context, c call) error) func(*cobra.Command, []string) error {
	return a.now(a.reading(do))
}

// serverwide makes the body of a command that reads what is in no negotiation, at --as-of if that is given.
func (a *app) serverwide(do func(ctx context.Context, c call) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := a.connect()
		if err != nil {
			return err
		}
		at, err := a.moment()
		if err != nil {
			return err
		}
		return do(cmd.Context(), call{c, "", at, args})
	}
}

// now keeps --as-of from a command that can only be done now.
func (a *app) now(run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := a.present(cmd); err != nil {
			return err
		}
		return run(cmd, args)
	}
}

// present refuses --as-of for what can only be done now.
func (a *app) present(cmd *cobra.Command) error {
	if a.asOf != "" {
		return usageError{fmt.Errorf("%s knows no --as-of: it works on the record as it is now", cmd.CommandPath())}
	}
	return nil
}

package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"charm.land/fang/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/parley/internal/show"
)

// Exit codes, one per class of errors, so that scripts can tell them apart.
const (
	exitDone = iota
	exitFailed
	exitUsage
	exitNotFound
	exitNotAllowed
	exitConflict
	exitNotReached
)

// usageError is a mistake in the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// notFoundError is something missing that no single answer of the server says.
type notFoundError struct{ error }

func (e notFoundError) Unwrap() error { return e.error }

// exitCode classes an error.
func exitCode(err error) int {
	var wrong usageError
	var missing notFoundError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &wrong):
		return exitUsage
	case errors.As(err, &missing):
		return exitNotFound
	}
	switch client.Details(err).Code {
	case codes.InvalidArgument, codes.OutOfRange:
		return exitUsage
	case codes.NotFound:
		return exitNotFound
	case codes.PermissionDenied, codes.Unauthenticated:
		return exitNotAllowed
	case codes.Aborted, codes.AlreadyExists, codes.FailedPrecondition:
		return exitConflict
	case codes.Unavailable, codes.DeadlineExceeded:
		return exitNotReached
	}
	return exitFailed
}

// prefix is what stands before the server's words in an error: what was being done.
func prefix(err error) string {
	var inner interface {
		error
		GRPCStatus() *status.Status
	}
	if !errors.As(err, &inner) {
		return ""
	}
	before, _, _ := strings.Cut(err.Error(), inner.Error())
	return before
}

// printError says what went wrong, and of the server's errors each field and what helps.
func (a *app) printError(w io.Writer, styles fang.Styles, err error) {
	d := client.Details(err)
	lines := []string{err.Error()}
	switch {
	case d.Reason != "":
		lines = []string{prefix(err) + d.Message}
		if len(d.Violations) > 1 {
			for _, v := range d.Violations {
				lines = append(lines, v.Field+": "+v.Description)
			}
		}
		if head := d.Metadata["head"]; head != "" {
			lines = append(lines, "commit on the newest revision; parley plan diff shows what it changed: "+show.RevisionID(head))
		}
		if d.Code == codes.Unauthenticated && a.tokenFrom != "" {
			lines = append(lines, "the token is from "+a.tokenFrom)
		}
		lines = append(lines, "reason: "+d.Reason)
	case d.Code == codes.Unavailable || d.Code == codes.DeadlineExceeded:
		lines = []string{"no answer from a parley server at " + a.server, "start one with parleyd, or name another with --server"}
		if a.encrypted() { // then the reason may well be a certificate
			lines = []string{lines[0], status.Convert(err).Message()}
		}
	}
	title := styles.ErrorHeader.UnsetMargins().UnsetPadding().UnsetString().Render("error:")
	_, _ = fmt.Fprintln(w, title, strings.Join(lines, "\n  "))
}

// Command peers measures parley side by side with what people would use instead: on one machine, in one run, by turns. It prints a
// table, and writes the same as JSON. `make bench-peers` builds and runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime/debug"
	"time"
)

// options are what the command line says.
type options struct {
	rounds int
	lasts  time.Duration
	jobs   *regexp.Regexp
	sizes  *regexp.Regexp
	json   string
	bin    string
	cases  string
	dir    string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case len(os.Args) == 3 && os.Args[1] == "serve-empty":
		err = serveEmpty(os.Args[2])
	case len(os.Args) >= 2 && os.Args[1] == "growth":
		err = growth(ctx, os.Args[2:])
	case len(os.Args) == 4 && os.Args[1] == "serve-file":
		err = serveFile(os.Args[2], os.Args[3])
	default:
		err = measure(ctx, os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	o, jobs, sizes := options{}, "", ""
	fs := flag.NewFlagSet("peers", flag.ContinueOnError)
	fs.IntVar(&o.rounds, "rounds", 5, "how often each side has its turn")
	fs.DurationVar(&o.lasts, "for", time.Second, "how long a turn lasts")
	fs.StringVar(&jobs, "jobs", ".", "regular expression of the jobs to do")
	fs.StringVar(&sizes, "sizes", ".", "regular expression of the sizes to do them in, as the table names them")
	fs.StringVar(&o.json, "json", "", "`file` to write the figures to")
	fs.StringVar(&o.bin, "bin", "bin", "`directory` with parleyd and etcd")
	fs.StringVar(&o.cases, "cases", "", "`directory` with code-civil and un-votes; jobs that need them are left out without")
	fs.StringVar(&o.dir, "dir", os.TempDir(), "`directory` for all data: what is measured depends on its disk")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	var wrong [2]error
	o.jobs, wrong[0] = regexp.Compile(jobs)
	o.sizes, wrong[1] = regexp.Compile(sizes)
	return o, errors.Join(wrong[:]...)
}

// jobs lists what is measured. Each makes its contests when its turn comes, in a world of its own.
var jobs = []struct {
	name string
	make func(context.Context, *world) ([]*contest, error)
}{
	{"commit", commits},
	{"read", reads},
	{"rest", restReads},
	{"law", laws},
	{"watch", watches},
	{"votes", votes},
}

// clientPercent is how much memory the clients may take beyond what is in use, in percent, so that collecting what little they use,
// on the cores of the servers, is not what is measured.
const clientPercent = 1000

func measure(ctx context.Context, args []string) error {
	debug.SetGCPercent(clientPercent)
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	r := newReport(o)
	for _, job := range jobs {
		if !o.jobs.MatchString(job.name) {
			continue
		}
		if err := hold(ctx, o, r, job.make); err != nil {
			return fmt.Errorf("%s: %w", job.name, err)
		}
	}
	return r.finish(os.Stdout, o.json)
}

// hold has the contests of one job, in a world that ends with them.
func hold(ctx context.Context, o options, r *report, make func(context.Context, *world) ([]*contest, error)) (err error) {
	w, err := newWorld(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.end()) }()
	contests, err := make(ctx, w)
	if err != nil {
		return err
	}
	for _, note := range w.missing {
		r.note(note)
	}
	for _, a := range w.amounts {
		r.addAmounts(os.Stdout, a)
	}
	for _, c := range contests {
		if !o.sizes.MatchString(c.size) {
			continue
		}
		if err := c.hold(ctx, o.rounds); err != nil {
			return fmt.Errorf("%s: %w", c.size, err)
		}
		r.add(os.Stdout, c)
	}
	return nil
}

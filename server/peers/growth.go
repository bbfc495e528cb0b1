package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// growthOptions are what the command line says of how cost grows.
type growthOptions struct {
	options
	svg   string
	most  int
	calls int
}

// curve is how the cost of some calls grows with one size.
type curve struct {
	Over  string   `json:"over"` // what there is more and more of
	Steps []*step  `json:"steps"`
	Calls []string `json:"calls"`
	grown func(ctx context.Context, w *world, size int) ([]*draft, error)
}

// step is one size, with the times of calls there in microseconds: medians, and, by call, all.
type step struct {
	Size    int                `json:"size"`
	Medians map[string]float64 `json:"p50_us"`

	drafts []*draft
	times  map[string][]float64
}

// What is measured of each step.
const (
	readCall   = "GetRevision"
	pageCall   = "ListPoints, 28"
	commitCall = "CommitRevision"
)

// limit is how much dearer a call may be at the last step of a curve than at its first.
type limit struct {
	Over  string  `json:"over"`
	Call  string  `json:"call"`
	Ratio float64 `json:"ratio"`
	Most  float64 `json:"most"`
}

// growth measures how the cost of reading and committing grows with what is on record.
func growth(ctx context.Context, args []string) error {
	o := growthOptions{}
	fs := flag.NewFlagSet("peers growth", flag.ContinueOnError)
	fs.StringVar(&o.json, "json", "", "`file` to write the figures to")
	fs.StringVar(&o.svg, "svg", "", "`directory` to write pictures to")
	fs.IntVar(&o.most, "most", 100_000, "the greatest `number` of revisions, points or negotiations")
	fs.IntVar(&o.calls, "calls", 200, "how often each call is made at each size")
	fs.StringVar(&o.bin, "bin", "bin", "`directory` with parleyd")
	fs.StringVar(&o.dir, "dir", os.TempDir(), "`directory` for all data: what is measured depends on its disk")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	curves := []*curve{
		{Over: "revisions", Calls: []string{readCall, commitCall}, Steps: o.steps(10, 100, 1000, 10_000, 100_000), grown: o.byRevisions},
		{Over: "points", Calls: []string{readCall, pageCall, commitCall}, Steps: o.steps(28, 1000, 20_000), grown: byPoints},
		{Over: "negotiations", Calls: []string{readCall, commitCall}, Steps: o.steps(1, 100, 10_000), grown: byNegotiations},
	}
	for _, c := range curves {
		if err := c.measure(ctx, o); err != nil {
			return fmt.Errorf("%s: %w", c.Over, err)
		}
		c.print(os.Stdout)
	}
	limits := curves[0].limits(os.Stdout)
	if o.svg != "" {
		for _, c := range curves {
			if err := c.draw(filepath.Join(o.svg, "growth-"+c.Over+".svg")); err != nil {
				return err
			}
		}
	}
	return o.write(curves, limits)
}

// steps are those sizes that are not too large.
func (o growthOptions) steps(sizes ...int) (out []*step) {
	for _, size := range sizes {
		if size <= o.most {
			out = append(out, &step{Size: size, Medians: map[string]float64{}, times: map[string][]float64{}})
		}
	}
	return out
}

// measure makes what there is to be at each step, on a server of its own, and then has each call made at each by turns, so that
// what else the machine does falls on all alike.
func (c *curve) measure(ctx context.Context, o growthOptions) (err error) {
	for _, s := range c.Steps {
		w, failed := newWorld(o.options)
		if failed != nil {
			return failed
		}
		defer func() { err = errors.Join(err, w.end()) }()
		if s.drafts, err = c.grown(ctx, w, s.Size); err != nil {
			return fmt.Errorf("%d: %w", s.Size, err)
		}
	}
	for n := range o.calls + o.calls/10 {
		for _, call := range c.Calls {
			for i := range c.Steps {
				s := c.Steps[(n+i)%len(c.Steps)] // Each is the first as often: that call finds the caches of the processor full of others'.
				took, err := s.time(ctx, call)
				if err != nil {
					return fmt.Errorf("%d: %s: %w", s.Size, call, err)
				}
				if n >= o.calls/10 { // The first do not count.
					s.times[call] = append(s.times[call], took)
				}
			}
		}
	}
	for _, s := range c.Steps {
		for call, times := range s.times {
			s.Medians[call] = median(times)
		}
	}
	return nil
}

// time makes a call on one of the plans, and tells how many microseconds it took.
func (s *step) time(ctx context.Context, call string) (float64, error) {
	d := s.drafts[rand.IntN(len(s.drafts))]
	began := time.Now()
	var err error
	switch call {
	case readCall:
		_, err = d.c.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: d.head})
	case pageCall:
		_, err = d.c.Plans.ListPoints(ctx, &parleyv1.ListPointsRequest{Parent: d.head, PageSize: points})
	case commitCall:
		err = d.commit(ctx)
	}
	return micros(time.Since(began)), err
}

// byRevisions makes plans of a number of revisions: one, or several where the commits that are timed would make a short one
// much longer.
func (o growthOptions) byRevisions(ctx context.Context, w *world, size int) ([]*draft, error) {
	on, err := begun(w)
	if err != nil {
		return nil, err
	}
	drafts, err := draftsFor(ctx, on, max(1, 5*o.calls/size), 1, "revisions-")
	if err != nil {
		return nil, err
	}
	var all errgroup.Group
	for _, d := range drafts {
		all.Go(func() error {
			for d.revisions < size {
				if err := d.commit(ctx); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return drafts, all.Wait()
}

// byPoints makes a plan of a number of points.
func byPoints(ctx context.Context, w *world, size int) ([]*draft, error) {
	on, err := begun(w)
	if err != nil {
		return nil, err
	}
	if err := makeNegotiation(ctx, on[0], "points"); err != nil {
		return nil, err
	}
	d := &draft{c: on[0], points: size}
	return []*draft{d}, d.begin(ctx, "negotiations/points", "p")
}

// byNegotiations makes a number of negotiations with a plan each.
func byNegotiations(ctx context.Context, w *world, size int) ([]*draft, error) {
	on, err := begun(w)
	if err != nil {
		return nil, err
	}
	return draftsFor(ctx, on, size, size, "n")
}

// begun starts a server with one client.
func begun(w *world) ([]*client.Client, error) {
	p, err := w.parley()
	if err != nil {
		return nil, err
	}
	return p.dial(w, 1)
}

// print writes the medians as a table.
func (c *curve) print(out io.Writer) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "\n", c.Over, "\t")
	for _, call := range c.Calls {
		fmt.Fprint(table, call, "\t")
	}
	fmt.Fprintln(table)
	for _, s := range c.Steps {
		fmt.Fprint(table, s.Size, "\t")
		for _, call := range c.Calls {
			fmt.Fprint(table, span(time.Duration(s.Medians[call]*float64(time.Microsecond))), "\t")
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush()
}

// limits compares the last step with the first, and says whether that is as it is to be: a long history must not make what is
// newest dear.
func (c *curve) limits(out io.Writer) (list []limit) {
	first, last := c.Steps[0], c.Steps[len(c.Steps)-1]
	fmt.Fprintln(out)
	for _, l := range []limit{{Call: readCall, Most: 1.1}, {Call: commitCall, Most: 1.2}} {
		l.Over, l.Ratio = c.Over, last.Medians[l.Call]/first.Medians[l.Call]
		sign := "≤"
		if l.Ratio > l.Most {
			sign = "missed: >"
		}
		fmt.Fprintf(out, "%s with %d %s takes %s × what it takes with %d (%s %s)\n", l.Call, last.Size, c.Over, number(l.Ratio), first.Size, sign, number(l.Most))
		list = append(list, l)
	}
	return list
}

// write writes the figures to a file if it has a name.
func (o growthOptions) write(curves []*curve, limits []limit) error {
	return writeJSON(o.json, struct {
		Time   time.Time `json:"time"`
		Cores  int       `json:"cores"`
		Each   int       `json:"calls"`
		Curves []*curve  `json:"curves"`
		Limits []limit   `json:"limits"`
	}{time.Now().UTC().Truncate(time.Second), runtime.NumCPU(), o.calls, curves, limits})
}

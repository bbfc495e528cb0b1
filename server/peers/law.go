package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/cases"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// laws are about the French Civil Code with its revisions, which parley, git and PostgreSQL store first.
func laws(ctx context.Context, w *world) ([]*contest, error) {
	dir, ok := w.caseOf("code-civil")
	if !ok {
		return nil, nil
	}
	l, err := readLaw(dir)
	if err != nil {
		return nil, err
	}
	p, err := w.parley()
	if err != nil {
		return nil, err
	}
	on, err := p.dial(w, 1)
	if err != nil {
		return nil, err
	}
	d, g := &draft{c: on[0]}, git{filepath.Join(w.dir, "law")}
	if err := l.store(ctx, w, p, d, g); err != nil {
		return nil, err
	}
	commits, err := g.commits(ctx)
	if err != nil {
		return nil, err
	}
	last := len(l.revisions) - 1
	if len(commits) != last+1 {
		return nil, fmt.Errorf("git has %d commits of %d revisions", len(commits), last+1)
	}
	// The last revision that changed more than a handful of articles is the one before the last.
	near, err := w.lawDiffs(ctx, d, g, commits, last-2, last-1)
	if err != nil {
		return nil, err
	}
	near.size, near.sides[0].goals["git diff"], near.sides[2].goals["git diff"] = "neighbours", 30, 100
	far, err := w.lawDiffs(ctx, d, g, commits, 0, last)
	if err != nil {
		return nil, err
	}
	far.size, far.sides[0].goals["git diff"], far.sides[2].goals["git diff"] = "first to last", 10, 10
	history, err := w.lawHistory(ctx, l, d, g)
	return []*contest{near, far, w.lawBlame(l, d, g), history}, err
}

// law is a law with its revisions, and what each does to the points of a plan.
type law struct {
	revisions []cases.LawRevision
	changes   [][]*parleyv1.PointChange
	busiest   *parleyv1.Point // the live point that most revisions changed, as it was last
}

func readLaw(dir string) (*law, error) {
	revisions, err := cases.ReadLaw(dir)
	if err != nil {
		return nil, err
	}
	if len(revisions) < 3 {
		return nil, fmt.Errorf("%s: only %d revisions", dir, len(revisions))
	}
	l, r := &law{revisions: revisions}, &cases.Replay{}
	for _, revision := range revisions {
		changes, err := r.Changes(revision)
		if err != nil {
			return nil, err
		}
		l.changes = append(l.changes, changes)
	}
	l.findBusiest()
	return l, nil
}

func (l *law) findBusiest() {
	live, times := map[string]*parleyv1.Point{}, map[string]int{}
	for _, changes := range l.changes {
		for _, c := range changes {
			delete(live, c.GetStrike().GetPoint())
			for _, p := range []*parleyv1.Point{c.GetAdd().GetPoint(), c.GetEdit().GetPoint()} {
				if p != nil {
					live[p.GetId()] = p
					times[p.GetId()]++
				}
			}
		}
	}
	for id, p := range live {
		if n, most := times[id], times[l.busiest.GetId()]; n > most || n == most && id < l.busiest.GetId() {
			l.busiest = p
		}
	}
}

// lawDiffs has two revisions compared, which are given by how many there are before them.
func (w *world) lawDiffs(ctx context.Context, d *draft, g git, commits []string, from, to int) (*contest, error) {
	base, revision := d.revision(from), d.revision(to)
	old, new, err := texts(ctx, d.c, base, revision)
	if err != nil {
		return nil, err
	}
	// Both sides of ours must give the same answer, or their comparison says nothing.
	rows, summary := redline.Diff(old, new)
	points, theirs, err := diff(ctx, d.c, base, revision)
	if err != nil {
		return nil, err
	}
	if points != len(rows) || !proto.Equal(theirs, summary) {
		return nil, fmt.Errorf("%s to %s: the server says %v, the function %v", base, revision, theirs, summary)
	}
	n, bases := 0, []string{base, d.revision(other(from))}
	return &contest{job: "diff of the Civil Code", sides: []*side{
		{name: "DiffRevisions", goals: map[string]float64{}, turn: loop(1, w.lasts, func(ctx context.Context, _ int) error {
			_, _, err := diff(ctx, d.c, base, revision)
			return err
		})},
		{name: "not remembered", turn: loop(1, w.lasts, func(ctx context.Context, _ int) error {
			n++
			_, _, err := diff(ctx, d.c, bases[n%len(bases)], revision)
			return err
		})},
		{name: "diff function", goals: map[string]float64{}, turn: loop(1, w.lasts, func(context.Context, int) error {
			redline.Diff(old, new)
			return nil
		})},
		w.copying("copy of both texts", slices.Concat(words(old), words(new))),
		w.reading("git diff", g, "diff", "--word-diff", commits[from], commits[to]),
		w.reading("git process", g, "--version"),
	}}, nil
}

// words gives the bytes that a reader of points would have to read.
func words(points []*parleyv1.Point) (all []byte) {
	for _, p := range points {
		all = append(append(all, p.GetHeading()...), p.GetText()...)
	}
	return all
}

// other is a revision beside another: a text remembers only what it was compared with last.
func other(revision int) int {
	if revision == 0 {
		return 1
	}
	return revision - 1
}

// diff fetches all pages of what happened between two revisions, and tells to how many points something did.
func diff(ctx context.Context, c *client.Client, base, revision string) (points int, summary *parleyv1.DiffSummary, err error) {
	for req := (&parleyv1.DiffRevisionsRequest{Base: base, Revision: revision}); ; {
		page, err := c.Plans.DiffRevisions(ctx, req)
		if err != nil {
			return 0, nil, err
		}
		points += len(page.GetPoints())
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return points, page.GetSummary(), nil
		}
	}
}

// texts fetches the points of two revisions. Those that did not change are the same in both, as they are in the server.
func texts(ctx context.Context, c *client.Client, base, revision string) (old, new []*parleyv1.Point, err error) {
	b, err := c.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: base})
	if err != nil {
		return nil, nil, err
	}
	r, err := c.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: revision})
	if err != nil {
		return nil, nil, err
	}
	was := map[string]*parleyv1.Point{}
	for _, p := range b.GetPoints() {
		was[p.GetId()] = p
	}
	for i, p := range r.GetPoints() {
		if q := was[p.GetId()]; q != nil && proto.Equal(q, p) {
			r.Points[i] = q
		}
	}
	return b.GetPoints(), r.GetPoints(), nil
}

// lawBlame asks which revision every word of an article is from; git says it of every line.
func (w *world) lawBlame(l *law, d *draft, g git) *contest {
	name := d.head + "/points/" + l.busiest.GetId()
	return &contest{job: "blame in the Civil Code", size: "its most revised article", sides: []*side{
		{name: "BlamePoint", goals: map[string]float64{"git blame": 20}, turn: loop(1, w.lasts, func(ctx context.Context, _ int) error {
			_, err := d.c.Analysis.BlamePoint(ctx, &parleyv1.BlamePointRequest{Name: name})
			return err
		})},
		w.reading("git blame", g, "blame", "HEAD", "--", path(l.busiest)),
		w.reading("git process", g, "--version"),
	}}
}

// lawHistory asks which revisions changed an article, and for its text in each; git is asked for the commits only.
func (w *world) lawHistory(ctx context.Context, l *law, d *draft, g git) (*contest, error) {
	req := &parleyv1.ListPointHistoryRequest{Parent: d.plan, Point: l.busiest.GetId()}
	history, err := d.c.Plans.ListPointHistory(ctx, req)
	if err != nil {
		return nil, err
	}
	commits, err := g.commits(ctx, path(l.busiest))
	if err != nil {
		return nil, err
	}
	if len(commits) != len(history.GetVersions()) {
		return nil, fmt.Errorf("%s: %d versions, but git has %d", path(l.busiest), len(history.GetVersions()), len(commits))
	}
	return &contest{job: "history in the Civil Code", size: "its most revised article", sides: []*side{
		{name: "ListPointHistory", goals: map[string]float64{"git log": 20}, turn: loop(1, w.lasts, func(ctx context.Context, _ int) error {
			_, err := d.c.Plans.ListPointHistory(ctx, req)
			return err
		})},
		w.reading("git log", g, "log", "--format=%H", "--", path(l.busiest)),
		w.reading("git process", g, "--version"),
	}}, nil
}

// reading runs git for what it prints, a process each time, as everybody must who asks it something.
func (w *world) reading(name string, g git, args ...string) *side {
	return &side{name: name, turn: loop(1, w.lasts, func(ctx context.Context, _ int) error { return g.read(ctx, args...) })}
}

// store has parley, git and PostgreSQL store the law one after the other, and notes how long that took and how much disk it takes.
func (l *law) store(ctx context.Context, w *world, p *parley, d *draft, g git) error {
	job := fmt.Sprintf("store the Civil Code, %d revisions", len(l.revisions))
	disk, took := &amounts{job: job, what: "bytes on disk", print: size}, &amounts{job: job, what: "time", print: seconds}
	note := func(name string, mostTimes float64, store func() error, takes func() (int64, error)) error {
		began := time.Now()
		if err := store(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		took.add(name, time.Since(began).Seconds(), 0)
		n, err := takes()
		disk.add(name, float64(n), mostTimes)
		return err
	}
	if err := note("parley", 0, func() error { return l.commit(ctx, d) }, func() (int64, error) { return allocated(p.data) }); err != nil {
		return err
	}
	used, err := pagesInUse(filepath.Join(p.data, "parley.db"), filepath.Join(w.dir, "copy.db"))
	if err != nil {
		return err
	}
	disk.add("parley's pages in use", float64(used), 0)
	if err := note("git", 2, func() error { return l.fastImport(ctx, g) }, func() (int64, error) { return allocated(filepath.Join(g.dir, ".git")) }); err != nil {
		return err
	}
	pool, err := w.postgres(ctx, 1)
	if err != nil {
		return err
	}
	if pool != nil {
		if err := makeLawTables(ctx, pool); err != nil {
			return err
		}
		if err := note("PostgreSQL", 0.5, func() error { return l.insert(ctx, pool) }, func() (int64, error) { return lawTables(ctx, pool) }); err != nil {
			return err
		}
	}
	w.amounts = append(w.amounts, disk, took)
	return nil
}

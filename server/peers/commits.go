package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"
)

// commits are durable: all but the empty RPC answer when what they were given is on disk.
func commits(ctx context.Context, w *world) ([]*contest, error) {
	p, err := w.parley()
	if err != nil {
		return nil, err
	}
	others, err := w.commitPeers(ctx)
	if err != nil {
		return nil, err
	}
	var out []*contest
	for _, negotiations := range []int{1, 64} {
		for _, clients := range []int{1, 16, 64, 256} {
			if clients == 1 && negotiations > 1 {
				continue
			}
			on, err := p.dial(w, clients)
			if err != nil {
				return nil, err
			}
			drafts, err := draftsFor(ctx, on, clients, negotiations, fmt.Sprintf("n%d-%d-", negotiations, clients))
			if err != nil {
				return nil, err
			}
			ours := &side{name: "CommitRevision", goals: map[string]float64{"etcd put": 2}, turn: loop(clients, w.lasts, func(ctx context.Context, i int) error { return drafts[i].commit(ctx) })}
			switch clients {
			case 1:
				ours.goals["bbolt committer"] = 0.8
			case 256:
				ours.goals["empty RPC"] = 0.5
			}
			c := &contest{job: "durable commit of a revision", size: fmt.Sprintf("%d clients, %d negotiations", clients, negotiations), sides: []*side{ours}}
			for _, other := range others {
				if s, err := other(clients); err != nil {
					return nil, err
				} else if s != nil {
					c.sides = append(c.sides, s)
				}
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// rival makes the side of a peer for a number of clients; nil if it does not take part with so many.
type rival func(clients int) (*side, error)

// commitPeers starts what commits are compared with. They write what one of our requests is on the wire.
func (w *world) commitPeers(ctx context.Context) (out []rival, err error) {
	d := &draft{plan: "negotiations/n/plans/p", head: "negotiations/n/plans/p/revisions/r1", points: points, revisions: 1}
	value, err := proto.Marshal(d.request())
	if err != nil {
		return nil, err
	}
	addr, ok, err := w.etcd()
	if err != nil {
		return nil, err
	}
	if ok {
		out = append(out, func(clients int) (*side, error) { return w.etcdPuts(addr, clients, value) })
	}
	pool, err := w.postgres(ctx, 256)
	if err != nil {
		return nil, err
	}
	if pool != nil {
		if err := makeTables(ctx, pool); err != nil {
			return nil, err
		}
		out = append(out, func(clients int) (*side, error) { return w.inserts(pool, clients, value), nil })
	}
	db, err := newCommitter(filepath.Join(w.dir, "raw.db"))
	if err != nil {
		return nil, err
	}
	w.closers = append(w.closers, db)
	return append(out,
		func(clients int) (*side, error) {
			return &side{name: "bbolt committer", turn: loop(clients, w.lasts, func(ctx context.Context, _ int) error { return db.put(ctx, value) })}, nil
		},
		func(clients int) (*side, error) { return w.appends(clients, value) },
		func(clients int) (*side, error) { return w.gitCommits(ctx, clients) },
		func(clients int) (*side, error) { return w.emptyCalls(clients) },
	), nil
}

func (w *world) etcdPuts(addr string, clients int, value []byte) (*side, error) {
	on, err := w.dialEtcd(addr, clients)
	if err != nil {
		return nil, err
	}
	var n atomic.Int64
	return &side{name: "etcd put", turn: loop(clients, w.lasts, func(ctx context.Context, i int) error {
		_, err := on[i%len(on)].Put(ctx, "negotiations/n/plans/p/revisions/r"+strconv.FormatInt(n.Add(1), 10), string(value))
		return err
	})}, nil
}

// makeTables makes a table of revisions and one of the points that changed in them.
func makeTables(ctx context.Context, pool *pgxpool.Pool) error {
	_, err := pool.Exec(ctx, `
		create table revisions (id bigserial primary key, plan text not null, parent bigint, made timestamptz not null default now(), request bytea not null);
		create table points (revision bigint references revisions, id text, heading text, text text, primary key (revision, id));
		create index on revisions (plan, id)`)
	return err
}

// inserts adds a row of a revision and one of the point that changed, in one statement, which is one transaction and one round trip.
func (w *world) inserts(pool *pgxpool.Pool, clients int, value []byte) *side {
	return &side{name: "PostgreSQL insert", turn: loop(clients, w.lasts, func(ctx context.Context, i int) error {
		_, err := pool.Exec(ctx, `
			with r as (insert into revisions (plan, request) values ($1, $2) returning id)
			insert into points select id, 'p1', 'Armed forces', $3 from r`, "negotiations/n/plans/p"+strconv.Itoa(i), value, point(1, 1).GetText())
		return err
	})}
}

// gitCommits has one client commit to a repository of a file for each point; git takes no more at a time.
func (w *world) gitCommits(ctx context.Context, clients int) (*side, error) {
	if clients > 1 {
		return nil, nil
	}
	repo := filepath.Join(w.dir, "repository")
	g := git{repo}
	if err := g.begin(ctx); err != nil {
		return nil, err
	}
	for i := range points {
		if err := os.WriteFile(filepath.Join(repo, fmt.Sprintf("p%d", i)), []byte(point(i, 0).GetText()+"\n"), 0o644); err != nil {
			return nil, err
		}
	}
	if err := g.run(ctx, "add", "."); err != nil {
		return nil, err
	}
	n := 0
	return &side{name: "git commit", turn: loop(1, w.lasts, func(ctx context.Context, _ int) error {
		n++
		if err := os.WriteFile(filepath.Join(repo, fmt.Sprintf("p%d", n%points)), []byte(point(n%points, n).GetText()+"\n"), 0o644); err != nil {
			return err
		}
		return g.run(ctx, "-c", "core.fsync=committed", "commit", "-q", "-a", "-m", "r"+strconv.Itoa(n))
	})}, nil
}

// git runs git in a repository.
type git struct{ dir string }

// begin makes the repository, without the sample hooks, which would count as what it stores.
func (g git) begin(ctx context.Context) error {
	if err := os.MkdirAll(g.dir, 0o755); err != nil {
		return err
	}
	if err := g.run(ctx, "init", "-q", "--template="); err != nil {
		return err
	}
	if err := g.run(ctx, "config", "user.email", "peers@example.org"); err != nil {
		return err
	}
	return g.run(ctx, "config", "user.name", "Peers")
}

func (g git) run(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = g.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %v: %w: %s", args, err, out)
	}
	return nil
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	bolt "go.etcd.io/bbolt"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// commit makes a plan and commits the revisions to it, one after the other.
func (l *law) commit(ctx context.Context, d *draft) error {
	if err := makeNegotiation(ctx, d.c, "law"); err != nil {
		return err
	}
	if err := d.makePlan(ctx, "negotiations/law", "draft"); err != nil {
		return err
	}
	for i, changes := range l.changes {
		req := &parleyv1.CommitRevisionRequest{
			Revision: &parleyv1.Revision{Note: l.revisions[i].Source},
			Body:     &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: changes}},
		}
		if d.head != "" {
			req.Revision.Parents = []*parleyv1.Revision_Parent{{Revision: d.head}}
		}
		if err := d.send(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

// revision names the revision that has so many before it.
func (d *draft) revision(before int) string { return fmt.Sprintf("%s/revisions/r%d", d.plan, before+1) }

// fastImport makes a repository with a file for each article, and packs it as tightly as git can.
func (l *law) fastImport(ctx context.Context, g git) error {
	if err := g.begin(ctx); err != nil {
		return err
	}
	var in bytes.Buffer
	for i, r := range l.revisions {
		fmt.Fprintf(&in, "commit refs/heads/law\ncommitter Peers <peers@example.org> %d +0000\ndata %d\n%s\n", 60*(i+1), len(r.Source), r.Source)
		for _, c := range r.Changes {
			if name := c.Section + "/" + c.ID; c.Op == "delete" {
				fmt.Fprintf(&in, "D %s\n", name)
			} else {
				fmt.Fprintf(&in, "M 100644 inline %s\ndata %d\n%s\n", name, len(c.Text), c.Text)
			}
		}
	}
	cmd := exec.CommandContext(ctx, "git", "fast-import", "--quiet")
	cmd.Dir, cmd.Stdin = g.dir, &in
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git fast-import: %w: %s", err, out)
	}
	if err := g.run(ctx, "symbolic-ref", "HEAD", "refs/heads/law"); err != nil {
		return err
	}
	return g.run(ctx, "gc", "--aggressive", "-q")
}

// path is where git has the article of a point, whose note says where it stands in the law.
func path(p *parleyv1.Point) string { return strings.Replace(p.GetNote(), "|", "/", 1) }

// commits gives the ids of the commits that changed files, or of all for no files, oldest first.
func (g git) commits(ctx context.Context, files ...string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"rev-list", "--reverse", "HEAD", "--"}, files...)...)
	cmd.Dir = g.dir
	out, err := cmd.Output()
	return strings.Fields(string(out)), err
}

// read runs git and reads all it prints. To print nothing is an error: what is asked here has an answer.
func (g git) read(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = g.dir
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, out)
	if err := errors.Join(err, cmd.Wait()); err != nil {
		return fmt.Errorf("git %v: %w", args, err)
	}
	if n == 0 {
		return fmt.Errorf("git %v printed nothing", args)
	}
	return nil
}

// makeLawTables makes a table of revisions and one of what they did to articles, with all that parley is told of them.
func makeLawTables(ctx context.Context, pool *pgxpool.Pool) error {
	_, err := pool.Exec(ctx, `
		create table law_revisions (id int primary key, parent int references law_revisions, made timestamptz not null default now(), note text not null);
		create table law_articles (revision int references law_revisions, id text, op text not null, label text, text text, note text, primary key (id, revision))`)
	return err
}

// insert adds a row a revision and one a changed article, each revision in a transaction and a round trip of its own.
func (l *law) insert(ctx context.Context, pool *pgxpool.Pool) error {
	for i, changes := range l.changes {
		batch := &pgx.Batch{} // without a transaction in it, a batch is one
		batch.Queue(`insert into law_revisions (id, parent, note) values ($1, nullif($1 - 1, 0), $2)`, i+1, l.revisions[i].Source)
		for _, c := range changes {
			const insert = `insert into law_articles (revision, id, op, label, text, note) values ($1, $2, $3, $4, $5, $6)`
			switch p, q := c.GetAdd().GetPoint(), c.GetEdit().GetPoint(); {
			case p != nil:
				batch.Queue(insert, i+1, p.GetId(), "add", p.GetLabel(), p.GetText(), p.GetNote())
			case q != nil:
				batch.Queue(insert, i+1, q.GetId(), "edit", q.GetLabel(), q.GetText(), q.GetNote())
			default:
				batch.Queue(insert, i+1, c.GetStrike().GetPoint(), "strike", nil, nil, nil)
			}
		}
		if err := pool.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
	}
	return nil
}

// lawTables tells how much disk the tables take with their indexes; what the write-ahead log takes is not counted.
func lawTables(ctx context.Context, pool *pgxpool.Pool) (n int64, err error) {
	err = pool.QueryRow(ctx, `select pg_total_relation_size('law_revisions') + pg_total_relation_size('law_articles')`).Scan(&n)
	return n, err
}

// allocated tells how much disk a directory takes, as du does.
func allocated(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		n += info.Sys().(*syscall.Stat_t).Blocks * 512
		return nil
	})
	return n, err
}

// pagesInUse tells how many bytes of a bbolt file hold something. It looks into a copy, for the server has locked the file.
func pagesInUse(file, duplicate string) (n int64, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(duplicate, data, 0o600); err != nil {
		return 0, err
	}
	db, err := bolt.Open(duplicate, 0o600, &bolt.Options{NoFreelistSync: true})
	if err != nil {
		return 0, err
	}
	err = db.View(func(tx *bolt.Tx) error {
		n = tx.Size() - int64(db.Stats().FreePageN*db.Info().PageSize)
		return nil
	})
	return n, errors.Join(err, db.Close())
}

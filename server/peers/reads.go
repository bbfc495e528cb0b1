package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// manyClients are the numbers of clients that read.
var manyClients = []int{1, 16, 64, 256}

// reads are of a revision of 28 points over gRPC.
func reads(ctx context.Context, w *world) ([]*contest, error) {
	p, name, value, err := w.sample(ctx)
	if err != nil {
		return nil, err
	}
	addr, ok, err := w.etcd()
	if err != nil {
		return nil, err
	}
	pool, err := w.postgres(ctx, 256)
	if err != nil {
		return nil, err
	}
	if pool != nil {
		if err := keepRows(ctx, pool); err != nil {
			return nil, err
		}
	}
	var out []*contest
	for _, clients := range manyClients {
		on, err := p.dial(w, clients)
		if err != nil {
			return nil, err
		}
		c := &contest{job: "read of a revision", size: fmt.Sprintf("%d clients, gRPC", clients), sides: []*side{{
			name: "GetRevision", goals: map[string]float64{"etcd get": 2, "empty RPC": 0.6},
			turn: loop(clients, w.lasts, func(ctx context.Context, i int) error {
				_, err := on[i%len(on)].Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: name})
				return err
			}),
		}}}
		if ok {
			s, err := w.etcdGets(ctx, addr, clients, value)
			if err != nil {
				return nil, err
			}
			c.sides = append(c.sides, s)
		}
		if pool != nil {
			c.sides = append(c.sides, &side{name: "PostgreSQL select", turn: loop(clients, w.lasts, func(ctx context.Context, _ int) error { return selectRows(ctx, pool) })})
		}
		bytes, err := w.bytesCalls(clients, len(value))
		if err != nil {
			return nil, err
		}
		empty, err := w.emptyCalls(clients)
		if err != nil {
			return nil, err
		}
		c.sides = append(c.sides, bytes, empty)
		out = append(out, c)
	}
	return out, nil
}

// sample starts a server of ours with a revision, and gives the name of that and what it is on the wire.
func (w *world) sample(ctx context.Context) (p *parley, name string, value []byte, err error) {
	if p, err = w.parley(); err != nil {
		return nil, "", nil, err
	}
	on, err := p.dial(w, 1)
	if err != nil {
		return nil, "", nil, err
	}
	drafts, err := draftsFor(ctx, on, 1, 1, "read-")
	if err != nil {
		return nil, "", nil, err
	}
	r, err := on[0].Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: drafts[0].head})
	if err != nil {
		return nil, "", nil, err
	}
	value, err = proto.Marshal(r)
	return p, drafts[0].head, value, err
}

func (w *world) etcdGets(ctx context.Context, addr string, clients int, value []byte) (*side, error) {
	on, err := w.dialEtcd(addr, clients)
	if err != nil {
		return nil, err
	}
	if _, err := on[0].Put(ctx, "revision", string(value)); err != nil {
		return nil, err
	}
	return &side{name: "etcd get", turn: loop(clients, w.lasts, func(ctx context.Context, i int) error {
		_, err := on[i%len(on)].Get(ctx, "revision")
		return err
	})}, nil
}

// keepRows stores a revision as a row, and a row for each of its points.
func keepRows(ctx context.Context, pool *pgxpool.Pool) error {
	if err := makeTables(ctx, pool); err != nil {
		return err
	}
	if _, err := pool.Exec(ctx, `insert into revisions (plan, request) values ('p', '')`); err != nil {
		return err
	}
	for i := range points {
		if _, err := pool.Exec(ctx, `insert into points values (1, $1, 'Armed forces', $2)`, fmt.Sprintf("p%d", i), point(i, 0).GetText()); err != nil {
			return err
		}
	}
	return nil
}

// selectRows reads them.
func selectRows(ctx context.Context, pool *pgxpool.Pool) error {
	rows, err := pool.Query(ctx, `select r.plan, r.made, p.id, p.heading, p.text from revisions r join points p on p.revision = r.id where r.id = $1 order by p.id`, 1)
	if err != nil {
		return err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		if _, err := rows.Values(); err != nil {
			return err
		}
		n++
	}
	if n != points {
		return fmt.Errorf("%d rows", n)
	}
	return rows.Err()
}

// restReads are the same over REST.
func restReads(ctx context.Context, w *world) ([]*contest, error) {
	p, name, value, err := w.sample(ctx)
	if err != nil {
		return nil, err
	}
	url := "http://" + p.rest + "/v1/" + name
	data, err := fetch(http.DefaultClient, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(w.dir, "revision.json")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return nil, err
	}
	static, err := w.serve("serve-file", file)
	if err != nil {
		return nil, err
	}
	addr, ok, err := w.etcd()
	if err != nil {
		return nil, err
	}
	if ok {
		if _, err := w.etcdGets(ctx, addr, 1, value); err != nil {
			return nil, err
		}
	}
	var out []*contest
	for _, clients := range manyClients {
		c := &contest{job: "read of a revision", size: fmt.Sprintf("%d clients, REST", clients), sides: []*side{
			w.fetching("GET", clients, http.MethodGet, url, nil),
			w.fetching("net/http", clients, http.MethodGet, "http://"+static, nil),
		}}
		c.sides[0].goals = map[string]float64{"net/http": 0.5}
		if ok {
			body := []byte(`{"key": "` + base64.StdEncoding.EncodeToString([]byte("revision")) + `"}`)
			c.sides = append(c.sides, w.fetching("etcd range", clients, http.MethodPost, "http://"+addr+"/v3/kv/range", body))
		}
		out = append(out, c)
	}
	return out, nil
}

// fetching has clients fetch the same over HTTP, each on a connection of its own.
func (w *world) fetching(name string, clients int, method, url string, body []byte) *side {
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true}}
	return &side{name: name, turn: loop(clients, w.lasts, func(context.Context, int) error {
		_, err := fetch(c, method, url, body)
		return err
	})}
}

func fetch(c *http.Client, method, url string, body []byte) ([]byte, error) {
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, data)
	}
	return data, err
}

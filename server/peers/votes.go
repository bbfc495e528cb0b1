package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/cases"
)

const (
	votesJob    = "position matrix of the General Assembly"
	un          = "negotiations/un"
	rowsOfAPage = 100
)

// votes reads the matrix of all roll calls × all states, page by page and as a whole, after all votes were loaded once.
func votes(ctx context.Context, w *world) ([]*contest, error) {
	dir, ok := w.caseOf("un-votes")
	if !ok {
		return nil, nil
	}
	a, err := cases.ReadAssembly(dir)
	if err != nil {
		return nil, err
	}
	m := &matrices{assembly: a, votes: a.CountVotes()}
	if err := m.load(ctx, w); err != nil {
		return nil, err
	}
	onePage, all, err := m.answers(ctx)
	if err != nil {
		return nil, err
	}
	page := &contest{job: votesJob, size: fmt.Sprintf("page of %d × %d", rowsOfAPage, len(a.States)), sides: []*side{
		{name: "GetPositionMatrix", goals: map[string]float64{}, turn: loop(1, w.lasts, m.page)},
		w.copying("copy of the answer", onePage),
	}}
	whole := &contest{job: votesJob, size: fmt.Sprintf("all of %d × %d", len(a.Calls), len(a.States)), sides: []*side{
		{name: "StreamPositionMatrix", goals: map[string]float64{}, turn: loop(1, w.lasts, m.whole)},
		w.copying("copy of the answer", all),
	}}
	if m.pool != nil {
		page.sides = append(page.sides, &side{name: "PostgreSQL select", turn: loop(1, w.lasts, m.selectPage)})
		whole.sides = append(whole.sides, &side{name: "PostgreSQL select", turn: loop(1, w.lasts, m.selectAll)})
	}
	return []*contest{page, whole}, nil
}

// matrices are the votes as parley has them, and as PostgreSQL does.
type matrices struct {
	assembly *cases.Assembly
	votes    int
	c        *client.Client
	tokens   []string      // of the full pages of parley, in order
	pool     *pgxpool.Pool // nil if there is none

	read, selected int // how many pages were
}

// load brings the votes into both, and notes how long each took.
func (m *matrices) load(ctx context.Context, w *world) error {
	p, err := w.parley()
	if err != nil {
		return err
	}
	on, err := p.dial(w, 1)
	if err != nil {
		return err
	}
	m.c = on[0]
	if err := m.assembly.Convene(ctx, m.c, un); err != nil {
		return err
	}
	began := time.Now()
	if err := m.assembly.Vote(ctx, m.c, un); err != nil {
		return err
	}
	m.loaded(w, "BatchCreateStances", began)
	if err := m.findPages(ctx); err != nil {
		return err
	}
	if m.pool, err = w.postgres(ctx, 1); err != nil || m.pool == nil {
		return err
	}
	return m.copyIn(ctx, w)
}

func (m *matrices) loaded(w *world, side string, began time.Time) {
	if w.amounts == nil {
		w.amounts = []*amounts{{job: fmt.Sprintf("load %d votes", m.votes), what: "time", print: seconds}}
	}
	w.amounts[0].add(side, time.Since(began).Seconds(), 0)
}

func pageRequest(token string) *parleyv1.GetPositionMatrixRequest {
	return &parleyv1.GetPositionMatrixRequest{
		Revision: cases.AllCalls(un), View: parleyv1.PositionMatrix_VIEW_COMPACT, PageSize: rowsOfAPage, PageToken: token,
	}
}

func wholeRequest() *parleyv1.StreamPositionMatrixRequest {
	return &parleyv1.StreamPositionMatrixRequest{Revision: cases.AllCalls(un), View: parleyv1.PositionMatrix_VIEW_COMPACT}
}

// findPages goes through all pages once, so that a turn can take any of them. It leaves out the last, which is not full.
func (m *matrices) findPages(ctx context.Context) error {
	for token := ""; ; {
		page, err := m.c.Analysis.GetPositionMatrix(ctx, pageRequest(token))
		if err != nil {
			return err
		}
		if len(page.GetRows()) < rowsOfAPage {
			break
		}
		m.tokens = append(m.tokens, token)
		if token = page.GetNextPageToken(); token == "" {
			break
		}
	}
	if len(m.tokens) == 0 {
		return errors.New("there are too few roll calls for a page")
	}
	return nil
}

// answers gives the first page and the whole matrix as they are on the wire.
func (m *matrices) answers(ctx context.Context) (page, whole []byte, err error) {
	one, err := m.c.Analysis.GetPositionMatrix(ctx, pageRequest(m.tokens[0]))
	if err != nil {
		return nil, nil, err
	}
	all, err := m.c.Matrix(ctx, wholeRequest())
	if err != nil {
		return nil, nil, err
	}
	page, err = proto.Marshal(one)
	if err != nil {
		return nil, nil, err
	}
	whole, err = proto.Marshal(all)
	return page, whole, err
}

// copyIn makes a table of stances with what one has to keep of each, by COPY, which is the fastest that PostgreSQL offers.
func (m *matrices) copyIn(ctx context.Context, w *world) error {
	if _, err := m.pool.Exec(ctx, `
		create table stances (party int not null, point int not null, value smallint not null, said date not null, audience smallint not null,
			recorded timestamptz not null default now(), primary key (party, point));
		create index on stances (point)`); err != nil {
		return err
	}
	dates := make([]time.Time, len(m.assembly.Calls))
	for i, r := range m.assembly.Calls {
		var err error
		if dates[i], err = time.Parse(time.DateOnly, r.Date); err != nil {
			return err
		}
	}
	next, stop := iter.Pull(m.assembly.Votes())
	defer stop()
	began := time.Now()
	if _, err := m.pool.CopyFrom(ctx, pgx.Identifier{"stances"}, []string{"party", "point", "value", "said", "audience"}, pgx.CopyFromFunc(func() ([]any, error) {
		v, more := next()
		if !more {
			return nil, nil
		}
		return []any{int32(v.State), int32(v.Call), int16(v.Value), dates[v.Call], int16(1)}, nil
	})); err != nil {
		return err
	}
	m.loaded(w, "PostgreSQL copy", began)
	_, err := m.pool.Exec(ctx, `vacuum analyze stances`)
	return err
}

// page reads the next page of the matrix, after the last the first.
func (m *matrices) page(ctx context.Context, _ int) error {
	page, err := m.c.Analysis.GetPositionMatrix(ctx, pageRequest(m.tokens[m.read%len(m.tokens)]))
	if err == nil && len(page.GetRows()) != rowsOfAPage {
		err = fmt.Errorf("%d rows", len(page.GetRows()))
	}
	m.read++
	return err
}

func (m *matrices) whole(ctx context.Context, _ int) error {
	all, err := m.c.Matrix(ctx, wholeRequest())
	if err == nil && len(all.GetRows()) != len(m.assembly.Calls) {
		err = fmt.Errorf("%d rows", len(all.GetRows()))
	}
	return err
}

// selectPage reads the stances on the points of the next page. The points are in the order of the roll calls, as parley's are.
func (m *matrices) selectPage(ctx context.Context, _ int) error {
	first := m.selected % len(m.tokens) * rowsOfAPage
	m.selected++
	_, err := m.rows(ctx, `select party, point, value from stances where point >= $1 and point < $2 order by point, party`, first, first+rowsOfAPage)
	return err
}

func (m *matrices) selectAll(ctx context.Context, _ int) error {
	n, err := m.rows(ctx, `select party, point, value from stances order by point, party`)
	if err == nil && n != m.votes {
		err = fmt.Errorf("%d rows", n)
	}
	return err
}

// rows reads stances into a matrix, as a caller who wants one has to.
func (m *matrices) rows(ctx context.Context, query string, args ...any) (n int, err error) {
	rows, err := m.pool.Query(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	matrix := map[int32][]int16{}
	var party, point int32
	var value int16
	_, err = pgx.ForEachRow(rows, []any{&party, &point, &value}, func() error {
		row := matrix[point]
		if row == nil {
			row = make([]int16, len(m.assembly.States))
			matrix[point] = row
		}
		row[party] = value
		n++
		return nil
	})
	return n, err
}

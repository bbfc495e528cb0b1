package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// negotiation is one running negotiation, or the directory. Readers load the state and hold no lock; writes wait in the
// queue, from which a goroutine that lives only while there is work takes all that wait into one append.
type negotiation struct {
	host  *Host
	log   string
	state atomic.Pointer[record.State]

	used atomic.Int64   // when it was last asked for, nanoseconds since 1970
	busy sync.WaitGroup // one while drain runs
	news news           // for those who watch

	mu       sync.Mutex // guards what follows
	queue    []*job
	going    bool // drain runs
	watchers int
	evicted  bool // another one runs in its place, or will
}

// job is a write that waits for its answer.
type job struct {
	Write
	ctx    context.Context
	answer chan reply
}

type reply struct {
	out Outcome
	err error
}

// load folds the log from its beginning.
func (n *negotiation) load(ctx context.Context) error {
	n.state.Store(record.NewState())
	return n.catchUp(ctx)
}

// catchUp folds in what the log has beyond the state, and publishes the result.
func (n *negotiation) catchUp(ctx context.Context) error {
	st, from := n.state.Load().Fork(), n.state.Load().Seq()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for chunk := range n.decoded(ctx, ledger.Seq(st.Seq()+1)) {
		for _, entry := range chunk.entries {
			if err := st.Apply(entry); err != nil {
				return fault.Corrupt("an entry of the record does not fit the ones before", fmt.Errorf("%s: %w", n.log, err))
			}
		}
		if chunk.err != nil {
			return chunk.err
		}
	}
	n.publish(st)
	if st.Seq() > from {
		n.news.tell(st, nil)
	}
	return nil
}

// chunk is a run of entries off the log, or what ended it.
type chunk struct {
	entries []*ledgerv1.Entry
	err     error
}

// chunkSize is how many entries are decoded ahead at a time: enough to make handing over cheap.
const chunkSize = 256

// decoded reads and decodes the log in a goroutine of its own, so that folding, which takes about as long, goes on beside
// it. It ends with the log, with the first error, or with ctx.
func (n *negotiation) decoded(ctx context.Context, from ledger.Seq) <-chan chunk {
	out := make(chan chunk, 4)
	go func() {
		defer close(out)
		c := chunk{}
		send := func() bool {
			select {
			case out <- c:
				c = chunk{}
				return true
			case <-ctx.Done():
				return false
			}
		}
		for e, err := range n.host.ledger.Read(ctx, n.log, from) {
			if err != nil {
				c.err = readFault(n.log, err)
				send()
				return
			}
			entry, err := n.decode(e)
			if err != nil {
				c.err = err
				send()
				return
			}
			if c.entries = append(c.entries, entry); len(c.entries) == chunkSize && !send() {
				return
			}
		}
		send()
	}()
	return out
}

func (n *negotiation) decode(e ledger.Entry) (*ledgerv1.Entry, error) {
	entry, err := decode(e.Data)
	if err != nil {
		return nil, fault.Corrupt("an entry of the record cannot be read", fmt.Errorf("%s, entry %d: %w", n.log, e.Seq, err))
	}
	return entry, nil
}

func (n *negotiation) publish(st *record.State) {
	for {
		old := n.host.stamp.Load()
		if st.Time() <= old || n.host.stamp.CompareAndSwap(old, st.Time()) {
			break
		}
	}
	n.state.Store(st)
}

// write queues a command and waits for its answer. A caller who goes away leaves the write to its fate.
func (n *negotiation) write(ctx context.Context, w Write) (Outcome, error) {
	j := &job{w, ctx, make(chan reply, 1)}
	n.mu.Lock()
	if n.evicted {
		n.mu.Unlock()
		return Outcome{}, errEvicted
	}
	n.queue = append(n.queue, j)
	if !n.going {
		n.going = true
		n.busy.Add(1)
		go n.drain()
	}
	n.mu.Unlock()
	select {
	case r := <-j.answer:
		return r.out, r.err
	case <-ctx.Done():
		return Outcome{}, ctx.Err()
	}
}

// settle waits until no write is under way.
func (n *negotiation) settle() { n.busy.Wait() }

func (n *negotiation) drain() {
	defer n.busy.Done()
	for {
		n.mu.Lock()
		batch := n.queue
		n.queue = nil
		n.going = len(batch) > 0
		n.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		n.commit(batch)
	}
}

// attempts bounds how often a batch is tried again after another server was faster or an outcome was unknown.
const attempts = 5

// commit runs a batch of commands one after the other on a fork of the state, and appends their entries at once.
func (n *negotiation) commit(batch []*job) {
	ctx := context.Background() // what is handed to the ledger is no longer the caller's to cancel
	var doubt *turn             // its entries may be in the log, now or later
	for range attempts {
		t := n.run(batch)
		if batch = t.jobs; len(batch) == 0 {
			return
		}
		err := n.host.ledger.Append(ctx, n.log, t.before, t.entries...)
		if err == nil {
			n.publish(t.state)
			n.news.tell(t.state, n.heard(t.decoded))
			t.deliver()
			return
		}
		var lost *ledger.LostRaceError
		var unknown *ledger.UnknownError
		switch {
		case errors.As(err, &unknown):
			doubt = t
		case !errors.As(err, &lost):
			t.fail(fault.NotNow("the record cannot be written at the moment", fmt.Errorf("append to %s: %w", n.log, err)))
			return
		}
		if err := n.catchUp(ctx); err != nil {
			t.fail(err)
			return
		}
		if doubt != nil && n.stored(ctx, doubt) {
			doubt.deliver()
			return
		}
	}
	for _, j := range batch {
		j.answer <- reply{err: fault.NotNow("the record is too busy; try again", nil)}
	}
}

// heard gives the entries if anybody watches, and none otherwise: whoever comes to watch later reads them in the log.
func (n *negotiation) heard(entries []*ledgerv1.Entry) []*ledgerv1.Entry {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.watchers == 0 {
		return nil
	}
	return entries
}

// stored tells whether the entries of a turn are in the log, by reading it.
func (n *negotiation) stored(ctx context.Context, t *turn) bool {
	i := 0
	for e, err := range n.host.ledger.Read(ctx, n.log, t.before+1) {
		if err != nil || !bytes.Equal(e.Data, t.entries[i]) {
			return false
		}
		if i++; i == len(t.entries) {
			return true
		}
	}
	return false
}

// turn is one run over a batch: the state it leads to, the entries to append, and the answers for when they are durable.
type turn struct {
	before  ledger.Seq // the head that the entries follow
	state   *record.State
	entries [][]byte
	decoded []*ledgerv1.Entry // the same, not yet encoded
	jobs    []*job            // those whose answers wait for the entries
	answers []reply
}

func (t *turn) deliver() {
	for i, j := range t.jobs {
		j.answer <- t.answers[i]
	}
}

func (t *turn) fail(err error) {
	for _, j := range t.jobs {
		j.answer <- reply{err: err}
	}
}

// run works out what each job does. What rests on nothing but the published state is answered at once; the answer of a
// job after others that write waits with theirs, even if it writes nothing itself.
func (n *negotiation) run(batch []*job) *turn {
	st := n.state.Load()
	t := &turn{before: ledger.Seq(st.Seq()), state: st}
	for _, j := range batch {
		out, err := n.runOne(t, j)
		if len(t.entries) == 0 {
			j.answer <- reply{out, err}
			continue
		}
		t.jobs, t.answers = append(t.jobs, j), append(t.answers, reply{out, err})
	}
	return t
}

func (n *negotiation) runOne(t *turn, j *job) (Outcome, error) {
	if err := j.ctx.Err(); err != nil {
		return Outcome{}, err
	}
	if r := t.receipt(j); r != nil {
		if r.Method != j.Method || !bytes.Equal(r.Digest, j.Digest) {
			return Outcome{}, fault.RequestIDReused(j.RequestID)
		}
		return Outcome{lens.New(t.state, j.Viewer, time.Unix(0, r.Time)), r.Results(), r.Matches}, nil
	}
	now := time.Unix(0, max(n.host.clock().UnixNano(), t.state.Time()+1)).UTC()
	draft, err := j.Command(t.state.Through(j.knows(t.state)), record.Env{
		Now: now, NewID: n.host.newID, Actor: j.Actor, Writer: j.Viewer, Sight: lens.Sight,
	})
	if err != nil {
		return Outcome{}, err
	}
	entry := &ledgerv1.Entry{
		Time: now.UnixNano(), Actor: j.Actor, Method: j.Method, RequestId: j.RequestID, RequestDigest: j.Digest,
		Changes: draft.Changes, Results: draft.Results, Matches: draft.Matches,
	}
	next := t.state.Fork()
	if err := next.Apply(entry); err != nil {
		return Outcome{}, fmt.Errorf("apply what %s would do: %w", j.Method, err)
	}
	if err := n.guard(t.state, next, j, entry); err != nil {
		return Outcome{}, err
	}
	out := Outcome{lens.New(next, j.Viewer, now), draft.Results, draft.Matches}
	if j.ValidateOnly || len(draft.Changes) == 0 && j.RequestID == "" { // without changes an entry only keeps a receipt
		return out, nil
	}
	data, err := encode(entry)
	if err != nil {
		return Outcome{}, fmt.Errorf("encode the entry of %s: %w", j.Method, err)
	}
	t.state, t.entries, t.decoded = next, append(t.entries, data), append(t.decoded, entry)
	return out, nil
}

func (t *turn) receipt(j *job) *record.Receipt {
	if j.RequestID == "" {
		return nil
	}
	return t.state.Receipt(j.Actor, j.RequestID)
}

package boltledger

import (
	"context"
	"fmt"
	"iter"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// Head implements ledger.Ledger.
func (l *Ledger) Head(ctx context.Context, negotiation string) (ledger.Seq, error) {
	var head ledger.Seq
	err := ledger.CheckName(negotiation)
	if err == nil {
		err = l.view(ctx, func(tx *bolt.Tx) (err error) {
			_, head, err = l.lookUp(tx, negotiation)
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("head of %q: %w", negotiation, err)
	}
	return head, nil
}

// Read implements ledger.Ledger.
func (l *Ledger) Read(ctx context.Context, negotiation string, from ledger.Seq) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		r := reader{l: l, ctx: ctx, name: negotiation, next: from, yield: yield}
		if r.check() {
			r.drain()
		}
	}
}

// Tail implements ledger.Ledger.
func (l *Ledger) Tail(ctx context.Context, negotiation string, from ledger.Seq) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		r := reader{l: l, ctx: ctx, name: negotiation, next: from, yield: yield}
		if !r.check() {
			return
		}
		for r.drainAndWait() {
		}
	}
}

// reader is one Read or Tail under way.
type reader struct {
	l     *Ledger
	ctx   context.Context
	name  string
	next  ledger.Seq
	yield func(ledger.Entry, error) bool
}

// check yields what is wrong with the arguments.
func (r *reader) check() bool {
	if err := ledger.CheckFrom(r.name, r.next); err != nil {
		return r.fail(err)
	}
	return true
}

// fail yields an error, which is the last thing that it does.
func (r *reader) fail(err error) bool {
	r.yield(ledger.Entry{}, fmt.Errorf("read %q from %d: %w", r.name, r.next, err))
	return false
}

// drainAndWait yields what there is and then waits for more. It asks for the signal before it reads: a commit that
// the read does not see will close it.
func (r *reader) drainAndWait() bool {
	sig := r.l.signals.watch(r.name)
	defer r.l.signals.unwatch(r.name, sig)
	if !r.drain() {
		return false
	}
	select {
	case <-sig.changed:
		return true
	case <-r.ctx.Done():
		return r.fail(r.ctx.Err())
	case <-r.l.closed:
		return r.fail(ledger.ErrClosed)
	}
}

// drain yields the entries up to the present head, chunk by chunk. It reports false if the sequence has ended.
func (r *reader) drain() bool {
	c := chunk{l: r.l, name: r.name}
	for more := true; more; more = r.next <= c.until {
		err := c.read(r.ctx, r.next)
		for _, e := range c.entries {
			if err := r.ctx.Err(); err != nil {
				return r.fail(err)
			}
			r.next = e.Seq + 1
			if !r.yield(e, nil) {
				return false
			}
		}
		if err != nil {
			return r.fail(err)
		}
	}
	return true
}

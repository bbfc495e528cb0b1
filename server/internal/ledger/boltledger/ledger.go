package boltledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// Ledger is a ledger in a bbolt file. Make one with Open.
type Ledger struct {
	db   *bolt.DB
	path string

	queue   queue   // of work for the committer
	holds   holds   // what readers may not see yet
	signals signals // wakes tails

	// Of the committer alone.
	commit  func(*bolt.Tx) error // (*bolt.Tx).Commit; tests make it fail
	suspect error                // why the last commit failed, until confirm succeeds

	dead atomic.Pointer[fault.Fault] // set once bbolt is unusable; see begin

	closing  sync.Once
	closed   chan struct{} // closed when Close begins
	drained  chan struct{} // closed when the committer has ended
	released chan struct{} // closed when Close is done
}

var _ ledger.Ledger = (*Ledger)(nil)

func newLedger(db *bolt.DB, path string) *Ledger {
	l := &Ledger{
		db:       db,
		path:     path,
		commit:   (*bolt.Tx).Commit,
		closed:   make(chan struct{}),
		drained:  make(chan struct{}),
		released: make(chan struct{}),
	}
	l.queue.wake = make(chan struct{}, 1)
	return l
}

// Path is the file that the ledger is in.
func (l *Ledger) Path() string { return l.path }

// Close implements ledger.Ledger.
func (l *Ledger) Close() error {
	var err error
	l.closing.Do(func() {
		close(l.closed)
		l.queue.close()
		<-l.drained
		// A dead bbolt may hold its own locks for ever; closing it would wait for them.
		if l.dead.Load() == nil {
			err = l.db.Close()
		}
		close(l.released)
	})
	<-l.released
	if err != nil {
		return fmt.Errorf("close ledger %s: %w", l.path, err)
	}
	return nil
}

// open says why a call that begins now, or goes on, must end instead.
func (l *Ledger) open(ctx context.Context) error {
	select {
	case <-l.closed:
		return ledger.ErrClosed
	default:
	}
	return ctx.Err()
}

// begin starts a transaction. If bbolt panics here, or says that its map is gone, it is unusable: it may have
// left its locks locked. From then on every call gets a fault that says so; only a restart helps.
func (l *Ledger) begin(writable bool) (*bolt.Tx, error) {
	if f := l.dead.Load(); f != nil {
		return nil, f
	}
	if writable && l.db.IsReadOnly() {
		return nil, fmt.Errorf("%w: %s is open to be looked at alone", errNotStored, l.path)
	}
	var tx *bolt.Tx
	err := guard(func() (err error) {
		tx, err = l.db.Begin(writable)
		return err
	})
	switch {
	case err == nil:
		return tx, nil
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return nil, ledger.ErrClosed
	default:
		return nil, l.die(err)
	}
}

// die records that bbolt cannot be used any more.
func (l *Ledger) die(cause error) error {
	cause = fmt.Errorf("%s cannot be used until parley is restarted: %w", l.path, cause)
	f := fault.NotNow("the store of this server has failed; its operator must restart it", cause)
	l.dead.CompareAndSwap(nil, f)
	return l.dead.Load()
}

// abandon ends a transaction without keeping anything.
func (l *Ledger) abandon(tx *bolt.Tx) {
	err := guard(tx.Rollback)
	if err != nil && !errors.Is(err, berrors.ErrTxClosed) {
		_ = l.die(err)
	}
}

// view runs fn in a read transaction. A reader must be brief: bbolt cannot reuse a page that any reader may see.
func (l *Ledger) view(ctx context.Context, fn func(tx *bolt.Tx) error) error {
	if err := l.open(ctx); err != nil {
		return err
	}
	tx, err := l.begin(false)
	if err != nil {
		return err
	}
	defer l.abandon(tx)
	err = guard(func() error { return fn(tx) })
	var damage *damageError
	if errors.As(err, &damage) && fault.Of(err).Kind != fault.DataLoss {
		return fault.Corrupt("the store of this server is damaged", fmt.Errorf("%s: %w", l.path, err))
	}
	return err
}

// corrupt is the fault for damaged bytes of one negotiation. The path is for the operator alone.
func (l *Ledger) corrupt(negotiation, what string, cause error) *fault.Fault {
	cause = fmt.Errorf("%s: %w", l.path, cause)
	return fault.Corrupt(fmt.Sprintf("%s of negotiation %q is damaged in the store", what, negotiation), cause).
		With("negotiation", negotiation)
}

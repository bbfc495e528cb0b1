package boltledger

import (
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// run is the committer: the one goroutine that writes.
func (l *Ledger) run() {
	defer close(l.drained)
	for {
		jobs := l.queue.take()
		if jobs == nil {
			return
		}
		l.process(jobs)
	}
}

// process answers all jobs. A job that spoils the transaction is answered and left out, and the others tried again.
func (l *Ledger) process(jobs []*job) {
	if err := l.confirm(); err != nil {
		answerAll(jobs, err)
		return
	}
	for len(jobs) > 0 {
		culprit, err := l.transact(jobs)
		if culprit == nil {
			return
		}
		culprit.answer(err)
		jobs = slices.DeleteFunc(jobs, func(j *job) bool { return j == culprit })
	}
}

// transact tries to commit all jobs in one transaction, and answers them; or it answers none and returns the one that
// cannot be applied, with its error.
func (l *Ledger) transact(jobs []*job) (*job, error) {
	tx, err := l.begin(true)
	if err != nil {
		answerAll(jobs, err)
		return nil, nil
	}
	var b *batch
	refusals := make([]error, len(jobs))
	for i, j := range jobs {
		err := guard(func() (failure error) {
			if b == nil {
				b = newBatch(l, tx)
			}
			refusals[i], failure = j.apply(b)
			return failure
		})
		if err != nil {
			l.abandon(tx)
			return j, l.spoiled(err)
		}
	}
	if !b.dirty {
		l.abandon(tx)
		answerEach(jobs, refusals)
		return nil, nil
	}
	var before map[string]ledger.Seq
	err = guard(func() (err error) {
		before, err = b.finish()
		return err
	})
	if err != nil {
		l.abandon(tx)
		answerAll(jobs, l.spoiled(err))
		return nil, nil
	}
	l.seal(tx, jobs, refusals, before)
	return nil, nil
}

// seal commits and answers the jobs.
func (l *Ledger) seal(tx *bolt.Tx, jobs []*job, refusals []error, before map[string]ledger.Seq) {
	l.holds.place(before)
	if err := l.tryCommit(tx); err != nil {
		l.suspect = err
		_ = l.confirm() // if it fails now, the next batch tries again
		// Also those that were refused: what they were told of the head may rest upon this very transaction.
		answerAll(jobs, &ledger.UnknownError{Cause: fmt.Errorf("commit to %s: %w", l.path, err)})
		return
	}
	l.signals.wake(l.holds.lift())
	answerEach(jobs, refusals)
}

// confirm makes sure that what is in the file is durable, after a commit that failed: see the package comment. Until
// it succeeds nothing more is written, and readers stay where they were before that commit.
func (l *Ledger) confirm() error {
	if l.suspect == nil {
		return nil
	}
	tx, err := l.begin(true)
	if err != nil {
		return err
	}
	if err := l.tryCommit(tx); err != nil {
		cause := fmt.Errorf("%w in %s: a commit failed (%w), and so did an empty one now: %w",
			errNotStored, l.path, l.suspect, err)
		return fault.NotNow("the store of this server cannot be written at the moment; nothing was stored", cause)
	}
	l.suspect = nil
	l.signals.wake(l.holds.lift())
	return nil
}

// tryCommit commits and makes sure that the transaction has ended, however that went.
func (l *Ledger) tryCommit(tx *bolt.Tx) error {
	err := guard(func() error { return l.commit(tx) })
	if err != nil {
		l.abandon(tx)
	}
	return err
}

// spoiled is the answer for a change that could not be put into a transaction.
func (l *Ledger) spoiled(err error) error {
	var damage *damageError
	if errors.As(err, &damage) {
		return fault.Corrupt("the store of this server is damaged; nothing was stored", fmt.Errorf("%s: %w", l.path, err))
	}
	return fmt.Errorf("%w in %s: %w", errNotStored, l.path, err)
}

func answerAll(jobs []*job, err error) {
	for _, j := range jobs {
		j.answer(err)
	}
}

func answerEach(jobs []*job, errs []error) {
	for i, j := range jobs {
		j.answer(errs[i])
	}
}

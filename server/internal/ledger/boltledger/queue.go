package boltledger

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// job is a change that waits for the committer.
type job struct {
	size int // bytes to be stored

	// apply puts the change into the batch. refusal answers the caller, and says that the batch was not touched;
	// failure spoils the transaction.
	apply func(b *batch) (refusal, failure error)

	taken atomic.Bool // by the committer, or by the caller that gave up: whoever was first
	err   error       // set before done is closed
	done  chan struct{}
}

func newJob(size int, apply func(b *batch) (refusal, failure error)) *job {
	return &job{size: size, apply: apply, done: make(chan struct{})}
}

func (j *job) answer(err error) {
	j.err = err
	close(j.done)
}

// queue holds the jobs that wait for the committer.
type queue struct {
	mu     sync.Mutex
	jobs   []*job
	closed bool
	wake   chan struct{} // holds a token if the committer has something to look at
}

// maxBatch bounds the bytes of one transaction, so that a small append is not delayed by ever more large ones.
const maxBatch = 64 << 20

// do queues a job and waits for its end. If ctx ends first the job is withdrawn; if it is too late for that the
// outcome is unknown.
func (q *queue) do(ctx context.Context, j *job) error {
	if !q.put(j) {
		return ledger.ErrClosed
	}
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
	}
	if j.taken.CompareAndSwap(false, true) {
		return ctx.Err()
	}
	select {
	case <-j.done: // both have happened: the sure answer is better
		return j.err
	default:
		return &ledger.UnknownError{Cause: ctx.Err()}
	}
}

func (q *queue) put(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.jobs = append(q.jobs, j)
	q.signal()
	return true
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.signal()
}

// take waits for jobs and takes all that were not withdrawn, up to maxBatch. It returns nil when the queue is closed
// and empty.
func (q *queue) take() []*job {
	for {
		// Callers that were just answered may be about to come back; let them, if they are ready to run. It costs
		// nothing when idle, and doubles the throughput of some dozen callers.
		runtime.Gosched()
		batch, last := q.takeWaiting()
		if len(batch) > 0 || last {
			return batch
		}
		<-q.wake
	}
}

func (q *queue) takeWaiting() (batch []*job, last bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	size, n := 0, 0
	for _, j := range q.jobs {
		if size > 0 && size+j.size > maxBatch {
			break
		}
		n++
		if j.taken.CompareAndSwap(false, true) {
			batch, size = append(batch, j), size+j.size
		}
	}
	rest := copy(q.jobs, q.jobs[n:])
	clear(q.jobs[rest:]) // lets go of what the jobs hold
	q.jobs = q.jobs[:rest]
	return batch, q.closed && rest == 0
}

package ledgertest

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// Method names a method of ledger.Ledger.
type Method string

// The methods that a Plan is asked about; Close always passes.
const (
	Append       Method = "Append"
	Read         Method = "Read"
	Head         Method = "Head"
	Tail         Method = "Tail"
	Negotiations Method = "Negotiations"
	PutSnapshot  Method = "PutSnapshot"
	Snapshot     Method = "Snapshot"
)

// Call is one call of a method, which a Plan decides about.
type Call struct {
	Method      Method
	Negotiation string // empty for Negotiations
	N           int    // 1 for the first call of this method on this Faulty, over all negotiations

	Seq     ledger.Seq // after, from, or that of the snapshot
	Entries [][]byte   // of Append
}

// Verdict says what becomes of a call. The zero verdict lets it pass.
type Verdict struct {
	Err    error // what the caller gets, instead of the result
	Stored bool  // Append and PutSnapshot are carried out all the same
	Yields int   // Read, Tail and Negotiations yield so many elements before Err

	// Then is called when the ledger has done its part, before the caller hears of it: the place for a gate that
	// delays the answer, or a look at the ledger in between.
	Then func()
}

// Pass lets a call pass.
func Pass() Verdict { return Verdict{} }

// Fail makes a call fail without reaching the ledger. For an Append whose outcome the caller cannot know, give it an
// *ledger.UnknownError.
func Fail(err error) Verdict { return Verdict{Err: err} }

// Stick makes an Append fail although it was stored: the caller gets an UnknownError.
func Stick(cause error) Verdict {
	return Verdict{Err: &ledger.UnknownError{Cause: cause}, Stored: true}
}

// FailAfter makes a Read, Tail or Negotiations fail after n elements.
func FailAfter(n int, err error) Verdict { return Verdict{Err: err, Yields: n} }

// Plan decides about each call before it is carried out. It may block, to delay the call; it is called without any lock,
// by many at a time.
type Plan func(ctx context.Context, c Call) Verdict

// Faulty is a ledger whose calls fail as planned. Without a plan they all pass.
type Faulty struct {
	inner ledger.Ledger

	mu     sync.Mutex
	plan   Plan
	counts map[Method]int
}

var _ ledger.Ledger = (*Faulty)(nil)

// NewFaulty wraps a ledger.
func NewFaulty(inner ledger.Ledger, plan Plan) *Faulty {
	return &Faulty{inner: inner, plan: plan, counts: map[Method]int{}}
}

// Set changes the plan, for the calls that begin afterwards; nil lets everything pass. It does not reset Call.N.
func (f *Faulty) Set(plan Plan) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plan = plan
}

// Count is how many calls of a method have begun.
func (f *Faulty) Count(m Method) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts[m]
}

// judge counts a call and asks the plan.
func (f *Faulty) judge(ctx context.Context, c Call) Verdict {
	f.mu.Lock()
	f.counts[c.Method]++
	c.N = f.counts[c.Method]
	plan := f.plan
	f.mu.Unlock()
	v := Verdict{}
	if plan != nil {
		v = plan(ctx, c)
	}
	if v.Stored && c.Method != Append && c.Method != PutSnapshot {
		panic(fmt.Sprintf("plan for %s says Stored, which is for Append and PutSnapshot", c.Method))
	}
	if v.Then == nil {
		v.Then = func() {}
	}
	return v
}

// carryOut does a call with a single result as the verdict says.
func (v Verdict) carryOut(call func() error) error {
	var err error
	if v.Err == nil || v.Stored {
		err = call()
	}
	v.Then()
	if v.Err != nil {
		return v.Err
	}
	return err
}

// Append implements ledger.Ledger.
func (f *Faulty) Append(ctx context.Context, negotiation string, after ledger.Seq, entries ...[]byte) error {
	v := f.judge(ctx, Call{Method: Append, Negotiation: negotiation, Seq: after, Entries: entries})
	return v.carryOut(func() error { return f.inner.Append(ctx, negotiation, after, entries...) })
}

// PutSnapshot implements ledger.Ledger.
func (f *Faulty) PutSnapshot(ctx context.Context, negotiation string, seq ledger.Seq, data []byte) error {
	v := f.judge(ctx, Call{Method: PutSnapshot, Negotiation: negotiation, Seq: seq})
	return v.carryOut(func() error { return f.inner.PutSnapshot(ctx, negotiation, seq, data) })
}

// Head implements ledger.Ledger.
func (f *Faulty) Head(ctx context.Context, negotiation string) (head ledger.Seq, err error) {
	v := f.judge(ctx, Call{Method: Head, Negotiation: negotiation})
	err = v.carryOut(func() (err error) {
		head, err = f.inner.Head(ctx, negotiation)
		return err
	})
	return head, err
}

// Snapshot implements ledger.Ledger.
func (f *Faulty) Snapshot(ctx context.Context, negotiation string) (seq ledger.Seq, data []byte, err error) {
	v := f.judge(ctx, Call{Method: Snapshot, Negotiation: negotiation})
	err = v.carryOut(func() (err error) {
		seq, data, err = f.inner.Snapshot(ctx, negotiation)
		return err
	})
	return seq, data, err
}

// Read implements ledger.Ledger. The plan is asked when the range begins.
func (f *Faulty) Read(ctx context.Context, negotiation string, from ledger.Seq) iter.Seq2[ledger.Entry, error] {
	call := Call{Method: Read, Negotiation: negotiation, Seq: from}
	return planned(ctx, f, call, f.inner.Read(ctx, negotiation, from))
}

// Tail implements ledger.Ledger. The plan is asked when the range begins.
func (f *Faulty) Tail(ctx context.Context, negotiation string, from ledger.Seq) iter.Seq2[ledger.Entry, error] {
	call := Call{Method: Tail, Negotiation: negotiation, Seq: from}
	return planned(ctx, f, call, f.inner.Tail(ctx, negotiation, from))
}

// Negotiations implements ledger.Ledger. The plan is asked when the range begins.
func (f *Faulty) Negotiations(ctx context.Context, after string) iter.Seq2[string, error] {
	return planned(ctx, f, Call{Method: Negotiations}, f.inner.Negotiations(ctx, after))
}

// planned yields a sequence as the plan says. Then is called before the sequence ends, with an error or without.
func planned[T any](ctx context.Context, f *Faulty, c Call, inner iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		v := f.judge(ctx, c)
		n := 0
		if v.Err == nil || v.Yields > 0 {
			for value, err := range inner {
				if !yield(value, err) || err != nil {
					return
				}
				if n++; v.Err != nil && n == v.Yields {
					break
				}
			}
		}
		v.Then()
		if v.Err != nil {
			var none T
			yield(none, v.Err)
		}
	}
}

// Close closes the ledger.
func (f *Faulty) Close() error { return f.inner.Close() }

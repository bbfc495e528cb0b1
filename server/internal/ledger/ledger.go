// Package ledger is the contract between the record and whatever stores it: per negotiation, an append-only
// sequence of opaque entries with one condition, compare-and-append. No engine knows what an entry means.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// Seq numbers the entries of one negotiation: 1, 2, 3, … without gaps. 0 stands before the first entry.
type Seq uint64

// Entry is one stored entry.
type Entry struct {
	Seq  Seq
	Data []byte // owned by the reader; an engine never touches it again
}

// Ledger is what an engine offers. All methods are safe for concurrent use. Every method returns ctx.Err()
// (wrapped) when the context ends first, and ErrClosed after Close. A name that CheckName refuses is an error
// everywhere. The sequences may be ranged over more than once; each range is a call of its own, which begins
// when the range does.
type Ledger interface {
	// Append stores entries directly after seq `after`, all or nothing, in the given order. A nil error means
	// that they are durable: they survive the loss of power at this moment. Otherwise errors.As tells the two
	// other outcomes apart: *LostRaceError: nothing was stored, as the head is not `after`, and it carries the
	// true head; *UnknownError: the entries may or may not be stored (now or later), so read before trying
	// again. Any other error means that nothing was stored. An ended ctx after the entries were handed to the
	// disk is an UnknownError. Appending no entries is an error; an entry without bytes is none. The caller must
	// not change the slices until Append returns. The log comes into being with its first entry.
	Append(ctx context.Context, negotiation string, after Seq, entries ...[]byte) error

	// Read yields the entries from seq `from` (at least 1; 0 is an error) to the head at the time of the call, in
	// order and without gaps; none if `from` is beyond the head. The first error ends the sequence, with a zero
	// Entry. Damaged bytes are never yielded: they end it with a fault of kind DataLoss that names the negotiation
	// and seq. An unknown negotiation yields nothing. The consumer may stop at any time and may block as long as it
	// likes: no lock or transaction of the engine is held while it has control.
	Read(ctx context.Context, negotiation string, from Seq) iter.Seq2[Entry, error]

	// Head gives the seq of the newest durable entry, 0 for an unknown negotiation. It is linearizable: it is at
	// least the seq of every Append that returned before the call began, on any server.
	Head(ctx context.Context, negotiation string) (Seq, error)

	// Tail yields like Read, and then blocks for new entries, each once and in order, until ctx ends (which is
	// yielded as the error) or the ledger is closed (ErrClosed). The negotiation may be unknown as yet, and `from`
	// may be beyond the head. It never slows a writer.
	Tail(ctx context.Context, negotiation string, from Seq) iter.Seq2[Entry, error]

	// Negotiations yields, in byte order, the names after `after` of all negotiations that have an entry. `after`
	// is any string. What is appended during the call may or may not be seen.
	Negotiations(ctx context.Context, after string) iter.Seq2[string, error]

	// PutSnapshot keeps data as the newest snapshot of a negotiation, replacing one of the same or a smaller seq;
	// if a newer one is kept it does nothing. It is a cache: it may vanish, and an error loses nothing but time.
	// seq is the last entry that the snapshot includes: 1 to the head, anything else is an error.
	PutSnapshot(ctx context.Context, negotiation string, seq Seq, data []byte) error

	// Snapshot gives the newest snapshot, owned by the caller, or seq 0 and no data if there is none or it is
	// damaged.
	Snapshot(ctx context.Context, negotiation string) (Seq, []byte, error)

	// Close waits for appends under way, ends every Tail, and releases the store. Later calls return ErrClosed.
	// Closing twice is no error.
	Close() error
}

// ErrClosed is returned by every method of a ledger that has been closed.
var ErrClosed = errors.New("ledger is closed")

// LostRaceError says that an Append stored nothing as someone else appended first.
type LostRaceError struct {
	Negotiation string
	Head        Seq // the true head
}

// Error names the negotiation and its true head.
func (e *LostRaceError) Error() string {
	return fmt.Sprintf("append to %q lost the race: head is %d", e.Negotiation, e.Head)
}

// UnknownError says that an Append may or may not have been stored.
type UnknownError struct{ Cause error }

// Error gives the cause.
func (e *UnknownError) Error() string { return fmt.Sprintf("outcome of append unknown: %v", e.Cause) }

// Unwrap gives what went wrong.
func (e *UnknownError) Unwrap() error { return e.Cause }

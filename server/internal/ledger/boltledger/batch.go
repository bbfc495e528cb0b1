package boltledger

import (
	"errors"
	"fmt"
	"math"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

var (
	// errNotStored is what a caller hears whose change could not be written, through no fault of its own.
	errNotStored = errors.New("nothing was stored")

	// errFull cannot happen before 2^32 negotiations.
	errFull = errors.New("no number is left for another negotiation")
)

// batch is one write transaction in the making. A job sees what those before it in the batch have done.
type batch struct {
	l         *Ledger
	names     *bolt.Bucket
	rows      *bolt.Bucket
	entries   *bolt.Bucket
	snapshots *bolt.Bucket
	logs      map[string]*openLog // looked up by this batch
	dirty     bool
}

// openLog is a log as the batch leaves it, and the head that it had before.
type openLog struct {
	log
	before ledger.Seq
}

func newBatch(l *Ledger, tx *bolt.Tx) *batch {
	b := &batch{
		l: l, logs: map[string]*openLog{},
		names: tx.Bucket(bucketNames), rows: tx.Bucket(bucketRows),
		entries: tx.Bucket(bucketEntries), snapshots: tx.Bucket(bucketSnapshots),
	}
	// Both grow at their end, or at the end of a stretch, so that a page that was split is hardly added to again.
	b.entries.FillPercent, b.rows.FillPercent = 0.9, 0.9
	return b
}

// log looks up a negotiation; an unknown one has number 0 and head 0.
func (b *batch) log(name string) (*openLog, error) {
	if g := b.logs[name]; g != nil {
		return g, nil
	}
	g := &openLog{}
	if value := b.names.Get([]byte(name)); value != nil {
		var err error
		if g.log, err = unsealLog([]byte(name), value); err != nil {
			return nil, b.l.corrupt(name, "the head", err)
		}
	}
	g.before = g.head
	b.logs[name] = g
	return g, nil
}

// append puts entries directly after seq `after`; see job.apply for the errors.
func (b *batch) append(name string, after ledger.Seq, entries []draft) (refusal, failure error) {
	g, err := b.log(name)
	if err != nil {
		return err, nil
	}
	if g.head != after {
		return &ledger.LostRaceError{Negotiation: name, Head: g.head}, nil
	}
	b.dirty = true
	if g.number == 0 {
		number, err := b.names.NextSequence()
		if err != nil {
			return nil, fmt.Errorf("give a number: %w", err)
		}
		if number > math.MaxUint32 {
			return nil, errFull
		}
		g.number = uint32(number)
	}
	for _, entry := range entries {
		if err := b.put(g, entry); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// put stores one entry behind all others, and lists its place.
func (b *batch) put(g *openLog, entry draft) error {
	n, err := b.entries.NextSequence()
	if err != nil {
		return fmt.Errorf("give a place: %w", err)
	}
	key := place(n).key()
	if err := b.entries.Put(key, entry.seal(key, owner(g.number, g.head+1))); err != nil {
		return fmt.Errorf("put entry: %w", err)
	}
	g.head++
	g.recent = append(g.recent, place(n))
	if len(g.recent) < rowSize {
		return nil
	}
	key = rowKey(g.number, fullRows(g.head)-1)
	if err := b.rows.Put(key, seal(key, appendPlaces(nil, g.recent))); err != nil {
		return fmt.Errorf("put row: %w", err)
	}
	g.recent = g.recent[:0]
	return nil
}

// putSnapshot keeps a snapshot unless there is a newer one; see job.apply for the errors.
func (b *batch) putSnapshot(name string, seq ledger.Seq, d draft) (refusal, failure error) {
	g, err := b.log(name)
	if err != nil {
		return err, nil
	}
	if seq == 0 || seq > g.head {
		return fmt.Errorf("snapshot of entries 1 to %d of a log whose head is %d", seq, g.head), nil
	}
	key := numberKey(g.number)
	if kept, _, err := unsealSnapshot(key, b.snapshots.Get(key)); err == nil && kept > seq {
		return nil, nil
	}
	if err := b.snapshots.Put(key, d.seal(key, nil)); err != nil {
		return nil, fmt.Errorf("put snapshot: %w", err)
	}
	b.dirty = true
	return nil, nil
}

// finish stores the new heads, and returns the heads that the changed logs had before.
func (b *batch) finish() (before map[string]ledger.Seq, err error) {
	before = map[string]ledger.Seq{}
	for name, g := range b.logs {
		if g.head == g.before {
			continue
		}
		before[name] = g.before
		if err := b.names.Put([]byte(name), g.seal(name)); err != nil {
			return nil, fmt.Errorf("put head of %q: %w", name, err)
		}
	}
	return before, nil
}

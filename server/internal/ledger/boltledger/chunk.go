package boltledger

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// A chunk is what one transaction reads: enough to make its cost small, and little enough to hold in memory while
// the consumer is slow.
const (
	chunkEntries = 256
	chunkBytes   = 1 << 20
)

// chunk is a stretch of one log, up to a head that is fixed by the first read.
type chunk struct {
	l       *Ledger
	name    string
	log                // number 0: not looked up yet
	until   ledger.Seq // the head that readers may see
	row     []place    // the row looked up last
	rowAt   uint64     // and its number
	entries []ledger.Entry
}

// read replaces the entries by those from seq `from`. What was read before an error is good.
func (c *chunk) read(ctx context.Context, from ledger.Seq) error {
	c.entries = nil // the consumer owns those it has got
	return c.l.view(ctx, func(tx *bolt.Tx) (err error) {
		if c.number == 0 {
			if c.log, c.until, err = c.l.lookUp(tx, c.name); err != nil {
				return err
			}
		}
		if from > c.until {
			return nil
		}
		if err := guard(func() error { return c.fill(tx, from) }); err != nil {
			return c.l.corruptEntry(c.name, from+ledger.Seq(len(c.entries)), err)
		}
		return nil
	})
}

// fill reads entries until the chunk is full or the head is reached.
func (c *chunk) fill(tx *bolt.Tx, from ledger.Seq) error {
	cur := tx.Bucket(bucketEntries).Cursor()
	size, last := 0, place(0)
	for seq := from; seq <= c.until && len(c.entries) < chunkEntries && size < chunkBytes; seq++ {
		at, err := c.placeOf(tx, seq)
		if err != nil {
			return err
		}
		var key, value []byte
		if want := at.key(); at == last+1 && last > 0 {
			key, value = cur.Next()
		} else {
			key, value = cur.Seek(want)
		}
		if !bytes.Equal(key, at.key()) {
			return errMissing
		}
		data, err := unsealEntryOf(c.number, seq, key, value)
		if err != nil {
			return err
		}
		c.entries = append(c.entries, ledger.Entry{Seq: seq, Data: bytes.Clone(data)})
		size, last = size+len(data), at
	}
	return nil
}

// placeOf finds an entry, up to the head.
func (c *chunk) placeOf(tx *bolt.Tx, seq ledger.Seq) (place, error) {
	row, i := uint64(seq-1)/rowSize, uint64(seq-1)%rowSize
	if row == fullRows(c.head) {
		return c.recent[i], nil
	}
	if c.row == nil || c.rowAt != row {
		key := rowKey(c.number, row)
		places, err := unsealRow(key, tx.Bucket(bucketRows).Get(key))
		if err != nil {
			return 0, fmt.Errorf("row %d of the index: %w", row, err)
		}
		c.row, c.rowAt = places, row
	}
	return c.row[i], nil
}

// lookUp finds a log, and its head as readers may see it. An unknown one has number 0 and head 0.
func (l *Ledger) lookUp(tx *bolt.Tx, name string) (g log, head ledger.Seq, err error) {
	err = guard(func() (err error) {
		if value := tx.Bucket(bucketNames).Get([]byte(name)); value != nil {
			g, err = unsealLog([]byte(name), value)
		}
		return err
	})
	if err != nil {
		return log{}, 0, l.corrupt(name, "the head", err)
	}
	return g, l.holds.limit(name, g.head), nil
}

// corruptEntry is the fault for one damaged entry.
func (l *Ledger) corruptEntry(name string, seq ledger.Seq, cause error) error {
	return l.corrupt(name, fmt.Sprintf("entry %d", seq), cause).With("seq", strconv.FormatUint(uint64(seq), 10))
}

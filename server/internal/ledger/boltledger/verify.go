package boltledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// Verify reads the whole file, and returns everything that is wrong with it, joined; errors.As finds the faults of
// kind DataLoss, which name negotiation and seq where they can. It is one long read: while it runs the file cannot
// reuse pages, and an append that outgrows the mapped gigabytes waits for it, as does everything behind that append.
//
// It checks what Open checks, and beyond that every entry, row and snapshot: its checksum, and that each log has all
// entries from 1 to its head, in order, and listed where they are. It does not call bbolt's own Check, which is not
// safe beside a writer and can crash the process on the damage that it looks for; pageWalk checks the same rules.
func (l *Ledger) Verify(ctx context.Context) error {
	if err := l.open(ctx); err != nil {
		return fmt.Errorf("verify ledger %s: %w", l.path, err)
	}
	file, err := os.Open(l.path)
	if err != nil {
		return fmt.Errorf("verify ledger: %w", err)
	}
	defer func() { _ = file.Close() }()
	v := verification{l: l, ctx: ctx, logs: map[uint32]*verifiedLog{}}
	err = l.view(ctx, func(tx *bolt.Tx) error {
		if err := checkStructure(tx, file); err != nil {
			return corruptFile(l.path, err) // what lies below cannot be walked
		}
		v.checkMeta(tx)
		v.checkLogs(tx)
		v.checkSnapshots(tx)
		return v.checkEntries(tx)
	})
	if err != nil {
		v.report(fmt.Errorf("verify ledger %s: %w", l.path, err))
	}
	return errors.Join(v.problems...)
}

// verification is one Verify under way.
type verification struct {
	l        *Ledger
	ctx      context.Context
	problems []error
	logs     map[uint32]*verifiedLog // by number
}

// verifiedLog is a log with its name and what was met of it.
type verifiedLog struct {
	log
	name string
	met  log // the last entry met, and the places since the last full row; number is not set
}

func (v *verification) report(err error)     { v.problems = append(v.problems, err) }
func (v *verification) reportFile(err error) { v.report(corruptFile(v.l.path, err)) }

// checkMeta checks the facts about the file itself, and that buckets without a sequence have none.
func (v *verification) checkMeta(tx *bolt.Tx) {
	if _, err := format(tx); err != nil {
		v.reportFile(err)
	}
	meta := tx.Bucket(bucketMeta)
	if _, err := unseal(keyCreated, meta.Get(keyCreated)); err != nil {
		v.reportFile(fmt.Errorf("the time of creation: %w", err))
	}
	for _, name := range [][]byte{bucketMeta, bucketRows, bucketSnapshots} {
		if n := tx.Bucket(name).Sequence(); n != 0 {
			v.reportFile(fmt.Errorf("the bucket %q has the sequence %d, and should have none", name, n))
		}
	}
}

// checkLogs checks all names and gathers the logs.
func (v *verification) checkLogs(tx *bolt.Tx) {
	var numbers []uint32
	eachLog(tx, func(name string, g log, err error) {
		if err != nil {
			v.report(v.l.corrupt(name, "the head", err))
			return
		}
		numbers = append(numbers, g.number)
		v.logs[g.number] = &verifiedLog{log: g, name: name}
	})
	if err := checkNumbers(numbers, tx.Bucket(bucketNames).Sequence()); err != nil {
		v.reportFile(err)
	}
}

// checkSnapshots reports damaged ones, although nothing is lost with them: damage is a warning.
func (v *verification) checkSnapshots(tx *bolt.Tx) {
	cur := tx.Bucket(bucketSnapshots).Cursor()
	for key, value := cur.First(); key != nil; key, value = cur.Next() {
		if _, _, err := unsealSnapshot(key, value); err != nil {
			v.reportFile(fmt.Errorf("snapshot %x: %w", key, err))
		}
	}
}

// checkEntries reads all entries of all logs in the order of their places, which is that of each log too.
func (v *verification) checkEntries(tx *bolt.Tx) error {
	entries, rows := tx.Bucket(bucketEntries), tx.Bucket(bucketRows)
	next := place(1)
	cur := entries.Cursor()
	for key, value := cur.First(); key != nil; key, value = cur.Next() {
		if err := v.l.open(v.ctx); err != nil { // Close waits for us
			return err
		}
		next = v.checkEntry(rows, key, value, next)
	}
	v.missing(next, place(entries.Sequence())+1)
	for _, number := range slices.Sorted(maps.Keys(v.logs)) {
		g := v.logs[number]
		v.gap(g, g.head+1)
		if !samePlaces(g.recent, g.met.recent) {
			v.report(v.l.corrupt(g.name, "the list of the last places", errPlaces))
		}
	}
	return nil
}

var errPlaces = errors.New("the entries are elsewhere")

// missing reports that there are no entries from place `from` up to before place `to`.
func (v *verification) missing(from, to place) {
	if to > from {
		v.reportFile(fmt.Errorf("%d entries are missing from place %d on", to-from, from))
	}
}

// checkEntry checks the entry under key, where that at place next should be, and returns the place after it.
func (v *verification) checkEntry(rows *bolt.Bucket, key, value []byte, next place) place {
	if len(key) != 8 {
		v.reportFile(fmt.Errorf("%x is no place", key))
		return next
	}
	at := place(binary.BigEndian.Uint64(key))
	v.missing(next, at)
	_, number, seq, err := unsealEntry(key, value)
	if err != nil {
		v.reportFile(fmt.Errorf("the entry at place %d: %w", at, err)) // gap tells whose it is
		return at + 1
	}
	g := v.logs[number]
	if g == nil || seq <= g.met.head || seq > g.head {
		v.reportFile(fmt.Errorf("entry %d of negotiation number %d at place %d belongs to no log", seq, number, at))
		return at + 1
	}
	v.gap(g, seq)
	g.met.head = seq
	g.met.recent = append(g.met.recent, at)
	v.checkRow(rows, g)
	return at + 1
}

// gap reports what is missing between the last entry met and seq, as one problem: a damaged head can be very far.
func (v *verification) gap(g *verifiedLog, seq ledger.Seq) {
	if seq <= g.met.head+1 {
		return
	}
	lost := fmt.Errorf("entries that are damaged or missing, from this one on: %d", seq-g.met.head-1)
	v.report(v.l.corruptEntry(g.name, g.met.head+1, lost))
	g.met.head = seq - 1
	g.met.recent = slices.Repeat([]place{0}, int(g.met.head%rowSize)) // places unknown
}

// checkRow compares a row with the places of its entries, once they have all been met.
func (v *verification) checkRow(rows *bolt.Bucket, g *verifiedLog) {
	if len(g.met.recent) < rowSize {
		return
	}
	row := fullRows(g.met.head) - 1
	key := rowKey(g.number, row)
	places, err := unsealRow(key, rows.Get(key))
	if err == nil && !samePlaces(places, g.met.recent) {
		err = errPlaces
	}
	if err != nil {
		v.report(v.l.corrupt(g.name, fmt.Sprintf("row %d of the index", row), err))
	}
	g.met.recent = g.met.recent[:0]
}

// samePlaces compares listed places with those met, where 0 is one that was not met.
func samePlaces(listed, met []place) bool {
	return slices.EqualFunc(listed, met, func(l, m place) bool { return m == 0 || l == m })
}

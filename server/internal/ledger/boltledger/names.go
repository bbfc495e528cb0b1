package boltledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// Negotiations implements ledger.Ledger.
func (l *Ledger) Negotiations(ctx context.Context, after string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for p := (namePage{last: after, more: true}); p.more; {
			err := l.readNames(ctx, &p)
			for _, name := range p.names {
				if !yield(name, nil) {
					return
				}
			}
			if err != nil {
				yield("", fmt.Errorf("list negotiations after %q: %w", p.last, err))
				return
			}
		}
	}
}

// namePage is a stretch of the list of names.
type namePage struct {
	names []string
	last  string // looked at, if not listed
	more  bool
}

// readNames replaces the page by the one after it. What was read before an error is good.
func (l *Ledger) readNames(ctx context.Context, p *namePage) error {
	p.names, p.more = nil, false
	return l.view(ctx, func(tx *bolt.Tx) error {
		cur := tx.Bucket(bucketNames).Cursor()
		key, value := cur.Seek([]byte(p.last))
		if key != nil && string(key) == p.last {
			key, value = cur.Next()
		}
		for n := 0; key != nil; n++ {
			if p.more = n == chunkEntries; p.more {
				return nil
			}
			p.last = string(key)
			g, err := unsealLog(key, value)
			if err != nil {
				return l.corrupt(p.last, "the head", err)
			}
			if l.holds.limit(p.last, g.head) > 0 {
				p.names = append(p.names, p.last)
			}
			key, value = cur.Next()
		}
		return nil
	})
}

// checkNames reads all names: one that was lost or changed would look like a negotiation that never was.
func checkNames(tx *bolt.Tx) error {
	for _, name := range buckets {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("it has no bucket %s", name)
		}
	}
	var problems []error
	var numbers []uint32
	entries := uint64(0)
	eachLog(tx, func(name string, g log, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("the head of negotiation %q: %w", name, err))
		}
		numbers = append(numbers, g.number)
		entries += uint64(g.head)
	})
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	if last := tx.Bucket(bucketEntries).Sequence(); entries != last {
		return fmt.Errorf("its heads count %d entries, but it should have %d", entries, last)
	}
	return checkNumbers(numbers, tx.Bucket(bucketNames).Sequence())
}

// checkNumbers says whether every number up to the last one given belongs to one negotiation.
func checkNumbers(numbers []uint32, last uint64) error {
	if uint64(len(numbers)) != last {
		return fmt.Errorf("it has %d negotiations, but should have %d", len(numbers), last)
	}
	slices.Sort(numbers)
	for i, number := range numbers {
		if uint64(number) != uint64(i)+1 {
			return fmt.Errorf("number %d belongs to no negotiation", i+1)
		}
	}
	return nil
}

// eachLog visits all logs as they are stored, also those with a damaged record.
func eachLog(tx *bolt.Tx, visit func(name string, g log, err error)) {
	cur := tx.Bucket(bucketNames).Cursor()
	for key, value := cur.First(); key != nil; key, value = cur.Next() {
		g, err := unsealLog(key, value)
		visit(string(key), g, err)
	}
}

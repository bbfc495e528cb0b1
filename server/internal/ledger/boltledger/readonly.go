package boltledger

import (
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// OpenReadOnly opens the ledger in the file at path to look at it: nothing is ever written to the file, appends fail, and a
// file of an older format is refused, as reading it would need migrating it. The faults are those of Open.
func OpenReadOnly(path string, opts Options) (*Ledger, error) {
	if opts.LockTimeout == 0 {
		opts.LockTimeout = defaultLockTimeout
	}
	if err := inspect(path, opts, migrations); err != nil {
		return nil, err
	}
	readOnly := boltOptions(opts)
	readOnly.ReadOnly, readOnly.InitialMmapSize = true, 0
	db, err := openBolt(path, readOnly)
	if err != nil {
		return nil, err
	}
	err = guard(func() error {
		return db.View(func(tx *bolt.Tx) error {
			is, err := format(tx)
			if err == nil && is < newest(migrations) {
				err = fmt.Errorf("%s has format version %d, and this parley writes %d: start parleyd on it once, to migrate it", path, is, newest(migrations))
			}
			return err
		})
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	l := newLedger(db, path)
	go l.run()
	return l, nil
}

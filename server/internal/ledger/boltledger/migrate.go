package boltledger

import (
	"encoding/binary"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// migration brings a file from one format version to the next. The version itself is written by migrate.
type migration func(tx *bolt.Tx) error

// migrations holds the step from version 1 to 2 at index 0, and so on. Steps are never changed once released. A new
// one comes with a new golden file in testdata.
var migrations []migration

// newest is the format version that the steps lead to.
func newest(steps []migration) uint64 { return uint64(len(steps)) + 1 }

// checkContent says whether a file of sound structure is a ledger that the steps can bring up to date.
func checkContent(tx *bolt.Tx, path string, steps []migration) error {
	is, err := format(tx)
	switch {
	case err != nil:
		return err
	case is > newest(steps):
		return fault.FormatTooNew(path, is, newest(steps))
	case is < newest(steps):
		return nil // laid out differently: migrate checks what comes out
	}
	return checkNames(tx)
}

func format(tx *bolt.Tx) (uint64, error) {
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return 0, errors.New("it is a bbolt file, but has no bucket meta")
	}
	value := meta.Get(keyFormat)
	if value == nil {
		return 0, errors.New("it is a bbolt file, but has no format version")
	}
	body, err := unseal(keyFormat, value)
	if err != nil || len(body) != 8 || binary.BigEndian.Uint64(body) == 0 {
		return 0, fmt.Errorf("format version: %w", errOr(err, "is none"))
	}
	return binary.BigEndian.Uint64(body), nil
}

func putFormat(tx *bolt.Tx, version uint64) error {
	return tx.Bucket(bucketMeta).Put(keyFormat, seal(keyFormat, binary.BigEndian.AppendUint64(nil, version)))
}

// migrate takes all steps that the file still needs, in one transaction: after a failure it is as it was.
func migrate(tx *bolt.Tx, steps []migration) error {
	is, err := format(tx)
	if err != nil {
		return err
	}
	if is == newest(steps) {
		return nil
	}
	for version := is; version < newest(steps); version++ {
		if err := steps[version-1](tx); err != nil {
			return fmt.Errorf("from version %d to %d: %w", version, version+1, err)
		}
	}
	if err := putFormat(tx, newest(steps)); err != nil {
		return err
	}
	return checkNames(tx)
}

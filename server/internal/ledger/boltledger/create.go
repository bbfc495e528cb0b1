package boltledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// create makes an empty ledger at path. It is finished under another name first: a crash leaves no half-made file
// at path, so that an empty or partial one there is always damage. If another process is faster its file stays.
func create(path string, steps []migration) error {
	dir := filepath.Dir(path)
	if err := makeDir(dir); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := fill(tmp.Name(), steps); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// fill writes the buckets of an empty ledger into the empty file at path.
func fill(path string, steps []migration) error {
	opts := boltOptions(Options{LockTimeout: defaultLockTimeout})
	opts.InitialMmapSize = 0 // keeps a new file small
	db, err := openBolt(path, opts)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucket(name); err != nil {
				return fmt.Errorf("bucket %s: %w", name, err)
			}
		}
		now := []byte(time.Now().UTC().Format(time.RFC3339))
		if err := tx.Bucket(bucketMeta).Put(keyCreated, seal(keyCreated, now)); err != nil {
			return err
		}
		return putFormat(tx, newest(steps))
	})
	return errors.Join(err, db.Close())
}

// makeDir is os.MkdirAll that survives a loss of power: without the syncs a whole new folder may vanish, and the
// ledger with it.
func makeDir(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := makeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(parent)
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

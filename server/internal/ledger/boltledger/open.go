package boltledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// Options of Open. The zero value is right for a server.
type Options struct {
	// LockTimeout is how long Open waits for another process to let go of the file; 0 means one second.
	LockTimeout time.Duration
}

const (
	defaultLockTimeout = time.Second

	// initialMmap is address space, not memory: readers and the committer wait for each other only when the file
	// outgrows the map.
	initialMmap = 1 << 30

	fileMode = 0o600
)

// Open opens the ledger in the file at path, and makes one, with its folders, if there is none. The faults are
// StoreInUse if another process has it open, FormatTooNew if a newer parley wrote it, and Corrupt if it is
// damaged or something else than a ledger; all name the file, and leave it as it was, to the byte. It reads all index
// pages and the start of every other page, about a second for each GiB.
func Open(path string, opts Options) (*Ledger, error) {
	return openWith(path, opts, migrations)
}

// openWith is Open with the migrations to take, so that a test can bring its own.
func openWith(path string, opts Options, steps []migration) (*Ledger, error) {
	if opts.LockTimeout == 0 {
		opts.LockTimeout = defaultLockTimeout
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(path, steps); err != nil {
			return nil, fmt.Errorf("create ledger %s: %w", path, err)
		}
	}
	if err := inspect(path, opts, steps); err != nil {
		return nil, err
	}
	db, err := openBolt(path, boltOptions(opts))
	if err != nil {
		return nil, err
	}
	if err := prepare(db, steps); err != nil {
		return nil, errors.Join(fmt.Errorf("open ledger %s: %w", path, err), db.Close())
	}
	l := newLedger(db, path)
	go l.run()
	return l, nil
}

// prepare brings an inspected file to the present format. It commits even if there is nothing to change: the last
// process may have been killed between writing its last commit and syncing it, and what we show must be durable.
func prepare(db *bolt.DB, steps []migration) error {
	return guard(func() error {
		return db.Update(func(tx *bolt.Tx) error { return migrate(tx, steps) })
	})
}

func boltOptions(opts Options) *bolt.Options {
	return &bolt.Options{
		Timeout:         opts.LockTimeout,
		NoFreelistSync:  true,
		FreelistType:    bolt.FreelistMapType,
		InitialMmapSize: initialMmap,
		NoStatistics:    true,
	}
}

// openBolt opens path and translates what can go wrong. Only an inspected file may be opened for writing.
func openBolt(path string, opts *bolt.Options) (*bolt.DB, error) {
	var db *bolt.DB
	err := guard(func() (err error) {
		db, err = bolt.Open(path, fileMode, opts)
		return err
	})
	var pathErr *fs.PathError
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fault.StoreInUse(path)
	case errors.As(err, &pathErr):
		return nil, fmt.Errorf("open ledger %s: %w", path, err)
	default:
		return nil, corruptFile(path, err)
	}
}

func corruptFile(path string, cause error) error {
	return fault.Corrupt(fmt.Sprintf("%s is damaged, or is not a ledger of parley; it was not changed", path), cause)
}

// inspect checks a file without changing it, so that bbolt can safely open it for writing.
func inspect(path string, opts Options, steps []migration) error {
	if info, err := os.Stat(path); err != nil {
		return fmt.Errorf("open ledger: %w", err)
	} else if !info.Mode().IsRegular() {
		return fmt.Errorf("open ledger %s: not a regular file", path)
	} else if info.Size() == 0 {
		return corruptFile(path, errors.New("it is empty; remove it to begin a new ledger")) // bbolt would fill it
	}
	readOnly := boltOptions(opts)
	readOnly.ReadOnly, readOnly.InitialMmapSize = true, 0
	db, err := openBolt(path, readOnly)
	if err != nil {
		return err
	}
	// Also keeps every other process from writing, until it is closed.
	defer func() { _ = db.Close() }()

	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open ledger %s: %w", path, err)
	}
	defer func() { _ = file.Close() }()

	var found *fault.Fault
	err = guard(func() error {
		if err := checkMetas(file, int64(db.Info().PageSize)); err != nil {
			return err
		}
		return db.View(func(tx *bolt.Tx) error {
			if err := checkStructure(tx, file); err != nil {
				return err
			}
			return checkContent(tx, path, steps)
		})
	})
	if err == nil || errors.As(err, &found) {
		return err
	}
	return corruptFile(path, err)
}

// checkStructure walks the pages that tx sees.
func checkStructure(tx *bolt.Tx, file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	pageSize := int64(tx.DB().Info().PageSize)
	root := uint64(tx.Cursor().Bucket().RootPage())
	return checkPages(file, info.Size(), pageSize, root, uint64(tx.Size()/pageSize))
}

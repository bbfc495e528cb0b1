package boltledger

import (
	"bytes"
	"errors"
	"os"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// usedBytes marks the bytes of a sound file that hold something: the two meta pages, and of every page that the newest
// commit can reach its header, its elements, and their keys and values. The rest are pages that wait to be used again
// and the unused ends of others.
func usedBytes(t *testing.T, path string, file []byte) []bool {
	t.Helper()
	used := make([]bool, len(file))
	mark := func(from, n int64) {
		for i := from; i < from+n; i++ {
			used[i] = true
		}
	}
	db, err := bolt.Open(path, fileMode, &bolt.Options{ReadOnly: true}) // a commit would move things
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.View(func(tx *bolt.Tx) error {
		size := int64(tx.DB().Info().PageSize)
		w := &pageWalk{file: bytes.NewReader(file), pageSize: size, limit: uint64(tx.Size() / size), seen: make([]bool, tx.Size()/size)}
		w.tree(uint64(tx.Cursor().Bucket().RootPage()), keyRange{}, true, 0)
		mark(pageHeaderSize, metaSize)
		mark(size+pageHeaderSize, metaSize)
		for id := int64(2); id < int64(len(w.seen)); id++ {
			if !w.seen[id] {
				continue
			}
			base := id * size
			mark(base, pageHeaderSize)
			flags, count := order.Uint16(file[base+8:]), int64(order.Uint16(file[base+10:]))
			for i := range count {
				at := base + pageHeaderSize + i*leafElemSize
				mark(at, leafElemSize)
				if flags == flagBranch {
					mark(at+int64(order.Uint32(file[at:])), int64(order.Uint32(file[at+4:])))
				} else {
					mark(at+int64(order.Uint32(file[at+4:])), int64(order.Uint32(file[at+8:]))+int64(order.Uint32(file[at+12:])))
				}
			}
			id += int64(order.Uint32(file[base+12:])) // pages that it runs on into
		}
		return errors.Join(w.problems...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return used
}

// verifyFile looks for damage as parleyd verify does.
func verifyFile(t *testing.T, path string) error {
	l, err := OpenReadOnly(path, Options{LockTimeout: 1})
	if err != nil {
		return err
	}
	err = l.Verify(t.Context())
	return errors.Join(err, l.Close())
}

// TestVerifyFindsEveryBitThatFlipped flips bits of all bytes that hold something, one at a time, and every one is found.
// (-short and the race detector take a part of them.)
func TestVerifyFindsEveryBitThatFlipped(t *testing.T) {
	path := newPath(t)
	whole := writeSample(t, path)
	if err := verifyFile(t, path); err != nil {
		t.Fatal(err)
	}
	step, flips := 7, 0
	if testing.Short() || raceEnabled {
		step = 101
	}
	for offset, used := range usedBytes(t, path, whole) {
		if !used || offset%step != 0 {
			continue
		}
		damaged := bytes.Clone(whole)
		damaged[offset] ^= 1 << (offset / step % 8)
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := verifyFile(t, path); err == nil {
			t.Errorf("a bit flipped at %d (page %d, byte %d) is not found", offset, offset/os.Getpagesize(), offset%os.Getpagesize())
		} else {
			wantFault(t, err, fault.ReasonStoredDataCorrupt)
		}
		flips++
	}
	if flips < 100 {
		t.Errorf("only %d bits were flipped", flips)
	}
	t.Logf("%d bits flipped", flips)
}

// TestVerifyFindsEveryTruncation cuts the file at many lengths.
func TestVerifyFindsEveryTruncation(t *testing.T) {
	path := newPath(t)
	whole := writeSample(t, path)
	for size := len(whole) - 1; size >= 0; size -= 997 {
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := verifyFile(t, path); err == nil {
			t.Errorf("cut to %d bytes of %d: not found", size, len(whole))
		}
	}
}

func TestWhatIsOpenedReadOnlyStaysAsItIs(t *testing.T) {
	path := newPath(t)
	whole := writeSample(t, path)
	l, err := OpenReadOnly(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantContents(t, l, "oslo", sample["oslo"]...)
	if err := l.Append(t.Context(), "oslo", 33, []byte("x")); err == nil {
		t.Error("an append succeeds")
	}
	wantContents(t, l, "oslo", sample["oslo"]...)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(readFile(t, path), whole) {
		t.Error("the file was changed")
	}
	open(t, path)
	_, err = OpenReadOnly(path, Options{LockTimeout: 1})
	wantFault(t, err, fault.ReasonStoreInUse)
}

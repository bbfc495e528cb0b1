package boltledger

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

var (
	bucketMeta      = []byte("meta")
	bucketNames     = []byte("names")
	bucketRows      = []byte("rows")
	bucketEntries   = []byte("entries")
	bucketSnapshots = []byte("snapshots")

	// buckets are all of them, in the order of the package comment.
	buckets = [][]byte{bucketMeta, bucketNames, bucketRows, bucketEntries, bucketSnapshots}

	keyFormat  = []byte("format")
	keyCreated = []byte("created")
)

// sumSize is the length of the checksum that stands before every value.
const sumSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	errSum    = errors.New("checksum does not match")
	errLength = errors.New("record has the wrong length") // although its checksum matches: a bug
)

// A value is made in two steps: newDraft copies and sums what the caller gave, in the goroutine of the caller, so that
// the one committer has little to add.
type draft struct {
	value []byte // sumSize bytes to be filled in | what the caller gave, with room for a trailer
	sum   uint32 // of what the caller gave
}

// maxTrailer is the room that a draft has for what the committer adds: the owner of an entry.
const maxTrailer = 4 + 8

func newDraft(body ...[]byte) draft {
	size := sumSize + maxTrailer
	for _, part := range body {
		size += len(part)
	}
	value := make([]byte, sumSize, size)
	for _, part := range body {
		value = append(value, part...)
	}
	return draft{value: value, sum: crc32.Checksum(value[sumSize:], castagnoli)}
}

// seal finishes the value for its place under key. It may be done again, for another place.
func (d draft) seal(key, trailer []byte) []byte {
	sum := crc32.Update(d.sum, castagnoli, trailer)
	binary.BigEndian.PutUint32(d.value, crc32.Update(sum, castagnoli, key))
	return append(d.value, trailer...)
}

// seal makes a whole value in one step.
func seal(key, body []byte) []byte { return newDraft(body).seal(key, nil) }

// unseal gives the body of a value, which is part of value: copy what outlives the transaction.
func unseal(key, value []byte) ([]byte, error) {
	if len(value) < sumSize {
		return nil, errSum
	}
	body := value[sumSize:]
	if crc32.Update(crc32.Checksum(body, castagnoli), castagnoli, key) != binary.BigEndian.Uint32(value) {
		return nil, errSum
	}
	return body, nil
}

// unsealSnapshot takes a snapshot apart; data is part of value.
func unsealSnapshot(key, value []byte) (seq ledger.Seq, data []byte, err error) {
	body, err := unseal(key, value)
	if err != nil {
		return 0, nil, err
	}
	if len(body) < 8 {
		return 0, nil, errLength
	}
	return ledger.Seq(binary.BigEndian.Uint64(body)), body[8:], nil
}

func numberKey(number uint32) []byte { return binary.BigEndian.AppendUint32(nil, number) }

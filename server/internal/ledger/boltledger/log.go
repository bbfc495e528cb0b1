package boltledger

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// place is where an entry stands among those of all negotiations.
type place uint64

func (p place) key() []byte { return binary.BigEndian.AppendUint64(nil, uint64(p)) }

// rowSize is how many entries a row lists: a longer row makes the records in names longer, which every append rewrites.
const rowSize = 32

// log is what the bucket names holds of one negotiation. The zero log is that of an unknown one.
type log struct {
	number uint32
	head   ledger.Seq
	recent []place // of the entries after the last full row
}

// fullRows is the number of rows of a log with this head.
func fullRows(head ledger.Seq) uint64 { return uint64(head) / rowSize }

func (g log) seal(name string) []byte {
	body := make([]byte, 0, 4+8+8*len(g.recent))
	body = binary.BigEndian.AppendUint32(body, g.number)
	body = binary.BigEndian.AppendUint64(body, uint64(g.head))
	return seal([]byte(name), appendPlaces(body, g.recent))
}

func unsealLog(name, value []byte) (log, error) {
	body, err := unseal(name, value)
	if err != nil {
		return log{}, err
	}
	if len(body) < 4+8 {
		return log{}, errLength
	}
	g := log{
		number: binary.BigEndian.Uint32(body),
		head:   ledger.Seq(binary.BigEndian.Uint64(body[4:])),
		recent: readPlaces(body[4+8:]),
	}
	if uint64(len(g.recent)) != uint64(g.head)%rowSize {
		return log{}, errLength
	}
	return g, nil
}

func rowKey(number uint32, row uint64) []byte {
	return binary.BigEndian.AppendUint64(numberKey(number), row)
}

func unsealRow(key, value []byte) ([]place, error) {
	if value == nil {
		return nil, errMissing
	}
	body, err := unseal(key, value)
	if err != nil {
		return nil, err
	}
	if len(body) != 8*rowSize {
		return nil, errLength
	}
	return readPlaces(body), nil
}

func appendPlaces(b []byte, places []place) []byte {
	for _, p := range places {
		b = binary.BigEndian.AppendUint64(b, uint64(p))
	}
	return b
}

func readPlaces(b []byte) []place {
	places := make([]place, 0, rowSize) // room for one append
	for ; len(b) >= 8; b = b[8:] {
		places = append(places, place(binary.BigEndian.Uint64(b)))
	}
	return places
}

// owner is what stands behind every entry: whose it is.
func owner(number uint32, seq ledger.Seq) []byte {
	return binary.BigEndian.AppendUint64(numberKey(number), uint64(seq))
}

// unsealEntry takes an entry apart; data is part of value.
func unsealEntry(key, value []byte) (data []byte, number uint32, seq ledger.Seq, err error) {
	body, err := unseal(key, value)
	if err != nil {
		return nil, 0, 0, err
	}
	end := len(body) - (4 + 8)
	if end < 0 {
		return nil, 0, 0, errLength
	}
	return body[:end], binary.BigEndian.Uint32(body[end:]), ledger.Seq(binary.BigEndian.Uint64(body[end+4:])), nil
}

// unsealEntryOf is unsealEntry for an entry that must be this one.
func unsealEntryOf(number uint32, seq ledger.Seq, key, value []byte) ([]byte, error) {
	data, isNumber, isSeq, err := unsealEntry(key, value)
	if err == nil && (isNumber != number || isSeq != seq) {
		err = fmt.Errorf("entry %d of negotiation number %d stands in its place", isSeq, isNumber)
	}
	return data, err
}

var errMissing = errors.New("it is missing")

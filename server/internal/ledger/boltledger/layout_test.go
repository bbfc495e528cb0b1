package boltledger

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// TestLayoutIsAsDrawn compares the drawing in doc.go with a real file: its buckets, and the lengths of what has a fixed
// length. The bytes themselves are spelt out, without the code under test, in TestRecordsByteByByte.
func TestLayoutIsAsDrawn(t *testing.T) {
	path := newPath(t)
	writeSample(t, path)
	drawing := readDrawing(t)
	withBolt(t, path, func(tx *bolt.Tx) error {
		met := map[string]bool{}
		err := tx.ForEach(func(name []byte, b *bolt.Bucket) error {
			met[string(name)] = true
			return b.ForEach(func(key, value []byte) error {
				if !drawing.allows(string(name), key, value) {
					t.Errorf("the drawing knows no record in %s with key %x and a value of %d bytes", name, key, len(value))
				}
				return nil
			})
		})
		for bucket := range drawing {
			if !met[bucket] {
				t.Errorf("the file has no bucket %s", bucket)
			}
		}
		return err
	})
}

// drawn are the lines of the drawing, by bucket.
type drawn map[string][]drawnRecord

type drawnRecord struct{ key, value string }

func readDrawing(t *testing.T) drawn {
	line := regexp.MustCompile(`(?m)^//\t(\w+) +("\w+"|\S+(?: \S+)*)  +(sum .*)$`)
	d := drawn{}
	for _, m := range line.FindAllStringSubmatch(string(readFile(t, "doc.go")), -1) {
		d[m[1]] = append(d[m[1]], drawnRecord{m[2], m[3]})
	}
	want := []string{"entries", "meta", "names", "rows", "snapshots"}
	if got := slices.Sorted(maps.Keys(d)); !slices.Equal(got, want) {
		t.Fatalf("the drawing has the buckets %q, want %q", got, want)
	}
	return d
}

func (d drawn) allows(bucket string, key, value []byte) bool {
	return slices.ContainsFunc(d[bucket], func(r drawnRecord) bool {
		quoted := strings.HasPrefix(r.key, `"`)
		return (!quoted || r.key == fmt.Sprintf("%q", key)) && fits(r.key, len(key)) && fits(r.value, len(value))
	})
}

// fits compares a length with a drawing: the sum of its numbers, and more only if it has something in words.
func fits(drawing string, length int) bool {
	fixed, words := 0, false
	for _, part := range strings.Split(drawing, " | ") {
		number := regexp.MustCompile(`^(?:\w+ uint(\d\d)|(sum))(?: of each of (\d+) .*)?$`).FindStringSubmatch(part)
		switch {
		case number == nil:
			words = true
		case number[2] != "":
			fixed += sumSize
		default:
			bits, times := 0, 1
			_, _ = fmt.Sscan(number[1], &bits)
			_, _ = fmt.Sscan(number[3], &times)
			fixed += bits / 8 * times
		}
	}
	return length == fixed || words && length >= fixed
}

// TestRecordsByteByByte writes one record of each bucket by hand.
func TestRecordsByteByByte(t *testing.T) {
	path := newPath(t)
	l := open(t, path)
	grow(t, l, "oslo", 0, "x")
	entries := make([]string, 33)
	for i := range entries {
		entries[i] = fmt.Sprint("entry ", i+1)
	}
	grow(t, l, "geneva", 0, entries...) // number 2, places 2 to 34
	if err := l.PutSnapshot(t.Context(), "geneva", 33, []byte("all")); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	row := ""
	for place := 2; place <= 33; place++ {
		row += fmt.Sprintf("%016x", place)
	}
	withBolt(t, path, func(tx *bolt.Tx) error {
		wantRecord(t, tx, "meta", hexOf("format"), "0000000000000001")
		wantRecord(t, tx, "names", hexOf("geneva"), "00000002"+"0000000000000021"+"0000000000000022")
		wantRecord(t, tx, "rows", "00000002"+"0000000000000000", row)
		wantRecord(t, tx, "entries", "0000000000000022", hexOf("entry 33")+"00000002"+"0000000000000021")
		wantRecord(t, tx, "snapshots", "00000002", "0000000000000021"+hexOf("all"))
		created := tx.Bucket([]byte("meta")).Get([]byte("created"))
		if _, err := time.Parse(time.RFC3339, string(created[4:])); err != nil {
			t.Errorf("meta created: %v", err)
		}
		return nil
	})
}

func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }

func wantRecord(t *testing.T, tx *bolt.Tx, bucket, key, body string) {
	t.Helper()
	k, _ := hex.DecodeString(key)
	want, _ := hex.DecodeString(body)
	sum := crc32.Checksum(append(slices.Clone(want), k...), crc32.MakeTable(crc32.Castagnoli))
	want = append(binary.BigEndian.AppendUint32(nil, sum), want...)
	if got := tx.Bucket([]byte(bucket)).Get(k); !slices.Equal(got, want) {
		t.Errorf("%s %s holds\n%x, want\n%x", bucket, key, got, want)
	}
}

package boltledger

import (
	"bytes"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"
)

// image is a file in memory whose pages can be damaged one by one.
type image struct {
	bytes       []byte
	pageSize    int64
	root, limit uint64
}

func sampleImage(t *testing.T) image {
	path := newPath(t)
	im := image{bytes: writeSample(t, path)}
	withBolt(t, path, func(tx *bolt.Tx) error {
		im.pageSize = int64(tx.DB().Info().PageSize)
		im.root = uint64(tx.Cursor().Bucket().RootPage())
		im.limit = uint64(tx.Size() / im.pageSize)
		return nil
	})
	return im
}

func (im image) check() error {
	return checkPages(bytes.NewReader(im.bytes), int64(len(im.bytes)), im.pageSize, im.root, im.limit)
}

// damaged gives a copy in which a change was made to one page.
func (im image) damaged(id uint64, change func(page []byte)) image {
	im.bytes = bytes.Clone(im.bytes)
	change(im.bytes[int64(id)*im.pageSize:][:im.pageSize])
	return im
}

// pages are the numbers of the branches or leaves in use.
func (im image) pages(t *testing.T, flags uint16) (ids []uint64) {
	w := &pageWalk{file: bytes.NewReader(im.bytes), pageSize: im.pageSize, limit: im.limit, seen: make([]bool, im.limit)}
	w.tree(im.root, keyRange{}, true, 0)
	for id, used := range w.seen {
		if used && order.Uint16(im.bytes[int64(id)*im.pageSize+8:]) == flags {
			ids = append(ids, uint64(id))
		}
	}
	if len(ids) == 0 {
		t.Fatalf("the sample has no page with flags %#x", flags)
	}
	return ids
}

func TestPageWalkFindsDamagedPages(t *testing.T) {
	im := sampleImage(t)
	if err := im.check(); err != nil {
		t.Fatal(err)
	}
	const elem = pageHeaderSize // offset of the first element
	branch, leaf := im.pages(t, flagBranch), im.pages(t, flagLeaf)
	tests := []struct {
		name   string
		pages  []uint64
		change func(page []byte)
		want   string
	}{
		{"other page", leaf, func(p []byte) { order.PutUint64(p, 1<<40) }, "says that it is page"},
		{"free page", leaf, func(p []byte) { order.PutUint16(p[8:], 0x10) }, "neither branch nor leaf"},
		{"leaf for branch", branch, func(p []byte) { order.PutUint16(p[8:], flagLeaf) }, "page"},
		{"too many elements", leaf, func(p []byte) { order.PutUint16(p[10:], 0xffff) }, "points out of its page"},
		{"no children", branch, func(p []byte) { order.PutUint16(p[10:], 0) }, "without children"},
		{"overflow", leaf, func(p []byte) { order.PutUint32(p[12:], 1<<31) }, "ends beyond the pages in use"},
		{"child out of range", branch, func(p []byte) { order.PutUint64(p[elem+8:], 1<<50) }, "out of range"},
		{"child is a meta page", branch, func(p []byte) { order.PutUint64(p[elem+8:], 1) }, "out of range"},
		{"cycle", branch, func(p []byte) { copy(p[elem+8:elem+16], p[:8]) }, "is used twice"},
		{"key among headers", branch, func(p []byte) { order.PutUint32(p[elem:], 0) }, "among the headers"},
		{"key beyond page", branch, func(p []byte) { order.PutUint32(p[elem+4:], 1<<20) }, "beyond its page"},
		{"no key", branch, func(p []byte) { order.PutUint32(p[elem+4:], 0) }, "has no key"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, id := range test.pages {
				err := im.damaged(id, test.change).check()
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("page %d: %v, want %q", id, err, test.want)
				}
			}
		})
	}
}

func TestPageWalkFindsKeysOutOfOrder(t *testing.T) {
	im := sampleImage(t)
	for _, id := range im.pages(t, flagLeaf) {
		if id == im.root {
			continue
		}
		bad := im.damaged(id, func(p []byte) { // the first key becomes the greatest
			key := pageHeaderSize + int(order.Uint32(p[pageHeaderSize+4:]))
			p[key] = 0xff
		})
		if err := bad.check(); err == nil {
			t.Errorf("page %d: nothing found", id)
		}
	}
}

func TestPageWalkSurvivesAnything(t *testing.T) {
	im := sampleImage(t)
	rapid.Check(t, func(rt *rapid.T) {
		bad := image{bytes.Clone(im.bytes), im.pageSize, im.root, im.limit}
		for range rapid.IntRange(1, 50).Draw(rt, "changes") {
			page := rapid.Int64Range(2, int64(im.limit)-1).Draw(rt, "page")
			at := rapid.Int64Range(0, 200).Draw(rt, "at") // headers are where it hurts
			bad.bytes[page*im.pageSize+at] = rapid.Byte().Draw(rt, "byte")
		}
		_ = bad.check() // it is enough that it comes back
	})
}

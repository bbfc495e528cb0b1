package boltledger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// The parts of bbolt's page format, version 2, that pageWalk needs; see internal/common of go.etcd.io/bbolt. bbolt
// writes numbers in the byte order of the machine.
const (
	pageHeaderSize = 16 // id uint64, flags uint16, count uint16, overflow uint32
	flagBranch     = 0x01
	flagLeaf       = 0x02
	branchElemSize = 16   // pos, ksize uint32, child uint64; pos counts from the element itself
	leafElemSize   = 16   // flags, pos, ksize, vsize uint32
	flagBucket     = 0x01 // of a leaf element: the value is a bucket
	bucketSize     = 16   // root, sequence uint64; root 0: the bucket is a leaf page that follows inline

	metaMagic   = 0xED0CDAED
	metaSize    = 64 // magic, version, pagesize, flags uint32, root bucket, freelist, limit, txid, sum uint64
	metaSumSize = 56 // the bytes before the sum

	maxDepth    = 64  // a tree of pages with two children or more cannot be deeper
	maxProblems = 100 // enough to see what happened
)

var order = binary.NativeEndian

// checkMetas says whether both meta pages are whole. bbolt is content with one, and silently falls back to the commit
// before the last if the newer page is bad. parley is not: an acknowledged entry would be gone without a word. No
// crash leaves a bad meta page behind, as it lies within one disk sector.
func checkMetas(file io.ReaderAt, pageSize int64) error {
	for i := range int64(2) {
		var m [metaSize]byte
		if _, err := file.ReadAt(m[:], i*pageSize+pageHeaderSize); err != nil {
			return fmt.Errorf("read meta page %d: %w", i, err)
		}
		sum := fnv.New64a()
		_, _ = sum.Write(m[:metaSumSize])
		if order.Uint32(m[:]) != metaMagic || sum.Sum64() != order.Uint64(m[metaSumSize:]) {
			return fmt.Errorf("meta page %d is damaged: the newest commits may be missing", i)
		}
	}
	return nil
}

// pageWalk visits every page in use and checks all that bbolt takes for granted when it follows pointers into the
// mapped file. It reads the file with plain reads and trusts nothing, so it can neither panic nor fault.
type pageWalk struct {
	file     io.ReaderAt
	pageSize int64
	limit    uint64 // pages from this number on were never used
	seen     []bool
	problems []error
}

// checkPages walks the tree of pages under root and returns what is wrong with it.
func checkPages(file io.ReaderAt, fileSize, pageSize int64, root, limit uint64) error {
	if limit > uint64(fileSize/pageSize) {
		return fmt.Errorf("file is cut short: it has %d bytes of %d", fileSize, int64(limit)*pageSize)
	}
	w := &pageWalk{file: file, pageSize: pageSize, limit: limit, seen: make([]bool, limit)}
	w.tree(root, keyRange{}, true, 0)
	return errors.Join(w.problems...)
}

func (w *pageWalk) problem(id uint64, format string, args ...any) {
	if len(w.problems) < maxProblems {
		w.problems = append(w.problems, fmt.Errorf("page %d: "+format, append([]any{id}, args...)...))
	}
}

// keyRange bounds the keys of a page: from (inclusive) to (exclusive); nil is no bound.
type keyRange struct{ from, to []byte }

// tree checks the page and all below it. Only the topmost tree may hold buckets.
func (w *pageWalk) tree(id uint64, keys keyRange, top bool, depth int) {
	if depth > maxDepth {
		w.problem(id, "tree is too deep")
		return
	}
	p, err := w.load(id)
	if err != nil {
		w.problem(id, "%w", err)
		return
	}
	switch p.flags {
	case flagBranch:
		w.branch(p, keys, top, depth)
	case flagLeaf:
		w.leaf(p, keys, top, depth)
	default:
		w.problem(id, "is neither branch nor leaf (flags %#x)", p.flags)
	}
}

func (w *pageWalk) branch(p *page, keys keyRange, top bool, depth int) {
	elems, err := p.elements(branchElemSize)
	if err != nil || len(elems) == 0 {
		w.problem(p.id, "branch without children: %w", errOr(err, "none"))
		return
	}
	for i, e := range elems {
		if err := e.follows(elems[:i], keys); err != nil {
			w.problem(p.id, "element %d: %w", i, err)
			return
		}
		below := keyRange{from: e.key, to: keys.to}
		if i+1 < len(elems) {
			below.to = elems[i+1].key
		}
		w.tree(e.child, below, top, depth+1)
	}
}

func (w *pageWalk) leaf(p *page, keys keyRange, top bool, depth int) {
	elems, err := p.elements(leafElemSize)
	if err != nil {
		w.problem(p.id, "%w", err)
		return
	}
	for i, e := range elems {
		if err := e.follows(elems[:i], keys); err != nil {
			w.problem(p.id, "element %d: %w", i, err)
			return
		}
		if isBucket := e.flags&flagBucket != 0; isBucket != top || e.flags&^flagBucket != 0 {
			w.problem(p.id, "element %d: wrong flags %#x", i, e.flags)
		} else if isBucket {
			w.bucket(p, e, depth)
		}
	}
}

// bucket checks the value of a bucket: a pointer to its root page, or that page itself.
func (w *pageWalk) bucket(p *page, e element, depth int) {
	if e.size < bucketSize {
		w.problem(p.id, "bucket %q is too short", e.key)
		return
	}
	head, err := p.bytes(e.value, bucketSize)
	if err != nil {
		w.problem(p.id, "bucket %q: %w", e.key, err)
		return
	}
	if root := order.Uint64(head); root != 0 {
		if e.size != bucketSize {
			w.problem(p.id, "bucket %q is too long", e.key)
		}
		w.tree(root, keyRange{}, false, depth+1)
		return
	}
	inline, err := newPage(p.file, p.id, p.base+e.value+bucketSize, e.size-bucketSize, w.pageSize)
	if err != nil || inline.flags != flagLeaf || inline.self != 0 || inline.overflow != 0 {
		w.problem(p.id, "inline bucket %q: %w", e.key, errOr(err, "is no leaf"))
		return
	}
	if elems, err := inline.elements(leafElemSize); err == nil && inline.end(elems) != inline.size {
		w.problem(p.id, "inline bucket %q is too long", e.key)
	}
	w.leaf(inline, keyRange{}, false, depth+1)
}

// load reads the page with the number id, once.
func (w *pageWalk) load(id uint64) (*page, error) {
	if id < 2 || id >= w.limit {
		return nil, fmt.Errorf("is out of range: pages in use are 2 to %d", w.limit-1)
	}
	p, err := newPage(w.file, id, int64(id)*w.pageSize, int64(w.limit-id)*w.pageSize, w.pageSize)
	if err != nil {
		return nil, err
	}
	if p.self != id {
		return nil, fmt.Errorf("says that it is page %d", p.self)
	}
	if uint64(p.overflow) >= w.limit-id {
		return nil, errors.New("ends beyond the pages in use")
	}
	p.size = (int64(p.overflow) + 1) * w.pageSize
	for i := id; i <= id+uint64(p.overflow); i++ {
		if w.seen[i] {
			return nil, fmt.Errorf("is used twice (at %d)", i)
		}
		w.seen[i] = true
	}
	return p, nil
}

func errOr(err error, text string) error {
	if err != nil {
		return err
	}
	return errors.New(text)
}

// follows checks that the key of e is in order after those of the elements before it, and within keys: the first is the very
// one by which the page above leads here.
func (e element) follows(before []element, keys keyRange) error {
	switch {
	case len(e.key) == 0:
		return errors.New("has no key")
	case len(before) > 0 && bytes.Compare(before[len(before)-1].key, e.key) >= 0:
		return errors.New("key is out of order")
	case keys.from != nil && len(before) == 0 && !bytes.Equal(e.key, keys.from):
		return errors.New("key is not that of the page above")
	case keys.to != nil && bytes.Compare(e.key, keys.to) >= 0:
		return errors.New("key belongs to another page")
	}
	return nil
}

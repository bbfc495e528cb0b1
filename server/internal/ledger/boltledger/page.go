package boltledger

import (
	"errors"
	"fmt"
	"io"
)

// page is one page of the file, with its overflow, or one that lies inline in the value of a bucket. Offsets count
// from its header.
type page struct {
	file     io.ReaderAt
	id       uint64 // the page asked for, or that an inline page lies in
	base     int64  // offset in the file
	size     int64  // bytes up to its end
	start    []byte // its first bytes, read ahead
	self     uint64 // what the header says
	flags    uint16
	count    uint16
	overflow uint32
}

// element is one element of a page.
type element struct {
	key   []byte
	child uint64 // of a branch
	flags uint32 // of a leaf
	value int64  // of a leaf: offset of the value
	size  int64  // of a leaf: length of the value
}

// newPage reads the header of the page at base, which has size bytes at most, and what is cheap to read with it.
func newPage(file io.ReaderAt, id uint64, base, size, readAhead int64) (*page, error) {
	if size < pageHeaderSize {
		return nil, errors.New("has no room for a header")
	}
	p := &page{file: file, id: id, base: base, size: size, start: make([]byte, min(size, readAhead))}
	if _, err := file.ReadAt(p.start, base); err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	p.self = order.Uint64(p.start)
	p.flags = order.Uint16(p.start[8:])
	p.count = order.Uint16(p.start[10:])
	p.overflow = order.Uint32(p.start[12:])
	return p, nil
}

// bytes gives n bytes at offset off, reading them if they lie beyond the first.
func (p *page) bytes(off, n int64) ([]byte, error) {
	if off < 0 || n < 0 || off+n > p.size {
		return nil, errors.New("points out of its page")
	}
	if off+n <= int64(len(p.start)) {
		return p.start[off : off+n], nil
	}
	b := make([]byte, n)
	if _, err := p.file.ReadAt(b, p.base+off); err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	return b, nil
}

// elements reads all elements of a page, whose headers have elemSize bytes each: branchElemSize or leafElemSize,
// which happen to be equal, so the flags of the page decide what they hold.
func (p *page) elements(elemSize int64) ([]element, error) {
	end := pageHeaderSize + int64(p.count)*elemSize
	headers, err := p.bytes(pageHeaderSize, end-pageHeaderSize)
	if err != nil {
		return nil, fmt.Errorf("table of %d elements: %w", p.count, err)
	}
	elems := make([]element, p.count)
	for i := range elems {
		at := int64(i) * elemSize
		h := headers[at : at+elemSize]
		if elems[i], err = p.element(h, pageHeaderSize+at, end); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return elems, nil
}

// end is where the last element of a page ends.
func (p *page) end(elems []element) int64 {
	end := int64(pageHeaderSize)
	for _, e := range elems {
		end = max(end, e.value+e.size)
	}
	return end
}

// element decodes the element header h at offset at. Keys and values lie behind all headers, from end on.
func (p *page) element(h []byte, at, end int64) (element, error) {
	var e element
	var pos, keySize int64
	if p.flags == flagBranch {
		pos, keySize, e.child = int64(order.Uint32(h)), int64(order.Uint32(h[4:])), order.Uint64(h[8:])
	} else {
		e.flags = order.Uint32(h)
		pos, keySize, e.size = int64(order.Uint32(h[4:])), int64(order.Uint32(h[8:])), int64(order.Uint32(h[12:]))
	}
	if at+pos < end {
		return e, errors.New("key lies among the headers")
	}
	e.value = at + pos + keySize
	if e.value+e.size > p.size {
		return e, errors.New("ends beyond its page")
	}
	var err error
	e.key, err = p.bytes(at+pos, keySize)
	return e, err
}

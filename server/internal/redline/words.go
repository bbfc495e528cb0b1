package redline

import (
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Words compares two texts word by word (UAX #29). The DELETE and EQUAL spans joined are old, the INSERT and EQUAL spans
// joined are new, to the byte; a deletion stands before the insertion that replaces it, and no span cuts a word.
func Words(old, new string) []*parleyv1.Span {
	w := spanWriter{old: old, new: new}
	if old == "" || new == "" {
		w.add(parleyv1.Span_OP_DELETE, len(old))
		w.add(parleyv1.Span_OP_INSERT, len(new))
		w.flush()
		return w.spans
	}
	head := sharedHead(old, new)
	foot := sharedFoot(old[head:], new[head:])
	v := newVocabulary(len(old) + len(new) - 2*(head+foot))
	c := &wording{vocabulary: v, old: v.cut(old[head : len(old)-foot]), new: v.cut(new[head : len(new)-foot])}
	w.add(parleyv1.Span_OP_EQUAL, head)
	c.write(&w, c.tidy(c.changes()))
	w.add(parleyv1.Span_OP_EQUAL, foot)
	w.flush()
	return w.spans
}

// wording is two texts that are compared.
type wording struct {
	*vocabulary
	old, new *tokens
}

// change is a run of tokens in one text that stands in place of a run in the other; either may be empty.
type change struct {
	old0, old1 int // old.ids[old0:old1] is taken out
	new0, new1 int // new.ids[new0:new1] is put in
}

// changes finds what differs. Words that only one of the texts has cannot be common and are set aside first, so that
// texts that have little in common are compared as fast as those that have much.
func (c *wording) changes() []change {
	a, fromA := shared(c.old.ids, c.new.ids, len(c.weights))
	b, fromB := shared(c.new.ids, c.old.ids, len(c.weights))
	outA, outB := common(a, b, editsFor(len(a)+len(b)))
	var out []change
	at := change{}
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && outA[i]:
			i++
		case j < len(b) && outB[j]:
			j++
		default:
			at.old1, at.new1 = int(fromA[i]), int(fromB[j])
			if at.old0 < at.old1 || at.new0 < at.new1 {
				out = append(out, at)
			}
			at.old0, at.new0 = at.old1+1, at.new1+1
			i, j = i+1, j+1
		}
	}
	at.old1, at.new1 = c.old.len(), c.new.len()
	if at.old0 < at.old1 || at.new0 < at.new1 {
		out = append(out, at)
	}
	return out
}

// shared gives the members of ids that others has too, and their indexes in ids. Ids are below limit.
func shared(ids, others []int32, limit int) (kept, from []int32) {
	known := make([]bool, limit)
	for _, id := range others {
		known[id] = true
	}
	kept, from = make([]int32, 0, len(ids)), make([]int32, 0, len(ids))
	for i, id := range ids {
		if known[id] {
			kept, from = append(kept, id), append(from, int32(i))
		}
	}
	return kept, from
}

// write turns changes into spans, with the white space around and between the tokens.
func (c *wording) write(w *spanWriter, changes []change) {
	if len(changes) == 0 || changes[0].old0 > 0 && changes[0].new0 > 0 {
		c.writeChange(w, change{})
	}
	at := change{}
	for _, ch := range changes {
		c.writeEqual(w, at.old1, ch.old0, at.new1)
		c.writeChange(w, ch)
		at = ch
	}
	if at.old1 < c.old.len() {
		c.writeEqual(w, at.old1, c.old.len(), at.new1)
		c.writeChange(w, change{c.old.len(), c.old.len(), c.new.len(), c.new.len()})
	}
}

// writeEqual writes old.ids[i:end], which are new.ids[j:] too. The white space between them may differ.
func (c *wording) writeEqual(w *spanWriter, i, end, j int) {
	if i == end {
		return
	}
	from, to := c.old.start[i], c.old.end[end-1]
	if shift := c.new.start[j] - from; int(to+shift) <= len(c.new.text) && c.old.text[from:to] == c.new.text[from+shift:to+shift] {
		w.add(parleyv1.Span_OP_EQUAL, int(to-from))
		return
	}
	for first := i; i < end; i, j = i+1, j+1 {
		if i > first {
			c.writeChange(w, change{i, i, j, j})
		}
		w.add(parleyv1.Span_OP_EQUAL, int(c.old.end[i]-c.old.start[i]))
	}
}

// writeChange writes what was taken out and put in with the white space on both sides of it, of which what is the same
// in both texts stays.
func (c *wording) writeChange(w *spanWriter, ch change) {
	old, new := c.old.piece(ch.old0, ch.old1), c.new.piece(ch.new0, ch.new1)
	if old.before == new.before {
		w.add(parleyv1.Span_OP_EQUAL, len(old.before))
		old.drop(&old.before)
		new.drop(&new.before)
	}
	after := 0
	if old.after == new.after {
		after = len(old.after)
		old.drop(&old.after)
		new.drop(&new.after)
	}
	w.add(parleyv1.Span_OP_DELETE, old.length)
	w.add(parleyv1.Span_OP_INSERT, new.length)
	w.add(parleyv1.Span_OP_EQUAL, after)
}

// piece is a run of tokens with the white space on both sides. Without tokens, before and after are the same blank.
type piece struct {
	before, after string
	length        int // bytes, of all
	bare          bool
}

func (t *tokens) piece(i, end int) piece {
	p := piece{before: t.before(i), after: t.before(end), bare: i == end}
	p.length = len(p.before)
	if !p.bare {
		p.length = int(t.end[end-1]-t.start[i]) + len(p.before) + len(p.after)
	}
	return p
}

// drop takes the white space on one side away.
func (p *piece) drop(side *string) {
	p.length -= len(*side)
	*side = ""
	if p.bare {
		p.before, p.after = "", ""
	}
}

// spanWriter cuts the two texts into spans, from their beginnings.
type spanWriter struct {
	old, new string // what is not written yet
	op       parleyv1.Span_Op
	length   int // of the span that is being made, in bytes
	spans    []*parleyv1.Span
}

func (w *spanWriter) add(op parleyv1.Span_Op, length int) {
	if length == 0 {
		return
	}
	if op != w.op {
		w.flush()
	}
	w.op, w.length = op, w.length+length
}

func (w *spanWriter) flush() {
	if w.length == 0 {
		return
	}
	s := &parleyv1.Span{Op: w.op}
	if w.op == parleyv1.Span_OP_INSERT {
		s.Text = w.new[:w.length]
	} else {
		s.Text, w.old = w.old[:w.length], w.old[w.length:]
	}
	if w.op != parleyv1.Span_OP_DELETE {
		w.new = w.new[w.length:]
	}
	w.spans, w.length = append(w.spans, s), 0
}

// margin is how much of a common beginning or end is compared all the same, in bytes: a change can be shown at
// different places in it ("the cat and [the dog and] the bird"), of which tidy chooses the best.
const margin = 128

// sharedHead gives the length of a beginning that the texts have in common and that need not be looked at. It ends where
// a word begins after a blank, because that is a boundary whatever stands before and after.
func sharedHead(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	if n == len(a) && n == len(b) {
		return n
	}
	for i := n - margin; i > 0; i-- {
		if wordBegins(a, i) {
			return i
		}
	}
	return 0
}

// sharedFoot gives the length of a common end, as sharedHead does of a beginning.
func sharedFoot(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	for k := n - margin; k > 0; k-- {
		if wordBegins(a, len(a)-k) {
			return k
		}
	}
	return 0
}

func wordBegins(s string, i int) bool {
	c := s[i] | 0x20
	return (s[i-1] == ' ' || s[i-1] == '\n') && ('a' <= c && c <= 'z' || '0' <= s[i] && s[i] <= '9')
}

package redline

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Words compares two texts word by word (UAX #29). The DELETE and EQUAL spans joined are old, the INSERT and EQUAL spans
// joined are new, to the byte; a deletion stands before the insertion that replaces it, and no span cuts a word.
func Words(old, new string) []*parleyv1.Span {
	var c Comparer
	return c.Words(old, new)
}

// Script is how one text becomes another: stretches of both that are taken out, put in or stay, in the order of Words.
type Script []stretch

// stretch is of so many bytes.
type stretch struct {
	op parleyv1.Span_Op
	n  int
}

// Spans cuts the two texts, which must be those that the script is of.
func (s Script) Spans(old, new string) []*parleyv1.Span {
	if len(s) == 0 {
		return nil
	}
	all, out := make([]parleyv1.Span, len(s)), make([]*parleyv1.Span, len(s)) // all in one piece of memory
	for i, l := range s {
		span := &all[i]
		out[i], span.Op = span, l.op
		if l.op == parleyv1.Span_OP_INSERT {
			span.Text = new[:l.n]
		} else {
			span.Text, old = old[:l.n], old[l.n:]
		}
		if l.op != parleyv1.Span_OP_DELETE {
			new = new[l.n:]
		}
	}
	return out
}

func (s *Script) add(op parleyv1.Span_Op, n int) {
	if n == 0 {
		return
	}
	if last := len(*s) - 1; last >= 0 && (*s)[last].op == op {
		(*s)[last].n += n
		return
	}
	*s = append(*s, stretch{op, n})
}

// Comparer compares texts as Words does, and keeps what it works with: it is faster for several. It serves one caller at a time,
// and holds on to the texts.
type Comparer struct {
	vocabulary
	old, new   tokens
	known      []int32 // by number of a word: the search that has seen it
	search     int32
	a, b       common
	script     script
	changed    []change
	lettersOld []int32 // before each token
	lettersNew []int32
	out        Script
}

// common is what a list of words has that another one has, too.
type common struct {
	ids  []int32
	from []int32 // where they are in the list
}

// Words is the function of that name.
func (c *Comparer) Words(old, new string) []*parleyv1.Span {
	return c.compare(old, new).Spans(old, new)
}

// Script gives what Words shows, without the words.
func (c *Comparer) Script(old, new string) Script { return slices.Clone(c.compare(old, new)) }

// compare makes a script that is valid until the next.
func (c *Comparer) compare(old, new string) Script {
	c.out = c.out[:0]
	if old == "" || new == "" {
		c.out.add(parleyv1.Span_OP_DELETE, len(old))
		c.out.add(parleyv1.Span_OP_INSERT, len(new))
		return c.out
	}
	head := sharedHead(old, new)
	foot := sharedFoot(old[head:], new[head:])
	c.cut(&c.old, old[head:len(old)-foot])
	c.cut(&c.new, new[head:len(new)-foot])
	c.out.add(parleyv1.Span_OP_EQUAL, head)
	c.write(c.tidy(c.changes()))
	c.out.add(parleyv1.Span_OP_EQUAL, foot)
	return c.out
}

// change is a run of tokens in one text that stands in place of a run in the other; either may be empty.
type change struct {
	old0, old1 int // old.ids[old0:old1] is taken out
	new0, new1 int // new.ids[new0:new1] is put in
}

// changes finds what differs. Words that only one of the texts has cannot be common and are set aside first, so that
// texts that have little in common are compared as fast as those that have much.
func (c *Comparer) changes() []change {
	c.share(&c.a, c.old.ids, c.new.ids)
	c.share(&c.b, c.new.ids, c.old.ids)
	a, b := &c.a, &c.b
	onlyA, onlyB := c.script.run(a.ids, b.ids, editsFor(len(a.ids)+len(b.ids)))
	out := c.changed[:0]
	at := change{}
	for i, j := 0, 0; i < len(a.ids) || j < len(b.ids); {
		switch {
		case i < len(a.ids) && onlyA[i]:
			i++
		case j < len(b.ids) && onlyB[j]:
			j++
		default:
			at.old1, at.new1 = int(a.from[i]), int(b.from[j])
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
	c.changed = out
	return out
}

// share finds the members of ids that others has too.
func (c *Comparer) share(out *common, ids, others []int32) {
	c.search++
	if more := len(c.weights) - len(c.known); more > 0 {
		c.known = append(c.known, make([]int32, more)...)
	}
	for _, id := range others {
		c.known[id] = c.search
	}
	out.ids, out.from = out.ids[:0], out.from[:0]
	for i, id := range ids {
		if c.known[id] == c.search {
			out.ids, out.from = append(out.ids, id), append(out.from, int32(i))
		}
	}
}

// write turns changes into spans, with the white space around and between the tokens.
func (c *Comparer) write(changes []change) {
	if len(changes) == 0 || changes[0].old0 > 0 && changes[0].new0 > 0 {
		c.writeChange(change{})
	}
	at := change{}
	for _, ch := range changes {
		c.writeEqual(at.old1, ch.old0, at.new1)
		c.writeChange(ch)
		at = ch
	}
	if at.old1 < c.old.len() {
		c.writeEqual(at.old1, c.old.len(), at.new1)
		c.writeChange(change{c.old.len(), c.old.len(), c.new.len(), c.new.len()})
	}
}

// writeEqual writes old.ids[i:end], which are new.ids[j:] too. The white space between them may differ.
func (c *Comparer) writeEqual(i, end, j int) {
	if i == end {
		return
	}
	from, to := c.old.start[i], c.old.end[end-1]
	if shift := c.new.start[j] - from; int(to+shift) <= len(c.new.text) && c.old.text[from:to] == c.new.text[from+shift:to+shift] {
		c.out.add(parleyv1.Span_OP_EQUAL, int(to-from))
		return
	}
	for first := i; i < end; i, j = i+1, j+1 {
		if i > first {
			c.writeChange(change{i, i, j, j})
		}
		c.out.add(parleyv1.Span_OP_EQUAL, int(c.old.end[i]-c.old.start[i]))
	}
}

// writeChange writes what was taken out and put in with the white space on both sides of it, of which what is the same
// in both texts stays.
func (c *Comparer) writeChange(ch change) {
	old, new := c.old.piece(ch.old0, ch.old1), c.new.piece(ch.new0, ch.new1)
	if old.before == new.before {
		c.out.add(parleyv1.Span_OP_EQUAL, len(old.before))
		old.drop(&old.before)
		new.drop(&new.before)
	}
	after := 0
	if old.after == new.after {
		after = len(old.after)
		old.drop(&old.after)
		new.drop(&new.after)
	}
	c.out.add(parleyv1.Span_OP_DELETE, old.length)
	c.out.add(parleyv1.Span_OP_INSERT, new.length)
	c.out.add(parleyv1.Span_OP_EQUAL, after)
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

package redline

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/words"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Words compares two texts word by word (UAX #29). The DELETE and EQUAL spans joined are old, the INSERT and EQUAL spans
// joined are new, to the byte; a deletion stands before the insertion that replaces it.
func Words(old, new string) []*parleyv1.Span {
	a, b := split(old), split(new)
	var out spans
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	foot := 0
	for foot < len(a)-head && foot < len(b)-head && a[len(a)-1-foot] == b[len(b)-1-foot] {
		foot++
	}
	out.add(parleyv1.Span_OP_EQUAL, a[:head])
	out.middle(a[head:len(a)-foot], b[head:len(b)-foot])
	out.add(parleyv1.Span_OP_EQUAL, a[len(a)-foot:])
	return tidy(out.list)
}

func split(s string) []string {
	var out []string
	for w := words.FromString(s); w.Next(); {
		out = append(out, w.Value())
	}
	return out
}

type spans struct{ list []*parleyv1.Span }

func (s *spans) add(op parleyv1.Span_Op, tokens []string) {
	if len(tokens) == 0 {
		return
	}
	text := strings.Join(tokens, "")
	if n := len(s.list); n > 0 && s.list[n-1].Op == op {
		s.list[n-1].Text += text
		return
	}
	s.list = append(s.list, &parleyv1.Span{Op: op, Text: text})
}

// middle compares what is left between a common beginning and end.
func (s *spans) middle(a, b []string) {
	i, j := 0, 0
	for _, m := range common(a, b) {
		s.add(parleyv1.Span_OP_DELETE, a[i:m[0]])
		s.add(parleyv1.Span_OP_INSERT, b[j:m[1]])
		s.add(parleyv1.Span_OP_EQUAL, a[m[0]:m[0]+1])
		i, j = m[0]+1, m[1]+1
	}
	s.add(parleyv1.Span_OP_DELETE, a[i:])
	s.add(parleyv1.Span_OP_INSERT, b[j:])
}

// tidy makes a diff readable: equal runs without a letter or digit between two changes become part of the changes, and
// within a run of changes the deletion comes first.
func tidy(in []*parleyv1.Span) []*parleyv1.Span {
	var out []*parleyv1.Span
	var del, ins string
	flush := func() {
		if del != "" {
			out = append(out, &parleyv1.Span{Op: parleyv1.Span_OP_DELETE, Text: del})
		}
		if ins != "" {
			out = append(out, &parleyv1.Span{Op: parleyv1.Span_OP_INSERT, Text: ins})
		}
		del, ins = "", ""
	}
	for i, s := range in {
		switch {
		case s.Op == parleyv1.Span_OP_DELETE:
			del += s.Text
		case s.Op == parleyv1.Span_OP_INSERT:
			ins += s.Text
		case i > 0 && i < len(in)-1 && del != "" && ins != "" && strings.TrimSpace(s.Text) == "":
			del += s.Text
			ins += s.Text
		default:
			flush()
			out = append(out, s)
		}
	}
	flush()
	return out
}

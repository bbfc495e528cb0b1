package analysis

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// Blame tells of every word of a point which revision brought it in. Each wording is compared with the one before it on the
// way back through the revisions that the viewer may see; what it has in common with that keeps its origin, and what
// is left is looked for in the points that it came out of by splits and merges, and in the other parents. A wording that
// the point had before comes back with its old origins.
func Blame(l *lens.Lens, name string) (*parleyv1.BlamePointResponse, error) {
	r, err := l.Revision(record.ParentOf(name))
	if err != nil {
		return nil, fault.Missing(name)
	}
	id := record.IDOf(name)
	if _, ok := r.Text.Point(id); !ok {
		return nil, fault.Missing(name)
	}
	b := &blame{lens: l, asked: r.Revision, known: map[blameKey]origins{}, versions: map[string][]*record.Revision{}}
	found := b.of(r.Revision, id)
	out := &parleyv1.BlamePointResponse{Point: r.Msg.GetName() + "/points/" + id}
	if found.restored != nil {
		out.RestoredBy = found.restored.Msg.GetName()
	}
	return out, b.answer(out, id, found.parts)
}

// blame is the work on one question.
type blame struct {
	lens     *lens.Lens
	asked    *record.Revision
	known    map[blameKey]origins
	versions map[string][]*record.Revision // by point id: see versionsOf
	words    redline.Comparer
}

type blameKey struct {
	revision *record.Revision
	point    string
}

// origins tells where the words of a point in a revision come from.
type origins struct {
	parts    []part
	restored *record.Revision // what brought the whole wording back; nil if it never went
}

// part is a text within a point, and where its words come from.
type part struct {
	kind  parleyv1.BlamePointResponse_Part
	label string // of an alternative
	text  string
	runs  []origin // they cover the text

	script func(was string) redline.Script // from an older text to all of this one; nil where nobody remembers
}

// origin says of a stretch of text, by its length in bytes, where it came in. No revision stands for not known yet.
type origin struct {
	length   int
	revision *record.Revision
	point    string
}

// partsOf takes a point apart. All its words are without an origin as yet.
func partsOf(p *parleyv1.Point) []part {
	var out []part
	add := func(kind parleyv1.BlamePointResponse_Part, label, text string) {
		if text != "" {
			out = append(out, part{kind: kind, label: label, text: text, runs: []origin{{length: len(text)}}})
		}
	}
	add(parleyv1.BlamePointResponse_PART_HEADING, "", p.GetHeading())
	add(parleyv1.BlamePointResponse_PART_TEXT, "", p.GetText())
	for _, a := range p.GetAlternatives() {
		add(parleyv1.BlamePointResponse_PART_ALTERNATIVE, a.GetLabel(), a.GetText())
	}
	return out
}

// of tells where the words of a point in a revision come from.
func (b *blame) of(r *record.Revision, id string) origins {
	p, _ := r.Text.Point(id)
	for { // as long as nothing happened to the wording, not even to its blanks, ask the parent
		if by, ok := r.Touched(id); ok && by != nil {
			r = by
		}
		before := unchangedIn(b.lens, r, p)
		if before == nil {
			break
		}
		if old, _ := before.Text.Point(id); !slices.EqualFunc(partsOf(old), partsOf(p), sameText) {
			break
		}
		r = before
	}
	key := blameKey{r, id}
	if known, ok := b.known[key]; ok {
		return known
	}
	found := b.changed(r, id)
	b.known[key] = found
	return found
}

// changed works out the origins of a wording that no parent has.
func (b *blame) changed(r *record.Revision, id string) origins {
	p, _ := r.Text.Point(id)
	parts := partsOf(p)
	if before := unchangedIn(b.lens, r, p); before != nil { // but for its blanks
		found := b.of(before, id)
		return origins{b.settle(parts, r, id, found.parts), found.restored}
	}
	if p.GetDigest() != "" {
		if earlier := b.earlier(r, id, p.GetDigest()); earlier != nil {
			return origins{b.settle(parts, r, id, b.of(earlier, id).parts), r}
		}
	}
	for i := range parts {
		if parts[i].kind == parleyv1.BlamePointResponse_PART_TEXT {
			parts[i].script = func(was string) redline.Script { return r.Text.Rewording(&b.words, id, was) }
		}
	}
	for source := range b.sources(r, id, p) {
		for i := range parts {
			for _, from := range inOrder(source.parts, parts[i]) {
				b.take(&parts[i], from, source.nearest && from.kind == parts[i].kind && from.label == parts[i].label)
			}
		}
	}
	return origins{parts: b.settle(parts, r, id, nil)}
}

// settle gives the parts of a wording the origins that they have in another that says the same, if there is one; what has
// none then came in with r, but for blanks, which go with the words beside them. Marks alone, such as a full stop, that
// stand after new words go with those, whatever was there before.
func (b *blame) settle(parts []part, r *record.Revision, id string, same []part) []part {
	for i := range parts {
		p := &parts[i]
		for _, from := range inOrder(same, *p) {
			b.take(p, from, from.kind == p.kind && from.label == p.label)
		}
		at, fresh := 0, false // fresh: the words before came in with r
		for j := range p.runs {
			run := &p.runs[j]
			text := p.text[at : at+run.length]
			at += run.length
			blank := strings.TrimSpace(text) == ""
			switch {
			case run.revision != nil && !(fresh && bare(text)):
				fresh = false
			case j > 0 && (blank || run.revision != nil):
				run.revision, run.point = p.runs[j-1].revision, p.runs[j-1].point
			case blank && len(p.runs) > 1 && p.runs[1].revision != nil:
				run.revision, run.point = p.runs[1].revision, p.runs[1].point
			default:
				run.revision, run.point, fresh = r, id, true
			}
		}
	}
	return parts
}

// bare tells whether there is no letter and no digit in a text.
func bare(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

func sameText(a, b part) bool { return a.kind == b.kind && a.label == b.label && a.text == b.text }

// source is a wording that words may have come from.
type source struct {
	parts   []part
	nearest bool // it is what the point was before, or, if it is new, what it came out of
}

// sources yields the wordings that the words of a changed point may come from, the nearest first: the point in the parents,
// or as it was last worded; then the points in the parents that it came out of.
func (b *blame) sources(r *record.Revision, id string, p *parleyv1.Point) iter.Seq[source] {
	return func(yield func(source) bool) {
		nearest := true
		try := func(parent *record.Revision, id string) bool {
			if b.lens.Over() {
				return false
			}
			if old, ok := parent.Text.Point(id); !ok || old.GetDigest() == "" {
				return true
			}
			more := yield(source{b.of(parent, id).parts, nearest})
			nearest = false
			return more
		}
		for parent := range b.lens.Parents(r) {
			if !try(parent, id) {
				return
			}
		}
		if last := b.earlier(r, id, ""); nearest && last != nil && !try(last, id) {
			return
		}
		for _, from := range p.GetOrigins() {
			for parent := range b.lens.Parents(r) {
				if from != id && !try(parent, from) {
					return
				}
			}
		}
	}
}

// inOrder puts the part that corresponds to another first.
func inOrder(parts []part, like part) []part {
	out := slices.Clone(parts)
	slices.SortStableFunc(out, func(a, b part) int { return cmp.Compare(unlike(a, like), unlike(b, like)) })
	return out
}

func unlike(a, b part) int {
	switch {
	case a.kind == b.kind && a.label == b.label:
		return 0
	case a.kind == b.kind:
		return 1
	}
	return 2
}

// fewWords is how many words in a row must be the same to come from a wording that is not the nearest: a "the" may be from
// anywhere.
const fewWords = 3

// take gives those words of a part that have no origin yet, and that another part has in common with it, the origin that
// they have there.
func (b *blame) take(p *part, from part, nearest bool) {
	var runs []origin
	at := 0
	for _, run := range p.runs {
		text := p.text[at : at+run.length]
		at += run.length
		if run.revision != nil {
			runs = append(runs, run)
			continue
		}
		spans := b.spans(p, from.text, text)
		runs = append(runs, shared(from, spans, nearest)...)
	}
	p.runs = runs
}

// spans compares a text with one in a part, or all of it.
func (b *blame) spans(p *part, was, text string) []*parleyv1.Span {
	if p.script != nil && len(text) == len(p.text) {
		return p.script(was).Spans(was, text)
	}
	return b.words.Words(was, text)
}

// shared divides a text by what it has in common with a part whose origins are known, given how it differs.
func shared(from part, spans []*parleyv1.Span, nearest bool) []origin {
	var out []origin
	at := 0 // in from.text
	for _, span := range spans {
		n := len(span.GetText())
		switch span.GetOp() {
		case parleyv1.Span_OP_DELETE:
			at += n
		case parleyv1.Span_OP_INSERT:
			out = append(out, origin{length: n})
		case parleyv1.Span_OP_EQUAL:
			if nearest || n == len(from.text) || len(strings.Fields(span.GetText())) >= fewWords {
				out = append(out, cutOut(from.runs, at, n)...)
			} else {
				out = append(out, origin{length: n})
			}
			at += n
		}
	}
	return out
}

// cutOut gives the origins of n bytes beginning at a place.
func cutOut(runs []origin, at, n int) []origin {
	var out []origin
	for _, run := range runs {
		if skip := min(at, run.length); n > 0 {
			length := min(run.length-skip, n)
			if length > 0 {
				out = append(out, origin{length, run.revision, run.point})
			}
			at, n = at-skip, n-length
		}
	}
	return out
}

// versionsOf gives the revisions on the way to the one asked about that gave a point another wording than a parent had, or
// its first, newest first.
func (b *blame) versionsOf(id string) []*record.Revision {
	if list, ok := b.versions[id]; ok {
		return list
	}
	list := []*record.Revision{}
	for r := range b.lens.Changes(b.asked, id) {
		p, ok := r.Text.Point(id)
		if ok && p.GetDigest() != "" && unchangedIn(b.lens, r, p) == nil {
			list = append(list, r)
		}
	}
	b.versions[id] = list
	return list
}

// earlier finds the newest revision before r, and on the way to it, that gave the point a wording of that digest; any
// wording for no digest. nil if there is none.
func (b *blame) earlier(r *record.Revision, id, digest string) *record.Revision {
	for _, v := range b.versionsOf(id) {
		if b.lens.Over() {
			return nil
		}
		if v.Time >= r.Time {
			continue
		}
		p, _ := v.Text.Point(id)
		if (digest == "" || p.GetDigest() == digest) && b.descends(r, v) {
			return v
		}
	}
	return nil
}

// descends tells whether a revision follows another, directly or not.
func (b *blame) descends(r, from *record.Revision) bool {
	for each := range b.lens.Ancestry(r) {
		if each == from {
			return true
		}
		if each.Time < from.Time { // newest first
			return false
		}
	}
	return false
}

// answer writes the runs, and the revisions that they came in with, oldest first.
func (b *blame) answer(out *parleyv1.BlamePointResponse, id string, parts []part) error {
	brought := map[*record.Revision]int32{} // characters
	for _, p := range parts {
		at := 0
		for _, run := range p.runs {
			brought[run.revision] += int32(utf8.RuneCountInString(p.text[at : at+run.length]))
			at += run.length
		}
	}
	index := map[*record.Revision]int32{}
	for _, r := range slices.SortedFunc(maps.Keys(brought), func(a, b *record.Revision) int { return cmp.Compare(a.Time, b.Time) }) {
		o, err := b.originOf(r, brought[r])
		if err != nil {
			return err
		}
		index[r] = int32(len(out.Origins))
		out.Origins = append(out.Origins, o)
	}
	for _, p := range parts {
		out.Runs = append(out.Runs, runsOf(p, id, index)...)
	}
	return nil
}

func (b *blame) originOf(r *record.Revision, characters int32) (*parleyv1.BlamePointResponse_Origin, error) {
	seen, err := b.lens.Revision(r.Msg.GetName())
	if err != nil {
		return nil, err
	}
	m := b.lens.Message(seen, false)
	return &parleyv1.BlamePointResponse_Origin{
		Revision: m.GetName(), Ordinal: m.GetOrdinal(), DisplayName: m.GetDisplayName(), Contributors: m.GetContributors(),
		Event: m.GetEvent(), HeldTime: m.GetHeldTime(), PublicTime: m.GetPublicTime(), CreateTime: m.GetCreateTime(), Characters: characters,
	}, nil
}

// runsOf writes the runs of a part, neighbours of the same origin as one.
func runsOf(p part, id string, index map[*record.Revision]int32) []*parleyv1.BlamePointResponse_Run {
	var out []*parleyv1.BlamePointResponse_Run
	at := 0
	for i, run := range p.runs {
		text := p.text[at : at+run.length]
		at += run.length
		if i > 0 && p.runs[i-1].revision == run.revision && p.runs[i-1].point == run.point {
			out[len(out)-1].Text += text
			continue
		}
		msg := &parleyv1.BlamePointResponse_Run{Part: p.kind, Alternative: p.label, Text: text, Origin: index[run.revision]}
		if run.point != id {
			msg.Point = run.point
		}
		out = append(out, msg)
	}
	return out
}

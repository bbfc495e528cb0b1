package show

import (
	"cmp"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Diff writes what happened between two revisions, point by point. The revisions are for the title; base is nil if there
// is none. Long runs of unchanged words are cut unless all is wanted.
func (p Page) Diff(d *parleyv1.DiffRevisionsResponse, base, revision *parleyv1.Revision, all bool) string {
	var b strings.Builder
	b.WriteString(p.diffTitle(base, revision))
	b.WriteString(wrapItems(summary(d.GetSummary()), " · ", p.width(), func(text string) string { return text }))
	labels := 0
	for _, row := range d.GetPoints() {
		labels = max(labels, ansi.StringWidth(labelOf(row)))
	}
	for _, row := range d.GetPoints() {
		b.WriteByte('\n')
		b.WriteString(p.diffRow(row, min(labels, 9)+2, all))
	}
	return b.String()
}

func (p Page) diffTitle(base, revision *parleyv1.Revision) string {
	from := "nothing"
	if base != nil {
		from = RevisionID(base.GetName())
	}
	title := p.style(bold, from+" → "+RevisionID(revision.GetName())) + "\n"
	if base == nil {
		return title
	}
	return title + wrap(p.style(faint, called(base)+" → "+called(revision)), p.width(), "")
}

// called gives a revision's title and date.
func called(r *parleyv1.Revision) string {
	date := dated(r)
	switch {
	case r.GetDisplayName() == "":
		return cmp.Or(date, "untitled")
	case date == "":
		return r.GetDisplayName()
	}
	return r.GetDisplayName() + " (" + date + ")"
}

// dated gives the date of a revision's text, or else of its becoming public; empty if there is none. It is of the revision
// itself, or of what tells of it.
func dated(r interface {
	GetHeldTime() *parleyv1.PartialTime
	GetPublicTime() *parleyv1.PartialTime
},
) string {
	return cmp.Or(When(r.GetHeldTime()), When(r.GetPublicTime()))
}

// When gives a partial time as it was recorded, empty if there is none. Days of one month are written as 2025-11-19/21, as
// ISO 8601 has it too.
func When(t *parleyv1.PartialTime) string {
	const month = len("2025-11-")
	from, to, span := strings.Cut(t.GetValue(), "/")
	if span && len(from) == month+2 && len(to) == month+2 && from[:month] == to[:month] {
		return from + "/" + to[month:]
	}
	return cmp.Or(t.GetValue(), t.GetRaw())
}

// summary counts what happened, in words, and how many points were reworded in any case.
func summary(s *parleyv1.DiffSummary) []string {
	if s.GetReworded() == 0 {
		return append([]string{"0 reworded"}, counts(s)...)
	}
	return counts(s)
}

// counts is what happened, in words.
func counts(s *parleyv1.DiffSummary) []string {
	var out []string
	add := func(n int32, what string) {
		if n > 0 {
			out = append(out, itoa(int(n))+" "+what)
		}
	}
	add(s.GetReworded(), "reworded")
	add(s.GetAdded(), "added")
	add(s.GetRestored(), "restored")
	add(s.GetStruck(), "struck")
	add(s.GetDeferred(), "left open")
	add(s.GetMovedElsewhere(), "moved elsewhere")
	add(s.GetObscured(), "fate unknown")
	add(s.GetSplit(), "split")
	add(s.GetMerged(), "merged")
	add(s.GetMoved(), "moved")
	add(s.GetRenumbered(), "renumbered")
	add(s.GetAnnotated(), "annotated")
	add(s.GetUnchanged(), "unchanged")
	return out
}

// kindWords are the kinds of change in words.
var kindWords = map[parleyv1.PointDiff_Kind]string{
	parleyv1.PointDiff_KIND_DEFERRED:        "left open",
	parleyv1.PointDiff_KIND_MOVED_ELSEWHERE: "moved elsewhere",
	parleyv1.PointDiff_KIND_OBSCURED:        "fate unknown",
}

func (p Page) kinds(row *parleyv1.PointDiff) string {
	var out []string
	for _, k := range row.GetKinds() {
		word, ok := kindWords[k]
		if !ok {
			word = lower(k.String(), "KIND_")
		}
		out = append(out, word)
	}
	text := strings.Join(out, ", ")
	switch {
	case slices.Contains(row.GetKinds(), parleyv1.PointDiff_KIND_STRUCK):
		return p.style(red, text)
	case slices.Contains(row.GetKinds(), parleyv1.PointDiff_KIND_ADDED):
		return p.style(green, text)
	}
	return p.style(yellow, text)
}

// labelOf gives the number of a point, or the old and the new one.
func labelOf(row *parleyv1.PointDiff) string {
	was, is := row.GetBefore().GetLabel(), row.GetAfter().GetLabel()
	switch {
	case row.GetAfter() == nil:
		return was
	case row.GetBefore() == nil || was == is:
		return is
	}
	return cmp.Or(was, "·") + "→" + cmp.Or(is, "·")
}

func (p Page) diffRow(row *parleyv1.PointDiff, indent int, all bool) string {
	label := labelOf(row)
	kinds := p.kinds(row)
	room := p.width() - indent - ansi.StringWidth(kinds) - 2
	line := apart(pad(label, indent)+p.style(bold, fit(p.heading(row), max(room, 20))), kinds, p.width())
	blank := strings.Repeat(" ", indent)
	var b strings.Builder
	b.WriteString(line + "\n")
	if len(row.GetHeading()) > 0 && row.GetBefore().GetHeading() != "" && row.GetAfter().GetHeading() != "" {
		b.WriteString(wrap("heading: "+p.spans(row.GetHeading(), true), p.width(), blank))
	}
	for _, text := range p.body(row, all) {
		b.WriteString(wrap(text, p.width(), blank))
	}
	for _, text := range remarks(row) {
		b.WriteString(wrap(p.style(faint, text), p.width(), blank))
	}
	return b.String()
}

func (p Page) heading(row *parleyv1.PointDiff) string {
	return cmp.Or(row.GetAfter().GetHeading(), row.GetBefore().GetHeading(), row.GetPoint())
}

// body gives the compared text and alternatives, a paragraph each.
func (p Page) body(row *parleyv1.PointDiff, all bool) []string {
	var out []string
	text := p.spansOrWhole(row.GetText(), all)
	if was := row.GetBefore().GetText(); was != "" && leftOpen(row) { // nobody took these words out
		text = p.style(faint, "last wording: "+shorten(was, all))
	}
	if text != "" {
		out = append(out, text)
	}
	for _, a := range row.GetAlternatives() {
		mark := a.GetNewLabel()
		switch {
		case a.GetNewLabel() == "":
			mark = "[" + a.GetOldLabel() + "] taken out: "
		case a.GetOldLabel() == "":
			mark = "[" + a.GetNewLabel() + "] new: "
		default:
			mark = "[" + mark + "] "
		}
		out = append(out, mark+p.spansOrWhole(a.GetText(), all))
	}
	return out
}

// leftOpen tells whether a point lost its wording other than by being struck.
func leftOpen(row *parleyv1.PointDiff) bool {
	return slices.ContainsFunc(row.GetKinds(), func(k parleyv1.PointDiff_Kind) bool {
		return k == parleyv1.PointDiff_KIND_DEFERRED || k == parleyv1.PointDiff_KIND_MOVED_ELSEWHERE || k == parleyv1.PointDiff_KIND_OBSCURED
	})
}

// spansOrWhole cuts a text that is only new, or only gone, from its end.
func (p Page) spansOrWhole(spans []*parleyv1.Span, all bool) string {
	if len(spans) == 1 && spans[0].GetOp() != parleyv1.Span_OP_EQUAL {
		spans = []*parleyv1.Span{{Op: spans[0].GetOp(), Text: shorten(spans[0].GetText(), all)}}
	}
	return p.spans(spans, all)
}

// remarks tell what the words do not: lineage, whom the point obliges, and how it was recognised.
func remarks(row *parleyv1.PointDiff) []string {
	var out []string
	was, is := row.GetBefore(), row.GetAfter()
	if len(row.GetInto()) > 0 {
		out = append(out, "now in: "+strings.Join(row.GetInto(), ", "))
	}
	if len(row.GetFrom()) > 0 {
		out = append(out, "from: "+strings.Join(row.GetFrom(), ", "))
	}
	if is.GetMovedTo() != "" && is.GetMovedTo() != was.GetMovedTo() {
		out = append(out, "now in the plan "+ID(is.GetMovedTo()))
	}
	if was != nil && is != nil {
		if change := setChange(was.GetObliges(), is.GetObliges()); change != "" && is.GetState() == parleyv1.Point_STATE_PRESENT {
			out = append(out, "obliges: "+change)
		}
		if was.GetTopic() != is.GetTopic() {
			out = append(out, "topic: "+cmp.Or(was.GetTopic(), "none")+" → "+cmp.Or(is.GetTopic(), "none"))
		}
		if before, after := allTerms(was), allTerms(is); before != after && is.GetState() == parleyv1.Point_STATE_PRESENT {
			out = append(out, "terms: "+cmp.Or(before, "none")+" → "+cmp.Or(after, "none"))
		}
	}
	if note := is.GetNote(); note != "" && note != was.GetNote() {
		out = append(out, "note: "+oneLine(note))
	}
	switch row.GetMatchedBy() {
	case parleyv1.PointMatch_HOW_DIGEST:
		out = append(out, "recognised by its wording")
	case parleyv1.PointMatch_HOW_SIMILARITY:
		out = append(out, "recognised by likeness, "+itoa(int(row.GetSimilarity()*100+0.5))+" % of the words")
	}
	return out
}

// setChange writes who joined and who left a list of resources: "−europe +us".
func setChange(was, is []string) string {
	var out []string
	for _, name := range was {
		if !slices.Contains(is, name) {
			out = append(out, "−"+ID(name))
		}
	}
	for _, name := range is {
		if !slices.Contains(was, name) {
			out = append(out, "+"+ID(name))
		}
	}
	return strings.Join(out, " ")
}

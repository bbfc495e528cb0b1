package show

import (
	"cmp"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Revision writes a revision with its text.
func (p Page) Revision(r *parleyv1.Revision) string {
	var b strings.Builder
	b.WriteString(p.style(bold, cmp.Or(r.GetDisplayName(), RevisionID(r.GetName()))) + "\n")
	b.WriteString(wrap(p.style(faint, strings.Join(facts(r), " · ")), p.width(), ""))
	if r.GetNote() != "" {
		b.WriteString(wrap(r.GetNote(), p.width(), "  "))
	}
	labels := 0
	for _, pt := range r.GetPoints() {
		labels = max(labels, ansi.StringWidth(label(pt)))
	}
	depth := map[string]int{"": -1}
	for _, pt := range r.GetPoints() {
		depth[pt.GetId()] = depth[pt.GetParent()] + 1
		b.WriteByte('\n')
		b.WriteString(p.point(pt, min(labels, 9)+2, strings.Repeat("  ", depth[pt.GetId()])))
	}
	return b.String()
}

// facts are what is said of a revision in one line.
func facts(r *parleyv1.Revision) []string {
	out := []string{RevisionID(r.GetName())}
	if date := dated(r); date != "" {
		out = append(out, date)
	}
	out = append(out, plural(int(r.GetPointCount()), "point", "points"))
	for _, fact := range []string{unlessKnown(r), prefixed("by ", contributors(r)), basedOn(r)} {
		if fact != "" {
			out = append(out, fact)
		}
	}
	return out
}

func contentOf(r *parleyv1.Revision) string {
	text := lower(r.GetContent().String(), "CONTENT_")
	if r.GetParaphrasedBy() != "" {
		text += " by " + r.GetParaphrasedBy()
	}
	return text
}

func contributors(r *parleyv1.Revision) string {
	var out []string
	for _, c := range r.GetContributors() {
		who := cmp.Or(ID(c.GetParty()), c.GetWho())
		if c.GetDisputed() {
			who += " (disputed)"
		}
		if !slices.Contains(out, who) {
			out = append(out, who)
		}
	}
	return strings.Join(out, ", ")
}

func basedOn(r *parleyv1.Revision) string {
	var out []string
	for _, parent := range r.GetParents() {
		word := "on "
		if parent.GetRelation() == parleyv1.Revision_Parent_RELATION_REPLY_TO {
			word = "reply to "
		}
		out = append(out, word+RevisionID(parent.GetRevision()))
	}
	return strings.Join(out, ", ")
}

func (p Page) point(pt *parleyv1.Point, indent int, nest string) string {
	blank := strings.Repeat(" ", indent) + nest
	heading := nest + cmp.Or(pt.GetHeading(), pt.GetId())
	if state := stateOf(pt); state != "" {
		return pad(label(pt), indent) + p.style(faint, heading+" — "+state) + "\n" + p.note(pt, blank)
	}
	tail := p.style(faint, pt.GetId())
	room := p.width() - indent - ansi.StringWidth(pt.GetId()) - 2
	var b strings.Builder
	b.WriteString(apart(pad(label(pt), indent)+p.style(bold, fit(heading, max(room, 20))), tail, p.width()) + "\n")
	if pt.GetText() != "" {
		b.WriteString(wrap(pt.GetText(), p.width(), blank))
	}
	for _, a := range pt.GetAlternatives() {
		b.WriteString(wrap("["+a.GetLabel()+"] "+a.GetText()+p.style(faint, sides(a)), p.width(), blank))
	}
	if len(pt.GetObliges()) > 0 {
		var who []string
		for _, name := range pt.GetObliges() {
			who = append(who, ID(name))
		}
		b.WriteString(wrap(p.style(faint, "obliges: "+strings.Join(who, ", ")), p.width(), blank))
	}
	if read := allTerms(pt); read != "" {
		b.WriteString(wrap(p.style(faint, "terms: "+read), p.width(), blank))
	}
	b.WriteString(p.note(pt, blank))
	return b.String()
}

func (p Page) note(pt *parleyv1.Point, blank string) string {
	if pt.GetNote() == "" {
		return ""
	}
	return wrap(p.style(faint, "note: "+pt.GetNote()), p.width(), blank)
}

// label gives the number of a point, in brackets if the point bears it no more: it is gone, and another may have it.
func label(pt *parleyv1.Point) string {
	if pt.GetLabel() != "" && pt.GetState() != parleyv1.Point_STATE_PRESENT {
		return "(" + pt.GetLabel() + ")"
	}
	return pt.GetLabel()
}

// title gives what a point is called: its heading, or its first words, or its id.
func title(pt *parleyv1.Point) string {
	return cmp.Or(pt.GetHeading(), pt.GetText(), pt.GetId())
}

// stateOf tells in words why a point has no wording, empty if it has.
func stateOf(pt *parleyv1.Point) string {
	switch pt.GetState() {
	case parleyv1.Point_STATE_STRUCK:
		return "struck"
	case parleyv1.Point_STATE_MOVED:
		return "moved to the plan " + ID(pt.GetMovedTo())
	case parleyv1.Point_STATE_DEFERRED:
		return "left to be settled"
	case parleyv1.Point_STATE_UNKNOWN:
		return "its fate is unknown"
	case parleyv1.Point_STATE_SUPERSEDED:
		return "now in " + strings.Join(pt.GetSuccessors(), ", ")
	}
	return ""
}

// sides tell who is for and against an alternative.
func sides(a *parleyv1.Alternative) string {
	var out []string
	for _, side := range []struct {
		word  string
		names []string
	}{{"for: ", a.GetProponents()}, {"against: ", a.GetOpponents()}} {
		var who []string
		for _, name := range side.names {
			who = append(who, ID(name))
		}
		if len(who) > 0 {
			out = append(out, side.word+strings.Join(who, ", "))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " (" + strings.Join(out, "; ") + ")"
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func unlessKnown(r *parleyv1.Revision) string {
	if r.GetContent() == parleyv1.Revision_CONTENT_KNOWN {
		return ""
	}
	return contentOf(r)
}

// History writes the versions of a point, oldest first, each with what changed.
func (p Page) History(versions []*parleyv1.PointVersion) string {
	var b strings.Builder
	for i, v := range versions {
		if i > 0 {
			b.WriteByte('\n')
		}
		kinds := p.kinds(&parleyv1.PointDiff{Kinds: v.GetKinds()})
		b.WriteString(apart(p.style(bold, RevisionID(v.GetRevision()))+prefixed("  ", When(v.GetHeldTime())), kinds, p.width()) + "\n")
		indent := 2 + ansi.StringWidth(label(v.GetPoint()))
		b.WriteString(p.point(v.GetPoint(), indent, ""))
		if from := came(v); from != "" {
			b.WriteString(wrap(p.style(faint, from), p.width(), strings.Repeat(" ", indent)))
		}
	}
	return b.String()
}

// came tells which other points a version came out of, if that is when it did.
func came(v *parleyv1.PointVersion) string {
	divided := slices.ContainsFunc(v.GetKinds(), func(k parleyv1.PointDiff_Kind) bool {
		return k == parleyv1.PointDiff_KIND_SPLIT || k == parleyv1.PointDiff_KIND_MERGED
	})
	if !divided {
		return ""
	}
	others := slices.DeleteFunc(slices.Clone(v.GetPoint().GetOrigins()), func(id string) bool { return id == v.GetPoint().GetId() })
	return prefixed("from: ", strings.Join(others, ", "))
}

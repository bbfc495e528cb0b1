package show

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Log writes revisions beside the graph that they make, in the order given: newest first, no revision before one that
// follows from it.
func (p Page) Log(revisions []*parleyv1.Revision) string {
	if len(revisions) == 0 {
		return p.style(faint, "no revisions") + "\n"
	}
	g, stretches := newGraph(revisions), make([]stretch, len(revisions))
	lanes, ids, dates := 0, ansi.StringWidth("REVISION"), ansi.StringWidth("DATE")
	for i, r := range revisions {
		s := g.next(r)
		stretches[i] = s
		for _, part := range []string{s.join, s.node, s.fork} {
			lanes = max(lanes, ansi.StringWidth(part))
		}
		ids = max(ids, ansi.StringWidth(RevisionID(r.GetName())))
		dates = max(dates, ansi.StringWidth(dated(r)))
	}
	l := logPage{Page: p, lanes: min(lanes, 20) + 1, ids: min(ids, 40) + 2, dates: min(dates, 22) + 2}
	var b strings.Builder
	head := strings.Repeat(" ", l.lanes) + pad("REVISION", l.ids) + pad("NO.", numberWidth) + pad("DATE", l.dates) + "TITLE"
	b.WriteString(p.style(bold, head) + "\n")
	for i, r := range revisions {
		b.WriteString(l.revision(r, stretches[i]))
	}
	return b.String()
}

// numberWidth is the width of the column of ordinals.
const numberWidth = 5

// logPage is a page with the columns of a log.
type logPage struct {
	Page
	lanes, ids, dates int
}

// revision writes one revision in two lines or more, each beside its part of the graph.
func (l logPage) revision(r *parleyv1.Revision, s stretch) string {
	points := plural(int(r.GetPointCount()), "point", "points")
	if r.GetPointCount() == 0 {
		points = "no points" // that are known
	}
	left := l.lane(s.node) + l.style(bold, pad(fit(RevisionID(r.GetName()), l.ids-1), l.ids)) +
		pad(strconv.Itoa(int(r.GetOrdinal())), numberWidth) + pad(fit(dated(r), l.dates-1), l.dates)
	left = ansi.Truncate(left+oneLine(r.GetDisplayName()), l.width()-len(points)-2, "…")
	var b strings.Builder
	if s.join != "" {
		b.WriteString(strings.TrimRight(l.lane(s.join), " ") + "\n")
	}
	b.WriteString(apart(left, l.style(faint, points), l.width()) + "\n")
	var facts []string
	for _, fact := range []string{basedOn(r), prefixed("by ", contributors(r)), unlessKnown(r)} {
		if fact != "" {
			facts = append(facts, fact)
		}
	}
	if len(facts) == 0 && s.fork == s.below {
		return b.String()
	}
	lane := s.fork
	text := wrap(l.style(faint, strings.Join(facts, " · ")), l.width()-l.lanes, strings.Repeat(" ", l.ids+numberWidth))
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight(l.lane(lane)+strings.TrimRight(line, "\n"), " ") + "\n")
		lane = s.below
	}
	return b.String()
}

// lane fits a part of the graph into its column. A very wide graph is cut.
func (l logPage) lane(part string) string {
	return pad(ansi.Truncate(part, l.lanes-1, "…"), l.lanes)
}

package planfile

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// ParseMarkdown reads a plan from Markdown. See the package's comment for the form, and Parse.
func ParseMarkdown(name string, data []byte, negotiation string) (*Plan, error) {
	text := strings.TrimPrefix(string(data), "\ufeff")
	m := &markdown{
		src:  &protoyaml.Source{File: name, Negotiation: negotiation},
		plan: &Plan{Revision: &parleyv1.Revision{}},
		seen: map[string]int{},
	}
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n")
	for i, line := range lines {
		if !utf8.ValidString(line) {
			m.src.ErrorAt(i+1, "not UTF-8")
			return finish(m.src, m.plan)
		}
	}
	start := m.frontMatter(lines)
	for i, line := range lines[start:] {
		m.line(start+i+1, line)
	}
	m.endPoint()
	return finish(m.src, m.plan)
}

// markdown reads a file line by line.
type markdown struct {
	src   *protoyaml.Source
	plan  *Plan
	seen  map[string]int // point id -> line
	stack []level        // the headings that the next one may belong to
	title bool

	point *parleyv1.Point // the point in hand
	text  block
	quote *block // the quotation in hand
	ends  []func()
	after bool // the point has quotations
}

// level is a heading that points may belong to.
type level struct {
	depth int
	id    string
}

// frontMatter reads the YAML between `---` lines at the start and says how many lines it took.
func (m *markdown) frontMatter(lines []string) int {
	if strings.TrimRight(lines[0], " \t") != "---" {
		return 0
	}
	for i, line := range lines[1:] {
		if l := strings.TrimRight(line, " \t"); l == "---" || l == "..." {
			sub := *m.src
			sub.Offset = 1
			if root := sub.Parse([]byte(strings.Join(lines[1:i+1], "\n") + "\n")); root != nil {
				front(&sub, root, m.plan, false)
			}
			sub.Offset = 0
			*m.src = sub
			return i + 2
		}
	}
	m.src.ErrorAt(1, "the front matter is not closed by a line ---")
	return len(lines)
}

// aQuote is a line of a quotation.
var aQuote = regexp.MustCompile(`^ {0,3}> ?`)

func (m *markdown) line(n int, line string) {
	if h := readHeading(line); h != nil {
		m.heading(n, h)
		return
	}
	blank := strings.TrimSpace(line) == ""
	switch {
	case m.point == nil:
		if !blank {
			m.src.ErrorAt(n, "text before the first point; points are headings such as: ## 1. Ceasefire {#ceasefire}")
			m.point = &parleyv1.Point{} // say so once
		}
	case aQuote.MatchString(line):
		m.quoted(n, line[len(aQuote.FindString(line)):])
	case m.quote != nil && !blank:
		m.src.ErrorAt(n, "a quotation goes on with > on every line; after it comes an empty line")
		m.quote = nil
	case m.quote != nil:
		m.quote = nil
	case m.after && !blank && m.text.any():
		m.src.ErrorAt(n, "text after a quotation; a point's text stands in one piece")
	default:
		m.text.add(line)
	}
}

// heading begins a point, or is the title.
func (m *markdown) heading(n int, h *heading) {
	if h.level == 1 {
		m.titled(n, h)
		return
	}
	m.endPoint()
	p := h.point(m.src, n)
	once(m.src, m.seen, p.GetId(), n)
	for len(m.stack) > 0 && m.stack[len(m.stack)-1].depth >= h.level {
		m.stack = m.stack[:len(m.stack)-1]
	}
	if len(m.stack) > 0 && p.GetParent() == "" {
		if p.Parent = m.stack[len(m.stack)-1].id; p.Parent == "" {
			m.src.ErrorAt(n, "the point above has no id, so nothing can belong to it: give it one as {#id}")
		}
	}
	m.stack = append(m.stack, level{h.level, p.GetId()})
	m.plan.Points = append(m.plan.Points, p)
	m.point = p
}

func (m *markdown) titled(n int, h *heading) {
	switch {
	case m.title || m.point != nil:
		m.src.ErrorAt(n, "a title (#) comes once, before the points; points are headings of level 2 (##) and deeper")
	case len(h.attrs) > 0:
		m.src.ErrorAt(n, "a title has nothing in braces; points are headings of level 2 (##) and deeper")
	case m.plan.Revision.GetDisplayName() != "" && m.plan.Revision.GetDisplayName() != h.text:
		m.src.ErrorAt(n, "there is another title in the front matter")
	default:
		m.plan.Revision.DisplayName = h.text
	}
	m.title = true
}

// endPoint finishes the point in hand.
func (m *markdown) endPoint() {
	if m.point != nil {
		m.point.Text = m.text.String()
	}
	for _, end := range m.ends {
		end()
	}
	m.point, m.text, m.quote, m.ends, m.after = nil, block{}, nil, nil, false
}

// quoted reads a line of a quotation, without its mark.
func (m *markdown) quoted(n int, line string) {
	m.after = true
	switch {
	case strings.HasPrefix(line, "["):
		m.quote = &block{}
		m.marked(n, line[1:])
	case m.quote == nil:
		m.src.ErrorAt(n, "a quotation begins with the label of an alternative, as in > [A] text, or with [!NOTE] or [!TERMS]")
		m.quote = &block{}
	default:
		m.quote.add(line)
	}
}

// marked begins an alternative, a note or terms: line follows the bracket.
func (m *markdown) marked(n int, line string) {
	label, rest, ok := strings.Cut(line, "]")
	if !ok {
		m.src.ErrorAt(n, "the bracket is not closed; put a backslash before it if it is part of the text")
		return
	}
	point, quote := m.point, m.quote
	switch {
	case strings.EqualFold(label, termsMark):
		m.termed(n)
	case strings.EqualFold(label, "!NOTE"):
		m.ends = append(m.ends, func() {
			if point.Note != "" {
				m.src.ErrorAt(n, "a point has one note")
			}
			point.Note = quote.String()
		})
	default:
		a := &parleyv1.Alternative{Label: label}
		if strings.HasPrefix(rest, "{") {
			rest = m.alternative(n, a, rest)
		}
		point.Alternatives = append(point.Alternatives, a)
		m.ends = append(m.ends, func() { a.Text = quote.String() })
	}
	if rest = strings.TrimLeft(rest, " \t"); rest != "" {
		quote.add(rest)
	}
}

// alternative reads what stands in braces after a label, and gives the rest of the line.
func (m *markdown) alternative(n int, a *parleyv1.Alternative, s string) string {
	attrs, rest, ok := readAttributes(s)
	if !ok {
		m.src.ErrorAt(n, "what stands in braces cannot be read: {for=us against=\"russia, ukraine\"}")
		return ""
	}
	for _, attr := range attrs {
		switch attr.key {
		case "for":
			a.Proponents = expandAll(m.src, attr.texts())
		case "against":
			a.Opponents = expandAll(m.src, attr.texts())
		case "note":
			a.Note = attr.text()
		case "label":
			a.Label = attr.text()
		default:
			m.src.ErrorAt(n, "an alternative has no %q; it has for, against, note and label", attr.key)
		}
	}
	return rest
}

// block is a run of lines that make a text.
type block struct{ lines []string }

// add takes a line. What is escaped stays escaped until String, which must tell it from an empty line.
func (b *block) add(line string) { b.lines = append(b.lines, line) }

// any says whether there is anything but empty lines.
func (b *block) any() bool {
	for _, line := range b.lines {
		if strings.TrimSpace(line) != "" {
			return true
		}
	}
	return false
}

// String is the text: without empty lines at its ends, and without the backslashes that protect lines.
func (b *block) String() string {
	lines := b.lines
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.TrimPrefix(line, `\`)
	}
	return strings.Join(out, "\n")
}

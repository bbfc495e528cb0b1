package planfile

import (
	"fmt"
	"strings"

	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// deepest is the deepest level of headings in Markdown.
const deepest = 6

// Markdown writes the plan such that ParseMarkdown reads it back, with short names for what is in the negotiation. It
// fails rather than write what would read back as something else: carriage returns in a text, ids that are none.
func (p *Plan) Markdown(negotiation string) ([]byte, error) {
	n := p.normal()
	w := &markdownWriter{negotiation: negotiation}
	if root := head(n, "title", negotiation); len(root.Content) > 0 {
		front, err := protoyaml.Marshal(root)
		if err != nil {
			return nil, err
		}
		w.out.WriteString("---\n" + string(front) + "---\n")
	}
	for _, point := range n.Points {
		w.point(point)
	}
	data := []byte(w.out.String())
	return data, check(n, data, negotiation, ParseMarkdown)
}

// check makes sure that a file reads back as the plan it was written from.
func check(p *Plan, data []byte, negotiation string, parse func(string, []byte, string) (*Plan, error)) error {
	back, err := parse("", data, negotiation)
	if err != nil {
		return fmt.Errorf("the plan cannot be written as a file: %w", err)
	}
	if p.equal(back) {
		return nil
	}
	for i, point := range p.Points {
		if i >= len(back.Points) || !(&Plan{Points: p.Points[i : i+1]}).equal(&Plan{Points: back.Points[i : i+1]}) {
			return fmt.Errorf("point %d (%s) cannot be written in a file without loss", i+1, point.GetId())
		}
	}
	return fmt.Errorf("the plan cannot be written in a file without loss")
}

type markdownWriter struct {
	negotiation string
	out         strings.Builder
	stack       []level // as the parser will have it
}

// point writes one point.
func (w *markdownWriter) point(p *parleyv1.Point) {
	if w.out.Len() > 0 {
		w.out.WriteByte('\n')
	}
	depth, parent := w.place(p)
	w.out.WriteString(w.heading(p, depth, parent) + "\n")
	if p.GetText() != "" {
		w.out.WriteByte('\n')
		lines := strings.Split(p.GetText(), "\n")
		for i, line := range lines {
			w.out.WriteString(escapeLine(line, i == 0 || i == len(lines)-1) + "\n")
		}
	}
	w.terms(p.GetTerms())
	for _, a := range p.GetAlternatives() {
		w.quotation(w.mark(a), a.GetText(), true)
		w.terms(a.GetTerms())
	}
	if p.GetNote() != "" {
		w.quotation("[!NOTE]", p.GetNote(), false)
	}
}

// place works out at which level a point stands, and whether its parent has to be spelt out.
func (w *markdownWriter) place(p *parleyv1.Point) (depth int, parent string) {
	depth = 2
	for i := len(w.stack) - 1; i >= 0 && p.GetParent() != ""; i-- {
		if w.stack[i].id == p.GetParent() {
			depth = w.stack[i].depth + 1
			break
		}
	}
	if depth > deepest {
		depth, parent = deepest, p.GetParent()
	}
	if depth == 2 {
		parent = p.GetParent()
	}
	for len(w.stack) > 0 && w.stack[len(w.stack)-1].depth >= depth {
		w.stack = w.stack[:len(w.stack)-1]
	}
	w.stack = append(w.stack, level{depth, p.GetId()})
	return depth, parent
}

// heading writes the line of a point in the plainest form that reads back.
func (w *markdownWriter) heading(p *parleyv1.Point, depth int, parent string) string {
	id, tilde := "", ""
	if p.GetId() != "" {
		id = "#" + p.GetId()
	}
	switch p.GetState() {
	case parleyv1.Point_STATE_STRUCK, parleyv1.Point_STATE_MOVED, parleyv1.Point_STATE_SUPERSEDED:
		tilde = "~~"
	}
	given := []string{id}
	add := func(key, value string) {
		if value != "" {
			given = append(given, writeAttribute(key, value))
		}
	}
	add("topic", p.GetTopic())
	add("obliges", w.parties(p.GetObliges()))
	if p.GetState() != parleyv1.Point_STATE_UNSPECIFIED {
		add("state", strings.TrimPrefix(p.GetState().String(), "STATE_"))
	}
	add("moved_to", protoyaml.Shorten("parley/Plan", w.negotiation, p.GetMovedTo()))
	add("parent", parent)

	label := p.GetLabel()
	if label != "" && !strings.Contains(label, ".") {
		label += "."
	}
	apart := writeAttribute("label", p.GetLabel())
	forms := []string{
		join(tilde+join(label, p.GetHeading())+tilde, braces(given...)),
		join(tilde+p.GetHeading()+tilde, braces(append(given[:len(given):len(given)], apart)...)),
		braces(append(given[:len(given):len(given)], apart, writeAttribute("heading", p.GetHeading()))...),
	}
	hashes := strings.Repeat("#", depth)
	for _, form := range forms {
		line := strings.TrimRight(hashes+" "+form, " ")
		if readsAs(line, p) {
			return line
		}
	}
	return hashes + " " + forms[len(forms)-1]
}

// readsAs says whether a heading line reads back as the point has it.
func readsAs(line string, p *parleyv1.Point) bool {
	h := readHeading(line)
	if h == nil {
		return false
	}
	src := &protoyaml.Source{}
	q := h.point(src, 1)
	return src.Err() == nil && q.GetLabel() == p.GetLabel() && q.GetHeading() == p.GetHeading() &&
		q.GetState() == p.GetState() && q.GetId() == p.GetId()
}

func (w *markdownWriter) parties(names []string) string {
	short := make([]string, len(names))
	for i, name := range names {
		short[i] = protoyaml.Shorten("parley/Party", w.negotiation, name)
	}
	return strings.Join(short, ", ")
}

// mark writes what an alternative begins with.
func (w *markdownWriter) mark(a *parleyv1.Alternative) string {
	label, apart := a.GetLabel(), ""
	if strings.ContainsAny(label, "[]\n") || strings.EqualFold(label, "!NOTE") || strings.EqualFold(label, termsMark) {
		label, apart = "", writeAttribute("label", label)
	}
	attrs := []string{apart}
	for _, field := range [][2]string{
		{"for", w.parties(a.GetProponents())}, {"against", w.parties(a.GetOpponents())}, {"note", a.GetNote()},
	} {
		if field[1] != "" {
			attrs = append(attrs, writeAttribute(field[0], field[1]))
		}
	}
	return "[" + label + "]" + braces(attrs...)
}

// quotation writes a text under its mark, on the mark's line if inline.
func (w *markdownWriter) quotation(mark, text string, inline bool) {
	w.out.WriteString("\n> " + mark)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		edge := i == 0 || i == len(lines)-1
		switch {
		case i == 0 && inline:
			if text != "" && (strings.TrimSpace(line) == "" || strings.ContainsRune(" \t\\", rune(line[0]))) {
				line = `\` + line
			}
			w.out.WriteString(prefixed(" ", line))
			continue
		case strings.HasPrefix(line, "[") || strings.HasPrefix(line, `\`) || edge && strings.TrimSpace(line) == "":
			line = `\` + line
		}
		w.out.WriteString("\n>" + prefixed(" ", line))
	}
	w.out.WriteByte('\n')
}

// escapeLine protects a line of text that would be taken for something else, or, at an edge, for nothing.
func escapeLine(line string, edge bool) string {
	if strings.HasPrefix(line, `\`) || aHeading.MatchString(line) || aQuote.MatchString(line) ||
		edge && strings.TrimSpace(line) == "" {
		return `\` + line
	}
	return line
}

// prefixed is s after a prefix, or nothing if s is empty.
func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// join puts a space between what is not empty.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

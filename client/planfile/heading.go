package planfile

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// headings is a Markdown parser that knows headings with attributes and nothing else.
var headings = parser.NewParser(parser.WithBlockParsers(
	util.Prioritized(parser.NewATXHeadingParser(parser.WithHeadingAttribute()), 1),
	util.Prioritized(parser.NewParagraphParser(), 2),
))

// aHeading is what a line must look like to be one; goldmark has the last word.
var aHeading = regexp.MustCompile(`^ {0,3}#{1,6}(?:[ \t]|$)`)

// heading is a line that is a Markdown heading.
type heading struct {
	level int
	text  string
	attrs attributes
}

// readHeading reads a line; nil if it is no heading.
func readHeading(line string) *heading {
	if !aHeading.MatchString(line) {
		return nil
	}
	source := []byte(line + "\n")
	node, ok := headings.Parse(text.NewReader(source)).FirstChild().(*ast.Heading)
	if !ok {
		return nil
	}
	h := &heading{level: node.Level}
	if node.Lines().Len() > 0 {
		segment := node.Lines().At(0)
		h.text = string(segment.Value(source))
	}
	for _, a := range node.Attributes() {
		h.attrs = append(h.attrs, attribute{string(a.Name), a.Value})
	}
	return h
}

// attributes are what stands in braces.
type attributes []attribute

type attribute struct {
	key   string
	value any
}

// texts is the value as a list: of an array, or of text cut at its commas.
func (a attribute) texts() []string {
	if items, ok := a.value.([]any); ok {
		var out []string
		for _, item := range items {
			out = append(out, attribute{a.key, item}.texts()...)
		}
		return out
	}
	var out []string
	for item := range strings.SplitSeq(a.text(), ",") {
		if item = strings.TrimSpace(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

// text is the value as text.
func (a attribute) text() string {
	switch v := a.value.(type) {
	case []byte:
		return string(v)
	case nil:
		return "null"
	}
	return fmt.Sprint(a.value)
}

// readAttributes reads braces at the start of s and gives what follows.
func readAttributes(s string) (attrs attributes, rest string, ok bool) {
	r := text.NewReader([]byte(s))
	list, ok := parser.ParseAttributes(r)
	if !ok {
		return nil, s, false
	}
	for _, a := range list {
		attrs = append(attrs, attribute{string(a.Name), a.Value})
	}
	_, at := r.Position()
	return attrs, s[at.Start:], true
}

// bare is what a value may look like without quotes.
var bare = regexp.MustCompile(`^[A-Za-z_:][A-Za-z0-9_:.-]*$`)

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`)

// writeAttribute writes key=value, with quotes where it needs them.
func writeAttribute(key, value string) string {
	if bare.MatchString(value) && value != "true" && value != "false" && value != "null" {
		return key + "=" + value
	}
	return key + `="` + escapes.Replace(value) + `"`
}

// braces joins what is not empty to `{…}`; nothing if all is.
func braces(parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	if len(some) == 0 {
		return ""
	}
	return "{" + strings.Join(some, " ") + "}"
}

// aLabel is a number that may stand first in a heading: `6.`, `6.1`, `8bis`, `3a)`.
var aLabel = regexp.MustCompile(`^(\d+(?:[a-z]|bis|ter|quater|quinquies|sexies|septies)?(?:\.\d+(?:[a-z]|bis|ter)?)*)[.)]?$`)

var anID = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// point reads the point that a heading begins. The parent is set only if it is spelt out.
func (h *heading) point(src *protoyaml.Source, line int) *parleyv1.Point {
	p := &parleyv1.Point{}
	given := map[string]bool{}
	for _, a := range h.attrs {
		given[a.key] = true
		h.attribute(src, line, p, a)
	}
	words := h.text
	if inner, ok := strings.CutPrefix(words, "~~"); ok && len(inner) > 2 && strings.HasSuffix(inner, "~~") {
		words = strings.TrimSuffix(inner, "~~")
		if !given["state"] {
			p.State = parleyv1.Point_STATE_STRUCK
		}
	}
	if !given["label"] {
		first, rest, _ := strings.Cut(words, " ")
		if m := aLabel.FindStringSubmatch(first); m != nil {
			p.Label, words = m[1], strings.TrimLeft(rest, " ")
		}
	}
	switch {
	case !given["heading"]:
		p.Heading = words
	case words != "":
		src.ErrorAt(line, "the heading is given twice: as %q and in braces", words)
	}
	if strings.HasSuffix(p.GetHeading(), "}") && strings.Contains(p.GetHeading(), "{") && !given["heading"] {
		src.ErrorAt(line, "what stands in braces cannot be read: {#id key=value key=\"two words\"}; a heading that ends so is given as heading=\"…\"")
	}
	return p
}

// attribute sets what one key says.
func (h *heading) attribute(src *protoyaml.Source, line int, p *parleyv1.Point, a attribute) {
	switch a.key {
	case "id":
		if p.Id = a.text(); !anID.MatchString(p.Id) {
			src.ErrorAt(line, "%q is no point id: lower-case letters, digits and hyphens", p.Id)
		}
	case "topic":
		p.Topic = a.text()
	case "obliges":
		p.Obliges = expandAll(src, a.texts())
	case "state":
		v, ok := parleyv1.Point_State_value["STATE_"+strings.TrimPrefix(a.text(), "STATE_")]
		if !ok || v == 0 {
			src.ErrorAt(line, "%q is no state: PRESENT, STRUCK, MOVED, DEFERRED, UNKNOWN or SUPERSEDED", a.text())
		}
		p.State = parleyv1.Point_State(v)
	case "moved_to":
		p.MovedTo = protoyaml.Expand("parley/Plan", src.Negotiation, a.text())
	case "label":
		p.Label = a.text()
	case "heading":
		p.Heading = a.text()
	case "parent":
		p.Parent = a.text()
	default:
		src.ErrorAt(line, "a point has no %q; it has #id, topic, obliges, state, moved_to, label, heading and parent", a.key)
	}
}

func expandAll(src *protoyaml.Source, names []string) []string {
	for i, name := range names {
		names[i] = protoyaml.Expand("parley/Party", src.Negotiation, name)
	}
	return names
}

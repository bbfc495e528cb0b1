package listing

import (
	"slices"
	"strings"
	"sync"

	"google.golang.org/genproto/googleapis/api/annotations"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// bare compiles a term without an operator: a true bool field, or text to look for.
func (c *compiler) bare(e *expr.Expr) (predicate, error) {
	if err := c.term(e); err != nil {
		return nil, err
	}
	if w, ok := words(e); ok {
		if path, missing := resolvePath(c.md, w, c.omit); missing == nil {
			if last := path[len(path)-1]; last.Kind() == protoreflect.BoolKind && !last.IsList() {
				return through(path[:len(path)-1], func(m protoreflect.Message) bool { return m.Get(last).Bool() }), nil
			}
		}
	}
	arg, ok := argument(e)
	if !ok {
		return nil, c.errorf(e, "a field or text must stand here")
	}
	holds, p := contains(arg.text), proseOf(c.md)
	return func(m protoreflect.Message) bool { return p.some(m, holds) }, nil
}

// contains looks for a text, which may have stars, in any case of letters.
func contains(arg string) func(string) bool {
	g := newGlob("*" + strings.ToLower(arg) + "*")
	return func(s string) bool { return g.matches(strings.ToLower(s)) }
}

// prose is where a message type holds words of people, as against names, etags and what the server made.
type prose struct {
	texts    []protoreflect.FieldDescriptor
	messages []proseField
}

type proseField struct {
	fd    protoreflect.FieldDescriptor
	prose *prose
}

var proses sync.Map // protoreflect.MessageDescriptor -> *prose

// proseOf gives the prose of md, worked out once.
func proseOf(md protoreflect.MessageDescriptor) *prose {
	if p, ok := proses.Load(md); ok {
		return p.(*prose)
	}
	p, _ := proses.LoadOrStore(md, buildProse(md, map[protoreflect.FullName]*prose{}))
	return p.(*prose)
}

func buildProse(md protoreflect.MessageDescriptor, building map[protoreflect.FullName]*prose) *prose {
	if p, ok := building[md.FullName()]; ok {
		return p
	}
	p := &prose{}
	building[md.FullName()] = p
	for i := range md.Fields().Len() {
		fd := md.Fields().Get(i)
		switch {
		case fd.IsMap() || isTime(fd) || !isPeoples(fd):
		case fd.Kind() == protoreflect.StringKind:
			p.texts = append(p.texts, fd)
		case fd.Message() != nil:
			p.messages = append(p.messages, proseField{fd, buildProse(fd.Message(), building)})
		}
	}
	return p
}

// isPeoples says whether a field holds what a person wrote.
func isPeoples(fd protoreflect.FieldDescriptor) bool {
	if fd.Name() == "etag" || proto.HasExtension(fd.Options(), annotations.E_ResourceReference) {
		return false
	}
	behaviour, _ := proto.GetExtension(fd.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return !slices.Contains(behaviour, annotations.FieldBehavior_OUTPUT_ONLY) && !slices.Contains(behaviour, annotations.FieldBehavior_IDENTIFIER)
}

// some says whether holds is true of some text in m.
func (p *prose) some(m protoreflect.Message, holds func(string) bool) bool {
	for _, fd := range p.texts {
		if !m.Has(fd) {
			continue
		}
		if !fd.IsList() {
			if holds(m.Get(fd).String()) {
				return true
			}
			continue
		}
		list := m.Get(fd).List()
		for i := range list.Len() {
			if holds(list.Get(i).String()) {
				return true
			}
		}
	}
	for _, f := range p.messages {
		if m.Has(f.fd) && f.some(m.Get(f.fd), holds) {
			return true
		}
	}
	return false
}

func (f proseField) some(v protoreflect.Value, holds func(string) bool) bool {
	if !f.fd.IsList() {
		return f.prose.some(v.Message(), holds)
	}
	for i := range v.List().Len() {
		if f.prose.some(v.List().Get(i).Message(), holds) {
			return true
		}
	}
	return false
}

// glob is a text in which `*` stands for any run of characters, cut at its stars; `\*` is a star.
type glob []string

func newGlob(s string) glob {
	var g glob
	var part strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '*':
			part.WriteByte('*')
			i++
		case s[i] == '*':
			g = append(g, part.String())
			part.Reset()
		default:
			part.WriteByte(s[i])
		}
	}
	return append(g, part.String())
}

// matches takes the first place for each part in the middle, which is enough: it costs no backtracking.
func (g glob) matches(s string) bool {
	if len(g) == 1 {
		return s == g[0]
	}
	first, last := g[0], g[len(g)-1]
	if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, part := range g[1 : len(g)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return true
}

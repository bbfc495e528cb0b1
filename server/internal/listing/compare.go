package listing

import (
	"slices"
	"strings"

	"go.einride.tech/aip/filtering"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// comparison compiles `field op value`.
func (c *compiler) comparison(e *expr.Expr, op string, left, right *expr.Expr) (predicate, error) {
	if err := c.term(e); err != nil {
		return nil, err
	}
	words, ok := words(left)
	if !ok {
		return nil, c.errorf(left, "a field must stand before %s", op)
	}
	path, err := c.resolve(left, words)
	if err != nil {
		return nil, err
	}
	arg, ok := argument(right)
	if !ok {
		return nil, c.errorf(right, "a single value must stand after %s", op)
	}
	if op == filtering.FunctionNotEquals && slices.ContainsFunc(path[:len(path)-1], isList) {
		return nil, c.errorf(e, "!= is ambiguous below the list %q; write NOT and =", listIn(path).Name())
	}
	leaf, err := c.leaf(e, path[len(path)-1], op, arg)
	if err != nil {
		return nil, err
	}
	return through(path[:len(path)-1], leaf), nil
}

func isList(fd protoreflect.FieldDescriptor) bool { return fd.IsList() }

func listIn(path []protoreflect.FieldDescriptor) protoreflect.FieldDescriptor {
	return path[slices.IndexFunc(path, isList)]
}

// through leads leaf along the messages of path: into every element of a list, until it holds once; nowhere if a
// message is unset.
func through(path []protoreflect.FieldDescriptor, leaf predicate) predicate {
	for _, fd := range slices.Backward(path) {
		next := leaf
		if fd.IsList() {
			leaf = func(m protoreflect.Message) bool {
				list := m.Get(fd).List()
				for i := range list.Len() {
					if next(list.Get(i).Message()) {
						return true
					}
				}
				return false
			}
			continue
		}
		leaf = func(m protoreflect.Message) bool { return m.Has(fd) && next(m.Get(fd).Message()) }
	}
	return leaf
}

// resolve finds the fields that a dotted path names.
func (c *compiler) resolve(e *expr.Expr, words []string) ([]protoreflect.FieldDescriptor, error) {
	path, missing := resolvePath(c.md, words, c.omit)
	if missing == nil {
		return path, nil
	}
	return nil, c.errorf(e, "%s", missing.message())
}

// missingField says which word of a path is no field.
type missingField struct {
	word string
	in   protoreflect.MessageDescriptor // where it was looked for
	leaf protoreflect.FieldDescriptor   // or what has no fields at all
	omit []string
}

func (e *missingField) message() string {
	if e.leaf != nil {
		return "the field " + string(e.leaf.Name()) + " has no field " + quote(e.word)
	}
	var have []string
	for i := range e.in.Fields().Len() {
		if name := string(e.in.Fields().Get(i).Name()); !slices.Contains(e.omit, name) {
			have = append(have, name)
		}
	}
	return string(e.in.Name()) + " has no field " + quote(e.word) + "; it has " + strings.Join(have, ", ")
}

// quote bounds what is repeated of a caller's own words.
func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return `"` + s + `"`
}

// resolvePath finds the fields that words name, from md down. Fields may be named as in the .proto or as in JSON.
func resolvePath(md protoreflect.MessageDescriptor, words, omit []string) ([]protoreflect.FieldDescriptor, *missingField) {
	path := make([]protoreflect.FieldDescriptor, 0, len(words))
	for i, word := range words {
		if md == nil {
			return nil, &missingField{word: word, leaf: path[i-1]}
		}
		fd := md.Fields().ByName(protoreflect.Name(word))
		if fd == nil {
			fd = md.Fields().ByJSONName(word)
		}
		if fd == nil || i == 0 && slices.Contains(omit, string(fd.Name())) || fd.IsMap() {
			if i > 0 {
				omit = nil
			}
			return nil, &missingField{word: word, in: md, omit: omit}
		}
		path = append(path, fd)
		if md = fd.Message(); isTime(fd) {
			md = nil
		}
	}
	return path, nil
}

func isTime(fd protoreflect.FieldDescriptor) bool {
	return fd.Message() != nil && fd.Message().FullName() == "google.protobuf.Timestamp"
}

// words spells out a name or dotted path; false if e is anything else.
func words(e *expr.Expr) ([]string, bool) {
	var out []string
	for {
		if id := e.GetIdentExpr(); id != nil {
			out = append(out, id.GetName())
			slices.Reverse(out)
			return out, true
		}
		sel := e.GetSelectExpr()
		if sel == nil {
			return nil, false
		}
		out = append(out, sel.GetField())
		e = sel.GetOperand()
	}
}

// value is what stands after an operator.
type value struct {
	text     string // of a string, or an unquoted word or path
	number   float64
	isNumber bool
}

// argument reads a literal; false if e is an expression.
func argument(e *expr.Expr) (value, bool) {
	if w, ok := words(e); ok {
		return value{text: strings.Join(w, ".")}, true
	}
	switch k := e.GetConstExpr().GetConstantKind().(type) {
	case *expr.Constant_StringValue:
		return value{text: k.StringValue}, true
	case *expr.Constant_Int64Value:
		return value{text: formatInt(k.Int64Value), number: float64(k.Int64Value), isNumber: true}, true
	case *expr.Constant_DoubleValue:
		return value{text: formatFloat(k.DoubleValue), number: k.DoubleValue, isNumber: true}, true
	}
	return value{}, false
}

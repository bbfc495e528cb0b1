package listing

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"go.einride.tech/aip/filtering"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// test looks at one value.
type test func(protoreflect.Value) bool

// leaf compiles the comparison of the last field of a path.
func (c *compiler) leaf(e *expr.Expr, fd protoreflect.FieldDescriptor, op string, arg value) (predicate, error) {
	has := op == filtering.FunctionHas
	if has && arg.text == "*" && !arg.isNumber {
		return func(m protoreflect.Message) bool { return m.Has(fd) }, nil
	}
	if fd.Message() != nil && !isTime(fd) {
		return c.messageLeaf(e, fd, op, arg)
	}
	if fd.IsList() {
		if !has {
			return nil, c.errorf(e, "%s is a list; use `:` to look for an element", fd.Name())
		}
		op = filtering.FunctionEquals
	}
	t, err := c.test(e, fd, op, arg)
	if err != nil {
		return nil, err
	}
	switch {
	case fd.IsList():
		return func(m protoreflect.Message) bool {
			list := m.Get(fd).List()
			for i := range list.Len() {
				if t(list.Get(i)) {
					return true
				}
			}
			return false
		}, nil
	case fd.HasPresence():
		return func(m protoreflect.Message) bool { return m.Has(fd) && t(m.Get(fd)) }, nil
	}
	return func(m protoreflect.Message) bool { return t(m.Get(fd)) }, nil
}

// messageLeaf compiles `message:field`, which asks whether the field is set.
func (c *compiler) messageLeaf(e *expr.Expr, fd protoreflect.FieldDescriptor, op string, arg value) (predicate, error) {
	if op != filtering.FunctionHas {
		return nil, c.errorf(e, "%s has fields of its own; compare one of them, such as %s.%s", fd.Name(), fd.Name(), fd.Message().Fields().Get(0).Name())
	}
	path, missing := resolvePath(fd.Message(), strings.Split(arg.text, "."), nil)
	if missing != nil {
		return nil, c.errorf(e, "%s", missing.message())
	}
	last := path[len(path)-1]
	return through(append([]protoreflect.FieldDescriptor{fd}, path[:len(path)-1]...), func(m protoreflect.Message) bool { return m.Has(last) }), nil
}

// test compiles `op arg` for single values of the field's kind.
func (c *compiler) test(e *expr.Expr, fd protoreflect.FieldDescriptor, op string, arg value) (test, error) {
	switch fd.Kind() {
	case protoreflect.StringKind:
		return stringTest(op, arg.text), nil
	case protoreflect.EnumKind:
		return c.enumTest(e, fd, op, arg)
	case protoreflect.BoolKind:
		return c.boolTest(e, fd, op, arg)
	case protoreflect.MessageKind:
		return c.timeTest(e, fd, op, arg)
	case protoreflect.BytesKind:
		return nil, c.errorf(e, "%s cannot be compared", fd.Name())
	}
	if !arg.isNumber {
		return nil, c.errorf(e, "%s is compared with a number, not with %s", fd.Name(), quote(arg.text))
	}
	holds := ordered(op)
	return func(v protoreflect.Value) bool { return holds(cmp.Compare(number(v), arg.number)) }, nil
}

// number reads any numeric value. The API has none that a float64 could not hold.
func number(v protoreflect.Value) float64 {
	switch n := v.Interface().(type) {
	case int32:
		return float64(n)
	case int64:
		return float64(n)
	case uint32:
		return float64(n)
	case uint64:
		return float64(n)
	case float32:
		return float64(n)
	case float64:
		return n
	}
	return 0
}

// ordered says which results of a comparison satisfy op; `:` is `=`.
func ordered(op string) func(int) bool {
	switch op {
	case filtering.FunctionNotEquals:
		return func(c int) bool { return c != 0 }
	case filtering.FunctionLessThan:
		return func(c int) bool { return c < 0 }
	case filtering.FunctionLessEquals:
		return func(c int) bool { return c <= 0 }
	case filtering.FunctionGreaterThan:
		return func(c int) bool { return c > 0 }
	case filtering.FunctionGreaterEquals:
		return func(c int) bool { return c >= 0 }
	}
	return func(c int) bool { return c == 0 }
}

// equality says whether op compares for being the same, and which answer it wants.
func equality(op string) (want, ok bool) {
	switch op {
	case filtering.FunctionEquals, filtering.FunctionHas:
		return true, true
	case filtering.FunctionNotEquals:
		return false, true
	}
	return false, false
}

func stringTest(op, arg string) test {
	if op == filtering.FunctionHas {
		holds := contains(arg)
		return func(v protoreflect.Value) bool { return holds(v.String()) }
	}
	if want, ok := equality(op); ok {
		glob := newGlob(arg)
		return func(v protoreflect.Value) bool { return glob.matches(v.String()) == want }
	}
	holds := ordered(op)
	return func(v protoreflect.Value) bool { return holds(strings.Compare(v.String(), arg)) }
}

func (c *compiler) boolTest(e *expr.Expr, fd protoreflect.FieldDescriptor, op string, arg value) (test, error) {
	want, ok := equality(op)
	if !ok {
		return nil, c.errorf(e, "%s is true or false and knows only = and !=", fd.Name())
	}
	switch arg.text {
	case "true":
	case "false":
		want = !want
	default:
		return nil, c.errorf(e, "%s is true or false, not %s", fd.Name(), quote(arg.text))
	}
	return func(v protoreflect.Value) bool { return v.Bool() == want }, nil
}

func (c *compiler) enumTest(e *expr.Expr, fd protoreflect.FieldDescriptor, op string, arg value) (test, error) {
	want, ok := equality(op)
	if !ok {
		return nil, c.errorf(e, "%s has named values and knows only = and !=", fd.Name())
	}
	values := fd.Enum().Values()
	prefix := strings.TrimSuffix(string(values.Get(0).Name()), "UNSPECIFIED")
	names := make([]string, 0, values.Len())
	for i := range values.Len() {
		full := string(values.Get(i).Name())
		short := strings.TrimPrefix(full, prefix)
		if arg.text == full || arg.text == short {
			n := values.Get(i).Number()
			return func(v protoreflect.Value) bool { return (v.Enum() == n) == want }, nil
		}
		names = append(names, short)
	}
	return nil, c.errorf(e, "%s is one of %s, not %s", fd.Name(), strings.Join(names, ", "), quote(arg.text))
}

func (c *compiler) timeTest(e *expr.Expr, fd protoreflect.FieldDescriptor, op string, arg value) (test, error) {
	t, err := time.Parse(time.RFC3339, arg.text)
	if err != nil {
		return nil, c.errorf(e, `%s is compared with an RFC 3339 time in quotes such as "2025-11-24T18:30:00Z", not with %s`, fd.Name(), quote(arg.text))
	}
	holds, fields := ordered(op), fd.Message().Fields()
	seconds, nanos := fields.ByName("seconds"), fields.ByName("nanos")
	return func(v protoreflect.Value) bool {
		m := v.Message()
		return holds(cmp.Or(
			cmp.Compare(m.Get(seconds).Int(), t.Unix()),
			cmp.Compare(m.Get(nanos).Int(), int64(t.Nanosecond())),
		))
	}, nil
}

func formatInt(n int64) string     { return strconv.FormatInt(n, 10) }
func formatFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

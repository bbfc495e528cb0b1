package listing

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"go.einride.tech/aip/ordering"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Bounds of an order_by.
const (
	maxOrderLength = 1_000 // bytes
	maxOrderFields = 10
)

// Order is an order of messages of one type. The zero Order leaves them as they come.
type Order struct {
	keys []orderKey
	name protoreflect.FieldDescriptor // decides between equals; nil if the type has none
}

// orderKey is one field to order by.
type orderKey struct {
	path []protoreflect.FieldDescriptor
	desc bool
}

// ParseOrder reads an order_by such as `create_time desc, attribution.source` over the fields of md: strings (by code
// point), numbers, bools, enums (by number) and times, also inside messages, but not through lists. The error is an
// ORDER_BY_INVALID fault that names the field.
func ParseOrder(md protoreflect.MessageDescriptor, s string) (Order, error) {
	return parseOrder(md, s, nil)
}

// parseOrder is ParseOrder without the top-level fields in omit.
func parseOrder(md protoreflect.MessageDescriptor, s string, omit []string) (Order, error) {
	if strings.TrimSpace(s) == "" {
		return Order{}, nil
	}
	if len(s) > maxOrderLength {
		return Order{}, fault.OrderByInvalid(fmt.Sprintf("longer than %d bytes", maxOrderLength))
	}
	var parsed ordering.OrderBy
	if err := parsed.UnmarshalString(s); err != nil {
		return Order{}, fault.OrderByInvalid(quote(s) + " is not a list of fields such as `create_time desc, name`")
	}
	if len(parsed.Fields) > maxOrderFields {
		return Order{}, fault.OrderByInvalid(fmt.Sprintf("more than %d fields", maxOrderFields))
	}
	o := Order{name: md.Fields().ByName("name")}
	for _, f := range parsed.Fields {
		path, err := orderPath(md, f, omit)
		if err != nil {
			return Order{}, err
		}
		o.keys = append(o.keys, orderKey{path, f.Desc})
	}
	return o, nil
}

// orderPath finds the field to order by and makes sure that it has one value that can be ordered.
func orderPath(md protoreflect.MessageDescriptor, f ordering.Field, omit []string) ([]protoreflect.FieldDescriptor, error) {
	path, missing := resolvePath(md, f.SubFields(), omit)
	if missing != nil {
		return nil, fault.OrderByInvalid(missing.message())
	}
	for _, fd := range path {
		if fd.IsList() {
			return nil, fault.OrderByInvalid(fmt.Sprintf("cannot order by %s: %s is a list", quote(f.Path), fd.Name()))
		}
	}
	last := path[len(path)-1]
	switch {
	case last.Kind() == protoreflect.BytesKind:
		return nil, fault.OrderByInvalid(fmt.Sprintf("cannot order by %s", quote(f.Path)))
	case last.Message() != nil && !isTime(last):
		return nil, fault.OrderByInvalid(fmt.Sprintf("cannot order by %s: it has fields of its own; take one of them, such as %s.%s", quote(f.Path), f.Path, last.Message().Fields().Get(0).Name()))
	}
	return path, nil
}

// Natural says that items stay in the order in which they come.
func (o Order) Natural() bool { return len(o.keys) == 0 }

// Compare says which of two messages comes first: negative for a. What is unset comes before all else. Between equals
// the name decides.
func (o Order) Compare(a, b proto.Message) int {
	ra, rb := a.ProtoReflect(), b.ProtoReflect()
	for _, k := range o.keys {
		c := compareValues(k.path[len(k.path)-1], lookup(ra, k.path), lookup(rb, k.path))
		if c != 0 {
			if k.desc {
				return -c
			}
			return c
		}
	}
	if o.name == nil {
		return 0
	}
	return strings.Compare(ra.Get(o.name).String(), rb.Get(o.name).String())
}

// lookup reads the field at the end of path; invalid if it, or a message on the way, is unset.
func lookup(m protoreflect.Message, path []protoreflect.FieldDescriptor) protoreflect.Value {
	last := path[len(path)-1]
	for _, fd := range path[:len(path)-1] {
		if !m.Has(fd) {
			return protoreflect.Value{}
		}
		m = m.Get(fd).Message()
	}
	if last.HasPresence() && !m.Has(last) {
		return protoreflect.Value{}
	}
	return m.Get(last)
}

func compareValues(fd protoreflect.FieldDescriptor, a, b protoreflect.Value) int {
	if !a.IsValid() || !b.IsValid() {
		return rank(a.IsValid()) - rank(b.IsValid())
	}
	switch fd.Kind() {
	case protoreflect.StringKind:
		return strings.Compare(a.String(), b.String())
	case protoreflect.EnumKind:
		return cmp.Compare(a.Enum(), b.Enum())
	case protoreflect.BoolKind:
		return rank(a.Bool()) - rank(b.Bool())
	case protoreflect.MessageKind:
		fields := fd.Message().Fields()
		seconds, nanos := fields.ByName("seconds"), fields.ByName("nanos")
		return cmp.Or(
			cmp.Compare(a.Message().Get(seconds).Int(), b.Message().Get(seconds).Int()),
			cmp.Compare(a.Message().Get(nanos).Int(), b.Message().Get(nanos).Int()),
		)
	}
	return cmp.Compare(number(a), number(b))
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

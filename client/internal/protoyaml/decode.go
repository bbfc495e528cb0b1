package protoyaml

import (
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Message fills m from a mapping, or from the value of its obvious field.
func (s *Source) Message(node *yaml.Node, m proto.Message) {
	s.message(node, m.ProtoReflect())
}

// Fields fills m from a mapping, except for the keys that take handles: it gets each key and value first and returns
// true if they were its own.
func (s *Source) Fields(node *yaml.Node, m proto.Message, take func(key string, value *yaml.Node) bool) {
	r := m.ProtoReflect()
	s.Mapping(node, func(key, value *yaml.Node) {
		if !take(key.Value, value) {
			s.field(key, value, r)
		}
	})
}

// Mapping goes through the keys and values of a mapping.
func (s *Source) Mapping(node *yaml.Node, each func(key, value *yaml.Node)) {
	if node.Kind != yaml.MappingNode {
		s.Errorf(node, "expected fields (key: value), found %s", kindOf(node))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			s.Errorf(key, "expected a key, found %s", kindOf(key))
			continue
		}
		if line, ok := seen[key.Value]; ok {
			s.Errorf(key, "%q is given twice, first on line %d", key.Value, line+s.Offset)
			continue
		}
		seen[key.Value] = key.Line
		each(key, value)
	}
}

// Items goes through the items of a list.
func (s *Source) Items(node *yaml.Node, each func(item *yaml.Node)) {
	switch {
	case node.Kind == yaml.SequenceNode:
		for _, item := range node.Content {
			each(item)
		}
	case !isNull(node):
		s.Errorf(node, "expected a list, found %s", kindOf(node))
	}
}

// Text is the value of a scalar, whatever YAML would take it for.
func (s *Source) Text(node *yaml.Node) string {
	if node.Kind != yaml.ScalarNode {
		s.Errorf(node, "expected text, found %s", kindOf(node))
		return ""
	}
	if isNull(node) {
		return ""
	}
	return node.Value
}

func (s *Source) message(node *yaml.Node, m protoreflect.Message) {
	if at, ok := m.Interface().(*timestamppb.Timestamp); ok {
		s.moment(node, at)
		return
	}
	if name, ok := obvious[m.Descriptor().FullName()]; ok && node.Kind == yaml.ScalarNode {
		fd := m.Descriptor().Fields().ByName(name)
		if v, ok := s.scalar(node, fd); ok {
			m.Set(fd, v)
		}
		return
	}
	s.Mapping(node, func(key, value *yaml.Node) { s.field(key, value, m) })
}

// moment reads a time, as JSON has it.
func (s *Source) moment(node *yaml.Node, at *timestamppb.Timestamp) {
	t, err := time.Parse(time.RFC3339Nano, s.Text(node))
	if err != nil {
		s.Errorf(node, "%q is no time such as 2025-11-25T12:00:00Z", node.Value)
		return
	}
	at.Seconds, at.Nanos = t.Unix(), int32(t.Nanosecond())
}

// field sets the field of m that key names.
func (s *Source) field(key, value *yaml.Node, m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	fd := fields.ByName(protoreflect.Name(key.Value))
	if fd == nil {
		fd = fields.ByJSONName(key.Value)
	}
	switch {
	case fd == nil:
		s.Errorf(key, "%s has no field %q", m.Descriptor().Name(), key.Value)
		return
	case servers(fd) || isNull(value):
		return
	case m.Has(fd):
		s.Errorf(key, "%q is given twice", key.Value)
		return
	}
	if one := fd.ContainingOneof(); one != nil {
		if other := m.WhichOneof(one); other != nil {
			s.Errorf(key, "%q and %q exclude each other", other.Name(), key.Value)
			return
		}
	}
	switch {
	case fd.IsList():
		s.list(value, m, fd)
	case fd.Message() != nil:
		s.message(value, m.Mutable(fd).Message())
	default:
		if v, ok := s.scalar(value, fd); ok {
			m.Set(fd, v)
		}
	}
}

func (s *Source) list(node *yaml.Node, m protoreflect.Message, fd protoreflect.FieldDescriptor) {
	list := m.Mutable(fd).List()
	s.Items(node, func(item *yaml.Node) {
		if fd.Message() != nil {
			s.message(item, list.AppendMutable().Message())
		} else if v, ok := s.scalar(item, fd); ok {
			list.Append(v)
		}
	})
}

// scalar reads the value of a field that holds no message.
func (s *Source) scalar(node *yaml.Node, fd protoreflect.FieldDescriptor) (protoreflect.Value, bool) {
	if node.Kind != yaml.ScalarNode {
		s.Errorf(node, "expected a value for %q, found %s", fd.Name(), kindOf(node))
		return protoreflect.Value{}, false
	}
	text := s.Text(node)
	switch fd.Kind() {
	case protoreflect.StringKind:
		if pattern := patternOf(fd); pattern != nil {
			text = expand(pattern, s.Negotiation, text)
		}
		return protoreflect.ValueOfString(text), true
	case protoreflect.EnumKind:
		return s.enum(node, text, fd.Enum())
	case protoreflect.BoolKind:
		if b, err := strconv.ParseBool(text); err == nil {
			return protoreflect.ValueOfBool(b), true
		}
	case protoreflect.Int32Kind:
		if n, err := strconv.ParseInt(text, 10, 32); err == nil {
			return protoreflect.ValueOfInt32(int32(n)), true
		}
	case protoreflect.DoubleKind:
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return protoreflect.ValueOfFloat64(f), true
		}
	}
	s.Errorf(node, "%q is no %s, as %q wants", text, fd.Kind(), fd.Name())
	return protoreflect.Value{}, false
}

// enum reads a value by its name, with or without the prefix.
func (s *Source) enum(node *yaml.Node, text string, ed protoreflect.EnumDescriptor) (protoreflect.Value, bool) {
	prefix := enumPrefix(ed)
	var names []string
	for i := range ed.Values().Len() {
		v := ed.Values().Get(i)
		short := strings.TrimPrefix(string(v.Name()), prefix)
		if text == string(v.Name()) || text == short {
			return protoreflect.ValueOfEnum(v.Number()), true
		}
		if i > 0 {
			names = append(names, short)
		}
	}
	s.Errorf(node, "%q is none of %s", text, strings.Join(names, ", "))
	return protoreflect.Value{}, false
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

func kindOf(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "fields"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias (*" + node.Value + "), which is not supported"
	case yaml.ScalarNode:
		if isNull(node) {
			return "nothing"
		}
		return strconv.Quote(node.Value)
	}
	return "nothing"
}

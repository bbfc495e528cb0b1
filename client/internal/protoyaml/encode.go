package protoyaml

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Node makes a mapping of m, which Source.Message reads back: without what the server sets, with short names for what
// is in the negotiation. Fields stand in the order of the schema; first come those in first, if set.
func Node(m proto.Message, negotiation string, first ...string) *yaml.Node {
	e := encoder{negotiation}
	node := Map()
	r := m.ProtoReflect()
	fields := r.Descriptor().Fields()
	done := map[protoreflect.Name]bool{}
	for _, name := range first {
		done[protoreflect.Name(name)] = true
		e.field(node, r, fields.ByName(protoreflect.Name(name)))
	}
	for i := range fields.Len() {
		if fd := fields.Get(i); !done[fd.Name()] {
			e.field(node, r, fd)
		}
	}
	return node
}

// Map makes an empty mapping.
func Map() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"} }

// List makes a list.
func List(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: items}
}

// Put adds a key to a mapping.
func Put(node *yaml.Node, key string, value *yaml.Node) {
	node.Content = append(node.Content, Text(key), value)
}

// Text makes a scalar that reads back as s: as a block where s has lines and every sign of it survives there, else in
// quotes where it needs them.
func Text(s string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case strings.Contains(s, "\n") && isBlock(s):
		node.Style = yaml.LiteralStyle
	case !isPlain(s):
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

// isBlock says whether s survives as a literal block: what is at risk there is space at the ends of lines.
func isBlock(s string) bool {
	if !isVisible(s) || strings.HasSuffix(s, "\n\n") || strings.HasPrefix(s, "\n") {
		return false
	}
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimRight(line, " ") != line || strings.ContainsRune(line, '\t') {
			return false
		}
	}
	return s[0] != ' '
}

// isPlain says whether the YAML library may choose the style.
func isPlain(s string) bool {
	return s != "" && isVisible(s) && !strings.ContainsAny(s, "\n\t") && strings.TrimSpace(s) == s
}

func isVisible(s string) bool {
	for _, r := range s {
		if r != '\n' && r != '\t' && (!unicode.IsPrint(r) || r == '\ufeff') {
			return false
		}
	}
	return true
}

// Marshal writes a tree as YAML.
func Marshal(node *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(node); err != nil {
		return nil, err
	}
	if err := enc.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

type encoder struct{ negotiation string }

func (e encoder) message(m protoreflect.Message) *yaml.Node {
	if at, ok := m.Interface().(*timestamppb.Timestamp); ok {
		return Text(at.AsTime().Format(time.RFC3339Nano))
	}
	if name, ok := obvious[m.Descriptor().FullName()]; ok {
		fd := m.Descriptor().Fields().ByName(name)
		if alone(m, fd) {
			return e.scalar(fd, m.Get(fd))
		}
	}
	node := Map()
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		e.field(node, m, fields.Get(i))
	}
	return node
}

// alone says whether fd is the one field of m that a writer sets.
func alone(m protoreflect.Message, fd protoreflect.FieldDescriptor) bool {
	only := m.Has(fd)
	m.Range(func(other protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		only = only && (other == fd || servers(other))
		return only
	})
	return only
}

func (e encoder) field(node *yaml.Node, m protoreflect.Message, fd protoreflect.FieldDescriptor) {
	if fd == nil || !m.Has(fd) || servers(fd) {
		return
	}
	v := m.Get(fd)
	switch {
	case fd.IsList():
		list := List()
		for i := range v.List().Len() {
			list.Content = append(list.Content, e.value(fd, v.List().Get(i)))
		}
		if patternOf(fd) != nil {
			list.Style = yaml.FlowStyle
		}
		Put(node, string(fd.Name()), list)
	default:
		Put(node, string(fd.Name()), e.value(fd, v))
	}
}

func (e encoder) value(fd protoreflect.FieldDescriptor, v protoreflect.Value) *yaml.Node {
	if fd.Message() != nil {
		return e.message(v.Message())
	}
	return e.scalar(fd, v)
}

func (e encoder) scalar(fd protoreflect.FieldDescriptor, v protoreflect.Value) *yaml.Node {
	switch fd.Kind() {
	case protoreflect.StringKind:
		s := v.String()
		if pattern := patternOf(fd); pattern != nil {
			s = shorten(pattern, e.negotiation, s)
		}
		return Text(s)
	case protoreflect.EnumKind:
		if vd := fd.Enum().Values().ByNumber(v.Enum()); vd != nil {
			return Text(strings.TrimPrefix(string(vd.Name()), enumPrefix(fd.Enum())))
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(int(v.Enum()))}
	case protoreflect.BoolKind:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v.Bool())}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: v.String()}
}

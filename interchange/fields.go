package interchange

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// What the standard has no place for is written field by field: an element of our own namespace for each field that is set, of
// its name in the schema, with its value as text or, for a message, with its fields. A list has an element for each item.

// Names of our own namespace, and of its attribute that says that a text is in base64, as it holds what XML cannot.
const (
	ownNamespace = "https://github.com/seed-ff4a8210/parley/ns/record/1"
	ownPrefix    = "parley"
	encodingAttr = "encoding"
	inBase64     = "base64"
)

func own(name string) string { return ownPrefix + ":" + name }

// putFields writes the fields of a message into an element, without those that are left out.
func putFields(el *etree.Element, m protoreflect.Message, without ...protoreflect.Name) error {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		if !m.Has(fd) || slices.Contains(without, fd.Name()) {
			continue
		}
		values := []protoreflect.Value{m.Get(fd)}
		if fd.IsList() {
			list := m.Get(fd).List()
			values = values[:0]
			for j := range list.Len() {
				values = append(values, list.Get(j))
			}
		}
		for _, v := range values {
			if err := putValue(el.CreateElement(own(string(fd.Name()))), fd, v); err != nil {
				return fmt.Errorf("%s: %w", fd.Name(), err)
			}
		}
	}
	return nil
}

func putValue(el *etree.Element, fd protoreflect.FieldDescriptor, v protoreflect.Value) error {
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		if !scalar(fd) {
			return putFields(el, v.Message())
		}
		text, err := protojson.Marshal(v.Message().Interface())
		el.SetText(strings.Trim(string(text), `"`))
		return err
	case protoreflect.EnumKind:
		if value := fd.Enum().Values().ByNumber(v.Enum()); value != nil {
			el.SetText(string(value.Name()))
			return nil
		}
		el.SetText(strconv.Itoa(int(v.Enum())))
	case protoreflect.BytesKind:
		el.SetText(base64.StdEncoding.EncodeToString(v.Bytes()))
	default:
		putText(el, v.String())
	}
	return nil
}

// scalar tells whether a message is written as one text: a moment.
func scalar(fd protoreflect.FieldDescriptor) bool {
	return fd.Message() != nil && fd.Message().ParentFile().Package() == "google.protobuf"
}

// putText writes a text, encoded if it holds characters that XML has no way to write.
func putText(el *etree.Element, text string) {
	if text != writable(text) {
		el.CreateAttr(encodingAttr, inBase64)
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	el.SetText(text)
}

// writable is a text with U+FFFD in place of what XML cannot write.
func writable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 {
			return r
		}
		return '\uFFFD'
	}, text)
}

// takeFields reads what putFields wrote into a message, which may hold some fields already, but for fields that are read apart.
func takeFields(el *etree.Element, m protoreflect.Message, depth int, without ...protoreflect.Name) error {
	if depth > maxNesting {
		return fmt.Errorf("<%s> nests too deep", el.Tag)
	}
	for _, child := range el.ChildElements() {
		if slices.Contains(without, protoreflect.Name(child.Tag)) {
			continue
		}
		fd := m.Descriptor().Fields().ByName(protoreflect.Name(child.Tag))
		if fd == nil || child.NamespaceURI() != ownNamespace {
			return fmt.Errorf("%s has no field <%s>", m.Descriptor().FullName(), child.Tag)
		}
		v, err := takeValue(child, fd, m, depth)
		switch {
		case err != nil:
			return fmt.Errorf("<%s>: %w", child.Tag, err)
		case fd.IsMap():
			return fmt.Errorf("<%s> cannot be read", child.Tag)
		case fd.IsList():
			m.Mutable(fd).List().Append(v)
		default:
			m.Set(fd, v)
		}
	}
	return nil
}

func takeValue(el *etree.Element, fd protoreflect.FieldDescriptor, m protoreflect.Message, depth int) (protoreflect.Value, error) {
	if fd.Message() != nil {
		var v protoreflect.Value
		if fd.IsList() {
			v = m.Mutable(fd).List().NewElement()
		} else {
			v = m.NewField(fd)
		}
		if scalar(fd) {
			return v, protojson.Unmarshal([]byte(strconv.Quote(el.Text())), v.Message().Interface())
		}
		return v, takeFields(el, v.Message(), depth+1)
	}
	text, err := takeText(el)
	if err != nil {
		return protoreflect.Value{}, err
	}
	return parseScalar(text, fd)
}

// takeText reads what putText wrote.
func takeText(el *etree.Element) (string, error) {
	if el.SelectAttrValue(encodingAttr, "") != inBase64 {
		return el.Text(), nil
	}
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(el.Text()))
	return string(text), err
}

func parseScalar(text string, fd protoreflect.FieldDescriptor) (v protoreflect.Value, err error) {
	var i int64
	var u uint64
	switch fd.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(text), nil
	case protoreflect.BoolKind:
		b, err := strconv.ParseBool(text)
		return protoreflect.ValueOfBool(b), err
	case protoreflect.EnumKind:
		if value := fd.Enum().Values().ByName(protoreflect.Name(text)); value != nil {
			return protoreflect.ValueOfEnum(value.Number()), nil
		}
		i, err = strconv.ParseInt(text, 10, 32)
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(i)), err
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		i, err = strconv.ParseInt(text, 10, 32)
		return protoreflect.ValueOfInt32(int32(i)), err
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		i, err = strconv.ParseInt(text, 10, 64)
		return protoreflect.ValueOfInt64(i), err
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		u, err = strconv.ParseUint(text, 10, 32)
		return protoreflect.ValueOfUint32(uint32(u)), err
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		u, err = strconv.ParseUint(text, 10, 64)
		return protoreflect.ValueOfUint64(u), err
	case protoreflect.FloatKind:
		f, err := strconv.ParseFloat(text, 32)
		return protoreflect.ValueOfFloat32(float32(f)), err
	case protoreflect.DoubleKind:
		f, err := strconv.ParseFloat(text, 64)
		return protoreflect.ValueOfFloat64(f), err
	case protoreflect.BytesKind:
		b, err := base64.StdEncoding.DecodeString(text)
		return protoreflect.ValueOfBytes(b), err
	}
	return v, fmt.Errorf("a %v cannot be read", fd.Kind())
}

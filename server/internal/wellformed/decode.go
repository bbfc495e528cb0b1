package wellformed

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// MaxRequestBytes is the size of the largest request in protobuf's binary form: the limit `request_bytes`.
const MaxRequestBytes = 32 << 20

// ruleWire is about the binary form itself: lengths, tags, groups that close.
const ruleWire = "wire_format"

// Decode reads a request in protobuf's binary form. What it cannot read gets a fault that names the field and the rule,
// which the decoder itself does not tell.
func Decode(data []byte, m proto.Message) error {
	if len(data) > MaxRequestBytes {
		return fault.LimitExceeded("", "request_bytes", len(data), MaxRequestBytes)
	}
	if err := proto.Unmarshal(data, m); err == nil {
		return nil
	}
	f := findMalformed(data, m.ProtoReflect().Descriptor(), "")
	if f == nil {
		f = &fault.Field{Rule: ruleWire, Message: "is not a message in protobuf's binary form"}
	}
	msg := f.Message
	if f.Path != "" {
		msg = f.Path + ": " + msg
	}
	return fault.Malformed(f.Path, f.Rule, msg)
}

// findMalformed looks for the first field that cannot be read, nil if there is none. It goes no deeper than the schema.
func findMalformed(data []byte, md protoreflect.MessageDescriptor, path string) *fault.Field {
	items := map[protoreflect.FieldNumber]int{}
	for len(data) > 0 {
		num, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return &fault.Field{Path: path, Rule: ruleWire, Message: "is cut off or damaged"}
		}
		data = data[n:]
		fd := md.Fields().ByNumber(num)
		at := path
		if fd != nil {
			at = fieldAt(path, fd, items[num])
			items[num]++
		}
		n = protowire.ConsumeFieldValue(num, kind, data)
		if n < 0 {
			return &fault.Field{Path: at, Rule: ruleWire, Message: "is cut off or damaged"}
		}
		if fd != nil && kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(data)
			if f := findMalformedIn(value, fd, at); f != nil {
				return f
			}
		}
		data = data[n:]
	}
	return nil
}

// findMalformedIn looks at one value that has a length.
func findMalformedIn(value []byte, fd protoreflect.FieldDescriptor, at string) *fault.Field {
	switch fd.Kind() {
	case protoreflect.MessageKind:
		return findMalformed(value, fd.Message(), at)
	case protoreflect.StringKind:
		if !utf8.Valid(value) {
			return &fault.Field{Path: at, Rule: ruleUTF8, Message: fmt.Sprintf("is not valid UTF-8 at byte %d", firstInvalid(string(value)))}
		}
	}
	return nil
}

// fieldAt spells out the place of a field below path, with its index if it is a list.
func fieldAt(path string, fd protoreflect.FieldDescriptor, index int) string {
	at := join(path, string(fd.Name()))
	if fd.IsList() {
		at += "[" + strconv.Itoa(index) + "]"
	}
	return at
}

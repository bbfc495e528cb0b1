package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// maxDiagnosed bounds how many faults of one body are listed.
const maxDiagnosed = 100

// diagnose says why a body could not be read as the message it should be. protojson knows the line of the first fault
// only, callers want the fields; so the body is walked again, by the schema. It costs nothing until something is wrong.
func diagnose(rt *route, body []byte) *fault.Fault {
	if !utf8.Valid(body) {
		return fault.Malformed("", "utf8", "the body is not valid UTF-8")
	}
	if !json.Valid(body) {
		return fault.Malformed("", "json", syntax(body))
	}
	d := diagnosis{}
	prefix := ""
	if rt.bodyField != nil {
		prefix = string(rt.bodyField.Name())
	}
	d.object(prefix, rt.bodyMessage, body, 0)
	if len(d.fields) == 0 {
		return fault.Malformed(prefix, "json", "the body cannot be read as "+string(rt.bodyMessage.Name()))
	}
	return malformed(d.fields)
}

// syntax says where JSON breaks off.
func syntax(body []byte) string {
	if len(bytes.TrimSpace(body)) == 0 {
		return "the body is empty"
	}
	var v any
	err := json.Unmarshal(body, &v)
	var at *json.SyntaxError
	if !errors.As(err, &at) {
		return "the body is not valid JSON"
	}
	read := body[:min(int(at.Offset), len(body))]
	line := bytes.Count(read, []byte("\n")) + 1
	column := utf8.RuneCount(read[bytes.LastIndexByte(read, '\n')+1:])
	return fmt.Sprintf("the body is not valid JSON at line %d, column %d: %v", line, column, at)
}

type diagnosis struct{ fields []fault.Field }

func (d *diagnosis) report(path, rule, message string) {
	if len(d.fields) < maxDiagnosed {
		d.fields = append(d.fields, fault.Field{Path: path, Rule: rule, Message: message})
	}
}

// object goes through the fields of what should be a message.
func (d *diagnosis) object(path string, md protoreflect.MessageDescriptor, raw json.RawMessage, depth int) {
	if depth > maxNesting {
		d.report(path, "depth", fmt.Sprintf("is nested more than %d deep", maxNesting))
		return
	}
	entries, ok := objectEntries(raw)
	if !ok {
		d.report(path, "type", "must be a JSON object")
		return
	}
	seen := map[protoreflect.FieldNumber]bool{}
	oneofs := map[protoreflect.Name]bool{}
	for _, e := range entries {
		fd := fieldNamed(md, e.key)
		if fd == nil {
			d.report(join(path, shown(e.key)), "unknown_field", fmt.Sprintf("%s has no such field", md.Name()))
			continue
		}
		at := join(path, string(fd.Name()))
		oneof := fd.ContainingOneof()
		null := string(e.value) == "null"
		switch {
		case seen[fd.Number()]:
			d.report(at, "duplicate", "is given more than once")
		case oneof != nil && !null && oneofs[oneof.Name()]:
			d.report(at, "oneof", fmt.Sprintf("only one field of %s can be set", oneof.Name()))
		case !null:
			d.value(at, fd, e.value, depth)
		}
		seen[fd.Number()] = true
		if oneof != nil && !null {
			oneofs[oneof.Name()] = true
		}
	}
}

// value goes through what should be a field's value, or list of them.
func (d *diagnosis) value(path string, fd protoreflect.FieldDescriptor, raw json.RawMessage, depth int) {
	if !fd.IsList() {
		d.single(path, fd, raw, depth)
		return
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		d.report(path, "type", "must be a JSON array")
		return
	}
	for i, item := range items {
		d.single(fmt.Sprintf("%s[%d]", path, i), fd, item, depth)
	}
}

func (d *diagnosis) single(path string, fd protoreflect.FieldDescriptor, raw json.RawMessage, depth int) {
	if md := fd.Message(); md != nil && md.FullName().Parent() != "google.protobuf" && !fd.IsMap() {
		d.object(path, md, raw, depth+1)
		return
	}
	if fd.IsList() {
		raw = append(append(json.RawMessage("["), raw...), ']')
	}
	name, err := json.Marshal(fd.JSONName())
	if err != nil {
		return
	}
	one := fmt.Appendf(nil, "{%s:%s}", name, raw)
	if reading.Unmarshal(one, dynamicpb.NewMessage(fd.ContainingMessage())) != nil {
		d.report(path, "type", "must be "+describe(fd))
	}
}

// entry is one member of a JSON object.
type entry struct {
	key   string
	value json.RawMessage
}

// objectEntries reads the members of an object in their order, doubles too.
func objectEntries(raw json.RawMessage) ([]entry, bool) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	var out []entry
	for dec.More() {
		t, err := dec.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return nil, false
		}
		var e entry
		if dec.Decode(&e.value) != nil {
			return nil, false
		}
		e.key = key
		out = append(out, e)
	}
	if _, err := dec.Token(); err != nil && !errors.Is(err, io.EOF) {
		return nil, false
	}
	return out, true
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

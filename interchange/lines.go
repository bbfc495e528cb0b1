package interchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// typeKey is the member of each line that says what it is, as protobuf has it for a message of any type.
const (
	typeKey    = "@type"
	typePrefix = "type.googleapis.com/"
)

// maxNesting bounds how deep JSON, XML and points may nest. Resources need far less; points may belong to points at will.
const maxNesting = 10_000

// Lines writes a record as one resource a line.
func Lines(r *Record) ([]byte, error) {
	var out bytes.Buffer
	for _, m := range r.Resources {
		raw, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
		if err != nil {
			return nil, fmt.Errorf("write a %s: %w", typeOf(m), err)
		}
		var compact bytes.Buffer // protojson varies its blanks
		if err := json.Compact(&compact, raw); err != nil {
			return nil, fmt.Errorf("write a %s: %w", typeOf(m), err)
		}
		rest := compact.Bytes()[1:]
		fmt.Fprintf(&out, "{%q:%q", typeKey, typePrefix+typeOf(m))
		if len(rest) > 1 {
			out.WriteByte(',')
		}
		out.Write(rest)
		out.WriteByte('\n')
	}
	return out.Bytes(), nil
}

// ReadLines reads what Lines writes. Empty lines are passed over; the error names the line.
func ReadLines(data []byte) (*Record, error) {
	r, n := &Record{}, 0
	for line := range bytes.Lines(data) {
		if n++; len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		m, err := readLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		r.Resources = append(r.Resources, m)
	}
	return r, nil
}

func readLine(line []byte) (proto.Message, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return nil, err
	}
	var url string
	if err := json.Unmarshal(fields[typeKey], &url); err != nil {
		return nil, fmt.Errorf("no %q says what it is", typeKey)
	}
	m, err := newResource(strings.TrimPrefix(url, typePrefix))
	if err != nil {
		return nil, err
	}
	delete(fields, typeKey)
	rest, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	return m, protojson.UnmarshalOptions{RecursionLimit: maxNesting}.Unmarshal(rest, m)
}

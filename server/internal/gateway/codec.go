package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// prettyType is how the gateway tells itself that indented JSON is wanted. It never leaves the process.
const prettyType = "application/json; pretty"

// maxNesting bounds how deep JSON may nest. The API needs far less.
const maxNesting = 100

var (
	reading = protojson.UnmarshalOptions{RecursionLimit: maxNesting}
	writing = protojson.MarshalOptions{UseProtoNames: true}
)

// codec is the JSON of the API: strict when read, with the names of the .proto when written, and the same bytes for the
// same message (protojson alone varies its white space from build to build).
type codec struct{ pretty bool }

// ContentType is JSON, but for a file, which has its own.
func (codec) ContentType(v any) string {
	if file, ok := v.(*httpbody.HttpBody); ok {
		return file.GetContentType()
	}
	return "application/json"
}

// Marshal writes a message, or a map of messages as streams do, as one line, or indented. A file is what it holds.
func (c codec) Marshal(v any) ([]byte, error) {
	if file, ok := v.(*httpbody.HttpBody); ok {
		return file.GetData(), nil
	}
	if known, ok := v.(*answer); ok {
		if !c.pretty {
			return known.json, nil
		}
		v = known.message
	}
	var raw []byte
	var err error
	if m, ok := v.(proto.Message); ok {
		raw, err = writing.Marshal(m)
	} else {
		raw, err = (&runtime.JSONPb{MarshalOptions: writing}).Marshal(v)
	}
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Grow(len(raw) + 1)
	if c.pretty {
		err = json.Indent(&out, raw, "", "  ")
	} else {
		err = json.Compact(&out, raw)
	}
	out.WriteByte('\n')
	return out.Bytes(), err
}

// Unmarshal reads a message, or into a pointer to one, making it.
func (codec) Unmarshal(data []byte, v any) error {
	if m, ok := v.(proto.Message); ok {
		return reading.Unmarshal(data, m)
	}
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.Elem().Kind() != reflect.Pointer {
		return fmt.Errorf("%T is no message", v)
	}
	fresh := reflect.New(p.Type().Elem().Elem())
	m, ok := fresh.Interface().(proto.Message)
	if !ok {
		return fmt.Errorf("%T is no message", v)
	}
	if err := reading.Unmarshal(data, m); err != nil {
		return err
	}
	p.Elem().Set(fresh)
	return nil
}

// NewDecoder reads the whole of r as one value. Nothing but white space gives io.EOF, which handlers take for an empty
// message.
func (c codec) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(v any) error {
		data, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(data)) == 0 {
			return io.EOF
		}
		return c.Unmarshal(data, v)
	})
}

// NewEncoder writes values one after the other.
func (c codec) NewEncoder(w io.Writer) runtime.Encoder {
	return runtime.EncoderFunc(func(v any) error {
		data, err := c.Marshal(v)
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	})
}

// Delimiter separates the values of a stream: Marshal has ended the line already.
func (codec) Delimiter() []byte { return nil }

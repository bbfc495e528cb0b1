package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// admit looks at a request before the generated handler does, which would pass over parameters it does not know and
// bodies it does not expect.
func (g *gateway) admit(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, pathParams map[string]string) {
		ex := exchangeOf(r.Context())
		pattern, _ := runtime.HTTPPattern(r.Context())
		if ex.route = g.routes[r.Method+" "+pattern.String()]; ex.route == nil {
			writeFault(w, ex, fault.Of(fmt.Errorf("no route for %s %s", r.Method, pattern)))
			return
		}
		if ex.route.streams {
			ex.streaming(w, r)
		}
		if f := ex.checkQuery(); f != nil {
			writeFault(w, ex, f)
			return
		}
		if f := ex.readBody(w, r); f != nil {
			writeFault(w, ex, f)
			return
		}
		if f := ex.checkBound(pathParams); f != nil {
			writeFault(w, ex, f)
			return
		}
		if ex.route.streams && ex.method == http.MethodHead { // whoever wants no answer does not wait for its end
			w.Header().Set("Content-Type", r.Header.Get("Accept"))
			return
		}
		next(w, r, pathParams)
	}
}

// malformed makes one fault of all that is wrong.
func malformed(fields []fault.Field) *fault.Fault {
	faults := make([]*fault.Fault, len(fields))
	for i, f := range fields {
		faults[i] = fault.Malformed(f.Path, f.Rule, f.Message)
		faults[i].Message = f.Path + ": " + f.Message
	}
	return fault.Merge(faults)
}

// checkQuery refuses query parameters that the method does not have, has elsewhere, or cannot read.
func (ex *exchange) checkQuery() *fault.Fault {
	var bad []fault.Field
	scratch, seen := ex.route.request.New(), map[string]bool{}
	for _, key := range slices.Sorted(keysOf(ex.query)) {
		path, fd := ex.route.parameter(key)
		report := func(rule, format string, args ...any) {
			bad = append(bad, fault.Field{Path: path, Rule: rule, Message: fmt.Sprintf(format, args...)})
		}
		values := ex.query[key]
		switch {
		case fd == nil:
			report("unknown_parameter", "is not a query parameter here")
		case seen[path] || len(values) > 1 && !fd.IsList():
			report("duplicate", "is given more than once")
		case slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) }):
			report("utf8", "is not valid UTF-8")
		default:
			for _, v := range values {
				if runtime.PopulateFieldFromPath(scratch.Interface(), path, v) != nil {
					report("type", "must be %s", describe(fd))
				}
			}
		}
		seen[path] = true
	}
	return malformed(bad)
}

func keysOf(m map[string][]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// parameter finds the field that a query parameter names, and its path as the .proto has it; the field is nil if it can
// not stand in the query.
func (rt *route) parameter(key string) (path string, fd protoreflect.FieldDescriptor) {
	words, md := strings.Split(key, "."), rt.request.Descriptor()
	for i, word := range words {
		if md == nil {
			return shown(key), nil
		}
		if fd = fieldNamed(md, word); fd == nil {
			return shown(key), nil
		}
		words[i], md = string(fd.Name()), fd.Message()
		if fd.IsList() {
			md = nil
		}
	}
	path = strings.Join(words, ".")
	whole := rt.hasBody && rt.bodyField == nil
	inBody := rt.bodyField != nil && words[0] == string(rt.bodyField.Name())
	if whole || inBody || slices.Contains(rt.bound, path) {
		return path, nil
	}
	return path, fd
}

// shown bounds and cleans what is repeated of a caller's own words.
func shown(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// readBody reads the body of a method that has one, and refuses one for others. Content types other than JSON are
// refused, because browsers send those to any site without asking.
func (ex *exchange) readBody(w http.ResponseWriter, r *http.Request) *fault.Fault {
	body := r.Body
	r.Body = http.NoBody
	if !ex.route.hasBody {
		if r.ContentLength != 0 {
			return fault.Malformed("", "body", ex.method+" takes no body here")
		}
		return nil
	}
	if t := r.Header.Get("Content-Type"); t != "" || r.ContentLength != 0 {
		if media, params, err := mime.ParseMediaType(t); err != nil || media != "application/json" || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
			return fault.Malformed("", "content_type", "the Content-Type must be application/json, in UTF-8")
		}
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return fault.Malformed("", "content_encoding", "the body must not be compressed")
	}
	var err error
	if ex.body, err = io.ReadAll(http.MaxBytesReader(w, body, MaxBodyBytes)); err != nil {
		var over *http.MaxBytesError
		if errors.As(err, &over) {
			return fault.LimitExceeded("", LimitRequestBytes, max(int(r.ContentLength), MaxBodyBytes+1), MaxBodyBytes)
		}
		return fault.Malformed("", "body", "the body could not be read to its end").Because(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(ex.body))
	r.Header.Set("Content-Type", "application/json")
	return nil
}

// checkBound refuses a body that says something else than the path does, such as the name of another resource: the
// generated code would pass over it.
func (ex *exchange) checkBound(pathParams map[string]string) *fault.Fault {
	body := ex.bodyFields()
	var bad []fault.Field
	for _, path := range ex.route.bound {
		inner := path
		if ex.route.bodyField != nil {
			var ok bool
			if inner, ok = strings.CutPrefix(path, string(ex.route.bodyField.Name())+"."); !ok {
				continue
			}
		}
		for key, value := range body {
			var given string
			fd := fieldNamed(ex.route.bodyMessage, key)
			if fd == nil || string(fd.Name()) != inner || json.Unmarshal(value, &given) != nil {
				continue
			}
			if given != "" && given != pathParams[path] {
				bad = append(bad, fault.Field{Path: path, Rule: "path", Message: "is another one in the body than in the path"})
			}
		}
	}
	return malformed(bad)
}

// bodyFields are what the body holds; nothing if it cannot be read, which whoever reads it will say.
func (ex *exchange) bodyFields() map[string]json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(ex.body, &fields) != nil {
		return nil
	}
	return fields
}

// describe says what a field takes, in JSON and in a query.
func describe(fd protoreflect.FieldDescriptor) string {
	switch fd.Kind() {
	case protoreflect.BoolKind:
		return "true or false"
	case protoreflect.StringKind:
		return "a string"
	case protoreflect.BytesKind:
		return "a string in base64"
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return "a number"
	case protoreflect.EnumKind:
		values := fd.Enum().Values()
		names := make([]string, values.Len())
		for i := range names {
			names[i] = string(values.Get(i).Name())
		}
		return "one of " + strings.Join(names, ", ")
	case protoreflect.MessageKind, protoreflect.GroupKind:
		switch fd.Message().FullName() {
		case "google.protobuf.Timestamp":
			return "an RFC 3339 time such as 2025-11-24T18:30:00Z"
		case "google.protobuf.FieldMask":
			return "a list of fields joined by commas"
		}
		return "a JSON object"
	}
	return "a whole number"
}

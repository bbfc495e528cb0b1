package wellformed

import (
	"errors"
	"slices"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// schema adds what protovalidate finds, save what is said already or lies in a field that the caller cannot set. An
// error means that a rule could not be worked out at all.
func (w *walker) schema(m proto.Message) error {
	err := protovalidate.Validate(m)
	if err == nil {
		return nil
	}
	var broken *protovalidate.ValidationError
	if !errors.As(err, &broken) {
		if w.total > 0 { // such as text that is no UTF-8, which no expression can look at
			return nil
		}
		return fault.Of(err)
	}
	said := w.required()
	for _, v := range broken.Violations {
		if hidden(m.ProtoReflect().Descriptor(), v.Proto.GetField()) {
			continue
		}
		path := join(w.prefix, protovalidate.FieldPathString(v.Proto.GetField()))
		if slices.Contains(said, path) {
			continue
		}
		rule, message := inWords(v)
		w.add(fault.Field{Path: path, Rule: rule, Message: message})
	}
	return nil
}

// inWords gives the rule that a violation breaks, and what it says. An enum that has to have a value and has none is told
// like every other field that is missing.
func inWords(v *protovalidate.Violation) (rule, message string) {
	rule, message = v.Proto.GetRuleId(), v.Proto.GetMessage()
	switch {
	case rule == "enum.not_in" && v.FieldValue.Enum() == 0:
		return ruleRequired, "is required"
	case message == "":
		return rule, "breaks the rule " + rule
	}
	return rule, message
}

// required lists the places where something is missing: no other rule need say so again.
func (w *walker) required() []string {
	var paths []string
	for _, f := range w.fields {
		if f.Rule == ruleRequired {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

// hidden says whether a path leads through a field that the caller cannot set.
func hidden(md protoreflect.MessageDescriptor, path *validate.FieldPath) bool {
	for _, e := range path.GetElements() {
		if md == nil {
			return false
		}
		fd := md.Fields().ByNumber(protoreflect.FieldNumber(e.GetFieldNumber()))
		if fd == nil {
			return false // a oneof has a name but no number
		}
		if slices.Contains(behaviours(fd), annotations.FieldBehavior_OUTPUT_ONLY) {
			return true
		}
		md = fd.Message()
	}
	return false
}

func join(prefix, path string) string {
	if prefix == "" || path == "" {
		return prefix + path
	}
	return prefix + "." + path
}

package apitest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
)

// methodsAreBound wants every method at the REST path that its name promises (AIP-127 and 131 to 136). REST knows no
// streams of requests.
func methodsAreBound(s *schema) (findings []string) {
	for _, m := range s.methods {
		want, is := m.binding(), written(m.http)
		switch {
		case m.IsStreamingClient() && m.http == nil:
		case m.http == nil:
			findings = append(findings, found(m, "has no google.api.http"))
		case m.kind == "":
			findings = append(findings, m.customBinding()...)
		case is != want:
			findings = append(findings, found(m, "is bound to %q, not %q", is, want))
		}
		for _, more := range m.http.GetAdditionalBindings() {
			extra := method{MethodDescriptor: m.MethodDescriptor, http: more}
			if m.kind != "" {
				findings = append(findings, found(m, "a standard method has one binding, not also %q", written(more)))
			} else {
				findings = append(findings, extra.customBinding()...)
			}
		}
	}
	return findings
}

// binding gives the REST binding of a standard method.
func (m method) binding() string {
	r := m.resource
	pattern := strings.Join(r.GetPattern(), " ")
	one := "/v1/" + variable("name", pattern)
	many := "/v1/" + r.GetPlural()
	if p := r.parent(); p != "" {
		many = "/v1/" + variable("parent", p) + "/" + r.GetPlural()
	}
	switch m.kind {
	case "Get":
		return "GET " + one
	case "List":
		return "GET " + many
	case "Create":
		return "POST " + many + " with " + string(r.field())
	case "Update":
		return "PATCH /v1/" + variable(r.field()+".name", pattern) + " with " + string(r.field())
	case "Delete":
		return "DELETE " + one
	case "Undelete":
		return "POST " + one + ":undelete with *"
	case "BatchCreate":
		return "POST " + many + ":batchCreate with *"
	}
	return ""
}

// written gives a binding in one line: the verb, the path, the body.
func written(http *annotations.HttpRule) string {
	var s string
	switch p := http.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		s = "GET " + p.Get
	case *annotations.HttpRule_Post:
		s = "POST " + p.Post
	case *annotations.HttpRule_Patch:
		s = "PATCH " + p.Patch
	case *annotations.HttpRule_Delete:
		s = "DELETE " + p.Delete
	default:
		s = fmt.Sprint(p)
	}
	if http.GetBody() != "" {
		s += " with " + http.GetBody()
	}
	return s
}

var customForm = regexp.MustCompile(`^(GET|POST) /v1/[^ ]*:([a-z][a-zA-Z]*)( with \*)?$`)

// customBinding checks that a custom method reads with GET or writes with POST and a whole body, at a path that ends in
// a verb from its name.
func (m method) customBinding() []string {
	is := written(m.http)
	parts := customForm.FindStringSubmatch(is)
	switch {
	case parts == nil:
		return []string{found(m, "is bound to %q, which is not GET or POST on /v1/…:verb", is)}
	case (parts[1] == "POST") != (parts[3] != ""):
		return []string{found(m, "is bound to %q: POST takes the body *, and GET none", is)}
	case !strings.Contains(string(m.Name()), title(parts[2])):
		return []string{found(m, "the verb %q of its path is not in its name", parts[2])}
	}
	return nil
}

// signaturesFit wants a method_signature that holds what the AIPs say for standard methods, and for custom ones all
// that is required.
func signaturesFit(s *schema) (findings []string) {
	for _, m := range s.methods {
		list, _ := proto.GetExtension(m.Options(), annotations.E_MethodSignature).([]string)
		if m.IsStreamingClient() {
			continue // it has no arguments, only messages
		}
		want, r := "", string(m.resource.field())
		switch m.kind {
		case "Get", "Delete", "Undelete":
			want = "name"
		case "List":
			want = strings.Join(m.under(), "")
		case "Create":
			want = strings.Join(append(m.under(), r, r+"_id"), ",")
		case "Update":
			want = r + ",update_mask"
		case "BatchCreate":
			want = strings.Join(append(m.under(), "requests"), ",")
		default:
			findings = append(findings, m.customSignature(list)...)
			continue
		}
		if !slices.Equal(list, []string{want}) {
			findings = append(findings, found(m, "the method_signature is %q, not %q", list, want))
		}
	}
	return findings
}

// under gives the field of the parent, if the resource has one.
func (m method) under() []string {
	if m.resource.parent() == "" {
		return nil
	}
	return []string{"parent"}
}

func (m method) customSignature(list []string) (findings []string) {
	if len(list) != 1 {
		return []string{found(m, "has %d method_signatures, not one", len(list))}
	}
	named := strings.Split(list[0], ",")
	for _, name := range named {
		if m.field(protoreflect.Name(name)) == nil {
			findings = append(findings, found(m, "the method_signature names %q, which the request does not have", name))
		}
	}
	for fd := range fields(m.Input()) {
		if has(fd, annotations.FieldBehavior_REQUIRED) && !slices.Contains(named, string(fd.Name())) {
			findings = append(findings, found(m, "the method_signature %q lacks %q, which is required", list[0], fd.Name()))
		}
	}
	return findings
}

// readsLookBack wants every read to answer for an earlier moment, and to ask for nothing that only writes need. A stream looks
// ahead.
func readsLookBack(s *schema) (findings []string) {
	for _, m := range s.methods {
		if m.mutates() {
			continue
		}
		if fd := m.field("as_of"); !m.IsStreamingServer() && (fd == nil || kindOf(fd) != timestamp || !slices.Equal(behaviours(fd), optional)) {
			findings = append(findings, found(m, "a read takes an optional %s as_of", timestamp))
		}
		for _, name := range []protoreflect.Name{"request_id", "validate_only"} {
			if m.field(name) != nil {
				findings = append(findings, found(m, "a read has no %s", name))
			}
		}
	}
	return findings
}

// writesAreSafe wants every write to be known again on a retry (AIP-155) and to be tried without effect (AIP-163). A stream
// of requests begins with one that can.
func writesAreSafe(s *schema) (findings []string) {
	for _, m := range s.methods {
		if !m.mutates() || m.IsStreamingClient() {
			continue
		}
		if fd := m.field("validate_only"); fd == nil || kindOf(fd) != "bool" || !slices.Equal(behaviours(fd), optional) {
			findings = append(findings, found(m, "a write takes an optional bool validate_only"))
		}
		if fd := m.field("request_id"); fd == nil || kindOf(fd) != "string" || !slices.Equal(behaviours(fd), optional) || !isUUID(fd) {
			findings = append(findings, found(m, "a write takes an optional string request_id that is checked to be a UUID"))
		}
	}
	return findings
}

// isUUID tells whether a field says that it is a UUID and is checked for it.
func isUUID(fd protoreflect.FieldDescriptor) bool {
	info, _ := proto.GetExtension(fd.Options(), annotations.E_FieldInfo).(*annotations.FieldInfo)
	rules, _ := proto.GetExtension(fd.Options(), validate.E_Field).(*validate.FieldRules)
	return info.GetFormat() == annotations.FieldInfo_UUID4 && rules.GetString().GetUuid()
}

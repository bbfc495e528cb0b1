package apitest

import (
	"regexp"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const timestamp = "google.protobuf.Timestamp"

// fieldsBehave wants callers to be told of every field that they send whether they must (AIP-203). Fields of a oneof are
// optional by nature. What only the server sends says OUTPUT_ONLY on all of its fields or on none.
func fieldsBehave(s *schema) (findings []string) {
	inputs := s.inputs()
	for _, md := range s.messages {
		_, isResource := s.asResource(md)
		silent, outputOnly := 0, 0
		for fd := range fields(md) {
			b := behaviours(fd)
			switch {
			case !inputs[md.FullName()] && len(b) == 0:
				silent++
			case !inputs[md.FullName()] && slices.Equal(b, []annotations.FieldBehavior{annotations.FieldBehavior_OUTPUT_ONLY}):
				outputOnly++
			case !inputs[md.FullName()] && !isResource:
				findings = append(findings, found(fd, "only the server sends it, so it can only be OUTPUT_ONLY, not %v", b))
			case fd.ContainingOneof() != nil && len(b) > 0:
				findings = append(findings, found(fd, "is one of several and so cannot be %v", b))
			case fd.ContainingOneof() == nil && len(b) == 0:
				findings = append(findings, found(fd, "has no field_behavior"))
			case fd.ContainingOneof() == nil && s.isRequest(md) && !slices.Equal(b, required) && !slices.Equal(b, optional):
				findings = append(findings, found(fd, "in a request a field is REQUIRED or OPTIONAL, not %v", b))
			}
		}
		if silent > 0 && outputOnly > 0 {
			findings = append(findings, found(md, "%d fields are OUTPUT_ONLY and %d say nothing", outputOnly, silent))
		}
	}
	return findings
}

var (
	required = []annotations.FieldBehavior{annotations.FieldBehavior_REQUIRED}
	optional = []annotations.FieldBehavior{annotations.FieldBehavior_OPTIONAL}
)

// saysID finds what a comment says of a string that is no resource name: that it is an id, or how somebody would cite a thing.
var saysID = regexp.MustCompile(`(?i)\b(ids?|cite)\b`)

// anyType is what a field refers to that may name any resource (AIP-124).
const anyType = "*"

// namesAreReferences wants a resource_reference on every string that holds a resource name (AIP-124): `name` and `parent`
// of requests, and whatever is called like a resource, unless its comment says that it holds an id.
func namesAreReferences(s *schema) (findings []string) {
	called := map[protoreflect.Name]bool{"parent": true}
	for _, r := range s.resources {
		called[r.field()], called[r.list()] = true, true
	}
	for _, md := range s.messages {
		for fd := range fields(md) {
			ref := reference(fd)
			switch isName := fd.Name() == "name" && s.isRequest(md); {
			case ref != nil && ref.GetType() != anyType && !s.hasType(ref.GetType()+ref.GetChildType()):
				findings = append(findings, found(fd, "refers to %q, which is no resource", ref.GetType()+ref.GetChildType()))
			case ref == nil && fd.Kind() == protoreflect.StringKind && (isName || called[fd.Name()]) && !saysID.MatchString(comment(fd)):
				findings = append(findings, found(fd, "has no resource_reference, and its comment does not say that it holds an id"))
			}
		}
	}
	for _, m := range s.methods {
		findings = append(findings, m.references()...)
	}
	return findings
}

// references checks what `name` and `parent` of a standard method refer to.
func (m method) references() (findings []string) {
	if m.kind == "" {
		return nil
	}
	if fd := m.field("name"); fd != nil && reference(fd).GetType() != m.resource.GetType() {
		findings = append(findings, found(fd, "does not refer to the type %q", m.resource.GetType()))
	}
	if fd := m.field("parent"); fd != nil && reference(fd).GetChildType() != m.resource.GetType() {
		findings = append(findings, found(fd, "does not refer to the child_type %q", m.resource.GetType()))
	}
	return findings
}

// numbersFitJSON refuses 64-bit integers, of which JSON clients lose digits.
func numbersFitJSON(s *schema) (findings []string) {
	for _, md := range s.messages {
		for fd := range fields(md) {
			if k := fd.Kind().String(); strings.HasSuffix(k, "64") {
				findings = append(findings, found(fd, "%s loses digits in JSON", k))
			}
		}
	}
	return findings
}

// ownMoments are parley's own words for moments to read at.
var ownMoments = []protoreflect.Name{"as_of", "held_at", "known_at"}

// timesAreNamed wants moments to be called so (AIP-142).
func timesAreNamed(s *schema) (findings []string) {
	for _, md := range s.messages {
		for fd := range fields(md) {
			if strings.TrimPrefix(kindOf(fd), "repeated ") == timestamp && !strings.HasSuffix(string(fd.Name()), "_time") && !slices.Contains(ownMoments, fd.Name()) {
				findings = append(findings, found(fd, "is a moment but not called so: %s_time", fd.Name()))
			}
		}
	}
	return findings
}

// enumsBeginUnspecified wants 0 to mean that nothing was said (AIP-126).
func enumsBeginUnspecified(s *schema) (findings []string) {
	for _, ed := range s.enums {
		if zero := ed.Values().ByNumber(0); zero == nil || !strings.HasSuffix(string(zero.Name()), "_UNSPECIFIED") {
			findings = append(findings, found(ed, "the value 0 does not end in _UNSPECIFIED"))
		}
	}
	return findings
}

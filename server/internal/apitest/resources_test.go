package apitest

import (
	"regexp"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// service is what resource types begin with.
const service = "parley/"

var patternForm = regexp.MustCompile(`^[a-z][a-zA-Z]*/\{[a-z_]+\}(/[a-z][a-zA-Z]*/\{[a-z_]+\})*$`)

// resourcesAreDeclared wants every message with a name to be a resource, and its declaration whole (AIP-123 and 4231).
func resourcesAreDeclared(s *schema) (findings []string) {
	for _, md := range s.messages {
		r, declared := s.asResource(md)
		named := md.Fields().ByName("name") != nil && !s.isRequest(md)
		if declared {
			findings = append(findings, s.declaration(r)...)
		} else if named {
			findings = append(findings, found(md, "has a name but no google.api.resource"))
		}
	}
	return findings
}

func (s *schema) declaration(r resource) (findings []string) {
	md := r.MessageDescriptor
	if want := service + string(md.Name()); r.GetType() != want {
		findings = append(findings, found(md, "the resource type is %q, not %q", r.GetType(), want))
	}
	if want := strings.ToLower(string(md.Name()[:1])) + string(md.Name()[1:]); r.GetSingular() != want {
		findings = append(findings, found(md, "the singular is %q, not %q", r.GetSingular(), want))
	}
	if r.GetPlural() == "" {
		findings = append(findings, found(md, "has no plural"))
	}
	if len(r.GetPattern()) != 1 || !patternForm.MatchString(r.GetPattern()[0]) {
		return append(findings, found(md, "one pattern of collections and ids is needed, not %q", r.GetPattern()))
	}
	end := r.GetPlural() + "/{" + string(r.field()) + "}"
	if p := r.GetPattern()[0]; p != end && !strings.HasSuffix(p, "/"+end) {
		findings = append(findings, found(md, "the pattern %q does not end in %q", p, end))
	}
	if p := r.parent(); p != "" && !s.hasPattern(p) {
		findings = append(findings, found(md, "no resource has the pattern %q of the parent", p))
	}
	name := md.Fields().ByName("name")
	if name == nil || name.Number() != 1 || kindOf(name) != "string" || !has(name, annotations.FieldBehavior_IDENTIFIER) {
		findings = append(findings, found(md, "the first field is not a string `name` that is its IDENTIFIER"))
	}
	return findings
}

func (s *schema) hasPattern(pattern string) bool {
	for _, r := range s.resources {
		if len(r.GetPattern()) == 1 && r.GetPattern()[0] == pattern {
			return true
		}
	}
	return false
}

// resourcesHaveTheirLife wants of every resource that it can be read, listed, created, updated, deleted and undeleted,
// with the fields that this needs; or that it is known as immutable, and then has none of what changes.
func resourcesHaveTheirLife(s *schema) (findings []string) {
	for name := range s.immutable {
		if !s.hasType(service + name[strings.LastIndexByte(name, '.')+1:]) {
			findings = append(findings, name+": is excused as immutable but is no resource")
		}
	}
	for _, r := range s.resources {
		if !s.offers("Get", r) {
			findings = append(findings, found(r, "has no Get method"))
		}
		if s.immutable[string(r.FullName())] != "" {
			findings = append(findings, s.frozen(r)...)
		} else {
			findings = append(findings, s.living(r)...)
		}
	}
	return findings
}

func (s *schema) living(r resource) (findings []string) {
	for _, kind := range []string{"List", "Create", "Update", "Delete", "Undelete"} {
		if !s.offers(kind, r) {
			findings = append(findings, found(r, "has no %s method, and is not known as immutable", kind))
		}
	}
	outputOnly, optional := annotations.FieldBehavior_OUTPUT_ONLY, annotations.FieldBehavior_OPTIONAL
	for _, f := range []struct {
		name      protoreflect.Name
		kind      string
		behaviour annotations.FieldBehavior
	}{
		{"audience", string(r.ParentFile().Package()) + ".Audience", optional},
		{"create_time", timestamp, outputOnly},
		{"update_time", timestamp, outputOnly},
		{"delete_time", timestamp, outputOnly},
		{"etag", "string", optional},
	} {
		if fd := r.Fields().ByName(f.name); fd == nil || kindOf(fd) != f.kind || !has(fd, f.behaviour) {
			findings = append(findings, found(r, "has no %s %s that is %s", f.kind, f.name, f.behaviour))
		}
	}
	return findings
}

func (s *schema) frozen(r resource) (findings []string) {
	for _, kind := range []string{"Update", "Delete", "Undelete"} {
		if s.offers(kind, r) {
			findings = append(findings, found(r, "is known as immutable but has %s", kind))
		}
	}
	for _, name := range []protoreflect.Name{"update_time", "delete_time", "etag"} {
		if r.Fields().ByName(name) != nil {
			findings = append(findings, found(r, "is known as immutable but has %s", name))
		}
	}
	return findings
}

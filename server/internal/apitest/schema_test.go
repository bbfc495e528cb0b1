package apitest

import (
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	_ "github.com/seed-ff4a8210/parley/gen/go/parley/v1" // links the descriptors of all that our files import
)

// schema is one package of the API with the comments of its source.
type schema struct {
	services  []protoreflect.ServiceDescriptor
	messages  []protoreflect.MessageDescriptor // nested ones after those that hold them
	enums     []protoreflect.EnumDescriptor
	resources []resource
	methods   []method
	immutable map[string]string // resources that never change, by message name, and why
}

// resource is a message with google.api.resource.
type resource struct {
	protoreflect.MessageDescriptor
	*annotations.ResourceDescriptor
}

// method is a method with what its request is bound to in REST.
type method struct {
	protoreflect.MethodDescriptor
	http     *annotations.HttpRule // empty if there is none
	kind     string                // Get, List, Create, Update, Delete, Undelete, BatchCreate; empty for a custom method
	resource resource              // what a method of those kinds is about
}

// compile reads .proto sources; what they import besides each other comes from the generated Go code.
func compile(t *testing.T, sources fs.FS, immutable map[string]string, paths ...string) *schema {
	t.Helper()
	compiler := protocompile.Compiler{
		Resolver: protocompile.CompositeResolver{
			&protocompile.SourceResolver{Accessor: func(path string) (io.ReadCloser, error) { return sources.Open(path) }},
			protocompile.ResolverFunc(func(path string) (protocompile.SearchResult, error) {
				fd, err := protoregistry.GlobalFiles.FindFileByPath(path)
				return protocompile.SearchResult{Desc: fd}, err
			}),
		},
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	compiled, err := compiler.Compile(t.Context(), paths...)
	if err != nil {
		t.Fatal(err)
	}
	own := &files{}
	for _, fd := range compiled {
		if err := own.link(fd); err != nil {
			t.Fatalf("%s: %v", fd.Path(), err)
		}
	}
	s := &schema{immutable: immutable}
	for _, path := range paths {
		fd, err := own.FindFileByPath(path)
		if err != nil {
			t.Fatal(err)
		}
		s.add(fd)
	}
	return s.classified()
}

// files holds compiled files; what is not among them comes from the generated Go code.
type files struct{ protoregistry.Files }

// link adds a compiled file, after those of ours that it imports. It goes through the wire form: only so do the
// compiler's dynamic options become the generated ones.
func (f *files) link(fd protoreflect.FileDescriptor) error {
	if _, err := f.Files.FindFileByPath(fd.Path()); err == nil {
		return nil
	}
	for i := range fd.Imports().Len() {
		// A placeholder or a generated file is no result of the compiler.
		if imported, ours := fd.Imports().Get(i).FileDescriptor.(linker.Result); ours {
			if err := f.link(imported); err != nil {
				return err
			}
		}
	}
	wire, err := proto.Marshal(protoutil.ProtoFromFileDescriptor(fd))
	if err != nil {
		return err
	}
	file := &descriptorpb.FileDescriptorProto{}
	if err := proto.Unmarshal(wire, file); err != nil {
		return err
	}
	linked, err := protodesc.NewFile(file, f)
	if err != nil {
		return err
	}
	return f.RegisterFile(linked)
}

// FindFileByPath finds a file of ours or, failing that, a generated one.
func (f *files) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	if fd, err := f.Files.FindFileByPath(path); err == nil {
		return fd, nil
	}
	return protoregistry.GlobalFiles.FindFileByPath(path)
}

// FindDescriptorByName finds a declaration of ours or, failing that, a generated one.
func (f *files) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	if d, err := f.Files.FindDescriptorByName(name); err == nil {
		return d, nil
	}
	return protoregistry.GlobalFiles.FindDescriptorByName(name)
}

// add takes in what a file declares.
func (s *schema) add(fd protoreflect.FileDescriptor) {
	s.addMessages(fd.Messages())
	s.addEnums(fd.Enums())
	for i := range fd.Services().Len() {
		sd := fd.Services().Get(i)
		s.services = append(s.services, sd)
		for j := range sd.Methods().Len() {
			md := sd.Methods().Get(j)
			http, _ := proto.GetExtension(md.Options(), annotations.E_Http).(*annotations.HttpRule)
			s.methods = append(s.methods, method{MethodDescriptor: md, http: http})
		}
	}
}

func (s *schema) addMessages(list protoreflect.MessageDescriptors) {
	for i := range list.Len() {
		md := list.Get(i)
		if md.IsMapEntry() {
			continue
		}
		s.messages = append(s.messages, md)
		if r, _ := proto.GetExtension(md.Options(), annotations.E_Resource).(*annotations.ResourceDescriptor); r != nil {
			s.resources = append(s.resources, resource{md, r})
		}
		s.addEnums(md.Enums())
		s.addMessages(md.Messages())
	}
}

func (s *schema) addEnums(list protoreflect.EnumDescriptors) {
	for i := range list.Len() {
		s.enums = append(s.enums, list.Get(i))
	}
}

// classified finds the standard methods: those named for what they do with which resource.
func (s *schema) classified() *schema {
	for i := range s.methods {
		m := &s.methods[i]
		for _, r := range s.resources {
			one, many := string(r.Name()), title(r.GetPlural())
			for _, kind := range []string{"Get", "Create", "Update", "Delete", "Undelete"} {
				if string(m.Name()) == kind+one {
					m.kind, m.resource = kind, r
				}
			}
			for _, kind := range []string{"List", "BatchCreate"} {
				if string(m.Name()) == kind+many {
					m.kind, m.resource = kind, r
				}
			}
		}
	}
	return s
}

// offers tells whether there is a method of a kind for a resource.
func (s *schema) offers(kind string, r resource) bool {
	return slices.ContainsFunc(s.methods, func(m method) bool { return m.kind == kind && m.resource.GetType() == r.GetType() })
}

// isRequest tells whether a message is what a method is asked with.
func (s *schema) isRequest(md protoreflect.MessageDescriptor) bool {
	return slices.ContainsFunc(s.methods, func(m method) bool { return m.Input().FullName() == md.FullName() })
}

// asResource gives the resource that a message is.
func (s *schema) asResource(md protoreflect.MessageDescriptor) (resource, bool) {
	for _, r := range s.resources {
		if r.FullName() == md.FullName() {
			return r, true
		}
	}
	return resource{}, false
}

// hasType tells whether a resource of the API has this type.
func (s *schema) hasType(name string) bool {
	return slices.ContainsFunc(s.resources, func(r resource) bool { return r.GetType() == name })
}

// inputs gives the messages that callers send: requests and all they hold.
func (s *schema) inputs() map[protoreflect.FullName]bool {
	seen := map[protoreflect.FullName]bool{}
	var visit func(md protoreflect.MessageDescriptor)
	visit = func(md protoreflect.MessageDescriptor) {
		if seen[md.FullName()] {
			return
		}
		seen[md.FullName()] = true
		for fd := range fields(md) {
			if fd.Message() != nil && !has(fd, annotations.FieldBehavior_OUTPUT_ONLY) {
				visit(fd.Message())
			}
		}
	}
	for _, m := range s.methods {
		visit(m.Input())
	}
	return seen
}

// collection gives the pattern of a resource with its own id cut off: "negotiations/{negotiation}/parties".
func (r resource) collection() string {
	pattern := strings.Join(r.GetPattern(), " ")
	return pattern[:max(0, strings.LastIndexByte(pattern, '/'))]
}

// parent gives the pattern of what a resource stands under; empty at the top.
func (r resource) parent() string {
	c := r.collection()
	return c[:max(0, strings.LastIndexByte(c, '/'))]
}

// field gives the name of the field that holds the resource in requests, and list that of many in answers.
func (r resource) field() protoreflect.Name { return protoreflect.Name(snake(r.GetSingular())) }
func (r resource) list() protoreflect.Name  { return protoreflect.Name(snake(r.GetPlural())) }

// variable gives the path variable for names of the given pattern: "name=negotiations/*".
func variable(field protoreflect.Name, pattern string) string {
	return "{" + string(field) + "=" + segment.ReplaceAllString(pattern, "*") + "}"
}

// segment is an id in a pattern.
var segment = regexp.MustCompile(`\{[a-z_]+\}`)

// mutates tells whether a method changes the record. A read whose arguments do not fit into a path is a POST too, but takes as_of.
func (m method) mutates() bool { return m.http.GetGet() == "" && m.field("as_of") == nil }

// field gives a field of the request, or nil.
func (m method) field(name protoreflect.Name) protoreflect.FieldDescriptor {
	return m.Input().Fields().ByName(name)
}

// fields yields the fields of a message.
func fields(md protoreflect.MessageDescriptor) func(func(protoreflect.FieldDescriptor) bool) {
	return func(yield func(protoreflect.FieldDescriptor) bool) {
		for i := range md.Fields().Len() {
			if !yield(md.Fields().Get(i)) {
				return
			}
		}
	}
}

// behaviours gives google.api.field_behavior of a field.
func behaviours(fd protoreflect.FieldDescriptor) []annotations.FieldBehavior {
	list, _ := proto.GetExtension(fd.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return list
}

// has tells whether a field behaves in a way.
func has(fd protoreflect.FieldDescriptor, b annotations.FieldBehavior) bool {
	return slices.Contains(behaviours(fd), b)
}

// reference gives google.api.resource_reference of a field, or nil.
func reference(fd protoreflect.FieldDescriptor) *annotations.ResourceReference {
	r, _ := proto.GetExtension(fd.Options(), annotations.E_ResourceReference).(*annotations.ResourceReference)
	return r
}

// comment gives what the source says before a declaration.
func comment(d protoreflect.Descriptor) string {
	return strings.TrimSpace(d.ParentFile().SourceLocations().ByDescriptor(d).LeadingComments)
}

// kindOf writes the type of a field as the source does: "repeated parley.v1.Party", "int32".
func kindOf(fd protoreflect.FieldDescriptor) string {
	var name string
	switch {
	case fd.Message() != nil:
		name = string(fd.Message().FullName())
	case fd.Enum() != nil:
		name = string(fd.Enum().FullName())
	default:
		name = fd.Kind().String()
	}
	if fd.IsList() {
		return "repeated " + name
	}
	return name
}

// snake writes a lowerCamelCase word as fields are written.
func snake(s string) string {
	return strings.ToLower(capital.ReplaceAllString(s, "_$0"))
}

var capital = regexp.MustCompile(`[A-Z]`)

// title begins a word with a capital letter.
func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// found writes down what is wrong with a declaration.
func found(d protoreflect.Descriptor, format string, args ...any) string {
	return string(d.FullName()) + ": " + fmt.Sprintf(format, args...)
}

package interchange

import (
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Record is everything on record in a negotiation, as far as somebody may see it.
type Record struct {
	// Resources are as the API gives them: the negotiation first, revisions with their points and in the order in which they were
	// recorded, each resource after those that it belongs to.
	Resources []proto.Message

	// Changes tells, by the name of a revision, how it differs from the one before it. It follows from the resources, so it is
	// written for readers of the text and not read back.
	Changes map[string]*parleyv1.DiffRevisionsResponse
}

// Negotiation gives the resource that all others belong to; nil if there is none.
func (r *Record) Negotiation() *parleyv1.Negotiation {
	for _, m := range r.Resources {
		if n, ok := m.(*parleyv1.Negotiation); ok {
			return n
		}
	}
	return nil
}

// newResource makes an empty resource of a type, by its full name.
func newResource(name string) (proto.Message, error) {
	mt, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name))
	if err != nil || !isResource(mt.Descriptor()) {
		return nil, fmt.Errorf("%q is no type of resource", name)
	}
	return mt.New().Interface(), nil
}

// isResource tells whether a message is one that a negotiation may hold.
func isResource(md protoreflect.MessageDescriptor) bool {
	r, _ := proto.GetExtension(md.Options(), annotations.E_Resource).(*annotations.ResourceDescriptor)
	own := md.ParentFile().Package() == parleyv1.File_parley_v1_negotiation_proto.Package()
	return own && strings.HasPrefix(strings.Join(r.GetPattern(), ""), "negotiations/{negotiation}")
}

// typeOf is the full name of the type of a message: parley.v1.Party.
func typeOf(m proto.Message) string { return string(m.ProtoReflect().Descriptor().FullName()) }

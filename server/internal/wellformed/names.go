package wellformed

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// maxID is the length of the longest id in a resource name (RFC 1034).
const maxID = 63

// anyType is what a field refers to that may name any resource (AIP-124).
const anyType = "*"

// namePattern is a resource name pattern cut at its slashes: collections and {variables} by turns.
type namePattern []string

// names is what one string field may hold: names that fit one of the patterns.
type names struct {
	patterns []namePattern
	any      bool // every resource of the API fits
	wildcard bool // ids but the negotiation's may be `-`
}

// resourceTypes maps each google.api.resource type of parley.v1 to its patterns.
var resourceTypes = sync.OnceValue(func() map[string][]namePattern {
	types := map[string][]namePattern{}
	pkg := parleyv1.File_parley_v1_negotiation_proto.Package()
	protoregistry.GlobalFiles.RangeFilesByPackage(pkg, func(fd protoreflect.FileDescriptor) bool {
		for i := range fd.Messages().Len() {
			if res := resourceOf(fd.Messages().Get(i)); res != nil {
				for _, p := range res.GetPattern() {
					types[res.GetType()] = append(types[res.GetType()], strings.Split(p, "/"))
				}
			}
		}
		return true
	})
	return types
})

func resourceOf(md protoreflect.MessageDescriptor) *annotations.ResourceDescriptor {
	res, _ := proto.GetExtension(md.Options(), annotations.E_Resource).(*annotations.ResourceDescriptor)
	return res
}

// namesOf reads a field's resource_reference; nil if it has none.
func namesOf(fd protoreflect.FieldDescriptor) *names {
	ref, _ := proto.GetExtension(fd.Options(), annotations.E_ResourceReference).(*annotations.ResourceReference)
	if ref == nil {
		return nil
	}
	if ref.GetType() == anyType {
		return &names{patterns: slices.Concat(slices.Collect(maps.Values(resourceTypes()))...), any: true}
	}
	if ref.GetType() != "" {
		return &names{patterns: resourceTypes()[ref.GetType()]}
	}
	n := &names{}
	for _, p := range resourceTypes()[ref.GetChildType()] {
		n.patterns = append(n.patterns, p[:len(p)-2])
	}
	method := string(fd.Parent().Name())
	n.wildcard = strings.HasPrefix(method, "List") || strings.HasPrefix(method, "BatchCreate")
	return n
}

// fits says whether s matches a pattern.
func (n *names) fits(s string) bool {
	for _, p := range n.patterns {
		if p.fits(s, n.wildcard) {
			return true
		}
	}
	return false
}

// message tells a caller what a name should look like.
func (n *names) message() string {
	if n.any {
		return "must be the name of a resource, such as `negotiations/peace/parties/ukraine`"
	}
	want := make([]string, len(n.patterns))
	for i, p := range n.patterns {
		want[i] = "`" + strings.Join(p, "/") + "`"
	}
	return fmt.Sprintf("must be a name of the form %s, with ids of lower-case letters, digits and hyphens", strings.Join(want, " or "))
}

func (p namePattern) fits(s string, wildcard bool) bool {
	for i, want := range p {
		segment, rest, more := strings.Cut(s, "/")
		if more != (i < len(p)-1) {
			return false
		}
		if want[0] != '{' {
			if segment != want {
				return false
			}
		} else if !(wildcard && segment == "-" && want != "{negotiation}") && !isID(segment, want == "{point}") {
			return false
		}
		s = rest
	}
	return true
}

// isID says whether s is an id: lower-case letters, digits and hyphens, no hyphen at either end, a letter first unless
// digits may lead, as they may for points ("21").
func isID(s string, digitFirst bool) bool {
	if s == "" || len(s) > maxID || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	if !digitFirst && (s[0] < 'a' || s[0] > 'z') {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

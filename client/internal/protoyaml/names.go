package protoyaml

import (
	"strings"
	"sync"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// patterns maps each resource type of the API to its name pattern, cut at the slashes.
var patterns = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	pkg := parleyv1.File_parley_v1_negotiation_proto.Package()
	protoregistry.GlobalFiles.RangeFilesByPackage(pkg, func(fd protoreflect.FileDescriptor) bool {
		for i := range fd.Messages().Len() {
			res, _ := proto.GetExtension(fd.Messages().Get(i).Options(), annotations.E_Resource).(*annotations.ResourceDescriptor)
			if len(res.GetPattern()) > 0 {
				out[res.GetType()] = strings.Split(res.GetPattern()[0], "/")
			}
		}
		return true
	})
	return out
})

// anyName is the pattern of fields that may hold the name of any resource (AIP-124).
var anyName = []string{"*"}

// patternOf is the pattern of the names that a string field holds; nil if it holds none.
func patternOf(fd protoreflect.FieldDescriptor) []string {
	ref, _ := proto.GetExtension(fd.Options(), annotations.E_ResourceReference).(*annotations.ResourceReference)
	if ref.GetType() == anyName[0] {
		return anyName
	}
	return patterns()[ref.GetType()]
}

// References calls found with every name of a resource that m holds, in fields that callers set.
func References(m proto.Message, found func(name string)) { references(m.ProtoReflect(), found) }

func references(m protoreflect.Message, found func(name string)) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		each := func(v protoreflect.Value) {
			if fd.Message() != nil {
				references(v.Message(), found)
			} else if patternOf(fd) != nil {
				found(v.String())
			}
		}
		switch {
		case servers(fd) || fd.IsMap():
		case fd.IsList():
			for i := range v.List().Len() {
				each(v.List().Get(i))
			}
		default:
			each(v)
		}
		return true
	})
}

// expand completes a name of a resource: from its ids alone (`us-draft/v1`), or without the negotiation
// (`plans/us-draft/revisions/v1`), which is the only short form of a name that may be of any type. What fits neither stays
// as it is, for the server to judge.
func expand(pattern []string, negotiation, name string) string {
	if negotiation == "" || name == "" || strings.HasPrefix(name, "negotiations/") {
		return name
	}
	if pattern[0] == anyName[0] {
		return negotiation + "/" + name
	}
	parts := strings.Split(name, "/")
	switch rest := pattern[2:]; len(parts) {
	case len(rest) / 2:
		full := []string{negotiation}
		for i, id := range parts {
			full = append(full, rest[2*i], id)
		}
		return strings.Join(full, "/")
	case len(rest):
		return negotiation + "/" + name
	}
	return name
}

// shorten is the inverse of expand for names in the negotiation that fit the pattern.
func shorten(pattern []string, negotiation, name string) string {
	rest, ok := strings.CutPrefix(name, negotiation+"/")
	if negotiation == "" || !ok {
		return name
	}
	if pattern[0] == anyName[0] {
		return rest
	}
	parts := strings.Split(rest, "/")
	if len(parts) != len(pattern)-2 {
		return name
	}
	ids := []string{}
	for i, part := range parts {
		if i%2 == 1 {
			ids = append(ids, part)
		} else if part != pattern[2+i] {
			return name
		}
	}
	return strings.Join(ids, "/")
}

// Expand completes the name of a resource of the type: `parley/Party`. See Source.Negotiation.
func Expand(resourceType, negotiation, name string) string {
	return expand(patterns()[resourceType], negotiation, name)
}

// Shorten cuts the name of a resource of the type down to its ids if it is in the negotiation.
func Shorten(resourceType, negotiation, name string) string {
	return shorten(patterns()[resourceType], negotiation, name)
}

// enumPrefix is what all value names of an enum begin with: `STRENGTH_`.
func enumPrefix(ed protoreflect.EnumDescriptor) string {
	return strings.TrimSuffix(string(ed.Values().Get(0).Name()), "UNSPECIFIED")
}

// behaves says whether a field has the google.api.field_behavior.
func behaves(fd protoreflect.FieldDescriptor, want annotations.FieldBehavior) bool {
	all, _ := proto.GetExtension(fd.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	for _, b := range all {
		if b == want {
			return true
		}
	}
	return false
}

// servers says whether a field is the server's to set: it is passed over when reading and left out when writing.
func servers(fd protoreflect.FieldDescriptor) bool {
	return behaves(fd, annotations.FieldBehavior_OUTPUT_ONLY) || behaves(fd, annotations.FieldBehavior_IDENTIFIER)
}

// obvious names the field that a message may be given as alone.
var obvious = map[protoreflect.FullName]protoreflect.Name{
	"parley.v1.PartialTime":          "value",
	"parley.v1.Audience":             "level",
	"parley.v1.Attribution":          "source",
	"parley.v1.Reference":            "source",
	"parley.v1.Variant":              "text",
	"parley.v1.Event.Participant":    "party",
	"parley.v1.Revision.Parent":      "revision",
	"parley.v1.Party.Membership":     "party",
	"parley.v1.Party.Organ":          "display_name",
	"parley.v1.Party.Representative": "display_name",
}

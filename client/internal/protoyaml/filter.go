package protoyaml

import (
	"regexp"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// restriction is a quoted text, or a field, a comparison and a value: `target.point = "us-draft/v8/army-size"`.
var restriction = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|([a-z_]+(?:\.[a-z_]+)*)(\s*(?:!=|=|:)\s*)("(?:[^"\\]|\\.)*"|[^\s()"]+)`)

// ExpandFilter completes the short names that an AIP-160 filter over messages like m compares references with: the server
// compares whole names. Patterns (`*`) and all else stay as they are.
func ExpandFilter(m proto.Message, negotiation, filter string) string {
	return restriction.ReplaceAllStringFunc(filter, func(text string) string {
		part := restriction.FindStringSubmatch(text)
		pattern := patternAt(m.ProtoReflect().Descriptor(), part[1])
		if pattern == nil || strings.Contains(part[3], "*") {
			return text
		}
		name := part[3]
		if unquoted, err := strconv.Unquote(name); err == nil {
			name = unquoted
		}
		full := expand(pattern, negotiation, name)
		if full == name {
			return text
		}
		return part[1] + part[2] + strconv.Quote(full)
	})
}

// patternAt is the pattern of the names that the field at a path holds; nil if it holds none.
func patternAt(md protoreflect.MessageDescriptor, path string) []string {
	first, rest, nested := strings.Cut(path, ".")
	fd := md.Fields().ByName(protoreflect.Name(first))
	switch {
	case fd == nil || fd.IsMap():
		return nil
	case !nested:
		return patternOf(fd)
	case fd.Message() == nil:
		return nil
	}
	return patternAt(fd.Message(), rest)
}

package apitest

import (
	"regexp"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// errorsIntro begins the last paragraph of a method's comment: the reasons for which this method fails, beside those
// that any call may meet.
const errorsIntro = "Errors:"

// What the comment of an ErrorReason says if no method has to name it.
const (
	onAnyCall  = "on any call"
	atStartUp  = "at start-up"
	neverSaid  = "Never sent"
	reasonEnum = "ErrorReason"
	denied     = "PERMISSION_DENIED" // follows from writing, and reads may be reserved too
)

var reasonWord = regexp.MustCompile(`[A-Z][A-Z_]+[A-Z]`)

// errorsAreNamed wants every method to name the reasons for which it may fail: those that follow from its request, each
// known to ErrorReason; and every reason to be named by some method, or to be known as one that any call may meet.
func errorsAreNamed(s *schema) (findings []string) {
	general, special := s.reasons()
	named := map[string]bool{}
	for _, m := range s.methods {
		_, paragraph, ok := strings.Cut(comment(m), errorsIntro)
		if !ok || !strings.HasSuffix(paragraph, ".") {
			findings = append(findings, found(m, "the comment does not end in %q and a list of reasons", errorsIntro))
			continue
		}
		said := reasonWord.FindAllString(paragraph, -1)
		for _, r := range said {
			named[r] = true
			switch implied := m.implied(); {
			case slices.Contains(general, r):
				findings = append(findings, found(m, "%s need not be named: any call may meet it", r))
			case !slices.Contains(special, r):
				findings = append(findings, found(m, "%s is no ErrorReason", r))
			case slices.Contains(everImplied, r) && !slices.Contains(implied, r) && !m.IsStreamingClient() && (r != denied || m.mutates()):
				findings = append(findings, found(m, "%s does not follow from the request", r))
			}
		}
		for _, r := range m.implied() {
			if !slices.Contains(said, r) {
				findings = append(findings, found(m, "does not name %s, which follows from its request", r))
			}
		}
	}
	for _, r := range special {
		if !named[r] {
			findings = append(findings, r+": no method names this reason, and its comment does not say that it comes "+onAnyCall)
		}
	}
	return findings
}

// reasons gives the reasons that any call may meet, or no call, and those that belong to some methods.
func (s *schema) reasons() (general, special []string) {
	for _, ed := range s.enums {
		if ed.Name() != reasonEnum {
			continue
		}
		for i := range ed.Values().Len() {
			v := ed.Values().Get(i)
			if text := comment(v); strings.Contains(text, onAnyCall) || strings.Contains(text, atStartUp) || strings.Contains(text, neverSaid) {
				general = append(general, string(v.Name()))
			} else {
				special = append(special, string(v.Name()))
			}
		}
	}
	return general, special
}

// everImplied are the reasons that can be told from the request of a method.
var everImplied = []string{
	"RESOURCE_NOT_FOUND", "REFERENCE_NOT_FOUND", "RESOURCE_EXISTS", "RESOURCE_DELETED", "RESOURCE_NOT_DELETED", "ETAG_MISMATCH",
	"UPDATE_MASK_INVALID", "PAGE_TOKEN_INVALID", "FILTER_INVALID", "ORDER_BY_INVALID", "REQUEST_ID_REUSED", "PERMISSION_DENIED",
}

// implied gives the reasons that follow from the request of a method.
func (m method) implied() (reasons []string) {
	add := func(reason string, follows bool) {
		if follows {
			reasons = append(reasons, reason)
		}
	}
	about := m.kind == "Update"
	for fd := range fields(m.Input()) {
		about = about || reference(fd) != nil && has(fd, annotations.FieldBehavior_REQUIRED)
		add("RESOURCE_EXISTS", strings.HasSuffix(string(fd.Name()), "_id") && fd.Name() != "request_id")
		add("PAGE_TOKEN_INVALID", fd.Name() == "page_token")
		add("FILTER_INVALID", fd.Name() == "filter")
		add("ORDER_BY_INVALID", fd.Name() == "order_by")
		add("UPDATE_MASK_INVALID", fd.Name() == "update_mask")
	}
	add("RESOURCE_EXISTS", m.kind == "BatchCreate")
	add("RESOURCE_NOT_FOUND", about)
	add("REFERENCE_NOT_FOUND", refers(m.Input(), map[protoreflect.FullName]bool{}))
	add("RESOURCE_DELETED", m.kind == "Update" || m.kind == "Delete" || m.kind == "" && m.field("etag") != nil)
	add("RESOURCE_NOT_DELETED", m.kind == "Undelete")
	add("ETAG_MISMATCH", m.kind == "Update" || m.field("etag") != nil)
	add("REQUEST_ID_REUSED", m.mutates())
	add("PERMISSION_DENIED", m.mutates())
	return reasons
}

// refers tells whether a request names resources beside the one that it is about: in what it holds, or where it may.
func refers(md protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) bool {
	top := len(seen) == 0
	seen[md.FullName()] = true
	for fd := range fields(md) {
		switch {
		case has(fd, annotations.FieldBehavior_OUTPUT_ONLY):
		case reference(fd) != nil && !(top && has(fd, annotations.FieldBehavior_REQUIRED)):
			return true
		case fd.Message() != nil && !seen[fd.Message().FullName()] && refers(fd.Message(), seen):
			return true
		}
	}
	return false
}

package apitest

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// file is what methods answer with that give a file (AIP-127 has no better).
const file = "google.api.HttpBody"

// messagesAreShaped wants requests and answers as the AIPs have them for each standard method, and pages alike everywhere.
func messagesAreShaped(s *schema) (findings []string) {
	for _, m := range s.methods {
		if want := m.Name() + "Request"; m.Input().Name() != want {
			findings = append(findings, found(m, "is asked with %s, not %s", m.Input().Name(), want))
		}
		wanted, answer := m.requestFields(s), ""
		switch m.kind {
		case "":
			answer = strings.TrimPrefix(string(m.Name()), "Get")
			if _, isResource := s.asResource(m.Output()); isResource || m.IsStreamingClient() || m.Output().FullName() == file || m.Output().Name() == m.Name()+"Response" {
				answer = string(m.Output().Name())
			}
		case "List", "BatchCreate":
			answer = string(m.Name()) + "Response"
		default:
			answer = string(m.resource.Name())
		}
		if string(m.Output().Name()) != answer {
			findings = append(findings, found(m, "answers with %s, not %s", m.Output().Name(), answer))
		}
		findings = append(findings, lacks(m.Input(), wanted)...)
		findings = append(findings, lacks(m.Output(), m.answerFields())...)
	}
	return findings
}

// requestFields gives the fields that the request of a method has: "kind name", the first ones with "= number".
func (m method) requestFields(s *schema) []string {
	res := string(m.resource.field()) // empty for a custom method
	value := string(m.ParentFile().Package()) + "." + title(m.resource.GetSingular()) + " " + res
	switch m.kind {
	case "Get":
		return []string{"string name = 1"}
	case "List":
		list := []string{"int32 page_size", "string page_token", "string filter", "string order_by"}
		if s.immutable[string(m.resource.FullName())] == "" {
			list = append(list, "bool show_deleted")
		}
		return append(m.parentField(), list...)
	case "Create":
		return append(m.parentField(), value, "string "+res+"_id")
	case "Update":
		return []string{value + " = 1", "google.protobuf.FieldMask update_mask = 2"}
	case "Delete", "Undelete":
		return []string{"string name = 1", "string etag"}
	case "BatchCreate":
		item := string(m.ParentFile().Package()) + ".Create" + title(m.resource.GetSingular()) + "Request"
		return append(m.parentField(), "repeated "+item+" requests")
	}
	if m.Output().Fields().ByName("next_page_token") != nil || m.field("page_size") != nil || m.field("page_token") != nil {
		return []string{"int32 page_size", "string page_token"}
	}
	return nil
}

func (m method) parentField() []string {
	if m.resource.parent() == "" {
		return nil
	}
	return []string{"string parent = 1"}
}

// answerFields gives the fields that the answer of a method has.
func (m method) answerFields() []string {
	many := "repeated " + string(m.ParentFile().Package()) + "." + title(m.resource.GetSingular()) + " " + string(m.resource.list()) + " = 1"
	switch {
	case m.kind == "List":
		return []string{many, "string next_page_token = 2"}
	case m.kind == "BatchCreate":
		return []string{many}
	case m.field("page_token") != nil:
		return []string{"string next_page_token"}
	}
	return nil
}

// lacks finds the fields that a message should have and has not, or has otherwise.
func lacks(md protoreflect.MessageDescriptor, wanted []string) (findings []string) {
	has := map[string]bool{}
	for fd := range fields(md) {
		line := kindOf(fd) + " " + string(fd.Name())
		has[line], has[fmt.Sprintf("%s = %d", line, fd.Number())] = true, true
	}
	for _, want := range wanted {
		if !has[want] {
			findings = append(findings, found(md, "lacks the field %q", want))
		}
	}
	return findings
}

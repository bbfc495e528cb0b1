package apitest

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// The least number of words in a comment on each kind of declaration.
const (
	wordsOfService = 4
	wordsOfMessage = 4
	wordsOfMethod  = 4
	wordsOfField   = 3
	wordsOfEnum    = 4
	wordsOfValue   = 1
	wordsOfOneof   = 1
)

// commentsAreWorthReading wants a comment on everything, in sentences, that says more than the name does.
func commentsAreWorthReading(s *schema) (findings []string) {
	check := func(d protoreflect.Descriptor, least int) { findings = append(findings, remarks(d, least)...) }
	for _, sd := range s.services {
		check(sd, wordsOfService)
	}
	for _, m := range s.methods {
		check(m, wordsOfMethod)
	}
	for _, md := range s.messages {
		check(md, wordsOfMessage)
		for fd := range fields(md) {
			check(fd, wordsOfField)
		}
		for i := range md.Oneofs().Len() {
			check(md.Oneofs().Get(i), wordsOfOneof)
		}
	}
	for _, ed := range s.enums {
		check(ed, wordsOfEnum)
		for i := range ed.Values().Len() {
			check(ed.Values().Get(i), wordsOfValue)
		}
	}
	return findings
}

// remarks gives what is wrong with the comment of one declaration.
func remarks(d protoreflect.Descriptor, least int) []string {
	text, _, _ := strings.Cut(comment(d), errorsIntro)
	text = strings.TrimSpace(text)
	switch said := words(text); {
	case text == "":
		return []string{found(d, "has no comment")}
	case !strings.HasSuffix(strings.TrimSuffix(text, "`"), "."):
		return []string{found(d, "the comment does not end with a full stop: %q", text)}
	case len(said) < least:
		return []string{found(d, "the comment has fewer than %d words: %q", least, text)}
	case repeats(text, d):
		return []string{found(d, "the comment only repeats the name: %q", text)}
	}
	return nil
}

// empty are words that say nothing by themselves.
var empty = strings.Fields("a an and by for from in is it its of on or that the this to which with " +
	"message method field enum value request response")

// repeats tells whether all that a comment says is in the name of what it is about, and of what holds that.
func repeats(text string, d protoreflect.Descriptor) bool {
	name := words(spaced(string(d.Name())) + " " + spaced(string(d.Parent().Name())))
	for _, w := range words(spaced(text)) {
		if !slices.Contains(empty, w) && !slices.Contains(name, w) {
			return false
		}
	}
	return true
}

var wordStart = regexp.MustCompile(`[A-Z]+[a-z0-9]*|[a-z0-9]+`)

// spaced takes a name apart: "GetParty", "page_size" and "KIND_STATE" have two words each.
func spaced(name string) string { return strings.Join(wordStart.FindAllString(name, -1), " ") }

// words gives the words of a text in small letters, without the s of the plural.
func words(text string) []string {
	list := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range list {
		list[i] = strings.TrimSuffix(w, "s")
	}
	return list
}

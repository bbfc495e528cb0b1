package protoyaml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxNesting bounds how deep a JSON document may be nested; the YAML parser has a bound of its own.
const maxNesting = 1000

// maxErrors bounds how many errors a Source keeps.
const maxErrors = 50

// Source is a document that is being read. It knows where things stand in it, and gathers what is wrong.
type Source struct {
	// File is its name in error messages; may be empty.
	File string
	// Offset is added to line numbers: how many lines of the file stand before the document.
	Offset int
	// Negotiation is what short names are completed with: `negotiations/peace`. Empty leaves names as they are.
	Negotiation string

	errs []*Error
	more int
}

// Parse reads data, YAML or JSON, into a tree. It returns nil after an error, and for an empty document.
func (s *Source) Parse(data []byte) *yaml.Node {
	if t := bytes.TrimLeft(data, " \t\r\n\ufeff"); len(t) > 0 && t[0] == '{' && json.Valid(data) {
		return s.parseJSON(data)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if !errors.Is(err, io.EOF) {
			s.syntax(err)
		}
		return nil
	}
	var second yaml.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		if err != nil {
			s.syntax(err)
		} else {
			s.Errorf(&second, "there is a second YAML document; one is read")
		}
		return nil
	}
	if len(doc.Content) != 1 || isNull(doc.Content[0]) {
		return nil
	}
	return doc.Content[0]
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// syntax reports an error of the YAML parser with its line where it belongs.
func (s *Source) syntax(err error) {
	msg, line := strings.ReplaceAll(err.Error(), "\n", " "), 1
	if m := yamlLine.FindStringSubmatch(msg); m != nil {
		msg = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
	}
	s.ErrorAt(line, "%s", msg)
}

// Errorf says what is wrong at node.
func (s *Source) Errorf(node *yaml.Node, format string, args ...any) {
	s.ErrorAt(node.Line, format, args...)
}

// ErrorAt says what is wrong on a line of the document.
func (s *Source) ErrorAt(line int, format string, args ...any) {
	if len(s.errs) == maxErrors {
		s.more++
		return
	}
	s.errs = append(s.errs, &Error{File: s.File, Line: line + s.Offset, Message: fmt.Sprintf(format, args...)})
}

// Err gives all errors so far in the order of their lines, each an *Error; nil if there are none.
func (s *Source) Err() error {
	if len(s.errs) == 0 {
		return nil
	}
	sorted := slices.SortedStableFunc(slices.Values(s.errs), func(a, b *Error) int { return a.Line - b.Line })
	var errs []error
	for _, err := range sorted {
		errs = append(errs, err)
	}
	if s.more > 0 {
		errs = append(errs, fmt.Errorf("and %d more", s.more))
	}
	return errors.Join(errs...)
}

// Error is something wrong in a file.
type Error struct {
	File    string
	Line    int
	Message string
}

// Error implements error.
func (e *Error) Error() string {
	if e.File == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Message)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
}

// parseJSON turns JSON into the same tree. YAML contains JSON nearly, but not its tabs and its surrogate pairs.
func (s *Source) parseJSON(data []byte) *yaml.Node {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	r := jsonReader{dec: json.NewDecoder(bytes.NewReader(data)), data: data, line: 1}
	r.dec.UseNumber()
	node, err := r.value(0)
	if err != nil {
		s.ErrorAt(r.line, "%s", err)
		return nil
	}
	return node
}

type jsonReader struct {
	dec  *json.Decoder
	data []byte
	at   int // how far line has been counted
	line int
}

// token reads a token and counts lines up to it.
func (r *jsonReader) token() (json.Token, error) {
	tok, err := r.dec.Token()
	end := int(r.dec.InputOffset())
	r.line += bytes.Count(r.data[r.at:end], []byte{'\n'})
	r.at = end
	return tok, err
}

func (r *jsonReader) value(depth int) (*yaml.Node, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("nested more than %d deep", maxNesting)
	}
	tok, err := r.token()
	if err != nil {
		return nil, err
	}
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Line: r.line}
	switch v := tok.(type) {
	case json.Delim:
		return r.container(node, v, depth)
	case string:
		node.Value, node.Style = v, yaml.DoubleQuotedStyle
	case json.Number:
		node.Value, node.Tag = v.String(), "!!float"
	case bool:
		node.Value, node.Tag = strconv.FormatBool(v), "!!bool"
	default:
		node.Value, node.Tag = "null", "!!null"
	}
	return node, nil
}

func (r *jsonReader) container(node *yaml.Node, open json.Delim, depth int) (*yaml.Node, error) {
	node.Kind, node.Tag = yaml.SequenceNode, "!!seq"
	if open == '{' {
		node.Kind, node.Tag = yaml.MappingNode, "!!map"
	}
	for r.dec.More() { // keys and values by turns in an object
		child, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, child)
	}
	_, err := r.token()
	return node, err
}

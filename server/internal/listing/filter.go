package listing

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"go.einride.tech/aip/filtering"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Bounds of a filter. They keep the work for one item small, whatever a caller writes.
const (
	maxFilterLength = 10_000 // bytes
	maxFilterDepth  = 30     // parentheses within parentheses
	maxFilterTerms  = 100    // comparisons and bare words
)

// Filter decides which messages of one type are listed. The zero Filter lets all pass. It is safe for concurrent use.
type Filter struct{ match predicate }

// predicate looks at one message.
type predicate func(protoreflect.Message) bool

// Matches says whether m, of the type that the filter was parsed for, passes.
func (f Filter) Matches(m proto.Message) bool { return f.match == nil || f.match(m.ProtoReflect()) }

// ParseFilter reads an AIP-160 filter over the fields of md. Beside AND, OR, NOT, minus, parentheses and sequences:
//
//   - `=` `!=` on strings (where `*` stands for any run of characters, `\*` for itself), numbers, bools, times and
//     enums; `<` `<=` `>` `>=` on all of these but bools and enums. Times are RFC 3339 in quotes, enum values their
//     full names (`STRENGTH_RED_LINE`) or without the prefix (`RED_LINE`).
//   - `:` on a string means that it holds the value (stars allowed), in any case of letters; on a list that an element equals it; on
//     a message that the field so named is set; `field:*` that anything is set; on all else the same as `=`.
//   - `a.b` goes through messages. Where one on the way is unset no comparison holds, `!=` neither. Through a list of
//     messages a comparison holds if it does for some element; `!=` is refused there, being ambiguous.
//   - A bare word or quoted text is looked for in all prose of the message, in any case of letters; resource names,
//     etags and what the server made are left out. An unquoted word that is the path of a bool field means that it is
//     true.
//
// Fields may be written as in the .proto or as in JSON. The grammar is einride's; its type checker is not used, since
// it knows neither lists of messages nor that two enums may share a short name. The error is a FILTER_INVALID fault
// that says where and what.
func ParseFilter(md protoreflect.MessageDescriptor, s string) (Filter, error) {
	return parseFilter(md, s, nil)
}

// parseFilter is ParseFilter without the top-level fields in omit.
func parseFilter(md protoreflect.MessageDescriptor, s string, omit []string) (Filter, error) {
	trimmed := strings.TrimSpace(s)
	if trimmed == "" {
		return Filter{}, nil
	}
	if err := bounded(trimmed); err != nil {
		return Filter{}, err
	}
	var p filtering.Parser
	p.Init(trimmed)
	parsed, err := p.Parse()
	if err != nil {
		return Filter{}, syntaxError(trimmed, err)
	}
	c := compiler{md: md, omit: omit, text: trimmed, positions: parsed.GetSourceInfo().GetPositions()}
	match, err := c.expression(parsed.GetExpr())
	if err != nil {
		return Filter{}, err
	}
	return Filter{match: match}, nil
}

// bounded refuses, before any recursion, what is too long or too deep. Quotes are read as the lexer reads them.
func bounded(s string) error {
	if len(s) > maxFilterLength {
		return fault.FilterInvalid(fmt.Sprintf("longer than %d bytes", maxFilterLength))
	}
	if !utf8.ValidString(s) {
		return fault.FilterInvalid("is not valid UTF-8")
	}
	depth, quote, escaped := 0, byte(0), false
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0 && escaped:
			escaped = false
		case quote != 0 && c == '\\':
			escaped = true
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(':
			if depth++; depth > maxFilterDepth {
				return fault.FilterInvalid(fmt.Sprintf("more than %d parentheses within each other at character %d", maxFilterDepth, runesBefore(s, i)+1))
			}
		case c == ')':
			depth--
		}
	}
	return nil
}

// syntaxError says what the parser found and where. The parser's own text repeats the filter at every level.
func syntaxError(s string, err error) error {
	type positioned interface {
		Message() string
		Position() filtering.Position
	}
	msg, offset := "cannot be read", -1
	for e := err; e != nil; e = errors.Unwrap(e) {
		if p, ok := e.(positioned); ok { //nolint:errorlint // each link of the chain is looked at
			msg, offset = p.Message(), int(p.Position().Offset)
		} else {
			msg = e.Error()
		}
	}
	if msg == io.EOF.Error() || offset < 0 {
		return fault.FilterInvalid("ends where a field or value should follow")
	}
	if offset >= len(s) {
		return fault.FilterInvalid("ends too early: " + msg)
	}
	rest := quote(strings.TrimSpace(s[offset:]))
	return fault.FilterInvalid(fmt.Sprintf("cannot be read from character %d on, %s: %s; values with punctuation must stand in double quotes", runesBefore(s, offset)+1, rest, msg))
}

func runesBefore(s string, offset int) int {
	return utf8.RuneCountInString(s[:max(0, min(offset, len(s)))])
}

// compiler turns a parsed filter into a predicate.
type compiler struct {
	md        protoreflect.MessageDescriptor
	omit      []string
	text      string
	positions map[int64]int32
	terms     int
}

// errorf makes a fault that points at e.
func (c *compiler) errorf(e *expr.Expr, format string, args ...any) error {
	at := runesBefore(c.text, int(c.positions[e.GetId()])) + 1
	return fault.FilterInvalid(fmt.Sprintf("at character %d: ", at) + fmt.Sprintf(format, args...))
}

// expression compiles anything that is true or false. Chains of AND and OR lean to the left and may be as long as the
// filter, so they are walked, not recursed into.
func (c *compiler) expression(e *expr.Expr) (predicate, error) {
	call := e.GetCallExpr()
	if call == nil {
		return c.bare(e)
	}
	name := call.GetFunction()
	switch name {
	case filtering.FunctionAnd, filtering.FunctionFuzzyAnd, filtering.FunctionOr:
		if len(call.GetArgs()) != 2 {
			return nil, c.errorf(e, "%s stands between two terms", name)
		}
		return c.chain(e, name)
	case filtering.FunctionNot:
		if len(call.GetArgs()) != 1 {
			return nil, c.errorf(e, "NOT stands before one term")
		}
		inner, err := c.expression(call.GetArgs()[0])
		if err != nil {
			return nil, err
		}
		return func(m protoreflect.Message) bool { return !inner(m) }, nil
	}
	if filtering.TokenType(name).IsComparator() && len(call.GetArgs()) == 2 {
		return c.comparison(e, name, call.GetArgs()[0], call.GetArgs()[1])
	}
	return nil, c.errorf(e, "there is no function %q", name)
}

// chain compiles a run of the same connective.
func (c *compiler) chain(e *expr.Expr, name string) (predicate, error) {
	var operands []*expr.Expr
	for e.GetCallExpr().GetFunction() == name && len(e.GetCallExpr().GetArgs()) == 2 {
		operands = append(operands, e.GetCallExpr().GetArgs()[1])
		e = e.GetCallExpr().GetArgs()[0]
	}
	operands = append(operands, e)
	parts := make([]predicate, 0, len(operands))
	for i := len(operands) - 1; i >= 0; i-- {
		p, err := c.expression(operands[i])
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	decides := name == filtering.FunctionOr
	return func(m protoreflect.Message) bool {
		for _, p := range parts {
			if p(m) == decides {
				return decides
			}
		}
		return !decides
	}, nil
}

// term counts one comparison or bare word.
func (c *compiler) term(e *expr.Expr) error {
	if c.terms++; c.terms > maxFilterTerms {
		return c.errorf(e, "more than %d terms", maxFilterTerms)
	}
	return nil
}

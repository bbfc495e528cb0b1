// Package fault is the one vocabulary of errors that parley shows to callers: a kind (how a program
// should react), a stable reason (what went wrong, part of the API), and details for people. It knows
// nothing of gRPC or HTTP; rpc translates a Fault in one interceptor.
package fault

import (
	"errors"
	"fmt"
	"maps"
	"time"
)

// Kind says how a caller should react. The kinds are those of the canonical gRPC codes that parley uses.
type Kind int

// The kinds. Their order is no contract; rpc maps each to its canonical code.
const (
	Internal           Kind = iota // a bug or a broken host: retrying the same call will not help
	Invalid                        // the request itself is wrong, whatever the state of the record
	NotFound                       // what is named does not exist, or is not for this viewer to know
	AlreadyExists                  // the id that the caller chose is taken
	FailedPrecondition             // the record is not in a state that allows the request
	Aborted                        // someone else was faster: read again, then retry
	PermissionDenied               // known caller, not allowed
	Unauthenticated                // the credentials are not valid
	ResourceExhausted              // a named limit was passed
	Unavailable                    // try the same call again later
	DataLoss                       // stored bytes do not hold what was written
)

// Field is one thing wrong with one field of a request.
type Field struct {
	Path    string // as the caller wrote it: "stance.target.point.point", "requests[3].demand.strength"
	Rule    string // stable name of the broken rule: "required", "control_character"
	Message string // for people
}

// Fault is an error with a kind and a reason that callers may rely on.
type Fault struct {
	Kind    Kind
	Reason  string            // name of a value of parley.v1.ErrorReason
	Message string            // for people, in English; holds nothing internal
	Fields  []Field           // for Invalid: every field at fault
	Meta    map[string]string // machine-readable facts: the current head, the limit, the resource name
	cause   error             // for the server's log only

	RetryAfter time.Duration // for ResourceExhausted: when the same call may succeed; zero if waiting does not help
}

// Error gives the message and, for the server's own log, the cause.
func (f *Fault) Error() string {
	if f.cause != nil {
		return fmt.Sprintf("%s: %s: %v", f.Reason, f.Message, f.cause)
	}
	return f.Reason + ": " + f.Message
}

// Unwrap gives the internal cause; it is never shown to callers.
func (f *Fault) Unwrap() error { return f.cause }

// Is makes errors.Is match on the reason, so that tests and callers need not compare texts.
func (f *Fault) Is(target error) bool {
	var t *Fault
	return errors.As(target, &t) && t.Reason == f.Reason
}

// With returns a copy that carries one more machine-readable fact.
func (f *Fault) With(key, value string) *Fault {
	c := *f
	c.Meta = maps.Clone(f.Meta)
	if c.Meta == nil {
		c.Meta = map[string]string{}
	}
	c.Meta[key] = value
	return &c
}

// Because returns a copy that remembers the internal cause for the server's log.
func (f *Fault) Because(cause error) *Fault {
	c := *f
	c.cause = cause
	return &c
}

// Under returns a copy whose field paths stand below prefix: "requests[3]" + "stance.value".
func (f *Fault) Under(prefix string) *Fault {
	c := *f
	c.Fields = make([]Field, len(f.Fields))
	for i, fd := range f.Fields {
		fd.Path = prefix + "." + fd.Path
		c.Fields[i] = fd
	}
	return &c
}

// Of finds the Fault in err's chain; anything else becomes an INTERNAL fault that hides err from callers.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Kind: Internal, Reason: ReasonInternal, Message: "the server met an internal error; it has been logged", cause: err}
}

// Merge joins several Invalid faults into one that lists every field, as API callers want to see all at once.
// The first fault decides reason and message. It returns nil for no faults.
func Merge(faults []*Fault) *Fault {
	if len(faults) == 0 {
		return nil
	}
	c := *faults[0]
	c.Fields = nil
	for _, f := range faults {
		c.Fields = append(c.Fields, f.Fields...)
	}
	if len(faults) > 1 {
		c.Message = fmt.Sprintf("%s (and %d more)", faults[0].Message, len(faults)-1)
	}
	return &c
}

// Package wellformed says whether a message is one that parley may look at, whatever the record holds: the rules
// written in the schema, and those that hold for every text, name and time.
//
//   - protovalidate rules, under their own ids (`string.max_len`, `stance.comparison`);
//   - `required`: fields marked REQUIRED that are empty;
//   - `blank`: such fields, and names for people, that hold blanks alone;
//   - `resource_name`: strings marked with google.api.resource_reference, and the name of an updated resource;
//   - `utf8`, `control_character`, `single_line`, `word_too_long`: see text.go;
//   - `partial_time`: see partialtime.go;
//   - `timestamp`: outside the years 1 to 9999;
//   - `batch_item`, `batch_parent`: see batch.go.
//
// What a caller cannot set is not looked at: fields marked OUTPUT_ONLY, and the name (IDENTIFIER) of a resource inside
// a request that is no update. The resource of an update request is not looked at but for its name, because only part
// of it may count; it is checked by CheckAt after merging.
//
// The package is pure: it knows no state, no clock and no caller.
package wellformed

import (
	"fmt"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"google.golang.org/protobuf/proto"
)

// maxFields bounds how many violations are listed; the message tells how many there are in all.
const maxFields = 1000

// Check returns nil, or a *fault.Fault of reason INVALID_FIELD that lists every violation in m, with paths as a caller
// writes them: `requests[3].stance.value`. It does not change m.
func Check(m proto.Message) error { return CheckAt("", m) }

// CheckAt is Check for a message that stands at path prefix (such as "stance") of a request: an updated resource after
// merging. An empty prefix stands for the request itself.
func CheckAt(prefix string, m proto.Message) error {
	r := m.ProtoReflect()
	if !r.IsValid() {
		return invalid([]fault.Field{{Path: prefix, Rule: ruleRequired, Message: "is required"}}, 1)
	}
	w := walker{prefix: prefix}
	p := planOf(r.Descriptor())
	w.message(p, r)
	if p.batch != nil {
		w.batch(p.batch, r)
	}
	if err := w.schema(m); err != nil {
		return err
	}
	if w.total == 0 {
		return nil
	}
	return invalid(w.fields, w.total)
}

// invalid makes the one fault that lists all fields; total counts those that were left out too.
func invalid(fields []fault.Field, total int) *fault.Fault {
	msg := fields[0].Message
	if fields[0].Path != "" {
		msg = fields[0].Path + ": " + msg
	}
	if total > 1 {
		msg = fmt.Sprintf("%s (and %d more)", msg, total-1)
	}
	return &fault.Fault{Kind: fault.Invalid, Reason: fault.ReasonInvalidField, Message: msg, Fields: fields}
}

package wellformed

import (
	"strconv"
	"strings"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// walker goes through one message by its plan and collects violations. The path is only spelt out for those.
type walker struct {
	prefix string
	path   []step
	fields []fault.Field
	total  int
	item   bool // inside an item of a batch, whose parent may be left to the batch
}

// step is a field on the way to where the walker is; index is -1 for a field that is no list.
type step struct {
	fd    protoreflect.FieldDescriptor
	index int
}

func (w *walker) enter(fd protoreflect.FieldDescriptor, index int) {
	w.path = append(w.path, step{fd, index})
}
func (w *walker) leave() { w.path = w.path[:len(w.path)-1] }

// report adds a violation at the walker's place.
func (w *walker) report(rule, message string) {
	w.add(fault.Field{Path: w.place(), Rule: rule, Message: message})
}

func (w *walker) reportAt(fd protoreflect.FieldDescriptor, rule, message string) {
	w.enter(fd, -1)
	w.report(rule, message)
	w.leave()
}

func (w *walker) add(f fault.Field) {
	if w.total++; w.total <= maxFields {
		w.fields = append(w.fields, f)
	}
}

// place spells the path out.
func (w *walker) place() string {
	var b strings.Builder
	b.WriteString(w.prefix)
	for _, s := range w.path {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(string(s.fd.Name()))
		if s.index >= 0 {
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.index))
			b.WriteByte(']')
		}
	}
	return b.String()
}

// message checks m and all below it.
func (w *walker) message(p *plan, m protoreflect.Message) {
	if p.timestamp {
		if ts, ok := m.Interface().(*timestamppb.Timestamp); ok && ts.CheckValid() != nil {
			w.report(ruleTimestamp, "must be between the years 1 and 9999, with 0 to 999,999,999 nanoseconds")
		}
		return
	}
	if p.identifier != nil && len(w.path) == 0 {
		if s := m.Get(p.identifier.fd).String(); s != "" {
			w.enter(p.identifier.fd, -1)
			w.text(p.identifier, s)
			w.leave()
		}
	}
	for i := range p.texts {
		w.texts(&p.texts[i], m)
	}
	if p.partialTime != nil {
		if s := m.Get(p.partialTime).String(); s != "" {
			if _, _, err := ParsePartialTime(s); err != nil {
				w.reportAt(p.partialTime, rulePartialTime, err.Error())
			}
		}
	}
	for i := range p.messages {
		w.messages(&p.messages[i], m)
	}
}

// texts checks the strings of one field.
func (w *walker) texts(t *textField, m protoreflect.Message) {
	if t.list {
		list := m.Get(t.fd).List()
		for i := range list.Len() {
			w.enter(t.fd, i)
			w.text(t, list.Get(i).String())
			w.leave()
		}
		return
	}
	s := m.Get(t.fd).String()
	if s == "" {
		if t.required && !(w.item && t.fd.Name() == "parent") {
			w.reportAt(t.fd, ruleRequired, "is required")
		}
		return
	}
	w.enter(t.fd, -1)
	w.text(t, s)
	w.leave()
}

// text checks one string at the walker's place. In a list an empty name is a wrong one.
func (w *walker) text(t *textField, s string) {
	if t.names != nil {
		if !t.names.fits(s) {
			w.report(ruleResourceName, t.names.message())
		}
		return // what fits a pattern is plain, and what does not need not be called wrong twice
	}
	if t.says && strings.TrimSpace(s) == "" {
		w.report(ruleBlank, "must hold more than blanks")
	}
	for _, b := range checkText(s, t.prose) {
		w.report(b.rule, b.message)
	}
}

// messages checks the messages of one field.
func (w *walker) messages(f *messageField, m protoreflect.Message) {
	if f.list {
		list := m.Get(f.fd).List()
		w.item = w.item || f.items
		for i := range list.Len() {
			w.enter(f.fd, i)
			w.message(f.plan, list.Get(i).Message())
			w.leave()
		}
		w.item = w.item && !f.items
		return
	}
	if !m.Has(f.fd) {
		if f.required {
			w.reportAt(f.fd, ruleRequired, "is required")
		}
		return
	}
	w.enter(f.fd, -1)
	if f.update {
		w.updated(f.plan, m.Get(f.fd).Message())
	} else {
		w.message(f.plan, m.Get(f.fd).Message())
	}
	w.leave()
}

// updated checks the name of the resource that an update request carries.
func (w *walker) updated(p *plan, m protoreflect.Message) {
	if p.identifier == nil {
		return
	}
	s := m.Get(p.identifier.fd).String()
	if s == "" {
		w.reportAt(p.identifier.fd, ruleRequired, "is required")
		return
	}
	w.enter(p.identifier.fd, -1)
	w.text(p.identifier, s)
	w.leave()
}

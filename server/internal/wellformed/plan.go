package wellformed

import (
	"slices"
	"sync"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// plan is what must be looked at in a message of one type, worked out once from its descriptor.
type plan struct {
	texts       []textField
	messages    []messageField
	identifier  *textField // the resource's own name
	partialTime protoreflect.FieldDescriptor
	timestamp   bool
	batch       *batchPlan
	outputOnly  []protoreflect.FieldDescriptor
	clears      bool // there are OUTPUT_ONLY fields here or below
}

// textField is a string or a list of strings.
type textField struct {
	fd       protoreflect.FieldDescriptor
	list     bool
	required bool
	says     bool // blanks alone are not enough
	prose    bool
	names    *names
}

// messageField is a message or a list of messages that a caller may set.
type messageField struct {
	fd       protoreflect.FieldDescriptor
	list     bool
	required bool
	update   bool // the resource of an update request: only its name is looked at
	items    bool // the items of a batch, which may leave their parent to it
	plan     *plan
}

var plans struct {
	sync.Mutex          // held while building
	byType     sync.Map // protoreflect.MessageDescriptor -> *plan
}

// planOf gives the plan for md, building it on first use.
func planOf(md protoreflect.MessageDescriptor) *plan {
	if p, ok := plans.byType.Load(md); ok {
		return p.(*plan)
	}
	plans.Lock()
	defer plans.Unlock()
	building := map[protoreflect.FullName]*plan{}
	p := build(md, building)
	settle(building)
	plans.byType.Store(md, p)
	return p
}

// build makes the plan of md and of all below it; types that contain themselves meet themselves in building.
func build(md protoreflect.MessageDescriptor, building map[protoreflect.FullName]*plan) *plan {
	if p, ok := building[md.FullName()]; ok {
		return p
	}
	p := &plan{}
	building[md.FullName()] = p
	switch md.FullName() {
	case "google.protobuf.Timestamp":
		p.timestamp = true
		return p
	case "parley.v1.PartialTime":
		p.partialTime = md.Fields().ByName("value")
	}
	for i := range md.Fields().Len() {
		p.add(md.Fields().Get(i), building)
	}
	if p.batch = batchOf(md); p.batch != nil {
		for i := range p.messages {
			p.messages[i].items = p.messages[i].fd == p.batch.requests
		}
	}
	return p
}

// add puts one field where it belongs.
func (p *plan) add(fd protoreflect.FieldDescriptor, building map[protoreflect.FullName]*plan) {
	behaviour := behaviours(fd)
	if slices.Contains(behaviour, annotations.FieldBehavior_OUTPUT_ONLY) {
		p.outputOnly = append(p.outputOnly, fd)
		return
	}
	required := slices.Contains(behaviour, annotations.FieldBehavior_REQUIRED)
	switch {
	case fd.IsMap():
		// The API has none; they would need paths of their own.
	case fd.Kind() == protoreflect.StringKind:
		t := textField{fd: fd, list: fd.IsList(), required: required, prose: isProse(fd), names: namesOf(fd)}
		t.says = t.names == nil && (required || fd.Name() == "display_name")
		if slices.Contains(behaviour, annotations.FieldBehavior_IDENTIFIER) {
			if res := resourceOf(fd.ContainingMessage()); res != nil {
				t.names = &names{patterns: resourceTypes()[res.GetType()]}
			}
			p.identifier = &t
			return
		}
		p.texts = append(p.texts, t)
	case fd.Message() != nil:
		m := messageField{fd: fd, list: fd.IsList(), required: required, plan: build(fd.Message(), building)}
		if rules, err := protovalidate.ResolveFieldRules(fd); err == nil {
			m.update = rules.GetIgnore() == validate.Ignore_IGNORE_ALWAYS
		}
		p.messages = append(p.messages, m)
	}
}

// settle works out which plans have something to clear below them, up to a fixed point because types may be cyclic.
func settle(building map[protoreflect.FullName]*plan) {
	for changed := true; changed; {
		changed = false
		for _, p := range building {
			if p.clears {
				continue
			}
			below := slices.ContainsFunc(p.messages, func(m messageField) bool { return m.plan.clears })
			if below || len(p.outputOnly) > 0 {
				p.clears, changed = true, true
			}
		}
	}
}

func behaviours(fd protoreflect.FieldDescriptor) []annotations.FieldBehavior {
	b, _ := proto.GetExtension(fd.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return b
}

// isProse says whether the schema allows a string to be longer than any one-line text.
func isProse(fd protoreflect.FieldDescriptor) bool {
	rules, err := protovalidate.ResolveFieldRules(fd)
	if err != nil || rules == nil {
		return false
	}
	text := rules.GetString()
	if fd.IsList() {
		text = rules.GetRepeated().GetItems().GetString()
	}
	return max(text.GetMaxLen(), text.GetMaxBytes()) > proseOver
}

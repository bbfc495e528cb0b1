package daemon_test

import (
	"maps"
	"slices"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// filler fills requests of any method with the least that makes them well-formed, about given names.
type filler struct {
	negotiation string
	names       map[string][]string // by type of resource: "parley/Party"
	picked      int
}

// fill sets what a message requires.
func (p *filler) fill(m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		behaviours, _ := proto.GetExtension(fd.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
		required := slices.Contains(behaviours, annotations.FieldBehavior_REQUIRED) || fd.Name() == "name" && depth == 1
		first := fd.ContainingOneof() != nil && fd.ContainingOneof().Fields().Get(0) == fd
		if (!required && !first) || depth > 6 || fd.IsMap() {
			continue
		}
		if fd.IsList() {
			p.fillList(m, fd, depth)
			continue
		}
		if fd.Message() != nil {
			p.fill(m.Mutable(fd).Message(), depth+1)
			continue
		}
		m.Set(fd, p.scalar(m, fd))
	}
}

func (p *filler) fillList(m protoreflect.Message, fd protoreflect.FieldDescriptor, depth int) {
	list := m.Mutable(fd).List()
	if fd.Message() == nil {
		list.Append(p.scalar(m, fd))
		return
	}
	item := list.NewElement()
	p.fill(item.Message(), depth+1)
	list.Append(item)
}

func (p *filler) scalar(m protoreflect.Message, fd protoreflect.FieldDescriptor) protoreflect.Value {
	switch fd.Kind() {
	case protoreflect.StringKind:
		ref, _ := proto.GetExtension(fd.Options(), annotations.E_ResourceReference).(*annotations.ResourceReference)
		resource, _ := proto.GetExtension(m.Descriptor().Options(), annotations.E_Resource).(*annotations.ResourceDescriptor)
		switch {
		case ref.GetType() != "":
			return protoreflect.ValueOfString(p.pick(ref.GetType()))
		case ref.GetChildType() != "":
			return protoreflect.ValueOfString(p.parentOf(ref.GetChildType()))
		case fd.Name() == "name" && resource != nil:
			return protoreflect.ValueOfString(p.pick(resource.GetType()))
		case fd.Name() == "point":
			return protoreflect.ValueOfString("p")
		}
		return protoreflect.ValueOfString("words")
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	}
	return fd.Default()
}

// pick takes the next of the names of a type; the last of them nobody has.
func (p *filler) pick(of string) string {
	list := p.names[of]
	if of == "*" {
		for _, of := range slices.Sorted(maps.Keys(p.names)) {
			list = append(list, p.names[of]...)
		}
	}
	if len(list) == 0 {
		return p.negotiation + "/things/none"
	}
	name := list[p.picked%len(list)]
	p.picked += 7
	return name
}

// parentOf gives where things of a type stand.
func (p *filler) parentOf(child string) string {
	switch child {
	case "parley/Demand":
		return p.pick("parley/Party")
	case "parley/Revision":
		return p.pick("parley/Plan")
	case "parley/Point":
		return p.pick("parley/Revision")
	}
	return p.negotiation
}

package wellformed

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// ClearOutputOnly clears every field marked OUTPUT_ONLY in m and below, so that what a caller sent in them is ignored.
// It changes m, which the caller must own, and leaves all else, update masks too, as it is.
func ClearOutputOnly(m proto.Message) {
	r := m.ProtoReflect()
	if r.IsValid() {
		clearOutputOnly(planOf(r.Descriptor()), r)
	}
}

func clearOutputOnly(p *plan, m protoreflect.Message) {
	if !p.clears {
		return
	}
	for _, fd := range p.outputOnly {
		m.Clear(fd)
	}
	for i := range p.messages {
		f := &p.messages[i]
		switch {
		case !f.plan.clears || !m.Has(f.fd):
		case f.list:
			list := m.Get(f.fd).List()
			for j := range list.Len() {
				clearOutputOnly(f.plan, list.Get(j).Message())
			}
		default:
			clearOutputOnly(f.plan, m.Get(f.fd).Message())
		}
	}
}

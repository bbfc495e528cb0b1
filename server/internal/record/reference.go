package record

import (
	"fmt"
	"strconv"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
)

func requestPath(i int) string { return "requests[" + strconv.Itoa(i) + "]" }

// checkReferences finds every field of m that names a resource which does not exist or stands in another negotiation.
// What the former value named already may have been deleted since: that is no reason to refuse a change of something
// else. A former value that is nil stands for none.
func (s *State) checkReferences(m, former proto.Message, path string) error {
	var faults []*fault.Fault
	eachField(m.ProtoReflect(), path, func(fd protoreflect.FieldDescriptor, v protoreflect.Value, path string) {
		if !refers(fd) || v.String() == "" {
			return
		}
		if name := v.String(); !s.alive(name) && !names(former, name) {
			faults = append(faults, fault.ReferenceNotFound(path, name))
		}
	})
	if f := fault.Merge(faults); f != nil {
		return f
	}
	return nil
}

// names tells whether a message names a resource anywhere.
func names(m proto.Message, name string) bool {
	found := false
	if m == nil {
		return false
	}
	eachField(m.ProtoReflect(), "", func(fd protoreflect.FieldDescriptor, v protoreflect.Value, _ string) {
		found = found || refers(fd) && v.String() == name
	})
	return found
}

func refers(fd protoreflect.FieldDescriptor) bool {
	return fd.Kind() == protoreflect.StringKind && proto.HasExtension(fd.Options(), annotations.E_ResourceReference)
}

// checkSpans finds every reference to a place in a source that lies beyond its text, where the length of that is known.
func (s *State) checkSpans(m proto.Message, path string) error {
	var faults []*fault.Fault
	eachMessage(m.ProtoReflect(), path, func(m protoreflect.Message, path string) {
		ref, ok := m.Interface().(*parleyv1.Reference)
		if !ok || ref.GetSpan() == nil {
			return
		}
		src, _ := s.sources.get(ref.GetSource(), Latest)
		if n := src.GetContentLength(); n > 0 && ref.GetSpan().GetEnd() > n {
			faults = append(faults, fault.InvalidField(path+".span.end", "span", "lies beyond the %d characters of the source", n))
		}
	})
	if f := fault.Merge(faults); f != nil {
		return f
	}
	return nil
}

// resolveTimes fills in start and end of every PartialTime below m.
func resolveTimes(m protoreflect.Message, path string) error {
	var faults []*fault.Fault
	eachMessage(m, path, func(m protoreflect.Message, path string) {
		pt, ok := m.Interface().(*parleyv1.PartialTime)
		if !ok {
			return
		}
		start, end, err := wellformed.Resolve(pt)
		if err != nil {
			faults = append(faults, fault.InvalidField(path+".value", "partial_time", "%v", err))
			return
		}
		pt.StartTime, pt.EndTime = start, end
	})
	if f := fault.Merge(faults); f != nil {
		return f
	}
	return nil
}

// eachField visits the scalar fields that are set in m and below, items of lists one by one.
func eachField(m protoreflect.Message, path string, visit func(protoreflect.FieldDescriptor, protoreflect.Value, string)) {
	eachMessage(m, path, func(m protoreflect.Message, path string) {
		m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			at := path + "." + string(fd.Name())
			switch {
			case fd.Kind() == protoreflect.MessageKind:
			case fd.IsList():
				for i := range v.List().Len() {
					visit(fd, v.List().Get(i), fmt.Sprintf("%s[%d]", at, i))
				}
			default:
				visit(fd, v, at)
			}
			return true
		})
	})
}

// eachMessage visits m and the messages below it.
func eachMessage(m protoreflect.Message, path string, visit func(protoreflect.Message, string)) {
	visit(m, path)
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		at := path + "." + string(fd.Name())
		switch {
		case fd.Kind() != protoreflect.MessageKind || fd.IsMap():
		case fd.IsList():
			for i := range v.List().Len() {
				eachMessage(v.List().Get(i).Message(), fmt.Sprintf("%s[%d]", at, i), visit)
			}
		default:
			eachMessage(v.Message(), at, visit)
		}
		return true
	})
}

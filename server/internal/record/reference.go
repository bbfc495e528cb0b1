package record

import (
	"fmt"
	"strconv"
	"sync"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

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
	EachReference(m, path, func(name, path string) {
		if !s.alive(name) && !names(former, name) {
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
	EachReference(m, "", func(other, _ string) { found = found || other == name })
	return found
}

func refers(fd protoreflect.FieldDescriptor) bool {
	return fd.Kind() == protoreflect.StringKind && proto.HasExtension(fd.Options(), annotations.E_ResourceReference)
}

// checkSpans finds every reference to a place in a source that lies beyond its text, where the length of that is known.
func (s *State) checkSpans(m proto.Message, path string) error {
	var faults []*fault.Fault
	eachMessage(m.ProtoReflect(), path, toSpans(), func(m protoreflect.Message, path string) {
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
	eachMessage(m, path, toTimes(), func(m protoreflect.Message, path string) {
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

// EachReference visits the fields that name resources and are set in m and below, items of lists one by one, with where they are.
func EachReference(m proto.Message, path string, visit func(name, path string)) {
	eachMessage(m.ProtoReflect(), path, toReferences(), func(m protoreflect.Message, path string) {
		for _, fd := range toReferences()[m.Descriptor()].own {
			at, v := path+"."+string(fd.Name()), m.Get(fd)
			switch {
			case fd.IsList():
				for i := range v.List().Len() {
					visit(v.List().Get(i).String(), fmt.Sprintf("%s[%d]", at, i))
				}
			case v.String() != "":
				visit(v.String(), at)
			}
		}
	})
}

// eachMessage visits m and the messages below it, as far as ways lead to something.
func eachMessage(m protoreflect.Message, path string, ways ways, visit func(protoreflect.Message, string)) {
	visit(m, path)
	for _, fd := range ways[m.Descriptor()].below {
		if !m.Has(fd) {
			continue
		}
		at, v := path+"."+string(fd.Name()), m.Get(fd)
		switch {
		case fd.IsList():
			for i := range v.List().Len() {
				eachMessage(v.List().Get(i).Message(), fmt.Sprintf("%s[%d]", at, i), ways, visit)
			}
		default:
			eachMessage(v.Message(), at, ways, visit)
		}
	}
}

// ways tell, for each type of message of the API, which of its fields are something that is looked for, and in which fields it
// has messages that are something, or have it somewhere below: writes come by the thousand, and little of a message matters.
type ways map[protoreflect.MessageDescriptor]struct {
	own, below []protoreflect.FieldDescriptor
}

var (
	toReferences = waysTo(refers)
	toTimes      = waysTo(isOf(&parleyv1.PartialTime{}))
	toSpans      = waysTo(isOf(&parleyv1.Reference{}))
)

func isOf(m proto.Message) func(protoreflect.FieldDescriptor) bool {
	md := m.ProtoReflect().Descriptor()
	return func(fd protoreflect.FieldDescriptor) bool { return fd.Message() == md }
}

// waysTo gives the ways to the fields that are wanted.
func waysTo(wanted func(protoreflect.FieldDescriptor) bool) func() ways {
	return sync.OnceValue(func() ways {
		var types []protoreflect.MessageDescriptor
		protoregistry.GlobalFiles.RangeFilesByPackage("parley.v1", func(file protoreflect.FileDescriptor) bool {
			types = appendTypes(types, file.Messages())
			return true
		})
		out := ways{}
		for grows := true; grows; {
			grows = false
			for _, md := range types {
				was := out[md]
				is := was
				is.own, is.below = nil, nil
				for i := range md.Fields().Len() {
					fd := md.Fields().Get(i)
					below := fd.Message() != nil && !fd.IsMap() && len(out[fd.Message()].own)+len(out[fd.Message()].below) > 0
					if wanted(fd) {
						is.own = append(is.own, fd)
						below = fd.Message() != nil
					}
					if below {
						is.below = append(is.below, fd)
					}
				}
				out[md] = is
				grows = grows || len(is.own)+len(is.below) > len(was.own)+len(was.below)
			}
		}
		return out
	})
}

// appendTypes collects types of messages, also nested ones.
func appendTypes(out []protoreflect.MessageDescriptor, list protoreflect.MessageDescriptors) []protoreflect.MessageDescriptor {
	for i := range list.Len() {
		out = appendTypes(append(out, list.Get(i)), list.Get(i).Messages())
	}
	return out
}

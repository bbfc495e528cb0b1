package protoyaml

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Settable is a copy of m without the fields that the server sets, here and below.
func Settable[M proto.Message](m M) M {
	c := proto.CloneOf(m)
	unset(c.ProtoReflect())
	return c
}

func unset(m protoreflect.Message) {
	m.SetUnknown(nil)
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case servers(fd):
			m.Clear(fd)
		case fd.Message() == nil:
		case fd.IsList():
			for i := range v.List().Len() {
				unset(v.List().Get(i).Message())
			}
		default:
			unset(v.Message())
		}
		return true
	})
}

package client

import (
	"strings"
	"testing"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/emptypb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// The codec makes of the bytes of any message, whole or cut off anywhere, what proto does.
func TestMessagesAreDecodedAsProtoDoes(t *testing.T) {
	decode := newCodec()
	types := 0
	protoregistry.GlobalTypes.RangeMessages(func(mt protoreflect.MessageType) bool {
		if mt.Descriptor().ParentFile().Package() != parleyv1.File_parley_v1_plan_proto.Package() || mt.Descriptor().IsMapEntry() {
			return true
		}
		types++
		full := mt.New()
		fill(full, 0)
		data, err := proto.Marshal(full.Interface())
		if err != nil {
			t.Fatal(err)
		}
		data = protowire.AppendVarint(protowire.AppendTag(data, 1<<20, protowire.VarintType), 7) // a field of a newer server
		for n := range len(data) + 1 {
			want, got := mt.New().Interface(), full.Interface() // whatever was in it before
			unwanted := proto.Unmarshal(data[:n], want)
			err := decode.Unmarshal(mem.BufferSlice{mem.SliceBuffer(data[:n])}, got)
			if (err == nil) != (unwanted == nil) || err == nil && !proto.Equal(got, want) {
				t.Fatalf("%d of %d bytes of a %s are %v (%v), want %v (%v)", n, len(data), mt.Descriptor().FullName(), got, err, want, unwanted)
			}
		}
		return true
	})
	if types < 100 {
		t.Errorf("only %d types of messages were tried", types)
	}
}

// fill sets every field of a message, of a oneof the last, so deep as types do not hold themselves.
func fill(m protoreflect.Message, depth int) {
	for i := range m.Descriptor().Fields().Len() {
		fd := m.Descriptor().Fields().Get(i)
		switch {
		case fd.Message() != nil && depth > 2:
		case fd.IsMap():
			m.Mutable(fd).Map().Set(protoreflect.ValueOfString("key").MapKey(), filled(m.NewField(fd).Map().NewValue(), fd.MapValue(), depth))
		case fd.IsList():
			list := m.Mutable(fd).List()
			list.Append(filled(list.NewElement(), fd, depth))
			list.Append(filled(list.NewElement(), fd, depth))
		default:
			m.Set(fd, filled(m.NewField(fd), fd, depth))
		}
	}
}

// filled gives a value that is not the default of a field.
func filled(v protoreflect.Value, fd protoreflect.FieldDescriptor, depth int) protoreflect.Value {
	switch fd.Kind() {
	case protoreflect.MessageKind:
		fill(v.Message(), depth+1)
		return v
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.StringKind:
		return protoreflect.ValueOfString("de près")
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte{0, 255})
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(-3)
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(1 << 40)
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(0.25)
	}
	panic("a kind of field that parley did not have: " + fd.Kind().String())
}

// What vtprotobuf generated nothing for is decoded all the same.
func TestOtherMessagesAreDecodedToo(t *testing.T) {
	if err := newCodec().Unmarshal(mem.BufferSlice{}, &emptypb.Empty{}); err != nil {
		t.Error(err)
	}
}

// BenchmarkDecoding decodes a revision of 28 points, of which each has some 150 letters.
func BenchmarkDecoding(b *testing.B) {
	r := &parleyv1.Revision{Name: "negotiations/n/plans/p/revisions/r1"}
	for range 28 {
		r.Points = append(r.Points, &parleyv1.Point{
			Id: "p1", Label: "1", Heading: "On what is to be done", Text: strings.Repeat("The parties shall do so. ", 6), Digest: strings.Repeat("0", 32),
			State: parleyv1.Point_STATE_PRESENT,
		})
	}
	data, err := proto.Marshal(r)
	if err != nil {
		b.Fatal(err)
	}
	for name, codec := range map[string]encoding.CodecV2{"proto": encoding.GetCodecV2("proto"), "vtprotobuf": newCodec()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := codec.Unmarshal(mem.BufferSlice{mem.SliceBuffer(data)}, &parleyv1.Revision{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package interchange_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/interchange"
)

// Whatever is in a record, each form of it reads back as it was written, in the same order.
func TestWhatIsWrittenReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyRecord(t)
		lines, err := interchange.Lines(want)
		if err != nil {
			t.Fatal(err)
		}
		fromLines, err := interchange.ReadLines(lines)
		if err != nil {
			t.Fatalf("%v in\n%s", err, lines)
		}
		if diff := cmp.Diff(want.Resources, fromLines.Resources, protocmp.Transform()); diff != "" {
			t.Fatalf("JSON lines (-written +read):\n%s", diff)
		}
		akn, err := interchange.AkomaNtoso(want)
		if err != nil {
			t.Fatal(err)
		}
		fromXML, err := interchange.ReadAkomaNtoso(akn)
		if err != nil {
			t.Fatalf("%v in\n%s", err, akn)
		}
		if diff := cmp.Diff(want.Resources, fromXML.Resources, protocmp.Transform()); diff != "" {
			t.Fatalf("Akoma Ntoso (-written +read):\n%s\n%s", diff, akn)
		}
		wellFormed(t, akn)
		structured(t, akn)
	})
}

// anyRecord makes up resources of every type that a negotiation may hold.
func anyRecord(t *rapid.T) *interchange.Record {
	const n = "negotiations/peace"
	r := &interchange.Record{Resources: []proto.Message{&parleyv1.Negotiation{Name: n, DisplayName: anyText(t), CreateTime: timestamppb.Now()}}}
	for _, md := range resourceTypes() {
		for i := range rapid.IntRange(0, 2).Draw(t, string(md.Name())) {
			mt, err := protoregistry.GlobalTypes.FindMessageByName(md.FullName())
			if err != nil {
				t.Fatal(err)
			}
			m := mt.New()
			fillAny(t, m, 0)
			name := fmt.Sprintf("%s/%ss/x%d", n, strings.ToLower(string(md.Name())), i)
			if revision, ok := m.Interface().(*parleyv1.Revision); ok {
				name = fmt.Sprintf("%s/plans/draft/revisions/v%d", n, i)
				revision.Points = anyPoints(t, "", 0, new(int))
			}
			m.Set(md.Fields().ByName("name"), protoreflect.ValueOfString(name))
			r.Resources = append(r.Resources, m.Interface())
		}
	}
	return r
}

func resourceTypes() (out []protoreflect.MessageDescriptor) {
	for _, m := range []proto.Message{
		&parleyv1.Party{}, &parleyv1.Source{}, &parleyv1.Demand{}, &parleyv1.Plan{}, &parleyv1.Revision{}, &parleyv1.Event{}, &parleyv1.Stance{},
		&parleyv1.Claim{}, &parleyv1.Assessment{}, &parleyv1.Objection{}, &parleyv1.Disclosure{}, &parleyv1.Member{},
	} {
		out = append(out, m.ProtoReflect().Descriptor())
	}
	return out
}

var letters = []rune("aé字 \t\n<>&\"'\\|]=-–\u200f\U0001F54A\uFFFD\uFFFE\uFFFF")

func anyText(t *rapid.T) string {
	return rapid.OneOf(rapid.StringOfN(rapid.SampledFrom(letters), 0, 12, -1), rapid.StringMatching("[a-z ]{0,20}")).Draw(t, "text")
}

// fillAny sets some of the fields of a message, at random.
func fillAny(t *rapid.T, m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		if fd.Name() == "points" || depth > 3 || rapid.IntRange(0, 2).Draw(t, "set") > 0 {
			continue
		}
		if !fd.IsList() {
			m.Set(fd, anyValue(t, m.NewField(fd), fd, depth))
			continue
		}
		list := m.Mutable(fd).List()
		for range rapid.IntRange(1, 2).Draw(t, "items") {
			list.Append(anyValue(t, list.NewElement(), fd, depth))
		}
	}
}

func anyValue(t *rapid.T, v protoreflect.Value, fd protoreflect.FieldDescriptor, depth int) protoreflect.Value {
	switch fd.Kind() {
	case protoreflect.MessageKind:
		if ts, ok := v.Message().Interface().(*timestamppb.Timestamp); ok {
			ts.Seconds, ts.Nanos = rapid.Int64Range(0, 4e9).Draw(t, "seconds"), rapid.Int32Range(0, 999_999_999).Draw(t, "nanos")
			return v
		}
		fillAny(t, v.Message(), depth+1)
		return v
	case protoreflect.EnumKind:
		values := fd.Enum().Values()
		return protoreflect.ValueOfEnum(values.Get(rapid.IntRange(0, values.Len()-1).Draw(t, "enum")).Number())
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(anyText(t))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(t, "bool"))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(rapid.Int32().Draw(t, "int32"))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(rapid.Int64().Draw(t, "int64"))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(rapid.Float64().Draw(t, "double"))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
	}
	return v
}

// anyPoints makes up points in reading order, some of which belong to others.
func anyPoints(t *rapid.T, parent string, depth int, made *int) (out []*parleyv1.Point) {
	for range rapid.IntRange(0, 3-depth).Draw(t, "points") {
		*made++
		p := &parleyv1.Point{}
		fillAny(t, p.ProtoReflect(), 0)
		p.Id, p.Parent = "p"+strings.Repeat("x", *made), parent
		out = append(append(out, p), anyPoints(t, p.GetId(), depth+1, made)...)
	}
	return out
}

// wellFormed reads XML to its end with the parser of the standard library.
func wellFormed(t rapid.TB, data []byte) {
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, data)
		}
	}
}

func FuzzReadLines(f *testing.F) {
	f.Add([]byte(`{"@type":"type.googleapis.com/parley.v1.Party","name":"negotiations/n/parties/p","display_name":"P"}` + "\n"))
	f.Add([]byte("{}\n\n{\"@type\":1}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := interchange.ReadLines(data)
		if err != nil {
			return
		}
		written, err := interchange.Lines(r)
		if err != nil {
			t.Fatal(err)
		}
		again, err := interchange.ReadLines(written)
		if err != nil {
			t.Fatalf("%v in\n%s", err, written)
		}
		if diff := cmp.Diff(r.Resources, again.Resources, protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzReadAkomaNtoso(f *testing.F) {
	n := &parleyv1.Negotiation{Name: "negotiations/n", DisplayName: "N"}
	text := &parleyv1.Revision{Name: "negotiations/n/plans/p/revisions/v1", Points: []*parleyv1.Point{
		{Id: "a", Label: "1", Heading: "One", Text: "First.\n\nSecond.", Alternatives: []*parleyv1.Alternative{{Label: "A", Text: "Either."}, {Label: "B", Text: "Or.\uFFFE", Note: "x"}}},
		{Id: "b", Parent: "a", Text: "Part."},
	}}
	for _, r := range []*interchange.Record{{Resources: []proto.Message{n}}, {Resources: []proto.Message{n, text}}} {
		data, err := interchange.AkomaNtoso(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := interchange.ReadAkomaNtoso(data)
		if err != nil || r.Negotiation() == nil {
			return
		}
		if _, err := interchange.AkomaNtoso(r); err != nil {
			t.Log(err) // such as texts that are not UTF-8: refused, not lost
		}
	})
}

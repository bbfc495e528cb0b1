package protoyaml

import (
	"strings"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"
)

const negotiation = "negotiations/peace"

// draw makes any message of the type of m that a caller may write.
func draw(t *rapid.T, m protoreflect.Message) {
	if at, ok := m.Interface().(*timestamppb.Timestamp); ok {
		at.Seconds = rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds") // the years that a Timestamp can have
		at.Nanos = rapid.Int32Range(0, 999_999_999).Draw(t, "nanoseconds")
		return
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		one := fd.ContainingOneof()
		if servers(fd) || one != nil && m.WhichOneof(one) != nil || rapid.Bool().Draw(t, "skip") {
			continue
		}
		if !fd.IsList() {
			if fd.Message() != nil {
				draw(t, m.Mutable(fd).Message())
			} else {
				m.Set(fd, drawScalar(t, fd))
			}
			continue
		}
		list := m.Mutable(fd).List()
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			if fd.Message() != nil {
				draw(t, list.AppendMutable().Message())
			} else {
				list.Append(drawScalar(t, fd))
			}
		}
	}
}

var texts = rapid.OneOf(
	rapid.StringMatching(`[a-z ]{0,10}`),
	rapid.String(),
	rapid.StringMatching(`([ \t\n#>\\"'{}\[\]:,&*!|%@`+"`"+`?\-~.=a1é]|true|null|1e3|0x1|2025-11-24|<<|\.\.\.|---){0,12}`),
)

func drawScalar(t *rapid.T, fd protoreflect.FieldDescriptor) protoreflect.Value {
	switch fd.Kind() {
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(rapid.IntRange(0, fd.Enum().Values().Len()-1).Draw(t, "enum")))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(t, "bool"))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(rapid.Int32().Draw(t, "int"))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(rapid.Float64().Draw(t, "number"))
	}
	if pattern := patternOf(fd); pattern != nil {
		if pattern[0] == anyName[0] {
			pattern = patterns()[rapid.SampledFrom([]string{"parley/Party", "parley/Point"}).Draw(t, "type")]
		}
		name := ""
		for i, part := range pattern {
			switch {
			case i == 1:
				part = rapid.SampledFrom([]string{"peace", "other"}).Draw(t, "negotiation")
			case i%2 == 1:
				part = rapid.StringMatching(`[a-z]{1,3}`).Draw(t, "id")
			}
			name += "/" + part
		}
		return protoreflect.ValueOfString(name[1:])
	}
	return protoreflect.ValueOfString(texts.Draw(t, "text"))
}

var kinds = []proto.Message{
	&parleyv1.Negotiation{}, &parleyv1.Party{}, &parleyv1.Demand{}, &parleyv1.Plan{}, &parleyv1.Revision{},
	&parleyv1.Stance{}, &parleyv1.Point{}, &parleyv1.PointChange{}, &parleyv1.Claim{}, &parleyv1.Event{}, &parleyv1.Source{},
	&parleyv1.Assessment{}, &parleyv1.Objection{}, &parleyv1.Member{}, &parleyv1.Disclosure{},
}

func drawMessage(t *rapid.T) proto.Message {
	m := rapid.SampledFrom(kinds).Draw(t, "kind").ProtoReflect().New()
	draw(t, m)
	return m.Interface()
}

func read(t *rapid.T, data []byte, into proto.Message) {
	src := &Source{File: "f", Negotiation: negotiation}
	node := src.Parse(data)
	if node != nil {
		src.Message(node, into)
	}
	if err := src.Err(); err != nil {
		t.Fatalf("%v in:\n%s", err, data)
	}
}

func TestYAMLRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawMessage(t)
		data, err := Marshal(Node(want, negotiation))
		if err != nil {
			t.Fatal(err)
		}
		got := want.ProtoReflect().New().Interface()
		read(t, data, got)
		if !proto.Equal(got, want) {
			t.Fatalf("want %v\ngot  %v\nfrom:\n%s", want, got, data)
		}
	})
}

func TestReadsTheJSONOfTheAPI(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawMessage(t)
		data, err := protojson.MarshalOptions{
			Multiline: rapid.Bool().Draw(t, "multiline"), UseProtoNames: rapid.Bool().Draw(t, "proto names"),
		}.Marshal(want)
		if err != nil {
			t.Skip(err)
		}
		got := want.ProtoReflect().New().Interface()
		read(t, data, got)
		if !proto.Equal(got, want) {
			t.Fatalf("want %v\ngot  %v\nfrom:\n%s", want, got, data)
		}
	})
}

func TestShortForms(t *testing.T) {
	for in, want := range map[string]*parleyv1.Stance{
		"party: ukraine\nvalue: BLOCK\nsaid_time: 2025-11-24\nattribution: BBC-21": {
			Party: negotiation + "/parties/ukraine", Value: parleyv1.Stance_VALUE_BLOCK,
			SaidTime: &parleyv1.PartialTime{Value: "2025-11-24"}, Attribution: &parleyv1.Attribution{Source: "BBC-21"},
		},
		"{target: {point: us-draft/v1/21}, value: VALUE_ACCEPT}": {
			Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: negotiation + "/plans/us-draft/revisions/v1/points/21"}},
			Value:  parleyv1.Stance_VALUE_ACCEPT,
		},
		"party: parties/russia\nname: passed over\ncreate_time: too\nreason: 12": {
			Party: negotiation + "/parties/russia", Reason: "12",
		},
		"saidTime: {raw: last week}\nparty: negotiations/other/parties/x\nreason:": {
			Party: "negotiations/other/parties/x", SaidTime: &parleyv1.PartialTime{Raw: "last week"},
		},
		"\t{\"reason\":\n\t\"\\ud83d\\ude00\"}": {Reason: "😀"},
		"audience: TABLED":                      {Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_TABLED}},
	} {
		src := &Source{Negotiation: negotiation}
		got := &parleyv1.Stance{}
		if node := src.Parse([]byte(in)); node != nil {
			src.Message(node, got)
		}
		if err := src.Err(); err != nil || !proto.Equal(got, want) {
			t.Errorf("%s\ngot %v, %v", in, got, err)
		}
	}
}

func TestErrorsNameTheLine(t *testing.T) {
	for in, want := range map[string]string{
		"party: a\nfoo: b":                `f:12: Stance has no field "foo"`,
		"party: a\nparty: b":              `f:12: "party" is given twice, first on line 11`,
		"saidTime: 2025\nsaid_time: 2026": `f:12: "said_time" is given twice`,
		"value: MAYBE":                    `f:11: "MAYBE" is none of ACCEPT,`,
		"withdrawn: perhaps":              `f:11: "perhaps" is no bool, as "withdrawn" wants`,
		"conditions: x":                   `f:11: expected a list, found "x"`,
		"reason: [x]":                     `f:11: expected a value for "reason", found a list`,
		"target: x":                       `f:11: expected fields (key: value), found "x"`,
		"target:\n  point: a/b/c\n  revision: a/b": `f:13: "point" and "revision" exclude each other`,
		"reason: x\n\tparty: y":                    `f:12: found a tab character that violates indentation`,
		"reason: &a x\nquote: *a":                  `f:12: expected a value for "quote", found an alias (*a), which is not supported`,
		"[a]":                                      `f:11: expected fields (key: value), found a list`,
		"reason: x\n---\nreason: y":                `f:12: there is a second YAML document`,
		"? {a: b}\n: c":                            `f:11: expected a key, found fields`,
		"{\"party\": \"a\",\n\"foo\": 1}":          `f:12: Stance has no field "foo"`,
	} {
		src := &Source{File: "f", Offset: 10, Negotiation: negotiation}
		if node := src.Parse([]byte(in)); node != nil {
			src.Message(node, &parleyv1.Stance{})
		}
		err := src.Err()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q\ngot  %v\nwant %s", in, err, want)
		}
	}
}

func TestWhatIsNoMomentIsSaidSo(t *testing.T) {
	for _, in := range []string{"embargo_time: soon", "embargo_time: 2025-11-25", "embargo_time: [x]"} {
		src := &Source{File: "f"}
		src.Message(src.Parse([]byte(in)), &parleyv1.Disclosure{})
		if err := src.Err(); err == nil || !strings.Contains(err.Error(), "f:1: ") {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestManyErrorsAreCutShort(t *testing.T) {
	src := &Source{}
	src.Message(src.Parse([]byte("conditions: {}\n"+strings.Repeat("? []\n", 80))), &parleyv1.Stance{})
	if err := src.Err(); err == nil || strings.Count(err.Error(), "\n") != maxErrors || !strings.HasSuffix(err.Error(), "and 31 more") {
		t.Error(err)
	}
}

func FuzzSource(f *testing.F) {
	f.Add([]byte("party: a\ntarget: {point: a/b/c}"))
	f.Add([]byte(`{"party": "a", "conditions": ["x"]}`))
	f.Add([]byte("a: &b [*b]"))
	f.Add([]byte("<<: {party: a}"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		src := &Source{Negotiation: negotiation}
		if node := src.Parse(data); node != nil {
			src.Message(node, &parleyv1.Stance{})
		}
		_ = src.Err()
	})
}

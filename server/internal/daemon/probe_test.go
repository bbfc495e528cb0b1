package daemon_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// ask has the viewer call methods of every kind on both servers, and compares what they get. Writes are tried or meant; what
// they lead to is compared by the calls after them.
func (p *play) ask() (made []question) {
	p.stage.clock.Add(int64(time.Minute))
	methods := allMethods()
	var reads, changing []protoreflect.MethodDescriptor
	for _, m := range methods {
		if writes(m) {
			changing = append(changing, m)
		} else {
			reads = append(reads, m)
		}
	}
	seeds := rapid.SliceOfN(rapid.Uint32(), 36, 36).Draw(p.t, "questions")
	for i, seed := range seeds {
		b := &prober{Rand: rand.New(rand.NewPCG(uint64(seed), 0)), play: p}
		among, often := reads, 6 // most that they try is not for them, whatever it is about
		if p.mediators[p.viewer] || p.own[p.viewer] != "" || p.viewer == "root" {
			often = 2
		}
		if b.oneIn(often) {
			among = changing
		}
		m := among[b.IntN(len(among))]
		over := transportsOf(m)
		c := question{method: m, req: b.request(m), over: over[b.IntN(len(over))]}
		p.stage.enter(fmt.Sprintf("%s question %d", p.id, i))
		made = append(made, p.both(c)...)
	}
	path := openToAll[int(seeds[0])%len(openToAll)]
	if a, b := p.with.page(context.Background(), p.viewer, path), p.without.page(context.Background(), p.viewer, path); !alike(a, b) {
		p.t.Fatalf("%s\nsees a difference at %s:\n%s", p.story(), path, cmp.Diff(b.String(), a.String()))
	}
	return made
}

// both makes a call on both servers, and those of the pages that follow.
func (p *play) both(c question) (made []question) {
	for range 30 {
		with, without := p.with.ask(context.Background(), p.viewer, c), p.without.ask(context.Background(), p.viewer, c)
		if !alike(with, without) {
			p.differ(c, with, without)
		}
		c.ok = with.ok
		made = append(made, c)
		if with.next == "" {
			return made
		}
		c.req = proto.Clone(c.req)
		m := c.req.ProtoReflect()
		m.Set(m.Descriptor().Fields().ByName("page_token"), protoreflect.ValueOfString(with.next))
		if len(made)%2 == 1 { // a page begun over gRPC goes on over REST
			c.over = byREST - c.over
		}
	}
	return made
}

func alike(a, b reply) bool { return a.head == b.head && bytes.Equal(a.body, b.body) }

// differ ends a play at which the viewer has seen what they should not.
func (p *play) differ(c question, with, without reply) {
	p.t.Fatalf("%s\nsees a difference in the answer to\n%v\n(-without the secrets +with them):\n%s", p.story(), c, cmp.Diff(without.String(), with.String()))
}

func fromBody(m protoreflect.MethodDescriptor, body []byte) proto.Message {
	out := answer(m)
	if err := protojson.Unmarshal(body, out); err != nil {
		panic(err) // the server's JSON is tested elsewhere
	}
	return out
}

// prober makes up requests, of any method, about what is there, hidden or not, and what is not.
type prober struct {
	*rand.Rand
	play *play
}

func (b *prober) oneIn(n int) bool { return b.IntN(n) == 0 }

func (b *prober) request(m protoreflect.MethodDescriptor) proto.Message {
	req := newMessage(m.Input())
	b.fill(req, 0)
	fields := req.Descriptor().Fields()
	if fd := fields.ByName("validate_only"); fd != nil {
		req.Set(fd, protoreflect.ValueOfBool(!b.oneIn(3)))
	}
	if !b.oneIn(3) {
		b.fit(m, req)
	}
	if fd := fields.ByName("page_size"); fd != nil {
		req.Set(fd, protoreflect.ValueOfInt32(1+b.Int32N(3)))
	}
	if item := itemOf(m); item != nil {
		if fd := fields.ByName("filter"); fd != nil && b.oneIn(2) {
			req.Set(fd, protoreflect.ValueOfString(b.filter(item)))
		}
		if fd := fields.ByName("order_by"); fd != nil && b.oneIn(3) {
			req.Set(fd, protoreflect.ValueOfString(b.orderBy(m, item)))
		}
	}
	if w, ok := req.Interface().(*parleyv1.WatchNegotiationRequest); ok && w.GetResumeToken() == "" {
		w.Start = parleyv1.WatchNegotiationRequest_START_EARLIEST
	}
	return req.Interface()
}

// itemOf gives what a method lists; nil if it lists nothing.
func itemOf(m protoreflect.MethodDescriptor) protoreflect.MessageDescriptor {
	fields := m.Output().Fields()
	if fields.ByName("next_page_token") == nil {
		return nil
	}
	for i := range fields.Len() {
		if fields.Get(i).IsList() {
			return fields.Get(i).Message()
		}
	}
	return nil
}

// filter asks for something of the items of a list: in their own fields or further inside.
func (b *prober) filter(md protoreflect.MessageDescriptor) string {
	fd := md.Fields().Get(b.IntN(md.Fields().Len()))
	path := string(fd.Name())
	for fd.Message() != nil && !fd.IsMap() && fd.Message().FullName().Parent() == "parley.v1" && b.oneIn(2) {
		if fd = fd.Message().Fields().Get(b.IntN(fd.Message().Fields().Len())); fd.IsMap() {
			break
		}
		path += "." + string(fd.Name())
	}
	not := []string{"", "-", "NOT "}[b.IntN(3)]
	switch {
	case fd.Enum() != nil && !fd.IsList():
		return fmt.Sprintf("%s%s = %s", not, path, fd.Enum().Values().Get(b.IntN(fd.Enum().Values().Len())).Name())
	case fd.Kind() == protoreflect.BoolKind:
		return path + " = true"
	case fd.Message() != nil && fd.Message().FullName() == "google.protobuf.Timestamp" && b.oneIn(2):
		return fmt.Sprintf("%s %s %q", path, []string{"<", ">="}[b.IntN(2)], b.moment().Format(time.RFC3339Nano))
	case fd.Kind() == protoreflect.StringKind && !fd.IsList():
		return fmt.Sprintf("%s%s = %q", not, path, b.words(fd))
	case fd.Kind() == protoreflect.StringKind:
		return fmt.Sprintf("%s%s:%q", not, path, b.words(fd))
	}
	return not + path + ":*"
}

func (b *prober) orderBy(m protoreflect.MethodDescriptor, md protoreflect.MessageDescriptor) string {
	field := md.Fields().Get(b.IntN(md.Fields().Len())).Name()
	if m.Name() == "ListEntries" {
		field = "create_time"
	}
	return string(field) + []string{"", " desc"}[b.IntN(2)]
}

// moment draws one of the moments of the play, or one close by.
func (b *prober) moment() time.Time {
	return b.play.moments[b.IntN(len(b.play.moments))].Add(time.Duration(b.IntN(3) - 1))
}

// fill sets what a message requires, and now and then something else.
func (b *prober) fill(m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		if depth > 5 || fd.IsMap() || fd.Name() == "page_token" || fd.Name() == "filter" || fd.Name() == "order_by" {
			continue
		}
		behaviours, _ := proto.GetExtension(fd.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
		required := slices.Contains(behaviours, annotations.FieldBehavior_REQUIRED) || fd.Name() == "name" && depth == 1
		if oneof := fd.ContainingOneof(); oneof != nil && !oneof.IsSynthetic() {
			if required = m.WhichOneof(oneof) == nil && (b.oneIn(oneof.Fields().Len()) || fd.Index() == oneof.Fields().Get(oneof.Fields().Len()-1).Index()); !required {
				continue
			}
		}
		if !required && (slices.Contains(behaviours, annotations.FieldBehavior_OUTPUT_ONLY) || !b.oneIn(b.rarely(fd, depth))) {
			continue
		}
		b.set(m, fd, depth)
	}
}

// rarely says how seldom a field is set that need not be.
func (b *prober) rarely(fd protoreflect.FieldDescriptor, depth int) int {
	switch name := string(fd.Name()); {
	case depth == 0 && (strings.HasSuffix(name, "_id") || fd.Message() != nil || fd.Kind() == protoreflect.BoolKind || fd.Kind() == protoreflect.EnumKind):
		return 2
	case name == "audience", proto.HasExtension(fd.Options(), annotations.E_ResourceReference):
		return 3
	case depth == 0:
		return 6
	}
	return 12
}

func (b *prober) set(m protoreflect.Message, fd protoreflect.FieldDescriptor, depth int) {
	switch {
	case fd.IsList() && fd.Message() != nil:
		item := m.Mutable(fd).List().AppendMutable().Message()
		b.fill(item, depth+1)
	case fd.IsList():
		m.Mutable(fd).List().Append(b.scalar(m, fd))
	case fd.Message() == nil:
		m.Set(fd, b.scalar(m, fd))
	default:
		b.message(m, fd, depth)
	}
}

func (b *prober) message(m protoreflect.Message, fd protoreflect.FieldDescriptor, depth int) {
	var v proto.Message
	switch fd.Message().FullName() {
	case "google.protobuf.Timestamp":
		at := b.moment()
		if strings.HasPrefix(string(fd.Name()), "e") { // the end of something
			at = b.play.stage.now().AddDate(1, 0, 0)
		}
		v = timestamppb.New(at)
	case "google.protobuf.Duration":
		return
	case "google.protobuf.FieldMask":
		v = b.mask(m)
	case "parley.v1.Audience":
		v = audienceOf(parleyv1.Audience_Level(b.IntN(6)))
	case "parley.v1.PartialTime":
		v = &parleyv1.PartialTime{Value: "2025-11-2" + string(rune('0'+b.IntN(9)))}
	default:
		b.fill(m.Mutable(fd).Message(), depth+1)
		return
	}
	m.Set(fd, protoreflect.ValueOfMessage(v.ProtoReflect()))
}

// mask names some fields of what an update brings.
func (b *prober) mask(m protoreflect.Message) *fieldmaskpb.FieldMask {
	out := &fieldmaskpb.FieldMask{}
	for i := range m.Descriptor().Fields().Len() {
		md := m.Descriptor().Fields().Get(i).Message()
		if md == nil || !m.Has(m.Descriptor().Fields().Get(i)) || md.FullName().Parent() != "parley.v1" {
			continue
		}
		out.Paths = append(out.Paths, []string{"*", "audience", string(md.Fields().Get(b.IntN(md.Fields().Len())).Name())}[b.IntN(3)])
	}
	return out
}

func (b *prober) scalar(m protoreflect.Message, fd protoreflect.FieldDescriptor) protoreflect.Value {
	resource, _ := proto.GetExtension(m.Descriptor().Options(), annotations.E_Resource).(*annotations.ResourceDescriptor)
	switch fd.Kind() {
	case protoreflect.StringKind:
		if fd.Name() == "name" && resource != nil {
			return protoreflect.ValueOfString(b.pick(resource.GetType()))
		}
		return protoreflect.ValueOfString(b.words(fd))
	case protoreflect.EnumKind:
		values := fd.Enum().Values()
		return protoreflect.ValueOfEnum(values.Get(min(1+b.IntN(values.Len()), values.Len()-1)).Number())
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(1 + b.Int32N(3))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(1 + b.Int64N(3))
	}
	return fd.Default()
}

// requestIDs are few, so that they are used again in the same play.
func (p *play) requestIDs() []string {
	number, _ := strconv.Atoi(strings.TrimPrefix(p.id, "n"))
	return []string{fmt.Sprintf("6f0d1cf2-6f0f-4b3e-9d53-%012d", number), fmt.Sprintf("6f0d1cf2-6f0f-4b3e-9d54-%012d", number)}
}

// words makes up a text for a field.
func (b *prober) words(fd protoreflect.FieldDescriptor) string {
	ref, _ := proto.GetExtension(fd.Options(), annotations.E_ResourceReference).(*annotations.ResourceReference)
	switch name := string(fd.Name()); {
	case ref.GetType() != "":
		return b.pick(ref.GetType())
	case ref.GetChildType() != "":
		return b.parentOf(ref.GetChildType())
	case name == "request_id":
		return b.play.requestIDs()[b.IntN(2)]
	case name == "negotiation_id":
		return "y" + strconv.Itoa(b.IntN(3)) // who makes negotiations learns which of their ids are taken, by design
	case strings.HasSuffix(name, "_id"):
		if id := lastPart(b.pick("*")); len(id) < 17 {
			return id
		}
		return "x7" // an id that the server made is too random to come upon
	case name == "point" || name == "id":
		return []string{"p", "q", "r", "none"}[b.IntN(4)]
	case name == "etag":
		return "W/none"
	case name == "name":
		return b.pick("*")
	}
	return []string{"one", "two", "known to few", "maria", "b--2"}[b.IntN(5)]
}

// pick draws a name of a type: of something that is there, for everybody or for few, or one that nobody has.
func (b *prober) pick(of string) string {
	p := b.play
	var list []string
	switch of {
	case "parley/Entry": // of an act, in secret or not
		return record.EntryName(p.n(), b.moment())
	case "*":
		for _, of := range slices.Sorted(maps.Keys(p.names)) {
			list = append(list, p.names[of]...)
		}
	default:
		list = p.names[of]
	}
	switch {
	case of == "parley/Negotiation" && !b.oneIn(6):
		return p.n()
	case len(list) == 0 || b.oneIn(10):
		return p.n() + "/" + strings.ToLower(strings.TrimPrefix(of, "parley/")) + "s/none"
	case of == "parley/Revision" && b.oneIn(5):
		return record.ParentOf(list[b.IntN(len(list))]) + "/revisions/latest"
	}
	return list[b.IntN(len(list))]
}

// parentOf gives where things of a type stand.
func (b *prober) parentOf(child string) string {
	switch child {
	case "parley/Demand":
		if b.oneIn(2) {
			return b.play.n() + "/parties/-"
		}
		return b.pick("parley/Party")
	case "parley/Revision":
		if b.oneIn(3) {
			return b.play.n() + "/plans/-"
		}
		return b.pick("parley/Plan")
	case "parley/Point":
		return b.pick("parley/Revision")
	}
	return b.pick("parley/Negotiation")
}

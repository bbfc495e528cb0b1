package daemon_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// prober calls every method there is, found by reflection, with the names that it is given and some that nobody has.
type prober struct {
	negotiation string
	names       map[string][]string // by type of resource: "parley/Party"
	salt        int                 // picks among the names
	picked      int
}

// requests gives the calls to make: each method about two names, so that what is hidden is asked for as often as what is not,
// once over gRPC and once over REST.
func (p *prober) requests() (out []probe) {
	for _, m := range allMethods() {
		if m.IsStreamingClient() {
			continue // commits the same as CommitRevision; REST does not have it
		}
		for i := range 2 {
			p.picked = p.salt + i
			req := newMessage(m.Input()).Interface()
			p.fill(req.ProtoReflect(), 0)
			p.tune(req, i)
			out = append(out, probe{m, req, (p.salt+i)%2 == 0})
		}
	}
	return out
}

// probe is one call.
type probe struct {
	method protoreflect.MethodDescriptor
	req    proto.Message
	rest   bool
}

// tune makes a request what its method takes: writes only try, pages are short.
func (p *prober) tune(req proto.Message, i int) {
	m := req.ProtoReflect()
	fields := m.Descriptor().Fields()
	if fd := fields.ByName("validate_only"); fd != nil {
		m.Set(fd, protoreflect.ValueOfBool(true))
	}
	if fd := fields.ByName("page_size"); fd != nil {
		m.Set(fd, protoreflect.ValueOfInt32(int32(2+p.salt%3)))
	}
	if fd := fields.ByName("update_mask"); fd != nil {
		paths := [][]string{nil, {"*"}, {"audience"}}[(p.salt+i)%3]
		if paths != nil {
			m.Set(fd, protoreflect.ValueOfMessage((&fieldmaskpb.FieldMask{Paths: paths}).ProtoReflect()))
		}
	}
	for i := range fields.Len() { // ids that may be taken in secret
		if fd := fields.Get(i); strings.HasSuffix(string(fd.Name()), "_id") && fd.Name() != "request_id" && p.salt%2 == 0 {
			m.Set(fd, protoreflect.ValueOfString(lastPart(p.pick("*"))))
		}
	}
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// fill sets what a message requires.
func (p *prober) fill(m protoreflect.Message, depth int) {
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

func (p *prober) fillList(m protoreflect.Message, fd protoreflect.FieldDescriptor, depth int) {
	list := m.Mutable(fd).List()
	if fd.Message() == nil {
		list.Append(p.scalar(m, fd))
		return
	}
	item := list.NewElement()
	p.fill(item.Message(), depth+1)
	list.Append(item)
}

func (p *prober) scalar(m protoreflect.Message, fd protoreflect.FieldDescriptor) protoreflect.Value {
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
func (p *prober) pick(of string) string {
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
func (p *prober) parentOf(child string) string {
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

// transcript tells everything that a caller gets in answer to calls, byte for byte, over gRPC and over REST.
func (w *twin) transcript(ctx context.Context, who string, probes []probe) []string {
	out := make([]string, 0, len(probes)+2)
	for _, p := range probes {
		call := fmt.Sprintf("%s %s", p.method.Name(), protojson.Format(p.req))
		switch {
		case p.method.IsStreamingServer():
			out = append(out, call+"\n=> "+w.watched(ctx, who, p.req.(*parleyv1.WatchNegotiationRequest)))
		case p.rest:
			verb, path, body := inREST(p.method, p.req)
			out = append(out, verb+" "+path+" "+body+"\n=> "+w.overHTTP(ctx, who, verb, path, body))
		default:
			out = append(out, call+"\n=> "+w.overGRPC(ctx, who, p))
		}
	}
	return append(out, "openapi => "+w.overHTTP(ctx, who, "GET", "/openapi.json", ""), "health => "+w.overHTTP(ctx, who, "GET", "/healthz", ""))
}

func (w *twin) as(ctx context.Context, who string) context.Context {
	if token := w.tokens[who]; token != "" {
		return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}
	return ctx
}

func (w *twin) overGRPC(ctx context.Context, who string, p probe) string {
	var header, trailer metadata.MD
	out := answer(p.method)
	err := w.conn.Invoke(w.as(ctx, who), fmt.Sprintf("/%s/%s", p.method.Parent().FullName(), p.method.Name()), p.req, out, grpc.Header(&header), grpc.Trailer(&trailer))
	bytes, encoding := proto.MarshalOptions{Deterministic: true}.Marshal(out)
	return fmt.Sprintf("%q %q %v %v %v\n%s\n%x", map[string][]string(header), map[string][]string(trailer), encoding, status.Convert(err).Proto(), err, protojson.Format(out), bytes)
}

func (w *twin) overHTTP(ctx context.Context, who, verb, path, body string) string {
	req, err := http.NewRequestWithContext(ctx, verb, "http://"+w.RESTAddr+path, strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	if token := w.tokens[who]; token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := w.web.Do(req)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	resp.Header.Del("Date")
	return fmt.Sprintf("%s %v %v\n%s", resp.Status, resp.Header, err, data)
}

// watched tells what a watch tells from the beginning until it has caught up.
func (w *twin) watched(ctx context.Context, who string, req *parleyv1.WatchNegotiationRequest) string {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req = proto.CloneOf(req)
	req.Start = parleyv1.WatchNegotiationRequest_START_EARLIEST
	stream, err := parleyv1.NewLogServiceClient(w.conn).WatchNegotiation(w.as(ctx, who), req)
	var out strings.Builder
	for err == nil {
		var step *parleyv1.WatchNegotiationResponse
		if step, err = stream.Recv(); err == nil {
			if step.GetProgress() != nil {
				return out.String() + "caught up"
			}
			// Where a watch is in the log it may know, but not tell: the token is sealed, and tells by its length nothing either.
			_, _ = fmt.Fprintf(&out, "%v (%d)\n", protojson.Format(step.GetEntry()), len(step.GetResumeToken()))
		}
	}
	return out.String() + err.Error()
}

// compare asks both servers everything, as the viewer.
func (p *play) compare() {
	p.clock.Add(int64(time.Minute))
	for _, of := range []string{"Negotiation", "Party", "Demand", "Plan", "Revision", "Point", "Stance", "Claim", "Event", "Source", "Assessment", "Objection", "Valuation", "Disclosure", "Member", "Access", "Token", "Entry"} {
		list := p.names["parley/"+of]
		p.names["parley/"+of] = append(list, p.none(of, list))
	}
	p.names["parley/Negotiation"] = append(p.names["parley/Negotiation"], p.n())
	probes := &prober{negotiation: p.n(), names: p.names, salt: rapid.IntRange(0, 1000).Draw(p.t, "salt")}
	calls := probes.requests()
	var with, without []string
	var both sync.WaitGroup
	both.Go(func() { with = p.with.transcript(context.Background(), p.viewer, calls) })
	both.Go(func() { without = p.without.transcript(context.Background(), p.viewer, calls) })
	both.Wait()
	for i := range with {
		if with[i] != without[i] {
			p.t.Fatalf("%s\n%q sees a difference in the answer to\n%s\n(-without the secrets +with them):\n%s", p.story(), p.viewer, before(with[i], "\n=> "), cmp.Diff(without[i], with[i]))
		}
	}
}

func before(s, mark string) string {
	first, _, _ := strings.Cut(s, mark)
	return first
}

// none makes up a name that nobody has, like those of a kind.
func (p *play) none(kind string, like []string) string {
	if len(like) > 0 {
		return like[0] + "-none"
	}
	return p.n() + "/" + strings.ToLower(kind) + "s/none"
}

func (p *play) story() string { return strings.Join(p.script, "\n") }

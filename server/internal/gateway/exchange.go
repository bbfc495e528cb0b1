package gateway

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/faultstatus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// exchange is what the gateway remembers of one HTTP request, for those parts of it that only see the gRPC call.
type exchange struct {
	method      string
	query       url.Values // without `pretty`
	pretty      bool
	wantsEvents bool   // server-sent events, where there is a stream
	lastEvent   string // the id of the last of them that the caller has seen; empty for none
	ifMatch     []string
	ifNoneMatch []string
	route       *route // nil until the path is known to be one
	body        []byte
	certificate []byte      // DER, of an HTTP client whose certificate TLS has verified; nil for none
	called      bool        // the request could be read, and went to the server
	header      http.Header // of the answer, if that is a stream
	answer      *answer     // to a read; nil before there is one, and for what is no read
}

type exchangeKey struct{}

// exchangeOf gives the exchange of a request's context; an empty one if there is none.
func exchangeOf(ctx context.Context) *exchange {
	if ex, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return ex
	}
	return &exchange{}
}

// connection is the way to the server. Every call leaves through it with the credentials as its only metadata (the
// authorization header, and the certificate that TLS has verified), and with what the headers of the HTTP request say about it.
type connection struct {
	grpc.ClientConnInterface
	answers *answers
}

// Invoke makes a unary call. The answer to a read is found in the exchange, and reply stays empty.
func (c connection) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	ex := exchangeOf(ctx)
	if req, ok := args.(proto.Message); ok && ex.route != nil {
		if f := ex.amend(req.ProtoReflect()); f != nil {
			return faultstatus.Of(f).Err()
		}
	}
	ex.called = true
	ctx, opts = credentialsOnly(ctx, ex), append(opts, anySize)
	if like, ok := reply.(proto.Message); ok && ex.reads() {
		return c.read(ctx, ex, method, args, like, opts)
	}
	return c.ClientConnInterface.Invoke(ctx, method, args, reply, opts...)
}

// reads tells whether an exchange is a read that is answered in JSON.
func (ex *exchange) reads() bool {
	return (ex.method == http.MethodGet || ex.method == http.MethodHead) && ex.route != nil && !ex.route.file
}

// read makes a unary call that reads.
func (c connection) read(ctx context.Context, ex *exchange, method string, args any, like proto.Message, opts []grpc.CallOption) (err error) {
	var got undecoded
	if err := c.ClientConnInterface.Invoke(ctx, method, args, &got, append(opts, undecodedAnswers)...); err != nil {
		return err
	}
	if ex.answer = c.answers.find(method, got.bytes); ex.answer == nil {
		ex.answer, err = c.answers.remember(method, got.bytes, like)
	}
	return err
}

// NewStream begins a streaming call.
func (c connection) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	ex := exchangeOf(ctx)
	ex.called = true
	stream, err := c.ClientConnInterface.NewStream(credentialsOnly(ctx, ex), desc, method, append(opts, anySize)...)
	if err == nil && ex.route != nil && ex.route.file {
		return &fileStream{ClientStream: stream}, nil
	}
	return stream, err
}

// anySize lets answers be as large as the server makes them.
var anySize = grpc.MaxCallRecvMsgSize(math.MaxInt32)

func credentialsOnly(ctx context.Context, ex *exchange) context.Context {
	old, _ := metadata.FromOutgoingContext(ctx)
	md := metadata.MD{}
	md.Append("authorization", old.Get("authorization")...)
	if ex.certificate != nil {
		md.Set(access.CertificateKey, string(ex.certificate))
	}
	return metadata.NewOutgoingContext(ctx, md)
}

// amend puts into the request what REST says elsewhere: the etag of If-Match, and for an update the mask that the query
// has, or none. (The generated code makes a mask of the body's fields; without one the server takes those that are
// set, as it does for gRPC.)
func (ex *exchange) amend(req protoreflect.Message) *fault.Fault {
	if mask := req.Descriptor().Fields().ByName("update_mask"); mask != nil && mask.Message() != nil {
		if !ex.query.Has("update_mask") && !ex.query.Has("updateMask") {
			req.Clear(mask)
		} else if m, ok := req.Mutable(mask).Message().Interface().(*fieldmaskpb.FieldMask); ok && ex.route.bodyMessage != nil {
			protoNames(ex.route.bodyMessage, m)
		}
	}
	return ex.setETag(req)
}

// protoNames writes the paths of a mask as the .proto does, where they are in JSON's lowerCamelCase.
func protoNames(md protoreflect.MessageDescriptor, mask *fieldmaskpb.FieldMask) {
	for i, path := range mask.GetPaths() {
		words, in := strings.Split(path, "."), md
		for j, word := range words {
			fd := fieldNamed(in, word)
			if fd == nil {
				break
			}
			words[j] = string(fd.Name())
			if in = fd.Message(); in == nil {
				break
			}
		}
		mask.Paths[i] = strings.Join(words, ".")
	}
}

// fieldNamed finds a field by its name in the .proto or in JSON.
func fieldNamed(md protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if fd := md.Fields().ByName(protoreflect.Name(name)); fd != nil {
		return fd
	}
	return md.Fields().ByJSONName(name)
}

// setETag makes If-Match the etag of the request or of the resource in it. A condition that cannot be met is refused,
// never ignored.
func (ex *exchange) setETag(req protoreflect.Message) *fault.Fault {
	if len(ex.ifMatch) == 0 {
		return nil
	}
	const path, rule = "etag", "if_match"
	holder, fd := ex.etagField(req)
	if fd == nil {
		return fault.Malformed(path, rule, "If-Match is for PATCH, DELETE and :undelete")
	}
	tags, ok := parseETags(ex.ifMatch)
	switch {
	case !ok || len(tags) != 1 || tags[0].weak:
		return fault.Malformed(path, rule, `If-Match must be one strong etag, such as "abc", or *`)
	case tags[0].any:
		return nil
	}
	if is := holder.Get(fd).String(); is != "" && is != tags[0].tag {
		return fault.Malformed(path, rule, "the etag of the request and If-Match differ")
	}
	holder.Set(fd, protoreflect.ValueOfString(tags[0].tag))
	return nil
}

// etagField finds where the etag of a write belongs: in the request, or in the resource of an update.
func (ex *exchange) etagField(req protoreflect.Message) (protoreflect.Message, protoreflect.FieldDescriptor) {
	if fd := req.Descriptor().Fields().ByName("etag"); fd != nil && ex.method != "GET" {
		return req, fd
	}
	if ex.method != "PATCH" || ex.route.bodyField == nil {
		return nil, nil
	}
	resource := req.Mutable(ex.route.bodyField).Message()
	return resource, resource.Descriptor().Fields().ByName("etag")
}

// etag is one entity tag of a header; any is the tag `*`.
type etag struct {
	tag       string
	weak, any bool
}

// parseETags reads the values of If-Match or If-None-Match.
func parseETags(values []string) (tags []etag, ok bool) {
	rest := strings.TrimSpace(strings.Join(values, ","))
	if rest == "*" {
		return []etag{{any: true}}, true
	}
	for {
		var t etag
		rest, t.weak = strings.CutPrefix(rest, "W/")
		if !strings.HasPrefix(rest, `"`) {
			return nil, false
		}
		var closed bool
		if t.tag, rest, closed = strings.Cut(rest[1:], `"`); !closed {
			return nil, false
		}
		tags = append(tags, t)
		if rest = strings.TrimSpace(rest); rest == "" {
			return tags, true
		}
		if rest, closed = strings.CutPrefix(rest, ","); !closed {
			return nil, false
		}
		rest = strings.TrimSpace(rest)
	}
}

// matches says whether an If-None-Match names tag. A header that cannot be read names nothing.
func matches(ifNoneMatch []string, tag string) bool {
	if len(ifNoneMatch) == 0 || tag == "" {
		return false
	}
	tags, _ := parseETags(ifNoneMatch)
	return slices.ContainsFunc(tags, func(t etag) bool { return t.any || t.tag == tag })
}

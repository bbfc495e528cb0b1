package rpc

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // the codec that Codec builds on
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
)

// A request that cannot be decoded is answered like every other bad request, with a reason and the field. gRPC on its
// own calls it an internal error, before any interceptor runs; so the handlers of Register ask the codec for a frame,
// which keeps the fault until the interceptors have their turn.

// frame is a request with what went wrong in decoding it.
type frame struct {
	msg proto.Message
	err error
}

type codec struct{ encoding.CodecV2 }

// Codec gives the codec that a server needs on which Register is called.
func Codec() encoding.CodecV2 { return codec{encoding.GetCodecV2("proto")} }

// leastApart is how many bytes that an answer has in encoded form already are worth handing on as they are.
const leastApart = 32 << 10

// Marshal encodes an answer. What it has in encoded form already goes behind the rest, without a copy if it is long.
func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	answer, ok := v.(proto.Message)
	if !ok || len(answer.ProtoReflect().GetUnknown()) < leastApart {
		return c.CodecV2.Marshal(v)
	}
	rest := answer.ProtoReflect().New()
	answer.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		rest.Set(fd, v)
		return true
	})
	out, err := c.CodecV2.Marshal(rest.Interface())
	if err != nil {
		return nil, err
	}
	return append(out, mem.SliceBuffer(answer.ProtoReflect().GetUnknown())), nil
}

// Unmarshal decodes into v; for a frame it never fails.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	f, ok := v.(*frame)
	if !ok {
		return c.CodecV2.Unmarshal(data, v)
	}
	buf := data.MaterializeToBuffer(mem.DefaultBufferPool())
	defer buf.Free()
	f.err = wellformed.Decode(buf.ReadOnlyData(), f.msg)
	return nil
}

// registrar registers services with every method's handler wrapped by decoding.
type registrar struct{ grpc.ServiceRegistrar }

// RegisterService registers a service.
func (r registrar) RegisterService(desc *grpc.ServiceDesc, impl any) {
	d := *desc
	d.Methods = make([]grpc.MethodDesc, len(desc.Methods))
	for i, m := range desc.Methods {
		d.Methods[i] = grpc.MethodDesc{MethodName: m.MethodName, Handler: decoding(m.Handler)}
	}
	r.ServiceRegistrar.RegisterService(&d, impl)
}

// malformed is what the interceptors see of a request that could not be decoded.
type malformed struct {
	proto.Message
	fault error
}

func decoding(handle grpc.MethodHandler) grpc.MethodHandler {
	return func(srv any, ctx context.Context, dec func(any) error, chain grpc.UnaryServerInterceptor) (any, error) {
		var f frame
		decode := func(v any) error {
			m, ok := v.(proto.Message)
			if !ok {
				return fmt.Errorf("a request of type %T", v)
			}
			f.msg = m
			return dec(&f)
		}
		return handle(srv, ctx, decode, func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			if f.err != nil {
				req = malformed{f.msg, f.err}
			}
			return chain(ctx, req, info, next)
		})
	}
}

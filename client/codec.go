package client

import (
	"fmt"

	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // registers the codec that this one is made from
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
)

// codec makes messages of answers with the code that vtprotobuf generates, in half the time: a client spends most of its own there.
// Their strings are parts of the answer, so that one which is kept keeps the whole answer in memory. Unlike proto, it does not
// check that they are UTF-8, which the server did before it stored them.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2("proto")} }

// Unmarshal makes v what the bytes say, and nothing else.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(interface {
		proto.Message
		UnmarshalVTUnsafe([]byte) error
	})
	if !ok {
		return c.CodecV2.Unmarshal(data, v)
	}
	proto.Reset(m)
	if err := m.UnmarshalVTUnsafe(data.Materialize()); err != nil {
		return fmt.Errorf("decode %s: %w", m.ProtoReflect().Descriptor().FullName(), err)
	}
	return nil
}

package gateway

import (
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
)

// Bounds of what is kept of answers.
const (
	largestAnswer = 256 << 10 // bytes of JSON
	mostAnswers   = 8 << 20   // bytes of a generation, as counted by size; there are two
)

// answers remembers the JSON of answers by what the server sent: most reads are of a text that does not change, and to write its JSON
// takes longer than all else. What it gives depends on the bytes of the answer alone, which the server has made for the caller;
// so it cannot tell anybody what another was told. Of two generations the older is forgotten when the younger is full.
type answers struct {
	mu         sync.Mutex
	young, old map[sent]*answer
	bytes      int // of the young ones
}

// sent is what the server sent in answer to a method.
type sent struct{ method, bytes string }

// answer is a message with its JSON. Nobody changes either.
type answer struct {
	message proto.Message
	json    []byte
}

func newAnswers() *answers { return &answers{young: map[sent]*answer{}, old: map[sent]*answer{}} }

// find gives what was made of these bytes before; nil if nothing is remembered.
func (s *answers) find(method string, bytes []byte) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.young[sent{method, string(bytes)}]; a != nil {
		return a
	}
	a := s.old[sent{method, string(bytes)}]
	if a != nil {
		s.keep(sent{method, string(bytes)}, a)
	}
	return a
}

// remember makes an answer of what the server sent.
func (s *answers) remember(method string, bytes []byte, like proto.Message) (*answer, error) {
	a := &answer{message: like.ProtoReflect().New().Interface()}
	if err := proto.Unmarshal(bytes, a.message); err != nil {
		return nil, err
	}
	var err error
	if a.json, err = (codec{}).Marshal(a.message); err != nil || len(a.json) > largestAnswer {
		return a, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(sent{method, string(bytes)}, a)
	return a, nil
}

func (s *answers) keep(key sent, a *answer) {
	if s.bytes > mostAnswers {
		s.young, s.old, s.bytes = map[sent]*answer{}, s.young, 0
	}
	s.young[key] = a
	s.bytes += size(key, a)
}

// size is about what an answer takes: its message, as decoded, some three times its bytes.
func size(key sent, a *answer) int { return 4*len(key.bytes) + len(a.json) }

// undecoded is an answer as the server sent it.
type undecoded struct{ bytes []byte }

// undecodedAnswers has a call answer with an undecoded.
var undecodedAnswers = grpc.ForceCodecV2(undecodedCodec{encoding.GetCodecV2("proto")})

type undecodedCodec struct{ encoding.CodecV2 }

// Unmarshal keeps the bytes.
func (undecodedCodec) Unmarshal(data mem.BufferSlice, v any) error {
	v.(*undecoded).bytes = data.Materialize()
	return nil
}

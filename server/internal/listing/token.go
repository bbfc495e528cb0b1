package listing

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Sealer makes page tokens and opens them again. A token tells its bearer nothing, cannot be made or changed without
// the key, and opens only for the call that it was made for. The same page always gives the same token: the nonce is
// computed from what it protects (a synthetic IV), so that no two different texts ever share one. It is safe for
// concurrent use.
type Sealer struct {
	nonceKey []byte
	aead     cipher.AEAD
}

// NewSealer derives the sealer's keys from key, which must be random, secret and the same on every server that is to
// understand the tokens.
func NewSealer(key [32]byte) *Sealer {
	block, err := aes.NewCipher(derive(key, "parley page token encryption"))
	if err != nil {
		panic(err) // only for a key of another length
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // only for a cipher of another block size
	}
	return &Sealer{nonceKey: derive(key, "parley page token nonce"), aead: aead}
}

func derive(key [32]byte, use string) []byte {
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte(use))
	return h.Sum(nil)
}

// Binding identifies a call but for page_size and page_token.
type Binding [sha256.Size]byte

// Bind computes the Binding of a call: the full method name, who calls, and the request.
func Bind(method, principal string, req proto.Message) Binding {
	r := req.ProtoReflect()
	rest := r.New()
	r.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd.Name() != "page_size" && fd.Name() != "page_token" {
			rest.Set(fd, v)
		}
		return true
	})
	body, err := proto.MarshalOptions{Deterministic: true, AllowPartial: true}.Marshal(rest.Interface())
	if err != nil {
		body = []byte(err.Error()) // text that is no UTF-8; validation has refused it before
	}
	h := sha256.New()
	for _, part := range [][]byte{[]byte(method), []byte(principal), body} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write(part)
	}
	return Binding(h.Sum(nil))
}

// Place is what a token remembers: the moment of the record that the list shows, and where in it the next page begins.
type Place struct {
	AsOf     time.Time
	Position string
}

// A token is base64url(nonce | AES-256-GCM(text)), and the text
//
//	version 1 | binding 32 | seconds 8 | nanoseconds 4 | length of position 4 | position | zeros
//
// The zeros round the position up to a multiple of padTo bytes, so that a token's length tells hardly anything even
// about a position that the caller can see.
const (
	tokenVersion = 1
	headerSize   = 1 + sha256.Size + 8 + 4 + 4
	padTo        = 128
	maxToken     = 8_192 // longer ones are refused unread
)

// Seal makes the token for place in the call that b identifies.
func (s *Sealer) Seal(b Binding, place Place) string {
	padded := (len(place.Position) + padTo - 1) / padTo * padTo
	text := make([]byte, 0, headerSize+padded)
	text = append(text, tokenVersion)
	text = append(text, b[:]...)
	text = binary.BigEndian.AppendUint64(text, uint64(place.AsOf.Unix()))
	text = binary.BigEndian.AppendUint32(text, uint32(place.AsOf.Nanosecond()))
	text = binary.BigEndian.AppendUint32(text, uint32(len(place.Position)))
	text = append(text, place.Position...)
	text = text[:headerSize+padded]
	nonce := s.nonce(text)
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, text, nil))
}

func (s *Sealer) nonce(text []byte) []byte {
	h := hmac.New(sha256.New, s.nonceKey)
	h.Write(text)
	return h.Sum(nil)[:s.aead.NonceSize()]
}

// Open reads a token of the call that b identifies. The error is always the same PAGE_TOKEN_INVALID fault, whatever is
// wrong.
func (s *Sealer) Open(b Binding, token string) (Place, error) {
	if len(token) > maxToken {
		return Place{}, fault.PageTokenInvalid()
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < s.aead.NonceSize() {
		return Place{}, fault.PageTokenInvalid()
	}
	nonce := raw[:s.aead.NonceSize()]
	text, err := s.aead.Open(nil, nonce, raw[len(nonce):], nil)
	if err != nil || len(text) < headerSize || text[0] != tokenVersion || subtle.ConstantTimeCompare(text[1:1+len(b)], b[:]) != 1 {
		return Place{}, fault.PageTokenInvalid()
	}
	rest := text[1+len(b):]
	seconds, nanos := binary.BigEndian.Uint64(rest), binary.BigEndian.Uint32(rest[8:])
	n, rest := binary.BigEndian.Uint32(rest[12:]), rest[16:]
	if uint64(n) > uint64(len(rest)) {
		return Place{}, fault.PageTokenInvalid()
	}
	return Place{AsOf: time.Unix(int64(seconds), int64(nanos)).UTC(), Position: string(rest[:n])}, nil
}

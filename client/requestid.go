package client

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// NewRequestID makes a random request_id: a UUID of version 4.
func NewRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, says its documentation
	return formatUUID(b)
}

// RequestIDOf makes the request_id that belongs to a key: the same key always gives the same id, so that a job that was
// interrupted can send its requests again. It has the form of a UUID of version 4, which the API calls for.
func RequestIDOf(key []byte) string {
	sum := sha256.Sum256(key)
	return formatUUID([16]byte(sum[:16]))
}

func formatUUID(b [16]byte) string {
	b[6] = b[6]&0x0F | 0x40 // version
	b[8] = b[8]&0x3F | 0x80 // variant
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

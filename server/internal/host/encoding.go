package host

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/proto"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
)

// An entry is stored as protobuf, or, where that is much shorter, as the byte packed and a zstd frame of it: a thousand stances say
// nearly the same. No message of protobuf begins with that byte, so whichever it is shows.
const packed = 0

const (
	leastPacked   = 2 << 10   // bytes of an entry that may be worth packing
	mostUnpacked  = 1 << 30   // bytes of an entry; what claims to be more is no entry
	packingWindow = 256 << 10 // bytes over which what was said before is found again
	packers       = 2         // entries packed at a time
)

var (
	packer = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(packers), zstd.WithWindowSize(packingWindow), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false))
		if err != nil {
			panic(err) // the options are those above
		}
		return e
	})
	unpacker = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(packers), zstd.WithDecoderMaxMemory(mostUnpacked))
		if err != nil {
			panic(err)
		}
		return d
	})
)

// encode gives the stored form of an entry.
func encode(e *ledgerv1.Entry) ([]byte, error) {
	data, err := proto.Marshal(e)
	if err != nil || len(data) < leastPacked {
		return data, err
	}
	if short := packer().EncodeAll(data, []byte{packed}); len(short) < len(data)*3/4 {
		return short, nil
	}
	return data, nil
}

// decode reads the stored form of an entry.
func decode(data []byte) (*ledgerv1.Entry, error) {
	if len(data) > 0 && data[0] == packed {
		unpacked, err := unpacker().DecodeAll(data[1:], nil)
		if err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
		data = unpacked
	}
	e := &ledgerv1.Entry{}
	return e, proto.Unmarshal(data, e)
}

package boltledger

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// BenchmarkAppend lets clients, each with a negotiation of its own, append entries of 1 KiB one after the other.
func BenchmarkAppend(b *testing.B) {
	for _, clients := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) { benchmarkAppend(b, clients) })
	}
}

func benchmarkAppend(b *testing.B, clients int) {
	l := open(b, newPath(b))
	entry := make([]byte, 1<<10)
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	b.ResetTimer()
	for c := range clients {
		wg.Go(func() {
			name := fmt.Sprintf("negotiation-%d", c)
			for seq := ledger.Seq(0); left.Add(-1) >= 0; seq++ {
				if err := l.Append(context.Background(), name, seq, entry); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
}

// BenchmarkRead reads a log of 10,000 entries of 1 KiB from its start; an operation is one entry.
func BenchmarkRead(b *testing.B) {
	l := open(b, newPath(b))
	const entries = 10_000
	entry := make([]byte, 1<<10)
	for seq := ledger.Seq(0); seq < entries; seq += 1000 {
		some := make([][]byte, 1000)
		for i := range some {
			some[i] = entry
		}
		if err := l.Append(context.Background(), "geneva", seq, some...); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(1 << 10)
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; {
		for _, err := range l.Read(context.Background(), "geneva", 1) {
			if err != nil {
				b.Fatal(err)
			}
			if n++; n == b.N {
				break
			}
		}
	}
}

// BenchmarkHead is what a linearizable read costs the host.
func BenchmarkHead(b *testing.B) {
	l := open(b, newPath(b))
	grow(b, l, "geneva", 0, "a")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Head(context.Background(), "geneva"); err != nil {
			b.Fatal(err)
		}
	}
}

package daemon

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How much memory may be taken beyond what is in use before the collector runs: a small heap may grow to what no machine misses, as
// a busy server would otherwise spend its time collecting, and a middling one by half of what it has beyond that; a large one is let
// grow little. Go's own rule, as much again, would have a server with a million stances take twice what these need.
const (
	leastHeap       = 64 << 20  // bytes
	middlingHeap    = 256 << 20 // bytes, to which a middling heap may grow
	leastHeadroom   = 32 << 20  // bytes
	leastPercent    = 8         // of what is in use
	mostPercent     = 1500
	headroomChecked = time.Second
)

// KeepHeadroom sets the collector's goal by what is in use, until ctx ends, unless whoever runs the server has set it with
// GOGC. It concerns the whole process.
func KeepHeadroom(ctx context.Context) {
	if os.Getenv("GOGC") == "" {
		go keepHeadroom(ctx)
	}
}

func keepHeadroom(ctx context.Context) {
	tick := time.NewTicker(headroomChecked)
	defer tick.Stop()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for set := 0; ctx.Err() == nil; {
		metrics.Read(live)
		if percent := headroom(live[0].Value.Uint64()); percent != set {
			debug.SetGCPercent(percent)
			set = percent
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// headroom is how much may be taken beyond the bytes in use, in percent of these.
func headroom(inUse uint64) int {
	live := int64(inUse)
	wanted := max(leastHeadroom, leastHeap-live, min((live-leastHeap)/2, middlingHeap-live))
	return int(max(leastPercent, min(mostPercent, wanted*100/int64(max(inUse, 1)))))
}

package daemon

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How much memory may be taken beyond what is in use before the collector runs: much of what little there is, little of what much
// there is. Go's own rule, as much again, would have a server with a million stances take twice what these need.
const (
	leastHeadroom   = 64 << 20 // bytes
	leastPercent    = 15       // of what is in use
	mostPercent     = 1000
	headroomChecked = time.Second
)

// What lies idle after a large piece of work goes back to the system: more than mostIdle bytes, no more often than returnEvery.
const (
	mostIdle    = 16 << 20
	returnEvery = 10 * time.Second
)

// KeepHeadroom sets the collector's goal by what is in use, and gives back what is not, until ctx ends, unless whoever runs the
// server has set the goal with GOGC. It concerns the whole process.
func KeepHeadroom(ctx context.Context) {
	if os.Getenv("GOGC") == "" {
		go keepHeadroom(ctx)
	}
}

func keepHeadroom(ctx context.Context) {
	tick := time.NewTicker(headroomChecked)
	defer tick.Stop()
	memory := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	returned := time.Now()
	for set := 0; ctx.Err() == nil; {
		metrics.Read(memory)
		if percent := headroom(memory[0].Value.Uint64()); percent != set {
			debug.SetGCPercent(percent)
			set = percent
		}
		if memory[1].Value.Uint64() > mostIdle && time.Since(returned) > returnEvery {
			debug.FreeOSMemory()
			returned = time.Now()
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// headroom is how much may be taken beyond the bytes in use, in percent of these.
func headroom(inUse uint64) int {
	return int(max(leastPercent, min(mostPercent, leastHeadroom*100/max(inUse, 1))))
}

package daemon

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How much memory may be taken beyond what is in use before the collector runs. A small heap may grow to what no machine misses, and
// further while the collector runs often, as a busy server would otherwise spend its time collecting; that it gives back when it
// comes to rest. A large heap is let grow little: Go's own rule, as much again, would have a server with a million stances take twice
// what these need, and much of it for good, as what stays is then strewn among what went.
const (
	leastHeap       = 64 << 20  // bytes
	leastBusyHeap   = 160 << 20 // bytes
	leastHeadroom   = 32 << 20  // bytes
	leastPercent    = 8         // of what is in use
	mostPercent     = 1500
	headroomChecked = time.Second
	busyFrom        = 2  // collections between two checks
	restAfter       = 60 // checks without any: whoever comes in bursts should not find the memory gone each time
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
	heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/cycles/automatic:gc-cycles"}}
	var load load
	for set := 0; ctx.Err() == nil; {
		metrics.Read(heap)
		rests := load.see(heap[1].Value.Uint64())
		if percent := headroom(heap[0].Value.Uint64(), load.busy); percent != set {
			debug.SetGCPercent(percent)
			set = percent
		}
		if rests {
			debug.FreeOSMemory()
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// load is how hard a server has worked lately, which shows in how often the collector runs. A server that has become busy is so
// until the collector does not run any more: that it runs seldom may be because of what a busy server may take.
type load struct {
	busy        bool
	collections uint64 // since the process began
	quiet       int    // checks since the last collection
}

// see takes down how many collections there have been, and tells whether the server has just come to rest.
func (l *load) see(collections uint64) (rests bool) {
	switch n := collections - l.collections; {
	case n >= busyFrom:
		l.busy, l.quiet = true, 0
	case n > 0:
		l.quiet = 0
	default:
		l.quiet++
	}
	l.collections = collections
	if rests = l.busy && l.quiet == restAfter; rests {
		l.busy = false
	}
	return rests
}

// headroom is how much may be taken beyond the bytes in use, in percent of these.
func headroom(inUse uint64, busy bool) int {
	live := int64(inUse)
	wanted := max(leastHeadroom, leastHeap-live)
	if busy {
		wanted = max(wanted, leastBusyHeap-live)
	}
	return int(max(leastPercent, min(mostPercent, wanted*100/int64(max(inUse, 1)))))
}

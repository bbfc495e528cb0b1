package quota

import (
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

var (
	few      = Limit{Rate: 10, Burst: 20, Calls: 2, Streams: 3}
	many     = Limit{Rate: 1000, Burst: 2000, Calls: 200, Streams: 300}
	somebody = Caller{Addr: netip.MustParseAddr("192.0.2.1")}
)

// refusedBy gives the limit that refuses a call, and how long to wait; "" if it was admitted.
func refusedBy(t *testing.T, err error) (limit string, wait time.Duration) {
	t.Helper()
	if err == nil {
		return "", 0
	}
	f := fault.Of(err)
	if f.Kind != fault.ResourceExhausted || f.Reason != fault.ReasonLimitExceeded || f.Meta["limit_value"] == "" || f.RetryAfter <= 0 {
		t.Errorf("refused with %+v", f)
	}
	return f.Meta["limit"], f.RetryAfter
}

// callsUntilRefused makes calls that end at once.
func callsUntilRefused(t *testing.T, l *Limiter, c Caller, writes bool) (n int, wait time.Duration) {
	t.Helper()
	for {
		pass, err := l.Call(c, writes)
		if err != nil {
			limit, wait := refusedBy(t, err)
			if limit != LimitCallsPerSecond {
				t.Fatalf("refused by %s", limit)
			}
			return n, wait
		}
		pass.Done()
		n++
	}
}

func TestCallsPerSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(many, few)
		if n, wait := callsUntilRefused(t, l, somebody, false); n != 20 || wait != 100*time.Millisecond {
			t.Errorf("%d reads at once, then %v", n, wait)
		}
		time.Sleep(time.Second)
		if n, wait := callsUntilRefused(t, l, somebody, true); n != 3 || wait != 200*time.Millisecond {
			t.Errorf("%d writes a second, then %v", n, wait)
		}
		time.Sleep(200 * time.Millisecond)
		if n, _ := callsUntilRefused(t, l, somebody, true); n != 1 {
			t.Errorf("%d writes after the time that was named", n)
		}
		time.Sleep(time.Hour)
		if n, _ := callsUntilRefused(t, l, somebody, true); n != 6 {
			t.Errorf("%d writes at once, after an hour", n)
		}
	})
}

func TestAWriteFitsIntoTheSmallestBurst(t *testing.T) {
	l := NewLimiter(many, Limit{Rate: 1, Burst: 1, Calls: 1, Streams: 1})
	if _, err := l.Call(somebody, true); err != nil {
		t.Error(err)
	}
}

func TestPlaces(t *testing.T) {
	l := NewLimiter(few, few)
	for _, kind := range []struct {
		take  func(Caller, bool) (Pass, error)
		most  int
		limit string
	}{{l.Call, 2, LimitConcurrentCalls}, {l.Stream, 3, LimitOpenStreams}} {
		var last Pass
		for range kind.most {
			pass, err := kind.take(somebody, false)
			if err != nil {
				t.Fatal(err)
			}
			last = pass
		}
		_, err := kind.take(somebody, false)
		if limit, wait := refusedBy(t, err); limit != kind.limit || wait != time.Second {
			t.Errorf("refused by %s, for %v", limit, wait)
		}
		last.Done()
		if _, err = kind.take(somebody, false); err != nil {
			t.Error("a place that was given back cannot be had:", err)
		}
	}
}

// Who is counted with whom.
func TestCallersAreCountedApart(t *testing.T) {
	at := func(s string) netip.Addr { return netip.MustParseAddr(s) }
	for _, c := range []struct {
		a, b  Caller
		same  bool
		burst int // of a
	}{
		{Caller{Name: "x", Addr: at("192.0.2.1")}, Caller{Name: "x", Addr: at("198.51.100.1")}, true, 2000},
		{Caller{Name: "x", Addr: at("192.0.2.1")}, Caller{Name: "y", Addr: at("192.0.2.1")}, false, 2000},
		{Caller{Name: "x", Addr: at("192.0.2.1")}, Caller{Addr: at("192.0.2.1")}, false, 2000},
		{Caller{Addr: at("192.0.2.1")}, Caller{Addr: at("192.0.2.2")}, false, 20},
		{Caller{Addr: at("192.0.2.1")}, Caller{Addr: at("::ffff:192.0.2.1")}, true, 20},
		{Caller{Addr: at("2001:db8:0:1::1")}, Caller{Addr: at("2001:db8:0:1:ffff::2")}, true, 20},
		{Caller{Addr: at("2001:db8:0:1::1")}, Caller{Addr: at("2001:db8:0:2::1")}, false, 20},
		{Caller{Addr: at("fe80::1%eth0")}, Caller{Addr: at("fe80::1%eth1")}, true, 20},
		{Caller{Addr: at("127.0.0.1")}, Caller{Addr: at("::1")}, true, 2000},
		{Caller{Addr: at("127.0.0.1")}, Caller{}, true, 2000},
		{Caller{Addr: at("::ffff:127.0.0.1")}, Caller{Name: "x"}, false, 2000},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := NewLimiter(many, few)
			if n, _ := callsUntilRefused(t, l, c.a, false); n != c.burst {
				t.Errorf("%v may make %d calls at once", c.a, n)
			}
			if _, err := l.Call(c.b, false); (err != nil) != c.same {
				t.Errorf("after %v, %v: %v", c.a, c.b, err)
			}
		})
	}
}

// nth is an address, another for each n.
func nth(n int) Caller {
	return Caller{Addr: netip.AddrFrom4([4]byte{100, byte(n >> 16), byte(n >> 8), byte(n)})}
}

func TestAFloodOfAddressesTakesNoMoreMemory(t *testing.T) {
	const size = parts * 10
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(many, few, size)
		watcher := Caller{Addr: netip.MustParseAddr("192.0.2.1")}
		watch, err := l.Stream(watcher, false)
		if err != nil {
			t.Fatal(err)
		}
		busy := Caller{Addr: netip.MustParseAddr("192.0.2.2")}
		callsUntilRefused(t, l, busy, false)
		refused := 0
		for n := range 20 * size {
			if pass, err := l.Call(nth(n), false); err != nil {
				refused++
			} else {
				pass.Done()
			}
		}
		if n := l.anonymous.len(); n > size {
			t.Errorf("%d addresses are remembered", n)
		}
		if refused < size {
			t.Errorf("only %d were refused: those for whom there is no room are not bounded", refused)
		}
		if _, err := l.Call(busy, false); err == nil {
			t.Error("the flood washed away what a caller had done")
		}
		if _, err := l.Call(Caller{Name: "known"}, false); err != nil {
			t.Error("the flood keeps known callers out:", err)
		}
		if _, err := l.Call(Caller{}, false); err != nil {
			t.Error("the flood keeps callers on this machine out:", err)
		}
		time.Sleep(time.Minute) // all may do all again, so they can be forgotten
		for n := range 20 * size {
			if pass, err := l.Call(nth(1<<20+n), false); err == nil {
				pass.Done()
			}
			time.Sleep(10 * time.Second)
		}
		if n := l.anonymous.len(); n > size/2 {
			t.Errorf("%d addresses are remembered of those who come now and then", n)
		}
		for range few.Streams - 1 {
			if _, err := l.Stream(watcher, false); err != nil {
				t.Error(err)
			}
		}
		if _, err := l.Stream(watcher, false); err == nil {
			t.Error("a caller with an open stream was forgotten")
		}
		watch.Done()
		if _, err := l.Stream(watcher, false); err != nil {
			t.Error(err)
		}
	})
}

// Many at a time never get more places than there are, and all come back.
func TestPlacesUnderLoad(t *testing.T) {
	l := NewLimiter(Limit{Rate: 1e9, Burst: 1e9, Calls: 3, Streams: 1}, few)
	var under, most, admitted atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 2000 {
				pass, err := l.Call(Caller{Name: "x"}, false)
				if err != nil {
					continue
				}
				admitted.Add(1)
				if now := under.Add(1); now > most.Load() {
					most.Store(now)
				}
				under.Add(-1)
				pass.Done()
			}
		})
	}
	all.Wait()
	if most.Load() > 3 || admitted.Load() == 0 {
		t.Errorf("%d at a time, %d in all", most.Load(), admitted.Load())
	}
	for range 3 {
		if _, err := l.Call(Caller{Name: "x"}, false); err != nil {
			t.Error("a place was lost:", err)
		}
	}
}

// BenchmarkAdmit measures what every call pays.
func BenchmarkAdmit(b *testing.B) {
	run := func(b *testing.B, callers int) {
		l := NewLimiter(Limit{Rate: 1e12, Burst: 1e12, Calls: 1 << 20, Streams: 1}, few)
		names := make([]string, callers)
		for i := range names {
			names[i] = fmt.Sprintf("caller%d", i)
		}
		var next atomic.Int64
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for i := int(next.Add(1)); pb.Next(); i++ {
				pass, err := l.Call(Caller{Name: names[i%callers]}, false)
				if err != nil {
					b.Fatal(err)
				}
				pass.Done()
			}
		})
	}
	for _, callers := range []int{1, 1000} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) { run(b, callers) })
	}
}

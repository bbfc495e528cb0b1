// Package quota bounds what each caller may do: how many calls in a time and at a time, how many open streams, and how
// often wrong credentials may come from where they are. It decides on the names and addresses that it is handed, and knows
// nothing of how calls come in. Memory is bounded whoever calls.
package quota

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// Names of limits, as callers who are refused read them in ErrorInfo.
const (
	LimitCallsPerSecond  = "calls_per_second"
	LimitConcurrentCalls = "concurrent_calls"
	LimitOpenStreams     = "open_streams"
	LimitFailedLogins    = "failed_logins"
)

// WriteCost is how many calls a write counts as: it waits for the disk, and stays on record.
const WriteCost = 3

// Advice for those who are refused.
const (
	leastWait  = 100 * time.Millisecond // not a few microseconds, after which all would be back at once
	placesWait = time.Second            // until one of many calls or streams may have ended
)

// Limit is what one caller may do.
type Limit struct {
	Rate    float64 // calls a second in the long run; writes count WriteCost times
	Burst   int     // calls at once, after a pause
	Calls   int     // unary calls under way
	Streams int     // watches and uploads open
}

// Defaults. They are far above what an honest program does, so that a benchmark is not refused, and far below what it
// takes to keep others from being served. A known caller may be a program that many people use.
var (
	DefaultKnown     = Limit{Rate: 50_000, Burst: 100_000, Calls: 1024, Streams: 20_000}
	DefaultAnonymous = Limit{Rate: 200, Burst: 400, Calls: 64, Streams: 100}
)

// Callers are how many callers are remembered at the most: so many known ones, and so many addresses.
const Callers = 65_536

// Caller is who makes a call.
type Caller struct {
	Name string     // of a known caller; empty for an anonymous one, of whom only the address is known
	Addr netip.Addr // where the call comes from; zero if from within this process
}

// Limiter bounds what each caller does. It is safe for concurrent use.
//
// Known callers are counted by name, wherever they are, anonymous ones by Block. All anonymous callers on this machine
// count as one known caller: they are the programs here, or those whom a proxy here serves. A flood of addresses pushes
// nobody out: an address is forgotten only once it may do all again that a new one may, so that nothing is gained by being
// forgotten; and while there is none to forget, newcomers share what a single one may do.
type Limiter struct{ known, anonymous *table[usage] }

// usage is what a caller has done of late, and is doing.
type usage struct {
	limit          *Limit
	bucket         *rate.Limiter
	calls, streams int
}

// NewLimiter returns a Limiter with one limit for callers who are known, and one for the others.
func NewLimiter(known, anonymous Limit) *Limiter { return newLimiter(known, anonymous, Callers) }

func newLimiter(known, anonymous Limit, callers int) *Limiter {
	table := func(l Limit) *table[usage] {
		return newTable(callers, func() usage {
			return usage{limit: &l, bucket: rate.NewLimiter(rate.Limit(l.Rate), l.Burst)}
		}, (*usage).idle)
	}
	return &Limiter{known: table(known), anonymous: table(anonymous)}
}

// idle says whether a caller is as free as one who never called.
func (u *usage) idle(now time.Time) bool {
	return u.calls == 0 && u.streams == 0 && u.bucket.TokensAt(now) >= float64(u.bucket.Burst())
}

// Pass is the permission for one call. Whoever has it calls Done once, when the call has ended. The zero Pass is one for
// what is not counted.
type Pass struct {
	mu    *sync.Mutex
	count *int
}

// Done gives the place of the call back.
func (p Pass) Done() {
	if p.mu == nil {
		return
	}
	p.mu.Lock()
	*p.count--
	p.mu.Unlock()
}

// Call admits a unary call or refuses it with a fault.
func (l *Limiter) Call(c Caller, writes bool) (Pass, error) {
	return l.admit(c, writes, func(u *usage) (*int, int, string) { return &u.calls, u.limit.Calls, LimitConcurrentCalls })
}

// Stream admits a stream or refuses it with a fault.
func (l *Limiter) Stream(c Caller, writes bool) (Pass, error) {
	return l.admit(c, writes, func(u *usage) (*int, int, string) { return &u.streams, u.limit.Streams, LimitOpenStreams })
}

// admit takes a place of the kind that places picks, and the price of the call.
func (l *Limiter) admit(c Caller, writes bool, places func(*usage) (count *int, most int, name string)) (Pass, error) {
	now := time.Now()
	u, mu := l.usage(c, now)
	defer mu.Unlock()
	count, most, name := places(u)
	if *count >= most {
		return Pass{}, fault.TryLater(name, most, placesWait)
	}
	cost := 1
	if writes {
		cost = min(WriteCost, u.limit.Burst)
	}
	if !u.bucket.AllowN(now, cost) {
		missing := float64(cost) - u.bucket.TokensAt(now)
		wait := time.Duration(missing / u.limit.Rate * float64(time.Second))
		return Pass{}, fault.TryLater(LimitCallsPerSecond, int(u.limit.Rate), max(leastWait, wait))
	}
	*count++
	return Pass{mu, count}, nil
}

// usage finds what is remembered of a caller, and locks it.
func (l *Limiter) usage(c Caller, now time.Time) (*usage, *sync.Mutex) {
	switch {
	case c.Name != "":
		return l.known.lock(key{name: c.Name}, now)
	case !c.Addr.IsValid() || c.Addr.Unmap().IsLoopback():
		return l.known.lock(key{}, now)
	}
	return l.anonymous.lock(key{block: Block(c.Addr)}, now)
}

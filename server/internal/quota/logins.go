package quota

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// How wrong credentials slow an address.
const (
	freeFailures = 5           // a person mistypes, a program has an old token
	firstPause   = time.Second // after one more; doubled after each further one
	longestPause = time.Minute // so that it comes to one guess a minute
	forgetAfter  = time.Minute // after the last failure, or the end of the pause that it led to
	trustFor     = time.Hour   // how long valid credentials are not held up
	trustAgain   = time.Minute // how old the note of that may get before it is written again
)

// What is remembered at the most.
const (
	addresses   = 16_384
	credentials = 16_384
)

// Lines in the log: of one address ten a minute, and all at once if it comes to that; of all addresses ten a second.
const (
	linePause        = time.Minute / lineBurst
	lineBurst        = 10
	linesOverall     = 10
	lineBurstOverall = 100
)

// Logins slows those who present wrong credentials, by where they are (Block). It is safe for concurrent use.
//
// Five failures are free. After the sixth, further attempts with credentials from there are refused for a second without a
// look at them; each further failure doubles that, up to a minute. A success clears nothing, or whoever has one account
// could guess at others; a minute without a failure does. As many callers may share an address, credentials that were
// valid there within the last hour are looked at all the same: a hash of them under a random key is remembered, in memory
// alone. Calls without credentials are no attempts, and are never held up here.
type Logins struct {
	seed     maphash.Seed
	failures *table[failures]
	trusted  [parts]trusted
	lines    *rate.Limiter
}

// failures are those of one address.
type failures struct {
	count int
	until time.Time // when attempts are looked at again; the time of the last failure if it led to no pause
	lines *rate.Limiter
}

// trusted holds when credentials were last valid, by Print.
type trusted struct {
	mu   sync.Mutex
	seen map[Print]time.Time
}

// Print stands for credentials as presented from one address.
type Print uint64

// NewLogins returns a Logins that has seen nobody.
func NewLogins() *Logins {
	l := &Logins{
		seed: maphash.MakeSeed(),
		failures: newTable(addresses, func() failures {
			return failures{lines: rate.NewLimiter(rate.Every(linePause), lineBurst)}
		}, (*failures).forgotten),
		lines: rate.NewLimiter(linesOverall, lineBurstOverall),
	}
	for i := range l.trusted {
		l.trusted[i].seen = map[Print]time.Time{}
	}
	return l
}

func (f *failures) forgotten(now time.Time) bool { return now.Sub(f.until) > forgetAfter }

// Print makes the Print of what a caller at an address presents. It is worth nothing outside this process.
func (l *Logins) Print(addr netip.Addr, presented ...string) Print {
	var h maphash.Hash
	h.SetSeed(l.seed)
	bytes := Block(addr).As16()
	_, _ = h.Write(bytes[:])
	for _, s := range presented {
		_, _ = h.WriteString(s)
		_ = h.WriteByte(0)
	}
	return Print(h.Sum64())
}

// Admit says whether credentials may be looked at, or refuses with a fault.
func (l *Logins) Admit(addr netip.Addr, p Print) error {
	f, mu := l.failures.find(key{block: Block(addr)})
	if f == nil {
		return nil
	}
	count, until := f.count, f.until
	mu.Unlock()
	now := time.Now()
	if wait := until.Sub(now); count > freeFailures && wait > 0 && !l.trusts(p, now) {
		return fault.TryLater(LimitFailedLogins, freeFailures, wait)
	}
	return nil
}

// Succeeded remembers that credentials are valid.
func (l *Logins) Succeeded(p Print) {
	now := time.Now()
	t := &l.trusted[p%parts]
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.seen[p]
	if ok && now.Sub(at) < trustAgain {
		return
	}
	if !ok && len(t.seen) >= credentials/parts {
		for old := range t.seen { // any will do: whoever is valid will be back
			delete(t.seen, old)
			break
		}
	}
	t.seen[p] = now
}

func (l *Logins) trusts(p Print, now time.Time) bool {
	t := &l.trusted[p%parts]
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.seen[p]
	return ok && now.Sub(at) < trustFor
}

// Failed counts credentials that are not valid, and says whether that should be logged: not all of it, lest the log fills
// the disk.
func (l *Logins) Failed(addr netip.Addr, p Print) (tell bool) {
	t := &l.trusted[p%parts]
	t.mu.Lock()
	delete(t.seen, p)
	t.mu.Unlock()
	now := time.Now()
	f, mu := l.failures.lock(key{block: Block(addr)}, now)
	defer mu.Unlock()
	if f.forgotten(now) {
		f.count = 0
	}
	f.count++
	f.until = now
	if over := f.count - freeFailures; over > 0 {
		f.until = now.Add(min(longestPause, firstPause<<min(over-1, 10)))
	}
	return f.lines.AllowN(now, 1) && l.lines.AllowN(now, 1)
}

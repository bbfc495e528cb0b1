package quota

import (
	"container/list"
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// key is who something is remembered of: a known caller by name, anybody else by where they are.
type key struct {
	name  string
	block netip.Addr // see Block; zero for a known caller, and for all callers on this machine together
}

// Block is what addresses are counted by: an IPv4 address itself, and for IPv6 the /64 that it is in, as that is the
// smallest network that a single subscriber has.
func Block(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a
	}
	block, err := a.Prefix(64)
	if err != nil {
		return a
	}
	return block.Addr()
}

const (
	parts = 64 // of a table; callers of different parts never wait for each other
	looks = 8  // entries looked at for one that can be forgotten
	rest  = time.Minute
)

// table remembers a V of each of many callers, but of no more than a fixed number. What is idle can be forgotten, for a
// fresh V says the same; that happens a few at a time when somebody new comes, to those who have not been seen for a
// while or, if the table is full, to whoever is found idle. If nobody is, those who come too many share one V with each
// other: they are bounded together, and nobody loses what is remembered of them.
type table[V any] struct {
	seed  maphash.Seed
	size  int // of a part
	fresh func() V
	idle  func(*V, time.Time) bool
	parts [parts]part[V]
}

type part[V any] struct {
	mu     sync.Mutex
	known  map[key]*list.Element
	recent list.List // of *entry[V], the one last used first
	shared *V        // by those for whom there is no room; nil until somebody is
}

type entry[V any] struct {
	key   key
	used  time.Time
	value V
}

// newTable makes a table for about size callers. Neither function may use the table.
func newTable[V any](size int, fresh func() V, idle func(*V, time.Time) bool) *table[V] {
	t := &table[V]{seed: maphash.MakeSeed(), size: max(1, size/parts), fresh: fresh, idle: idle}
	for i := range t.parts {
		t.parts[i].known = map[key]*list.Element{}
	}
	return t
}

// lock finds what is remembered of k, or begins to, and hands it out with the lock that guards it, held.
func (t *table[V]) lock(k key, now time.Time) (*V, *sync.Mutex) {
	p := t.part(k)
	p.mu.Lock()
	if at, ok := p.known[k]; ok {
		e := at.Value.(*entry[V])
		e.used = now
		p.recent.MoveToFront(at)
		return &e.value, &p.mu
	}
	t.forget(p, now)
	if len(p.known) >= t.size {
		if p.shared == nil {
			v := t.fresh()
			p.shared = &v
		}
		return p.shared, &p.mu
	}
	e := &entry[V]{k, now, t.fresh()}
	p.known[k] = p.recent.PushFront(e)
	return &e.value, &p.mu
}

// find is lock for those who have nothing to add: it gives nil and no lock if nothing is remembered of k.
func (t *table[V]) find(k key) (*V, *sync.Mutex) {
	p := t.part(k)
	p.mu.Lock()
	if at, ok := p.known[k]; ok {
		return &at.Value.(*entry[V]).value, &p.mu
	}
	if p.shared != nil && len(p.known) >= t.size {
		return p.shared, &p.mu
	}
	p.mu.Unlock()
	return nil, nil
}

func (t *table[V]) part(k key) *part[V] {
	return &t.parts[maphash.Comparable(t.seed, k)%parts]
}

// forget makes room. What is old and not idle, such as a caller with a watch, goes to the front, so that it is not
// looked at every time.
func (t *table[V]) forget(p *part[V], now time.Time) {
	for range min(looks, p.recent.Len()) {
		at := p.recent.Back()
		e := at.Value.(*entry[V])
		switch full := len(p.known) >= t.size; {
		case !full && now.Sub(e.used) < rest:
			return
		case t.idle(&e.value, now):
			p.recent.Remove(at)
			delete(p.known, e.key)
		default:
			p.recent.MoveToFront(at)
		}
	}
}

// len counts who is remembered.
func (t *table[V]) len() (n int) {
	for i := range t.parts {
		p := &t.parts[i]
		p.mu.Lock()
		n += len(p.known)
		p.mu.Unlock()
	}
	return n
}

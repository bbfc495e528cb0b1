package ledgertest

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// Memory gives an empty ledger in memory. It passes Run, needs no time to speak of, and uses nothing but channels and
// mutexes, so that it works in a testing/synctest bubble.
func Memory() ledger.Ledger { return NewMemoryStore().Open() }

// MemoryStore is what the ledgers that it opens have in common, as a disk is or a cluster. Several may be open at a
// time: each stands for one server.
type MemoryStore struct {
	mu      sync.Mutex
	logs    map[string]*memoryLog
	changed chan struct{} // closed and replaced by every append
}

type memoryLog struct {
	entries      [][]byte
	snapshotSeq  ledger.Seq
	snapshotData []byte
}

// NewMemoryStore makes an empty store.
func NewMemoryStore() *MemoryStore {
	return &MemoryStore{logs: map[string]*memoryLog{}, changed: make(chan struct{})}
}

// Open opens a ledger on the store. Closing it leaves the store as it is.
func (s *MemoryStore) Open() ledger.Ledger {
	return &memory{store: s, closed: make(chan struct{})}
}

// memory is one open ledger.
type memory struct {
	store   *MemoryStore
	closing sync.Once
	closed  chan struct{}
}

// enter says why a call must end before it begins, and otherwise locks the store.
func (m *memory) enter(ctx context.Context, check error) error {
	m.store.mu.Lock()
	select {
	case <-m.closed:
		check = ledger.ErrClosed
	default:
		if err := ctx.Err(); err != nil {
			check = err
		}
	}
	if check != nil {
		m.store.mu.Unlock()
	}
	return check
}

// log finds a log; an unknown one is empty, and not kept.
func (s *MemoryStore) log(name string) *memoryLog {
	if g := s.logs[name]; g != nil {
		return g
	}
	return &memoryLog{}
}

// Append implements ledger.Ledger.
func (m *memory) Append(ctx context.Context, negotiation string, after ledger.Seq, entries ...[]byte) error {
	if err := m.enter(ctx, ledger.CheckAppend(negotiation, entries)); err != nil {
		return fmt.Errorf("append to %q: %w", negotiation, err)
	}
	s := m.store
	defer s.mu.Unlock()
	g := s.log(negotiation)
	if head := ledger.Seq(len(g.entries)); head != after {
		return &ledger.LostRaceError{Negotiation: negotiation, Head: head}
	}
	for _, e := range entries {
		g.entries = append(g.entries, bytes.Clone(e))
	}
	s.logs[negotiation] = g
	close(s.changed)
	s.changed = make(chan struct{})
	return nil
}

// Head implements ledger.Ledger.
func (m *memory) Head(ctx context.Context, negotiation string) (ledger.Seq, error) {
	if err := m.enter(ctx, ledger.CheckName(negotiation)); err != nil {
		return 0, fmt.Errorf("head of %q: %w", negotiation, err)
	}
	defer m.store.mu.Unlock()
	return ledger.Seq(len(m.store.log(negotiation).entries)), nil
}

// stretch gives the entries from seq `from` on, and what tells of more.
func (m *memory) stretch(ctx context.Context, name string, from ledger.Seq) ([][]byte, <-chan struct{}, error) {
	if err := m.enter(ctx, ledger.CheckFrom(name, from)); err != nil {
		return nil, nil, fmt.Errorf("read %q from %d: %w", name, from, err)
	}
	defer m.store.mu.Unlock()
	entries := m.store.log(name).entries
	return entries[min(from-1, ledger.Seq(len(entries))):], m.store.changed, nil
}

// Read implements ledger.Ledger.
func (m *memory) Read(ctx context.Context, negotiation string, from ledger.Seq) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		next := from
		m.read(ctx, negotiation, &next, yield)
	}
}

// read yields what there is from *next on. It returns what tells of more, or nil if the sequence has ended.
func (m *memory) read(ctx context.Context, name string, next *ledger.Seq, yield func(ledger.Entry, error) bool) <-chan struct{} {
	entries, changed, err := m.stretch(ctx, name, *next)
	for _, e := range entries {
		if err = ctx.Err(); err != nil {
			break
		}
		if !yield(ledger.Entry{Seq: *next, Data: bytes.Clone(e)}, nil) {
			return nil
		}
		*next++
	}
	if err != nil {
		yield(ledger.Entry{}, err)
		return nil
	}
	return changed
}

// Tail implements ledger.Ledger.
func (m *memory) Tail(ctx context.Context, negotiation string, from ledger.Seq) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		next := from
		for {
			changed := m.read(ctx, negotiation, &next, yield)
			if changed == nil {
				return
			}
			select {
			case <-changed:
			case <-ctx.Done(): // the next read says so
			case <-m.closed:
			}
		}
	}
}

// Negotiations implements ledger.Ledger.
func (m *memory) Negotiations(ctx context.Context, after string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := m.enter(ctx, nil); err != nil {
			yield("", fmt.Errorf("list negotiations after %q: %w", after, err))
			return
		}
		names := slices.Sorted(maps.Keys(m.store.logs))
		m.store.mu.Unlock()
		for _, name := range names {
			if name > after && !yield(name, nil) {
				return
			}
		}
	}
}

// PutSnapshot implements ledger.Ledger.
func (m *memory) PutSnapshot(ctx context.Context, negotiation string, seq ledger.Seq, data []byte) error {
	if err := m.enter(ctx, ledger.CheckName(negotiation)); err != nil {
		return fmt.Errorf("keep snapshot of %q: %w", negotiation, err)
	}
	defer m.store.mu.Unlock()
	g := m.store.log(negotiation)
	if seq == 0 || seq > ledger.Seq(len(g.entries)) {
		return fmt.Errorf("keep snapshot of %q at %d: the head is %d", negotiation, seq, len(g.entries))
	}
	if seq >= g.snapshotSeq {
		g.snapshotSeq, g.snapshotData = seq, bytes.Clone(data)
	}
	return nil
}

// Snapshot implements ledger.Ledger.
func (m *memory) Snapshot(ctx context.Context, negotiation string) (ledger.Seq, []byte, error) {
	if err := m.enter(ctx, ledger.CheckName(negotiation)); err != nil {
		return 0, nil, fmt.Errorf("snapshot of %q: %w", negotiation, err)
	}
	defer m.store.mu.Unlock()
	g := m.store.log(negotiation)
	return g.snapshotSeq, bytes.Clone(g.snapshotData), nil
}

// Close implements ledger.Ledger.
func (m *memory) Close() error {
	m.store.mu.Lock() // appends hold it
	defer m.store.mu.Unlock()
	m.closing.Do(func() { close(m.closed) })
	return nil
}

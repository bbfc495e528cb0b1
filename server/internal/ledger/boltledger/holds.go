package boltledger

import (
	"maps"
	"slices"
	"sync"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// holds keeps from readers what may not be durable: the negotiations in the commit under way, or in one that failed,
// with the head that each had before. A reader first begins its transaction and then asks, so it cannot miss a hold
// that its transaction needs: if the hold is gone by then, the commit has succeeded.
type holds struct {
	mu    sync.RWMutex
	heads map[string]ledger.Seq
}

// place holds names at the given heads. The committer lifts what it placed before it places more.
func (h *holds) place(heads map[string]ledger.Seq) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heads = heads
}

// lift shows everything again, and returns the names that were held.
func (h *holds) lift() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	names := slices.Collect(maps.Keys(h.heads))
	h.heads = nil
	return names
}

// limit is the head of a negotiation that readers may see, of one that is stored.
func (h *holds) limit(name string, stored ledger.Seq) ledger.Seq {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if head, ok := h.heads[name]; ok {
		return min(stored, head)
	}
	return stored
}

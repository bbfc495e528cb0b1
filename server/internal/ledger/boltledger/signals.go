package boltledger

import "sync"

// signals wakes the tails of a negotiation. It knows only negotiations that have a tail, and one wake costs the
// committer the same however many tails there are.
type signals struct {
	mu     sync.Mutex
	byName map[string]*signal
}

// signal is closed at the next change, once.
type signal struct {
	changed chan struct{}
	waiters int
}

// watch gives the signal for the next change of a negotiation. Every watch ends with one unwatch.
func (s *signals) watch(name string) *signal {
	s.mu.Lock()
	defer s.mu.Unlock()
	sig := s.byName[name]
	if sig == nil {
		sig = &signal{changed: make(chan struct{})}
		if s.byName == nil {
			s.byName = map[string]*signal{}
		}
		s.byName[name] = sig
	}
	sig.waiters++
	return sig
}

func (s *signals) unwatch(name string, sig *signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sig.waiters--
	if sig.waiters == 0 && s.byName[name] == sig {
		delete(s.byName, name)
	}
}

// wake tells everyone who watches one of the names that it changed.
func (s *signals) wake(names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		if sig := s.byName[name]; sig != nil {
			close(sig.changed)
			delete(s.byName, name)
		}
	}
}

package quota

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

var (
	here  = netip.MustParseAddr("192.0.2.1")
	there = netip.MustParseAddr("192.0.2.2")
)

// guess presents wrong credentials, and gives how long to wait if they are not looked at.
func guess(t *testing.T, l *Logins, from netip.Addr) time.Duration {
	t.Helper()
	p := l.Print(from, "wrong")
	err := l.Admit(from, p)
	if err == nil {
		l.Failed(from, p)
		return 0
	}
	limit, wait := refusedBy(t, err)
	if limit != LimitFailedLogins {
		t.Errorf("refused by %s", limit)
	}
	return wait
}

func TestGuessingIsSlowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLogins()
		for i := range 6 {
			if wait := guess(t, l, here); wait != 0 {
				t.Errorf("guess %d waits %v", i+1, wait)
			}
		}
		for _, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60} {
			want *= time.Second
			if wait := guess(t, l, here); wait != want {
				t.Errorf("waits %v, not %v", wait, want)
			}
			if guess(t, l, there) != 0 {
				t.Error("another address waits")
			}
			l = forgetful(l, there)
			time.Sleep(want / 2)
			if wait := guess(t, l, here); wait != want-want/2 {
				t.Errorf("halfway, waits %v", wait)
			}
			time.Sleep(want - want/2)
			if wait := guess(t, l, here); wait != 0 {
				t.Errorf("after the pause, waits %v", wait)
			}
		}
		time.Sleep(longestPause + forgetAfter + 1)
		for i := range 6 {
			if wait := guess(t, l, here); wait != 0 {
				t.Errorf("guess %d of another day waits %v", i+1, wait)
			}
		}
		if guess(t, l, here) != firstPause {
			t.Error("the second time is not slowed as the first")
		}
	})
}

// forgetful makes l forget an address.
func forgetful(l *Logins, a netip.Addr) *Logins {
	k := key{block: Block(a)}
	p := l.failures.part(k)
	if at, ok := p.known[k]; ok {
		p.recent.Remove(at)
		delete(p.known, k)
	}
	return l
}

func TestFailuresFarApartAreForgiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLogins()
		for range 100 {
			if wait := guess(t, l, here); wait != 0 {
				t.Fatalf("waits %v", wait)
			}
			time.Sleep(forgetAfter + time.Second)
		}
	})
}

func TestCredentialsThatWereValidAreNotHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLogins()
		old, fresh := l.Print(here, "old"), l.Print(here, "fresh")
		l.Succeeded(old)
		slow := func() {
			for guess(t, l, here) == 0 {
			}
		}
		slow()
		if err := l.Admit(here, old); err != nil {
			t.Error("what was valid here waits:", err)
		}
		if err := l.Admit(here, fresh); err == nil {
			t.Error("what was never seen does not wait")
		}
		if l.Print(there, "old") == old || l.Print(here, "o", "ld") == old {
			t.Error("prints do not tell callers apart")
		}
		time.Sleep(trustFor - time.Minute)
		l.Succeeded(old)
		time.Sleep(trustFor - time.Minute)
		slow()
		if err := l.Admit(here, old); err != nil {
			t.Error("what was valid within the hour waits:", err)
		}
		l.Failed(here, old)
		if err := l.Admit(here, old); err == nil {
			t.Error("what is valid no more does not wait")
		}
		l.Succeeded(old)
		time.Sleep(2 * trustFor)
		slow()
		if err := l.Admit(here, old); err == nil {
			t.Error("what was valid long ago does not wait")
		}
	})
}

func TestLinesInTheLogAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLogins()
		lines := func(from netip.Addr, failures int) (n int) {
			for range failures {
				if l.Failed(from, l.Print(from, "wrong")) {
					n++
				}
			}
			return n
		}
		if n := lines(here, 1000); n != 10 {
			t.Errorf("%d lines about an address", n)
		}
		if n := lines(there, 3); n != 3 {
			t.Errorf("%d lines about another", n)
		}
		all := 0
		for n := range 1000 {
			all += lines(nth(n).Addr, 5)
		}
		if all != lineBurstOverall-13 {
			t.Errorf("%d lines about all", all)
		}
		time.Sleep(time.Minute)
		if n := lines(here, 1000); n != 10 {
			t.Errorf("%d lines in another minute", n)
		}
	})
}

func TestWhatIsRememberedOfLoginsIsBounded(t *testing.T) {
	l := NewLogins()
	for n := range 3 * addresses {
		c := nth(n)
		p := l.Print(c.Addr, "x")
		l.Failed(c.Addr, p)
		l.Succeeded(p)
	}
	trusted := 0
	for i := range l.trusted {
		trusted += len(l.trusted[i].seen)
	}
	if n := l.failures.len(); n > addresses || trusted > credentials {
		t.Errorf("%d addresses, %d credentials", n, trusted)
	}
	if guess(t, l, netip.MustParseAddr("203.0.113.1")) == 0 {
		t.Error("those for whom there is no room are not slowed")
	}
}

// BenchmarkLogin measures what every call with valid credentials pays, while somebody else guesses.
func BenchmarkLogin(b *testing.B) {
	l := NewLogins()
	l.Failed(there, l.Print(there, "wrong"))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			p := l.Print(here, "Bearer 0123456789012345678901234567890123456789012")
			if err := l.Admit(here, p); err != nil {
				b.Fatal(err)
			}
			l.Succeeded(p)
		}
	})
}

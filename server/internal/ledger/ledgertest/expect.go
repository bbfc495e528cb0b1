package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// tester is the part of testing.T that rapid.T has too.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// ctx is for calls that nobody cancels.
var ctx = context.Background()

// add appends entries, which must succeed.
func add(t tester, l ledger.Ledger, name string, after ledger.Seq, entries ...string) {
	t.Helper()
	if err := l.Append(ctx, name, after, data(entries)...); err != nil {
		t.Fatalf("Append(%q, after %d, %d entries): %v", name, after, len(entries), err)
	}
}

func data(entries []string) [][]byte {
	all := make([][]byte, len(entries))
	for i, e := range entries {
		all[i] = []byte(e)
	}
	return all
}

// numbered gives the entries first to last with texts that tell them apart.
func numbered(first, last int) []string {
	var entries []string
	for i := first; i <= last; i++ {
		entries = append(entries, fmt.Sprintf("entry %d", i))
	}
	return entries
}

// wantHead checks the head.
func wantHead(t tester, l ledger.Ledger, name string, want ledger.Seq) {
	t.Helper()
	got, err := l.Head(ctx, name)
	if err != nil || got != want {
		t.Errorf("Head(%q) = %d, %v, want %d", name, got, err, want)
	}
}

// wantLog checks that a log holds just these entries, and its head.
func wantLog(t tester, l ledger.Ledger, name string, want ...string) {
	t.Helper()
	wantHead(t, l, name, ledger.Seq(len(want)))
	wantEntries(t, l.Read(ctx, name, 1), 1, want...)
}

// wantEntries checks that a sequence ends by itself, without an error, after just these entries, numbered from first.
func wantEntries(t tester, got iter.Seq2[ledger.Entry, error], first ledger.Seq, want ...string) {
	t.Helper()
	next := first
	for e, err := range got {
		if err != nil {
			t.Fatalf("at seq %d: %v", next, err)
		}
		wantEntry(t, e, next, want, int(next-first))
		next++
	}
	if n := int(next - first); n != len(want) {
		t.Errorf("%d entries from seq %d, want %d", n, first, len(want))
	}
}

func wantEntry(t tester, e ledger.Entry, seq ledger.Seq, want []string, i int) {
	t.Helper()
	if e.Seq != seq {
		t.Fatalf("seq %d follows %d: there is a gap or a double", e.Seq, seq-1)
	}
	if i >= len(want) {
		t.Fatalf("entry %d is one too many: %.40q", seq, e.Data)
	}
	if string(e.Data) != want[i] {
		t.Fatalf("entry %d is %.40q (%d bytes), want %.40q (%d bytes)", seq, e.Data, len(e.Data), want[i], len(want[i]))
	}
}

// wantNames checks what Negotiations yields.
func wantNames(t tester, l ledger.Ledger, after string, want ...string) {
	t.Helper()
	var got []string
	for name, err := range l.Negotiations(ctx, after) {
		if err != nil {
			t.Fatalf("Negotiations(after %q): %v", after, err)
		}
		got = append(got, name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("Negotiations(after %q) = %q, want %q", after, got, want)
	}
}

// wantLost checks that an append lost the race to this head.
func wantLost(t tester, err error, name string, head ledger.Seq) {
	t.Helper()
	var lost *ledger.LostRaceError
	if !errors.As(err, &lost) {
		t.Fatalf("Append = %v, want a LostRaceError", err)
	}
	if lost.Negotiation != name || lost.Head != head {
		t.Errorf("lost the race of %q, head %d; want %q, head %d", lost.Negotiation, lost.Head, name, head)
	}
}

// wantEnd checks that a sequence yields nothing but this error.
func wantEnd[T any](t tester, got iter.Seq2[T, error], want error) {
	t.Helper()
	n := 0
	for v, err := range got {
		if n++; !errors.Is(err, want) {
			t.Errorf("yields %v, %v; want only the error %v", v, err, want)
		}
	}
	if n != 1 {
		t.Errorf("yields %d times, want once: the error %v", n, want)
	}
}

// firstError runs a sequence up to its first element, and gives the error there.
func firstError[T any](seq iter.Seq2[T, error]) error {
	for _, err := range seq {
		return err
	}
	return nil
}

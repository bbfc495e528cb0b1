package ledgertest

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

var appendTests = []test{
	{"stores entries in the given order", on(appendOrder)},
	{"lives on after reopening", appendReopen},
	{"loses the race unless after is the head", on(appendLoses)},
	{"keeps negotiations apart", on(appendApart)},
	{"takes entries of any bytes, or none", on(appendBytes)},
	{"takes entries of 8 MiB", appendBig},
	{"is all or nothing", on(appendNothing)},
	{"refuses to append nothing", on(appendNoEntries)},
	{"refuses malformed names", on(malformedNames)},
	{"takes every well-formed name", on(wellFormedNames)},
	{"copies what the caller may change", on(appendCopies)},
}

func appendOrder(t *testing.T, l ledger.Ledger) {
	wantLog(t, l, "geneva")
	add(t, l, "geneva", 0, "a", "b")
	add(t, l, "geneva", 2, "c")
	wantLog(t, l, "geneva", "a", "b", "c")
}

func appendReopen(t *testing.T, open Opener) {
	l := open(t)
	add(t, l, "geneva", 0, "a", "b")
	add(t, l, "oslo", 0, "x")
	closeLedger(t, l)

	l = open(t)
	wantLog(t, l, "geneva", "a", "b")
	add(t, l, "geneva", 2, "c")
	add(t, l, "paris", 0, "y")
	closeLedger(t, l)

	l = open(t)
	defer closeLedger(t, l)
	wantLog(t, l, "geneva", "a", "b", "c")
	wantLog(t, l, "oslo", "x")
	wantLog(t, l, "paris", "y")
	wantNames(t, l, "", "geneva", "oslo", "paris")
}

func appendLoses(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a", "b")
	for _, after := range []ledger.Seq{0, 1, 3, 1 << 40, ^ledger.Seq(0)} {
		wantLost(t, l.Append(ctx, "geneva", after, []byte("late")), "geneva", 2)
	}
	wantLost(t, l.Append(ctx, "unknown", 1, []byte("early")), "unknown", 0)
	wantLog(t, l, "geneva", "a", "b")
	wantLog(t, l, "unknown")
	wantNames(t, l, "", "geneva")
}

func appendApart(t *testing.T, l ledger.Ledger) {
	// One name is a prefix of another, and they take turns.
	add(t, l, "ab", 0, "ab 1")
	add(t, l, "a", 0, "a 1")
	add(t, l, "abc", 0, "abc 1")
	add(t, l, "a", 1, "a 2")
	add(t, l, "ab", 1, "ab 2", "ab 3")
	wantLog(t, l, "a", "a 1", "a 2")
	wantLog(t, l, "ab", "ab 1", "ab 2", "ab 3")
	wantLog(t, l, "abc", "abc 1")
}

func appendBytes(t *testing.T, l ledger.Ledger) {
	entries := []string{"", "\x00", "\xff\xfe", "", "line\nline"}
	add(t, l, "geneva", 0, entries...)
	wantLog(t, l, "geneva", entries...)
}

func appendBig(t *testing.T, open Opener) {
	l := open(t)
	big := strings.Repeat("0123456789abcdef", 8<<20/16)
	add(t, l, "geneva", 0, "small", big, "small too")
	add(t, l, "geneva", 3, big[1:])
	closeLedger(t, l)

	l = open(t)
	defer closeLedger(t, l)
	wantLog(t, l, "geneva", "small", big, "small too", big[1:])
}

func appendNothing(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a")
	wantLost(t, l.Append(ctx, "geneva", 0, data([]string{"x", "y", "z"})...), "geneva", 1)
	wantLog(t, l, "geneva", "a")
	add(t, l, "geneva", 1, numbered(2, 700)...)
	wantLog(t, l, "geneva", append([]string{"a"}, numbered(2, 700)...)...)
}

func appendNoEntries(t *testing.T, l ledger.Ledger) {
	if err := l.Append(ctx, "geneva", 0); !errors.Is(err, ledger.ErrNoEntries) {
		t.Errorf("Append of nothing = %v, want ErrNoEntries", err)
	}
	wantNames(t, l, "")
}

func malformedNames(t *testing.T, l ledger.Ledger) {
	for _, name := range []string{"", strings.Repeat("x", 256), "nul\x00", "\xff"} {
		if err := l.Append(ctx, name, 0, []byte("a")); err == nil {
			t.Errorf("Append(%q) succeeds", name)
		}
		if _, err := l.Head(ctx, name); err == nil {
			t.Errorf("Head(%q) succeeds", name)
		}
		if err := l.PutSnapshot(ctx, name, 1, nil); err == nil {
			t.Errorf("PutSnapshot(%q) succeeds", name)
		}
		if _, _, err := l.Snapshot(ctx, name); err == nil {
			t.Errorf("Snapshot(%q) succeeds", name)
		}
		if err := firstError(l.Read(ctx, name, 1)); err == nil {
			t.Errorf("Read(%q) succeeds", name)
		}
		if err := firstError(l.Tail(ctx, name, 1)); err == nil {
			t.Errorf("Tail(%q) succeeds", name)
		}
	}
	wantNames(t, l, "")
}

func wellFormedNames(t *testing.T, l ledger.Ledger) {
	names := []string{"\x01", " ", "a/b", "a\nb", "négociation", strings.Repeat("x", 255), strings.Repeat("переговори", 12)}
	for _, name := range names {
		add(t, l, name, 0, "of "+name)
	}
	for _, name := range names {
		wantLog(t, l, name, "of "+name)
	}
}

func appendCopies(t *testing.T, l ledger.Ledger) {
	entry := []byte("as it was")
	if err := l.Append(ctx, "geneva", 0, entry); err != nil {
		t.Fatal(err)
	}
	copy(entry, "XXXXXXXXX")
	for e, err := range l.Read(ctx, "geneva", 1) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range e.Data {
			e.Data[i] = 'Y'
		}
		_ = append(e.Data, bytes.Repeat([]byte("Z"), 100)...)
	}
	wantLog(t, l, "geneva", "as it was")
}

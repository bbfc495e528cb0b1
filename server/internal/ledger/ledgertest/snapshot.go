package ledgertest

import (
	"bytes"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

var snapshotTests = []test{
	{"is none at first", on(snapshotNone)},
	{"is the newest", on(snapshotNewest)},
	{"belongs to one negotiation", on(snapshotApart)},
	{"ends within the log", on(snapshotWithin)},
	{"may be empty, or large", on(snapshotSizes)},
	{"is owned by the caller", on(snapshotOwned)},
	{"if it outlives a reopening, is whole", snapshotReopen},
}

// keep puts a snapshot, which must succeed.
func keep(t tester, l ledger.Ledger, name string, seq ledger.Seq, data string) {
	t.Helper()
	if err := l.PutSnapshot(ctx, name, seq, []byte(data)); err != nil {
		t.Fatalf("PutSnapshot(%q, %d): %v", name, seq, err)
	}
}

func wantSnapshot(t tester, l ledger.Ledger, name string, seq ledger.Seq, data string) {
	t.Helper()
	gotSeq, got, err := l.Snapshot(ctx, name)
	if err != nil || gotSeq != seq || string(got) != data {
		t.Errorf("Snapshot(%q) = %d, %.40q, %v, want %d, %.40q", name, gotSeq, got, err, seq, data)
	}
}

func snapshotNone(t *testing.T, l ledger.Ledger) {
	wantSnapshot(t, l, "geneva", 0, "")
	add(t, l, "geneva", 0, "a")
	wantSnapshot(t, l, "geneva", 0, "")
}

func snapshotNewest(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a", "b", "c")
	keep(t, l, "geneva", 2, "of 2")
	wantSnapshot(t, l, "geneva", 2, "of 2")
	keep(t, l, "geneva", 3, "of 3")
	wantSnapshot(t, l, "geneva", 3, "of 3")
	keep(t, l, "geneva", 1, "of 1, late")
	wantSnapshot(t, l, "geneva", 3, "of 3")
	keep(t, l, "geneva", 3, "of 3, better")
	wantSnapshot(t, l, "geneva", 3, "of 3, better")
	wantLog(t, l, "geneva", "a", "b", "c")
}

func snapshotApart(t *testing.T, l ledger.Ledger) {
	add(t, l, "a", 0, "x", "y")
	add(t, l, "ab", 0, "x", "y")
	keep(t, l, "a", 1, "of a")
	keep(t, l, "ab", 2, "of ab")
	wantSnapshot(t, l, "a", 1, "of a")
	wantSnapshot(t, l, "ab", 2, "of ab")
	wantSnapshot(t, l, "abc", 0, "")
}

func snapshotWithin(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a")
	for _, seq := range []ledger.Seq{0, 2} {
		if err := l.PutSnapshot(ctx, "geneva", seq, []byte("x")); err == nil {
			t.Errorf("PutSnapshot at %d succeeds; the log has one entry", seq)
		}
	}
	if err := l.PutSnapshot(ctx, "unknown", 1, []byte("x")); err == nil {
		t.Error("PutSnapshot of an unknown negotiation succeeds")
	}
	wantSnapshot(t, l, "geneva", 0, "")
	wantNames(t, l, "", "geneva")
}

func snapshotSizes(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a", "b")
	keep(t, l, "geneva", 1, "")
	wantSnapshot(t, l, "geneva", 1, "")
	large := string(bytes.Repeat([]byte("0123456789abcdef"), 4<<20/16))
	keep(t, l, "geneva", 2, large)
	wantSnapshot(t, l, "geneva", 2, large)
}

func snapshotOwned(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a")
	mine := []byte("as it was")
	if err := l.PutSnapshot(ctx, "geneva", 1, mine); err != nil {
		t.Fatal(err)
	}
	copy(mine, "XXXXXXXXX")
	_, got, err := l.Snapshot(ctx, "geneva")
	if err != nil {
		t.Fatal(err)
	}
	copy(got, "YYYYYYYYY")
	wantSnapshot(t, l, "geneva", 1, "as it was")
}

func snapshotReopen(t *testing.T, open Opener) {
	l := open(t)
	add(t, l, "geneva", 0, "a", "b")
	keep(t, l, "geneva", 2, "of 2")
	closeLedger(t, l)
	l = open(t)
	defer closeLedger(t, l)
	if seq, _, err := l.Snapshot(ctx, "geneva"); seq != 0 || err != nil {
		wantSnapshot(t, l, "geneva", 2, "of 2")
	}
}

package ledgertest

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

var readTests = []test{
	{"yields from any seq", on(readFrom)},
	{"refuses seq 0", on(readZero)},
	{"yields nothing of an unknown negotiation", on(readUnknown)},
	{"stops at the head of the time of the call", on(readStops)},
	{"may be ranged over again", on(readAgain)},
	{"may be left early", on(readEarly)},
	{"holds nothing while the consumer has control", on(readHolds)},
	{"goes on beside writers", on(readBeside)},
}

// long is a log that no engine reads in one go.
const long = 1500

func readFrom(t *testing.T, l ledger.Ledger) {
	all := numbered(1, long)
	add(t, l, "geneva", 0, all...)
	for _, from := range []int{1, 2, 256, 257, 258, long - 1, long} {
		wantEntries(t, l.Read(ctx, "geneva", ledger.Seq(from)), ledger.Seq(from), all[from-1:]...)
	}
	for _, from := range []ledger.Seq{long + 1, long + 2, ^ledger.Seq(0)} {
		wantEntries(t, l.Read(ctx, "geneva", from), from)
	}
}

func readZero(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a")
	wantEnd(t, l.Read(ctx, "geneva", 0), ledger.ErrSeqZero)
	wantEnd(t, l.Tail(ctx, "geneva", 0), ledger.ErrSeqZero)
}

func readUnknown(t *testing.T, l ledger.Ledger) {
	wantLog(t, l, "geneva")
	add(t, l, "geneva", 0, "a")
	wantLog(t, l, "genev")
	wantLog(t, l, "genevaa")
}

func readStops(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, numbered(1, 3)...)
	read := l.Read(ctx, "geneva", 1)
	add(t, l, "geneva", 3, "entry 4") // the call begins when the range does
	n := ledger.Seq(0)
	for e, err := range read {
		if err != nil {
			t.Fatal(err)
		}
		n = e.Seq
		add(t, l, "geneva", 3+n, "later")
	}
	if n != 4 {
		t.Errorf("last entry is %d, want 4", n)
	}
	wantHead(t, l, "geneva", 8)
}

func readAgain(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a", "b")
	read := l.Read(ctx, "geneva", 1)
	wantEntries(t, read, 1, "a", "b")
	add(t, l, "geneva", 2, "c")
	wantEntries(t, read, 1, "a", "b", "c")
}

func readEarly(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, numbered(1, long)...)
	for _, stop := range []ledger.Seq{1, 2, 256, 257, long} {
		for e, err := range l.Read(ctx, "geneva", 1) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Seq == stop {
				break
			}
		}
	}
	add(t, l, "geneva", long, "still works")
}

// readHolds calls everything from within the loop, and grows the store there: whatever the engine held would be in
// the way.
func readHolds(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, "a", "b")
	big := strings.Repeat("x", 4<<20)
	for e, err := range l.Read(ctx, "geneva", 1) {
		if err != nil {
			t.Fatal(err)
		}
		add(t, l, "oslo", 2*(e.Seq-1), big, big)
		wantHead(t, l, "geneva", 2)
		wantEntries(t, l.Read(ctx, "geneva", 2), 2, "b")
		if err := l.PutSnapshot(ctx, "geneva", e.Seq, []byte(big)); err != nil {
			t.Error(err)
		}
	}
	wantNames(t, l, "", "geneva", "oslo")
	for _, err := range l.Read(ctx, "geneva", 1) {
		if err != nil {
			t.Fatal(err)
		}
		closeLedger(t, l) // would wait for ever for a transaction of ours
		break
	}
	if err := firstError(l.Read(ctx, "geneva", 1)); !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("Read after Close = %v, want ErrClosed", err)
	}
}

func readBeside(t *testing.T, l ledger.Ledger) {
	add(t, l, "geneva", 0, numbered(1, 300)...)
	each(5, func(i int) {
		if i == 0 {
			for n := 300; n < 350; n++ {
				add(t, l, "geneva", ledger.Seq(n), numbered(n+1, n+1)...)
			}
			return
		}
		for range 10 {
			readSome(t, l)
		}
	})
	wantLog(t, l, "geneva", numbered(1, 350)...)
}

// readSome reads a log that grows, and checks that it sees all entries up to some head.
func readSome(t *testing.T, l ledger.Ledger) {
	want := numbered(1, 350)
	head, err := l.Head(ctx, "geneva")
	if err != nil {
		t.Errorf("Head: %v", err)
	}
	next := ledger.Seq(1)
	for e, err := range l.Read(ctx, "geneva", 1) {
		if err != nil || e.Seq != next || string(e.Data) != want[next-1] {
			t.Errorf("entry %d is %d, %q, %v", next, e.Seq, e.Data, err)
			return
		}
		next++
	}
	if next <= head {
		t.Errorf("Read ended at %d, although the head was %d before", next-1, head)
	}
}

package ledgertest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

var raceTests = []test{
	{"has one winner for each seq", on(raceWinners)},
	{"keeps the entries of one append together", on(raceTogether)},
	{"keeps negotiations apart", on(raceApart)},
	{"shows a finished append to everyone", on(raceLinearizable)},
}

// insist appends an entry however often it loses the race, and returns its seq.
func insist(t *testing.T, l ledger.Ledger, name string, guess ledger.Seq, entries ...string) ledger.Seq {
	for {
		err := l.Append(ctx, name, guess, data(entries)...)
		var lost *ledger.LostRaceError
		if !errors.As(err, &lost) {
			if err != nil {
				t.Errorf("Append(%q, after %d): %v", name, guess, err)
			}
			return guess + ledger.Seq(len(entries))
		}
		if lost.Head <= guess {
			t.Errorf("Append(%q, after %d) lost to head %d, which others can only have moved on", name, guess, lost.Head)
			return 0
		}
		guess = lost.Head
	}
}

// each runs a function in n goroutines, and waits for them.
func each(n int, run func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { run(i) })
	}
	wg.Wait()
}

func raceWinners(t *testing.T, l ledger.Ledger) {
	const writers, turns = 8, 25
	at := make([]map[ledger.Seq]string, writers) // what each thinks it has stored
	each(writers, func(w int) {
		at[w] = map[ledger.Seq]string{}
		head := ledger.Seq(0)
		for turn := range turns {
			entry := fmt.Sprintf("writer %d turn %d", w, turn)
			head = insist(t, l, "geneva", head, entry)
			at[w][head] = entry
		}
	})
	want := make([]string, writers*turns)
	for _, stored := range at {
		for seq, entry := range stored {
			if want[seq-1] != "" {
				t.Errorf("seq %d was won by %q and by %q", seq, want[seq-1], entry)
			}
			want[seq-1] = entry
		}
	}
	wantLog(t, l, "geneva", want...)
}

func raceTogether(t *testing.T, l ledger.Ledger) {
	const writers, turns = 4, 10
	each(writers, func(w int) {
		head := ledger.Seq(0)
		for turn := range turns {
			id := fmt.Sprintf("%d/%d ", w, turn)
			head = insist(t, l, "geneva", head, id+"a", id+"b", id+"c")
		}
	})
	var got []string
	for e, err := range l.Read(ctx, "geneva", 1) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(e.Data))
	}
	if len(got) != writers*turns*3 {
		t.Fatalf("%d entries, want %d", len(got), writers*turns*3)
	}
	for i := 0; i < len(got); i += 3 {
		id := strings.TrimSuffix(got[i], "a")
		if got[i] != id+"a" || got[i+1] != id+"b" || got[i+2] != id+"c" {
			t.Errorf("entries %d to %d are %q: not from one append", i+1, i+3, got[i:i+3])
		}
	}
}

func raceApart(t *testing.T, l ledger.Ledger) {
	const writers, turns = 16, 10
	each(writers, func(w int) {
		name := fmt.Sprintf("n%d", w)
		for turn := range turns {
			if err := l.Append(ctx, name, ledger.Seq(turn), []byte(fmt.Sprintf("entry %d", turn+1))); err != nil {
				t.Errorf("%s: Append after %d, without a rival: %v", name, turn, err)
			}
		}
	})
	for w := range writers {
		wantLog(t, l, fmt.Sprintf("n%d", w), numbered(1, turns)...)
	}
}

func raceLinearizable(t *testing.T, l ledger.Ledger) {
	const writers, turns = 4, 25
	each(writers, func(int) {
		head := ledger.Seq(0)
		for range turns {
			mine := insist(t, l, "geneva", head, "x")
			var err error
			if head, err = l.Head(ctx, "geneva"); err != nil || head < mine {
				t.Errorf("Head = %d, %v after Append of entry %d had returned", head, err, mine)
			}
		}
	})
	wantHead(t, l, "geneva", writers*turns)
}

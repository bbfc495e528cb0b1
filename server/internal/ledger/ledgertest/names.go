package ledgertest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

var namesTests = []test{
	{"come in byte order", on(namesOrder)},
	{"go on after any string", on(namesAfter)},
	{"may be many", on(namesMany)},
	{"may be left early, and grow meanwhile", on(namesEarly)},
}

func namesOrder(t *testing.T, l ledger.Ledger) {
	wantNames(t, l, "")
	for _, name := range []string{"b", "é", "a", "B", "aa", "_server"} {
		add(t, l, name, 0, "x")
	}
	wantNames(t, l, "", "B", "_server", "a", "aa", "b", "é")
}

func namesAfter(t *testing.T, l ledger.Ledger) {
	for _, name := range []string{"a", "aa", "b"} {
		add(t, l, name, 0, "x")
	}
	wantNames(t, l, "a", "aa", "b")
	wantNames(t, l, "aaa", "b")
	wantNames(t, l, "b")
	wantNames(t, l, "\xff\x00 not a name")
	wantNames(t, l, "\x00", "a", "aa", "b")
}

func namesMany(t *testing.T, l ledger.Ledger) {
	const many = 700
	var names []string
	for i := range many {
		names = append(names, fmt.Sprintf("n%d", i))
	}
	each(16, func(w int) {
		for i := w; i < many; i += 16 {
			add(t, l, names[i], 0, "first of "+names[i])
		}
	})
	for _, name := range names {
		wantLog(t, l, name, "first of "+name)
	}
	slices.Sort(names)
	wantNames(t, l, "", names...)
	wantNames(t, l, names[300], names[301:]...)
}

func namesEarly(t *testing.T, l ledger.Ledger) {
	add(t, l, "a", 0, "x")
	add(t, l, "b", 0, "x")
	for name, err := range l.Negotiations(ctx, "") {
		if name != "a" || err != nil {
			t.Errorf("first name is %q, %v", name, err)
		}
		add(t, l, "c", 0, "x") // would wait for a lock of ours
		break
	}
	for _, err := range l.Negotiations(ctx, "") {
		if err != nil {
			t.Errorf("before Close: %v", err)
		}
		closeLedger(t, l)
		break
	}
	if err := firstError(l.Negotiations(ctx, "")); !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("Negotiations after Close = %v, want ErrClosed", err)
	}
}

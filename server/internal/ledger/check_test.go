package ledger_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

func TestCheckName(t *testing.T) {
	good := []string{"a", "_server", "geneva-2025", "переговори", "a/b c\n", strings.Repeat("x", ledger.MaxNameBytes)}
	for _, name := range good {
		if err := ledger.CheckName(name); err != nil {
			t.Errorf("CheckName(%q) = %v, want no error", name, err)
		}
	}
	bad := []string{"", strings.Repeat("x", ledger.MaxNameBytes+1), "a\x00b", "\xff"}
	for _, name := range bad {
		if err := ledger.CheckName(name); err == nil {
			t.Errorf("CheckName(%q) = nil, want an error", name)
		}
	}
}

func TestChecksOfArguments(t *testing.T) {
	if err := ledger.CheckAppend("a", nil); !errors.Is(err, ledger.ErrNoEntries) {
		t.Errorf("no entries: %v, want ErrNoEntries", err)
	}
	if err := ledger.CheckFrom("a", 0); !errors.Is(err, ledger.ErrSeqZero) {
		t.Errorf("from 0: %v, want ErrSeqZero", err)
	}
}

func TestUnknownErrorShowsItsCause(t *testing.T) {
	cause := errors.New("fsync failed")
	err := error(&ledger.UnknownError{Cause: cause})
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), cause.Error()) {
		t.Errorf("%v does not show %v", err, cause)
	}
}

package boltledger

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// A format version gets its golden file once, when it is new:
//
//	go test ./server/internal/ledger/boltledger -run TestGolden -update
//
// From its release on the file is never written again: it stands for the files that users have.
var update = flag.Bool("update", false, "write the golden file of the present format version, if there is none")

func goldenPath(version uint64) string {
	return filepath.Join("testdata", fmt.Sprintf("v%d.db", version))
}

func TestGoldenFilesOpen(t *testing.T) {
	if path := goldenPath(newest(migrations)); *update {
		if _, err := os.Stat(path); err == nil {
			t.Fatalf("%s exists; remove it first if its version was never released", path)
		}
		if err := os.WriteFile(path, writeSample(t, newPath(t)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for version := uint64(1); version <= newest(migrations); version++ {
		t.Run(fmt.Sprintf("v%d", version), func(t *testing.T) {
			path := newPath(t)
			if err := os.WriteFile(path, readFile(t, goldenPath(version)), 0o600); err != nil {
				t.Fatal(err)
			}
			l := open(t, path)
			if faults := wantSampleOrFault(t, l); len(faults) > 0 {
				t.Error(faults)
			}
			if err := l.Verify(t.Context()); err != nil {
				t.Error(err)
			}
			seq, data, err := l.Snapshot(t.Context(), "geneva")
			if seq != 69 || !bytes.Equal(data, []byte("snapshot of geneva")) || err != nil {
				t.Errorf("Snapshot = %d, %q, %v", seq, data, err)
			}
			grow(t, l, "geneva", ledger.Seq(len(sample["geneva"])), "the log goes on")
		})
	}
}

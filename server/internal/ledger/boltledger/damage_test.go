package boltledger

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// sample is what the tests of damage store: logs with rows and without, and a tree with branches.
var sample = map[string][]string{
	"geneva":     sampleLog("geneva", 70, 100),
	"oslo":       sampleLog("oslo", 33, 20),
	"переговори": sampleLog("переговори", 1, 3000),
	"_server":    sampleLog("_server", 5, 0),
}

func sampleLog(name string, entries, size int) []string {
	all := make([]string, entries)
	for i := range all {
		all[i] = fmt.Sprintf("%s %d %s", name, i+1, strings.Repeat("x", size))
	}
	return all
}

// writeSample makes a file of the sample, without the room for growth at its end, and returns its bytes.
func writeSample(t testing.TB, path string) []byte {
	t.Helper()
	l := open(t, path)
	for turn := range 70 {
		for _, name := range []string{"geneva", "oslo", "переговори", "_server"} {
			if turn < len(sample[name]) {
				grow(t, l, name, ledger.Seq(turn), sample[name][turn])
			}
		}
	}
	if err := l.PutSnapshot(t.Context(), "geneva", 69, []byte("snapshot of geneva")); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	size := int64(0)
	withBolt(t, path, func(tx *bolt.Tx) error {
		size = tx.Size()
		return nil
	})
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	return readFile(t, path)
}

// wantSampleOrFault checks that a ledger shows nothing but the sample: as much of each log as there is before a fault
// that says what is damaged. It returns the faults.
func wantSampleOrFault(t *testing.T, l *Ledger) (faults []error) {
	t.Helper()
	for name, want := range sample {
		head, err := l.Head(t.Context(), name)
		if err != nil {
			faults = append(faults, wantFault(t, err, fault.ReasonStoredDataCorrupt))
		} else if int(head) != len(want) {
			t.Errorf("Head(%q) = %d, want %d or a fault", name, head, len(want))
		}
		got, err := contents(t, l, name)
		if len(got) > len(want) || !slices.Equal(got, want[:len(got)]) || err == nil && len(got) < len(want) {
			t.Errorf("%q holds %d entries that were never stored, or lacks some without a word", name, len(got))
		}
		if err != nil {
			f := wantFault(t, err, fault.ReasonStoredDataCorrupt)
			if f.Meta["negotiation"] != name || f.Meta["seq"] != "" && f.Meta["seq"] != fmt.Sprint(len(got)+1) {
				t.Errorf("fault names %v, want negotiation %q and seq %d", f.Meta, name, len(got)+1)
			}
			faults = append(faults, f)
		}
	}
	seq, data, err := l.Snapshot(t.Context(), "geneva")
	if s := fmt.Sprint(seq, string(data), err); s != "69snapshot of geneva<nil>" && s != "0<nil>" {
		t.Errorf("Snapshot = %s, want it or none", s)
	}
	for name, err := range l.Negotiations(t.Context(), "") {
		if err != nil {
			faults = append(faults, wantFault(t, err, fault.ReasonStoredDataCorrupt))
		} else if sample[name] == nil {
			t.Errorf("negotiation %q was never stored", name)
		}
	}
	return faults
}

// TestBitFlips damages the file at many places, one at a time. Either Open refuses the file and leaves it as it is, or
// all that can be read is as it was stored.
func TestBitFlips(t *testing.T) {
	path := newPath(t)
	whole := writeSample(t, path)
	step := 61
	if testing.Short() {
		step = 301
	}
	var refused, faulty, harmless int
	for offset := 0; offset < len(whole); offset += step {
		damaged := bytes.Clone(whole)
		damaged[offset] ^= 1 << (offset % 8)
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := Open(path, Options{LockTimeout: 1})
		if err != nil {
			refused++
			wantFault(t, err, fault.ReasonStoredDataCorrupt)
			if !bytes.Equal(readFile(t, path), damaged) {
				t.Errorf("bit flipped at %d: Open has refused the file, but changed it", offset)
			}
			continue
		}
		faults, problems := wantSampleOrFault(t, l), l.Verify(t.Context())
		if len(faults) > 0 && problems == nil {
			t.Errorf("bit flipped at %d: Verify finds nothing, but reading does: %v", offset, faults)
		}
		if problems != nil {
			faulty++
		} else {
			harmless++
		}
		if t.Failed() {
			t.Fatalf("with a bit flipped at %d of %d", offset, len(whole))
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d files refused, %d with damaged records, %d as good as new", refused, faulty, harmless)
	if refused == 0 || faulty == 0 || harmless == 0 {
		t.Error("the flips do not cover all cases")
	}
}

func TestOpenRefusesATruncatedFile(t *testing.T) {
	path := newPath(t)
	whole := writeSample(t, path)
	for _, size := range []int{0, 1, 63, 64, 4095, 4096, 4097, 8191, 8192, 12288, len(whole) / 2, len(whole) - 4096, len(whole) - 1} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
				t.Fatal(err)
			}
			wantRefused(t, path, fault.ReasonStoredDataCorrupt)
		})
	}
}

func TestOpenRefusesADamagedMetaPage(t *testing.T) {
	path := newPath(t)
	whole := writeSample(t, path)
	for page := range 2 {
		damaged := bytes.Clone(whole)
		damaged[page*os.Getpagesize()+pageHeaderSize+20] ^= 1
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		// bbolt would open it, and show the commit before the last if the page is the newer one.
		wantRefused(t, path, fault.ReasonStoredDataCorrupt)
	}
}

func TestReadNamesTheDamagedEntry(t *testing.T) {
	path := newPath(t)
	whole := writeSample(t, path)
	at := bytes.Index(whole, []byte("geneva 40 "))
	whole[at] ^= 0x20
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	l := open(t, path)
	got, err := contents(t, l, "geneva")
	f := wantFault(t, err, fault.ReasonStoredDataCorrupt)
	if len(got) != 39 || f.Kind != fault.DataLoss || f.Meta["negotiation"] != "geneva" || f.Meta["seq"] != "40" {
		t.Errorf("%d entries, then %v (%v); want 39, then a fault of geneva and seq 40", len(got), f, f.Meta)
	}
	if strings.Contains(f.Message, path) {
		t.Errorf("message %q shows the path to callers", f.Message)
	}
	for e, err := range l.Read(t.Context(), "geneva", 41) { // what lies behind it is not lost
		if err != nil || string(e.Data) != sample["geneva"][e.Seq-1] {
			t.Fatalf("entry %d is %q, %v", e.Seq, e.Data, err)
		}
	}
	grow(t, l, "geneva", 70, "the log goes on")
	wantContents(t, l, "oslo", sample["oslo"]...)
}

func TestMissingRecordsAreDataLoss(t *testing.T) {
	changes := map[string]struct {
		change func(tx *bolt.Tx) error
		seq    string
	}{
		"first entry": {func(tx *bolt.Tx) error { return tx.Bucket(bucketEntries).Delete(place(1).key()) }, "1"},
		"last entry":  {func(tx *bolt.Tx) error { return tx.Bucket(bucketEntries).Delete(place(40).key()) }, "40"},
		"row":         {func(tx *bolt.Tx) error { return tx.Bucket(bucketRows).Delete(rowKey(1, 0)) }, "1"},
		"swapped": {func(tx *bolt.Tx) error {
			b := tx.Bucket(bucketEntries)
			return b.Put(place(5).key(), bytes.Clone(b.Get(place(6).key())))
		}, "5"},
		"swapped and sealed": {func(tx *bolt.Tx) error {
			key := place(5).key()
			return tx.Bucket(bucketEntries).Put(key, newDraft([]byte("entry 6")).seal(key, owner(1, 6)))
		}, "5"},
	}
	for name, c := range changes {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			l := open(t, path)
			grow(t, l, "geneva", 0, sampleLog("geneva", 40, 0)...)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			withBolt(t, path, c.change)
			l = open(t, path)
			_, err := contents(t, l, "geneva")
			if f := wantFault(t, err, fault.ReasonStoredDataCorrupt); f.Meta["seq"] != c.seq {
				t.Errorf("%v names seq %q, want %q", f, f.Meta["seq"], c.seq)
			}
			wantFault(t, l.Verify(t.Context()), fault.ReasonStoredDataCorrupt)
		})
	}
}

// TestDamageUnderARunningServer overwrites and cuts the file of an open ledger: calls fail, but nothing crashes.
func TestDamageUnderARunningServer(t *testing.T) {
	damages := map[string]func(path string, size int64) error{
		"pages overwritten": func(path string, size int64) error {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt(bytes.Repeat([]byte{0xff}, int(size-8192)), 8192)
			return errors.Join(err, f.Close())
		},
		"cut to its meta pages": func(path string, _ int64) error { return os.Truncate(path, 8192) },
		"cut to nothing":        func(path string, _ int64) error { return os.Truncate(path, 0) },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			size := int64(len(writeSample(t, path)))
			l := open(t, path)
			if err := damage(path, size); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second time shows that the first left no lock behind
				for name := range sample {
					if got, err := contents(t, l, name); err == nil {
						t.Errorf("%q reads %d entries from a destroyed file", name, len(got))
					}
					if err := l.Append(t.Context(), name, 1<<20, []byte("x")); err == nil {
						t.Errorf("append to %q succeeds", name)
					}
				}
				if _, _, err := l.Snapshot(t.Context(), "geneva"); err != nil {
					wantFault(t, err, fault.ReasonUnavailable)
				}
				if err := l.Verify(t.Context()); err == nil {
					t.Error("Verify finds nothing")
				}
			}
		})
	}
}

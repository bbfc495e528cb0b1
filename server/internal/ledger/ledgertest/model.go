package ledgertest

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

var modelTests = []test{
	{"agrees with slices of entries", modelAgrees},
}

// model is what a ledger is in the end: a slice of entries for each name.
type model struct {
	l         ledger.Ledger
	reopen    func() ledger.Ledger
	logs      map[string][]string
	snapshots map[string]snapshot
}

type snapshot struct {
	seq  ledger.Seq
	data string
}

// modelAgrees runs random commands on the ledger and on a model, and compares all that both hold. All runs share one
// storage, each with names of its own, as opening is what costs most.
func modelAgrees(t *testing.T, open Opener) {
	l := open(t)
	defer func() { closeLedger(t, l) }()
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		m := &model{
			l: l, logs: map[string][]string{}, snapshots: map[string]snapshot{},
			reopen: func() ledger.Ledger {
				closeLedger(t, l)
				l = open(t)
				return l
			},
		}
		prefix := string(rune(0x100+run)) + "/" // sorts after those of all earlier runs
		rt.Repeat(map[string]func(*rapid.T){
			"append":   func(rt *rapid.T) { m.append(rt, prefix) },
			"snapshot": func(rt *rapid.T) { m.snapshot(rt, prefix) },
			"read":     func(rt *rapid.T) { m.read(rt, prefix) },
			"reopen":   m.reopenSome,
			"":         func(rt *rapid.T) { m.check(rt, prefix) },
		})
	})
}

func drawName(rt *rapid.T, prefix string) string {
	return prefix + rapid.SampledFrom([]string{"a", "ab", "b"}).Draw(rt, "name")
}

func (m *model) append(rt *rapid.T, prefix string) {
	name := drawName(rt, prefix)
	head := len(m.logs[name])
	after := head
	if rapid.IntRange(0, 4).Draw(rt, "wrong") == 0 {
		after = rapid.IntRange(0, head+2).Draw(rt, "after")
	}
	entries := rapid.SliceOfN(rapid.StringN(0, 40, -1), 1, 5).Draw(rt, "entries")
	err := m.l.Append(ctx, name, ledger.Seq(after), data(entries)...)
	if after != head {
		wantLost(rt, err, name, ledger.Seq(head))
		return
	}
	if err != nil {
		rt.Fatalf("Append(%q, after %d): %v", name, after, err)
	}
	m.logs[name] = append(m.logs[name], entries...)
}

func (m *model) snapshot(rt *rapid.T, prefix string) {
	name := drawName(rt, prefix)
	if len(m.logs[name]) == 0 {
		return
	}
	s := snapshot{
		seq:  ledger.Seq(rapid.IntRange(1, len(m.logs[name])).Draw(rt, "seq")),
		data: rapid.StringN(0, 2000, -1).Draw(rt, "snapshot"),
	}
	keep(rt, m.l, name, s.seq, s.data)
	if s.seq >= m.snapshots[name].seq {
		m.snapshots[name] = s
	}
	wantSnapshot(rt, m.l, name, m.snapshots[name].seq, m.snapshots[name].data)
}

func (m *model) read(rt *rapid.T, prefix string) {
	name := drawName(rt, prefix)
	from := rapid.IntRange(1, len(m.logs[name])+2).Draw(rt, "from")
	want := m.logs[name][min(from-1, len(m.logs[name])):]
	wantEntries(rt, m.l.Read(ctx, name, ledger.Seq(from)), ledger.Seq(from), want...)
}

// reopenSome reopens now and then; snapshots may vanish with it.
func (m *model) reopenSome(rt *rapid.T) {
	if rapid.IntRange(0, 3).Draw(rt, "really") > 0 {
		return
	}
	m.l = m.reopen()
	for name, want := range m.snapshots {
		seq, data, err := m.l.Snapshot(ctx, name)
		if got := (snapshot{seq, string(data)}); err != nil || got != (snapshot{}) && got != want {
			rt.Errorf("Snapshot(%q) after reopening = %v, %v, want %v or none", name, got, err, want)
		}
		m.snapshots[name] = snapshot{seq, string(data)}
	}
}

// check compares everything.
func (m *model) check(rt *rapid.T, prefix string) {
	names := slices.Sorted(maps.Keys(m.logs))
	wantNames(rt, m.l, prefix, names...)
	for _, name := range names {
		wantLog(rt, m.l, name, m.logs[name]...)
	}
}

// Package ledgertest holds what tests of ledgers and of their users need: Run, the conformance suite that every engine
// passes; Memory, an engine without a disk, for tests of other packages; and Faulty, which makes chosen calls fail.
package ledgertest

import (
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// Opener opens one and the same storage, again and again. The suite closes what it opened before it opens the next.
type Opener func(t *testing.T) ledger.Ledger

// Run checks every sentence of the comments on ledger.Ledger. newStore gives fresh, empty storage for each test.
func Run(t *testing.T, newStore func(t *testing.T) Opener) {
	groups := []struct {
		name  string
		tests []test
	}{
		{"Append", appendTests},
		{"Race", raceTests},
		{"Cancel", cancelTests},
		{"Read", readTests},
		{"Tail", tailTests},
		{"Negotiations", namesTests},
		{"Snapshot", snapshotTests},
		{"Close", closeTests},
		{"Model", modelTests},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, test := range g.tests {
				t.Run(test.name, func(t *testing.T) { test.run(t, newStore(t)) })
			}
		})
	}
}

// test is one fact about ledgers.
type test struct {
	name string
	run  func(t *testing.T, open Opener)
}

// on makes a test out of one that needs just an open ledger, which is closed at the end.
func on(run func(t *testing.T, l ledger.Ledger)) func(*testing.T, Opener) {
	return func(t *testing.T, open Opener) {
		l := open(t)
		defer closeLedger(t, l)
		run(t, l)
	}
}

func closeLedger(t tester, l ledger.Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

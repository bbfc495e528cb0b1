package record

import (
	"iter"
	"math"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Latest is the moment after every entry.
const Latest = math.MaxInt64

// Negotiation finds a negotiation as it stood at a moment, deleted or not.
func (s *State) Negotiation(name string, at int64) (*parleyv1.Negotiation, bool) {
	return s.negotiations.get(name, at)
}

// Party finds a party as it stood at a moment, deleted or not.
func (s *State) Party(name string, at int64) (*parleyv1.Party, bool) { return s.parties.get(name, at) }

// Demand finds a demand as it stood at a moment, deleted or not.
func (s *State) Demand(name string, at int64) (*parleyv1.Demand, bool) {
	return s.demands.get(name, at)
}

// Plan finds a plan as it stood at a moment, deleted or not.
func (s *State) Plan(name string, at int64) (*parleyv1.Plan, bool) { return s.plans.get(name, at) }

// Stance finds a stance as it stood at a moment, deleted or not.
func (s *State) Stance(name string, at int64) (*parleyv1.Stance, bool) {
	return s.stances.get(name, at)
}

// Negotiations yields all negotiations of a directory, by name, beginning after `after`.
func (s *State) Negotiations(after string, at int64) iter.Seq[*parleyv1.Negotiation] {
	return all(s.negotiations, "", after, at)
}

// Parties yields all parties by name, beginning after `after`.
func (s *State) Parties(after string, at int64) iter.Seq[*parleyv1.Party] {
	return all(s.parties, "", after, at)
}

// Demands yields the demands of a party, or of all parties if party is empty, by name, beginning after `after`.
func (s *State) Demands(party, after string, at int64) iter.Seq[*parleyv1.Demand] {
	if party != "" {
		party += "/"
	}
	return all(s.demands, party, after, at)
}

// Plans yields all plans by name, beginning after `after`.
func (s *State) Plans(after string, at int64) iter.Seq[*parleyv1.Plan] {
	return all(s.plans, "", after, at)
}

// Stances yields all stances by name, beginning after `after`.
func (s *State) Stances(after string, at int64) iter.Seq[*parleyv1.Stance] {
	return all(s.stances, "", after, at)
}

func all[M proto.Message](t *table[M], prefix, after string, at int64) iter.Seq[M] {
	return func(yield func(M) bool) { t.scan(prefix, after, at, yield) }
}

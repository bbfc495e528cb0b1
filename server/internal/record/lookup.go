package record

import (
	"iter"
	"math"
	"time"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Beginning is a moment before every entry.
var Beginning = time.Unix(0, 0)

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

// Claim finds a claim as it stood at a moment, deleted or not.
func (s *State) Claim(name string, at int64) (*parleyv1.Claim, bool) { return s.claims.get(name, at) }

// Event finds an event as it stood at a moment, deleted or not.
func (s *State) Event(name string, at int64) (*parleyv1.Event, bool) { return s.events.get(name, at) }

// Source finds a source as it stood at a moment, deleted or not.
func (s *State) Source(name string, at int64) (*parleyv1.Source, bool) {
	return s.sources.get(name, at)
}

// Assessment finds an assessment as it stood at a moment, deleted or not.
func (s *State) Assessment(name string, at int64) (*parleyv1.Assessment, bool) {
	return s.assessments.get(name, at)
}

// Objection finds an objection as it stood at a moment, deleted or not.
func (s *State) Objection(name string, at int64) (*parleyv1.Objection, bool) {
	return s.objections.get(name, at)
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

// Claims yields all claims by name, beginning after `after`.
func (s *State) Claims(after string, at int64) iter.Seq[*parleyv1.Claim] {
	return all(s.claims, "", after, at)
}

// Events yields all events by name, beginning after `after`.
func (s *State) Events(after string, at int64) iter.Seq[*parleyv1.Event] {
	return all(s.events, "", after, at)
}

// Sources yields all sources by name, beginning after `after`.
func (s *State) Sources(after string, at int64) iter.Seq[*parleyv1.Source] {
	return all(s.sources, "", after, at)
}

// Assessments yields all assessments by name, beginning after `after`.
func (s *State) Assessments(after string, at int64) iter.Seq[*parleyv1.Assessment] {
	return all(s.assessments, "", after, at)
}

// Objections yields all objections by name, beginning after `after`.
func (s *State) Objections(after string, at int64) iter.Seq[*parleyv1.Objection] {
	return all(s.objections, "", after, at)
}

// Valuation finds a valuation as it stood at a moment, deleted or not.
func (s *State) Valuation(name string, at int64) (*parleyv1.Valuation, bool) {
	return s.valuations.get(name, at)
}

// Valuations yields all valuations by name, beginning after `after`.
func (s *State) Valuations(after string, at int64) iter.Seq[*parleyv1.Valuation] {
	return all(s.valuations, "", after, at)
}

// Accesses yields all accesses of a log of such by name, beginning after `after`.
func (s *State) Accesses(after string, at int64) iter.Seq[*parleyv1.Access] {
	return all(s.accesses, "", after, at)
}

// Access finds an access.
func (s *State) Access(name string, at int64) (*parleyv1.Access, bool) {
	return s.accesses.get(name, at)
}

// Stored finds a resource of any kind as it is now, deleted or not, whoever may know of it; nil if there is none.
func (s *State) Stored(name string) proto.Message {
	switch CollectionOf(name) {
	case "negotiations":
		return stored(s.negotiations, name)
	case "parties":
		return stored(s.parties, name)
	case "demands":
		return stored(s.demands, name)
	case "plans":
		return stored(s.plans, name)
	case "revisions":
		if r, ok := s.revisions.Get(name); ok {
			return r.Msg
		}
	case "stances":
		return stored(s.stances, name)
	case "claims":
		return stored(s.claims, name)
	case "events":
		return stored(s.events, name)
	case "sources":
		return stored(s.sources, name)
	case "assessments":
		return stored(s.assessments, name)
	case "objections":
		return stored(s.objections, name)
	case "valuations":
		return stored(s.valuations, name)
	case "disclosures":
		return stored(s.disclosures, name)
	}
	return nil
}

func stored[M kept](t *table[M], name string) proto.Message {
	if m, ok := t.get(name, Latest); ok {
		return m
	}
	return nil
}

func all[M kept](t *table[M], prefix, after string, at int64) iter.Seq[M] {
	return func(yield func(M) bool) { t.scan(prefix, after, at, yield) }
}

// StanceVersions yields what a stance was up to a moment, newest first, each with the time of the entry that made it so.
func (s *State) StanceVersions(name string, at int64) iter.Seq2[int64, *parleyv1.Stance] {
	return versions(s.stances, name, at)
}

// DemandVersions yields what a demand was up to a moment, newest first, each with the time of the entry that made it so.
func (s *State) DemandVersions(name string, at int64) iter.Seq2[int64, *parleyv1.Demand] {
	return versions(s.demands, name, at)
}

func versions[M kept](t *table[M], name string, at int64) iter.Seq2[int64, M] {
	return func(yield func(int64, M) bool) {
		newest, _ := t.m.Get(name)
		for v := newest; v != nil; v = v.prev {
			if v.time <= at && !yield(v.time, v.msg) {
				return
			}
		}
	}
}

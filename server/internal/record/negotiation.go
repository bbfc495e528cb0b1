package record

import (
	"cmp"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

var negotiationNoun = noun[*parleyv1.Negotiation]{
	field: "negotiation", plural: "negotiations",
	table: func(s *State) *table[*parleyv1.Negotiation] { return s.negotiations },
	change: func(m *parleyv1.Negotiation) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Negotiation{Negotiation: m}}
	},
	settle: settleNegotiation,
}

// CreateNegotiation records a new negotiation under an id that is settled already, as it names the log to write to.
func CreateNegotiation(req *parleyv1.CreateNegotiationRequest, id string) Command {
	return func(st *State, env Env) (*Draft, error) {
		m, err := negotiationNoun.create(st, env, "", id, req.GetNegotiation(), negotiationNoun.field)
		if err != nil {
			return nil, err
		}
		m.FirstMediator = cmp.Or(req.GetMediator(), env.Actor)
		return negotiationNoun.draft(m, nil)
	}
}

// UpdateNegotiation changes fields of a negotiation.
func UpdateNegotiation(req *parleyv1.UpdateNegotiationRequest) Command {
	return negotiationNoun.updating(req.GetNegotiation(), req.GetUpdateMask())
}

// DeleteNegotiation deletes a negotiation softly.
func DeleteNegotiation(req *parleyv1.DeleteNegotiationRequest) Command {
	return negotiationNoun.deleting(req)
}

// UndeleteNegotiation brings a deleted negotiation back.
func UndeleteNegotiation(req *parleyv1.UndeleteNegotiationRequest) Command {
	return negotiationNoun.undeleting(req)
}

// settleNegotiation makes the default audience explicit.
func settleNegotiation(_ *State, m *parleyv1.Negotiation, _ string) error {
	if m.GetAudience().GetLevel() == parleyv1.Audience_LEVEL_UNSPECIFIED {
		m.Audience = &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_PUBLIC}
	}
	return nil
}

package record

import (
	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

var partyNoun = noun[*parleyv1.Party]{
	field: "party", plural: "parties",
	table: func(s *State) *table[*parleyv1.Party] { return s.parties },
	change: func(m *parleyv1.Party) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Party{Party: m}}
	},
	settle: settleParty,
}

// CreateParty records a new party.
func CreateParty(req *parleyv1.CreatePartyRequest) Command {
	return partyNoun.creating(req.GetParent(), req.GetPartyId(), req.GetParty())
}

// UpdateParty changes fields of a party.
func UpdateParty(req *parleyv1.UpdatePartyRequest) Command {
	return partyNoun.updating(req.GetParty(), req.GetUpdateMask())
}

// DeleteParty deletes a party softly.
func DeleteParty(req *parleyv1.DeletePartyRequest) Command { return partyNoun.deleting(req) }

// UndeleteParty brings a deleted party back.
func UndeleteParty(req *parleyv1.UndeletePartyRequest) Command { return partyNoun.undeleting(req) }

// settleParty makes the default audience explicit.
func settleParty(_ *State, m *parleyv1.Party, _ string) error {
	if m.GetAudience().GetLevel() == parleyv1.Audience_LEVEL_UNSPECIFIED {
		m.Audience = &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_PUBLIC}
	}
	return nil
}

package record

import (
	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

var demandNoun = noun[*parleyv1.Demand]{
	field: "demand", plural: "demands",
	table: func(s *State) *table[*parleyv1.Demand] { return s.demands },
	change: func(m *parleyv1.Demand) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Demand{Demand: m}}
	},
}

// CreateDemand records a new demand.
func CreateDemand(req *parleyv1.CreateDemandRequest) Command {
	return demandNoun.creating(req.GetParent(), req.GetDemandId(), req.GetDemand())
}

// UpdateDemand changes fields of a demand.
func UpdateDemand(req *parleyv1.UpdateDemandRequest) Command {
	return demandNoun.updating(req.GetDemand(), req.GetUpdateMask())
}

// DeleteDemand deletes a demand softly.
func DeleteDemand(req *parleyv1.DeleteDemandRequest) Command { return demandNoun.deleting(req) }

// UndeleteDemand brings a deleted demand back.
func UndeleteDemand(req *parleyv1.UndeleteDemandRequest) Command { return demandNoun.undeleting(req) }

// BatchCreateDemands records several demands, all or none.
func BatchCreateDemands(req *parleyv1.BatchCreateDemandsRequest) Command {
	return demandNoun.batching(itemsOf(req.GetParent(), req.GetRequests(), func(item *parleyv1.CreateDemandRequest) (string, *parleyv1.Demand) {
		return item.GetDemandId(), item.GetDemand()
	}))
}

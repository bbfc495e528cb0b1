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
	return func(st *State, env Env) (*Draft, error) {
		m, err := demandNoun.create(st, env, req.GetParent(), req.GetDemandId(), req.GetDemand(), "demand")
		return demandNoun.draft(m, err)
	}
}

// UpdateDemand changes fields of a demand.
func UpdateDemand(req *parleyv1.UpdateDemandRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		return demandNoun.update(st, env, req.GetDemand(), req.GetUpdateMask())
	}
}

// DeleteDemand deletes a demand softly.
func DeleteDemand(req *parleyv1.DeleteDemandRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		return demandNoun.setDeleted(st, env, req.GetName(), req.GetEtag(), true)
	}
}

// UndeleteDemand brings a deleted demand back.
func UndeleteDemand(req *parleyv1.UndeleteDemandRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		return demandNoun.setDeleted(st, env, req.GetName(), req.GetEtag(), false)
	}
}

// BatchCreateDemands records several demands, all or none.
func BatchCreateDemands(req *parleyv1.BatchCreateDemandsRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		return demandNoun.batch(st, env, len(req.GetRequests()), func(i int) (string, string, *parleyv1.Demand) {
			item := req.GetRequests()[i]
			parent := item.GetParent()
			if parent == "" {
				parent = req.GetParent()
			}
			return parent, item.GetDemandId(), item.GetDemand()
		})
	}
}

package record

import (
	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

var planNoun = noun[*parleyv1.Plan]{
	field: "plan", plural: "plans",
	table: func(s *State) *table[*parleyv1.Plan] { return s.plans },
	change: func(m *parleyv1.Plan) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Plan{Plan: m}}
	},
	settle: settlePlan,
}

// CreatePlan records a new plan.
func CreatePlan(req *parleyv1.CreatePlanRequest) Command {
	return planNoun.creating(req.GetParent(), req.GetPlanId(), req.GetPlan())
}

// UpdatePlan changes fields of a plan.
func UpdatePlan(req *parleyv1.UpdatePlanRequest) Command {
	return planNoun.updating(req.GetPlan(), req.GetUpdateMask())
}

// DeletePlan deletes a plan softly.
func DeletePlan(req *parleyv1.DeletePlanRequest) Command { return planNoun.deleting(req) }

// UndeletePlan brings a deleted plan back.
func UndeletePlan(req *parleyv1.UndeletePlanRequest) Command { return planNoun.undeleting(req) }

// settlePlan makes the default audience explicit.
func settlePlan(_ *State, m *parleyv1.Plan, _ string) error {
	if m.GetAudience().GetLevel() == parleyv1.Audience_LEVEL_UNSPECIFIED {
		m.Audience = &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_PUBLIC}
	}
	return nil
}

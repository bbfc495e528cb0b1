package record

import (
	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

var stanceNoun = noun[*parleyv1.Stance]{
	field: "stance", plural: "stances",
	table: func(s *State) *table[*parleyv1.Stance] { return s.stances },
	change: func(m *parleyv1.Stance) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Stance{Stance: m}}
	},
	settle: settleStance,
}

// CreateStance records a new stance.
func CreateStance(req *parleyv1.CreateStanceRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		m, err := stanceNoun.create(st, env, req.GetParent(), req.GetStanceId(), req.GetStance(), "stance")
		return stanceNoun.draft(m, err)
	}
}

// UpdateStance changes fields of a stance.
func UpdateStance(req *parleyv1.UpdateStanceRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		return stanceNoun.update(st, env, req.GetStance(), req.GetUpdateMask())
	}
}

// DeleteStance deletes a stance softly.
func DeleteStance(req *parleyv1.DeleteStanceRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		return stanceNoun.setDeleted(st, env, req.GetName(), req.GetEtag(), true)
	}
}

// UndeleteStance brings a deleted stance back.
func UndeleteStance(req *parleyv1.UndeleteStanceRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		return stanceNoun.setDeleted(st, env, req.GetName(), req.GetEtag(), false)
	}
}

// BatchCreateStances records several stances, all or none.
func BatchCreateStances(req *parleyv1.BatchCreateStancesRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		return stanceNoun.batch(st, env, len(req.GetRequests()), func(i int) (string, string, *parleyv1.Stance) {
			item := req.GetRequests()[i]
			parent := item.GetParent()
			if parent == "" {
				parent = req.GetParent()
			}
			return parent, item.GetStanceId(), item.GetStance()
		})
	}
}

// settleStance resolves the alias `latest`, and notes the wording that a stance on a point is given on.
func settleStance(st *State, m *parleyv1.Stance, path string) error {
	switch t := m.GetTarget().GetTarget().(type) {
	case *parleyv1.Stance_Target_Point:
		return st.settlePointTarget(m, t, path+".target.point")
	case *parleyv1.Stance_Target_Revision:
		t.Revision = st.resolveLatest(t.Revision)
	case *parleyv1.Stance_Target_UnnamedSet_:
		t.UnnamedSet.Revision = st.resolveLatest(t.UnnamedSet.GetRevision())
	case *parleyv1.Stance_Target_Comparison_:
		t.Comparison.Revision = st.resolveLatest(t.Comparison.GetRevision())
		t.Comparison.Than = st.resolveLatest(t.Comparison.GetThan())
		if t.Comparison.GetThan() == t.Comparison.GetRevision() {
			return fault.InvalidField(path+".target.comparison.than", "unique", "a revision is not compared with itself")
		}
	}
	return nil
}

func (s *State) settlePointTarget(m *parleyv1.Stance, t *parleyv1.Stance_Target_Point, path string) error {
	revision, id := splitPointName(t.Point)
	revision = s.resolveLatest(revision)
	t.Point = revision + "/points/" + id
	r, ok := s.revisions.Get(revision)
	if !ok {
		return fault.ReferenceNotFound(path, revision)
	}
	p, ok := r.Text.Point(id)
	if !ok {
		return fault.PointUnknown(path, id)
	}
	if p.GetDigest() == "" || redline.Gone(p) {
		return fault.PointStateConflict(path, id, "has no wording in this revision to take a stance on")
	}
	m.Digest = p.GetDigest()
	return nil
}

// resolveLatest turns `…/revisions/latest` into the name of the plan's newest revision, if it has one.
func (s *State) resolveLatest(name string) string {
	if IDOf(name) != "latest" {
		return name
	}
	if r := s.Head(ParentOf(name), Latest); r != nil {
		return r.Msg.GetName()
	}
	return name
}

package record

import (
	"slices"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

var objectionNoun = noun[*parleyv1.Objection]{
	field: "objection", plural: "objections",
	table: func(s *State) *table[*parleyv1.Objection] { return s.objections },
	change: func(m *parleyv1.Objection) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Objection{Objection: m}}
	},
	settle: settleObjection,
}

// CreateObjection records a new objection.
func CreateObjection(req *parleyv1.CreateObjectionRequest) Command {
	return objectionNoun.creating(req.GetParent(), req.GetObjectionId(), req.GetObjection())
}

// UpdateObjection changes fields of an objection.
func UpdateObjection(req *parleyv1.UpdateObjectionRequest) Command {
	return objectionNoun.updating(req.GetObjection(), req.GetUpdateMask())
}

// DeleteObjection deletes an objection softly.
func DeleteObjection(req *parleyv1.DeleteObjectionRequest) Command {
	return objectionNoun.deleting(req)
}

// UndeleteObjection brings a deleted objection back.
func UndeleteObjection(req *parleyv1.UndeleteObjectionRequest) Command {
	return objectionNoun.undeleting(req)
}

// BatchCreateObjections records several objections, all or none.
func BatchCreateObjections(req *parleyv1.BatchCreateObjectionsRequest) Command {
	return objectionNoun.batching(itemsOf(req.GetParent(), req.GetRequests(), func(item *parleyv1.CreateObjectionRequest) (string, *parleyv1.Objection) {
		return item.GetObjectionId(), item.GetObjection()
	}))
}

// settleObjection resolves the alias `latest`, and checks that there is an editorial change to object to.
func settleObjection(st *State, m *parleyv1.Objection, path string) error {
	revision, id := splitPointName(m.GetPoint())
	revision = st.resolveLatest(revision)
	m.Point = revision + "/points/" + id
	if _, err := st.pointOf(revision, id, path+".point", path+".point"); err != nil {
		return err
	}
	r, _ := st.revisions.Get(revision)
	if !slices.ContainsFunc(r.Msg.GetEditorialChanges(), func(c *parleyv1.Revision_EditorialChange) bool { return c.GetPoint() == id }) {
		return fault.PointStateConflict(path+".point", id, "was not changed in that revision in a way declared editorial")
	}
	return nil
}

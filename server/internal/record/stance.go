package record

import (
	"slices"
	"strings"

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
	return stanceNoun.creating(req.GetParent(), req.GetStanceId(), req.GetStance())
}

// UpdateStance changes fields of a stance.
func UpdateStance(req *parleyv1.UpdateStanceRequest) Command {
	return stanceNoun.updating(req.GetStance(), req.GetUpdateMask())
}

// DeleteStance deletes a stance softly.
func DeleteStance(req *parleyv1.DeleteStanceRequest) Command { return stanceNoun.deleting(req) }

// UndeleteStance brings a deleted stance back.
func UndeleteStance(req *parleyv1.UndeleteStanceRequest) Command { return stanceNoun.undeleting(req) }

// BatchCreateStances records several stances, all or none.
func BatchCreateStances(req *parleyv1.BatchCreateStancesRequest) Command {
	return stanceNoun.batching(itemsOf(req.GetParent(), req.GetRequests(), func(item *parleyv1.CreateStanceRequest) (string, *parleyv1.Stance) {
		return item.GetStanceId(), item.GetStance()
	}))
}

// settleStance resolves the alias `latest`, and notes the wordings that a stance is given on and requires.
func settleStance(st *State, m *parleyv1.Stance, path string) error {
	if err := st.settleTarget(m, path); err != nil {
		return err
	}
	for i, q := range m.GetRequirements() {
		if err := st.settleRequirement(m, q, path+".requirements["+itoa(i)+"]"); err != nil {
			return err
		}
	}
	return nil
}

func (s *State) settleTarget(m *parleyv1.Stance, path string) error {
	switch t := m.GetTarget().GetTarget().(type) {
	case *parleyv1.Stance_Target_Point:
		return s.settlePointTarget(m, t, path+".target.point")
	case *parleyv1.Stance_Target_Revision:
		t.Revision = s.resolveLatest(t.Revision)
	case *parleyv1.Stance_Target_Package_:
		return s.settlePackage(m, t.Package, path+".target.package")
	case *parleyv1.Stance_Target_UnnamedSet_:
		t.UnnamedSet.Revision = s.resolveLatest(t.UnnamedSet.GetRevision())
	case *parleyv1.Stance_Target_Comparison_:
		t.Comparison.Revision = s.resolveLatest(t.Comparison.GetRevision())
		t.Comparison.Than = s.resolveLatest(t.Comparison.GetThan())
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
	p, err := s.wordedPoint(revision, id, path, path)
	m.Digest = p.GetDigest()
	return err
}

// settlePackage notes the wordings of the points of a package.
func (s *State) settlePackage(m *parleyv1.Stance, t *parleyv1.Stance_Target_Package, path string) error {
	t.Revision = s.resolveLatest(t.GetRevision())
	m.Digests = nil
	for i, id := range t.GetPoints() {
		p, err := s.wordedPoint(t.GetRevision(), id, path+".revision", path+".points["+itoa(i)+"]")
		if err != nil {
			return err
		}
		m.Digests = append(m.Digests, p.GetDigest())
	}
	return nil
}

// settleRequirement checks that a requirement names a point other than those that the stance is on, and notes the wording that
// it wants to stand.
func (s *State) settleRequirement(m *parleyv1.Stance, q *parleyv1.Stance_Requirement, path string) error {
	q.Digest = ""
	revision, own := StanceRevision(m), StancePoints(m)
	var id string
	switch r := q.GetRequirement().(type) {
	case *parleyv1.Stance_Requirement_AsIn:
		path += ".as_in"
		revision, id = splitPointName(r.AsIn)
		revision = s.resolveLatest(revision)
		r.AsIn = revision + "/points/" + id
		p, err := s.wordedPoint(revision, id, path, path)
		if err != nil {
			return err
		}
		q.Digest = p.GetDigest()
	case *parleyv1.Stance_Requirement_Agreed:
		id, path = r.Agreed, path+".agreed"
	case *parleyv1.Stance_Requirement_First:
		id, path = r.First, path+".first"
	}
	if slices.Contains(own, id) {
		return fault.InvalidField(path, "other_point", "is a point that the stance is on itself")
	}
	_, err := s.pointOf(revision, id, path, path)
	return err
}

// StanceRevision names the revision of the points that a stance is on; empty if it is on none.
func StanceRevision(m *parleyv1.Stance) string {
	switch t := m.GetTarget().GetTarget().(type) {
	case *parleyv1.Stance_Target_Point:
		return ParentOf(t.Point)
	case *parleyv1.Stance_Target_Package_:
		return t.Package.GetRevision()
	}
	return ""
}

// StancePoints gives the ids of the points that a stance is on.
func StancePoints(m *parleyv1.Stance) []string {
	switch t := m.GetTarget().GetTarget().(type) {
	case *parleyv1.Stance_Target_Point:
		return []string{IDOf(t.Point)}
	case *parleyv1.Stance_Target_Package_:
		return t.Package.GetPoints()
	}
	return nil
}

// wordedPoint finds a point of a revision that has a wording.
func (s *State) wordedPoint(revision, id, revisionPath, pointPath string) (*parleyv1.Point, error) {
	p, err := s.pointOf(revision, id, revisionPath, pointPath)
	if err == nil && (p.GetDigest() == "" || redline.Gone(p)) {
		return nil, fault.PointStateConflict(pointPath, id, "has no wording in this revision to take a stance on")
	}
	return p, err
}

// pointOf finds a point of a revision; the paths are those of the fields that name them.
func (s *State) pointOf(revision, id, revisionPath, pointPath string) (*parleyv1.Point, error) {
	r, ok := s.revisions.Get(revision)
	if !ok || s.hidden(revision) {
		return nil, fault.ReferenceNotFound(revisionPath, revision)
	}
	p, ok := r.Text.Point(id)
	if !ok {
		return nil, fault.PointUnknown(pointPath, id)
	}
	return p, nil
}

// resolveAll resolves the alias `latest` in names of revisions and of their points, in place.
func (s *State) resolveAll(names []string) {
	for i, name := range names {
		if strings.Contains(name, "/revisions/latest/points/") {
			revision, id := splitPointName(name)
			names[i] = s.resolveLatest(revision) + "/points/" + id
			continue
		}
		if strings.HasSuffix(name, "/revisions/latest") {
			names[i] = s.resolveLatest(name)
		}
	}
}

// resolveLatest turns `…/revisions/latest` into the name of the plan's newest revision, if it has one.
func (s *State) resolveLatest(name string) string {
	if IDOf(name) != "latest" {
		return name
	}
	if r := s.head(ParentOf(name)); r != nil {
		return r.Msg.GetName()
	}
	return name
}

package record

import (
	"slices"
	"strings"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

var assessmentNoun = noun[*parleyv1.Assessment]{
	field: "assessment", plural: "assessments",
	table: func(s *State) *table[*parleyv1.Assessment] { return s.assessments },
	change: func(m *parleyv1.Assessment) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Assessment{Assessment: m}}
	},
	settle: settleAssessment,
}

// CreateAssessment records a new assessment.
func CreateAssessment(req *parleyv1.CreateAssessmentRequest) Command {
	return assessmentNoun.creating(req.GetParent(), req.GetAssessmentId(), req.GetAssessment())
}

// UpdateAssessment changes fields of an assessment.
func UpdateAssessment(req *parleyv1.UpdateAssessmentRequest) Command {
	return assessmentNoun.updating(req.GetAssessment(), req.GetUpdateMask())
}

// DeleteAssessment deletes an assessment softly.
func DeleteAssessment(req *parleyv1.DeleteAssessmentRequest) Command {
	return assessmentNoun.deleting(req)
}

// UndeleteAssessment brings a deleted assessment back.
func UndeleteAssessment(req *parleyv1.UndeleteAssessmentRequest) Command {
	return assessmentNoun.undeleting(req)
}

// BatchCreateAssessments records several assessments, all or none.
func BatchCreateAssessments(req *parleyv1.BatchCreateAssessmentsRequest) Command {
	return assessmentNoun.batching(itemsOf(req.GetParent(), req.GetRequests(), func(item *parleyv1.CreateAssessmentRequest) (string, *parleyv1.Assessment) {
		return item.GetAssessmentId(), item.GetAssessment()
	}))
}

// settleAssessment resolves the alias `latest`, and checks that the deciding words stand in a point of the revision.
func settleAssessment(st *State, m *parleyv1.Assessment, path string) error {
	m.Revision = st.resolveLatest(m.GetRevision())
	if m.GetPoint() == "" {
		return nil
	}
	revision, id := splitPointName(m.GetPoint())
	if revision = st.resolveLatest(revision); revision != m.GetRevision() {
		return fault.InvalidField(path+".point", "revision", "is not of the revision that is judged")
	}
	m.Point = revision + "/points/" + id
	p, err := st.pointOf(revision, id, path+".revision", path+".point")
	if err != nil {
		return err
	}
	if m.GetWords() != "" && !Says(p, m.GetWords()) {
		return fault.InvalidField(path+".words", "words", "do not stand in the point %q of that revision", id)
	}
	return nil
}

// Says tells whether words stand in a point, to the letter.
func Says(p *parleyv1.Point, words string) bool {
	if strings.Contains(p.GetHeading(), words) || strings.Contains(p.GetText(), words) {
		return true
	}
	return slices.ContainsFunc(p.GetAlternatives(), func(a *parleyv1.Alternative) bool { return strings.Contains(a.GetText(), words) })
}

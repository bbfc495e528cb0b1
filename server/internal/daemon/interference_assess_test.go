package daemon_test

import (
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// assess has somebody judge a demand at a revision, either of which may be a secret.
func (p *play) assess(who, owner string, audience *parleyv1.Audience, revision *thing) {
	demand := p.any(who, "Demand")
	if demand == nil || revision == nil {
		return
	}
	if demand.audience.GetLevel() < parleyv1.Audience_LEVEL_TABLED || revision.audience.GetLevel() < parleyv1.Audience_LEVEL_TABLED {
		audience = audienceOf(parleyv1.Audience_LEVEL_MEDIATOR)
	}
	m := &parleyv1.Assessment{
		Demand: demand.name, Revision: revision.name, Judge: who, Audience: audience,
		Verdict: rapid.SampledFrom([]parleyv1.Assessment_Verdict{parleyv1.Assessment_VERDICT_MET, parleyv1.Assessment_VERDICT_BREACHED}).Draw(p.t, "verdict"),
	}
	if owner != "" {
		m.JudgeParty = p.n() + "/parties/" + owner
	}
	secret := demand.secret || revision.secret || !p.knows(p.viewer, audience, owner) || !p.knows(p.viewer, demand.audience, demand.owner) || !p.knows(p.viewer, revision.audience, revision.owner)
	id := p.newID(owner, audience)
	err := p.act(who, secret, "AssessmentService.CreateAssessment", func(*twin) proto.Message {
		return &parleyv1.CreateAssessmentRequest{Parent: p.n(), AssessmentId: id, Assessment: m}
	})
	if err == nil {
		p.note(&thing{kind: "Assessment", name: p.n() + "/assessments/" + id, owner: owner, author: who, audience: audience, secret: secret})
	}
}

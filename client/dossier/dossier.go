package dossier

import (
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Dossier is a negotiation with everything in it. All resources bear their full names.
type Dossier struct {
	Negotiation *parleyv1.Negotiation
	Parties     []*parleyv1.Party
	Members     []*parleyv1.Member
	Sources     []*parleyv1.Source
	Demands     []*parleyv1.Demand
	Plans       []*parleyv1.Plan
	// Revisions are commits without request_id, in the order in which they can be made.
	Revisions   []*parleyv1.CommitRevisionRequest
	Events      []*parleyv1.Event
	Stances     []*parleyv1.Stance
	Claims      []*parleyv1.Claim
	Assessments []*parleyv1.Assessment
	Objections  []*parleyv1.Objection
	Valuations  []*parleyv1.Valuation
	Disclosures []*parleyv1.Disclosure
}

// Kinds of things in a dossier, in the order in which they are loaded where nothing else follows from what they name.
const (
	KindNegotiation = "negotiation"
	KindParties     = "parties"
	KindMembers     = "members"
	KindSources     = "sources"
	KindDemands     = "demands"
	KindPlans       = "plans"
	KindRevisions   = "revisions"
	KindEvents      = "events"
	KindStances     = "stances"
	KindClaims      = "claims"
	KindAssessments = "assessments"
	KindObjections  = "objections"
	KindValuations  = "valuations"
	KindDisclosures = "disclosures"
)

// idOf is the last part of a resource name.
func idOf(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// parentOf is a resource name without its last two parts.
func parentOf(name string) string {
	for range 2 {
		name = name[:max(strings.LastIndexByte(name, '/'), 0)]
	}
	return name
}

// revisionName is the name that a commit gives its revision.
func revisionName(c *parleyv1.CommitRevisionRequest) string {
	return c.GetParent() + "/revisions/" + c.GetRevisionId()
}

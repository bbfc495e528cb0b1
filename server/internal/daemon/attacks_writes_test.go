package daemon_test

import (
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

const (
	noReference = "InvalidArgument REFERENCE_NOT_FOUND"
	badField    = "InvalidArgument INVALID_FIELD"
)

// Attacks by writing: to change what is another's, and to find out by the answer what is there.
func TestAttacksByWriting(t *testing.T) {
	s := besiege(t)
	for _, attacks := range [][]attack{writesToSecrets, referencesToSecrets, writesForOthers, crookedWrites} {
		repel(t, s, attacks)
	}
}

const onR1 = `"point": "{n}/plans/draft/revisions/r1/points/p"`

var own = stanceOf("{n}/parties/a", onR1, "")

// stanceOf writes a stance of a party in JSON, with more fields.
func stanceOf(party, target, more string) string {
	return `{"party": "` + party + `", "value": "VALUE_OPPOSE", "target": {` + target + `}` + more + `}`
}

// writesToSecrets change what is there in secret, or take its place.
var writesToSecrets = []attack{
	{"an update of a secret", ask("anna", "StanceService.UpdateStance", `{"stance": {"name": "{n}/stances/b--{id}", "reason": "r"}, "update_mask": "reason"}`), missing},
	{"an update with the right etag", ask("anna", "StanceService.UpdateStance", `{"stance": {"name": "{n}/stances/b--{id}", "etag": "{hidden-etag}", "reason": "r"}, "update_mask": "reason"}`), missing},
	{"an update with a wrong etag", ask("anna", "StanceService.UpdateStance", `{"stance": {"name": "{n}/stances/b--{id}", "etag": "{etag}", "reason": "r"}, "update_mask": "reason"}`), missing},
	{"an update of the audience of a secret", ask("anna", "StanceService.UpdateStance", `{"stance": {"name": "{n}/stances/b--{id}", "audience": {"level": "LEVEL_PUBLIC"}}, "update_mask": "audience"}`), missing},
	{"an update of a secret only to try", ask("anna", "StanceService.UpdateStance", `{"stance": {"name": "{n}/stances/b--{id}", "reason": "r"}, "update_mask": "reason", "validate_only": true}`), missing},
	{"the deletion of a secret", ask("anna", "StanceService.DeleteStance", `{"name": "{n}/stances/b--{id}"}`), missing},
	{"the deletion of a secret with If-Match", send("anna", http.MethodDelete, "/v1/{n}/stances/b--{id}", "", "If-Match", `"{hidden-etag}"`), missingOverREST},
	{"the undeletion of a secret that is not deleted", ask("anna", "StanceService.UndeleteStance", `{"name": "{n}/stances/b--{id}"}`), missing},
	{"the undeletion of a deleted secret", ask("anna", "StanceService.UndeleteStance", `{"name": "{n}/stances/b--erased-{id}"}`), missing},
	{"a response to a secret", ask("anna", "ClaimService.RespondToClaim", `{"name": "{n}/claims/b--{id}", "response": {"party": "{n}/parties/a", "kind": "KIND_DISPUTES"}}`), missing},
	{"an id that is taken in secret", ask("anna", "StanceService.CreateStance", `{"parent": "{n}", "stance_id": "b--{id}", "stance": `+own+`}`), badField},
	{"an id that is taken in secret, only to try", ask("anna", "ClaimService.CreateClaim", `{"parent": "{n}", "claim_id": "b--{id}", "validate_only": true, "claim": {"statement": "x", "party": "{n}/parties/a"}}`), badField},
	{"an id that a mediator has taken in secret", ask("anna", "PlanService.CreatePlan", `{"parent": "{n}", "plan_id": "mediators--{id}", "plan": {"display_name": "x", "owner": "{n}/parties/a"}}`), badField},
	{"the id of a negotiation that is taken in secret", ask("maria", "NegotiationService.CreateNegotiation", `{"negotiation_id": "{id}", "negotiation": {"display_name": "x"}}`), denied},
	{"a revision under an id that is taken in secret", ask("bert", "PlanService.CommitRevision", `{"parent": "{n}/plans/draft", "revision_id": "mediators--{id}", "revision": {}, "text": {}}`), badField},
	{"what stands under a hidden party", ask("anna", "DemandService.CreateDemand", `{"parent": "{n}/parties/mediators--{id}", "demand": {"statement": "x", "strength": "STRENGTH_CORE"}}`), missing},
	{"a revision of a hidden plan", ask("anna", "PlanService.CommitRevision", `{"parent": "{n}/plans/mediators--{id}", "revision": {}, "text": {}}`), missing},
}

// referencesToSecrets name what is there in secret in what is the attacker's own.
var referencesToSecrets = []attack{
	{"a revision on a hidden one", ask("anna", "PlanService.CommitRevision", `{"parent": "{n}/plans/draft", "revision": {"parents": [{"revision": "{n}/plans/draft/revisions/mediators--{id}"}]}, "text": {}}`), noReference},
	{"a revision on the head that is known", ask("bert", "PlanService.CommitRevision", `{"parent": "{n}/plans/draft", "revision": {"parents": [{"revision": "{n}/plans/draft/revisions/r1"}]}, "text": {}}`), denied},
	{"a stance on a hidden revision", ask("anna", "StanceService.CreateStance", `{"parent": "{n}", "stance": `+stanceOf("{n}/parties/a", `"revision": "{n}/plans/draft/revisions/mediators--{id}"`, "")+`}`), noReference},
	{"a stance on a point of a hidden revision", ask("anna", "StanceService.CreateStance", `{"parent": "{n}", "stance": `+stanceOf("{n}/parties/a", `"point": "{n}/plans/draft/revisions/mediators--{id}/points/q"`, "")+`}`), noReference},
	{"a comparison with a hidden revision", ask("anna", "StanceService.CreateStance", `{"parent": "{n}", "stance": {"party": "{n}/parties/a", "value": "VALUE_PREFERS", "target": {"comparison": {"revision": "{n}/plans/draft/revisions/r1", "than": "{n}/plans/draft/revisions/mediators--{id}"}}}}`), noReference},
	{"a stance of a hidden party", ask("anna", "StanceService.CreateStance", `{"parent": "{n}", "stance": `+stanceOf("{n}/parties/mediators--{id}", onR1, "")+`}`), noReference},
	{"a claim about a secret", ask("anna", "ClaimService.CreateClaim", `{"parent": "{n}", "claim": {"statement": "x", "party": "{n}/parties/a", "about": ["{n}/stances/b--{id}"]}}`), noReference},
	{"a claim from a hidden source", ask("anna", "ClaimService.CreateClaim", `{"parent": "{n}", "claim": {"statement": "x", "party": "{n}/parties/a", "attribution": {"references": [{"source": "{n}/sources/mediators--{id}", "span": {"start": 0, "end": 2000000000}}]}}}`), noReference},
	{"a claim that is derived from a secret", ask("anna", "ClaimService.CreateClaim", `{"parent": "{n}", "claim": {"statement": "x", "party": "{n}/parties/a", "derived_from": ["{n}/claims/b--{id}"]}}`), noReference},
	{"a claim that reports a secret", ask("anna", "ClaimService.CreateClaim", `{"parent": "{n}", "claim": {"statement": "x", "party": "{n}/parties/a", "reports": "{n}/claims/b--{id}"}}`), noReference},
	{"whether a secret claim reports mine: would there be a circle?", ask("anna", "ClaimService.UpdateClaim", `{"claim": {"name": "{n}/claims/said", "reports": "{n}/claims/b--{id}"}, "update_mask": "reports"}`), noReference},
	{"a counter-claim that is a secret", ask("anna", "ClaimService.RespondToClaim", `{"name": "{n}/claims/said", "response": {"party": "{n}/parties/a", "kind": "KIND_DISPUTES", "counter_claim": "{n}/claims/b--{id}"}}`), noReference},
	{"a response of a hidden party", ask("anna", "ClaimService.RespondToClaim", `{"name": "{n}/claims/said", "response": {"party": "{n}/parties/mediators--{id}", "kind": "KIND_DISPUTES"}}`), noReference},
	{"a judgement of a secret demand", ask("ines", "AssessmentService.CreateAssessment", `{"parent": "{n}", "assessment": {"demand": "{n}/parties/b/demands/b--{id}", "revision": "{n}/plans/draft/revisions/r1", "verdict": "VERDICT_MET", "judge": "ines"}}`), noReference},
	{"a judgement by guessed words of a hidden revision", ask("ines", "AssessmentService.CreateAssessment", `{"parent": "{n}", "assessment": {"demand": "{n}/parties/b/demands/b--{id}", "revision": "{n}/plans/draft/revisions/mediators--{id}", "point": "{n}/plans/draft/revisions/mediators--{id}/points/q", "words": "cana", "verdict": "VERDICT_MET", "judge": "ines"}}`), noReference},
	{"an objection to a hidden change", ask("anna", "ObjectionService.CreateObjection", `{"parent": "{n}", "objection": {"party": "{n}/parties/a", "point": "{n}/plans/draft/revisions/mediators--{id}/points/p", "reason": "x"}}`), noReference},
	{"the disclosure of a secret to oneself", ask("anna", "DisclosureService.Disclose", `{"parent": "{n}", "disclosure": {"resources": ["{n}/stances/b--{id}"], "audience": {"level": "LEVEL_SHARED", "parties": ["{n}/parties/a"]}}}`), noReference},
	{"a disclosure to a hidden party", ask("anna", "DisclosureService.Disclose", `{"parent": "{n}", "disclosure": {"resources": ["{n}/stances/a-said"], "audience": {"level": "LEVEL_SHARED", "parties": ["{n}/parties/mediators--{id}"]}}}`), noReference},
	{"the disclosure of what was told me alone", ask("anna", "DisclosureService.Disclose", `{"parent": "{n}", "disclosure": {"resources": ["{n}/stances/b--told"], "audience": {"level": "LEVEL_PUBLIC"}}}`), denied},
	{"an audience with a hidden party in it", ask("anna", "StanceService.CreateStance", `{"parent": "{n}", "stance": `+stanceOf("{n}/parties/a", onR1, `, "audience": {"level": "LEVEL_SHARED", "parties": ["{n}/parties/mediators--{id}"]}`)+`}`), noReference},
}

// writesForOthers write in the name of others, or elsewhere.
var writesForOthers = []attack{
	{"a batch with something secret in it", ask("anna", "StanceService.BatchCreateStances", `{"parent": "{n}", "requests": [{"stance": `+own+`}, {"stance": `+stanceOf("{n}/parties/a", `"revision": "{n}/plans/draft/revisions/mediators--{id}"`, "")+`}]}`), noReference},
	{"a batch with something of another party in it", ask("anna", "StanceService.BatchCreateStances", `{"parent": "{n}", "requests": [{"stance": `+own+`}, {"stance": `+stanceOf("{n}/parties/b", onR1, "")+`}]}`), denied},
	{"a batch with something of another negotiation in it", ask("anna", "StanceService.BatchCreateStances", `{"parent": "{n}", "requests": [{"parent": "negotiations/other", "stance": `+own+`}]}`), badField},
	{"a batch for any party, with another's demand", ask("anna", "DemandService.BatchCreateDemands", `{"parent": "{n}/parties/-", "requests": [{"parent": "{n}/parties/b", "demand": {"statement": "x", "strength": "STRENGTH_CORE"}}]}`), denied},
	{"a batch for any party, in another negotiation", ask("anna", "DemandService.BatchCreateDemands", `{"parent": "{n}/parties/-", "requests": [{"parent": "negotiations/other/parties/a", "demand": {"statement": "x", "strength": "STRENGTH_CORE"}}]}`), badField},
	{"a batch for any negotiation", ask("anna", "StanceService.BatchCreateStances", `{"parent": "negotiations/-", "requests": [{"parent": "{n}", "stance": `+own+`}]}`), badField},
	{"a batch whose items have request ids", ask("anna", "StanceService.BatchCreateStances", `{"parent": "{n}", "requests": [{"request_id": "`+requestID+`", "stance": `+own+`}]}`), badField},
	{"a stance here of a party elsewhere", ask("anna", "StanceService.CreateStance", `{"parent": "{n}", "stance": `+stanceOf("negotiations/other/parties/a", onR1, "")+`}`), noReference},
	{"a stance elsewhere of a party here", ask("anna", "StanceService.CreateStance", `{"parent": "negotiations/other", "stance": `+own+`}`), denied},
	{"a stance for another party", ask("anna", "StanceService.CreateStance", `{"parent": "{n}", "stance": `+stanceOf("{n}/parties/b", onR1, "")+`}`), denied},
	{"a stance of mine that becomes another's", ask("anna", "StanceService.UpdateStance", `{"stance": {"name": "{n}/stances/a-said", "party": "{n}/parties/b"}, "update_mask": "party"}`), badField},
	{"a response in the name of another party", ask("anna", "ClaimService.RespondToClaim", `{"name": "{n}/claims/said", "response": {"party": "{n}/parties/b", "kind": "KIND_CONFIRMS"}}`), denied},
	{"responses of others in a claim of mine", ask("anna", "ClaimService.UpdateClaim", `{"claim": {"name": "{n}/claims/said", "responses": [{"party": "{n}/parties/b", "kind": "KIND_CONFIRMS"}]}, "update_mask": "responses"}`), denied},
	{"a new claim that another confirms", ask("anna", "ClaimService.CreateClaim", `{"parent": "{n}", "claim": {"statement": "x", "party": "{n}/parties/a", "responses": [{"party": "{n}/parties/b", "kind": "KIND_CONFIRMS"}]}}`), denied},
}

// crookedWrites are for what nobody may do so.
var crookedWrites = []attack{
	{"another's stance with my etag", ask("anna", "StanceService.UpdateStance", `{"stance": {"name": "{n}/stances/b-said", "etag": "{etag}", "reason": "r"}, "update_mask": "reason"}`), "Aborted ETAG_MISMATCH"},
	{"my stance with the etag of a secret", ask("anna", "StanceService.UpdateStance", `{"stance": {"name": "{n}/stances/a-said", "etag": "{hidden-etag}", "reason": "r"}, "update_mask": "reason"}`), "Aborted ETAG_MISMATCH"},
	{"a mask with what the server decides", ask("anna", "StanceService.UpdateStance", `{"stance": {"name": "{n}/stances/a-said"}, "update_mask": "digest"}`), "InvalidArgument UPDATE_MASK_INVALID"},
	{"a mask with the name", ask("anna", "StanceService.UpdateStance", `{"stance": {"name": "{n}/stances/a-said"}, "update_mask": "name"}`), "InvalidArgument UPDATE_MASK_INVALID"},
	{"an audience narrowed in passing", ask("anna", "StanceService.UpdateStance", `{"stance": {"name": "{n}/stances/a-said", "audience": {"level": "LEVEL_MEDIATOR"}}, "update_mask": "audience"}`), "FailedPrecondition AUDIENCE_NARROWED"},
	{"an audience widened in passing", ask("bert", "StanceService.UpdateStance", `{"stance": {"name": "{n}/stances/b--told", "audience": {"level": "LEVEL_PUBLIC"}}, "update_mask": "audience"}`), "FailedPrecondition DISCLOSURE_NEEDED"},
	{"a member who would be mediator", ask("anna", "MemberService.UpdateMember", `{"member": {"name": "{n}/members/anna", "role": "ROLE_MEDIATOR"}, "update_mask": "role"}`), denied},
	{"a member who would be one twice", ask("anna", "MemberService.CreateMember", `{"parent": "{n}", "member": {"principal": "anna", "role": "ROLE_MEDIATOR"}}`), denied},
	{"a mediator elsewhere who would be one here", ask("dora", "MemberService.CreateMember", `{"parent": "{n}", "member": {"principal": "dora", "role": "ROLE_MEDIATOR"}}`), denied},
	{"an administrator who would be a member", ask("root", "MemberService.CreateMember", `{"parent": "{n}", "member": {"principal": "root", "role": "ROLE_MEDIATOR"}}`), denied},
	{"the speaker of a party elsewhere", ask("maria", "MemberService.CreateMember", `{"parent": "{n}", "member": {"principal": "carl", "role": "ROLE_DELEGATE", "party": "negotiations/other/parties/a"}}`), noReference},
	{"an id of the mediators' own, by a party that is called so", ask("mel", "ClaimService.CreateClaim", `{"parent": "{n}", "claim_id": "mediators--{id}", "claim": {"statement": "x", "party": "{n}/parties/mediators"}}`), badField},
	{"the update of a party elsewhere", ask("maria", "PartyService.UpdateParty", `{"party": {"name": "negotiations/other/parties/a", "note": "x"}, "update_mask": "note"}`), denied},
	{"an upload by the public", upload("", `{"commit": {"parent": "{n}/plans/draft", "revision": {}}}`), denied},
	{"an upload by an observer", upload("olga", `{"commit": {"parent": "{n}/plans/draft", "revision": {}}}`), denied},
	{"an upload to a hidden plan", upload("anna", `{"commit": {"parent": "{n}/plans/mediators--{id}", "revision": {}, "text": {}}}`), missing},
	{"an upload by the public that does not say where", upload("", `{"text": {"points": [{"id": "p", "text": "x"}]}}`, `{"commit": {"parent": "{n}/plans/draft", "revision": {}}}`), denied},
	{"an upload that says where last", upload("olga", `{"text": {"points": [{"id": "p", "text": "x"}]}}`, `{"commit": {"parent": "{n}/plans/draft", "revision": {}}}`), badField},
	{"an upload that says where twice", upload("dora", `{"commit": {"parent": "negotiations/other/plans/draft", "revision": {}}}`, `{"commit": {"parent": "{n}/plans/draft", "revision": {}}}`), badField},
	{"the request id of another", sameRequestID, "OK"},
	{"one request id for a deletion and an undeletion", deleteAndUndelete, "AlreadyExists REQUEST_ID_REUSED"},
	{"a demand over REST, under another name in the body", send("anna", http.MethodPatch, "/v1/{n}/stances/a-said", `{"name": "{n}/stances/b-said", "reason": "r"}`), "400 MALFORMED_REQUEST"},
	{"fields that no message has", send("anna", http.MethodPatch, "/v1/{n}/stances/a-said?update_mask=reason", `{"reason": "r", "is_admin": true}`), "400 MALFORMED_REQUEST"},
	{"a field given twice", send("anna", http.MethodPatch, "/v1/{n}/stances/a-said?update_mask=reason", `{"reason": "r", "reason": "s"}`), "400 MALFORMED_REQUEST"},
	{"the name given twice", send("anna", http.MethodPatch, "/v1/{n}/stances/a-said?update_mask=reason", `{"name": "{n}/stances/b-said", "name": "{n}/stances/a-said", "reason": "r"}`), "400 MALFORMED_REQUEST"},
	{"very deep JSON", send("anna", http.MethodPost, "/v1/{n}/claims", `{"attribution":`+strings.Repeat(`[`, 5000)), "400 MALFORMED_REQUEST"},
}

// upload sends pieces of a revision as somebody.
func upload(who string, pieces ...string) act {
	return func(x *attacker) outcome {
		stream, err := parleyv1.NewPlanServiceClient(x.conn).UploadRevision(x.as(who))
		if err != nil {
			x.t.Fatal(err)
		}
		for _, p := range pieces {
			piece := &parleyv1.UploadRevisionRequest{}
			if err := protojson.Unmarshal([]byte(x.fill(p)), piece); err != nil {
				x.t.Fatal(err)
			}
			if stream.Send(piece) != nil {
				break
			}
		}
		_, err = stream.CloseAndRecv()
		return overGRPC(err, "")
	}
}

// sameRequestID has two delegates use one request id: the second gets what they asked for, not what the first did.
func sameRequestID(x *attacker) outcome {
	create := func(who string) act {
		return ask(who, "ClaimService.CreateClaim", `{"parent": "{n}", "request_id": "`+requestID+`", "claim": {"statement": "by `+who+`"}}`)
	}
	for _, who := range []string{"maria", "mediator"} {
		x.secrets["mediator"] = x.Token
		got := create(who)(x)
		if !strings.Contains(got.text, "by "+who) {
			return got
		}
	}
	return outcome{brief: "OK"}
}

// deleteAndUndelete uses one request id for both, whose requests look the same.
func deleteAndUndelete(x *attacker) outcome {
	request := `{"name": "{n}/stances/a-said", "request_id": "` + requestID + `"}`
	if got := ask("anna", "StanceService.DeleteStance", request)(x); got.brief != "OK" {
		return got
	}
	return ask("anna", "StanceService.UndeleteStance", request)(x)
}

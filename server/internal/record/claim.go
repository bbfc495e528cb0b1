package record

import (
	"slices"

	"google.golang.org/protobuf/proto"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

var claimNoun = noun[*parleyv1.Claim]{
	field: "claim", plural: "claims",
	table: func(s *State) *table[*parleyv1.Claim] { return s.claims },
	change: func(m *parleyv1.Claim) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Claim{Claim: m}}
	},
	settle: settleClaim,
}

// CreateClaim records a new claim.
func CreateClaim(req *parleyv1.CreateClaimRequest) Command {
	return claimNoun.creating(req.GetParent(), req.GetClaimId(), req.GetClaim())
}

// UpdateClaim changes fields of a claim.
func UpdateClaim(req *parleyv1.UpdateClaimRequest) Command {
	return claimNoun.updating(req.GetClaim(), req.GetUpdateMask())
}

// DeleteClaim deletes a claim softly.
func DeleteClaim(req *parleyv1.DeleteClaimRequest) Command { return claimNoun.deleting(req) }

// UndeleteClaim brings a deleted claim back.
func UndeleteClaim(req *parleyv1.UndeleteClaimRequest) Command { return claimNoun.undeleting(req) }

// BatchCreateClaims records several claims, all or none.
func BatchCreateClaims(req *parleyv1.BatchCreateClaimsRequest) Command {
	return claimNoun.batching(itemsOf(req.GetParent(), req.GetRequests(), func(item *parleyv1.CreateClaimRequest) (string, *parleyv1.Claim) {
		return item.GetClaimId(), item.GetClaim()
	}))
}

// RespondToClaim adds a response to a claim.
func RespondToClaim(req *parleyv1.RespondToClaimRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		old, err := claimNoun.current(st, req.GetName(), req.GetEtag(), false)
		if err != nil {
			return nil, err
		}
		if n := len(old.GetResponses()) + 1; n > maxResponses {
			return nil, fault.LimitExceeded("response", "responses_per_claim", n, maxResponses)
		}
		if err := st.checkReferences(req.GetResponse(), nil, "response"); err != nil {
			return nil, err
		}
		m := proto.CloneOf(old)
		m.Responses = append(m.Responses, proto.CloneOf(req.GetResponse()))
		if err := claimNoun.finish(st, m, old, "claim"); err != nil {
			return nil, err
		}
		touch(m, env.Now)
		return claimNoun.draft(m, nil)
	}
}

// maxResponses is how many responses a claim may have.
const maxResponses = 1000

// settleClaim resolves the alias `latest`, and keeps a claim from reporting, countering or being derived from itself.
func settleClaim(st *State, m *parleyv1.Claim, path string) error {
	st.resolveAll(m.GetAbout())
	reported := func(name string) string {
		if st.hidden(name) { // is not there, as the check of references will say
			return ""
		}
		c, _ := st.claims.get(name, Latest)
		return c.GetReports()
	}
	if chain := ascent(m.GetName(), m.GetReports(), reported); chain > maxDepth {
		return fault.LimitExceeded(path+".reports", "claim_depth", chain, maxDepth)
	} else if chain < 0 {
		return fault.ReferenceCycle(path+".reports", m.GetName())
	}
	if i := slices.Index(m.GetDerivedFrom(), m.GetName()); i >= 0 {
		return fault.ReferenceCycle(path+".derived_from["+itoa(i)+"]", m.GetName())
	}
	for i, r := range m.GetResponses() {
		if r.GetCounterClaim() == m.GetName() {
			return fault.ReferenceCycle(path+".responses["+itoa(i)+"].counter_claim", m.GetName())
		}
	}
	return nil
}

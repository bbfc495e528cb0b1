package analysis

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// contradictions finds where parties contradict themselves, by the TimelineKey of the later of the two things.
func contradictions(l *lens.Lens, negotiation string) map[string][]*parleyv1.Timeline_Contradiction {
	c := &clashes{lens: l, found: map[string][]*parleyv1.Timeline_Contradiction{}}
	c.stances(negotiation)
	c.claims(negotiation)
	c.demands(negotiation)
	c.assessments(negotiation)
	return c.found
}

type clashes struct {
	lens  *lens.Lens
	found map[string][]*parleyv1.Timeline_Contradiction
}

func (c *clashes) add(i *parleyv1.Timeline_Item, kind parleyv1.Timeline_Contradiction_Kind, party, resource string) {
	key := TimelineKey(i)
	c.found[key] = append(c.found[key], &parleyv1.Timeline_Contradiction{Kind: kind, Party: party, Resource: resource})
}

// asked is what somebody answers, so that two of their answers can be compared: about the same words, about the same two
// texts, or about the same demand in the same revision.
type asked struct{ party, words, than string }

func (c *clashes) stances(negotiation string) {
	said := map[asked][]*parleyv1.Stance{}
	for s := range c.lens.Stances(negotiation, "", false) {
		if q, side := sideOf(s); side != 0 && !s.GetWithdrawn() {
			said[q] = append(said[q], s)
		}
	}
	for q, list := range said {
		slices.SortFunc(list, age)
		for i := 1; i < len(list); i++ {
			was, is := list[i-1], list[i]
			_, before := sideOf(was)
			if _, now := sideOf(is); now == before {
				continue
			}
			kind := parleyv1.Timeline_Contradiction_KIND_STANCE_REVERSED
			if weight(was) == declaredWeight && weight(is) == declaredWeight {
				kind = parleyv1.Timeline_Contradiction_KIND_DECLARATION_REVERSED
			}
			c.add(item(parleyv1.Timeline_KIND_STANCE, is), kind, q.party, was.GetName())
		}
	}
}

// sideOf tells on which side of a question a stance is: 1 for it, -1 against it, 0 on neither.
func sideOf(s *parleyv1.Stance) (q asked, side int) {
	switch {
	case consents(s), s.GetValue() == parleyv1.Stance_VALUE_PREFERS:
		side = 1
	case refuses(s), s.GetValue() == parleyv1.Stance_VALUE_DISPREFERS:
		side = -1
	}
	switch t := s.GetTarget().GetTarget().(type) {
	case *parleyv1.Stance_Target_Point:
		return asked{s.GetParty(), record.IDOf(t.Point) + " " + s.GetDigest(), ""}, side
	case *parleyv1.Stance_Target_Revision:
		return asked{s.GetParty(), t.Revision, ""}, side
	case *parleyv1.Stance_Target_Comparison_:
		a, b := t.Comparison.GetRevision(), t.Comparison.GetThan()
		if b < a {
			a, b, side = b, a, -side // to prefer one is to disprefer the other
		}
		return asked{s.GetParty(), a, b}, side
	}
	return asked{}, 0 // of unnamed points: nobody knows whether they are the same
}

func (c *clashes) claims(negotiation string) {
	for m := range c.lens.Claims(negotiation, "", false) {
		for i, r := range m.GetResponses() {
			if r.GetKind() == parleyv1.Claim_Response_KIND_DISPUTES && r.GetParty() != "" && r.GetParty() == m.GetParty() && !m.GetWithdrawn() {
				response := item(parleyv1.Timeline_KIND_RESPONSE, m)
				response.ResponseIndex = int32(i)
				c.add(response, parleyv1.Timeline_Contradiction_KIND_OWN_CLAIM_DISPUTED, r.GetParty(), m.GetName())
			}
		}
	}
}

func (c *clashes) demands(negotiation string) {
	for d := range c.lens.Demands(negotiation+"/parties/-", "", false) {
		givenUp := slices.ContainsFunc(c.lens.DemandVersions(d.GetName()), func(v lens.Version[*parleyv1.Demand]) bool { return upheld(v.Msg) == 0 })
		if givenUp && upheld(d) > 0 && d.GetStatus() != parleyv1.Demand_STATUS_MET {
			c.add(item(parleyv1.Timeline_KIND_DEMAND, d), parleyv1.Timeline_Contradiction_KIND_DEMAND_UPHELD_AGAIN, record.ParentOf(d.GetName()), d.GetName())
		}
	}
}

func (c *clashes) assessments(negotiation string) {
	judged := map[asked][]*parleyv1.Assessment{}
	for a := range c.lens.Assessments(negotiation, "", false) {
		if _, ok := gradeOf(a.GetVerdict()); ok && a.GetJudgeParty() != "" {
			q := asked{a.GetJudgeParty(), a.GetDemand(), a.GetRevision()}
			judged[q] = append(judged[q], a)
		}
	}
	for q, list := range judged {
		slices.SortFunc(list, age)
		met := func(a *parleyv1.Assessment) bool {
			g, _ := gradeOf(a.GetVerdict())
			return g >= partly
		}
		for i := 1; i < len(list); i++ {
			if met(list[i-1]) != met(list[i]) {
				c.add(item(parleyv1.Timeline_KIND_ASSESSMENT, list[i]), parleyv1.Timeline_Contradiction_KIND_VERDICT_REVERSED, q.party, list[i-1].GetName())
			}
		}
	}
}

package record

import (
	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

var valuationNoun = noun[*parleyv1.Valuation]{
	field: "valuation", plural: "valuations",
	table: func(s *State) *table[*parleyv1.Valuation] { return s.valuations },
	change: func(m *parleyv1.Valuation) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Valuation{Valuation: m}}
	},
	settle: settleValuation,
}

// CreateValuation records a new valuation.
func CreateValuation(req *parleyv1.CreateValuationRequest) Command {
	return valuationNoun.creating(req.GetParent(), req.GetValuationId(), req.GetValuation())
}

// UpdateValuation changes fields of a valuation.
func UpdateValuation(req *parleyv1.UpdateValuationRequest) Command {
	return valuationNoun.updating(req.GetValuation(), req.GetUpdateMask())
}

// DeleteValuation deletes a valuation softly.
func DeleteValuation(req *parleyv1.DeleteValuationRequest) Command {
	return valuationNoun.deleting(req)
}

// UndeleteValuation brings a deleted valuation back.
func UndeleteValuation(req *parleyv1.UndeleteValuationRequest) Command {
	return valuationNoun.undeleting(req)
}

// BatchCreateValuations records several valuations, all or none.
func BatchCreateValuations(req *parleyv1.BatchCreateValuationsRequest) Command {
	return valuationNoun.batching(itemsOf(req.GetParent(), req.GetRequests(), func(item *parleyv1.CreateValuationRequest) (string, *parleyv1.Valuation) {
		return item.GetValuationId(), item.GetValuation()
	}))
}

// settleValuation keeps a valuation private, resolves the alias `latest`, and notes the words that are valued.
func settleValuation(st *State, m *parleyv1.Valuation, path string) error {
	switch m.GetAudience().GetLevel() {
	case parleyv1.Audience_LEVEL_UNSPECIFIED:
		m.Audience = &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR}
	case parleyv1.Audience_LEVEL_PARTY, parleyv1.Audience_LEVEL_MEDIATOR:
	default:
		return fault.InvalidField(path+".audience.level", "private", "a valuation is for the party and, at most, the mediators to know")
	}
	m.Revision = st.resolveLatest(m.GetRevision())
	seen := map[string]bool{}
	for i, w := range m.GetWorths() {
		at := path + ".worths[" + itoa(i) + "]"
		p, err := st.pointOf(m.GetRevision(), w.GetPoint(), path+".revision", at+".point")
		if err != nil {
			return err
		}
		if w.Digest = redline.OptionDigest(p, w.GetAlternative()); w.GetDigest() == "" {
			return fault.InvalidField(at+".alternative", "option", "%q is no alternative of the point %s there; what has none is valued under \"\"", w.GetAlternative(), w.GetPoint())
		}
		if key := w.GetPoint() + "=" + w.GetAlternative(); seen[key] {
			return fault.InvalidField(at, "unique", "%s is valued twice", key)
		} else {
			seen[key] = true
		}
	}
	return nil
}

package record

import (
	"github.com/tidwall/btree"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// facts is what a State holds beside parties, text and stances. Most entries do not touch it, so that a fork shares it until
// one does.
type facts struct {
	claims      *table[*parleyv1.Claim]
	events      *table[*parleyv1.Event]
	sources     *table[*parleyv1.Source]
	assessments *table[*parleyv1.Assessment]
	objections  *table[*parleyv1.Objection]
	valuations  *table[*parleyv1.Valuation]

	accesses *table[*parleyv1.Access] // of a log of accesses

	assessmentsOf *btree.Map[string, struct{}] // name of a demand, NUL, assessment name
	objectionsOn  *btree.Map[string, struct{}] // name of a point of a revision, NUL, objection name
	editorial     *btree.Map[string, struct{}] // ids of points that were ever changed editorially

	disclosures *table[*parleyv1.Disclosure]
	disclosed   *btree.Map[string, *disclosed] // audiences of revisions, by name
	embargoes   *btree.Map[string, struct{}]   // when they end, as 8 bytes big-endian, and name of the disclosure
}

func newFacts() *facts {
	return &facts{
		claims:        newTable[*parleyv1.Claim](),
		events:        newTable[*parleyv1.Event](),
		sources:       newTable[*parleyv1.Source](),
		assessments:   newTable[*parleyv1.Assessment](),
		objections:    newTable[*parleyv1.Objection](),
		valuations:    newTable[*parleyv1.Valuation](),
		accesses:      newTable[*parleyv1.Access](),
		assessmentsOf: btree.NewMap[string, struct{}](degree),
		objectionsOn:  btree.NewMap[string, struct{}](degree),
		editorial:     btree.NewMap[string, struct{}](degree),
		disclosures:   newTable[*parleyv1.Disclosure](),
		disclosed:     btree.NewMap[string, *disclosed](degree),
		embargoes:     btree.NewMap[string, struct{}](degree),
	}
}

// own makes the facts of a State its own, to be changed.
func (s *State) own() {
	if s.ownsFacts {
		return
	}
	s.ownsFacts = true
	s.facts = &facts{
		claims: s.claims.fork(), events: s.events.fork(), sources: s.sources.fork(), assessments: s.assessments.fork(),
		valuations:    s.valuations.fork(),
		assessmentsOf: copyOf(s.assessmentsOf),
		objections:    s.objections.fork(), objectionsOn: copyOf(s.objectionsOn), editorial: copyOf(s.editorial),
		accesses: s.accesses.fork(), disclosures: s.disclosures.fork(), disclosed: copyOf(s.disclosed), embargoes: copyOf(s.embargoes),
	}
}

// applyFact folds a change of a fact in; false if it is none.
func (s *State) applyFact(c any, time int64) bool {
	s.own()
	switch c := c.(type) {
	case *ledgerv1.Change_Claim:
		s.claims.put(c.Claim.GetName(), c.Claim, time)
	case *ledgerv1.Change_Event:
		s.events.put(c.Event.GetName(), c.Event, time)
	case *ledgerv1.Change_Source:
		s.sources.put(c.Source.GetName(), c.Source, time)
	case *ledgerv1.Change_Assessment:
		s.assessments.put(c.Assessment.GetName(), c.Assessment, time)
		s.assessmentsOf.Set(c.Assessment.GetDemand()+"\x00"+c.Assessment.GetName(), struct{}{})
	case *ledgerv1.Change_Objection:
		s.objections.put(c.Objection.GetName(), c.Objection, time)
		s.objectionsOn.Set(c.Objection.GetPoint()+"\x00"+c.Objection.GetName(), struct{}{})
	case *ledgerv1.Change_Valuation:
		s.valuations.put(c.Valuation.GetName(), c.Valuation, time)
	case *ledgerv1.Change_Access:
		s.accesses.put(c.Access.GetName(), c.Access, c.Access.GetCreateTime().AsTime().UnixNano()) // its own: that of the entry tells of others
	case *ledgerv1.Change_Disclosure:
		s.applyDisclosure(c.Disclosure, time)
	case *ledgerv1.Change_RevisionAudience:
		name := c.RevisionAudience.GetRevision()
		before, _ := s.disclosed.Get(name)
		s.disclosed.Set(name, &disclosed{c.RevisionAudience.GetAudience(), time, before})
	default:
		return false
	}
	return true
}

// ObjectionsTo yields the objections to the change of a point in a revision, by the point's name there, as they stood at a
// moment, deleted ones excepted.
func (s *State) ObjectionsTo(point string, at int64, yield func(*parleyv1.Objection) bool) {
	filed(s.objectionsOn, s.objections, point, at, yield)
}

// AssessmentsOf yields the assessments of a demand by name, as they stood at a moment, deleted ones excepted.
func (s *State) AssessmentsOf(demand string, at int64, yield func(*parleyv1.Assessment) bool) {
	filed(s.assessmentsOf, s.assessments, demand, at, yield)
}

// EverEditorial tells whether any revision changed a point in a way that was declared editorial.
func (s *State) EverEditorial(point string) bool {
	_, ok := s.editorial.Get(point)
	return ok
}

package record

import (
	"fmt"
	"strings"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/tidwall/btree"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// State is the fold of the log of one negotiation, or of the server's directory (the log `_server`).
type State struct {
	seq  uint64 // of the last entry applied
	time int64  // of the last entry applied, nanoseconds since 1970

	negotiations *table[*parleyv1.Negotiation]
	parties      *table[*parleyv1.Party]
	demands      *table[*parleyv1.Demand]
	plans        *table[*parleyv1.Plan]
	stances      *table[*parleyv1.Stance]

	*accounts // of the directory; never changed, but replaced

	*facts                                  // shared with the states that this one was forked from, until one of them is recorded
	ownsFacts bool                          // nobody shares them
	revisions *btree.Map[string, *Revision] // by name
	heads     *btree.Map[string, *Revision] // by plan: its newest
	stancesOn *btree.Map[string, *filing]   // by point id or revision name
	speakers  *btree.Map[string, struct{}]  // names of the parties that ever had a stance
	owner     *owner                        // of the filings that this state may change
	receipts  *btree.Map[string, *Receipt]  // by actor, NUL, request_id

	knows func(name string) bool // what the one who writes may know of; nil for all. Only in what Through gives
}

// Receipt remembers what a request with a request_id led to, so that a retry gets the same answer.
type Receipt struct {
	Time    int64 // of its entry: the answer is what the record said then
	Method  string
	Digest  []byte // of the request, whose fields may look the same in another method
	Matches []*parleyv1.PointMatch
	results string // names, one a line: a request may have led to a thousand
}

// Results names the resources that answered the request.
func (r *Receipt) Results() []string { return lines(r.results) }

// degree of the trees: wide enough to be shallow, narrow enough that copying a path stays cheap.
const degree = 16

// NewState gives the State before the first entry.
func NewState() *State {
	return &State{
		negotiations: newTable[*parleyv1.Negotiation](),
		parties:      newTable[*parleyv1.Party](),
		demands:      newTable[*parleyv1.Demand](),
		plans:        newTable[*parleyv1.Plan](),
		stances:      newTable[*parleyv1.Stance](),
		accounts:     newAccounts(),
		facts:        newFacts(),
		ownsFacts:    true,
		revisions:    btree.NewMap[string, *Revision](degree),
		heads:        btree.NewMap[string, *Revision](degree),
		stancesOn:    btree.NewMap[string, *filing](degree),
		speakers:     btree.NewMap[string, struct{}](degree),
		owner:        &owner{},
		receipts:     btree.NewMap[string, *Receipt](degree),
	}
}

// Fork gives a State that can be applied to without touching s, which is not to be applied to any more. Any number may do so at once.
func (s *State) Fork() *State {
	c := *s
	c.negotiations = s.negotiations.fork()
	c.parties = s.parties.fork()
	c.demands = s.demands.fork()
	c.plans = s.plans.fork()
	c.stances = s.stances.fork()
	c.ownsFacts = false
	c.revisions = copyOf(s.revisions)
	c.heads = copyOf(s.heads)
	c.stancesOn = copyOf(s.stancesOn)
	c.speakers = copyOf(s.speakers)
	c.owner = &owner{}
	c.receipts = copyOf(s.receipts)
	return &c
}

// copyOf gives a tree that can be changed without touching the other, which is not to be changed any more. The other's own Copy
// would mark it, which those who read it at the time would notice.
func copyOf[V any](tree *btree.Map[string, V]) *btree.Map[string, V] {
	its := *tree
	return its.Copy()
}

// Seq is the seq of the last entry applied.
func (s *State) Seq() uint64 { return s.seq }

// Time is the time of the last entry applied, in nanoseconds since 1970.
func (s *State) Time() int64 { return s.time }

// Receipt finds what a request led to before; nil if it is new.
func (s *State) Receipt(actor, requestID string) *Receipt {
	r, _ := s.receipts.Get(actor + "\x00" + requestID)
	return r
}

// Apply folds the next entry in, whose messages are the State's then. An error means that the entry is not one this State can follow: a bug or a damaged log.
func (s *State) Apply(e *ledgerv1.Entry) error {
	if e.GetTime() <= s.time {
		return fmt.Errorf("entry %d is not later than the one before", s.seq+1)
	}
	results := oneString(e.Results)
	var stances []*ledgerv1.Change_Stance
	for i, c := range e.GetChanges() {
		if stance, ok := c.GetChange().(*ledgerv1.Change_Stance); ok {
			stances = append(stances, stance)
		} else if err := s.apply(c, e.GetTime()); err != nil {
			return fmt.Errorf("entry %d, change %d: %w", s.seq+1, i, err)
		}
	}
	for i, c := range stances {
		if i < len(e.Results) {
			shareString(&c.Stance.Name, e.Results[i])
		}
	}
	s.fileStances(stances, e.GetTime())
	if e.GetRequestId() != "" {
		s.receipts.Set(e.GetActor()+"\x00"+e.GetRequestId(), &Receipt{
			Time: e.GetTime(), Method: e.GetMethod(), Digest: e.GetRequestDigest(), Matches: e.GetMatches(), results: results,
		})
	}
	s.seq++
	s.time = e.GetTime()
	return nil
}

func (s *State) apply(c *ledgerv1.Change, time int64) error {
	switch c := c.GetChange().(type) {
	case *ledgerv1.Change_Negotiation:
		s.negotiations.put(c.Negotiation.GetName(), c.Negotiation, time)
	case *ledgerv1.Change_Party:
		s.parties.put(c.Party.GetName(), c.Party, time)
	case *ledgerv1.Change_Demand:
		s.demands.put(c.Demand.GetName(), c.Demand, time)
	case *ledgerv1.Change_Plan:
		s.plans.put(c.Plan.GetName(), c.Plan, time)
	case *ledgerv1.Change_Revision:
		return s.applyRevision(c.Revision, time)
	default:
		if !s.applyAccount(c, time) && !s.applyFact(c, time) {
			return fmt.Errorf("unknown kind of change %T", c)
		}
	}
	return nil
}

// filed yields what an index has under a key, as it stood at a moment, deleted ones excepted.
func filed[M resource](index *btree.Map[string, struct{}], t *table[M], key string, at int64, yield func(M) bool) {
	prefix := key + "\x00"
	index.Ascend(prefix, func(key string, _ struct{}) bool {
		if !strings.HasPrefix(key, prefix) {
			return false
		}
		m, ok := t.get(key[len(prefix):], at)
		return !ok || m.GetDeleteTime() != nil || yield(m)
	})
}

// holds tells whether a collection directly under the negotiation has a resource that is not deleted.
func (s *State) holds(collection, name string) bool {
	switch collection {
	case "parties":
		return s.parties.has(name)
	case "plans":
		return s.plans.has(name)
	case "stances":
		return s.stances.has(name)
	case "claims":
		return s.claims.has(name)
	case "events":
		return s.events.has(name)
	case "sources":
		return s.sources.has(name)
	case "assessments":
		return s.assessments.has(name)
	case "objections":
		return s.objections.has(name)
	case "valuations":
		return s.valuations.has(name)
	case "disclosures":
		return s.disclosures.has(name)
	case "members":
		return s.members.has(name)
	}
	return false
}

// kept is what a table can hold.
type kept interface {
	proto.Message
	GetName() string
}

// version is one value of a resource and the ones before it.
type version[M kept] struct {
	msg  M
	time int64
	prev *version[M]
}

// table holds every version of every resource of a kind, by name.
type table[M kept] struct {
	m *btree.Map[string, *version[M]]
}

func newTable[M kept]() *table[M] {
	return &table[M]{btree.NewMap[string, *version[M]](degree)}
}

func (t *table[M]) fork() *table[M] { return &table[M]{copyOf(t.m)} }

func (t *table[M]) put(name string, msg M, time int64) {
	t.set(name, &version[M]{msg: msg, time: time})
}

// set takes in a version, which is the table's then.
func (t *table[M]) set(name string, v *version[M]) { v.prev, _ = t.m.Set(name, v) }

func (t *table[M]) get(name string, at int64) (msg M, ok bool) {
	v, _ := t.m.Get(name)
	return v.at(at)
}

// has tells whether a resource exists now and is not deleted.
func (t *table[M]) has(name string) bool {
	m, ok := t.get(name, Latest)
	return ok && !isDeleted(m)
}

// isDeleted tells whether a resource is deleted, if it is of a kind that can be.
func isDeleted(m kept) bool {
	d, ok := m.(interface{ GetDeleteTime() *timestamppb.Timestamp })
	return ok && d.GetDeleteTime() != nil
}

func (v *version[M]) at(at int64) (msg M, ok bool) {
	for ; v != nil; v = v.prev {
		if v.time <= at {
			return v.msg, true
		}
	}
	return msg, false
}

// scan yields, in the order of names, the resources whose names start with prefix, beginning after the name `after`.
func (t *table[M]) scan(prefix, after string, at int64, yield func(M) bool) {
	t.m.Ascend(max(prefix, after), func(name string, v *version[M]) bool {
		if !strings.HasPrefix(name, prefix) {
			return false
		}
		msg, ok := v.at(at)
		return !ok || name == after || yield(msg)
	})
}

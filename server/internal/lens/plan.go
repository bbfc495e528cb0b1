package lens

import (
	"iter"
	"slices"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Plan finds a plan, also a deleted one, with the newest revision that the viewer may see.
func (l *Lens) Plan(name string) (*parleyv1.Plan, error) {
	m, err := l.plan(name)
	if err != nil {
		return nil, err
	}
	return l.withLatest(m), nil
}

func (l *Lens) plan(name string) (*parleyv1.Plan, error) {
	m, ok := l.st.Plan(name, l.at)
	if !ok || !l.inside(name) || !l.seesPlan(m) {
		return nil, fault.Missing(name)
	}
	return m, nil
}

func (l *Lens) seesPlan(m *parleyv1.Plan) bool {
	return l.sees(m.GetAudience(), m.GetOwner(), m.GetName())
}

func (l *Lens) withLatest(m *parleyv1.Plan) *parleyv1.Plan {
	r := l.latest(m)
	if r == nil {
		return m
	}
	c := proto.CloneOf(m)
	c.LatestRevision = r.Msg.GetName()
	return c
}

// Plans yields the plans of a negotiation by name, beginning after `after`.
func (l *Lens) Plans(parent, after string, deleted bool) iter.Seq[*parleyv1.Plan] {
	return func(yield func(*parleyv1.Plan) bool) {
		if !l.inside(parent) {
			return
		}
		for m := range keep(l.st.Plans(after, l.at), deleted, l.seesPlan) {
			if !yield(l.withLatest(m)) {
				return
			}
		}
	}
}

func (l *Lens) seesRevision(r *record.Revision, plan *parleyv1.Plan) bool {
	return l.sees(l.st.AudienceOf(r, l.at), plan.GetOwner(), r.Msg.GetName())
}

// latest gives the newest revision of a plan that the viewer may see, nil if there is none.
func (l *Lens) latest(plan *parleyv1.Plan) *record.Revision {
	for r := range l.st.RevisionsDown(plan.GetName(), l.at) {
		if l.seesRevision(r, plan) {
			return r
		}
	}
	return nil
}

// Revision is a revision as the viewer sees it.
type Revision struct {
	*record.Revision
	ordinal int32
}

// Revision finds a revision of a plan that is not deleted; `latest` is the newest that the viewer may see.
func (l *Lens) Revision(name string) (*Revision, error) {
	r, err := l.revision(name)
	if err != nil {
		return nil, err
	}
	return &Revision{r, l.ordinal(r)}, nil
}

// ordinal numbers a revision among those of its plan that the viewer may see. Where nothing before it is hidden from
// anybody, that is its place; otherwise they are counted.
func (l *Lens) ordinal(r *record.Revision) int32 {
	if r.Confided == 0 {
		return int32(r.Index) + 1
	}
	ordinal := int32(0)
	for each := range l.Revisions(r.Plan()) {
		if ordinal++; each.Revision == r {
			break
		}
	}
	return ordinal
}

func (l *Lens) revision(name string) (*record.Revision, error) {
	plan, err := l.plan(record.ParentOf(name))
	if err != nil || plan.GetDeleteTime() != nil {
		return nil, fault.Missing(name)
	}
	if record.IDOf(name) == "latest" {
		if r := l.latest(plan); r != nil {
			return r, nil
		}
		return nil, fault.Missing(name)
	}
	r, ok := l.st.Revision(name, l.at)
	if !ok || !l.seesRevision(r, plan) {
		return nil, fault.Missing(name)
	}
	return r, nil
}

// Revisions yields the revisions of a plan, oldest first, numbered without gaps. For the plan id "-" it yields those of
// all plans, plan by plan.
func (l *Lens) Revisions(plan string) iter.Seq[*Revision] {
	return func(yield func(*Revision) bool) {
		if record.IDOf(plan) == "-" {
			for p := range l.Plans(record.NegotiationOf(plan), "", false) {
				if !l.revisionsOf(p, yield) {
					return
				}
			}
			return
		}
		if p, err := l.plan(plan); err == nil && p.GetDeleteTime() == nil {
			l.revisionsOf(p, yield)
		}
	}
}

func (l *Lens) revisionsOf(p *parleyv1.Plan, yield func(*Revision) bool) bool {
	ordinal := int32(0)
	for r := range l.st.Revisions(p.GetName(), l.at) {
		if !l.seesRevision(r, p) {
			continue
		}
		if ordinal++; !yield(&Revision{r, ordinal}) {
			return false
		}
	}
	return true
}

// Message gives the revision as an answer, with its points or without. A parent that the viewer may not see is not among its
// parents; those that they know of through it are.
func (l *Lens) Message(r *Revision, full bool) *parleyv1.Revision {
	m := proto.CloneOf(r.Msg)
	m.Ordinal = r.ordinal
	m.Audience = l.st.AudienceOf(r.Revision, l.at)
	if l.passes(r.Revision) {
		m.Parents = l.knownParents(r.Revision)
	}
	if full {
		m.Points = r.Text.Slice()
	}
	return m
}

// passes tells whether r follows a revision that the viewer may not see.
func (l *Lens) passes(r *record.Revision) bool {
	return slices.ContainsFunc(r.Parents, func(p *record.Revision) bool { return !l.knowsRevision(p) })
}

// knownParents gives the parents as the viewer knows them: those named, and those that r follows through hidden ones.
func (l *Lens) knownParents(r *record.Revision) (out []*parleyv1.Revision_Parent) {
	for p := range l.Parents(r) {
		known := &parleyv1.Revision_Parent{Revision: p.Msg.GetName()}
		for i, named := range r.Parents {
			if named == p {
				known = r.Msg.GetParents()[i]
			}
		}
		out = append(out, known)
	}
	return out
}

// FirstParent gives the revision that r's changes were made against, as far as the viewer knows; nil if there is none for them
// to see.
func (l *Lens) FirstParent(r *record.Revision) *record.Revision {
	for p := range l.Parents(r) {
		return p
	}
	return nil
}

// Changed gives the ids of the points in which r differs from its first parent as the viewer knows it, sorted.
func (l *Lens) Changed(r *record.Revision) []string {
	from := l.FirstParent(r)
	if from == r.Base {
		return r.Changed
	}
	out := []string{}
	moved := r.ReplacedSince(from)
	for p := range r.Text.Points() {
		var was *parleyv1.Point
		if from != nil {
			was, _ = from.Text.Point(p.GetId())
		}
		if was == nil || !proto.Equal(was, p) || moved(p.GetId()) {
			out = append(out, p.GetId())
		}
	}
	slices.Sort(out)
	return out
}

// Parents yields the revisions that r follows, as the viewer knows them: through one that they may not see, those that it
// follows in turn.
func (l *Lens) Parents(r *record.Revision) iter.Seq[*record.Revision] {
	return func(yield func(*record.Revision) bool) {
		at := r
		for len(at.Parents) == 1 && !l.knowsRevision(at.Parents[0]) { // a chain, as most are, needs no memory of where it was
			at = at.Parents[0]
		}
		if len(at.Parents) == 1 {
			yield(at.Parents[0])
			return
		}
		l.parents(at, map[*record.Revision]bool{}, yield)
	}
}

func (l *Lens) parents(r *record.Revision, seen map[*record.Revision]bool, yield func(*record.Revision) bool) bool {
	for _, p := range r.Parents {
		if seen[p] {
			continue
		}
		seen[p] = true
		if l.knowsRevision(p) {
			if !yield(p) {
				return false
			}
		} else if !l.parents(p, seen, yield) {
			return false
		}
	}
	return true
}

// knowsRevision tells whether the viewer may see a revision, as revision does, without looking it up.
func (l *Lens) knowsRevision(r *record.Revision) bool {
	return l.knowsOf(l.planOf(r), r)
}

// knowsOf is knowsRevision, given what planOf gives.
func (l *Lens) knowsOf(plan *parleyv1.Plan, r *record.Revision) bool {
	return plan != nil && r.Time <= l.at && l.seesRevision(r, plan)
}

// planOf gives the plan of a revision, nil if the viewer does not see it or it is deleted.
func (l *Lens) planOf(r *record.Revision) *parleyv1.Plan {
	plan, err := l.plan(r.Plan())
	if err != nil || plan.GetDeleteTime() != nil {
		return nil
	}
	return plan
}

// Ancestry yields r and, newest first, every revision that it descends from and the viewer may see.
func (l *Lens) Ancestry(r *record.Revision) iter.Seq[*record.Revision] {
	return func(yield func(*record.Revision) bool) {
		plan, of := l.planOf(r), r.Plan()
		knows := func(r *record.Revision) bool { // most are of the same plan as the one before
			if name := r.Plan(); name != of {
				plan, of = l.planOf(r), name
			}
			return l.knowsOf(plan, r)
		}
		at := r
		for len(at.Parents) == 1 { // a chain, as most are, needs no memory of where it was
			if l.Over() || knows(at) && !yield(at) {
				return
			}
			at = at.Parents[0]
		}
		l.ancestry(at, knows, yield)
	}
}

// Changes yields of Ancestry those revisions that may have changed a point: where that can be told, those that did.
func (l *Lens) Changes(r *record.Revision, point string) iter.Seq[*record.Revision] {
	return func(yield func(*record.Revision) bool) {
		by, ok := r.Touched(point)
		if !ok {
			l.Ancestry(r)(yield)
			return
		}
		for by != nil && !l.Over() && l.knowsRevision(by) && yield(by) {
			if by = by.Base; by != nil {
				by, _ = by.Touched(point)
			}
		}
	}
}

// ancestry is Ancestry where there are several ways back.
func (l *Lens) ancestry(r *record.Revision, knows func(*record.Revision) bool, yield func(*record.Revision) bool) {
	seen := map[*record.Revision]bool{r: true}
	open := []*record.Revision{r}
	for len(open) > 0 && !l.Over() {
		newest := slices.MaxFunc(open, func(a, b *record.Revision) int { return int(a.Time - b.Time) })
		open = slices.DeleteFunc(open, func(r *record.Revision) bool { return r == newest })
		if knows(newest) && !yield(newest) {
			return
		}
		for _, p := range newest.Parents {
			if !seen[p] {
				seen[p] = true
				open = append(open, p)
			}
		}
	}
}

// Points yields the points of a revision in reading order, beginning after the one named `after`.
func (l *Lens) Points(revision, after string) (iter.Seq[*parleyv1.Point], error) {
	r, err := l.revision(revision)
	if err != nil {
		return nil, err
	}
	return func(yield func(*parleyv1.Point) bool) {
		skipping := after != ""
		for p := range r.Text.Points() {
			if skipping {
				skipping = p.GetId() != record.IDOf(after)
			} else if !yield(named(r, p)) {
				return
			}
		}
	}, nil
}

// Draft makes a text that is not committed, from what the viewer may know of: of whatever else there is, it says that there is
// none. It tells how the points of a whole text were recognised.
func (l *Lens) Draft(req *parleyv1.CommitRevisionRequest) (*record.Revision, []*parleyv1.PointMatch, error) {
	return record.DraftRevision(l.st.Through(l.Knows), req)
}

// named gives a point its name in a revision.
func named(r *record.Revision, p *parleyv1.Point) *parleyv1.Point {
	c := proto.CloneOf(p)
	c.Name = r.Msg.GetName() + "/points/" + p.GetId()
	return c
}

// Point finds a point as it stands in a revision.
func (l *Lens) Point(name string) (*parleyv1.Point, error) {
	r, err := l.revision(record.ParentOf(name))
	if err != nil {
		return nil, fault.Missing(name)
	}
	p, ok := r.Text.Point(record.IDOf(name))
	if !ok {
		return nil, fault.Missing(name)
	}
	return named(r, p), nil
}

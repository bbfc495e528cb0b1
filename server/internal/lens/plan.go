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

func (l *Lens) seesPlan(m *parleyv1.Plan) bool { return l.sees(m.GetAudience(), m.GetOwner()) }

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

// latest gives the newest revision of a plan that the viewer may see, nil if there is none.
func (l *Lens) latest(plan *parleyv1.Plan) *record.Revision {
	for r := range l.st.RevisionsDown(plan.GetName(), l.at) {
		if l.sees(r.Msg.GetAudience(), plan.GetOwner()) {
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
	if r.Confided == 0 || l.viewer.Everything {
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
	if !ok || !l.sees(r.Msg.GetAudience(), plan.GetOwner()) {
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
		if !l.sees(r.Msg.GetAudience(), p.GetOwner()) {
			continue
		}
		if ordinal++; !yield(&Revision{r, ordinal}) {
			return false
		}
	}
	return true
}

// Message gives the revision as an answer, with its points or without. Parents that the viewer may not see are left out.
func (l *Lens) Message(r *Revision, full bool) *parleyv1.Revision {
	m := proto.CloneOf(r.Msg)
	m.Ordinal = r.ordinal
	m.Parents = slices.DeleteFunc(m.Parents, func(p *parleyv1.Revision_Parent) bool {
		_, err := l.revision(p.GetRevision())
		return err != nil
	})
	if full {
		m.Points = r.Text.Slice()
	}
	return m
}

// FirstParent gives the revision that r's changes were made against, nil if there is none for the viewer to see.
func (l *Lens) FirstParent(r *record.Revision) *record.Revision {
	if len(r.Parents) == 0 {
		return nil
	}
	if p, err := l.revision(r.Parents[0].Msg.GetName()); err == nil {
		return p
	}
	return nil
}

// Parents yields the revisions that r follows, as the viewer knows them: through one that they may not see, those that it
// follows in turn.
func (l *Lens) Parents(r *record.Revision) iter.Seq[*record.Revision] {
	return func(yield func(*record.Revision) bool) { l.parents(r, map[*record.Revision]bool{}, yield) }
}

func (l *Lens) parents(r *record.Revision, seen map[*record.Revision]bool, yield func(*record.Revision) bool) bool {
	for _, p := range r.Parents {
		if seen[p] {
			continue
		}
		seen[p] = true
		if _, err := l.revision(p.Msg.GetName()); err == nil {
			if !yield(p) {
				return false
			}
		} else if !l.parents(p, seen, yield) {
			return false
		}
	}
	return true
}

// Ancestry yields r and, newest first, every revision that it descends from and the viewer may see.
func (l *Lens) Ancestry(r *record.Revision) iter.Seq[*record.Revision] {
	return func(yield func(*record.Revision) bool) {
		seen := map[*record.Revision]bool{r: true}
		open := []*record.Revision{r}
		for len(open) > 0 && !l.Over() {
			newest := slices.MaxFunc(open, func(a, b *record.Revision) int { return int(a.Time - b.Time) })
			open = slices.DeleteFunc(open, func(r *record.Revision) bool { return r == newest })
			if _, err := l.revision(newest.Msg.GetName()); err == nil && !yield(newest) {
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

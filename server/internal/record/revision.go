package record

import (
	"fmt"
	"iter"
	"slices"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Revision is a committed revision with its text. It is never changed.
type Revision struct {
	Msg     *parleyv1.Revision // without its points
	Text    *Text
	Parents []*Revision
	Base    *Revision // what the text was made from: the first parent, or an earlier revision; nil for nothing
	Changed []string  // ids of the points that differ from the base's, sorted
	Time    int64     // when it was recorded, nanoseconds since 1970

	Index    int // how many revisions of the plan were committed before it
	Confided int // how many up to this one have an audience of their own, narrower than PUBLIC

	straight bool // all up to this one are of one plan, were made from the one before, which is their only parent, and confide nothing

	plan   string    // its name
	before *Revision // that the plan got before it; nil for its first
	jump   *Revision // one before it, at such distances that any is reached in O(log n) steps; nil for the first

	// Room for what most have, in one piece of memory: a text made from another's, one parent, one changed point.
	text   Text
	parent [1]*Revision
	change [1]string
}

// Touched gives the newest revision, r itself or one before it, that changed a point, and whoever may see r may see it and all
// between. ok is false where that takes looking at each on the way: r follows several, or some on the way are not for everybody.
func (r *Revision) Touched(point string) (by *Revision, ok bool) {
	if !r.straight {
		return nil, false
	}
	if p, found := r.Text.points.Get(point); found {
		by = p.by
	}
	return by, true
}

// isStraight tells it of a revision that follows others and is complete but for that.
func (r *Revision) isStraight() bool {
	if r.Confided > 0 || len(r.Parents) > 1 || r.Base != firstOf(r.Parents) {
		return false
	}
	return r.Base == nil || r.Base.straight && r.Base.Plan() == r.Plan()
}

// Plan gives the name of the plan that a revision belongs to.
func (r *Revision) Plan() string { return r.plan }

// Name is that of a revision, empty for none.
func (r *Revision) Name() string {
	if r == nil {
		return ""
	}
	return r.Msg.GetName()
}

// applyRevision folds a new revision in: the base's text with the points that differ put in.
func (s *State) applyRevision(c *ledgerv1.RevisionChange, time int64) error {
	msg := c.GetRevision()
	r := &Revision{Msg: msg, Time: time, plan: ParentOf(msg.GetName())}
	r.Parents, r.Changed = r.parent[:0], slices.Grow(r.change[:0], len(c.GetDeltas()))
	for _, p := range msg.GetParents() {
		parent, ok := s.revisions.Get(p.GetRevision())
		if !ok {
			return fmt.Errorf("%s has an unknown parent %s", msg.GetName(), p.GetRevision())
		}
		shareString(&p.Revision, parent.Msg.GetName())
		r.Parents = append(r.Parents, parent)
	}
	if r.Base = firstOf(r.Parents); c.GetBase() != nil {
		r.Base, _ = s.revisions.Get(c.GetBase().GetRevision())
	}
	if r.Base != nil {
		r.Text = r.Base.Text.forkTo(&r.text)
	} else {
		r.Text = newText()
	}
	for _, d := range c.GetDeltas() {
		r.Text.set(d.GetPoint(), d.GetRank(), r)
		r.Changed = append(r.Changed, d.GetPoint().GetId())
	}
	if r.Base != nil && r.Text.mayFollow(r.Changed) {
		if s := r.Base.Text.known(); s != nil { // not while a log is read: most of what is there nobody asks for
			r.Text.follow(r.Base.Text, s.points, r.Changed)
			r.Base.Text.forget() // those who know theirs take memory for it, and most ask for the newest
		}
	}
	slices.Sort(r.Changed) // the order in which they came about may tell of what nobody is to know
	if head, ok := s.heads.Get(r.Plan()); ok {
		r.follow(head)
	}
	if l := msg.GetAudience().GetLevel(); l != parleyv1.Audience_LEVEL_UNSPECIFIED && l != parleyv1.Audience_LEVEL_PUBLIC {
		r.Confided++
	}
	r.straight = r.isStraight()
	for _, e := range msg.GetEditorialChanges() {
		s.own()
		s.editorial.Set(e.GetPoint(), struct{}{})
	}
	s.revisions.Set(msg.GetName(), r)
	s.heads.Set(r.Plan(), r)
	return nil
}

// follow makes r the next revision of a plan. Jumps are of lengths that double, as in Myers' random-access stacks ("An applicative
// random-access stack", 1983).
func (r *Revision) follow(head *Revision) {
	r.Index, r.Confided = head.Index+1, head.Confided
	r.plan = head.plan // one string for all
	r.before, r.jump = head, head
	if far := head.jump; far != nil && far.jump != nil && head.Index-far.Index == far.Index-far.jump.Index {
		r.jump = far.jump
	}
}

// last gives r or the nearest before it of which something holds that holds of all before; nil if it holds of none.
func (r *Revision) last(holds func(*Revision) bool) *Revision {
	for r != nil && !holds(r) {
		if r.jump != nil && !holds(r.jump) {
			r = r.jump
		} else {
			r = r.before
		}
	}
	return r
}

// Revision finds a revision by name as of a moment.
func (s *State) Revision(name string, at int64) (*Revision, bool) {
	r, ok := s.revisions.Get(name)
	if !ok || r.Time > at {
		return nil, false
	}
	return r, true
}

// Head gives the newest revision of a plan as of a moment, nil if there is none.
func (s *State) Head(plan string, at int64) *Revision {
	for r := range s.RevisionsDown(plan, at) {
		return r
	}
	return nil
}

// head gives the newest revision of a plan that whoever writes may know of, nil if there is none.
func (s *State) head(plan string) *Revision {
	for r := range s.RevisionsDown(plan, Latest) {
		if !s.hidden(r.Msg.GetName()) {
			return r
		}
	}
	return nil
}

// AudienceOf gives the audience that a revision had at a moment: its own, or the wider one of a disclosure.
func (s *State) AudienceOf(r *Revision, at int64) *parleyv1.Audience {
	d, _ := s.disclosed.Get(r.Msg.GetName())
	for ; d != nil; d = d.prev {
		if d.time <= at {
			return d.audience
		}
	}
	return r.Msg.GetAudience()
}

// disclosed is an audience that a revision has been given, and the one before.
type disclosed struct {
	audience *parleyv1.Audience
	time     int64
	prev     *disclosed
}

// Revisions yields the revisions of a plan, oldest first, as of a moment.
func (s *State) Revisions(plan string, at int64) iter.Seq[*Revision] {
	const ahead = 64 // so many are looked up at once, as they lead backwards
	return func(yield func(*Revision) bool) {
		head := s.Head(plan, at)
		if head == nil {
			return
		}
		for from := 0; from <= head.Index; from += ahead {
			some := make([]*Revision, 0, ahead)
			for r := head.last(func(r *Revision) bool { return r.Index < from+ahead }); r != nil && r.Index >= from; r = r.before {
				some = append(some, r)
			}
			for _, r := range slices.Backward(some) {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// RevisionsDown yields the revisions of a plan, newest first, as of a moment.
func (s *State) RevisionsDown(plan string, at int64) iter.Seq[*Revision] {
	return func(yield func(*Revision) bool) {
		head, _ := s.heads.Get(plan)
		for r := head.last(func(r *Revision) bool { return r.Time <= at }); r != nil && yield(r); r = r.before {
		}
	}
}

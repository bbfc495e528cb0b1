package record

import (
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
)

// Named limits of a text.
const (
	maxDepth  = 16      // levels of nested points
	maxPoints = 100_000 // points of a revision, gone ones included
)

// CommitRevision commits a revision by changes against its first parent, or as a whole text.
func CommitRevision(req *parleyv1.CommitRevisionRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		c, err := beginCommit(st, env, req)
		if err != nil {
			return nil, err
		}
		if err := c.write(req); err != nil {
			return nil, err
		}
		return c.finish()
	}
}

// DraftRevision makes the text of a commit that nobody makes, from whatever parents it names. What it gives has no name. New
// points without an id are called new-1, new-2 and so on.
func DraftRevision(st *State, req *parleyv1.CommitRevisionRequest) (*Revision, []*parleyv1.PointMatch, error) {
	if !st.alive(req.GetParent()) {
		return nil, nil, fault.Missing(req.GetParent())
	}
	c := &commit{st: st, msg: &parleyv1.Revision{Parents: proto.CloneOf(req.GetRevision()).GetParents()}}
	c.env.NewID = c.idInDraft(req.GetText().GetPoints())
	if err := c.resolveParents(); err != nil {
		return nil, nil, err
	}
	c.base = firstOf(c.parents)
	c.begin(c.base)
	if err := c.write(req); err != nil {
		return nil, nil, err
	}
	if err := c.settle(); err != nil {
		return nil, nil, err
	}
	return &Revision{Msg: c.msg, Text: c.text, Parents: c.parents, Base: c.base}, c.matches, nil
}

// idInDraft makes ids that neither the text nor the caller has.
func (c *commit) idInDraft(given []*parleyv1.Point) func() string {
	n, callers := 0, map[string]bool{}
	for _, p := range given {
		callers[p.GetId()] = true
	}
	return func() string {
		for {
			n++
			id := "new-" + itoa(n)
			if _, taken := c.text.Point(id); !taken && !callers[id] {
				return id
			}
		}
	}
}

// write makes the text what the caller says.
func (c *commit) write(req *parleyv1.CommitRevisionRequest) error {
	switch body := req.GetBody().(type) {
	case *parleyv1.CommitRevisionRequest_Changes_:
		if first := firstOf(c.parents); first != c.base {
			c.begin(first)
		}
		if err := c.applyChanges(body.Changes.GetChanges()); err != nil {
			return err
		}
		return c.settleOnGround()
	case *parleyv1.CommitRevisionRequest_Text_:
		return c.replaceText(body.Text)
	}
	return nil
}

// commit is a revision in the making. Its text is a fork, and `touched` remembers what differs from the base.
type commit struct {
	st      *State
	env     Env
	msg     *parleyv1.Revision
	parents []*Revision
	base    *Revision // what the text is made from: the first parent, or an earlier one, or nil
	text    *Text
	touched map[string]bool
	order   []string // touched ids in the order of touching
	matches []*parleyv1.PointMatch

	editorial []declared // which changes are said to change no meaning
}

// declared is a point whose change the caller declared editorial, and the path of the field that says so.
type declared struct{ point, path string }

func beginCommit(st *State, env Env, req *parleyv1.CommitRevisionRequest) (*commit, error) {
	if !st.alive(req.GetParent()) {
		return nil, fault.Missing(req.GetParent())
	}
	m := proto.CloneOf(req.GetRevision())
	wellformed.ClearOutputOnly(m)
	m.Audience = confide(m.GetAudience(), env.Writer)
	id, err := env.chosen(req.GetRevisionId(), "revision_id")
	if err != nil {
		return nil, err
	}
	m.Name = req.GetParent() + "/revisions/" + id
	if _, taken := st.Revision(m.GetName(), Latest); taken {
		return nil, fault.Exists(m.GetName())
	}
	c := &commit{st: st, env: env, msg: m}
	if err := c.resolveParents(); err != nil {
		return nil, err
	}
	if head := st.head(req.GetParent()); head != nil && !slices.Contains(c.parents, head) {
		return nil, fault.HeadMoved(req.GetParent(), head.Msg.GetName())
	}
	c.base = c.ground()
	c.begin(c.base)
	if err := resolveTimes(m.ProtoReflect(), "revision"); err != nil {
		return nil, err
	}
	return c, st.checkReferences(m, nil, "revision")
}

// resolveParents finds the parents.
func (c *commit) resolveParents() error {
	for i, p := range c.msg.GetParents() {
		p.Revision = c.st.resolveLatest(p.GetRevision())
		r, ok := c.st.Revision(p.GetRevision(), Latest)
		if !ok || !c.st.alive(p.GetRevision()) {
			return fault.ReferenceNotFound("revision.parents["+itoa(i)+"].revision", p.GetRevision())
		}
		if slices.Contains(c.parents, r) {
			return fault.InvalidField("revision.parents["+itoa(i)+"].revision", "unique", "is named twice")
		}
		c.parents = append(c.parents, r)
	}
	return nil
}

func firstOf(parents []*Revision) *Revision {
	if len(parents) == 0 {
		return nil
	}
	return parents[0]
}

// put stores a new value of a point; a place of "" keeps the rank it has.
func (c *commit) put(p *parleyv1.Point, rank string) {
	if old, ok := c.text.points.Get(p.GetId()); ok && rank == "" {
		rank = old.rank
	}
	p.Digest = redline.Digest(p)
	c.text.set(p, rank, nil)
	c.touch(p.GetId())
}

// touch notes that a point may differ from the first parent's.
func (c *commit) touch(id string) {
	if !c.touched[id] {
		c.touched[id] = true
		c.order = append(c.order, id)
	}
}

// rankAt gives a rank for a new child of parent: after the sibling `after`, or first, or last. Where ranks have grown long,
// as they do if point after point is put directly behind the same one, the siblings get new ones first.
func (c *commit) rankAt(parent, after string, first bool) string {
	r := c.text.rankAt(parent, after, first)
	if len(r) <= maxRank {
		return r
	}
	for _, id := range c.text.respace(parent) {
		c.touch(id)
	}
	return c.text.rankAt(parent, after, first)
}

// modify clones a point of the text, lets edit change it, and stores it.
func (c *commit) modify(id string, edit func(p *parleyv1.Point)) {
	p, _ := c.text.Point(id)
	p = proto.CloneOf(p)
	edit(p)
	c.put(p, "")
}

// settle checks the whole text, and notes what was declared of it.
func (c *commit) settle() error {
	if c.text.Len() > maxPoints {
		return fault.LimitExceeded("", "points_per_revision", c.text.Len(), maxPoints)
	}
	return c.noteEditorial()
}

// finish checks the whole text and makes the draft.
func (c *commit) finish() (*Draft, error) {
	if err := c.settle(); err != nil {
		return nil, err
	}
	change := &ledgerv1.RevisionChange{Revision: c.msg}
	if c.base != firstOf(c.parents) {
		change.Base = &ledgerv1.Base{Revision: c.base.Name()}
	}
	for _, id := range c.order {
		p, _ := c.text.points.Get(id)
		if c.unchanged(p) {
			continue
		}
		change.Deltas = append(change.Deltas, &ledgerv1.PointDelta{Point: p.point, Rank: p.rank})
	}
	c.msg.PointCount = int32(c.text.PresentCount())
	if c.base != nil && c.text.mayFollow(c.order) {
		c.text.follow(c.base.Text, c.base.Text.Slice(), c.order)
	}
	c.msg.Digest = redline.RevisionDigest(c.text.Points())
	c.msg.CreateTime = timestamppb.New(c.env.Now)
	if c.msg.GetContent() == parleyv1.Revision_CONTENT_UNSPECIFIED {
		c.msg.Content = parleyv1.Revision_CONTENT_KNOWN
	}
	return &Draft{
		Changes: []*ledgerv1.Change{{Change: &ledgerv1.Change_Revision{Revision: change}}},
		Results: []string{c.msg.GetName()},
		Matches: c.matches,
	}, nil
}

// noteEditorial notes, of the points whose change was declared editorial, from which wording they went to which. One whose
// wording is the same after all needs no note.
func (c *commit) noteEditorial() error {
	for _, d := range c.editorial {
		var old *parleyv1.Point
		if c.base != nil {
			old, _ = c.base.Text.Point(d.point)
		}
		p, ok := c.text.Point(d.point)
		if !ok {
			return fault.PointUnknown(d.path, d.point)
		}
		if !worded(old) || !worded(p) {
			return fault.PointStateConflict(d.path, d.point, "has no wording before and after that could mean the same")
		}
		if old.GetDigest() != p.GetDigest() {
			c.msg.EditorialChanges = append(c.msg.EditorialChanges, &parleyv1.Revision_EditorialChange{
				Point: d.point, FormerDigest: old.GetDigest(), Digest: p.GetDigest(),
			})
		}
	}
	return nil
}

// worded tells whether a point is there and has words.
func worded(p *parleyv1.Point) bool {
	return p.GetState() == parleyv1.Point_STATE_PRESENT && p.GetDigest() != ""
}

// unchanged tells whether a touched point ended up as it was in the base.
func (c *commit) unchanged(p *placed) bool {
	if c.base == nil {
		return false
	}
	old, ok := c.base.Text.points.Get(p.point.GetId())
	return ok && old.rank == p.rank && proto.Equal(old.point, p.point)
}

package record

import (
	"slices"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// removeUnknown makes a text fit for everyone who may know of the new revision. A text follows its parents', and so keeps a
// mark of every point that went, and where points came from; where some readers may not know of a parent, that would tell them
// of it. Marks of points that they never saw are taken out; of those that they did, nothing but that they were struck is
// kept of what happened in secret. It gives the ids of the points of the first parent that are not in the text any more.
func (c *commit) removeUnknown() (removed []string) {
	for v := range c.strangers() {
		known := c.knownTo(v)
		for _, p := range c.text.Slice() {
			was, ok := known[p.GetId()]
			if redline.Gone(p) && !ok {
				c.take(p)
				removed = append(removed, p.GetId())
			} else {
				c.forget(p, was)
			}
		}
		c.cutLineage(known)
	}
	if len(c.parents) == 0 {
		return nil
	}
	removed = slices.DeleteFunc(removed, func(id string) bool {
		_, inherited := c.parents[0].Text.Point(id)
		return !inherited
	})
	slices.Sort(removed)
	return slices.Compact(removed)
}

// forget takes out of a point what it has from a parent, other than it was when its readers saw it last.
func (c *commit) forget(p, was *parleyv1.Point) {
	inherited, ok := c.parents[0].Text.Point(p.GetId())
	switch {
	case !ok:
	case redline.Gone(p) && redline.Gone(inherited) && !proto.Equal(p, was):
		c.modify(p.GetId(), func(p *parleyv1.Point) {
			p.State, p.Text, p.Alternatives = parleyv1.Point_STATE_STRUCK, "", nil
			p.MovedTo, p.Note, p.Successors, p.Origins = "", "", nil, was.GetOrigins()
		})
	case slices.Equal(p.GetOrigins(), inherited.GetOrigins()) && !slices.Equal(p.GetOrigins(), was.GetOrigins()):
		c.modify(p.GetId(), func(p *parleyv1.Point) { p.Origins = was.GetOrigins() })
	}
}

// strangers yields the viewers who may know of the new revision but not of all its parents.
func (c *commit) strangers() func(func(Viewer) bool) {
	return func(yield func(Viewer) bool) {
		if c.env.Sight == nil || c.knowsParents(Viewer{}) {
			return // what the public knows, everybody knows
		}
		owner := c.st.OwnerOf(c.msg)
		for v := range c.st.Viewers() {
			if v.In(c.msg.GetAudience(), owner) && c.sees(v, ParentOf(c.msg.GetName())) && !c.knowsParents(v) && !yield(v) {
				return
			}
		}
	}
}

func (c *commit) sees(v Viewer, name string) bool { return c.env.Sight(c.st, v, name) }

func (c *commit) knowsParents(v Viewer) bool {
	return !slices.ContainsFunc(c.parents, func(r *Revision) bool { return !c.sees(v, r.Msg.GetName()) })
}

// knownTo collects the points that a viewer may have seen in the revisions before, by id, as they saw them last: each text has
// the marks of those before it, so that the nearest ones are enough.
func (c *commit) knownTo(v Viewer) map[string]*parleyv1.Point {
	known, met := map[string]*parleyv1.Point{}, map[*Revision]bool{}
	for open := slices.Clone(c.parents); len(open) > 0; {
		r := open[0]
		open = open[1:]
		if met[r] {
			continue
		}
		met[r] = true
		if !c.sees(v, r.Msg.GetName()) {
			open = append(open, r.Parents...)
			continue
		}
		for p := range r.Text.Points() {
			if _, ok := known[p.GetId()]; !ok {
				known[p.GetId()] = p
			}
		}
	}
	return known
}

// take takes a gone point out of the text. What belonged to it belongs to what it belonged to.
func (c *commit) take(gone *parleyv1.Point) {
	after := gone.GetId()
	for _, id := range slices.Collect(c.text.children(gone.GetId())) {
		p := proto.CloneOf(mustPoint(c.text, id))
		p.Parent = gone.GetParent()
		c.put(p, c.rankAt(p.GetParent(), after, false))
		after = id
	}
	c.text.remove(gone.GetId())
}

// cutLineage takes out of points where they came from and went to, as far as that is neither in the text nor was known.
func (c *commit) cutLineage(known map[string]*parleyv1.Point) {
	unknown := func(id string) bool {
		_, here := c.text.Point(id)
		return !here && known[id] == nil
	}
	for _, p := range c.text.Slice() {
		if slices.ContainsFunc(p.GetOrigins(), unknown) || slices.ContainsFunc(p.GetSuccessors(), unknown) {
			c.modify(p.GetId(), func(p *parleyv1.Point) {
				p.Origins = slices.DeleteFunc(p.Origins, unknown)
				p.Successors = slices.DeleteFunc(p.Successors, unknown)
			})
		}
	}
}

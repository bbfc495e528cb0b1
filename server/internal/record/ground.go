package record

import (
	"slices"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// A text is made from that of the first parent: points keep their places, those that are gone leave a mark. If somebody may
// know of the new revision but not of that parent, they would learn of it by such marks. Such a revision, as one that is
// made public after drafts that were not, is therefore made from the nearest earlier one that all its readers may know of.

// ground finds the revision to make the text from: nil for none.
func (c *commit) ground() *Revision {
	if len(c.parents) == 0 {
		return nil
	}
	known := func(r *Revision) bool { return true }
	if c.env.Sight != nil && !c.sees(Viewer{}, c.parents[0].Msg.GetName()) {
		readers := c.readers()
		known = func(r *Revision) bool {
			return !slices.ContainsFunc(readers, func(v Viewer) bool { return !c.sees(v, r.Msg.GetName()) })
		}
	}
	met := map[*Revision]bool{}
	for open := slices.Clone(c.parents); len(open) > 0; {
		r := open[0]
		if open = open[1:]; met[r] {
			continue
		}
		if met[r] = true; known(r) {
			return r
		}
		open = append(open, r.Parents...)
	}
	return nil
}

func (c *commit) sees(v Viewer, name string) bool { return c.env.Sight(c.st, v, name) }

// readers gives those who may know of the new revision.
func (c *commit) readers() (out []Viewer) {
	owner, plan := c.st.OwnerOf(c.msg), ParentOf(c.msg.GetName())
	for v := range c.st.Viewers() {
		if v.In(c.msg.GetAudience(), owner) && c.sees(v, plan) {
			out = append(out, v)
		}
	}
	return out
}

// settleOnGround makes a text that was changed from the first parent's one that is made from the base: what it says is put as
// a whole text in place of the base's.
func (c *commit) settleOnGround() error {
	if len(c.parents) == 0 || c.base == c.parents[0] {
		return nil
	}
	changed, matches := c.text, c.matches
	c.begin(c.base)
	text := &parleyv1.CommitRevisionRequest_Text{}
	for p := range changed.Points() {
		if redline.Gone(p) {
			continue
		}
		p = proto.CloneOf(p)
		for above := p.GetParent(); above != ""; above = p.GetParent() {
			holder := mustPoint(changed, above)
			if !redline.Gone(holder) {
				break
			}
			p.Parent = holder.GetParent()
		}
		text.Points = append(text.Points, p)
	}
	if err := c.replaceText(text); err != nil {
		return err
	}
	c.matches = matches
	return nil
}

// begin begins the text from that of a revision, nil for an empty one.
func (c *commit) begin(from *Revision) {
	c.touched, c.order, c.matches = map[string]bool{}, nil, nil
	if from != nil {
		c.text = from.Text.forkTo(&Text{})
	} else {
		c.text = newText()
	}
}

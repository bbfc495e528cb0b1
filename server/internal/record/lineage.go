package record

import (
	"slices"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// split divides a point into several that stand in its place.
func (c *commit) split(ch *parleyv1.PointChange_Split, at string) error {
	old, err := c.live(ch.GetPoint(), at+".point")
	if err != nil {
		return err
	}
	parts, err := c.parts(ch.GetInto(), []string{old.GetId()}, at+".into")
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(parts, func(p *parleyv1.Point) bool { return p.GetId() == old.GetId() }) {
		c.supersede(old.GetId(), ids(parts))
	}
	after := old.GetId()
	for _, p := range parts {
		if p.GetId() == old.GetId() {
			p.Parent = old.GetParent()
			c.put(p, "")
		} else if err := c.insert(p, &parleyv1.Placement{Parent: old.GetParent(), After: after}, at+".into"); err != nil {
			return err
		}
		after = p.GetId()
	}
	c.adoptChildren(old.GetId(), parts[0].GetId())
	return nil
}

// merge joins points into one that stands where the first of them stood.
func (c *commit) merge(ch *parleyv1.PointChange_Merge, at string) error {
	for i, id := range ch.GetPoints() {
		if _, err := c.live(id, at+".points["+itoa(i)+"]"); err != nil {
			return err
		}
		for _, other := range ch.GetPoints() {
			if other != id && c.text.below(other, id) {
				return fault.PointCycle(at+".points["+itoa(i)+"]", other)
			}
		}
	}
	parts, err := c.parts([]*parleyv1.Point{ch.GetInto()}, ch.GetPoints(), at+".into")
	if err != nil {
		return err
	}
	into, first := parts[0], mustPoint(c.text, ch.GetPoints()[0])
	into.Parent = first.GetParent()
	rank := c.rankAt(first.GetParent(), first.GetId(), false)
	for _, id := range ch.GetPoints() {
		if id != into.GetId() {
			c.supersede(id, []string{into.GetId()})
		}
	}
	c.put(into, rank)
	for _, id := range ch.GetPoints() {
		c.adoptChildren(id, into.GetId())
	}
	return nil
}

// parts makes the points that come out of a split or merge of the points `of`.
func (c *commit) parts(given []*parleyv1.Point, of []string, at string) ([]*parleyv1.Point, error) {
	var out []*parleyv1.Point
	for i, g := range given {
		path := at
		if len(given) > 1 {
			path += "[" + itoa(i) + "]"
		}
		p := callersPoint(g)
		if p.GetId() == "" {
			p.Id = c.env.NewID()
		}
		p.State, p.MovedTo = parleyv1.Point_STATE_PRESENT, ""
		_, taken := c.text.Point(p.GetId())
		if taken && !slices.Contains(of, p.GetId()) || slices.Contains(ids(out), p.GetId()) {
			return nil, fault.PointExists(path+".id", p.GetId())
		}
		if err := c.checkPoint(p, path); err != nil {
			return nil, err
		}
		p.Origins = slices.Clone(of)
		out = append(out, p)
	}
	return out, nil
}

// supersede takes a point out of the text whose wording lives on in others.
func (c *commit) supersede(id string, successors []string) {
	c.modify(id, func(p *parleyv1.Point) {
		p.State, p.Successors = parleyv1.Point_STATE_SUPERSEDED, successors
		unword(p)
	})
}

// adoptChildren lets what belonged to one point belong to another.
func (c *commit) adoptChildren(from, to string) {
	if from == to {
		return
	}
	for _, child := range slices.Collect(c.text.children(from)) {
		p := proto.CloneOf(mustPoint(c.text, child))
		p.Parent = to
		c.put(p, c.rankAt(to, "", false))
	}
}

// adopt takes a point as it stands in another parent.
func (c *commit) adopt(ch *parleyv1.PointChange_Adopt, at string) error {
	revision := c.st.resolveLatest(ch.GetRevision())
	i := slices.IndexFunc(c.parents, func(r *Revision) bool { return r.Msg.GetName() == revision })
	if i < 0 {
		return fault.RevisionUnrelated(at+".revision", ch.GetRevision())
	}
	p, ok := c.parents[i].Text.Point(ch.GetPoint())
	if !ok {
		return fault.PointUnknown(at+".point", ch.GetPoint())
	}
	p = proto.CloneOf(p)
	if old, here := c.text.Point(ch.GetPoint()); here {
		p.Parent, p.Label = old.GetParent(), old.GetLabel()
		c.put(p, "")
		return nil
	}
	return c.insert(p, ch.GetTo(), at+".to")
}

// live finds a point that has not gone from the text.
func (c *commit) live(id, at string) (*parleyv1.Point, error) {
	p, err := c.find(id, at)
	if err == nil && redline.Gone(p) {
		return nil, fault.PointStateConflict(at, id, "is in the state %s", p.GetState())
	}
	return p, err
}

func ids(points []*parleyv1.Point) []string {
	out := make([]string, len(points))
	for i, p := range points {
		out[i] = p.GetId()
	}
	return out
}

package record

import (
	"slices"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// replaceText makes the text that of the caller, in the caller's order; its points are matched to the first parent's.
// Points of the parent that are not in it become STRUCK and keep their place behind what they followed.
func (c *commit) replaceText(text *parleyv1.CommitRevisionRequest_Text) error {
	for i, id := range text.GetEditorial() {
		c.editorial = append(c.editorial, declared{id, "text.editorial[" + itoa(i) + "]"})
	}
	given := text.GetPoints()
	old := c.lastWords(given)
	points := make([]*parleyv1.Point, len(given))
	for i, g := range given {
		points[i] = callersPoint(g)
	}
	seen := make(map[string]bool, len(points))
	for i, m := range redline.MatchPoints(old, points) {
		p := points[i]
		if m.Old >= 0 {
			p.Id, p.Origins = old[m.Old].GetId(), old[m.Old].GetOrigins()
			if p.GetState() == parleyv1.Point_STATE_SUPERSEDED {
				p.Successors = old[m.Old].GetSuccessors()
			}
		} else if p.GetId() == "" {
			p.Id = c.env.NewID()
		}
		if seen[p.GetId()] {
			return fault.PointExists(textPath(i)+".id", p.GetId())
		}
		seen[p.GetId()] = true
		c.matches = append(c.matches, &parleyv1.PointMatch{Point: p.GetId(), How: m.How, Similarity: m.Similarity})
	}
	if err := c.checkText(points, seen); err != nil {
		return err
	}
	c.strikeAbsent(old, seen)
	c.arrange(points)
	return nil
}

// lastWords gives the text to match a new one to: the parent's, and of its points that are not in it the words that they had
// last, so that a point that comes back without its id is known by them. Where every point bears its id, nothing has to
// be looked up.
func (c *commit) lastWords(given []*parleyv1.Point) []*parleyv1.Point {
	old := c.text.Slice()
	if !slices.ContainsFunc(given, func(p *parleyv1.Point) bool { return p.GetId() == "" }) {
		return old
	}
	old = slices.Clone(old)
	for i, p := range old {
		if p.GetState() != parleyv1.Point_STATE_PRESENT {
			old[i] = lastWorded(c.base, p)
		}
	}
	return old
}

// lastWorded gives a point with the words that it had last on the way to a revision, in its present state.
func lastWorded(r *Revision, p *parleyv1.Point) *parleyv1.Point {
	for ; r != nil; r = r.Base {
		if then, ok := r.Text.Point(p.GetId()); ok && then.GetState() == parleyv1.Point_STATE_PRESENT {
			was := proto.CloneOf(p)
			was.Heading, was.Text, was.Alternatives, was.Digest = then.GetHeading(), then.GetText(), then.GetAlternatives(), then.GetDigest()
			return was
		}
	}
	return p
}

func textPath(i int) string { return "text.points[" + itoa(i) + "]" }

// checkText checks each point and that a nested point follows the one it belongs to, which rules out cycles.
func (c *commit) checkText(points []*parleyv1.Point, known map[string]bool) error {
	depth := map[string]int{"": 0}
	for i, p := range points {
		at := textPath(i)
		if err := c.checkPoint(p, at); err != nil {
			return err
		}
		d, above := depth[p.GetParent()]
		switch {
		case !above && p.GetParent() == p.GetId():
			return fault.PointCycle(at+".parent", p.GetId())
		case !above && known[p.GetParent()]:
			return fault.InvalidField(at+".parent", "reading_order", "point %q must stand before what belongs to it", p.GetParent())
		case !above:
			return fault.PointUnknown(at+".parent", p.GetParent())
		case d+1 > maxDepth:
			return fault.LimitExceeded(at+".parent", "point_depth", d+1, maxDepth)
		}
		depth[p.GetId()] = d + 1
	}
	return nil
}

// strikeAbsent strikes the points of the old text that the new one leaves out.
func (c *commit) strikeAbsent(old []*parleyv1.Point, kept map[string]bool) {
	for _, p := range old {
		if kept[p.GetId()] || redline.Gone(p) {
			continue
		}
		c.modify(p.GetId(), func(p *parleyv1.Point) {
			p.State, p.MovedTo = parleyv1.Point_STATE_STRUCK, ""
			unword(p)
		})
	}
}

// arrange puts the points into the text in their order. As many siblings as can keep their ranks do, so that a commit of
// a long text stores no more than what changed.
func (c *commit) arrange(points []*parleyv1.Point) {
	staying := c.staying(points)
	last := map[string]string{} // parent -> the sibling placed last
	for _, p := range points {
		rank := ""
		if !staying[p.GetId()] {
			after := last[p.GetParent()]
			rank = c.rankAt(p.GetParent(), after, after == "")
		}
		c.put(p, rank)
		last[p.GetParent()] = p.GetId()
	}
}

// staying finds the points that can stay in their places among their siblings.
func (c *commit) staying(points []*parleyv1.Point) map[string]bool {
	ids, ranks := map[string][]string{}, map[string][]string{} // by parent, those that belonged to it before
	for _, p := range points {
		if old, ok := c.text.points.Get(p.GetId()); ok && old.point.GetParent() == p.GetParent() {
			ids[p.GetParent()] = append(ids[p.GetParent()], p.GetId())
			ranks[p.GetParent()] = append(ranks[p.GetParent()], old.rank)
		}
	}
	out := make(map[string]bool, len(points))
	for parent, list := range ranks {
		for i, stays := range redline.Increasing(list) {
			out[ids[parent][i]] = stays
		}
	}
	return out
}

package record

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

func itoa(i int) string { return strconv.Itoa(i) }

// applyChanges applies changes one after the other; the first that does not fit ends it.
func (c *commit) applyChanges(changes []*parleyv1.PointChange) error {
	for i, ch := range changes {
		if err := c.applyChange(ch, "changes.changes["+itoa(i)+"]"); err != nil {
			return err
		}
	}
	return nil
}

func (c *commit) applyChange(ch *parleyv1.PointChange, at string) error {
	switch ch := ch.GetChange().(type) {
	case *parleyv1.PointChange_Add_:
		return c.add(ch.Add, at+".add")
	case *parleyv1.PointChange_Edit_:
		return c.edit(ch.Edit, at+".edit")
	case *parleyv1.PointChange_Move_:
		return c.move(ch.Move, at+".move")
	case *parleyv1.PointChange_Renumber_:
		return c.renumber(ch.Renumber, at+".renumber")
	case *parleyv1.PointChange_Strike_:
		return c.leave(ch.Strike.GetPoint(), parleyv1.Point_STATE_STRUCK, "", ch.Strike.GetNote(), at+".strike")
	case *parleyv1.PointChange_Park_:
		return c.leave(ch.Park.GetPoint(), parleyv1.Point_STATE_DEFERRED, "", ch.Park.GetNote(), at+".park")
	case *parleyv1.PointChange_Relocate_:
		return c.leave(ch.Relocate.GetPoint(), parleyv1.Point_STATE_MOVED, ch.Relocate.GetTo(), ch.Relocate.GetNote(), at+".relocate")
	case *parleyv1.PointChange_Obscure_:
		return c.leave(ch.Obscure.GetPoint(), parleyv1.Point_STATE_UNKNOWN, "", ch.Obscure.GetNote(), at+".obscure")
	case *parleyv1.PointChange_Split_:
		return c.split(ch.Split, at+".split")
	case *parleyv1.PointChange_Merge_:
		return c.merge(ch.Merge, at+".merge")
	case *parleyv1.PointChange_Adopt_:
		return c.adopt(ch.Adopt, at+".adopt")
	}
	return fault.InvalidField(at, "required", "says no change")
}

func (c *commit) add(ch *parleyv1.PointChange_Add, at string) error {
	p, err := c.newPoint(ch.GetPoint(), at+".point")
	if err != nil {
		return err
	}
	return c.insert(p, ch.GetTo(), at+".to")
}

// newPoint makes a point of what the caller gave, with an id that is not taken.
func (c *commit) newPoint(given *parleyv1.Point, at string) (*parleyv1.Point, error) {
	p := callersPoint(given)
	if p.GetId() == "" {
		p.Id = c.env.NewID()
	}
	if _, taken := c.text.Point(p.GetId()); taken {
		return nil, fault.PointExists(at+".id", p.GetId())
	}
	return p, c.checkPoint(p, at)
}

// callersPoint copies the fields of a point that are a caller's to say; lineage is not.
func callersPoint(given *parleyv1.Point) *parleyv1.Point {
	p := proto.CloneOf(given)
	p.Name, p.Digest, p.Successors, p.Origins = "", "", nil, nil
	if p.GetState() == parleyv1.Point_STATE_UNSPECIFIED {
		p.State = parleyv1.Point_STATE_PRESENT
	}
	return p
}

// checkPoint checks references, marks of alternatives, terms, and that state and wording fit each other.
func (c *commit) checkPoint(p *parleyv1.Point, at string) error {
	seen := map[string]bool{}
	for i, a := range p.GetAlternatives() {
		path := at + ".alternatives[" + itoa(i) + "]"
		if seen[a.GetLabel()] {
			return fault.InvalidField(path+".label", "unique", "%q marks two alternatives", a.GetLabel())
		}
		seen[a.GetLabel()] = true
		if err := checkTerms(a.GetTerms(), func(words string) bool { return strings.Contains(a.GetText(), words) }, path); err != nil {
			return err
		}
	}
	if len(p.GetTerms()) > 0 && p.GetState() != parleyv1.Point_STATE_PRESENT {
		return fault.InvalidField(at+".terms", "point_state", "are read in the wording of a point that is PRESENT")
	}
	if err := checkTerms(p.GetTerms(), func(words string) bool { return Says(p, words) }, at); err != nil {
		return err
	}
	if p.GetState() == parleyv1.Point_STATE_SUPERSEDED && !c.staysSuperseded(p) {
		return fault.InvalidField(at+".state", "point_state", "SUPERSEDED comes from a split or merge")
	}
	if (p.GetState() == parleyv1.Point_STATE_MOVED) != (p.GetMovedTo() != "") {
		return fault.InvalidField(at+".moved_to", "point_state", "is for the state MOVED, and needed there")
	}
	var former proto.Message
	if old, ok := c.text.Point(p.GetId()); ok {
		former = old
	}
	return c.st.checkReferences(p, former, at)
}

// checkTerms checks that the words of terms stand in the wording that they belong to.
func checkTerms(terms []*parleyv1.Term, says func(words string) bool, at string) error {
	for i, t := range terms {
		if !says(t.GetWords()) {
			return fault.InvalidField(at+".terms["+itoa(i)+"].words", "words", "do not stand in the wording that the term is read in")
		}
	}
	return nil
}

// staysSuperseded tells whether a point was split or merged before and is left without wording.
func (c *commit) staysSuperseded(p *parleyv1.Point) bool {
	old, ok := c.text.Point(p.GetId())
	return ok && old.GetState() == parleyv1.Point_STATE_SUPERSEDED && p.GetText() == "" && len(p.GetAlternatives()) == 0
}

// insert puts a point where a placement says.
func (c *commit) insert(p *parleyv1.Point, to *parleyv1.Placement, at string) error {
	if err := c.checkPlacement(p.GetId(), to, at); err != nil {
		return err
	}
	p.Parent = to.GetParent()
	c.put(p, c.rankAt(to.GetParent(), to.GetAfter(), to.GetFirst()))
	return nil
}

func (c *commit) checkPlacement(id string, to *parleyv1.Placement, at string) error {
	if parent := to.GetParent(); parent != "" {
		if _, ok := c.text.Point(parent); !ok {
			return fault.PointUnknown(at+".parent", parent)
		}
		if c.text.below(parent, id) {
			return fault.PointCycle(at+".parent", id)
		}
		if d := c.text.depth(parent) + 1; d > maxDepth {
			return fault.LimitExceeded(at+".parent", "point_depth", d, maxDepth)
		}
	}
	if after := to.GetAfter(); after != "" {
		sibling, ok := c.text.Point(after)
		if !ok {
			return fault.PointUnknown(at+".after", after)
		}
		if after == id || sibling.GetParent() != to.GetParent() {
			return fault.InvalidField(at+".after", "sibling", "%q is no sibling there", after)
		}
	}
	return nil
}

// edit replaces what a caller says about a point; label, place, id and lineage stay.
func (c *commit) edit(ch *parleyv1.PointChange_Edit, at string) error {
	given := ch.GetPoint()
	if ch.GetEditorial() {
		c.editorial = append(c.editorial, declared{given.GetId(), at + ".editorial"})
	}
	at += ".point"
	old, err := c.find(given.GetId(), at+".id")
	if err != nil {
		return err
	}
	p := callersPoint(given)
	p.Parent, p.Label, p.State, p.MovedTo = old.GetParent(), old.GetLabel(), old.GetState(), old.GetMovedTo()
	p.Origins = old.GetOrigins()
	if p.GetHeading() != "" && p.GetText() == "" && len(p.GetAlternatives()) == 0 && old.GetState() != parleyv1.Point_STATE_PRESENT {
		p.Successors = old.GetSuccessors() // still without wording: only the heading or note changed
	} else {
		p.State, p.MovedTo = parleyv1.Point_STATE_PRESENT, ""
	}
	if err := c.checkPoint(p, at); err != nil {
		return err
	}
	c.put(p, "")
	return nil
}

func (c *commit) find(id, at string) (*parleyv1.Point, error) {
	p, ok := c.text.Point(id)
	if !ok {
		return nil, fault.PointUnknown(at, id)
	}
	return p, nil
}

func (c *commit) move(ch *parleyv1.PointChange_Move, at string) error {
	p, err := c.find(ch.GetPoint(), at+".point")
	if err != nil {
		return err
	}
	if err := c.checkDepthOf(ch, at); err != nil {
		return err
	}
	return c.insert(proto.CloneOf(p), ch.GetTo(), at+".to")
}

// checkDepthOf keeps what belongs to a moved point within the limit too.
func (c *commit) checkDepthOf(ch *parleyv1.PointChange_Move, at string) error {
	deepest, own := 0, c.text.depth(ch.GetPoint())
	for _, id := range c.text.subtree(ch.GetPoint()) {
		deepest = max(deepest, c.text.depth(id)-own)
	}
	if d := c.text.depth(ch.GetTo().GetParent()) + 1 + deepest; d > maxDepth {
		return fault.LimitExceeded(at+".to.parent", "point_depth", d, maxDepth)
	}
	return nil
}

func (c *commit) renumber(ch *parleyv1.PointChange_Renumber, at string) error {
	if _, err := c.find(ch.GetPoint(), at+".point"); err != nil {
		return err
	}
	c.modify(ch.GetPoint(), func(p *parleyv1.Point) { p.Label = ch.GetLabel() })
	return nil
}

// leave takes the wording of a point, and of what belongs to it, out of the text.
func (c *commit) leave(id string, state parleyv1.Point_State, movedTo, note, at string) error {
	p, err := c.find(id, at+".point")
	if err != nil {
		return err
	}
	if movedTo != "" && !c.st.alive(movedTo) {
		return fault.ReferenceNotFound(at+".to", movedTo)
	}
	if p.GetState() == state && p.GetMovedTo() == movedTo {
		return fault.PointStateConflict(at+".point", id, "is already in the state %s", state)
	}
	for _, each := range c.text.subtree(id) {
		if each != id && redline.Gone(mustPoint(c.text, each)) {
			continue
		}
		c.modify(each, func(p *parleyv1.Point) {
			p.State, p.MovedTo, p.Successors = state, movedTo, nil
			unword(p)
			if each == id && note != "" {
				p.Note = note
			}
		})
	}
	return nil
}

// unword takes the words out of a point, and what was read in them.
func unword(p *parleyv1.Point) { p.Text, p.Alternatives, p.Terms = "", nil, nil }

func mustPoint(t *Text, id string) *parleyv1.Point {
	p, _ := t.Point(id)
	return p
}

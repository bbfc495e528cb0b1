package example

import (
	"fmt"
	"slices"

	"github.com/seed-ff4a8210/parley/client/dossier"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/protobuf/proto"
)

// fold works out the points of every revision of a dossier, by name: a second, dumb reading of the API's rules, so
// that the data can be checked without a server.
func fold(d *dossier.Dossier) (map[string][]*parleyv1.Point, error) {
	all := map[string][]*parleyv1.Point{}
	for _, c := range d.Revisions {
		name := c.GetParent() + "/revisions/" + c.GetRevisionId()
		var points []*parleyv1.Point
		for i, parent := range c.GetRevision().GetParents() {
			base, ok := all[parent.GetRevision()]
			if !ok {
				return nil, fmt.Errorf("%s: parent %s comes later or never", name, parent.GetRevision())
			}
			if i == 0 {
				for _, p := range base {
					points = append(points, proto.CloneOf(p))
				}
			}
		}
		if text := c.GetText(); text != nil {
			if len(points) > 0 {
				return nil, fmt.Errorf("%s: a whole text on a parent with points is not expected here", name)
			}
			points = text.GetPoints()
		}
		t := &text{points}
		for i, change := range c.GetChanges().GetChanges() {
			if err := t.apply(change); err != nil {
				return nil, fmt.Errorf("%s: change %d: %w", name, i, err)
			}
		}
		all[name] = t.points
	}
	return all, nil
}

type text struct{ points []*parleyv1.Point }

func (t *text) find(id string) (int, error) {
	i := slices.IndexFunc(t.points, func(p *parleyv1.Point) bool { return p.GetId() == id })
	if i < 0 {
		return 0, fmt.Errorf("no point %q", id)
	}
	return i, nil
}

func (t *text) apply(change *parleyv1.PointChange) error {
	switch c := change.GetChange().(type) {
	case *parleyv1.PointChange_Add_:
		return t.put(c.Add.GetTo().GetAfter(), c.Add.GetPoint())
	case *parleyv1.PointChange_Edit_:
		i, err := t.find(c.Edit.GetPoint().GetId())
		if err != nil {
			return err
		}
		p := proto.CloneOf(c.Edit.GetPoint())
		p.Label, p.State = t.points[i].GetLabel(), parleyv1.Point_STATE_PRESENT
		t.points[i] = p
		return nil
	case *parleyv1.PointChange_Move_:
		i, err := t.find(c.Move.GetPoint())
		if err != nil {
			return err
		}
		p := t.points[i]
		t.points = slices.Delete(t.points, i, i+1)
		return t.put(c.Move.GetTo().GetAfter(), p)
	case *parleyv1.PointChange_Renumber_:
		i, err := t.find(c.Renumber.GetPoint())
		if err == nil {
			t.points[i].Label = c.Renumber.GetLabel()
		}
		return err
	case *parleyv1.PointChange_Split_:
		i, err := t.find(c.Split.GetPoint())
		if err == nil {
			t.points = slices.Replace(t.points, i, i+1, c.Split.GetInto()...)
		}
		return err
	case *parleyv1.PointChange_Strike_:
		return t.gone(c.Strike.GetPoint(), parleyv1.Point_STATE_STRUCK)
	case *parleyv1.PointChange_Park_:
		return t.gone(c.Park.GetPoint(), parleyv1.Point_STATE_DEFERRED)
	case *parleyv1.PointChange_Relocate_:
		return t.gone(c.Relocate.GetPoint(), parleyv1.Point_STATE_MOVED)
	case *parleyv1.PointChange_Obscure_:
		return t.gone(c.Obscure.GetPoint(), parleyv1.Point_STATE_UNKNOWN)
	}
	return fmt.Errorf("a change that this test does not know: %v", change)
}

func (t *text) put(after string, p *parleyv1.Point) error {
	i, err := t.find(after)
	if err == nil {
		t.points = slices.Insert(t.points, i+1, p)
	}
	return err
}

func (t *text) gone(id string, state parleyv1.Point_State) error {
	i, err := t.find(id)
	if err != nil {
		return err
	}
	if t.points[i].GetState() == state {
		return fmt.Errorf("point %q is %v already", id, state)
	}
	t.points[i].State = state
	t.points[i].Text, t.points[i].Alternatives = "", nil
	return nil
}

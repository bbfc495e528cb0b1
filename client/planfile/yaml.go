package planfile

import (
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"go.yaml.in/yaml/v3"
)

// ParseYAML reads a plan from YAML or JSON. See Parse.
func ParseYAML(name string, data []byte, negotiation string) (*Plan, error) {
	src := &protoyaml.Source{File: name, Negotiation: negotiation}
	plan := &Plan{Revision: &parleyv1.Revision{}}
	if root := src.Parse(data); root != nil {
		if root.Kind == yaml.SequenceNode {
			points(src, root, plan)
		} else {
			front(src, root, plan, true)
		}
	}
	return finish(src, plan)
}

// YAML writes the plan such that ParseYAML reads it back, with short names for what is in the negotiation.
func (p *Plan) YAML(negotiation string) ([]byte, error) {
	n := p.normal()
	root := head(n, "display_name", negotiation)
	list := protoyaml.List()
	for _, point := range n.Points {
		list.Content = append(list.Content, protoyaml.Node(point, negotiation))
	}
	if len(list.Content) > 0 {
		protoyaml.Put(root, "points", list)
	}
	data, err := protoyaml.Marshal(root)
	if err != nil {
		return nil, err
	}
	return data, check(n, data, negotiation, ParseYAML)
}

// head writes what is not the points.
func head(p *Plan, title, negotiation string) *yaml.Node {
	root := protoyaml.Map()
	for _, field := range [][2]string{
		{"plan", protoyaml.Shorten("parley/Plan", negotiation, p.PlanName)},
		{"id", p.RevisionID},
		{title, p.Revision.GetDisplayName()},
	} {
		if field[1] != "" {
			protoyaml.Put(root, field[0], protoyaml.Text(field[1]))
		}
	}
	rest := protoyaml.Settable(p.Revision)
	rest.DisplayName = ""
	root.Content = append(root.Content, protoyaml.Node(rest, negotiation).Content...)
	return root
}

// front reads what head writes, and the points where they may be with it.
func front(src *protoyaml.Source, root *yaml.Node, plan *Plan, withPoints bool) {
	src.Fields(root, plan.Revision, func(key string, value *yaml.Node) bool {
		switch key {
		case "plan":
			plan.PlanName = protoyaml.Expand("parley/Plan", src.Negotiation, src.Text(value))
		case "id":
			plan.RevisionID = src.Text(value)
		case "title":
			if plan.Revision.DisplayName != "" {
				src.Errorf(value, "title and display_name are the same; give one")
			}
			plan.Revision.DisplayName = src.Text(value)
		case "points":
			if !withPoints {
				src.Errorf(value, "the points come after the front matter, as headings")
				return true
			}
			points(src, value, plan)
		default:
			return false
		}
		return true
	})
}

// points reads the list of points.
func points(src *protoyaml.Source, list *yaml.Node, plan *Plan) {
	seen := map[string]int{}
	src.Items(list, func(item *yaml.Node) {
		point := &parleyv1.Point{}
		src.Message(item, point)
		once(src, seen, point.GetId(), item.Line)
		plan.Points = append(plan.Points, point)
	})
}

// once reports a point id that was there before.
func once(src *protoyaml.Source, seen map[string]int, id string, line int) {
	if id == "" {
		return
	}
	if before, ok := seen[id]; ok {
		src.ErrorAt(line, "point id %q is there already, on line %d", id, before+src.Offset)
	}
	seen[id] = line
}

// finish gives the plan, or what is wrong.
func finish(src *protoyaml.Source, plan *Plan) (*Plan, error) {
	if err := src.Err(); err != nil {
		return nil, err
	}
	return plan.normal(), nil
}

package dossier

import (
	"bytes"
	"encoding/json"

	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"
)

// YAML writes a dossier as one YAML file that Parse reads back.
func YAML(d *Dossier) ([]byte, error) { return protoyaml.Marshal(tree(d)) }

// JSON writes a dossier as one JSON file that Parse reads back.
func JSON(d *Dossier) ([]byte, error) {
	compact, err := protoyaml.MarshalJSON(tree(d))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, compact, "", "  "); err != nil {
		return nil, err
	}
	return append(b.Bytes(), '\n'), nil
}

func tree(d *Dossier) *yaml.Node {
	w := writer{d.Negotiation.GetName()}
	root := protoyaml.Map()
	protoyaml.Put(root, KindNegotiation, w.item(d.Negotiation, "id", idOf(w.negotiation)))
	direct(root, w, KindParties, d.Parties)
	direct(root, w, KindMembers, d.Members)
	direct(root, w, KindSources, d.Sources)
	list(root, KindDemands, d.Demands, func(m *parleyv1.Demand) *yaml.Node {
		party := protoyaml.Shorten("parley/Party", w.negotiation, parentOf(m.GetName()))
		return w.item(m, "party", party, "id", idOf(m.GetName()))
	})
	direct(root, w, KindPlans, d.Plans)
	list(root, KindRevisions, d.Revisions, w.revision)
	direct(root, w, KindEvents, d.Events)
	direct(root, w, KindStances, d.Stances)
	direct(root, w, KindClaims, d.Claims)
	direct(root, w, KindAssessments, d.Assessments)
	direct(root, w, KindObjections, d.Objections)
	direct(root, w, KindValuations, d.Valuations)
	direct(root, w, KindDisclosures, d.Disclosures)
	return root
}

// direct writes resources that stand directly under the negotiation.
func direct[M message](root *yaml.Node, w writer, key string, items []M) {
	list(root, key, items, func(m M) *yaml.Node { return w.item(m, "id", idOf(m.GetName())) })
}

func list[T any](root *yaml.Node, key string, items []T, node func(T) *yaml.Node) {
	if len(items) == 0 {
		return
	}
	nodes := make([]*yaml.Node, len(items))
	for i, item := range items {
		nodes[i] = node(item)
	}
	protoyaml.Put(root, key, protoyaml.List(nodes...))
}

type writer struct{ negotiation string }

// item writes a message after some keys and values of its own.
func (w writer) item(m proto.Message, head ...string) *yaml.Node {
	node := protoyaml.Map()
	for i := 0; i < len(head); i += 2 {
		protoyaml.Put(node, head[i], protoyaml.Text(head[i+1]))
	}
	node.Content = append(node.Content, protoyaml.Node(m, w.negotiation).Content...)
	return node
}

func (w writer) revision(c *parleyv1.CommitRevisionRequest) *yaml.Node {
	plan := protoyaml.Shorten("parley/Plan", w.negotiation, c.GetParent())
	node := w.item(c.GetRevision(), "plan", plan, "id", c.GetRevisionId())
	switch body := c.GetBody().(type) {
	case *parleyv1.CommitRevisionRequest_Text_:
		points := protoyaml.List()
		for _, p := range body.Text.GetPoints() {
			points.Content = append(points.Content, protoyaml.Node(p, w.negotiation))
		}
		protoyaml.Put(node, "text", points)
		if ids := body.Text.GetEditorial(); len(ids) > 0 {
			list := protoyaml.List()
			for _, id := range ids {
				list.Content = append(list.Content, protoyaml.Text(id))
			}
			protoyaml.Put(node, "editorial", list)
		}
	case *parleyv1.CommitRevisionRequest_Changes_:
		changes := protoyaml.List()
		for _, c := range body.Changes.GetChanges() {
			changes.Content = append(changes.Content, protoyaml.Node(c, w.negotiation))
		}
		protoyaml.Put(node, "changes", changes)
	}
	return node
}

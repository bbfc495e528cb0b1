package planfile

import (
	"bytes"
	"path/filepath"
	"strings"

	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/protobuf/proto"
)

// Plan is what a plan file holds.
type Plan struct {
	// PlanName is the full name of the plan that the text belongs to, if the file says so.
	PlanName string
	// RevisionID is the id that the new revision is to have, if the file says so.
	RevisionID string
	// Revision is everything about the revision but its points; never nil after parsing.
	Revision *parleyv1.Revision
	// Points are the points in reading order, nested ones after those they belong to.
	Points []*parleyv1.Point
	// Editorial are the ids of points whose new wording means the same as the old. Files do not say.
	Editorial []string
}

// Request makes the commit of the plan as a whole text.
func (p *Plan) Request() *parleyv1.CommitRevisionRequest {
	return &parleyv1.CommitRevisionRequest{
		Parent:     p.PlanName,
		RevisionId: p.RevisionID,
		Revision:   p.Revision,
		Body:       &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{Points: p.Points, Editorial: p.Editorial}},
	}
}

// Of is the file of a revision as the server shows it, with its points, for people to edit: it names the plan, but no
// id, as the revision made from it will be another one.
func Of(r *parleyv1.Revision) *Plan {
	name, _, _ := strings.Cut(r.GetName(), "/revisions/")
	return &Plan{PlanName: name, Revision: r, Points: r.GetPoints()}
}

// Parse reads a file by the ending of its name: .md and .markdown as Markdown, .yaml, .yml and .json as YAML. Without
// such an ending it looks: what begins with front matter or a heading is Markdown. Short names of resources
// are those of the negotiation (`negotiations/peace`). The error tells everything that is wrong, with file and line.
func Parse(name string, data []byte, negotiation string) (*Plan, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".md", ".markdown":
		return ParseMarkdown(name, data, negotiation)
	case ".yaml", ".yml", ".json":
		return ParseYAML(name, data, negotiation)
	}
	start := bytes.TrimLeft(data, "\ufeff \t\r\n")
	if bytes.HasPrefix(start, []byte("---")) || bytes.HasPrefix(start, []byte("#")) {
		return ParseMarkdown(name, data, negotiation)
	}
	return ParseYAML(name, data, negotiation)
}

// normal is p as it reads back from a file: without what the server sets.
func (p *Plan) normal() *Plan {
	n := &Plan{PlanName: p.PlanName, RevisionID: p.RevisionID, Revision: &parleyv1.Revision{}}
	if p.Revision != nil {
		n.Revision = protoyaml.Settable(p.Revision)
	}
	for _, point := range p.Points {
		c := protoyaml.Settable(point)
		if c.State == parleyv1.Point_STATE_PRESENT {
			c.State = parleyv1.Point_STATE_UNSPECIFIED
		}
		n.Points = append(n.Points, c)
	}
	return n
}

// equal says whether two plans hold the same.
func (p *Plan) equal(q *Plan) bool {
	if p.PlanName != q.PlanName || p.RevisionID != q.RevisionID || !proto.Equal(p.Revision, q.Revision) || len(p.Points) != len(q.Points) {
		return false
	}
	for i := range p.Points {
		if !proto.Equal(p.Points[i], q.Points[i]) {
			return false
		}
	}
	return true
}

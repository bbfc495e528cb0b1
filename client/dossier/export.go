package dossier

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/interchange"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Export reads a negotiation, `negotiations/peace`, as the caller may see it, as of a moment or, for nil, now. What it carries and what not is told
// in the package's comment.
func Export(ctx context.Context, c *client.Client, negotiation string, asOf *timestamppb.Timestamp) (*Dossier, error) {
	f, err := c.Record(ctx, &parleyv1.ExportRecordRequest{Name: negotiation, Format: parleyv1.ExportRecordRequest_FORMAT_JSON_LINES, AsOf: asOf})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", negotiation, err)
	}
	r, err := interchange.ReadLines(f.Data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", negotiation, err)
	}
	return Of(r)
}

// Of makes a dossier of a record. Revisions become whole texts, or, where points were split or merged in them, changes that do
// the same; see changes.go for the limits of that. Disclosures that have taken effect are left
// out: what came of them is in the audiences.
func Of(r *interchange.Record) (*Dossier, error) {
	n := r.Negotiation()
	if n == nil {
		return nil, errors.New("nothing says which negotiation this is")
	}
	d, seen, texts := &Dossier{Negotiation: written(n)}, map[string]bool{}, map[string][]*parleyv1.Point{}
	for _, m := range r.Resources {
		name := m.(message).GetName()
		if seen[name] || name != n.GetName() && !strings.HasPrefix(name, n.GetName()+"/") {
			return nil, fmt.Errorf("%q is there twice, or not of %s", name, n.GetName())
		}
		seen[name] = true
		switch m := m.(type) {
		case *parleyv1.Party:
			d.Parties = append(d.Parties, written(m))
		case *parleyv1.Source:
			d.Sources = append(d.Sources, written(m))
		case *parleyv1.Demand:
			d.Demands = append(d.Demands, written(m))
		case *parleyv1.Plan:
			d.Plans = append(d.Plans, written(m))
		case *parleyv1.Revision:
			texts[m.GetName()] = m.GetPoints()
			d.Revisions = append(d.Revisions, commitOf(m, texts))
		case *parleyv1.Event:
			d.Events = append(d.Events, written(m))
		case *parleyv1.Stance:
			d.Stances = append(d.Stances, written(m))
		case *parleyv1.Claim:
			d.Claims = append(d.Claims, written(m))
		case *parleyv1.Assessment:
			d.Assessments = append(d.Assessments, written(m))
		case *parleyv1.Objection:
			d.Objections = append(d.Objections, written(m))
		case *parleyv1.Valuation:
			d.Valuations = append(d.Valuations, written(m))
		case *parleyv1.Member:
			d.Members = append(d.Members, written(m))
		case *parleyv1.Disclosure:
			if m.GetEffectTime() == nil { // what others told is in the audiences
				d.Disclosures = append(d.Disclosures, written(m))
			}
		case *parleyv1.Negotiation:
		default:
			return nil, fmt.Errorf("a %s cannot be loaded", m.ProtoReflect().Descriptor().Name())
		}
	}
	return d, nil
}

// commitOf makes the commit of a revision; texts holds the points of those before it.
func commitOf(r *parleyv1.Revision, texts map[string][]*parleyv1.Point) *parleyv1.CommitRevisionRequest {
	c := &parleyv1.CommitRevisionRequest{
		Parent:     parentOf(r.GetName()),
		RevisionId: idOf(r.GetName()),
		Revision:   written(r),
	}
	c.Revision.Name = ""
	var base []*parleyv1.Point
	if len(r.GetParents()) > 0 {
		base = texts[r.GetParents()[0].GetRevision()]
	}
	if hasNewLineage(base, r.GetPoints()) {
		c.Body = &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{
			Changes: changesBetween(base, r, texts),
		}}
		return c
	}
	if len(base) == 0 && len(r.GetPoints()) == 0 {
		return c
	}
	text := &parleyv1.CommitRevisionRequest_Text{}
	for _, p := range r.GetPoints() {
		text.Points = append(text.Points, plainPoint(p))
	}
	for _, e := range r.GetEditorialChanges() {
		text.Editorial = append(text.Editorial, e.GetPoint())
	}
	c.Body = &parleyv1.CommitRevisionRequest_Text_{Text: text}
	return c
}

// written is a resource as it would be written: without what the server sets, but with its name.
func written[M proto.Message](m M) M {
	w := protoyaml.Settable(m)
	fields := w.ProtoReflect().Descriptor().Fields()
	if name := fields.ByName("name"); name != nil {
		w.ProtoReflect().Set(name, m.ProtoReflect().Get(name))
	}
	if etag := fields.ByName("etag"); etag != nil {
		w.ProtoReflect().Clear(etag)
	}
	return w
}

// plainPoint is a point as it would be written; that it is PRESENT goes without saying.
func plainPoint(p *parleyv1.Point) *parleyv1.Point {
	w := protoyaml.Settable(p)
	if w.State == parleyv1.Point_STATE_PRESENT {
		w.State = parleyv1.Point_STATE_UNSPECIFIED
	}
	return w
}

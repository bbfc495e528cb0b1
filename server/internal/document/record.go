package document

import (
	"fmt"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/interchange"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
)

// Record writes everything that a viewer may see of a negotiation, and of its members in the directory.
func Record(l, directory *lens.Lens, negotiation string, format parleyv1.ExportRecordRequest_Format) (*File, error) {
	all, err := l.Everything(negotiation)
	if err != nil {
		return nil, err
	}
	r := &interchange.Record{}
	for _, m := range all {
		r.Resources = append(r.Resources, m)
	}
	for m := range directory.Members(negotiation, "", false) {
		r.Resources = append(r.Resources, m)
	}
	f := &File{}
	switch format {
	case parleyv1.ExportRecordRequest_FORMAT_JSON_LINES:
		f.Name, f.ContentType = FileName("jsonl", Short(negotiation)), "application/jsonl"
		f.Data, err = interchange.Lines(r)
	case parleyv1.ExportRecordRequest_FORMAT_AKOMA_NTOSO:
		f.Name, f.ContentType = FileName("xml", Short(negotiation)), "application/akn+xml"
		if r.Changes, err = changes(l, all); err == nil {
			f.Data, err = interchange.AkomaNtoso(r)
		}
	default:
		return nil, fault.InvalidField("format", "enum.defined_only", "is no format of a record")
	}
	if err != nil {
		return nil, fmt.Errorf("write the record of %s: %w", negotiation, err)
	}
	return f, nil
}

// changes tells what each revision changed in the one before it.
func changes(l *lens.Lens, all []lens.Resource) (map[string]*parleyv1.DiffRevisionsResponse, error) {
	out := map[string]*parleyv1.DiffRevisionsResponse{}
	for _, m := range all {
		r, ok := m.(*parleyv1.Revision)
		if !ok || len(r.GetParents()) == 0 {
			continue
		}
		c, err := analysis.Compare(l, "", r.GetName())
		if err != nil {
			return nil, err
		}
		out[r.GetName()] = &parleyv1.DiffRevisionsResponse{Base: c.Base.Name(), Revision: c.Revision.Name(), Points: c.Points, Summary: c.Summary}
	}
	return out, nil
}

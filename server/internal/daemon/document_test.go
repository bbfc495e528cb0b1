package daemon_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/dossier"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/interchange"
)

// The forms of a whole record, by the ending of their files.
var recordForms = []struct {
	ending string
	format parleyv1.ExportRecordRequest_Format
	read   func([]byte) (*interchange.Record, error)
}{
	{"jsonl", parleyv1.ExportRecordRequest_FORMAT_JSON_LINES, interchange.ReadLines},
	{"xml", parleyv1.ExportRecordRequest_FORMAT_AKOMA_NTOSO, interchange.ReadAkomaNtoso},
}

// What a mediator exports, loaded into an empty server and exported from there, is the same record.
func TestARecordGoesRoundWithoutLoss(t *testing.T) {
	a := startExample(t)
	for _, form := range recordForms {
		t.Run(form.ending, func(t *testing.T) { goesRound(t, a, start(t, t.TempDir()), peacePlan, form.format) })
	}
}

// The same for whatever is done to a plan.
func TestAnyTextGoesRoundWithoutLoss(t *testing.T) {
	a, b := start(t, t.TempDir()), start(t, t.TempDir())
	made := 0
	rapid.Check(t, func(r *rapid.T) {
		made++
		n := talks(t, a, fmt.Sprintf("talks-%d", made))
		plan := n + "/plans/draft"
		nested := point("q", "Two.\n\n  Indented | and\tset off. ")
		nested.Parent = "p"
		bracketed := point("s", "")
		bracketed.Alternatives = []*parleyv1.Alternative{{Label: "A", Text: "Either."}, {Label: "B", Text: "Or\nelse.", Note: "Late.", Proponents: []string{n + "/parties/a"}}}
		head := commitText(t, a, plan, "r0", nil, point("p", "One."), nested, point("r", "Three."), bracketed)
		for i := range rapid.IntRange(0, 4).Draw(r, "revisions") {
			change := anyChange(r, readRevision(t, a, head.GetRevision().GetName()).GetPoints(), fmt.Sprintf("x%d", i))
			parent := lastPart(head.GetRevision().GetName())
			if done, err := a.mediator.Plans.CommitRevision(t.Context(), changeCommit(plan, fmt.Sprintf("r%d", i+1), []string{parent}, change)); err == nil {
				head = done
			}
		}
		form := rapid.SampledFrom(recordForms).Draw(r, "form")
		goesRound(t, a, b, n, form.format)
	})
}

// goesRound exports from a, loads into b by way of a file, exports from there, and compares what both forms tell.
func goesRound(t *testing.T, a, b *server, n string, format parleyv1.ExportRecordRequest_Format) {
	t.Helper()
	first := recordOf(t, a, n, format)
	file := filepath.Join(t.TempDir(), first.Name)
	if err := os.WriteFile(file, first.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := dossier.ReadFiles(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dossier.Load(t.Context(), b.mediator, d, nil); err != nil {
		t.Fatal(err)
	}
	for _, form := range recordForms {
		want, got := resources(t, a, n, form.format, form.read), resources(t, b, n, form.format, form.read)
		if diff := gocmp.Diff(want, got, protocmp.Transform(), notCopied()); diff != "" {
			t.Fatalf("%s differs in the copy (-first +copy):\n%s", form.ending, diff)
		}
	}
}

func recordOf(t *testing.T, s *server, n string, format parleyv1.ExportRecordRequest_Format) *client.File {
	t.Helper()
	f, err := s.mediator.Record(t.Context(), &parleyv1.ExportRecordRequest{Name: n, Format: format})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func resources(t *testing.T, s *server, n string, format parleyv1.ExportRecordRequest_Format, read func([]byte) (*interchange.Record, error)) []proto.Message {
	t.Helper()
	r, err := read(recordOf(t, s, n, format).Data)
	if err != nil {
		t.Fatal(err)
	}
	r.Resources = slices.DeleteFunc(r.Resources, func(m proto.Message) bool { // whoever loads a copy is its first member
		member, ok := m.(*parleyv1.Member)
		return ok && member.GetPrincipal() == "mediator"
	})
	slices.SortStableFunc(r.Resources, func(a, b proto.Message) int {
		return cmp.Compare(a.ProtoReflect().Descriptor().Name(), b.ProtoReflect().Descriptor().Name())
	})
	return r.Resources
}

// notCopied leaves out what belongs to the server that a record is on: when it was recorded and by whom, and etags, which follow
// from that.
func notCopied() gocmp.Option {
	own := map[protoreflect.Name]bool{"create_time": true, "update_time": true, "etag": true, "first_mediator": true}
	return gocmp.FilterPath(func(p gocmp.Path) bool {
		i, ok := p.Last().(gocmp.MapIndex)
		return ok && own[protoreflect.Name(i.Key().String())]
	}, gocmp.Ignore())
}

// documentRows are the parity rows of documents and pictures.
func documentRows() []parityRow {
	const v8 = usDraft + "/revisions/v8"
	return []parityRow{
		{"DocumentService.ExportTable", &parleyv1.ExportTableRequest{Revision: v8, Format: parleyv1.ExportTableRequest_FORMAT_MARKDOWN}, ""},
		{"DocumentService.ExportTable", &parleyv1.ExportTableRequest{Revision: v8, Format: parleyv1.ExportTableRequest_FORMAT_CSV, Base: usDraft + "/revisions/v1"}, ""},
		{"DocumentService.ExportTable", &parleyv1.ExportTableRequest{Revision: v8, Format: parleyv1.ExportTableRequest_FORMAT_XLSX, Parties: []string{peacePlan + "/parties/ukraine"}}, ""},
		{"DocumentService.ExportTable", &parleyv1.ExportTableRequest{Revision: v8, Format: parleyv1.ExportTableRequest_FORMAT_HTML}, ""},
		{"DocumentService.ExportTable", &parleyv1.ExportTableRequest{Revision: v8}, "INVALID_FIELD"},
		{"DocumentService.ExportTable", &parleyv1.ExportTableRequest{Revision: v8 + "-none", Format: parleyv1.ExportTableRequest_FORMAT_CSV}, "RESOURCE_NOT_FOUND"},
		{"DocumentService.ExportTable", &parleyv1.ExportTableRequest{Revision: v8, Base: v8 + "-none", Format: parleyv1.ExportTableRequest_FORMAT_CSV}, "REFERENCE_NOT_FOUND"},
		{"DocumentService.PlotMatrix", &parleyv1.PlotMatrixRequest{Revision: v8, Format: parleyv1.PictureFormat_PICTURE_FORMAT_SVG, ShowGone: true}, ""},
		{"DocumentService.PlotMatrix", &parleyv1.PlotMatrixRequest{Revision: v8, Format: parleyv1.PictureFormat_PICTURE_FORMAT_PNG}, ""},
		{"DocumentService.PlotMatrix", &parleyv1.PlotMatrixRequest{Revision: v8 + "-none", Format: parleyv1.PictureFormat_PICTURE_FORMAT_PNG}, "RESOURCE_NOT_FOUND"},
		{"DocumentService.PlotBalance", &parleyv1.PlotBalanceRequest{Name: peacePlan, Revisions: []string{usDraft + "/revisions/v1", v8}, Format: parleyv1.PictureFormat_PICTURE_FORMAT_SVG}, ""},
		{"DocumentService.PlotBalance", &parleyv1.PlotBalanceRequest{Name: peacePlan, Revisions: []string{v8}, Format: parleyv1.PictureFormat_PICTURE_FORMAT_PNG}, ""},
		{"DocumentService.PlotBalance", &parleyv1.PlotBalanceRequest{Name: peacePlan, Revisions: []string{v8 + "-none"}, Format: parleyv1.PictureFormat_PICTURE_FORMAT_PNG}, "REFERENCE_NOT_FOUND"},
		{"DocumentService.PlotTimeline", &parleyv1.PlotTimelineRequest{Name: peacePlan, Format: parleyv1.PictureFormat_PICTURE_FORMAT_SVG}, ""},
		{"DocumentService.PlotTimeline", &parleyv1.PlotTimelineRequest{Name: peacePlan}, "INVALID_FIELD"},
	}
}

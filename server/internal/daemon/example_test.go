package daemon_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/dossier"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

const (
	peacePlan = "negotiations/ukraine-peace-plan"
	usDraft   = peacePlan + "/plans/us-draft"
)

func TestSecondStartKeepsTheDataAndLoadsNothingTwice(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir)
	if got := loadExample(t, first).String(); !strings.HasPrefix(got, "created 1 negotiation") {
		t.Errorf("first load: %s", got)
	}
	before := export(t, first, peacePlan)
	first.stop()

	second := start(t, dir)
	if second.Token != first.Token {
		t.Error("the mediator's token changed")
	}
	for _, c := range loadExample(t, second) {
		if c.Created != 0 {
			t.Errorf("second load created %d %s", c.Created, c.Kind)
		}
	}
	if diff := cmp.Diff(before, export(t, second, peacePlan)); diff != "" {
		t.Errorf("the record changed over a restart (-before +after):\n%s", diff)
	}
}

func TestExportedNegotiationLoadsIntoAnotherServer(t *testing.T) {
	a, b := startExample(t), start(t, t.TempDir())
	text := export(t, a, peacePlan)
	d, err := dossier.Parse(dossier.File{Name: "export.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dossier.Load(t.Context(), b.mediator, d, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, export(t, b, peacePlan)); diff != "" {
		t.Errorf("the copy differs (-original +copy):\n%s", diff)
	}
	for _, id := range []string{"v1", "v3", "v5", "v6", "v8"} {
		name := &parleyv1.GetRevisionRequest{Name: usDraft + "/revisions/" + id}
		ra, err := a.mediator.Plans.GetRevision(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		rb, err := b.mediator.Plans.GetRevision(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ra, rb, protocmp.Transform(), protocmp.IgnoreFields(&parleyv1.Revision{}, "create_time")); diff != "" {
			t.Errorf("%s differs in the copy:\n%s", id, diff)
		}
	}
}

// firstMember is the id of the member that a negotiation begins with, which is another in every copy.
var firstMember = regexp.MustCompile(`- id: x[a-z2-7]{16,}(\n    principal: mediator)`)

func export(t *testing.T, s *server, name string) string {
	t.Helper()
	d, err := dossier.Export(t.Context(), s.mediator, name, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := dossier.YAML(d)
	if err != nil {
		t.Fatal(err)
	}
	return firstMember.ReplaceAllString(string(text), "- id: first$1")
}

func TestTheExampleAnswersItsQuestions(t *testing.T) {
	s := startExample(t)
	ctx := t.Context()

	v1, err := s.public.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: usDraft + "/revisions/v1"})
	if err != nil {
		t.Fatal(err)
	}
	if v1.GetPointCount() != 28 || len(v1.GetPoints()) != 28 || v1.GetOrdinal() != 1 {
		t.Errorf("v1 has %d points, %d shown, ordinal %d; want 28, 28, 1", v1.GetPointCount(), len(v1.GetPoints()), v1.GetOrdinal())
	}
	latest, err := s.public.Plans.GetRevision(ctx, &parleyv1.GetRevisionRequest{Name: usDraft + "/revisions/latest", View: parleyv1.RevisionView_REVISION_VIEW_BASIC})
	if err != nil {
		t.Fatal(err)
	}
	if latest.GetName() != usDraft+"/revisions/v8" || latest.GetPoints() != nil {
		t.Errorf("the newest is %s with %d points; want v8 without any in the basic view", latest.GetName(), len(latest.GetPoints()))
	}

	diff, err := s.public.Plans.DiffRevisions(ctx, &parleyv1.DiffRevisionsRequest{Base: usDraft + "/revisions/v1", Revision: peacePlan + "/plans/e3-redline/revisions/v2a"})
	if err != nil {
		t.Fatal(err)
	}
	var army *parleyv1.PointDiff
	for _, p := range diff.GetPoints() {
		if strings.Contains(text(p.GetText(), parleyv1.Span_OP_DELETE), "600,000") {
			army = p
		}
	}
	if army == nil || !strings.Contains(text(army.GetText(), parleyv1.Span_OP_INSERT), "800,000") {
		t.Errorf("the E3 redline should raise 600,000 to 800,000, got %v", army)
	}

	matrix, err := s.public.Analysis.GetPositionMatrix(ctx, &parleyv1.GetPositionMatrixRequest{Revision: usDraft + "/revisions/v8"})
	if err != nil {
		t.Fatal(err)
	}
	current, stale := 0, 0
	for _, row := range matrix.GetRows() {
		for _, c := range row.GetCells() {
			switch c.GetCurrency() {
			case parleyv1.PositionMatrix_CURRENCY_CURRENT:
				current++
			case parleyv1.PositionMatrix_CURRENCY_STALE:
				stale++
				if c.GetAgedBy() == "" {
					t.Errorf("stale stance %s does not say what aged it", c.GetStance().GetName())
				}
			}
		}
	}
	if current == 0 || stale == 0 {
		t.Errorf("%d current and %d stale stances; want some of both", current, stale)
	}
}

// text joins the spans of one kind.
func text(spans []*parleyv1.Span, op parleyv1.Span_Op) string {
	var b strings.Builder
	for _, s := range spans {
		if s.GetOp() == op {
			b.WriteString(s.GetText())
		}
	}
	return b.String()
}

func TestWithheldRedLinesAreOnRecordWithoutContent(t *testing.T) {
	s := startExample(t)
	var withheld int
	for d, err := range client.All(t.Context(), s.public.Demands.ListDemands,
		&parleyv1.ListDemandsRequest{Parent: peacePlan + "/parties/russia", Filter: "strength = RED_LINE AND withheld = true"},
		(*parleyv1.ListDemandsResponse).GetDemands) {
		if err != nil {
			t.Fatal(err)
		}
		if withheld++; d.GetStatement() != "" {
			t.Errorf("%s is withheld, but says %q", d.GetName(), d.GetStatement())
		}
	}
	if withheld == 0 {
		t.Error("Moscow's undisclosed red lines are not on record")
	}
}

// What was split and merged keeps its place among its siblings in a copy, also where a later change put it elsewhere.
func TestACopyHasSupersededPointsInTheirPlaces(t *testing.T) {
	a, b := start(t, t.TempDir()), start(t, t.TempDir())
	n := talks(t, a, "peace")
	plan := n + "/plans/draft"
	child := point("child", "Belongs to p.")
	child.Parent = "p"
	commitText(t, a, plan, "r1", nil, point("p", "One. Two."), child, point("q", "Three."), point("r", "Four."), point("s", "Five."))
	commits := [][]*parleyv1.PointChange{
		{split("p", point("p1", "One."), point("p2", "Two."))},
		{move("p", &parleyv1.Placement{After: "r"})},
		{merge(point("r", "Three. Four."), "q", "r"), move("r", &parleyv1.Placement{})},
		{move("child", &parleyv1.Placement{Parent: "s"}), move("q", &parleyv1.Placement{First: true})},
		{split("s", point("s1", "Five."), point("s", "Six.")), move("child", &parleyv1.Placement{Parent: "s"}), move("s1", &parleyv1.Placement{Parent: "s", First: true})},
	}
	for i, changes := range commits {
		must(t)(a.mediator.Plans.CommitRevision(t.Context(), changeCommit(plan, fmt.Sprintf("r%d", i+2), []string{fmt.Sprintf("r%d", i+1)}, changes...)))
	}
	latest, err := a.mediator.Plans.GetRevision(t.Context(), &parleyv1.GetRevisionRequest{Name: plan + "/revisions/latest"})
	if err != nil {
		t.Fatal(err)
	}
	commitText(t, a, plan, "as-a-text", []string{fmt.Sprintf("r%d", len(commits)+1)}, latest.GetPoints()...)

	d, err := dossier.Parse(dossier.File{Name: "export.yaml", Data: []byte(export(t, a, n))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dossier.Load(t.Context(), b.mediator, d, nil); err != nil {
		t.Fatal(err)
	}
	for r, err := range client.All(t.Context(), a.mediator.Plans.ListRevisions, &parleyv1.ListRevisionsRequest{Parent: plan}, (*parleyv1.ListRevisionsResponse).GetRevisions) {
		if err != nil {
			t.Fatal(err)
		}
		req := &parleyv1.GetRevisionRequest{Name: r.GetName()}
		want, err := a.mediator.Plans.GetRevision(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.mediator.Plans.GetRevision(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(outline(want), outline(got)); diff != "" {
			t.Errorf("%s differs in the copy:\n%s", r.GetName(), diff)
		} else if diff := cmp.Diff(want, got, protocmp.Transform(), protocmp.IgnoreFields(&parleyv1.Revision{}, "create_time")); diff != "" {
			t.Errorf("%s differs in the copy:\n%s", r.GetName(), diff)
		}
	}
}

// "Position on 23 December" and "as known on 23 December" are two questions: what Zelensky said that day was under embargo
// to the next.
func TestThePositionOfADayIsNotWhatWasKnownOnIt(t *testing.T) {
	s := startExample(t)
	ask := func(req *parleyv1.ListStancesRequest) bool {
		t.Helper()
		req.Parent, req.PageSize = peacePlan, 1000
		list, err := s.public.Stances.ListStances(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(list.GetStances(), func(m *parleyv1.Stance) bool { return m.GetName() == peacePlan+"/stances/ukraine-v8-territory" })
	}
	for _, test := range []struct {
		about string
		req   *parleyv1.ListStancesRequest
		want  bool
	}{
		{"held the day before", &parleyv1.ListStancesRequest{HeldAt: moment("2025-12-22")}, false},
		{"held that day", &parleyv1.ListStancesRequest{HeldAt: moment("2025-12-23")}, true},
		{"known that day", &parleyv1.ListStancesRequest{KnownAt: moment("2025-12-23")}, false},
		{"known the day after", &parleyv1.ListStancesRequest{KnownAt: moment("2025-12-24")}, true},
		{"held that day, as known that day", &parleyv1.ListStancesRequest{HeldAt: moment("2025-12-23"), KnownAt: moment("2025-12-23")}, false},
		{"held that day, as the record said before it began", &parleyv1.ListStancesRequest{HeldAt: moment("2025-12-23"), AsOf: moment("2025-12-24")}, false},
	} {
		if test.req.GetAsOf() != nil {
			test.req.Parent = peacePlan
			_, err := s.public.Stances.ListStances(t.Context(), test.req)
			wantReason(t, err, codes.NotFound, parleyv1.ErrorReason_RESOURCE_NOT_FOUND)
		} else if got := ask(test.req); got != test.want {
			t.Errorf("%s: %v", test.about, got)
		}
	}
	row := func(req *parleyv1.GetPositionMatrixRequest) *parleyv1.Stance {
		t.Helper()
		req.Revision, req.Parties = usDraft+"/revisions/v8", []string{peacePlan + "/parties/ukraine"}
		m, err := s.public.Analysis.GetPositionMatrix(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(m.GetRows(), func(r *parleyv1.PositionMatrix_Row) bool { return r.GetPoint().GetId() == "territory" })
		return m.GetRows()[i].GetCells()[0].GetStance()
	}
	if held, known := row(&parleyv1.GetPositionMatrixRequest{HeldAt: moment("2025-12-23")}), row(&parleyv1.GetPositionMatrixRequest{KnownAt: moment("2025-12-23")}); proto.Equal(held, known) {
		t.Errorf("the matrix shows %v for both", held)
	}
}

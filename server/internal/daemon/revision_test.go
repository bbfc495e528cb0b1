package daemon_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// The changes of the API, as a test writes them.
func addPoint(p *parleyv1.Point, to *parleyv1.Placement) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Add_{Add: &parleyv1.PointChange_Add{Point: p, To: to}}}
}

func edit(p *parleyv1.Point) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: p}}}
}

func move(id string, to *parleyv1.Placement) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Move_{Move: &parleyv1.PointChange_Move{Point: id, To: to}}}
}

func renumber(id, label string) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Renumber_{Renumber: &parleyv1.PointChange_Renumber{Point: id, Label: label}}}
}

func strike(id string) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Strike_{Strike: &parleyv1.PointChange_Strike{Point: id}}}
}

func park(id string) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Park_{Park: &parleyv1.PointChange_Park{Point: id}}}
}

func split(id string, into ...*parleyv1.Point) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Split_{Split: &parleyv1.PointChange_Split{Point: id, Into: into}}}
}

func merge(into *parleyv1.Point, ids ...string) *parleyv1.PointChange {
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Merge_{Merge: &parleyv1.PointChange_Merge{Points: ids, Into: into}}}
}

// outline writes a revision down in one line: "1 army | 2 border (STRUCK)".
func outline(r *parleyv1.Revision) string {
	var out []string
	for _, p := range r.GetPoints() {
		line := strings.TrimSpace(p.GetLabel() + " " + p.GetId())
		if p.GetParent() != "" {
			line = p.GetParent() + "/" + line
		}
		if p.GetState() != parleyv1.Point_STATE_PRESENT {
			line += " (" + strings.TrimPrefix(p.GetState().String(), "STATE_") + ")"
		}
		out = append(out, line)
	}
	return strings.Join(out, " | ")
}

func TestCommitByChanges(t *testing.T) {
	s := start(t, t.TempDir())
	plan := talks(t, s, "peace") + "/plans/draft"
	first := []*parleyv1.Point{point("army", "At most 600,000."), point("border", "Is open."), point("trade", "Is free. Is fair.")}
	for i, p := range first {
		p.Label = fmt.Sprint(i + 1)
	}
	commitText(t, s, plan, "r1", nil, first...)
	for i, test := range []struct {
		changes []*parleyv1.PointChange
		want    string // the outline that the changes lead to
		kinds   string // what the diff calls them
	}{
		{[]*parleyv1.PointChange{addPoint(point("aid", "Comes."), &parleyv1.Placement{After: "army"})}, "1 army | aid | 2 border | 3 trade", "aid ADDED"},
		{[]*parleyv1.PointChange{addPoint(point("reserve", "Counts."), &parleyv1.Placement{Parent: "army"})}, "1 army | army/reserve | 2 border | 3 trade", "reserve ADDED"},
		{[]*parleyv1.PointChange{edit(point("army", "At most 800,000."))}, "1 army | 2 border | 3 trade", "army REWORDED"},
		{[]*parleyv1.PointChange{move("trade", &parleyv1.Placement{First: true})}, "3 trade | 1 army | 2 border", "trade MOVED"},
		{[]*parleyv1.PointChange{renumber("army", "1bis"), renumber("trade", "7")}, "1bis army | 2 border | 7 trade", "army RENUMBERED, trade RENUMBERED"},
		{[]*parleyv1.PointChange{strike("border")}, "1 army | 2 border (STRUCK) | 3 trade", "border STRUCK"},
		{[]*parleyv1.PointChange{park("border")}, "1 army | 2 border (DEFERRED) | 3 trade", "border DEFERRED"},
		{
			[]*parleyv1.PointChange{split("trade", point("free", "Is free."), point("fair", "Is fair."))},
			"1 army | 2 border | 3 trade (SUPERSEDED) | free | fair", "trade SPLIT, free SPLIT, fair SPLIT",
		},
		{
			[]*parleyv1.PointChange{merge(point("peace", "At most 600,000, open."), "army", "border")},
			"1 army (SUPERSEDED) | peace | 2 border (SUPERSEDED) | 3 trade", "army MERGED, peace MERGED, border MERGED",
		},
	} {
		variant := fmt.Sprintf("variant-%d", i)
		must(t)(s.mediator.Plans.CreatePlan(t.Context(), &parleyv1.CreatePlanRequest{
			Parent: strings.TrimSuffix(plan, "/plans/draft"), PlanId: variant, Plan: &parleyv1.Plan{DisplayName: "x"},
		}))
		req := changeCommit(strings.Replace(plan, "draft", variant, 1), "r1", nil, test.changes...)
		req.Revision.Parents = parentsOf(plan, []string{"r1"})
		req.View = parleyv1.RevisionView_REVISION_VIEW_FULL
		got, err := s.mediator.Plans.CommitRevision(t.Context(), req)
		if err != nil {
			t.Errorf("%v: %v", test.changes, err)
			continue
		}
		if diff := cmp.Diff(test.want, outline(got.GetRevision())); diff != "" {
			t.Errorf("%v:\n%s", test.changes, diff)
		}
		diff, err := s.mediator.Plans.DiffRevisions(t.Context(), &parleyv1.DiffRevisionsRequest{Revision: got.GetRevision().GetName()})
		if err != nil {
			t.Fatal(err)
		}
		if kinds := kinds(diff); kinds != test.kinds {
			t.Errorf("%v: the diff says %q, want %q", test.changes, kinds, test.kinds)
		}
	}
}

// kinds writes a diff down in one line: "army REWORDED, trade MOVED".
func kinds(d *parleyv1.DiffRevisionsResponse) string {
	var out []string
	for _, p := range d.GetPoints() {
		line := p.GetPoint()
		for _, k := range p.GetKinds() {
			line += " " + strings.TrimPrefix(k.String(), "KIND_")
		}
		out = append(out, line)
	}
	return strings.Join(out, ", ")
}

func TestCommitOfAWholeTextIsMatchedToTheParent(t *testing.T) {
	s := start(t, t.TempDir())
	plan := talks(t, s, "peace") + "/plans/draft"
	commitText(t, s, plan, "r1", nil,
		point("army", "The armed forces of Ukraine are limited to 600,000 personnel."),
		point("border", "The border is open to goods and people."),
		point("trade", "Trade is free."))
	got := commitText(t, s, plan, "r2", []string{"r1"},
		&parleyv1.Point{Label: "1", Heading: "BORDER", Text: "The border is open to goods and people."},
		&parleyv1.Point{Label: "2", Heading: "ARMY", Text: "The armed forces of Ukraine are limited to 800,000 personnel."},
		&parleyv1.Point{Label: "3", Heading: "PRISONERS", Text: "All for all."})
	var how []string
	for _, m := range got.GetMatches() {
		how = append(how, strings.TrimPrefix(m.GetHow().String(), "HOW_"))
	}
	if !slices.Equal(how, []string{"DIGEST", "SIMILARITY", "NEW"}) || got.GetMatches()[0].GetPoint() != "border" || got.GetMatches()[1].GetPoint() != "army" {
		t.Errorf("matched %v", got.GetMatches())
	}
	if len(got.GetChanged()) != 4 { // all but nothing: border and army renumbered, one new, trade struck
		t.Errorf("changed %v", got.GetChanged())
	}
	if got.GetRevision().GetPoints() != nil || got.GetRevision().GetPointCount() != 3 {
		t.Errorf("the answer holds %d points, says %d; want none and 3", len(got.GetRevision().GetPoints()), got.GetRevision().GetPointCount())
	}
}

func TestAPureRenumberingRewordsNothingAndAgesNoStance(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	plan := n + "/plans/draft"
	var text []*parleyv1.Point
	for i := range 28 {
		p := point(fmt.Sprintf("p%02d", i), fmt.Sprintf("Provision number %d of the plan.", i))
		p.Label = fmt.Sprint(i + 1)
		text = append(text, p)
	}
	commitText(t, s, plan, "r1", nil, text...)
	accept(t, s, plan+"/revisions/r1/points/p05", "a")
	for i, p := range text {
		p.Label = fmt.Sprint(i + 2)
	}
	commitText(t, s, plan, "r2", []string{"r1"}, text...)
	diff, err := s.mediator.Plans.DiffRevisions(t.Context(), &parleyv1.DiffRevisionsRequest{Revision: plan + "/revisions/r2"})
	if err != nil {
		t.Fatal(err)
	}
	if diff.GetSummary().GetReworded() != 0 || diff.GetSummary().GetRenumbered() != 28 || diff.GetSummary().GetMoved() != 0 {
		t.Errorf("summary %v", diff.GetSummary())
	}
	if got := cell(t, s, plan+"/revisions/r2", "p05", "a"); got.GetCurrency() != parleyv1.PositionMatrix_CURRENCY_CURRENT {
		t.Errorf("the stance is %v", got)
	}
}

func accept(t *testing.T, s *server, point, party string) *parleyv1.Stance {
	t.Helper()
	n := strings.Join(strings.Split(point, "/")[:2], "/")
	got, err := s.mediator.Stances.CreateStance(t.Context(), &parleyv1.CreateStanceRequest{Parent: n, Stance: &parleyv1.Stance{
		Party: n + "/parties/" + party, Value: parleyv1.Stance_VALUE_ACCEPT, Level: parleyv1.Stance_LEVEL_CAPITAL,
		Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: point}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// cell finds what the matrix shows for a point and a party.
func cell(t *testing.T, s *server, revision, point, party string) *parleyv1.PositionMatrix_Cell {
	t.Helper()
	m, err := s.mediator.Analysis.GetPositionMatrix(t.Context(), &parleyv1.GetPositionMatrixRequest{Revision: revision})
	if err != nil {
		t.Fatal(err)
	}
	column := slices.IndexFunc(m.GetParties(), func(p *parleyv1.Party) bool { return strings.HasSuffix(p.GetName(), "/"+party) })
	for _, row := range m.GetRows() {
		if row.GetPoint().GetId() == point {
			return row.GetCells()[column]
		}
	}
	t.Fatalf("the matrix of %s has no row %s", revision, point)
	return nil
}

func TestAnAcceptanceLapsesWithTheWordsAndComesBackWithThem(t *testing.T) {
	s := start(t, t.TempDir())
	plan := talks(t, s, "peace") + "/plans/draft"
	commitText(t, s, plan, "r1", nil, point("army", "At most 600,000."))
	accept(t, s, plan+"/revisions/r1/points/army", "a")
	accept(t, s, plan+"/revisions/r1/points/army", "b")
	commitText(t, s, plan, "r2", []string{"r1"}, point("army", "At most 800,000."))
	commitText(t, s, plan, "r3", []string{"r2"}, point("army", "At most 800,000."), point("aid", "Comes."))
	commitText(t, s, plan, "r4", []string{"r3"}, point("aid", "Comes."), point("army", "At most 600,000."))
	for revision, want := range map[string]struct {
		currency parleyv1.PositionMatrix_Currency
		agedBy   string
		status   parleyv1.PositionMatrix_Status
	}{
		"r1": {parleyv1.PositionMatrix_CURRENCY_CURRENT, "", parleyv1.PositionMatrix_STATUS_AGREED},
		"r2": {parleyv1.PositionMatrix_CURRENCY_STALE, "r2", parleyv1.PositionMatrix_STATUS_OPEN},
		"r3": {parleyv1.PositionMatrix_CURRENCY_STALE, "r2", parleyv1.PositionMatrix_STATUS_OPEN},
		"r4": {parleyv1.PositionMatrix_CURRENCY_CURRENT, "", parleyv1.PositionMatrix_STATUS_AGREED},
	} {
		m, err := s.mediator.Analysis.GetPositionMatrix(t.Context(), &parleyv1.GetPositionMatrixRequest{Revision: plan + "/revisions/" + revision})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range m.GetRows() {
			if row.GetPoint().GetId() != "army" {
				continue
			}
			got := row.GetCells()[0]
			if got.GetCurrency() != want.currency || row.GetStatus() != want.status || !strings.HasSuffix(got.GetAgedBy(), want.agedBy) || (want.agedBy == "") != (got.GetAgedBy() == "") {
				t.Errorf("at %s: %v, %v aged by %q; want %+v", revision, row.GetStatus(), got.GetCurrency(), got.GetAgedBy(), want)
			}
		}
	}
}

func TestOfConcurrentCommitsOneWinsAndTheOthersLearnTheHead(t *testing.T) {
	s := start(t, t.TempDir())
	plan := talks(t, s, "peace") + "/plans/draft"
	commitText(t, s, plan, "r1", nil, point("army", "At most 600,000."))
	const racers = 16
	errs := make([]error, racers)
	var wg sync.WaitGroup
	for i := range racers {
		wg.Go(func() {
			_, errs[i] = s.mediator.Plans.CommitRevision(t.Context(), textCommit(plan, fmt.Sprintf("by-%02d", i), []string{"r1"}, point("army", fmt.Sprint(i))))
		})
	}
	wg.Wait()
	head, err := s.mediator.Plans.GetRevision(t.Context(), &parleyv1.GetRevisionRequest{Name: plan + "/revisions/latest"})
	if err != nil {
		t.Fatal(err)
	}
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		if d := wantReason(t, err, codes.Aborted, parleyv1.ErrorReason_HEAD_MOVED); d.Metadata["head"] != head.GetName() {
			t.Errorf("told the head %q, it is %q", d.Metadata["head"], head.GetName())
		}
	}
	if won != 1 {
		t.Errorf("%d commits won", won)
	}
	// A commit on the new head that names the old one as well is fine: it is based on both.
	commitText(t, s, plan, "r3", []string{head.GetName()[strings.LastIndexByte(head.GetName(), '/')+1:], "r1"}, point("army", "x"))
}

func TestPointHistoryFollowsAPointThroughEverythingThatHappensToIt(t *testing.T) {
	s := start(t, t.TempDir())
	plan := talks(t, s, "peace") + "/plans/draft"
	commitText(t, s, plan, "r1", nil, point("aid", "Comes."), point("army", "At most 600,000."))
	parent := "r1"
	for i, c := range []*parleyv1.PointChange{edit(point("aid", "Comes soon.")), edit(point("army", "At most 800,000.")), strike("army"), edit(point("army", "At most 700,000."))} {
		id := fmt.Sprintf("r%d", i+2)
		must(t)(s.mediator.Plans.CommitRevision(t.Context(), changeCommit(plan, id, []string{parent}, c)))
		parent = id
	}
	var got []string
	for v, err := range client.All(t.Context(), s.mediator.Plans.ListPointHistory,
		&parleyv1.ListPointHistoryRequest{Parent: plan, Point: "army", PageSize: 2}, (*parleyv1.ListPointHistoryResponse).GetVersions) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %v %q", v.GetRevision()[len(plan)+len("/revisions/"):], v.GetKinds(), v.GetPoint().GetText()))
	}
	want := []string{
		`r1 [KIND_ADDED] "At most 600,000."`, `r3 [KIND_REWORDED] "At most 800,000."`, `r4 [KIND_STRUCK] ""`, `r5 [KIND_RESTORED] "At most 700,000."`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestWritesOfManyClientsAllCount(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	const clients, each = 16, 20
	errs := make(chan error, clients*each)
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for i := range each {
				_, err := s.mediator.Parties.CreateParty(t.Context(), &parleyv1.CreatePartyRequest{
					Parent: n, PartyId: fmt.Sprintf("p%d-%d", c, i), Party: &parleyv1.Party{DisplayName: "x"},
				})
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	var all error
	for err := range errs {
		all = errors.Join(all, err)
	}
	if all != nil {
		t.Fatal(all)
	}
	list, err := client.Collect(client.All(t.Context(), s.mediator.Parties.ListParties, &parleyv1.ListPartiesRequest{Parent: n}, (*parleyv1.ListPartiesResponse).GetParties))
	if err != nil || len(list) != clients*each+2 {
		t.Errorf("%d parties, %v", len(list), err)
	}
}

package analysis

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

const (
	talks = "negotiations/talks"
	draft = talks + "/plans/draft"
)

// world is a negotiation of the principals a and b and the mediator m over the plan draft, built by commands.
type world struct {
	st *record.State
	n  int64
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func newWorld(t fataler, plan *parleyv1.Plan) *world {
	t.Helper()
	w := &world{st: record.NewState()}
	w.do(t, record.CreateNegotiation(&parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{DisplayName: "Talks"}}, "talks"))
	for id, role := range map[string]parleyv1.Party_Role{"a": parleyv1.Party_ROLE_PRINCIPAL, "b": parleyv1.Party_ROLE_PRINCIPAL, "m": parleyv1.Party_ROLE_MEDIATOR} {
		w.do(t, record.CreateParty(&parleyv1.CreatePartyRequest{Parent: talks, PartyId: id, Party: &parleyv1.Party{DisplayName: id, Role: role}}))
	}
	plan.DisplayName = "Draft"
	w.do(t, record.CreatePlan(&parleyv1.CreatePlanRequest{Parent: talks, PlanId: "draft", Plan: plan}))
	return w
}

func (w *world) do(t fataler, cmd record.Command) {
	t.Helper()
	w.n++
	now := time.Unix(1_700_000_000+w.n, 0)
	d, err := cmd(w.st, record.Env{Now: now, NewID: func() string { return fmt.Sprintf("x%d", w.n) }})
	if err != nil {
		t.Fatal(err)
	}
	w.st = w.st.Fork()
	if err := w.st.Apply(&ledgerv1.Entry{Time: now.UnixNano(), Changes: d.Changes}); err != nil {
		t.Fatal(err)
	}
}

// commit commits a whole text on the head of the draft.
func (w *world) commit(t fataler, id string, points ...*parleyv1.Point) {
	t.Helper()
	req := &parleyv1.CommitRevisionRequest{
		Parent: draft, RevisionId: id, Revision: &parleyv1.Revision{},
		Body: &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{Points: points}},
	}
	if h := w.st.Head(draft, record.Latest); h != nil {
		req.Revision.Parents = []*parleyv1.Revision_Parent{{Revision: h.Msg.GetName()}}
	}
	w.do(t, record.CommitRevision(req))
}

// stance records one on a point, after a change to it that a test wants.
func (w *world) stance(t fataler, party, point string, value parleyv1.Stance_Value, change ...func(*parleyv1.Stance)) {
	t.Helper()
	s := &parleyv1.Stance{
		Party: talks + "/parties/" + party, Value: value, Level: parleyv1.Stance_LEVEL_CAPITAL,
		Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: draft + "/revisions/" + point}},
	}
	for _, c := range change {
		c(s)
	}
	w.do(t, record.CreateStance(&parleyv1.CreateStanceRequest{Parent: talks, Stance: s}))
}

func (w *world) matrix(t fataler, revision string) *parleyv1.PositionMatrix {
	t.Helper()
	l := lens.New(w.st, lens.Viewer{Mediator: true, Table: true}, time.Unix(1_800_000_000, 0))
	m, err := Positions(l, draft+"/revisions/"+revision, Moment{}, Showing{})
	if err != nil {
		t.Fatal(err)
	}
	return m.Whole()
}

func level(l parleyv1.Stance_Level) func(*parleyv1.Stance) {
	return func(s *parleyv1.Stance) { s.Level = l }
}

func basis(b parleyv1.Attribution_Basis) func(*parleyv1.Stance) {
	return func(s *parleyv1.Stance) { s.Attribution = &parleyv1.Attribution{Basis: b} }
}

func said(day string) func(*parleyv1.Stance) {
	return func(s *parleyv1.Stance) { s.SaidTime = &parleyv1.PartialTime{Value: day} }
}

func withdrawn(s *parleyv1.Stance) { s.Withdrawn = true }

func conditional(s *parleyv1.Stance) { s.Conditions = []string{"if point 7 stays"} }

const (
	acceptance = parleyv1.Stance_VALUE_ACCEPT
	opposition = parleyv1.Stance_VALUE_OPPOSE
)

func TestWhatCountsOfSeveralStancesOfAParty(t *testing.T) {
	type given struct {
		value  parleyv1.Stance_Value
		change []func(*parleyv1.Stance)
	}
	declared, reported, inferred := basis(parleyv1.Attribution_BASIS_DECLARED), basis(parleyv1.Attribution_BASIS_REPORTED), basis(parleyv1.Attribution_BASIS_INFERRED)
	for name, test := range map[string]struct {
		stances []given
		want    parleyv1.Stance_Value
	}{
		"the latest said, whatever was recorded last": {[]given{
			{acceptance, []func(*parleyv1.Stance){said("2025-11-25")}}, {opposition, []func(*parleyv1.Stance){said("2025-11-21")}},
		}, acceptance},
		"declared before reported, also when older": {[]given{
			{acceptance, []func(*parleyv1.Stance){declared, said("2025-11-20")}}, {opposition, []func(*parleyv1.Stance){reported, said("2025-11-25")}},
		}, acceptance},
		"reported before inferred": {[]given{
			{acceptance, []func(*parleyv1.Stance){inferred, said("2025-11-25")}}, {opposition, []func(*parleyv1.Stance){reported, said("2025-11-20")}},
		}, opposition},
		"never a withdrawn one, nor the older one that it had replaced": {[]given{
			{acceptance, []func(*parleyv1.Stance){said("2025-11-20")}}, {opposition, []func(*parleyv1.Stance){said("2025-11-25"), withdrawn}},
		}, 0},
		"what was said after the withdrawn one": {[]given{
			{opposition, []func(*parleyv1.Stance){said("2025-11-20"), withdrawn}}, {acceptance, []func(*parleyv1.Stance){said("2025-11-25")}},
		}, acceptance},
		"what was said after a withdrawn one that was better founded": {[]given{
			{opposition, []func(*parleyv1.Stance){declared, said("2025-11-20"), withdrawn}}, {acceptance, []func(*parleyv1.Stance){reported, said("2025-11-25")}},
		}, acceptance},
		"an older one that the withdrawn one never outweighed": {[]given{
			{acceptance, []func(*parleyv1.Stance){declared, said("2025-11-20")}}, {opposition, []func(*parleyv1.Stance){reported, said("2025-11-25"), withdrawn}},
		}, acceptance},
		"of one day, the one recorded last replaces": {[]given{
			{acceptance, []func(*parleyv1.Stance){said("2025-11-20")}}, {opposition, []func(*parleyv1.Stance){said("2025-11-20"), withdrawn}},
		}, 0},
		"recorded last, if nothing tells when it was said": {[]given{{acceptance, nil}, {opposition, nil}}, opposition},
	} {
		w := newWorld(t, &parleyv1.Plan{})
		w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words."})
		for _, s := range test.stances {
			w.stance(t, "a", "r1/points/p", s.value, s.change...)
		}
		cell := w.matrix(t, "r1").GetRows()[0].GetCells()[0]
		currency := parleyv1.PositionMatrix_CURRENCY_CURRENT
		if test.want == 0 {
			currency = parleyv1.PositionMatrix_CURRENCY_UNSPECIFIED
		}
		if cell.GetStance().GetValue() != test.want || cell.GetCurrency() != currency || int(cell.GetStanceCount()) != len(test.stances) {
			t.Errorf("%s: got %v", name, cell)
		}
	}
}

// An acceptance that lapsed does not come back when the one that renewed it is withdrawn; it does where the text has its
// words again, on which the later one never bore.
func TestWithdrawingBringsNothingBack(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words."})
	w.stance(t, "a", "r1/points/p", acceptance, said("2025-11-20"))
	w.commit(t, "r2", &parleyv1.Point{Id: "p", Text: "Other words."})
	w.stance(t, "a", "r2/points/p", acceptance, said("2025-11-25"), withdrawn)
	w.commit(t, "r3", &parleyv1.Point{Id: "p", Text: "Yet others."})
	w.commit(t, "r4", &parleyv1.Point{Id: "p", Text: "Words."})
	for revision, want := range map[string]parleyv1.PositionMatrix_Currency{
		"r1": parleyv1.PositionMatrix_CURRENCY_CURRENT, "r2": parleyv1.PositionMatrix_CURRENCY_UNSPECIFIED,
		"r3": parleyv1.PositionMatrix_CURRENCY_UNSPECIFIED, "r4": parleyv1.PositionMatrix_CURRENCY_CURRENT,
	} {
		if cell := w.matrix(t, revision).GetRows()[0].GetCells()[0]; cell.GetCurrency() != want || cell.GetStanceCount() != 2 {
			t.Errorf("at %s: %v, want %v", revision, cell, want)
		}
	}
}

// To withdraw a stance changes nothing where it did not show, and where it did nothing older than it shows instead.
func TestAnyWithdrawalBringsNothingBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stances []*parleyv1.Stance
		for i := range rapid.IntRange(1, 6).Draw(t, "stances") {
			day := time.Unix(int64(rapid.IntRange(1, 3).Draw(t, "day"))*86400, 0)
			stances = append(stances, &parleyv1.Stance{
				Name: fmt.Sprintf("%s/stances/s%d", talks, i), Party: "a", Digest: rapid.SampledFrom([]string{"stands", "carried", "stood"}).Draw(t, "digest"),
				Attribution: &parleyv1.Attribution{Basis: parleyv1.Attribution_Basis(rapid.IntRange(0, 3).Draw(t, "basis"))},
				SaidTime:    &parleyv1.PartialTime{StartTime: timestamppb.New(day)}, Withdrawn: rapid.Bool().Draw(t, "withdrawn"),
			})
		}
		shown := func() *parleyv1.Stance {
			return counting(slices.Values(stances), func(s *parleyv1.Stance) parleyv1.PositionMatrix_Currency {
				return map[string]parleyv1.PositionMatrix_Currency{
					"stands": parleyv1.PositionMatrix_CURRENCY_CURRENT, "carried": parleyv1.PositionMatrix_CURRENCY_CARRIED, "stood": parleyv1.PositionMatrix_CURRENCY_STALE,
				}[s.GetDigest()]
			}).of("a").stance
		}
		was := shown()
		taken := rapid.SampledFrom(stances).Draw(t, "taken back")
		if taken.GetWithdrawn() {
			return
		}
		taken.Withdrawn = true
		switch is := shown(); {
		case is == taken:
			t.Fatalf("a withdrawn one shows: %v", is)
		case was != taken && is != was:
			t.Fatalf("%v showed, and %v does after %v was withdrawn", was, is, taken)
		case was == taken && is != nil && age(is, taken) < 0:
			t.Fatalf("%v was withdrawn, and %v is back", taken, is)
		}
	})
}

func TestNoStanceIsNotAbstention(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words."})
	w.stance(t, "a", "r1/points/p", parleyv1.Stance_VALUE_ABSTAIN)
	cells := w.matrix(t, "r1").GetRows()[0].GetCells()
	if cells[0].GetStance().GetValue() != parleyv1.Stance_VALUE_ABSTAIN || cells[1].GetStance() != nil || cells[1].GetCurrency() != 0 {
		t.Errorf("a abstained and b was silent, got %v", cells)
	}
}

func TestAStanceOnTheWholeAcceptsNoSinglePoint(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words."})
	for _, party := range []string{"a", "b"} {
		w.stance(t, party, "", acceptance, func(s *parleyv1.Stance) {
			s.Target = &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Revision{Revision: draft + "/revisions/r1"}}
		})
	}
	m := w.matrix(t, "r1")
	if m.GetRows()[0].GetStatus() != parleyv1.PositionMatrix_STATUS_OPEN || m.GetWhole()[0].GetStance().GetValue() != acceptance {
		t.Errorf("got %v", m)
	}
}

func TestWhatIsSaidOfUnnamedPointsOrInComparisonIsInNoCell(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{})
	w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words."})
	w.commit(t, "r2", &parleyv1.Point{Id: "p", Text: "Other words."})
	w.stance(t, "a", "", parleyv1.Stance_VALUE_PREFERS, said("2025-12-01"), func(s *parleyv1.Stance) {
		s.Target = &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Comparison_{Comparison: &parleyv1.Stance_Target_Comparison{Revision: draft + "/revisions/r2", Than: draft + "/revisions/r1"}}}
	})
	w.stance(t, "a", "", acceptance, said("2025-11-24"), func(s *parleyv1.Stance) {
		s.Target = &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_UnnamedSet_{UnnamedSet: &parleyv1.Stance_Target_UnnamedSet{Revision: draft + "/revisions/r2", Description: "not all, but many"}}}
	})
	m := w.matrix(t, "r2")
	if m.GetWhole()[0].GetStance() != nil || len(m.GetUnplaced()) != 2 || m.GetUnplaced()[0].GetValue() != acceptance {
		t.Errorf("the text as a whole: %v, unplaced: %v", m.GetWhole(), m.GetUnplaced())
	}
}

func TestStatusOfAPoint(t *testing.T) {
	words := &parleyv1.Point{Id: "p", Text: "Words."}
	bracketed := &parleyv1.Point{Id: "p", Alternatives: []*parleyv1.Alternative{{Label: "A", Text: "One."}, {Label: "B", Text: "Other."}}}
	delegation, referendum := level(parleyv1.Stance_LEVEL_DELEGATION), level(parleyv1.Stance_LEVEL_AD_REFERENDUM)
	both := func(value parleyv1.Stance_Value, change ...func(*parleyv1.Stance)) func(fataler, *world) {
		return func(t fataler, w *world) {
			w.stance(t, "a", "r1/points/p", acceptance)
			w.stance(t, "b", "r1/points/p", value, change...)
		}
	}
	for name, test := range map[string]struct {
		plan  *parleyv1.Plan
		point *parleyv1.Point
		say   func(fataler, *world)
		want  parleyv1.PositionMatrix_Status
	}{
		"nobody said anything":            {&parleyv1.Plan{}, words, func(fataler, *world) {}, parleyv1.PositionMatrix_STATUS_OPEN},
		"one principal is silent":         {&parleyv1.Plan{}, words, func(t fataler, w *world) { w.stance(t, "a", "r1/points/p", acceptance) }, parleyv1.PositionMatrix_STATUS_OPEN},
		"both capitals accept":            {&parleyv1.Plan{}, words, both(acceptance), parleyv1.PositionMatrix_STATUS_AGREED},
		"no objection lets pass":          {&parleyv1.Plan{}, words, both(parleyv1.Stance_VALUE_NO_OBJECTION), parleyv1.PositionMatrix_STATUS_AGREED},
		"one only ad referendum":          {&parleyv1.Plan{}, words, both(acceptance, referendum), parleyv1.PositionMatrix_STATUS_AGREED_AD_REFERENDUM},
		"one only as a delegation":        {&parleyv1.Plan{}, words, both(acceptance, delegation), parleyv1.PositionMatrix_STATUS_AGREED_IN_PRINCIPLE},
		"one opposes":                     {&parleyv1.Plan{}, words, both(opposition), parleyv1.PositionMatrix_STATUS_OPEN},
		"one abstains":                    {&parleyv1.Plan{}, words, both(parleyv1.Stance_VALUE_ABSTAIN), parleyv1.PositionMatrix_STATUS_OPEN},
		"one has conditions":              {&parleyv1.Plan{}, words, both(acceptance, conditional), parleyv1.PositionMatrix_STATUS_OPEN},
		"rival wordings":                  {&parleyv1.Plan{}, bracketed, both(acceptance), parleyv1.PositionMatrix_STATUS_BRACKETED},
		"no words":                        {&parleyv1.Plan{}, &parleyv1.Point{Id: "p", State: parleyv1.Point_STATE_UNKNOWN}, func(fataler, *world) {}, parleyv1.PositionMatrix_STATUS_NO_WORDING},
		"only the named parties decide":   {named("a"), words, func(t fataler, w *world) { w.stance(t, "a", "r1/points/p", acceptance) }, parleyv1.PositionMatrix_STATUS_AGREED},
		"the mediator decides nothing":    {&parleyv1.Plan{}, words, func(t fataler, w *world) { both(acceptance)(t, w); w.stance(t, "m", "r1/points/p", opposition) }, parleyv1.PositionMatrix_STATUS_AGREED},
		"nothing agreed until everything": {&parleyv1.Plan{NothingAgreedUntilEverythingAgreed: true}, words, both(acceptance), parleyv1.PositionMatrix_STATUS_PROVISIONAL},
	} {
		w := newWorld(t, test.plan)
		w.commit(t, "r1", test.point, &parleyv1.Point{Id: "q", Text: "Other words."})
		test.say(t, w)
		if got := w.matrix(t, "r1").GetRows()[0].GetStatus(); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func named(ids ...string) *parleyv1.Plan {
	rule := &parleyv1.Plan_DecisionRule{Kind: parleyv1.Plan_DecisionRule_KIND_NAMED_PARTIES}
	for _, id := range ids {
		rule.Parties = append(rule.Parties, talks+"/parties/"+id)
	}
	return &parleyv1.Plan{DecisionRule: rule}
}

func TestThePlanClosesWhenAllIsAgreed(t *testing.T) {
	w := newWorld(t, &parleyv1.Plan{NothingAgreedUntilEverythingAgreed: true})
	w.commit(t, "r1", &parleyv1.Point{Id: "p", Text: "Words."}, &parleyv1.Point{Id: "q", Text: "Other words."})
	for _, point := range []string{"p", "q"} {
		for _, party := range []string{"a", "b"} {
			w.stance(t, party, "r1/points/"+point, acceptance)
		}
	}
	for _, row := range w.matrix(t, "r1").GetRows() {
		if row.GetStatus() != parleyv1.PositionMatrix_STATUS_AGREED {
			t.Errorf("%s is %v", row.GetPoint().GetId(), row.GetStatus())
		}
	}
}

// Whatever else is done to a text, a stance is current at a revision exactly if the wording there is the one that it was
// given on; and what aged it is the revision in which it last ceased to be.
func TestStalenessDependsOnTheDigestAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, &parleyv1.Plan{})
		texts := []string{"One.", "Two.", "Three."}
		var history []string // the text of p at each revision
		given := -1          // the revision on which a took its stance
		for i := range rapid.IntRange(1, 8).Draw(t, "revisions") {
			p := &parleyv1.Point{
				Id: "p", Label: rapid.StringMatching("[1-9]").Draw(t, "label"), Topic: rapid.SampledFrom([]string{"", "army"}).Draw(t, "topic"),
				Note: rapid.SampledFrom([]string{"", "note"}).Draw(t, "note"), Text: rapid.SampledFrom(texts).Draw(t, "text"),
			}
			history = append(history, p.GetText())
			if rapid.Bool().Draw(t, "spaced") {
				p.Text = "  " + p.GetText() + "\n"
			}
			points := []*parleyv1.Point{p, {Id: "q", Text: "Other."}}
			if rapid.Bool().Draw(t, "order") {
				points[0], points[1] = points[1], points[0]
			}
			w.commit(t, fmt.Sprintf("r%d", i), points...)
			if given < 0 && rapid.Bool().Draw(t, "stance") {
				given = i
				w.stance(t, "a", fmt.Sprintf("r%d/points/p", i), acceptance)
			}
		}
		if given < 0 {
			return
		}
		for i := given; i < len(history); i++ {
			for _, row := range w.matrix(t, fmt.Sprintf("r%d", i)).GetRows() {
				if row.GetPoint().GetId() == "p" {
					checkCell(t, row.GetCells()[0], history, given, i)
				}
			}
		}
	})
}

func checkCell(t *rapid.T, c *parleyv1.PositionMatrix_Cell, history []string, given, at int) {
	if same := history[at] == history[given]; same != (c.GetCurrency() == parleyv1.PositionMatrix_CURRENCY_CURRENT) {
		t.Fatalf("given on %q (r%d), at r%d it reads %q, and the stance is %v", history[given], given, at, history[at], c.GetCurrency())
	} else if same {
		return
	}
	lapsed := at
	for history[lapsed-1] != history[given] {
		lapsed--
	}
	if want := fmt.Sprintf("%s/revisions/r%d", draft, lapsed); c.GetAgedBy() != want {
		t.Fatalf("aged by %s, want %s", c.GetAgedBy(), want)
	}
}

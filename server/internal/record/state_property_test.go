package record

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// random is any command; many of them do not fit the state and are refused.
func random(t *rapid.T, w *world) Command {
	party := func() string {
		return talks + "/parties/" + rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "party")
	}
	plan := func() string {
		return talks + "/plans/" + rapid.SampledFrom([]string{"draft", "other"}).Draw(t, "plan")
	}
	switch rapid.IntRange(0, 37).Draw(t, "what") {
	case 32, 33, 34, 35:
		return randomDisclosure(t, w, plan())
	case 36, 37:
		return randomUpdate(t, party(), plan())
	case 24, 25, 26, 27, 28:
		return randomFact(t, party())
	case 29, 30, 31:
		edit := &parleyv1.PointChange_Edit{Point: randomPoint(t), Editorial: true}
		return CommitRevision(changeRequest(plan(), w, &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: edit}}))
	case 0:
		return createParty(rapid.SampledFrom([]string{"a", "c"}).Draw(t, "id"))
	case 1:
		return DeleteParty(&parleyv1.DeletePartyRequest{Name: party()})
	case 2:
		return UndeleteParty(&parleyv1.UndeletePartyRequest{Name: party()})
	case 3:
		return UpdateParty(&parleyv1.UpdatePartyRequest{Party: &parleyv1.Party{Name: party(), DisplayName: "renamed"}})
	case 4:
		return CreateDemand(&parleyv1.CreateDemandRequest{Parent: party(), DemandId: "d", Demand: &parleyv1.Demand{Statement: "x"}})
	case 5:
		return createPlan("other")
	case 6, 7, 8, 9:
		return CreateStance(&parleyv1.CreateStanceRequest{Parent: talks, Stance: &parleyv1.Stance{
			Party: party(), Value: parleyv1.Stance_VALUE_ACCEPT,
			Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: plan() + "/revisions/latest/points/" + pointID(t)}},
		}})
	case 10, 11:
		return CommitRevision(textRequest(plan(), w, randomText(t)...))
	}
	changes := rapid.SliceOfN(rapid.Custom(randomChange), 1, 3).Draw(t, "changes")
	req := changeRequest(plan(), w, changes...)
	if rapid.Bool().Draw(t, "confidential") {
		req.Revision.Audience = &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR}
	}
	if rapid.Bool().Draw(t, "second parent") {
		if other := w.st.Head(plan(), Latest); other != nil && len(req.GetRevision().GetParents()) > 0 {
			req.Revision.Parents = append(req.Revision.Parents, &parleyv1.Revision_Parent{Revision: other.Msg.GetName()})
			adopt := &parleyv1.PointChange_Adopt{Revision: other.Msg.GetName(), Point: pointID(t), To: placement(t)}
			req.GetChanges().Changes = append(req.GetChanges().GetChanges(), &parleyv1.PointChange{Change: &parleyv1.PointChange_Adopt_{Adopt: adopt}})
		}
	}
	return CommitRevision(req)
}

// randomDisclosure tells something to more people, at once or when an embargo ends, or ends an embargo.
func randomDisclosure(t *rapid.T, w *world, plan string) Command {
	if name, _ := w.st.NextEmbargo(); name != "" && rapid.Bool().Draw(t, "lift") {
		return LiftEmbargo(name, nil)
	}
	d := &parleyv1.Disclosure{
		Resources: []string{rapid.SampledFrom([]string{
			talks + "/claims/x", talks + "/events/y", talks, plan, plan + "/revisions/latest", plan + "/revisions/latest",
		}).Draw(t, "resource")},
		Audience: &parleyv1.Audience{Level: rapid.SampledFrom([]parleyv1.Audience_Level{
			parleyv1.Audience_LEVEL_TABLED, parleyv1.Audience_LEVEL_PUBLIC,
		}).Draw(t, "level")},
	}
	if rapid.Bool().Draw(t, "embargo") {
		d.EmbargoTime = timestamppb.New(w.now().Add(time.Hour))
	}
	return Disclose(&parleyv1.DiscloseRequest{Parent: talks, Disclosure: d})
}

// randomUpdate changes, deletes or brings back something that other commands only create.
func randomUpdate(t *rapid.T, party, plan string) Command {
	demand := party + "/demands/d"
	switch rapid.IntRange(0, 7).Draw(t, "update") {
	case 0:
		return UpdateDemand(&parleyv1.UpdateDemandRequest{Demand: &parleyv1.Demand{Name: demand, Statement: "y"}})
	case 1:
		return DeleteDemand(&parleyv1.DeleteDemandRequest{Name: demand})
	case 2:
		return UndeleteDemand(&parleyv1.UndeleteDemandRequest{Name: demand})
	case 3:
		return UpdatePlan(&parleyv1.UpdatePlanRequest{Plan: &parleyv1.Plan{Name: plan, DisplayName: "renamed"}})
	case 4:
		return DeletePlan(&parleyv1.DeletePlanRequest{Name: talks + "/plans/other"})
	case 5:
		return UndeletePlan(&parleyv1.UndeletePlanRequest{Name: talks + "/plans/other"})
	case 6:
		return DeleteEvent(&parleyv1.DeleteEventRequest{Name: talks + "/events/x"})
	}
	return UpdateNegotiation(&parleyv1.UpdateNegotiationRequest{Negotiation: &parleyv1.Negotiation{
		Name: talks, DisplayName: rapid.SampledFrom([]string{"Talks", "Other talks"}).Draw(t, "title"),
	}})
}

// randomFact is a command on what is recorded beside the text. Ids are few, so that names meet.
func randomFact(t *rapid.T, party string) Command {
	id := rapid.SampledFrom([]string{"x", "y"}).Draw(t, "fact")
	name := func(collection string) string {
		return talks + "/" + collection + "/" + rapid.SampledFrom([]string{"x", "y"}).Draw(t, collection)
	}
	head := talks + "/plans/draft/revisions/latest"
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		return CreateSource(&parleyv1.CreateSourceRequest{Parent: talks, SourceId: id, Source: &parleyv1.Source{DisplayName: "S", ContentLength: 10}})
	case 1:
		return CreateEvent(&parleyv1.CreateEventRequest{Parent: talks, EventId: id, Event: &parleyv1.Event{DisplayName: "E", PartOf: name("events"), About: []string{head}}})
	case 2:
		return CreateEvent(&parleyv1.CreateEventRequest{Parent: talks, EventId: id, Event: &parleyv1.Event{DisplayName: "E"}})
	case 3:
		return CreateClaim(&parleyv1.CreateClaimRequest{Parent: talks, ClaimId: id, Claim: &parleyv1.Claim{
			Statement: "C", Party: party, Audience: &parleyv1.Audience{Level: rapid.SampledFrom([]parleyv1.Audience_Level{
				parleyv1.Audience_LEVEL_UNSPECIFIED, parleyv1.Audience_LEVEL_MEDIATOR,
			}).Draw(t, "level")},
		}})
	case 4:
		return UpdateClaim(&parleyv1.UpdateClaimRequest{Claim: &parleyv1.Claim{Name: name("claims"), Reports: name("claims")}})
	case 5:
		return RespondToClaim(&parleyv1.RespondToClaimRequest{Name: name("claims"), Response: &parleyv1.Claim_Response{Kind: parleyv1.Claim_Response_KIND_DISPUTES, CounterClaim: name("claims")}})
	case 6:
		return DeleteClaim(&parleyv1.DeleteClaimRequest{Name: name("claims")})
	case 7:
		return CreateObjection(&parleyv1.CreateObjectionRequest{Parent: talks, ObjectionId: id, Objection: &parleyv1.Objection{Party: party, Point: head + "/points/" + pointID(t)}})
	case 8:
		return UpdateEvent(&parleyv1.UpdateEventRequest{Event: &parleyv1.Event{Name: name("events"), PartOf: name("events")}})
	}
	return CreateAssessment(&parleyv1.CreateAssessmentRequest{Parent: talks, AssessmentId: id, Assessment: &parleyv1.Assessment{
		Demand: party + "/demands/d", Revision: head, Verdict: parleyv1.Assessment_VERDICT_UNMET, Judge: "J",
	}})
}

func pointID(t *rapid.T) string {
	return rapid.SampledFrom([]string{"p", "q", "r", "s", "t"}).Draw(t, "point")
}

// wording draws from few texts, so that the same ones come back.
func wording(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "One.", "Two words.", "Three words here."}).Draw(t, "text")
}

func randomPoint(t *rapid.T) *parleyv1.Point {
	return &parleyv1.Point{Id: pointID(t), Text: wording(t), Heading: "H", Label: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "label")}
}

// randomText draws points with different ids, some of which belong to one before them.
func randomText(t *rapid.T) []*parleyv1.Point {
	points := rapid.SliceOfNDistinct(rapid.Custom(randomPoint), 0, 5, (*parleyv1.Point).GetId).Draw(t, "points")
	for i, p := range points {
		if i > 0 && rapid.Bool().Draw(t, "nested") {
			p.Parent = points[rapid.IntRange(0, i-1).Draw(t, "parent")].GetId()
		}
	}
	return points
}

func placement(t *rapid.T) *parleyv1.Placement {
	to := &parleyv1.Placement{}
	if rapid.Bool().Draw(t, "inside") {
		to.Parent = pointID(t)
	}
	switch rapid.IntRange(0, 2).Draw(t, "where") {
	case 0:
		to.First = true
	case 1:
		to.After = pointID(t)
	}
	return to
}

func randomChange(t *rapid.T) *parleyv1.PointChange {
	switch rapid.IntRange(0, 9).Draw(t, "change") {
	case 0:
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Add_{Add: &parleyv1.PointChange_Add{Point: randomPoint(t), To: placement(t)}}}
	case 1:
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: randomPoint(t)}}}
	case 2:
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Move_{Move: &parleyv1.PointChange_Move{Point: pointID(t), To: placement(t)}}}
	case 3:
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Renumber_{Renumber: &parleyv1.PointChange_Renumber{Point: pointID(t), Label: "9"}}}
	case 4:
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Strike_{Strike: &parleyv1.PointChange_Strike{Point: pointID(t)}}}
	case 5:
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Park_{Park: &parleyv1.PointChange_Park{Point: pointID(t)}}}
	case 6:
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Split_{Split: &parleyv1.PointChange_Split{Point: pointID(t), Into: []*parleyv1.Point{randomPoint(t), {Text: "New part."}}}}}
	case 7:
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Relocate_{Relocate: &parleyv1.PointChange_Relocate{Point: pointID(t), To: talks + "/plans/draft"}}}
	case 8:
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Obscure_{Obscure: &parleyv1.PointChange_Obscure{Point: pointID(t)}}}
	}
	return &parleyv1.PointChange{Change: &parleyv1.PointChange_Merge_{Merge: &parleyv1.PointChange_Merge{Points: []string{pointID(t), pointID(t)}, Into: randomPoint(t)}}}
}

// onHead makes a commit on the newest revision of a plan.
func onHead(plan string, w *world) *parleyv1.CommitRevisionRequest {
	req := &parleyv1.CommitRevisionRequest{Parent: plan, Revision: &parleyv1.Revision{}}
	if h := w.st.Head(plan, Latest); h != nil {
		req.Revision.Parents = []*parleyv1.Revision_Parent{{Revision: h.Msg.GetName()}}
	}
	return req
}

func textRequest(plan string, w *world, points ...*parleyv1.Point) *parleyv1.CommitRevisionRequest {
	req := onHead(plan, w)
	req.Body = &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{Points: points}}
	return req
}

func changeRequest(plan string, w *world, changes ...*parleyv1.PointChange) *parleyv1.CommitRevisionRequest {
	req := onHead(plan, w)
	req.Body = &parleyv1.CommitRevisionRequest_Changes_{Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: changes}}
	return req
}

// randomWorld runs random commands and gives the world that they lead to.
func randomWorld(t *rapid.T) *world {
	w := newWorld(t)
	first := textRequest(talks+"/plans/draft", w, &parleyv1.Point{Id: "p", Text: "One."}, &parleyv1.Point{Id: "q", Text: "Two words."}, &parleyv1.Point{Id: "r", Parent: "q"})
	if _, err := w.do(CommitRevision(first)); err != nil {
		t.Fatalf("set up: %v", err)
	}
	for range rapid.IntRange(1, 30).Draw(t, "commands") {
		before := w.st
		shown := dump(before, Latest)
		_, _ = w.do(random(t, w))
		if dump(before, Latest) != shown {
			t.Fatalf("a command changed the state that it was given")
		}
	}
	return w
}

func fold(t *rapid.T, log []*ledgerv1.Entry) *State {
	st := NewState()
	for _, e := range log {
		data, err := proto.Marshal(e)
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		stored := &ledgerv1.Entry{}
		if err := proto.Unmarshal(data, stored); err != nil {
			t.Fatalf("decode: %v", err)
		}
		if err := st.Apply(stored); err != nil {
			t.Fatalf("apply: %v", err)
		}
	}
	return st
}

func TestFoldOfTheLogEqualsTheLiveState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		if dump(fold(t, w.log), Latest) != dump(w.st, Latest) {
			t.Fatalf("the fold of the log and the live state differ")
		}
	})
}

func TestAsOfAnEntryEqualsAFoldUpToIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		st := fold(t, w.log)
		for i, e := range w.log {
			then := dump(fold(t, w.log[:i+1]), Latest)
			if dump(st, e.GetTime()) != then {
				t.Fatalf("as of entry %d the record says something else than its fold", i+1)
			}
			if dump(w.moves[i], Latest) != then {
				t.Fatalf("the state published after entry %d has changed since", i+1)
			}
		}
	})
}

func TestEveryTextIsWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		for plan := range w.st.Plans("", Latest) {
			for r := range w.st.Revisions(plan.GetName(), Latest) {
				checkText(t, r)
			}
		}
	})
}

func checkText(t *rapid.T, r *Revision) {
	seen, present := map[string]bool{"": true}, 0
	for p := range r.Text.Points() {
		if seen[p.GetId()] {
			t.Fatalf("%s: %q stands twice", r.Msg.GetName(), p.GetId())
		}
		if !seen[p.GetParent()] {
			t.Fatalf("%s: %q stands before %q, to which it belongs", r.Msg.GetName(), p.GetId(), p.GetParent())
		}
		seen[p.GetId()] = true
		if p.GetDigest() != redline.Digest(p) {
			t.Fatalf("%s: %q bears the digest of other words", r.Msg.GetName(), p.GetId())
		}
		if redline.Gone(p) && p.GetText() != "" {
			t.Fatalf("%s: %q is gone but has words", r.Msg.GetName(), p.GetId())
		}
		if p.GetState() == parleyv1.Point_STATE_PRESENT {
			present++
		}
	}
	if len(seen)-1 != r.Text.Len() || present != int(r.Msg.GetPointCount()) {
		t.Fatalf("%s: %d of %d points are reached, %d of %d present", r.Msg.GetName(), len(seen)-1, r.Text.Len(), present, r.Msg.GetPointCount())
	}
}

func TestAWholeTextStandsAsItWasGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		plan := talks + "/plans/draft"
		text := randomText(t)
		if _, err := w.do(CommitRevision(textRequest(plan, w, text...))); err != nil {
			t.Fatalf("%v", err)
		}
		var want, got []string
		for _, p := range preorder(text, "") {
			want = append(want, fmt.Sprint(p.GetParent(), "/", p.GetId(), " ", p.GetText()))
		}
		given := map[string]bool{}
		for _, p := range text {
			given[p.GetId()] = true
		}
		for p := range w.head("draft").Points() {
			if given[p.GetId()] {
				got = append(got, fmt.Sprint(p.GetParent(), "/", p.GetId(), " ", p.GetText()))
			} else if p.GetState() == parleyv1.Point_STATE_PRESENT {
				t.Fatalf("%q is not in the text but present", p.GetId())
			}
		}
		if !slices.Equal(want, got) {
			t.Fatalf("gave %v, it stands as %v", want, got)
		}
		d, err := w.do(CommitRevision(textRequest(plan, w, text...)))
		if err != nil {
			t.Fatalf("%v", err)
		}
		if n := len(d.Changes[0].GetRevision().GetDeltas()); n != 0 {
			t.Fatalf("the same text again stores %d points", n)
		}
	})
}

// preorder puts nested points behind the ones that they belong to.
func preorder(points []*parleyv1.Point, parent string) []*parleyv1.Point {
	var out []*parleyv1.Point
	for _, p := range points {
		if p.GetParent() == parent {
			out = append(append(out, p), preorder(points, p.GetId())...)
		}
	}
	return out
}

func TestRanksLieBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ranks := []string{rankBetween("", "")}
		for range rapid.IntRange(1, 200).Draw(t, "insertions") {
			i := rapid.IntRange(0, len(ranks)).Draw(t, "at")
			low, high := "", ""
			if i > 0 {
				low = ranks[i-1]
			}
			if i < len(ranks) {
				high = ranks[i]
			}
			r := rankBetween(low, high)
			if low != "" && r <= low || high != "" && r >= high {
				t.Fatalf("between %q and %q it gives %q", low, high, r)
			}
			ranks = slices.Insert(ranks, i, r)
		}
	})
}

func TestRanksOfPointsPutOneAfterTheOtherStayShort(t *testing.T) {
	for _, test := range []struct{ low, high string }{{"", ""}, {"a1", "a2"}, {"", "a1"}, {"a1", "a1a1"}, {"aZH", "b00"}} {
		rank := test.low
		for range 100_000 {
			next := rankBetween(rank, test.high)
			if next <= rank || test.high != "" && next >= test.high {
				t.Fatalf("%q is not between %q and %q", next, rank, test.high)
			}
			rank = next
		}
		if len(rank) > 10 {
			t.Errorf("the 100,000th rank between %q and %q is %q", test.low, test.high, rank)
		}
	}
}

// Every point of a text has a place in its reading order, and one alone.
func TestNoPointIsLostFromTheReadingOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		for _, plan := range []string{"draft", "other"} {
			for r := range w.st.Revisions(talks+"/plans/"+plan, Latest) {
				if read := ids(r.Text.Slice()); len(read) != r.Text.Len() {
					t.Fatalf("%s reads %v of %d points", r.Msg.GetName(), read, r.Text.Len())
				}
			}
		}
	})
}

// A point may take the very place that another leaves in the same commit, in whatever order the two are brought up.
func TestAPointTakesThePlaceThatAnotherLeaves(t *testing.T) {
	w := newWorld(t)
	plan := talks + "/plans/draft"
	w.must(t, CommitRevision(textRequest(plan, w, &parleyv1.Point{Id: "p"}, &parleyv1.Point{Id: "q", Parent: "p"}, &parleyv1.Point{Id: "r"})))
	moved := func(id, to string) *parleyv1.PointChange {
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Move_{Move: &parleyv1.PointChange_Move{Point: id, To: &parleyv1.Placement{Parent: to}}}}
	}
	edited := &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: &parleyv1.Point{Id: "r", Text: "New."}}}}
	w.must(t, CommitRevision(changeRequest(plan, w, edited, moved("q", ""), moved("r", "p"))))
	if got := ids(w.st.Head(plan, Latest).Text.Slice()); !slices.Equal(got, []string{"p", "r", "q"}) {
		t.Errorf("the text reads %v", got)
	}
}

// However facts are made to refer to each other, none comes to report itself or to be part of itself.
func TestNoFactRefersBackToItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		above := map[string]string{}
		for c := range w.st.Claims("", Latest) {
			above[c.GetName()] = c.GetReports()
		}
		for e := range w.st.Events("", Latest) {
			above[e.GetName()] = e.GetPartOf()
		}
		for name := range above {
			at := name
			for range len(above) {
				at = above[at]
			}
			if at != "" {
				t.Fatalf("the way up from %s has no end", name)
			}
		}
	})
}

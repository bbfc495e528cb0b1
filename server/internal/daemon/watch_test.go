package daemon_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

const (
	earliest = parleyv1.WatchNegotiationRequest_START_EARLIEST
	latest   = parleyv1.WatchNegotiationRequest_START_LATEST
)

// entries lists the whole log by pages.
func entries(t *testing.T, c *client.Client, req *parleyv1.ListEntriesRequest) []string {
	t.Helper()
	list, err := client.Collect(client.All(t.Context(), c.Log.ListEntries, req, (*parleyv1.ListEntriesResponse).GetEntries))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.GetName())
	}
	return names
}

// watching opens a watch that ends with the test.
func watching(t *testing.T, c *client.Client, req *parleyv1.WatchNegotiationRequest) func() *parleyv1.WatchNegotiationResponse {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	stream, err := c.Log.WatchNegotiation(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	return func() *parleyv1.WatchNegotiationResponse {
		t.Helper()
		m, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
}

// untilProgress reads a watch up to its next progress mark: the names of the entries, and the token of the last answer.
func untilProgress(next func() *parleyv1.WatchNegotiationResponse) (names []string, token string) {
	for {
		m := next()
		if m.GetProgress() != nil {
			return names, m.GetResumeToken()
		}
		for _, e := range client.EntriesOf(m) {
			names = append(names, e.GetName())
		}
	}
}

func TestAWatchTellsTheLogAndGoesOnWhereItStopped(t *testing.T) {
	s := startExample(t)
	log := entries(t, s.mediator, &parleyv1.ListEntriesRequest{Parent: peacePlan, PageSize: 3})
	if len(log) < 20 || !slices.IsSorted(log) {
		t.Fatalf("the log of the example has %d entries", len(log))
	}
	down := entries(t, s.mediator, &parleyv1.ListEntriesRequest{Parent: peacePlan, PageSize: 7, OrderBy: "create_time desc"})
	slices.Reverse(down)
	if !slices.Equal(log, down) {
		t.Error("newest first is not the same in reverse")
	}
	next := watching(t, s.mediator, &parleyv1.WatchNegotiationRequest{Name: peacePlan, Start: earliest})
	half := make([]string, 0, len(log)/2)
	token := ""
	for range cap(half) {
		m := next()
		half, token = append(half, m.GetEntry().GetName()), m.GetResumeToken()
	}
	rest, caughtUp := untilProgress(watching(t, s.mediator, &parleyv1.WatchNegotiationRequest{Name: peacePlan, ResumeToken: token}))
	if !slices.Equal(append(half, rest...), log) {
		t.Errorf("%d entries and %d after resuming, not the %d of the log", len(half), len(rest), len(log))
	}
	must(t)(s.mediator.Events.CreateEvent(t.Context(), &parleyv1.CreateEventRequest{Parent: peacePlan, EventId: "new", Event: &parleyv1.Event{DisplayName: "New"}}))
	s.stop()

	again := start(t, s.dir) // tokens hold across restarts
	next = watching(t, again.mediator, &parleyv1.WatchNegotiationRequest{Name: peacePlan, ResumeToken: caughtUp})
	m := next()
	change := m.GetEntry().GetChanges()[0]
	if m.GetEntry().GetMethod() != "CreateEvent" || change.GetAction() != parleyv1.Change_ACTION_CREATED || change.GetEvent().GetDisplayName() != "New" {
		t.Errorf("told %v", m)
	}
	e, err := again.mediator.Log.GetEntry(t.Context(), &parleyv1.GetEntryRequest{Name: m.GetEntry().GetName()})
	if err != nil || e.GetChanges()[0].GetResource() != peacePlan+"/events/new" {
		t.Errorf("read alone it is %v, %v", e, err)
	}
}

// However many entries come in an answer, and of whatever kinds, they are those that ListEntries has, with all that is in them.
func TestAWatchMayTellSeveralEntriesAtOnce(t *testing.T) {
	s := startExample(t)
	for _, viewer := range []*client.Client{s.mediator, s.public} {
		all, err := client.Collect(client.All(t.Context(), viewer.Log.ListEntries, &parleyv1.ListEntriesRequest{Parent: peacePlan}, (*parleyv1.ListEntriesResponse).GetEntries))
		if err != nil {
			t.Fatal(err)
		}
		for _, kinds := range [][]parleyv1.ResourceKind{nil, {parleyv1.ResourceKind_RESOURCE_KIND_CLAIM, parleyv1.ResourceKind_RESOURCE_KIND_REVISION}} {
			want := onlyOf(kinds, all)
			for _, most := range []int32{0, 1, 2, 1000} {
				next := watching(t, viewer, &parleyv1.WatchNegotiationRequest{Name: peacePlan, Start: earliest, Kinds: kinds, MaxEntries: most})
				var got []*parleyv1.Entry
				answers, middle, token := 0, 0, ""
				for m := next(); m.GetProgress() == nil; m = next() {
					got = append(got, client.EntriesOf(m)...)
					if answers++; answers == 1 {
						middle, token = len(got), m.GetResumeToken()
					}
					if n := len(client.EntriesOf(m)); n < 1 || n > int(max(1, most)) || (m.GetEntry() == nil) != (most > 1) {
						t.Errorf("asked for %d, told %d", most, n)
					}
				}
				if !proto.Equal(&parleyv1.ListEntriesResponse{Entries: got}, &parleyv1.ListEntriesResponse{Entries: want}) {
					t.Errorf("%d at once, of kinds %v: told %d entries, not the %d of the log", most, kinds, len(got), len(want))
				}
				if least := (len(want) + int(max(1, most)) - 1) / int(max(1, most)); answers < least || most == 1000 && answers > least+2 {
					t.Errorf("%d at once: %d entries in %d answers", most, len(want), answers)
				}
				rest, _ := untilProgress(watching(t, viewer, &parleyv1.WatchNegotiationRequest{Name: peacePlan, ResumeToken: token, Kinds: kinds, MaxEntries: most}))
				if middle+len(rest) != len(want) {
					t.Errorf("%d at once: %d after the first %d, of %d", most, len(rest), middle, len(want))
				}
			}
		}
	}
}

// onlyOf gives entries with what is of some kinds of their changes; with all for no kinds.
func onlyOf(kinds []parleyv1.ResourceKind, list []*parleyv1.Entry) (out []*parleyv1.Entry) {
	for _, e := range list {
		e = proto.CloneOf(e)
		e.Changes = slices.DeleteFunc(e.GetChanges(), func(c *parleyv1.Change) bool {
			return len(kinds) > 0 && !slices.Contains(kinds, kindOf(c))
		})
		if len(e.GetChanges()) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// kindOf tells of what kind the resource of a change is, for those that the tests choose by.
func kindOf(c *parleyv1.Change) parleyv1.ResourceKind {
	switch {
	case c.GetClaim() != nil:
		return parleyv1.ResourceKind_RESOURCE_KIND_CLAIM
	case c.GetRevision() != nil:
		return parleyv1.ResourceKind_RESOURCE_KIND_REVISION
	}
	return parleyv1.ResourceKind_RESOURCE_KIND_UNSPECIFIED
}

func TestAWatchTellsWhatHappens(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	ctx := t.Context()
	next := watching(t, s.mediator, &parleyv1.WatchNegotiationRequest{Name: n, Start: latest})
	chosen := watching(t, s.public, &parleyv1.WatchNegotiationRequest{Name: n, Start: latest, Kinds: []parleyv1.ResourceKind{parleyv1.ResourceKind_RESOURCE_KIND_REVISION}})
	if names, _ := untilProgress(next); len(names) != 0 {
		t.Errorf("from the latest on, it tells of %v", names)
	}
	untilProgress(chosen)
	claim := n + "/claims/c"
	must(t)(s.mediator.Claims.CreateClaim(ctx, &parleyv1.CreateClaimRequest{Parent: n, ClaimId: "c", Claim: &parleyv1.Claim{Statement: "So."}}))
	must(t)(s.mediator.Claims.UpdateClaim(ctx, &parleyv1.UpdateClaimRequest{Claim: &parleyv1.Claim{Name: claim, Statement: "Not so."}}))
	must(t)(s.mediator.Claims.DeleteClaim(ctx, &parleyv1.DeleteClaimRequest{Name: claim}))
	must(t)(s.mediator.Claims.UndeleteClaim(ctx, &parleyv1.UndeleteClaimRequest{Name: claim}))
	commitText(t, s, n+"/plans/draft", "r1", nil, point("p", "Text."))
	for _, want := range []struct {
		method string
		action parleyv1.Change_Action
		name   string
	}{
		{"CreateClaim", parleyv1.Change_ACTION_CREATED, claim},
		{"UpdateClaim", parleyv1.Change_ACTION_UPDATED, claim},
		{"DeleteClaim", parleyv1.Change_ACTION_DELETED, claim},
		{"UndeleteClaim", parleyv1.Change_ACTION_UNDELETED, claim},
		{"CommitRevision", parleyv1.Change_ACTION_CREATED, n + "/plans/draft/revisions/r1"},
	} {
		e := next().GetEntry()
		c := e.GetChanges()[0]
		if e.GetMethod() != want.method || e.GetActor() == "" || c.GetAction() != want.action || c.GetResource() != want.name {
			t.Errorf("told %v, want %v", e, want)
		}
	}
	if c := chosen().GetEntry().GetChanges()[0]; c.GetRevision().GetPointCount() != 1 || !slices.Equal(c.GetChangedPoints(), []string{"p"}) {
		t.Errorf("of revisions alone it tells %v", c)
	}
}

func TestWatchesThatAreRefused(t *testing.T) {
	s := start(t, t.TempDir())
	n, other := talks(t, s, "peace"), talks(t, s, "other")
	_, token := untilProgress(watching(t, s.mediator, &parleyv1.WatchNegotiationRequest{Name: other, Start: earliest}))
	for name, test := range map[string]struct {
		req    *parleyv1.WatchNegotiationRequest
		code   codes.Code
		reason parleyv1.ErrorReason
	}{
		"no negotiation":          {&parleyv1.WatchNegotiationRequest{Name: "negotiations/none"}, codes.NotFound, parleyv1.ErrorReason_RESOURCE_NOT_FOUND},
		"no name":                 {&parleyv1.WatchNegotiationRequest{}, codes.InvalidArgument, parleyv1.ErrorReason_INVALID_FIELD},
		"a forged token":          {&parleyv1.WatchNegotiationRequest{Name: n, ResumeToken: "forged"}, codes.InvalidArgument, parleyv1.ErrorReason_RESUME_TOKEN_INVALID},
		"another's token":         {&parleyv1.WatchNegotiationRequest{Name: n, ResumeToken: token}, codes.InvalidArgument, parleyv1.ErrorReason_RESUME_TOKEN_INVALID},
		"an unknown kind":         {&parleyv1.WatchNegotiationRequest{Name: n, Kinds: []parleyv1.ResourceKind{99}}, codes.InvalidArgument, parleyv1.ErrorReason_INVALID_FIELD},
		"marks without a pause":   {&parleyv1.WatchNegotiationRequest{Name: n, ProgressInterval: durationpb.New(time.Millisecond)}, codes.InvalidArgument, parleyv1.ErrorReason_INVALID_FIELD},
		"the token of the public": {&parleyv1.WatchNegotiationRequest{Name: n, ResumeToken: publicToken(t, s, n)}, codes.InvalidArgument, parleyv1.ErrorReason_RESUME_TOKEN_INVALID},
	} {
		t.Run(name, func(t *testing.T) {
			stream, err := s.mediator.Log.WatchNegotiation(t.Context(), test.req)
			if err == nil {
				_, err = stream.Recv()
			}
			wantReason(t, err, test.code, test.reason)
		})
	}
}

func publicToken(t *testing.T, s *server, n string) string {
	t.Helper()
	_, token := untilProgress(watching(t, s.public, &parleyv1.WatchNegotiationRequest{Name: n}))
	return token
}

// overHTTP opens a watch over REST and gives its lines, one after the other.
func overHTTP(t *testing.T, s *server, path string, header ...string) (*http.Response, func() string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.RESTAddr+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.Token)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	lines := bufio.NewReader(resp.Body)
	return resp, func() string {
		line, err := lines.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		return strings.TrimSuffix(line, "\n")
	}
}

func TestAWatchOverRESTIsOneObjectALine(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	resp, line := overHTTP(t, s, "/v1/"+n+":watch?start=START_EARLIEST")
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/x-ndjson" {
		t.Errorf("%s %s", resp.Status, resp.Header.Get("Content-Type"))
	}
	var names []string
	for m := fromJSON(t, []byte(line()), &parleyv1.WatchNegotiationResponse{}); m.GetProgress() == nil; m = fromJSON(t, []byte(line()), &parleyv1.WatchNegotiationResponse{}) {
		names = append(names, m.GetEntry().GetName())
	}
	if want := entries(t, s.mediator, &parleyv1.ListEntriesRequest{Parent: n}); !slices.Equal(names, want) {
		t.Errorf("told %v, want %v", names, want)
	}
	s.stop()
	if last := line(); !strings.HasPrefix(last, `{"error":{"code":14,`) || !strings.Contains(last, `"UNAVAILABLE"`) || line() != "" {
		t.Errorf("when the server stops, the last line is %s", last)
	}
}

func TestAWatchOverRESTAsServerSentEvents(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	want := entries(t, s.mediator, &parleyv1.ListEntriesRequest{Parent: n})
	resp, line := overHTTP(t, s, "/v1/"+n+":watch?start=START_EARLIEST", "Accept", "text/event-stream")
	if resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Error(resp.Header.Get("Content-Type"))
	}
	id, kind, m := event(t, line)
	if kind != "entry" || m.GetEntry().GetName() != want[0] || id != m.GetResumeToken() {
		t.Errorf("the first event is %s %v", kind, m)
	}
	_, line = overHTTP(t, s, "/v1/"+n+":watch", "Accept", "text/event-stream", "Last-Event-ID", id)
	var rest []string
	for _, kind, m = event(t, line); kind == "entry"; _, kind, m = event(t, line) {
		rest = append(rest, m.GetEntry().GetName())
	}
	if kind != "progress" || !slices.Equal(rest, want[1:]) {
		t.Errorf("after the first event: %s, %v", kind, rest)
	}
	_, line = overHTTP(t, s, "/v1/"+n+":watch?max_entries=100", "Accept", "text/event-stream", "Last-Event-ID", id)
	if _, kind, m = event(t, line); kind != "entries" || len(m.GetEntries().GetEntries()) != len(want)-1 {
		t.Errorf("together: %s, %v", kind, m)
	}
}

// event reads one server-sent event.
func event(t *testing.T, line func() string) (id, kind string, m *parleyv1.WatchNegotiationResponse) {
	t.Helper()
	id, okID := strings.CutPrefix(line(), "id: ")
	kind, okKind := strings.CutPrefix(line(), "event: ")
	data, okData := strings.CutPrefix(line(), "data: ")
	if !okID || !okKind || !okData || line() != "" {
		t.Fatalf("no event: %q %q %q", id, kind, data)
	}
	return id, kind, fromJSON(t, []byte(data), &parleyv1.WatchNegotiationResponse{})
}

func TestAWatchOverRESTThatIsRefused(t *testing.T) {
	s := start(t, t.TempDir())
	if resp, body := s.rest(t, http.MethodHead, "/v1/"+talks(t, s, "peace")+":watch", ""); resp.StatusCode != http.StatusOK || len(body) != 0 {
		t.Errorf("HEAD: %s %s", resp.Status, body)
	}
	resp, line := overHTTP(t, s, "/v1/negotiations/none:watch")
	if body := line(); resp.StatusCode != http.StatusNotFound || resp.Header.Get("Content-Type") != "application/json" ||
		!strings.Contains(body, `"RESOURCE_NOT_FOUND"`) {
		t.Errorf("%s %s %s", resp.Status, resp.Header.Get("Content-Type"), body)
	}
}

// Two progress marks between which nothing was recorded have tokens as different as any other two: else those who compare them
// would learn whether something was recorded that they may not know of.
func TestTokensOfProgressMarksTellNothing(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "idle")
	_, one := untilProgress(watching(t, s.public, &parleyv1.WatchNegotiationRequest{Name: n}))
	_, other := untilProgress(watching(t, s.public, &parleyv1.WatchNegotiationRequest{Name: n}))
	if one == other || len(one) != len(other) {
		t.Errorf("the tokens are %q and %q", one, other)
	}
}

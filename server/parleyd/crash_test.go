package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

const talks = "negotiations/talks"

// times reads how often a test is to do what it does: as often as the environment wants.
func times(t *testing.T, variable string, few int) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv(variable))
	if err != nil {
		return few
	}
	return n
}

// writer is a client that records claims, one request after the other, over any number of servers' lives.
type writer struct {
	id      int
	made    int
	pending *parleyv1.BatchCreateClaimsRequest             // sent and not answered
	done    []*parleyv1.BatchCreateClaimsRequest           // answered
	answers map[string]*parleyv1.BatchCreateClaimsResponse // by request_id
}

// next makes the next request: one to three claims, whose ids tell who made them.
func (w *writer) next() *parleyv1.BatchCreateClaimsRequest {
	w.made++
	req := &parleyv1.BatchCreateClaimsRequest{Parent: talks, RequestId: client.RequestIDOf(fmt.Appendf(nil, "%d/%d", w.id, w.made))}
	for i := range 1 + w.made%3 {
		req.Requests = append(req.Requests, &parleyv1.CreateClaimRequest{
			ClaimId: fmt.Sprintf("w%d-%d-%d", w.id, w.made, i), Claim: &parleyv1.Claim{Statement: "So it is."},
		})
	}
	return req
}

// work writes until the server goes away, and tells of every answer. What was under way then is sent again first, and now
// and then something that was answered long ago: both must lead to the first answer.
func (w *writer) work(c *client.Client, answered func()) error {
	for {
		if w.pending == nil {
			w.pending = w.next()
		}
		resp, err := c.Claims.BatchCreateClaims(context.Background(), w.pending)
		if err != nil {
			return gone(err)
		}
		w.answers[w.pending.GetRequestId()] = resp
		w.done, w.pending = append(w.done, w.pending), nil
		answered()
		if old := w.done[rand.IntN(len(w.done))]; w.made%5 == 0 {
			again, err := c.Claims.BatchCreateClaims(context.Background(), old)
			if err != nil {
				return gone(err)
			}
			if first := w.answers[old.GetRequestId()]; !proto.Equal(again, first) {
				return fmt.Errorf("%s was answered\n%v\nat first, and now\n%v", old.GetRequestId(), first, again)
			}
		}
	}
}

// gone says whether an error only means that the server was killed.
func gone(err error) error {
	if code := client.Details(err).Code.String(); code == "Unavailable" || code == "Canceled" {
		return nil
	}
	return err
}

// A server that is killed at any moment, while 16 clients write, loses nothing that it acknowledged, does nothing twice, and
// answers retries as it did first. (PARLEY_KILLS says how often, if not 200 times.)
func TestKilledAtAnyMoment(t *testing.T) {
	dir := t.TempDir()
	writers := make([]*writer, 16)
	for i := range writers {
		writers[i] = &writer{id: i, answers: map[string]*parleyv1.BatchCreateClaimsResponse{}}
	}
	kills, least := times(t, "PARLEY_KILLS", 200), 0
	for kill := range kills {
		if kill%10 == 0 { // at first while it makes its files
			abort(t, dir)
		}
		p, err := launch(t, dir)
		if err != nil {
			t.Fatalf("start %d: %v", kill, err)
		}
		if kill == 0 {
			begin(t, p)
		}
		enough := rand.IntN(32)
		write(t, p, writers, enough)
		least += enough
		if kill%10 == 0 || kill == kills-1 {
			sound(t, dir)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	p, err := launch(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	if entries := checkAll(t, p, writers); entries < least {
		t.Errorf("%d requests are on record; %d were answered at least", entries, least)
	}
}

// abort starts a server and kills it while it starts.
func abort(t *testing.T, dir string) {
	t.Helper()
	p, lines, err := begun(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(rand.N(30 * time.Millisecond)) // any moment is as good as another
	p.kill()
	_ = lines.Close()
}

// write lets all writers write to a server, and kills it as soon as so many requests were answered, in the midst of the
// others.
func write(t *testing.T, p *process, writers []*writer, enough int) {
	t.Helper()
	var answers atomic.Int64
	reached, ended := make(chan struct{}), make(chan struct{})
	answered := func() {
		if answers.Add(1) == int64(enough) {
			close(reached)
		}
	}
	if enough == 0 {
		close(reached)
	}
	var all sync.WaitGroup
	for _, w := range writers {
		all.Go(func() {
			c := p.dial(t)
			defer func() { _ = c.Close() }()
			if err := w.work(c, answered); err != nil {
				t.Error(err)
			}
		})
	}
	go func() {
		all.Wait()
		close(ended)
	}()
	select {
	case <-reached:
	case <-ended:
		t.Errorf("the writers stopped after %d answers", answers.Load())
	}
	p.kill()
	<-ended
}

// begin makes the negotiation that the writers write to.
func begin(t *testing.T, p *process) {
	t.Helper()
	c := p.dial(t)
	defer func() { _ = c.Close() }()
	_, err := c.Negotiations.CreateNegotiation(t.Context(), &parleyv1.CreateNegotiationRequest{
		NegotiationId: "talks", Negotiation: &parleyv1.Negotiation{DisplayName: "Talks"}, RequestId: client.RequestIDOf([]byte("talks")),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkAll compares the record with what was acknowledged: each request has one entry, and each claim is there once. What
// was under way at the last kill may be there or not, but wholly. It gives the number of requests on record.
func checkAll(t *testing.T, p *process, writers []*writer) int {
	t.Helper()
	c := p.dial(t)
	defer func() { _ = c.Close() }()
	want, entries := map[string]bool{}, 0
	for _, w := range writers {
		if w.pending != nil {
			resp, err := c.Claims.BatchCreateClaims(t.Context(), w.pending)
			if err != nil {
				t.Fatal(err)
			}
			w.done, w.answers[w.pending.GetRequestId()] = append(w.done, w.pending), resp
		}
		for _, req := range w.done {
			entries++
			for _, claim := range w.answers[req.GetRequestId()].GetClaims() {
				want[claim.GetName()] = true
			}
		}
	}
	for claim, err := range client.All(t.Context(), c.Claims.ListClaims, &parleyv1.ListClaimsRequest{Parent: talks, PageSize: 1000}, (*parleyv1.ListClaimsResponse).GetClaims) {
		if err != nil {
			t.Fatal(err)
		}
		if !want[claim.GetName()] {
			t.Errorf("%s is there, and nobody was told so", claim.GetName())
		}
		delete(want, claim.GetName())
	}
	if len(want) > 0 {
		t.Errorf("%d claims were acknowledged and are lost", len(want))
	}
	list, err := client.Collect(client.All(t.Context(), c.Log.ListEntries, &parleyv1.ListEntriesRequest{Parent: talks, PageSize: 1000}, (*parleyv1.ListEntriesResponse).GetEntries))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != entries+1 {
		t.Errorf("%d entries for %d requests", len(list), entries+1)
	}
	t.Logf("%d requests", entries)
	return entries
}

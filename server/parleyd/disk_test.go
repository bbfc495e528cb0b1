package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// A disk that fails at any write or sync, once or from then on: the server starts or says why not; what it acknowledges
// is durable, what fails is refused as UNAVAILABLE and can be retried; reads go on; and once the disk is well again, so is
// the server, or it says that it must be restarted. strace makes the calls fail. (PARLEY_FAULTS says up to which call of a
// thread, if not the 24th.)
func TestAFailingDisk(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed; it makes the system calls fail")
	}
	if out, err := exec.CommandContext(t.Context(), "strace", "-qq", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %v\n%s", err, out)
	}
	last := times(t, "PARLEY_FAULTS", 24)
	for _, cause := range []struct{ code, text string }{{"EIO", "input/output error"}, {"ENOSPC", "no space left on device"}} {
		for _, lasting := range []string{"", "+"} {
			t.Run(cause.code+strings.ReplaceAll(lasting, "+", "-lasting"), func(t *testing.T) {
				t.Parallel()
				hits := 0
				for n := 1; n <= last; n++ {
					when := fmt.Sprintf("%d%s", n, lasting)
					if faulty(t, cause.code, cause.text, when) {
						hits++
					}
					if t.Failed() {
						t.Fatalf("at call %s", when)
					}
				}
				t.Logf("%d of %d faults came to pass", hits, last)
				if hits < min(last, 6) {
					t.Errorf("only %d of %d faults came to pass", hits, last)
				}
			})
		}
	}
}

// writes are the system calls by which the server writes to its directory: all that strace saw it make.
const writes = "pwrite64,fdatasync,fsync,ftruncate,linkat"

// faulty runs a server on a disk that fails so and tells whether it ever did.
func faulty(t *testing.T, code, text, when string) bool {
	t.Helper()
	dir, trace := t.TempDir(), filepath.Join(t.TempDir(), "trace")
	p, err := launch(t, dir, "strace", "-D", "-f", "-qq", "-o", trace,
		"-e", "trace="+writes, "-e", "inject="+writes+":error="+code+":when="+when)
	var w disk
	if err != nil {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("it does not say why it did not start: %v", err)
		}
	} else {
		w.work(t, p, !strings.HasSuffix(when, "+"))
		p.kill()
	}
	p, err = launch(t, dir)
	if err != nil {
		t.Errorf("it does not start on a disk that is well again: %v", err)
		return true
	}
	w.check(t, p)
	p.kill()
	sound(t, dir)
	said, err := os.ReadFile(trace)
	return err == nil && bytes.Contains(said, []byte("(INJECTED)"))
}

// disk is what was asked of a server on a failing disk, and what of that it acknowledged.
type disk struct {
	asked        []*parleyv1.CreateClaimRequest
	acknowledged []*parleyv1.Claim
}

// mostThreads is more than write to the disk: each of them has a call that fails.
const mostThreads = 16

// work writes and reads a while. After faults that pass, a write must go well, unless the server wants a restart.
func (d *disk) work(t *testing.T, p *process, passes bool) {
	t.Helper()
	c := p.dial(t)
	defer func() { _ = c.Close() }()
	tries := 2
	if passes {
		tries = mostThreads
	}
	unmade := retry(tries, func() error {
		_, err := c.Negotiations.CreateNegotiation(t.Context(), beginning())
		wantUnavailable(t, err)
		return err
	})
	var last error // of the last write
	for i := range 10 {
		req := &parleyv1.CreateClaimRequest{
			Parent: talks, ClaimId: fmt.Sprintf("c%d", i), Claim: &parleyv1.Claim{Statement: strings.Repeat("So it is. ", 900)},
			RequestId: client.RequestIDOf([]byte{byte(i)}),
		}
		d.asked = append(d.asked, req)
		if last = d.record(t, c, req); unmade == nil || client.Details(last).Code != codes.PermissionDenied { // nobody mediates what could not be made
			wantUnavailable(t, last)
		}
		for _, claim := range d.acknowledged {
			if got, err := c.Claims.GetClaim(t.Context(), &parleyv1.GetClaimRequest{Name: claim.GetName()}); err != nil || got.GetEtag() != claim.GetEtag() {
				t.Errorf("%s was acknowledged, and reads as %v, %v", claim.GetName(), got, err)
			}
		}
	}
	if passes && last != nil {
		last = retry(mostThreads, func() error { return d.record(t, c, d.asked[len(d.asked)-1]) })
	}
	if passes && last != nil && !strings.Contains(last.Error(), "restart") {
		t.Errorf("the server does not recover: %v", last)
	}
}

// record makes a claim, and keeps it if it is acknowledged.
func (d *disk) record(t *testing.T, c *client.Client, req *parleyv1.CreateClaimRequest) error {
	claim, err := c.Claims.CreateClaim(t.Context(), req)
	if err == nil {
		d.acknowledged = append(d.acknowledged, claim)
	}
	return err
}

// retry tries something until it goes well, the server wants a restart, or so many times.
func retry(most int, try func() error) (err error) {
	for range most {
		if err = try(); err == nil || strings.Contains(err.Error(), "restart") {
			break
		}
	}
	return err
}

func beginning() *parleyv1.CreateNegotiationRequest {
	return &parleyv1.CreateNegotiationRequest{
		NegotiationId: "talks", Negotiation: &parleyv1.Negotiation{DisplayName: "Talks"}, RequestId: client.RequestIDOf([]byte("talks")),
	}
}

func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	if d := client.Details(err); err != nil && (d.Code != codes.Unavailable || d.Reason != parleyv1.ErrorReason_UNAVAILABLE.String()) {
		t.Errorf("a write fails with %v", err)
	}
}

// check looks for what was acknowledged, and sends everything again: it is done once.
func (d *disk) check(t *testing.T, p *process) {
	t.Helper()
	c := p.dial(t)
	defer func() { _ = c.Close() }()
	for _, claim := range d.acknowledged {
		if got, err := c.Claims.GetClaim(t.Context(), &parleyv1.GetClaimRequest{Name: claim.GetName()}); err != nil || got.GetEtag() != claim.GetEtag() {
			t.Errorf("%s was acknowledged, and after a restart it reads as %v, %v", claim.GetName(), got, err)
		}
	}
	if _, err := c.Negotiations.CreateNegotiation(t.Context(), beginning()); err != nil {
		t.Error(err)
	}
	for _, req := range d.asked {
		if _, err := c.Claims.CreateClaim(t.Context(), req); err != nil {
			t.Errorf("a retry of %s fails: %v", req.GetClaimId(), err)
		}
	}
	list, err := c.Claims.ListClaims(t.Context(), &parleyv1.ListClaimsRequest{Parent: talks, PageSize: 1000})
	if err != nil || len(list.GetClaims()) != len(d.asked) {
		t.Errorf("%d claims for %d requests, %v", len(list.GetClaims()), len(d.asked), err)
	}
}

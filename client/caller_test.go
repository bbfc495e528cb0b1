package client

import (
	"context"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// fakeConn answers unary calls with a function.
type fakeConn struct {
	grpc.ClientConnInterface
	calls  []proto.Message
	answer func(ctx context.Context, n int) error
}

func (f *fakeConn) Invoke(ctx context.Context, _ string, args, _ any, _ ...grpc.CallOption) error {
	f.calls = append(f.calls, args.(proto.Message))
	return f.answer(ctx, len(f.calls))
}

func failing(code codes.Code, times int) func(context.Context, int) error {
	return func(_ context.Context, n int) error {
		if n <= times {
			return status.Error(code, "no")
		}
		return nil
	}
}

func TestRetries(t *testing.T) {
	for name, tc := range map[string]struct {
		answer   func(context.Context, int) error
		attempts int
		calls    int
		code     codes.Code
	}{
		"recovers":       {failing(codes.Unavailable, 3), 0, 4, codes.OK},
		"gives up":       {failing(codes.Unavailable, 99), 0, DefaultAttempts, codes.Unavailable},
		"once":           {failing(codes.Unavailable, 99), 1, 1, codes.Unavailable},
		"not for others": {failing(codes.Aborted, 99), 0, 1, codes.Aborted},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := &fakeConn{answer: tc.answer}
				c := New(conn, Options{Attempts: tc.attempts})
				_, err := c.Plans.CreatePlan(t.Context(), &parleyv1.CreatePlanRequest{PlanId: "p"})
				if status.Code(err) != tc.code || len(conn.calls) != tc.calls {
					t.Fatalf("%d calls, %v", len(conn.calls), err)
				}
				for _, call := range conn.calls[1:] {
					if !proto.Equal(call, conn.calls[0]) {
						t.Errorf("a retry differs from the first: %v, %v", call, conn.calls[0])
					}
				}
			})
		})
	}
}

// busy refuses some calls with a time to wait, and notes when each came.
func busy(t *testing.T, wait time.Duration, times int, came *[]time.Time) func(context.Context, int) error {
	t.Helper()
	s, err := status.New(codes.ResourceExhausted, "no").WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(wait)})
	if err != nil {
		t.Fatal(err)
	}
	return func(_ context.Context, n int) error {
		*came = append(*came, time.Now())
		if n <= times {
			return s.Err()
		}
		return nil
	}
}

func TestWaitsAsLongAsTheServerSays(t *testing.T) {
	for name, tc := range map[string]struct {
		wait  time.Duration
		times int
		calls int
		code  codes.Code
	}{
		"a moment":            {300 * time.Millisecond, 2, 3, codes.OK},
		"longer than pauses":  {7 * time.Second, 1, 2, codes.OK},
		"for ever":            {time.Second, 99, DefaultAttempts, codes.ResourceExhausted},
		"past the deadline":   {29 * time.Second, 99, 2, codes.ResourceExhausted},
		"longer than allowed": {2 * time.Minute, 1, 1, codes.ResourceExhausted},
		"no time":             {0, 1, 1, codes.ResourceExhausted},
		"backwards":           {-time.Second, 1, 1, codes.ResourceExhausted},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var came []time.Time
				ctx, cancel := context.WithTimeout(t.Context(), 45*time.Second)
				defer cancel()
				_, err := New(&fakeConn{answer: busy(t, tc.wait, tc.times, &came)}, Options{}).Parties.GetParty(ctx, &parleyv1.GetPartyRequest{})
				if status.Code(err) != tc.code || len(came) != tc.calls {
					t.Errorf("%d calls, %v", len(came), err)
				}
				for i := range came[1:] {
					if waited := came[i+1].Sub(came[i]); waited < tc.wait || waited > tc.wait*3/2 {
						t.Errorf("waited %v of %v", waited, tc.wait)
					}
				}
			})
		})
	}
	if _, retry := again(status.Error(codes.ResourceExhausted, "too large"), firstPause); retry {
		t.Error("what waiting does not help is sent again")
	}
}

func TestDeadlineCoversAllAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := &fakeConn{answer: func(ctx context.Context, n int) error {
			if _, ok := ctx.Deadline(); !ok {
				t.Error("no deadline")
			}
			return status.Error(codes.Unavailable, "no")
		}}
		start := time.Now()
		c := New(conn, Options{Timeout: time.Second, Attempts: 1000})
		if _, err := c.Parties.GetParty(t.Context(), &parleyv1.GetPartyRequest{}); status.Code(err) != codes.Unavailable {
			t.Error(err)
		}
		if took := time.Since(start); took > time.Second || len(conn.calls) < 3 {
			t.Errorf("%d calls in %v", len(conn.calls), took)
		}
	})
}

func TestCancelledWhilePausing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		conn := &fakeConn{answer: failing(codes.Unavailable, 99)}
		time.AfterFunc(firstPause/4, cancel)
		if _, err := New(conn, Options{}).Parties.GetParty(ctx, &parleyv1.GetPartyRequest{}); err == nil || len(conn.calls) != 1 {
			t.Errorf("%d calls, %v", len(conn.calls), err)
		}
	})
}

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestRequestIDs(t *testing.T) {
	conn := &fakeConn{answer: failing(codes.OK, 0)}
	c := New(conn, Options{})
	req := &parleyv1.CommitRevisionRequest{
		Parent: "negotiations/n/plans/p",
		Body:   &parleyv1.CommitRevisionRequest_Text_{Text: &parleyv1.CommitRevisionRequest_Text{}},
	}
	want := proto.CloneOf(req)
	ids := map[string]bool{}
	for range 2 {
		if _, err := c.Plans.CommitRevision(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		sent := conn.calls[len(conn.calls)-1].(*parleyv1.CommitRevisionRequest)
		if !uuid4.MatchString(sent.GetRequestId()) || ids[sent.GetRequestId()] {
			t.Errorf("request_id %q", sent.GetRequestId())
		}
		ids[sent.GetRequestId()] = true
		sent = proto.CloneOf(sent)
		sent.RequestId = ""
		if !proto.Equal(sent, want) || !proto.Equal(req, want) {
			t.Errorf("sent %v, left %v, want %v", sent, req, want)
		}
	}
	req.RequestId = NewRequestID()
	if _, err := c.Plans.CommitRevision(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if got := conn.calls[2].(*parleyv1.CommitRevisionRequest); got != req {
		t.Error("a message with a request_id was changed")
	}
}

func TestRequestIDOf(t *testing.T) {
	a, b := RequestIDOf([]byte("a")), RequestIDOf([]byte("b"))
	if a == b || a != RequestIDOf([]byte("a")) || !uuid4.MatchString(a) {
		t.Error(a, b)
	}
}

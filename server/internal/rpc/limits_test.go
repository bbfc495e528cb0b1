package rpc

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	_ "google.golang.org/grpc/health/grpc_health_v1"
	_ "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/tap"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func TestDeadlines(t *testing.T) {
	const unary = parleyv1.PlanService_GetPlan_FullMethodName
	for name, c := range map[string]struct {
		method string
		asked  time.Duration // 0 for none
		want   time.Duration // likewise
	}{
		"none":        {method: unary, want: 30 * time.Second},
		"short":       {method: unary, asked: time.Second, want: time.Second},
		"long":        {method: unary, asked: time.Minute, want: time.Minute},
		"too long":    {method: unary, asked: time.Hour, want: 5 * time.Minute},
		"unknown":     {method: "/parley.v1.PlanService/PaintPlan", want: 30 * time.Second},
		"health":      {method: "/grpc.health.v1.Health/Check", want: 30 * time.Second},
		"a watch":     {method: parleyv1.LogService_WatchNegotiation_FullMethodName},
		"long watch":  {method: parleyv1.LogService_WatchNegotiation_FullMethodName, asked: time.Hour, want: time.Hour},
		"an upload":   {method: parleyv1.PlanService_UploadRevision_FullMethodName},
		"health, too": {method: "/grpc.health.v1.Health/Watch"},
		"reflection":  {method: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				call, end := context.WithCancel(t.Context())
				if c.asked > 0 {
					call, end = context.WithTimeout(t.Context(), c.asked)
				}
				defer end()
				ctx, err := Deadlines(30*time.Second, 5*time.Minute)(call, &tap.Info{FullMethodName: c.method})
				at, set := ctx.Deadline()
				if err != nil || set != (c.want > 0) || set && time.Until(at) != c.want {
					t.Errorf("%v, %v, %v", time.Until(at), set, err)
				}
				if end(); ctx.Err() == nil {
					t.Error("outlives the call")
				}
			})
		})
	}
}

func TestAnswersThatWereCutShortAreNotGiven(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	answer := func(context.Context, any) (any, error) { return "half", nil }
	read, write := &parleyv1.GetPlanRequest{}, &parleyv1.CreatePlanRequest{}
	if resp, err := inTime(answer)(ctx, read); resp != "half" || err != nil {
		t.Error("in time:", resp, err)
	}
	cancel()
	if resp, err := inTime(answer)(ctx, read); resp != nil || !errors.Is(err, context.Canceled) {
		t.Error("too late:", resp, err)
	}
	if resp, err := inTime(answer)(ctx, write); resp != "half" || err != nil {
		t.Error("what is written is written:", resp, err)
	}
}

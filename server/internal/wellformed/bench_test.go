package wellformed_test

import (
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
	"google.golang.org/protobuf/proto"
)

func createStance() *parleyv1.CreateStanceRequest {
	return &parleyv1.CreateStanceRequest{
		Parent:   "negotiations/peace",
		StanceId: "ua-v8",
		Stance: &parleyv1.Stance{
			Party: "negotiations/peace/parties/ukraine",
			Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{
				Point: "negotiations/peace/plans/us-draft/revisions/v1/points/army-size",
			}},
			Value:  parleyv1.Stance_VALUE_OPPOSE,
			Level:  parleyv1.Stance_LEVEL_CAPITAL,
			Reason: "A cap below the present strength leaves the country open to another attack.",
			Quote:  "We will not accept limits on our forces.",
			Attribution: &parleyv1.Attribution{
				Source: "BBC-21", Speaker: "A spokesman", Basis: parleyv1.Attribution_BASIS_DECLARED,
			},
			SaidTime: &parleyv1.PartialTime{Raw: "Monday night", Value: "2025-11-24"},
			Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_PUBLIC},
		},
	}
}

func BenchmarkCheck(b *testing.B) {
	for name, m := range map[string]proto.Message{
		"GetRevision":  &parleyv1.GetRevisionRequest{Name: "negotiations/peace/plans/us-draft/revisions/latest"},
		"ListStances":  &parleyv1.ListStancesRequest{Parent: "negotiations/peace", Filter: `value = BLOCK`, PageSize: 100},
		"CreateStance": createStance(),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := wellformed.Check(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

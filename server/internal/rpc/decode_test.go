package rpc

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// However long what an answer has in encoded form already is, it is encoded as any other, and left as it was.
func TestLongAnswersAreEncodedAsShortOnes(t *testing.T) {
	for _, length := range []int{1, leastApart, 3 * leastApart} {
		want := &parleyv1.DiffRevisionsResponse{
			Base: "r1", Revision: "r2", Summary: &parleyv1.DiffSummary{Added: 2}, NextPageToken: "more",
			Points: []*parleyv1.PointDiff{{Point: "p", After: &parleyv1.Point{Text: strings.Repeat("x", length)}}, {Point: "q"}},
		}
		points, err := proto.Marshal(&parleyv1.DiffRevisionsResponse{Points: want.GetPoints()})
		if err != nil {
			t.Fatal(err)
		}
		answer := &parleyv1.DiffRevisionsResponse{Base: want.GetBase(), Revision: want.GetRevision(), Summary: want.GetSummary(), NextPageToken: want.GetNextPageToken()}
		answer.ProtoReflect().SetUnknown(points)
		for range 2 {
			data, err := Codec().Marshal(answer)
			if err != nil {
				t.Fatal(err)
			}
			got := &parleyv1.DiffRevisionsResponse{}
			if err := proto.Unmarshal(data.Materialize(), got); err != nil {
				t.Fatal(err)
			}
			if !proto.Equal(got, want) {
				t.Errorf("%d bytes: encoded as %v", length, got)
			}
			data.Free()
		}
	}
}

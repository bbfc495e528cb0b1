package daemon_test

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// long makes a text of n points of so many bytes each.
func long(n, bytes int) []*parleyv1.Point {
	points := make([]*parleyv1.Point, n)
	for i := range points {
		points[i] = point(fmt.Sprintf("p%05d", i), strings.Repeat(fmt.Sprintf("Clause %d. ", i), bytes/10+1)[:bytes])
	}
	return points
}

// A text of 20,000 points and 32 MiB goes in piece by piece and comes out page by page, as it was.
func TestALongTextIsUploadedAndReadInPages(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	points := long(20_000, 32<<20/20_000-20)
	req := textCommit(n+"/plans/draft", "r1", nil, points...)
	req.RequestId = requestID
	if size := proto.Size(req); size < 31<<20 {
		t.Fatalf("the text has %d bytes only", size)
	}
	resp, err := s.mediator.Commit(t.Context(), req)
	if err != nil || resp.GetRevision().GetPointCount() != 20_000 {
		t.Fatalf("%v, %v", resp.GetRevision(), err)
	}
	again, err := s.mediator.Commit(t.Context(), req)
	if err != nil || !proto.Equal(again, resp) {
		t.Errorf("a retry gives another answer: %v", err)
	}
	i := 0
	for p, err := range client.All(t.Context(), s.mediator.Plans.ListPoints, &parleyv1.ListPointsRequest{
		Parent: n + "/plans/draft/revisions/latest", PageSize: 1000,
	}, (*parleyv1.ListPointsResponse).GetPoints) {
		if err != nil {
			t.Fatal(err)
		}
		if p.GetId() != points[i].GetId() || p.GetText() != points[i].GetText() {
			t.Fatalf("point %d is %s", i, p.GetId())
		}
		i++
	}
	if i != len(points) {
		t.Errorf("%d points came back", i)
	}
	page, err := s.mediator.Plans.ListPoints(t.Context(), &parleyv1.ListPointsRequest{Parent: n + "/plans/draft/revisions/r1", PageSize: 1000, OrderBy: "id desc"})
	if err != nil || len(page.GetPoints()) == 0 || proto.Size(page) > 4<<20 {
		t.Errorf("a page has %d points and %d bytes: %v", len(page.GetPoints()), proto.Size(page), err)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	s := start(t, t.TempDir())
	n := talks(t, s, "peace")
	commit := &parleyv1.UploadRevisionRequest{Piece: &parleyv1.UploadRevisionRequest_Commit{Commit: &parleyv1.CommitRevisionRequest{
		Parent: n + "/plans/draft", RevisionId: "r1", Revision: &parleyv1.Revision{},
	}}}
	text := func(points ...*parleyv1.Point) *parleyv1.UploadRevisionRequest {
		return &parleyv1.UploadRevisionRequest{Piece: &parleyv1.UploadRevisionRequest_Text{Text: &parleyv1.CommitRevisionRequest_Text{Points: points}}}
	}
	changes := &parleyv1.UploadRevisionRequest{Piece: &parleyv1.UploadRevisionRequest_Changes{
		Changes: &parleyv1.CommitRevisionRequest_Changes{Changes: []*parleyv1.PointChange{strike("p")}},
	}}
	wide := text(long(30, 1<<20)...)
	for name, test := range map[string]struct {
		client *client.Client
		pieces []*parleyv1.UploadRevisionRequest
		code   codes.Code
		reason parleyv1.ErrorReason
	}{
		"nothing":                     {s.mediator, nil, codes.InvalidArgument, parleyv1.ErrorReason_INVALID_FIELD},
		"no commit first":             {s.mediator, []*parleyv1.UploadRevisionRequest{text(point("p", "x"))}, codes.InvalidArgument, parleyv1.ErrorReason_INVALID_FIELD},
		"two commits":                 {s.mediator, []*parleyv1.UploadRevisionRequest{commit, commit}, codes.InvalidArgument, parleyv1.ErrorReason_INVALID_FIELD},
		"text and changes":            {s.mediator, []*parleyv1.UploadRevisionRequest{commit, text(point("p", "x")), changes}, codes.InvalidArgument, parleyv1.ErrorReason_INVALID_FIELD},
		"a bad point in a late piece": {s.mediator, []*parleyv1.UploadRevisionRequest{commit, text(point("p", "x")), text(point("Q Q", "x"))}, codes.InvalidArgument, parleyv1.ErrorReason_INVALID_FIELD},
		"an id twice":                 {s.mediator, []*parleyv1.UploadRevisionRequest{commit, text(point("p", "x")), text(point("p", "y"))}, codes.InvalidArgument, parleyv1.ErrorReason_POINT_EXISTS},
		"too much":                    {s.mediator, []*parleyv1.UploadRevisionRequest{commit, wide, wide, wide}, codes.ResourceExhausted, parleyv1.ErrorReason_LIMIT_EXCEEDED},
		"by the public":               {s.public, []*parleyv1.UploadRevisionRequest{commit}, codes.PermissionDenied, parleyv1.ErrorReason_PERMISSION_DENIED},
	} {
		t.Run(name, func(t *testing.T) {
			stream, err := test.client.Plans.UploadRevision(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range test.pieces {
				if stream.Send(p) != nil {
					break
				}
			}
			_, err = stream.CloseAndRecv()
			wantReason(t, err, test.code, test.reason)
		})
	}
	list, err := s.mediator.Plans.ListRevisions(t.Context(), &parleyv1.ListRevisionsRequest{Parent: n + "/plans/draft"})
	if err != nil || len(list.GetRevisions()) != 0 {
		t.Errorf("something was stored: %v, %v", list, err)
	}
}

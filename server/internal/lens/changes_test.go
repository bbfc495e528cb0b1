package lens

import (
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// The short way back through the revisions that changed a point leads past the same ones as looking at each.
func TestTheShortWayBackLeadsPastTheSameRevisions(t *testing.T) {
	short := 0
	rapid.Check(t, func(t *rapid.T) {
		steps := []step{{0, open(parleyv1.Audience_LEVEL_PUBLIC)}, {1, plan("a", parleyv1.Audience_LEVEL_PUBLIC)}, {2, plan("b", parleyv1.Audience_LEVEL_PUBLIC)}}
		var made []string
		for i := range rapid.IntRange(1, 12).Draw(t, "revisions") {
			req := drawCommit(t, i, made)
			steps, made = append(steps, step{3 + i, record.CommitRevision(req)}), append(made, req.GetParent()+"/revisions/"+req.GetRevisionId())
		}
		st := build(t, steps)
		at := time.Unix(int64(1_700_000_000+rapid.IntRange(3, 3+len(made)).Draw(t, "as of")), 0)
		for _, viewer := range []Viewer{{}, {Mediator: true}} {
			l := New(st, viewer, at)
			for _, p := range []string{"a", "b"} {
				for r := range l.Revisions(talks + "/plans/" + p) {
					for _, point := range []string{"p0", "p1", "p2", "none"} {
						if _, ok := r.Touched(point); ok {
							short++
						}
						each := l.Ancestry(r.Revision)
						got, want := changing(l.Changes(r.Revision, point), point), changing(each, point)
						if again := changing(each, point); !slices.Equal(again, want) {
							t.Fatalf("the second time round, %v instead of %v", again, want)
						}
						if !slices.Equal(got, want) {
							t.Fatalf("%s of %s to %+v: %v, but looking at each: %v", point, r.Msg.GetName(), viewer, got, want)
						}
					}
				}
			}
		}
	})
	if short == 0 {
		t.Error("the short way was never taken")
	}
}

// changing gives the names of those revisions that changed a point.
func changing(list iter.Seq[*record.Revision], point string) (names []string) {
	for r := range list {
		if slices.Contains(r.Changed, point) {
			names = append(names, r.Msg.GetName())
		}
	}
	return names
}

// drawCommit draws a revision of some points, mostly after the last one, with words that are often those from before.
func drawCommit(t *rapid.T, i int, made []string) *parleyv1.CommitRevisionRequest {
	plan := talks + "/plans/" + rapid.SampledFrom([]string{"a", "a", "a", "b"}).Draw(t, "plan")
	req := &parleyv1.CommitRevisionRequest{
		Parent: plan, RevisionId: fmt.Sprintf("r%d", i),
		Revision: &parleyv1.Revision{Audience: audience(rapid.SampledFrom([]parleyv1.Audience_Level{0, 0, 0, parleyv1.Audience_LEVEL_PUBLIC, parleyv1.Audience_LEVEL_MEDIATOR}).Draw(t, "audience"))},
	}
	var parents []string
	for _, name := range slices.Backward(made) {
		if record.ParentOf(name) == plan {
			parents = append(parents, name)
			break
		}
	}
	if len(made) > 0 && rapid.IntRange(0, 4).Draw(t, "merges") == 0 {
		if other := rapid.SampledFrom(made).Draw(t, "another"); !slices.Contains(parents, other) {
			parents = append(parents, other)
		}
	}
	for _, name := range parents {
		req.Revision.Parents = append(req.Revision.Parents, &parleyv1.Revision_Parent{Revision: name})
	}
	text := &parleyv1.CommitRevisionRequest_Text{}
	for _, id := range rapid.Permutation([]string{"p0", "p1", "p2"}).Draw(t, "order") {
		text.Points = append(text.Points, &parleyv1.Point{Id: id, Text: rapid.SampledFrom([]string{"As it was.", "As it was.", "Otherwise."}).Draw(t, "words")})
	}
	req.Body = &parleyv1.CommitRevisionRequest_Text_{Text: text}
	return req
}

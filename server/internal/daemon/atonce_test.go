package daemon_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// What the record said at a moment is the same whoever else reads and writes meanwhile, whichever method is asked. The race detector
// sees more: whether those who read leave alone what they share.
func TestAllReadAndWriteAtOnce(t *testing.T) {
	const readers, rounds, commits = 4, 2, 20
	x := newTable(t)
	names := x.entrust(t)
	conn := dialRaw(t, x.server)
	asOf, err := x.commitAdding(t, "a--r1", "a--r2")
	if err != nil {
		t.Fatal(err)
	}
	type call struct {
		method protoreflect.MethodDescriptor
		req    proto.Message
		alone  string // the answer if nobody else asks; none if it may change
	}
	var calls []call
	for _, m := range allMethods() {
		if writes(m) {
			continue
		}
		c := call{method: m, req: x.requestOf(m, names)}
		if draft, ok := c.req.(*parleyv1.CheckRedLinesOfDraftRequest); ok {
			draft.Revision = &parleyv1.Revision{Parents: parentsOf(names["parley/Plan"][0], []string{"a--r2"})}
			draft.Body = &parleyv1.CheckRedLinesOfDraftRequest_Changes{Changes: adding("drafted")}
			draft.Parent = names["parley/Plan"][0]
		}
		fd := m.Input().Fields().ByName("as_of")
		if fd != nil {
			c.req.ProtoReflect().Set(fd, protoreflect.ValueOfMessage(asOf.ProtoReflect()))
			c.alone = x.answerOf(t, conn, m, c.req)
		}
		if c.alone != "" || fd == nil {
			calls = append(calls, c)
		}
	}
	if len(calls) < 30 {
		t.Errorf("only %d methods answer anything", len(calls))
	}
	var all sync.WaitGroup
	for reader := range readers {
		all.Go(func() {
			order := rand.New(rand.NewPCG(1, uint64(reader)))
			for range rounds {
				for _, i := range order.Perm(len(calls)) {
					c := calls[i]
					if got := x.answerOf(t, conn, c.method, c.req); c.alone != "" && got != c.alone {
						t.Errorf("%s answered\n%s\nalone, and\n%s\nwhile others asked", c.method.Name(), c.alone, got)
					}
				}
			}
		})
	}
	all.Go(func() {
		for i := range commits {
			if _, err := x.commitAdding(t, fmt.Sprintf("a--r%d", i+2), fmt.Sprintf("a--r%d", i+3)); err != nil {
				t.Error(err)
			}
		}
	})
	all.Wait()
}

// commitAdding has the delegate of a add a point to what they confided, and tells when.
func (x *table) commitAdding(t *testing.T, parent, id string) (*timestamppb.Timestamp, error) {
	plan := x.n + "/plans/a--ours"
	made, err := x.anna.Plans.CommitRevision(t.Context(), &parleyv1.CommitRevisionRequest{
		Parent: plan, RevisionId: id, Revision: &parleyv1.Revision{Parents: parentsOf(plan, []string{parent})},
		Body: &parleyv1.CommitRevisionRequest_Changes_{Changes: adding("in-" + id)},
	})
	return made.GetRevision().GetCreateTime(), err
}

// adding gives changes that put a new point behind the first.
func adding(id string) *parleyv1.CommitRevisionRequest_Changes {
	return &parleyv1.CommitRevisionRequest_Changes{Changes: []*parleyv1.PointChange{{Change: &parleyv1.PointChange_Add_{
		Add: &parleyv1.PointChange_Add{Point: point(id, "New."), To: &parleyv1.Placement{After: "p"}},
	}}}}
}

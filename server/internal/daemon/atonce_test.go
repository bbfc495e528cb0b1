package daemon_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// What the record said at a moment is the same whoever else reads and writes meanwhile, whichever method is asked. The race detector
// sees more: whether those who read leave alone what they share.
func TestAllReadAndWriteAtOnce(t *testing.T) {
	const readers, commits = 4, 20
	x := newTable(t)
	names := x.entrust(t)
	conn := dialRaw(t, x.server)
	asOf, err := x.commitAdding(t, "a--r1", "a--r2")
	if err != nil {
		t.Fatal(err)
	}
	calls := x.callsAsOf(t, conn, names, asOf)
	var all sync.WaitGroup
	for reader := range readers {
		all.Go(func() {
			order := rand.New(rand.NewPCG(1, uint64(reader)))
			for _, i := range slices.Concat(order.Perm(len(calls)), order.Perm(len(calls))) {
				c := calls[i]
				if got := x.answerOf(t, conn, c.method, c.req); c.alone != "" && got != c.alone {
					t.Errorf("%s answered\n%s\nalone, and\n%s\nwhile others asked", c.method.Name(), c.alone, got)
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

// reading is a call of a method that changes nothing.
type reading struct {
	method protoreflect.MethodDescriptor
	req    proto.Message
	alone  string // the answer if nobody else asks; none if it may change
}

// callsAsOf calls every method that reads, as of a moment if it can be asked so, and gives the calls that are answered.
func (x *table) callsAsOf(t *testing.T, conn *grpc.ClientConn, names map[string][]string, asOf *timestamppb.Timestamp) (calls []reading) {
	t.Helper()
	plan := names["parley/Plan"][0]
	for _, m := range allMethods() {
		if writes(m) {
			continue
		}
		c := reading{method: m, req: x.requestOf(m, names)}
		if draft, ok := c.req.(*parleyv1.CheckRedLinesOfDraftRequest); ok {
			draft.Parent, draft.Revision = plan, &parleyv1.Revision{Parents: parentsOf(plan, []string{"a--r2"})}
			draft.Body = &parleyv1.CheckRedLinesOfDraftRequest_Changes{Changes: changeCommit(plan, "", nil, behindP("drafted")).GetChanges()}
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
	return calls
}

// commitAdding has the delegate of a add a point to what they confided, and tells when.
func (x *table) commitAdding(t *testing.T, parent, id string) (*timestamppb.Timestamp, error) {
	made, err := x.anna.Plans.CommitRevision(t.Context(), changeCommit(x.n+"/plans/a--ours", id, []string{parent}, behindP("in-"+id)))
	return made.GetRevision().GetCreateTime(), err
}

// behindP puts a new point behind the point p.
func behindP(id string) *parleyv1.PointChange {
	return addPoint(point(id, "New."), &parleyv1.Placement{After: "p"})
}

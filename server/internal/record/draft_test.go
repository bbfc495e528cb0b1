package record

import (
	"sync"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Drafts are made by those who read, several at once, while others write: they leave the text that they are made from alone. It takes
// the race detector to fail.
func TestDraftsAreMadeAtOnce(t *testing.T) {
	w := newWorld(t)
	w.must(t, CommitRevision(textRequest(talks+"/plans/draft", w, &parleyv1.Point{Id: "p1", Text: "One."}, &parleyv1.Point{Id: "p2", Text: "Two."})))
	req := changeRequest(talks+"/plans/draft", w, &parleyv1.PointChange{Change: &parleyv1.PointChange_Add_{Add: &parleyv1.PointChange_Add{
		Point: &parleyv1.Point{Id: "p3", Text: "Three."}, To: &parleyv1.Placement{After: "p1"},
	}}})
	st := w.st
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			if r, _, err := DraftRevision(st.Through(nil), req); err != nil || r.Text.Len() != 3 {
				t.Errorf("%v, %v", r, err)
			}
		})
	}
	w.must(t, CommitRevision(req))
	readers.Wait()
	if n := st.Head(talks+"/plans/draft", Latest).Text.Len(); n != 2 {
		t.Errorf("the text that the drafts were made from has %d points now", n)
	}
}

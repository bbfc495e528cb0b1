package record

import (
	"math/bits"
	"slices"
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// The revisions of a plan as of any moment, in either order, are those recorded by then, however many there are.
func TestRevisionsAsOfAMoment(t *testing.T) {
	const plan, most = talks + "/plans/draft", 300
	st := NewState()
	var all []*Revision
	for n := range most {
		for at := int64(-1); at <= int64(2*n); at++ {
			want := all[:(at+1)/2] // one at 1, 3, 5 and so on
			if got := slices.Collect(st.Revisions(plan, at)); !slices.Equal(got, want) {
				t.Fatalf("of %d as of %d: %d, want %d", n, at, len(got), len(want))
			}
			down := slices.Collect(st.RevisionsDown(plan, at))
			slices.Reverse(down)
			if !slices.Equal(down, want) {
				t.Fatalf("of %d as of %d, newest first: %d, want %d", n, at, len(down), len(want))
			}
		}
		r := &Revision{Msg: &parleyv1.Revision{Name: plan + "/revisions/r" + itoa(n)}, Time: int64(2*n + 1)}
		if head, ok := st.heads.Get(plan); ok {
			r.follow(head)
		}
		st.heads.Set(plan, r)
		all = append(all, r)
	}
	for r := range slices.Values(all) { // no moment is far away
		steps := 0
		all[most-1].last(func(each *Revision) bool { steps++; return each.Time <= r.Time })
		if most := 6 * bits.Len(most); steps > most {
			t.Errorf("%d steps to revision %d, want %d at most", steps, r.Index, most)
		}
	}
}

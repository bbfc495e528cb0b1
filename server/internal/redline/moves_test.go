package redline

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func TestIncreasing(t *testing.T) {
	for _, test := range []struct {
		values []int
		want   []bool
	}{
		{nil, []bool{}},
		{[]int{5}, []bool{true}},
		{[]int{1, 2, 3}, []bool{true, true, true}},
		{[]int{4, 1, 2, 3}, []bool{false, true, true, true}},
	} {
		if got := Increasing(test.values); !slices.Equal(got, test.want) {
			t.Errorf("Increasing(%v) = %v, want %v", test.values, got, test.want)
		}
	}
}

func TestIncreasingIsALongest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.IntRange(0, 12), 0, 12).Draw(t, "values")
		var kept []int
		for i, keeps := range Increasing(values) {
			if keeps {
				kept = append(kept, values[i])
			}
		}
		for i := 1; i < len(kept); i++ {
			if kept[i-1] >= kept[i] {
				t.Fatalf("%v does not increase", kept)
			}
		}
		if most := longestIncreasing(values); len(kept) != most {
			t.Fatalf("keeps %v, the longest has %d", kept, most)
		}
	})
}

// longestIncreasing looks at every pair.
func longestIncreasing(values []int) int {
	most := make([]int, len(values)) // ending here
	for i := range values {
		most[i] = 1
		for k := range i {
			if values[k] < values[i] {
				most[i] = max(most[i], most[k]+1)
			}
		}
	}
	if len(most) == 0 {
		return 0
	}
	return slices.Max(most)
}

// Putting the points that are reported as moved to where they stand now, and no others, makes the new order of the old
// one; and there is no shorter way.
func TestTheMovesMakeTheNewOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old := plan(rapid.IntRange(0, 12).Draw(t, "points"))
		new := rapid.Permutation(old).Draw(t, "order")
		rows, _ := Diff(old, new)
		moved := map[*parleyv1.Point]bool{}
		for _, r := range rows {
			moved[r.GetAfter()] = slices.Contains(r.GetKinds(), parleyv1.PointDiff_KIND_MOVED)
		}
		got := slices.DeleteFunc(slices.Clone(old), func(p *parleyv1.Point) bool { return moved[p] })
		for j, p := range new {
			if moved[p] {
				got = slices.Insert(got, j, p)
			}
		}
		if !slices.Equal(got, new) {
			t.Fatalf("%v do not make %v of %v", rows, new, old)
		}
		places := make([]int, len(new))
		for j, p := range new {
			places[j] = slices.Index(old, p)
		}
		if fewest := len(new) - longestIncreasing(places); len(rows) != fewest {
			t.Fatalf("%d moves, %d would do", len(rows), fewest)
		}
	})
}

// Whoever knows which points were put elsewhere gets no other ones as moved, and still a shortest way to the new order.
func TestOnlyWhatWasPutElsewhereMoved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old := plan(rapid.IntRange(1, 12).Draw(t, "points"))
		new, replaced := slices.Clone(old), map[string]bool{}
		for range rapid.IntRange(0, 4).Draw(t, "moves") {
			from, to := rapid.IntRange(0, len(new)-1).Draw(t, "from"), rapid.IntRange(0, len(new)-1).Draw(t, "to")
			p := new[from]
			new, replaced[p.GetId()] = slices.Insert(slices.Delete(new, from, from+1), to, p), true
		}
		rows, _ := DiffKnowing(old, new, Known{Replaced: func(id string) bool { return replaced[id] }})
		moved := map[string]bool{}
		for _, r := range rows {
			if moved[r.GetPoint()] = true; !replaced[r.GetPoint()] {
				t.Fatalf("%s is said to have moved, of %v", r.GetPoint(), replaced)
			}
		}
		hasMoved := func(p *parleyv1.Point) bool { return moved[p.GetId()] }
		if !slices.Equal(slices.DeleteFunc(slices.Clone(old), hasMoved), slices.DeleteFunc(slices.Clone(new), hasMoved)) {
			t.Fatalf("what has not moved is not in its order: %v", rows)
		}
	})
}

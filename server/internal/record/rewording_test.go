package record

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// Whatever was asked before, a rewording is what a comparison of the two texts shows.
func TestARewordingIsWhatAComparisonShows(t *testing.T) {
	wording := rapid.SampledFrom([]string{"", "At most 600,000.", "At most 800,000.", "No more than 800,000 in peacetime.", "in peacetime"})
	rapid.Check(t, func(t *rapid.T) {
		text, is := newText(), map[string]string{}
		for _, id := range []string{"p", "q"} {
			is[id] = wording.Draw(t, "is")
			text.set(&parleyv1.Point{Id: id, Text: is[id]}, id, nil)
		}
		var c redline.Comparer
		for range 10 {
			id, was := rapid.SampledFrom([]string{"p", "q", "none"}).Draw(t, "point"), wording.Draw(t, "was")
			got, want := text.Rewording(&c, id, was).Spans(was, is[id]), redline.Words(was, is[id])
			if len(got) != len(want) {
				t.Fatalf("%q to %q: %v, want %v", was, is[id], got, want)
			}
			for i := range got {
				if !proto.Equal(got[i], want[i]) {
					t.Fatalf("%q to %q: %v, want %v", was, is[id], got, want)
				}
			}
		}
	})
}

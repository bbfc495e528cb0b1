package show

import (
	"strings"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Committed tells what a commit led to, in a line: how many points there are, and what happened to how many since base, the
// first parent. The answer has to hold the points; base is nil if there is none.
func Committed(r *parleyv1.CommitRevisionResponse, base *parleyv1.Revision, validateOnly bool) string {
	verb := "committed "
	if validateOnly {
		verb = "would commit "
	}
	title, changed := "", ""
	if name := r.GetRevision().GetDisplayName(); name != "" {
		title = " (" + name + ")"
	}
	if base != nil {
		changed = ", " + itoa(len(r.GetChanged())) + " changed" + prefixed(": ", strings.Join(counts(tally(r, base)), ", "))
	}
	return verb + RevisionID(r.GetRevision().GetName()) + title + ": " + plural(int(r.GetRevision().GetPointCount()), "point", "points") + changed + "\n"
}

// tally counts the points that a commit changed, each once, by what weighs most. A comparison by the server tells more, but not of
// a commit that is only tried.
func tally(r *parleyv1.CommitRevisionResponse, base *parleyv1.Revision) *parleyv1.DiffSummary {
	before, after := byID(base.GetPoints()), byID(r.GetRevision().GetPoints())
	s := &parleyv1.DiffSummary{}
	for _, id := range r.GetChanged() {
		was, is := before[id], after[id]
		switch inText := is.GetState() == parleyv1.Point_STATE_PRESENT; {
		case was == nil && inText:
			s.Added++
		case was.GetState() != is.GetState() && inText:
			s.Restored++
		case was.GetState() != is.GetState():
			*fate(s, is.GetState())++
		case was.GetDigest() != is.GetDigest():
			s.Reworded++
		case was.GetParent() != is.GetParent() || proto.Equal(was, is): // what else differs is its place
			s.Moved++
		case was.GetLabel() != is.GetLabel():
			s.Renumbered++
		default:
			s.Annotated++
		}
	}
	return s
}

// fate picks the count of the points that went out of the text in some way.
func fate(s *parleyv1.DiffSummary, state parleyv1.Point_State) *int32 {
	switch state {
	case parleyv1.Point_STATE_DEFERRED:
		return &s.Deferred
	case parleyv1.Point_STATE_MOVED:
		return &s.MovedElsewhere
	case parleyv1.Point_STATE_UNKNOWN:
		return &s.Obscured
	}
	return &s.Struck
}

func byID(points []*parleyv1.Point) map[string]*parleyv1.Point {
	out := make(map[string]*parleyv1.Point, len(points))
	for _, p := range points {
		out[p.GetId()] = p
	}
	return out
}

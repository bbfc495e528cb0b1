package show

import (
	"slices"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// graph draws how revisions follow from one another, newest first: each lane is a line that waits for the revision it
// leads down to.
type graph struct {
	known map[string]bool // revisions that will be drawn
	lanes []string        // name of the revision that a lane leads to; empty if it is free
}

func newGraph(revisions []*parleyv1.Revision) *graph {
	g := &graph{known: map[string]bool{}}
	for _, r := range revisions {
		g.known[r.GetName()] = true
	}
	return g
}

// stretch is the part of a graph beside one revision.
type stretch struct {
	join  string // where lanes meet above the revision; empty if none do
	node  string // beside its first line
	fork  string // beside its second line: where lanes to further parents begin
	below string // beside all other lines
}

// next draws the next revision, whose children have all been drawn.
func (g *graph) next(r *parleyv1.Revision) stretch {
	var s stretch
	at := slices.Index(g.lanes, r.GetName())
	if at < 0 {
		at = g.open(0, r.GetName())
	}
	var meeting []int
	for i := at + 1; i < len(g.lanes); i++ {
		if g.lanes[i] == r.GetName() {
			meeting = append(meeting, i)
		}
	}
	if len(meeting) > 0 {
		s.join = g.bend(at, meeting, "╯", "┴")
		for _, i := range meeting {
			g.lanes[i] = ""
		}
	}
	s.node = g.draw(func(i int) string {
		if i == at {
			return "●"
		}
		return "│"
	})
	g.lanes[at] = ""
	var further []int
	for _, parent := range r.GetParents() {
		switch name := parent.GetRevision(); {
		case !g.known[name]:
		case g.lanes[at] == "":
			g.lanes[at] = name
		default:
			further = append(further, g.open(at+1, name))
		}
	}
	slices.Sort(further)
	s.below = g.draw(func(int) string { return "│" })
	s.fork = s.below
	if len(further) > 0 {
		s.fork = g.bend(at, further, "╮", "┬")
	}
	g.lanes = g.lanes[:len(strings.TrimRight(laneMarks(g.lanes), " "))]
	return s
}

// laneMarks has one sign a lane: a blank if it is free.
func laneMarks(lanes []string) string {
	var b strings.Builder
	for _, lane := range lanes {
		if lane == "" {
			b.WriteByte(' ')
		} else {
			b.WriteByte('|')
		}
	}
	return b.String()
}

// open takes the first free lane from one on.
func (g *graph) open(from int, name string) int {
	for i := from; i < len(g.lanes); i++ {
		if g.lanes[i] == "" {
			g.lanes[i] = name
			return i
		}
	}
	g.lanes = append(g.lanes, name)
	return len(g.lanes) - 1
}

// draw writes a sign for each lane that is taken.
func (g *graph) draw(sign func(lane int) string) string {
	var b strings.Builder
	for i, lane := range g.lanes {
		if lane == "" {
			b.WriteString("  ")
		} else {
			b.WriteString(sign(i) + " ")
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// bend writes a line from a lane to others on its right, the last of which has one sign and those before it another.
func (g *graph) bend(from int, to []int, last, middle string) string {
	var b strings.Builder
	end := to[len(to)-1]
	for i, lane := range g.lanes {
		sign, space := " ", " "
		if lane != "" {
			sign = "│"
		}
		if i >= from && i < end {
			space = "─"
		}
		switch {
		case i == from:
			sign = "├"
		case i == end:
			sign = last
		case slices.Contains(to, i):
			sign = middle
		case i > from && i < end && lane != "":
			sign = "┼"
		case i > from && i < end:
			sign = "─"
		}
		b.WriteString(sign + space)
	}
	return strings.TrimRight(b.String(), " ")
}

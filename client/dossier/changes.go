package dossier

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/protobuf/proto"
)

// A whole text cannot say that a point was split or merged, so a revision in which that happened is exported as
// changes: splits and merges as the points' origins tell them, then additions and adoptions, then other words and
// numbers, then moves that put every list of siblings that differs in order, and at last what went out of the text.
//
// Limits: what was split and merged again within one revision comes out as the nearest single split or merge. The
// notes of points that were superseded are not carried over.

// hasNewLineage says whether points came out of others in the step from base to points.
func hasNewLineage(base, points []*parleyv1.Point) bool {
	before := byID(base)
	for _, p := range points {
		if len(newOrigins(before, p)) > 0 || p.GetState() == parleyv1.Point_STATE_SUPERSEDED &&
			before[p.GetId()].GetState() != parleyv1.Point_STATE_SUPERSEDED {
			return true
		}
	}
	return false
}

// newOrigins lists the origins that p had not in the step before, other than itself.
func newOrigins(before map[string]*parleyv1.Point, p *parleyv1.Point) []string {
	var out []string
	for _, o := range p.GetOrigins() {
		if o != p.GetId() && !slices.Contains(before[p.GetId()].GetOrigins(), o) {
			out = append(out, o)
		}
	}
	return out
}

func byID(points []*parleyv1.Point) map[string]*parleyv1.Point {
	m := make(map[string]*parleyv1.Point, len(points))
	for _, p := range points {
		m[p.GetId()] = p
	}
	return m
}

// step is the way from one text to the next, as it is being worked out.
type step struct {
	before, after []*parleyv1.Point
	now           map[string]*parleyv1.Point // the text as the changes so far leave it
	wanted        map[string]*parleyv1.Point
	changes       []*parleyv1.PointChange
	editorial     map[string]bool // ids of points whose change was declared so
}

func (s *step) do(c *parleyv1.PointChange) { s.changes = append(s.changes, c) }

// changesBetween makes the changes from base to the text of r. Points that another parent has are adopted from there.
func changesBetween(base []*parleyv1.Point, r *parleyv1.Revision, texts map[string][]*parleyv1.Point) []*parleyv1.PointChange {
	s := &step{before: base, after: r.GetPoints(), now: byID(base), wanted: byID(r.GetPoints()), editorial: map[string]bool{}}
	for _, e := range r.GetEditorialChanges() {
		s.editorial[e.GetPoint()] = true
	}
	s.merges()
	s.splits()
	s.additions(r, texts)
	for _, p := range s.after {
		s.wording(p)
	}
	s.order()
	for _, p := range slices.Backward(s.after) { // parts before what they belong to
		s.state(p)
	}
	for _, p := range s.after { // and again where it took along what is not to go, or in another way
		s.state(p)
	}
	return s.changes
}

// merges joins points into those that have several new origins, counting the point itself if it was there.
func (s *step) merges() {
	old := byID(s.before)
	for _, p := range s.after {
		from := newOrigins(old, p)
		if old[p.GetId()].GetState() == parleyv1.Point_STATE_PRESENT && !s.isSplit(from, p) {
			from = append(from, p.GetId())
		}
		if len(from) < 2 {
			continue
		}
		slices.SortStableFunc(from, func(a, b string) int { return slices.Index(p.GetOrigins(), a) - slices.Index(p.GetOrigins(), b) })
		for _, id := range from { // what was part of another had left it before they were merged
			if within(old, id, from) {
				s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Move_{Move: &parleyv1.PointChange_Move{Point: id, To: &parleyv1.Placement{}}}})
			}
		}
		s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Merge_{Merge: &parleyv1.PointChange_Merge{
			Points: from, Into: newPoint(p),
		}}})
		s.now[p.GetId()] = arrived(p)
	}
}

// within says whether a point belongs to one of others, directly or through more.
func within(points map[string]*parleyv1.Point, id string, others []string) bool {
	for up := points[id].GetParent(); up != ""; up = points[up].GetParent() {
		if slices.Contains(others, up) {
			return true
		}
	}
	return false
}

// isSplit says whether p, which was there before, has its one new origin from a split and not from a merge: the origin
// lives on, or went into others too.
func (s *step) isSplit(from []string, p *parleyv1.Point) bool {
	if len(from) != 1 {
		return len(from) == 0
	}
	origin := s.wanted[from[0]]
	return origin.GetState() != parleyv1.Point_STATE_SUPERSEDED || !slices.Equal(origin.GetSuccessors(), []string{p.GetId()})
}

// splits divides the points that are the single origin of others.
func (s *step) splits() {
	old := byID(s.before)
	for _, x := range s.before {
		var into []*parleyv1.Point
		parts := 0
		for _, p := range s.after {
			from := newOrigins(old, p)
			isPart := len(from) == 1 && from[0] == x.GetId() && old[p.GetId()] == nil
			if isPart {
				parts++
			}
			if isPart || p.GetId() == x.GetId() && p.GetState() == parleyv1.Point_STATE_PRESENT {
				into = append(into, newPoint(p))
			}
		}
		if parts == 0 || len(into) < 2 {
			continue
		}
		s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Split_{Split: &parleyv1.PointChange_Split{
			Point: x.GetId(), Into: into,
		}}})
		for _, p := range into {
			s.now[p.GetId()] = arrived(s.wanted[p.GetId()])
		}
	}
}

// additions brings in what is not there yet, at the end of the text: what it is to stand behind may still be elsewhere, and
// the moves put it in its place.
func (s *step) additions(r *parleyv1.Revision, texts map[string][]*parleyv1.Point) {
	for _, p := range s.after {
		if s.now[p.GetId()] != nil {
			continue
		}
		to := &parleyv1.Placement{}
		if from, adopted := otherParent(p.GetId(), r, texts); from != "" {
			s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Adopt_{Adopt: &parleyv1.PointChange_Adopt{
				Point: p.GetId(), Revision: from, To: to,
			}}})
			s.now[p.GetId()] = adopted
			continue
		}
		s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Add_{Add: &parleyv1.PointChange_Add{Point: newPoint(p), To: to}}})
		s.now[p.GetId()] = arrived(p)
	}
}

// otherParent finds a point in the parents but the first.
func otherParent(id string, r *parleyv1.Revision, texts map[string][]*parleyv1.Point) (string, *parleyv1.Point) {
	for i, parent := range r.GetParents() {
		if i == 0 {
			continue
		}
		if p := byID(texts[parent.GetRevision()])[id]; p != nil {
			return parent.GetRevision(), p
		}
	}
	return "", nil
}

// newPoint is p as a change brings it in: its parent comes from where it is put.
func newPoint(p *parleyv1.Point) *parleyv1.Point {
	w := plainPoint(p)
	w.Parent, w.State, w.MovedTo = "", parleyv1.Point_STATE_UNSPECIFIED, ""
	return w
}

// arrived is p as it is in the text after a change brought it in.
func arrived(p *parleyv1.Point) *parleyv1.Point {
	c := proto.CloneOf(p)
	c.State, c.MovedTo = parleyv1.Point_STATE_PRESENT, ""
	return c
}

// wording edits and renumbers a point.
func (s *step) wording(p *parleyv1.Point) {
	now := s.now[p.GetId()]
	if p.GetState() == parleyv1.Point_STATE_SUPERSEDED {
		return
	}
	present := p.GetState() == parleyv1.Point_STATE_PRESENT
	revived := present && now.GetState() != parleyv1.Point_STATE_PRESENT
	if (present || p.GetState() == now.GetState()) && (revived || !proto.Equal(editable(now), editable(p))) {
		s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: editable(p), Editorial: s.editorial[p.GetId()]}}})
		if revived {
			s.now[p.GetId()] = arrived(p)
		}
	}
	if now.GetLabel() != p.GetLabel() {
		s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Renumber_{Renumber: &parleyv1.PointChange_Renumber{
			Point: p.GetId(), Label: p.GetLabel(),
		}}})
	}
}

// editable is what an Edit replaces.
func editable(p *parleyv1.Point) *parleyv1.Point {
	return &parleyv1.Point{
		Id: p.GetId(), Heading: p.GetHeading(), Text: p.GetText(), Alternatives: p.GetAlternatives(),
		Obliges: p.GetObliges(), Topic: p.GetTopic(), Note: p.GetNote(),
	}
}

// state takes a point out, in the way in which it is out, or brings it back.
func (s *step) state(p *parleyv1.Point) {
	now := s.now[p.GetId()]
	if now.GetState() == p.GetState() && now.GetMovedTo() == p.GetMovedTo() {
		return
	}
	id, note := p.GetId(), p.GetNote()
	switch p.GetState() {
	case parleyv1.Point_STATE_PRESENT:
		s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: editable(p)}}})
	case parleyv1.Point_STATE_STRUCK:
		s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Strike_{Strike: &parleyv1.PointChange_Strike{Point: id, Note: note}}})
	case parleyv1.Point_STATE_DEFERRED:
		s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Park_{Park: &parleyv1.PointChange_Park{Point: id, Note: note}}})
	case parleyv1.Point_STATE_UNKNOWN:
		s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Obscure_{Obscure: &parleyv1.PointChange_Obscure{Point: id, Note: note}}})
	case parleyv1.Point_STATE_MOVED:
		s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Relocate_{Relocate: &parleyv1.PointChange_Relocate{
			Point: id, To: p.GetMovedTo(), Note: note,
		}}})
	default: // SUPERSEDED comes from splits and merges
		return
	}
	s.now[id] = p
	if p.GetState() != parleyv1.Point_STATE_PRESENT {
		s.takeAlong(p)
	}
}

// takeAlong notes that what belongs to a point goes out of the text with it, unless it is out already.
func (s *step) takeAlong(p *parleyv1.Point) {
	for _, part := range s.after {
		if part.GetParent() != p.GetId() {
			continue
		}
		switch now := s.now[part.GetId()]; now.GetState() {
		case parleyv1.Point_STATE_STRUCK, parleyv1.Point_STATE_MOVED, parleyv1.Point_STATE_SUPERSEDED:
		default:
			gone := proto.CloneOf(now)
			gone.State, gone.MovedTo = p.GetState(), p.GetMovedTo()
			s.now[part.GetId()] = gone
		}
		s.takeAlong(part)
	}
}

// order moves points until every list of siblings stands as it should that differs from before, or in which splits and
// merges put points in between.
func (s *step) order() {
	before, after, stirred := siblings(s.before), siblings(s.after), s.stirred()
	for _, p := range s.after {
		list := after[p.GetParent()]
		if list == nil || slices.Equal(list, before[p.GetParent()]) && !stirred[p.GetParent()] {
			continue
		}
		after[p.GetParent()] = nil // once
		previous := ""
		for _, id := range list {
			s.do(&parleyv1.PointChange{Change: &parleyv1.PointChange_Move_{Move: &parleyv1.PointChange_Move{
				Point: id, To: &parleyv1.Placement{Parent: p.GetParent(), After: previous, First: previous == ""},
			}}})
			previous = id
		}
	}
}

// stirred names the points whose parts splits and merges may have put into another order than before: those that came out
// of one or went into one, and those that these belong to.
func (s *step) stirred() map[string]bool {
	old, out := byID(s.before), map[string]bool{}
	stir := func(id string) {
		out[id], out[old[id].GetParent()], out[s.wanted[id].GetParent()] = true, true, true
	}
	for _, p := range s.after {
		for _, o := range newOrigins(old, p) {
			stir(p.GetId())
			stir(o)
		}
	}
	return out
}

// siblings lists the points that belong to each point.
func siblings(points []*parleyv1.Point) map[string][]string {
	m := map[string][]string{}
	for _, p := range points {
		m[p.GetParent()] = append(m[p.GetParent()], p.GetId())
	}
	return m
}

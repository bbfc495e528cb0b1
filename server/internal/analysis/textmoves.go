package analysis

import (
	"cmp"
	"maps"
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// leastShift is by how much the likeness of a text to a party's wording has to change to be a movement.
const leastShift = 0.1

// proposal is how a party would word a point: an alternative that it put forward, or what it wrote in a plan of its own.
type proposal struct {
	party, text string
	in          *record.Revision
}

// textMoves finds where plans took over, or let go of, wordings of parties, and where they came nearer to them or went
// farther from them: in each revision against the one before it of the same plan. The first of a plan moves nothing, and a
// party's own plan not towards itself.
func textMoves(l *lens.Lens, negotiation string) (out []movement) {
	t := &texts{lens: l, owners: map[string]string{}, wordings: map[string][]proposal{}}
	var all []*record.Revision
	for p := range l.Plans(negotiation, "", false) {
		t.owners[p.GetName()] = p.GetOwner()
		for r := range l.Revisions(p.GetName()) {
			all = append(all, r.Revision)
			t.gather(r.Revision)
		}
	}
	for _, r := range all {
		before := t.before(r)
		if before == nil {
			continue
		}
		for _, id := range t.changed(before, r) {
			if l.Over() {
				return nil
			}
			out = append(out, t.moves(before, r, id)...)
		}
	}
	return out
}

// texts is the work on the texts of a negotiation.
type texts struct {
	lens     *lens.Lens
	owners   map[string]string     // by plan
	wordings map[string][]proposal // by point id
}

// gather takes the wordings of parties from a revision. What it has from the one that it was made from is not its own.
func (t *texts) gather(r *record.Revision) {
	owner, from := t.owners[r.Plan()], t.lens.FirstParent(r)
	for _, id := range t.lens.Changed(r) {
		p, _ := r.Text.Point(id)
		if from != nil {
			if was, ok := from.Text.Point(id); ok && was.GetDigest() == p.GetDigest() {
				continue
			}
		}
		if text := words(p); owner != "" && text != "" {
			t.wordings[id] = append(t.wordings[id], proposal{owner, text, r})
		}
		for _, a := range p.GetAlternatives() {
			for _, party := range a.GetProponents() {
				t.wordings[id] = append(t.wordings[id], proposal{party, a.GetText(), r})
			}
		}
	}
}

// words is what a point says where it says one thing: its text, or its heading if there is no more; nothing if there are rival
// wordings, or none.
func words(p *parleyv1.Point) string {
	if p.GetState() != parleyv1.Point_STATE_PRESENT || len(p.GetAlternatives()) > 0 {
		return ""
	}
	return cmp.Or(p.GetText(), p.GetHeading())
}

// before gives the revision of the same plan that r follows, nil if there is none.
func (t *texts) before(r *record.Revision) *record.Revision {
	for p := range t.lens.Parents(r) {
		if p.Plan() == r.Plan() {
			return p
		}
	}
	return nil
}

// changed names the points whose words may not be the same in two revisions, sorted.
func (t *texts) changed(before, r *record.Revision) []string {
	if before == t.lens.FirstParent(r) {
		return t.lens.Changed(r)
	}
	var out []string
	for p := range r.Text.Points() {
		if old, _ := before.Text.Point(p.GetId()); old.GetDigest() != p.GetDigest() {
			out = append(out, p.GetId())
		}
	}
	slices.Sort(out)
	return out
}

// moves finds what the change of one point means for each party that has a wording of it.
func (t *texts) moves(before, r *record.Revision, id string) (out []movement) {
	was, _ := before.Text.Point(id)
	for earlier := before; was.GetState() == parleyv1.Point_STATE_UNKNOWN; was, _ = before.Text.Point(id) {
		if earlier = t.before(earlier); earlier == nil {
			break
		}
		before = earlier
	}
	is, _ := r.Text.Point(id)
	if was.GetDigest() == is.GetDigest() || is.GetState() == parleyv1.Point_STATE_UNKNOWN {
		return nil // the same words, or nobody knows which
	}
	byParty := map[string][]proposal{}
	for _, w := range t.wordings[id] {
		if w.party != t.owners[r.Plan()] && w.in != r && !after(w.in, r) {
			byParty[w.party] = append(byParty[w.party], w)
		}
	}
	for _, party := range slices.Sorted(maps.Keys(byParty)) {
		if kind, likest, shares := t.compare(was, is, party, byParty[party]); kind != 0 {
			out = append(out, t.move(before, r, is, kind, party, likest, shares))
		}
	}
	return out
}

// after tells whether a wording is of a revision that came after another: by their dates, or else by when they were recorded.
func after(in, r *record.Revision) bool {
	_, a := datedRevision(in.Msg)
	_, b := datedRevision(r.Msg)
	if a.last.Before(b.first) || b.last.Before(a.first) {
		return b.last.Before(a.first)
	}
	return in.Time > r.Time
}

// compare tells what a change means for the wordings of a party; no kind if it means nothing. It gives the wording that was
// compared, and how like it the text was and is.
func (t *texts) compare(was, is *parleyv1.Point, party string, list []proposal) (kind parleyv1.Movement_Kind, likest proposal, shares [2]float64) {
	stood := slices.ContainsFunc(was.GetAlternatives(), func(a *parleyv1.Alternative) bool {
		return slices.Contains(a.GetProponents(), party)
	})
	old, now := words(was), words(is)
	for _, w := range list {
		if t.lens.Over() {
			break
		}
		a, b := redline.Share(old, w.text), redline.Share(now, w.text)
		if likest.in == nil || max(a, b) > max(shares[0], shares[1]) {
			likest, shares = w, [2]float64{a, b}
		}
		stood = stood || a == 1
	}
	switch {
	case len(is.GetAlternatives()) > 0:
		return 0, likest, shares // what is put beside other words is not settled
	case shares[1] == 1 && shares[0] < 1:
		return parleyv1.Movement_KIND_WORDING_ADOPTED, likest, shares
	case stood && (now == "" || len(was.GetAlternatives()) > 0):
		return parleyv1.Movement_KIND_WORDING_DROPPED, likest, shares
	case old == "" || now == "":
		return 0, likest, shares // there is nothing to compare with
	case shares[1]-shares[0] >= leastShift:
		return parleyv1.Movement_KIND_TEXT_TOWARDS, likest, shares
	case shares[0]-shares[1] >= leastShift:
		return parleyv1.Movement_KIND_TEXT_AWAY, likest, shares
	}
	return 0, likest, shares
}

func (t *texts) move(before, r *record.Revision, p *parleyv1.Point, kind parleyv1.Movement_Kind, party string, w proposal, shares [2]float64) movement {
	when, span := datedRevision(r.Msg)
	m := movement{span: span, in: r, Movement: &parleyv1.Movement{
		Party: party, Topic: p.GetTopic(), Kind: kind, When: when, CreateTime: r.Msg.GetCreateTime(),
		RestsOn: []string{before.Msg.GetName(), r.Msg.GetName()}, Point: r.Msg.GetName() + "/points/" + p.GetId(),
		Wording: w.in.Msg.GetName(), SimilarityBefore: shares[0], SimilarityAfter: shares[1],
		Paraphrased: slices.ContainsFunc([]*record.Revision{before, r, w.in}, isParaphrased),
	}}
	if kind == parleyv1.Movement_KIND_TEXT_TOWARDS || kind == parleyv1.Movement_KIND_WORDING_ADOPTED {
		m.received(t.owners[r.Plan()])
	} else {
		m.lost(r, t.owners[r.Plan()])
	}
	return m
}

// received says that a party got something, from the party whose paper it is, if it is one's.
func (m *movement) received(owner string) {
	m.Direction = parleyv1.Movement_DIRECTION_RECEIVED
	if owner != "" && owner != m.GetParty() {
		m.GivenBy = []string{owner}
	}
}

// lost says that a party lost something: it gave it, if it had a hand in the revision.
func (m *movement) lost(r *record.Revision, owner string) {
	m.Direction = parleyv1.Movement_DIRECTION_OPEN
	if owner == m.GetParty() || slices.ContainsFunc(r.Msg.GetContributors(), func(c *parleyv1.Revision_Contributor) bool {
		return c.GetParty() == m.GetParty()
	}) {
		m.Direction = parleyv1.Movement_DIRECTION_GIVEN
	}
}

// isParaphrased tells whether the words of a revision may be those of whoever told of it.
func isParaphrased(r *record.Revision) bool {
	c := r.Msg.GetContent()
	return c == parleyv1.Revision_CONTENT_PARAPHRASE || c == parleyv1.Revision_CONTENT_PARTIAL
}

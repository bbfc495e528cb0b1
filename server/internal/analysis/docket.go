package analysis

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// docket is the demands that texts are held against, and what is judged of them.
type docket struct {
	lens    *lens.Lens
	when    Moment
	parties []string                      // whose demands, in order
	demands map[string][]*parleyv1.Demand // by party, in the order of names
	judged  map[string][]*parleyv1.Assessment
	texts   map[string]*record.Text // of revisions that were judged
}

// newDocket collects the demands of the parties named, or of all that have any, that a caller wants.
func newDocket(l *lens.Lens, negotiation string, when Moment, parties []string, wants func(*parleyv1.Demand) bool) (*docket, error) {
	d := &docket{
		lens: l, when: when, parties: parties, demands: map[string][]*parleyv1.Demand{}, judged: map[string][]*parleyv1.Assessment{},
		texts: map[string]*record.Text{},
	}
	for _, p := range parties {
		if _, err := l.Party(p); err != nil || record.ParentOf(p) != negotiation {
			return nil, fault.ReferenceNotFound("parties", p)
		}
		d.collect(p, wants)
	}
	if len(parties) == 0 {
		d.collect(negotiation+"/parties/-", wants)
	}
	return d, nil
}

// collect takes in the demands of a party, or of all for the id "-".
func (d *docket) collect(party string, wants func(*parleyv1.Demand) bool) {
	for m := range Of(d.when, d.lens.Demands(party, "", false)) {
		if d.lens.Over() {
			return
		}
		if m.GetStatus() == parleyv1.Demand_STATUS_WITHDRAWN || !wants(m) {
			continue
		}
		owner := record.ParentOf(m.GetName())
		if d.demands[owner] == nil && record.IDOf(party) == "-" {
			d.parties = append(d.parties, owner)
		}
		d.demands[owner] = append(d.demands[owner], m)
		d.judged[m.GetName()] = slices.Collect(Of(d.when, d.lens.AssessmentsOf(m.GetName())))
	}
}

// demandsAbout gives a filter of demands by topic; none of them for all.
func demandsAbout(topics []string) func(*parleyv1.Demand) bool {
	return func(m *parleyv1.Demand) bool { return len(topics) == 0 || slices.Contains(topics, m.GetTopic()) }
}

// assessed gives the judgements of a demand that bear on a text, in the order of the assessments' names. Those whose deciding
// words alone still stand are among them if they find a breach and the caller wants them.
func (d *docket) assessed(demand *parleyv1.Demand, r *reading, byWords bool) (out []*parleyv1.Judgement) {
	type bearing struct {
		a      *parleyv1.Assessment
		ground parleyv1.Judgement_Ground
	}
	var all []bearing
	for _, a := range d.judged[demand.GetName()] {
		if g := d.ground(a, r); g != 0 && (g != parleyv1.Judgement_GROUND_WORDS_STAND || byWords && a.GetVerdict() == parleyv1.Assessment_VERDICT_BREACHED) {
			all = append(all, bearing{a, g})
		}
	}
	for _, b := range all {
		outdone := slices.ContainsFunc(all, func(o bearing) bool {
			return o.a != b.a && sameJudge(o.a, b.a) && (o.ground == parleyv1.Judgement_GROUND_ASSESSED && b.ground != o.ground ||
				record.IDOf(o.a.GetPoint()) == record.IDOf(b.a.GetPoint()) && (o.ground < b.ground || o.ground == b.ground && age(o.a, b.a) > 0))
		})
		if !outdone {
			out = append(out, r.judgement(b.a, b.ground))
		}
	}
	return out
}

// ground tells how an assessment bears on a text; unspecified if it does not.
func (d *docket) ground(a *parleyv1.Assessment, r *reading) parleyv1.Judgement_Ground {
	if a.GetRevision() == r.name {
		return parleyv1.Judgement_GROUND_ASSESSED
	}
	if a.GetPoint() == "" {
		return parleyv1.Judgement_GROUND_UNSPECIFIED
	}
	here, _ := r.text.Point(record.IDOf(a.GetPoint()))
	was, _ := d.text(a.GetRevision()).Point(record.IDOf(a.GetPoint()))
	switch {
	case !hasWords(here):
		return parleyv1.Judgement_GROUND_UNSPECIFIED
	case was.GetState() == parleyv1.Point_STATE_PRESENT && was.GetDigest() == here.GetDigest():
		return parleyv1.Judgement_GROUND_CARRIED
	case a.GetWords() != "" && record.Says(here, a.GetWords()):
		return parleyv1.Judgement_GROUND_WORDS_STAND
	}
	return parleyv1.Judgement_GROUND_UNSPECIFIED
}

// text gives the text of a revision that an assessment is of, and that the viewer may therefore see.
func (d *docket) text(revision string) *record.Text {
	if d.texts[revision] == nil {
		if r, err := d.lens.Revision(revision); err == nil {
			d.texts[revision] = r.Text
		}
	}
	return d.texts[revision]
}

func sameJudge(a, b *parleyv1.Assessment) bool {
	return a.GetJudgeParty() == b.GetJudgeParty() && a.GetJudge() == b.GetJudge()
}

// verdict gives all that is judged of a demand at a text, and the band that it makes.
func (d *docket) verdict(demand *parleyv1.Demand, r *reading) ([]*parleyv1.Judgement, band) {
	list := d.assessed(demand, r, false)
	var bands []band
	for _, j := range list {
		bands = append(bands, bandOf(j.GetVerdict()))
	}
	if ruled, b := r.rule(demand.GetLimit()); len(ruled) > 0 {
		list, bands = append(list, ruled...), append(bands, b)
	}
	if len(bands) == 0 {
		return list, anything
	}
	out := bands[0]
	for _, b := range bands[1:] {
		out = out.with(b)
	}
	return list, out
}

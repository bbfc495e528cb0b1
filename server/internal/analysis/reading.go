package analysis

import (
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// reading is a text as demands are held against it.
type reading struct {
	name  string // of the revision; empty for a draft
	text  *record.Text
	terms map[string][]termed // what is said of each quantity, in reading order; nil before it is asked for
}

// termed is a point that tells of a quantity, in one wording or in rival ones.
type termed struct {
	point    *parleyv1.Point
	wordings []variant
}

// variant is the terms of one quantity in one wording of a point.
type variant struct {
	alternative string
	terms       []*parleyv1.Term
}

func readingOf(r *record.Revision) *reading { return &reading{name: r.Msg.GetName(), text: r.Text} }

// telling gives the points that tell of a quantity.
func (r *reading) telling(key string) []termed {
	if r.terms == nil {
		r.terms = map[string][]termed{}
		for p := range r.text.Points() {
			if p.GetState() == parleyv1.Point_STATE_PRESENT {
				r.index(p)
			}
		}
	}
	return r.terms[key]
}

// index files a point under the quantities that it tells of. An alternative that does not is there too: it leaves them open.
func (r *reading) index(p *parleyv1.Point) {
	terms := slices.Clone(p.GetTerms())
	for _, a := range p.GetAlternatives() {
		terms = append(terms, a.GetTerms()...)
	}
	done := map[string]bool{}
	for _, t := range terms {
		key := t.GetKey()
		if done[key] {
			continue
		}
		done[key] = true
		told := termed{point: p}
		for _, a := range p.GetAlternatives() {
			told.wordings = append(told.wordings, variant{a.GetLabel(), keyed(key, slices.Concat(p.GetTerms(), a.GetTerms()))})
		}
		if len(told.wordings) == 0 {
			told.wordings = []variant{{"", keyed(key, p.GetTerms())}}
		}
		r.terms[key] = append(r.terms[key], told)
	}
}

// keyed picks the terms of a quantity.
func keyed(key string, terms []*parleyv1.Term) (out []*parleyv1.Term) {
	for _, t := range terms {
		if t.GetKey() == key {
			out = append(out, t)
		}
	}
	return out
}

// rule holds a limit, which may be nil, against the text: a judgement for each wording that tells of its quantity, and the band
// that they make together.
func (r *reading) rule(limit *parleyv1.Limit) (list []*parleyv1.Judgement, all band) {
	if limit == nil {
		return nil, anything
	}
	var bands []band
	for _, told := range r.telling(limit.GetKey()) {
		b := band{met, breached}
		for _, w := range told.wordings {
			verdict := hold(limit, w.terms)
			b = b.with(bandOf(verdict))
			j := r.at(told.point)
			j.Ground, j.Judge, j.Verdict, j.Revision, j.Alternative = parleyv1.Judgement_GROUND_RULE, "rule", verdict, r.name, w.alternative
			j.Terms = w.terms
			for _, t := range deciding(limit, w.terms, verdict) {
				if t.GetWords() != "" && !slices.Contains(j.GetWords(), t.GetWords()) {
					j.Words = append(j.Words, t.GetWords())
				}
			}
			list = append(list, j)
		}
		bands = append(bands, b)
	}
	return list, together(bands)
}

// at begins a judgement that a point decides; nil for none.
func (r *reading) at(p *parleyv1.Point) *parleyv1.Judgement {
	if p == nil {
		return &parleyv1.Judgement{}
	}
	j := &parleyv1.Judgement{PointId: p.GetId(), Title: titled(p)}
	if r.name != "" {
		j.Point = r.name + "/points/" + p.GetId()
	}
	return j
}

// titled gives the number and heading of a point.
func titled(p *parleyv1.Point) string {
	switch {
	case p.GetLabel() == "":
		return p.GetHeading()
	case p.GetHeading() == "":
		return p.GetLabel()
	}
	return p.GetLabel() + " " + p.GetHeading()
}

// judgement is what an assessment comes to at the text.
func (r *reading) judgement(a *parleyv1.Assessment, ground parleyv1.Judgement_Ground) *parleyv1.Judgement {
	var p *parleyv1.Point
	if a.GetPoint() != "" {
		p, _ = r.text.Point(record.IDOf(a.GetPoint()))
	}
	j := r.at(p)
	j.Ground, j.Verdict, j.JudgeParty, j.Judge = ground, a.GetVerdict(), a.GetJudgeParty(), a.GetJudge()
	j.Assessment, j.Revision, j.Attribution = a.GetName(), a.GetRevision(), a.GetAttribution()
	if a.GetWords() != "" {
		j.Words = []string{a.GetWords()}
	}
	return j
}

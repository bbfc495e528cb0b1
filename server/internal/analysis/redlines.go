package analysis

import (
	"cmp"
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// RedLines tells which red lines a revision crosses, and gives its name.
func RedLines(l *lens.Lens, revision string, when Moment) (name string, lines []*parleyv1.RedLine, err error) {
	r, err := l.Revision(revision)
	if err != nil {
		return "", nil, err
	}
	lines, err = redLines(l, record.NegotiationOf(revision), when, readingOf(r.Revision))
	return r.Msg.GetName(), lines, err
}

// RedLinesOfDraft tells which red lines a text would cross that is not committed, and how its points were recognised.
func RedLinesOfDraft(l *lens.Lens, req *parleyv1.CheckRedLinesOfDraftRequest) (*parleyv1.CheckRedLinesOfDraftResponse, error) {
	commit := &parleyv1.CommitRevisionRequest{Parent: req.GetParent(), Revision: req.GetRevision()}
	switch body := req.GetBody().(type) {
	case *parleyv1.CheckRedLinesOfDraftRequest_Text:
		commit.Body = &parleyv1.CommitRevisionRequest_Text_{Text: body.Text}
	case *parleyv1.CheckRedLinesOfDraftRequest_Changes:
		commit.Body = &parleyv1.CommitRevisionRequest_Changes_{Changes: body.Changes}
	}
	r, matches, err := l.Draft(commit)
	if err != nil {
		return nil, err
	}
	lines, err := redLines(l, record.NegotiationOf(req.GetParent()), Moment{}, readingOf(r))
	return &parleyv1.CheckRedLinesOfDraftResponse{RedLines: lines, Matches: matches}, err
}

// Warnings are the red lines that whoever commits a revision is to hear of: those that it crosses, and withheld ones.
func Warnings(l *lens.Lens, r *lens.Revision) ([]*parleyv1.RedLine, error) {
	lines, err := redLines(l, record.NegotiationOf(r.Plan()), Moment{}, readingOf(r.Revision))
	return slices.DeleteFunc(lines, func(r *parleyv1.RedLine) bool { return r.GetFinding() > parleyv1.RedLine_FINDING_WITHHELD }), err
}

// liveRedLine tells whether a demand that is not withdrawn is a red line that texts are held against.
func liveRedLine(m *parleyv1.Demand) bool {
	return m.GetStrength() == parleyv1.Demand_STRENGTH_RED_LINE && m.GetStatus() != parleyv1.Demand_STATUS_MET
}

// redLines holds a text against all red lines that are upheld.
func redLines(l *lens.Lens, negotiation string, when Moment, text *reading) ([]*parleyv1.RedLine, error) {
	d, err := newDocket(l, negotiation, when, nil, liveRedLine)
	if err != nil {
		return nil, err
	}
	var out []*parleyv1.RedLine
	for _, party := range d.parties {
		for _, m := range d.demands[party] {
			out = append(out, d.redLine(m, text))
		}
	}
	slices.SortStableFunc(out, func(a, b *parleyv1.RedLine) int {
		return cmp.Or(cmp.Compare(a.GetFinding(), b.GetFinding()), cmp.Compare(a.GetDemand().GetName(), b.GetDemand().GetName()))
	})
	return out, nil
}

func (d *docket) redLine(m *parleyv1.Demand, text *reading) *parleyv1.RedLine {
	list := d.assessed(m, text, true)
	own := slices.ContainsFunc(list, func(j *parleyv1.Judgement) bool {
		return breaches(j) && j.GetJudgeParty() == record.ParentOf(m.GetName()) && j.GetGround() != parleyv1.Judgement_GROUND_WORDS_STAND &&
			j.GetAttribution().GetBasis() != parleyv1.Attribution_BASIS_INFERRED
	})
	ruled, b := text.rule(m.GetLimit())
	list = append(list, ruled...)
	slices.SortStableFunc(list, func(a, b *parleyv1.Judgement) int {
		switch {
		case breaches(a) == breaches(b):
			return 0
		case breaches(a):
			return -1
		}
		return 1
	})
	out := &parleyv1.RedLine{Demand: m, Judgements: list, Finding: parleyv1.RedLine_FINDING_CLEAR}
	switch {
	case own || len(ruled) > 0 && b.high == breached:
		out.Finding = parleyv1.RedLine_FINDING_SURE
	case slices.ContainsFunc(list, breaches):
		out.Finding = parleyv1.RedLine_FINDING_LIKELY
	case m.GetWithheld():
		out.Finding = parleyv1.RedLine_FINDING_WITHHELD
	case !slices.ContainsFunc(list, tells):
		out.Finding = parleyv1.RedLine_FINDING_UNKNOWN
	}
	return out
}

package analysis

import (
	"math/big"
	"slices"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// exclude takes out the options that red lines stand against, and counts the packages that are left.
func (t *table) exclude() error {
	crossings, err := t.crossings()
	if err != nil {
		return err
	}
	count := big.NewInt(1)
	for _, p := range t.points {
		var options []string
		for _, a := range p.GetAlternatives() {
			if x := t.crossed(p, a, crossings); x != nil {
				t.answer.Excluded = append(t.answer.Excluded, x)
			} else {
				options = append(options, a.GetLabel())
			}
		}
		if len(options) == 0 {
			t.answer.Blocked = append(t.answer.Blocked, p.GetId())
		}
		t.options = append(t.options, options)
		count.Mul(count, big.NewInt(int64(len(options))))
	}
	t.answer.PackageCount = count.String()
	for _, c := range crossings {
		crossed := slices.ContainsFunc(t.answer.GetExcluded(), func(x *parleyv1.SuggestPackagesResponse_Excluded) bool {
			return slices.Contains(x.GetDemands(), c.demand)
		})
		if !crossed && (c.finding == parleyv1.RedLine_FINDING_WITHHELD || c.finding == parleyv1.RedLine_FINDING_UNKNOWN) {
			t.answer.UnknownRedLines = append(t.answer.UnknownRedLines, c.demand)
		}
	}
	return nil
}

// crossing is what tells whether a red line is crossed.
type crossing struct {
	demand  string
	judged  []*parleyv1.Assessment
	ruled   []*parleyv1.Judgement // of the wordings of this revision, by the rule
	finding parleyv1.RedLine_Finding
}

func (t *table) crossings() (out []crossing, err error) {
	lines, err := newDocket(t.lens, t.negotiation(), Moment{}, nil, liveRedLine)
	if err != nil {
		return nil, err
	}
	text := readingOf(t.revision.Revision)
	for _, party := range lines.parties {
		for _, m := range lines.demands[party] {
			c := crossing{demand: m.GetName(), judged: lines.judged[m.GetName()], finding: lines.redLine(m, text).GetFinding()}
			c.ruled, _ = text.rule(m.GetLimit())
			out = append(out, c)
		}
	}
	return out, nil
}

// crossed tells which red lines an alternative crosses; nil for none.
func (t *table) crossed(p *parleyv1.Point, a *parleyv1.Alternative, crossings []crossing) *parleyv1.SuggestPackagesResponse_Excluded {
	out := &parleyv1.SuggestPackagesResponse_Excluded{Point: p.GetId(), Alternative: a.GetLabel()}
	for _, c := range crossings {
		found := t.foundBreached(c.judged, p, a)
		ruled := slices.ContainsFunc(c.ruled, func(j *parleyv1.Judgement) bool {
			return breaches(j) && j.GetPointId() == p.GetId() && j.GetAlternative() == a.GetLabel()
		})
		if ruled {
			out.Limits = append(out.Limits, c.demand)
		}
		if ruled || len(found) > 0 {
			out.Demands, out.Assessments = append(out.Demands, c.demand), append(out.Assessments, found...)
		}
	}
	if len(out.GetDemands()) == 0 {
		return nil
	}
	return out
}

// foundBreached gives the assessments by which words of a point that stand in an alternative breach a red line, or the whole
// point where that had these words. What a judge said before of the point counts no more.
func (t *table) foundBreached(judged []*parleyv1.Assessment, p *parleyv1.Point, a *parleyv1.Alternative) (out []string) {
	var bear []*parleyv1.Assessment
	for _, m := range judged {
		if m.GetPoint() != "" && record.IDOf(m.GetPoint()) == p.GetId() && t.stillSaid(m, a.GetText()) {
			bear = append(bear, m)
		}
	}
	for _, m := range bear {
		outdone := slices.ContainsFunc(bear, func(o *parleyv1.Assessment) bool { return sameJudge(o, m) && age(o, m) > 0 })
		if m.GetVerdict() == parleyv1.Assessment_VERDICT_BREACHED && !outdone {
			out = append(out, m.GetName())
		}
	}
	return out
}

// stillSaid tells whether the words that decided an assessment stand in a text; if it names none, whether the text is all that
// the point said.
func (t *table) stillSaid(m *parleyv1.Assessment, text string) bool {
	if words := strings.Join(strings.Fields(m.GetWords()), " "); words != "" {
		return strings.Contains(strings.Join(strings.Fields(text), " "), words)
	}
	judged, err := t.lens.Point(m.GetPoint())
	return err == nil && len(judged.GetAlternatives()) == 0 && redline.OptionDigest(judged, "") == redline.Digest(&parleyv1.Point{Text: text})
}

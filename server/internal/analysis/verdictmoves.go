package analysis

import (
	"cmp"
	"slices"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// judged is an assessment that gives a grade, and the revision that it is of.
type judged struct {
	*parleyv1.Assessment
	grade grade
	of    *record.Revision
}

// question is what one judge may answer for one revision of a plan after the other.
type question struct{ demand, plan, judgeParty, judge string }

// verdictMoves finds where a judge found a demand better or less met in a revision than in an earlier one of the same plan. That
// a judge thinks otherwise of the same revision moves nothing: the later verdict counts.
func verdictMoves(l *lens.Lens, negotiation string) (out []movement) {
	byQuestion := map[question][]judged{}
	for a := range l.Assessments(negotiation, "", false) {
		if l.Over() {
			return nil
		}
		r, err := l.Revision(a.GetRevision())
		g, ok := gradeOf(a.GetVerdict())
		if err != nil || !ok {
			continue
		}
		q := question{a.GetDemand(), r.Plan(), a.GetJudgeParty(), a.GetJudge()}
		byQuestion[q] = append(byQuestion[q], judged{a, g, r.Revision})
	}
	for _, list := range byQuestion {
		slices.SortFunc(list, func(a, b judged) int {
			return cmp.Or(cmp.Compare(a.of.Index, b.of.Index), saidTime(a).Compare(saidTime(b)), cmp.Compare(a.GetName(), b.GetName()))
		})
		slices.Reverse(list) // of one revision the latest stands first, and stays
		list = slices.CompactFunc(list, func(a, b judged) bool { return a.of == b.of })
		slices.Reverse(list)
		for i := 1; i < len(list); i++ {
			if list[i-1].grade != list[i].grade {
				out = append(out, verdictMove(l, list[i-1], list[i]))
			}
		}
	}
	return out
}

func verdictMove(l *lens.Lens, from, to judged) movement {
	when, span := datedRevision(to.of.Msg)
	m := movement{span: span, in: to.of, Movement: &parleyv1.Movement{
		Party: record.ParentOf(to.GetDemand()), When: when, CreateTime: to.GetCreateTime(),
		RestsOn: []string{from.GetName(), to.GetName()}, Point: to.GetPoint(), FromVerdict: from.GetVerdict(), ToVerdict: to.GetVerdict(),
	}}
	if d, err := l.Demand(to.GetDemand()); err == nil {
		m.Topic = d.GetTopic()
	}
	owner := ""
	if p, err := l.Plan(to.of.Plan()); err == nil {
		owner = p.GetOwner()
	}
	if to.grade > from.grade {
		m.Kind = parleyv1.Movement_KIND_VERDICT_BETTER
		m.received(owner)
	} else {
		m.Kind = parleyv1.Movement_KIND_VERDICT_WORSE
		m.lost(to.of, owner)
	}
	return m
}

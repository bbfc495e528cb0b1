package analysis

import (
	"regexp"
	"slices"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
	"github.com/seed-ff4a8210/parley/server/internal/redline"
)

// dependent is a point that depends on another, and the stance that makes it so, if one does.
type dependent struct{ point, stance string }

// dependents finds, by point id, which points of a revision depend on a point: those that belong to it, however deep; those
// whose words refer to its number ("point 7", "articles 3 and 4"); and those on which somebody has a stance that counts, with
// a condition that does, with a requirement of it, or that takes both together or neither.
func dependents(b *board) map[string][]dependent {
	out := map[string][]dependent{}
	labels := labelsOf(b)
	refer := func(from, text, stance string) {
		for _, label := range referred(text) {
			if to := labels[label]; to != "" && to != from {
				out[to] = append(out[to], dependent{from, stance})
			}
		}
	}
	for _, row := range b.rows {
		if b.lens.Over() {
			break
		}
		p := row.point
		for above := p.GetParent(); above != ""; {
			out[above] = append(out[above], dependent{point: p.GetId()})
			holder, _ := b.revision.Text.Point(above)
			above = holder.GetParent()
		}
		refer(p.GetId(), p.GetHeading(), "")
		refer(p.GetId(), p.GetText(), "")
		for _, a := range p.GetAlternatives() {
			refer(p.GetId(), a.GetText(), "")
		}
		for _, c := range row.cells {
			if !counts(c.currency) {
				continue
			}
			s := c.stance
			refer(p.GetId(), strings.Join(s.GetConditions(), "\n"), s.GetName())
			for _, to := range needed(s) {
				if to != p.GetId() {
					out[to] = append(out[to], dependent{p.GetId(), s.GetName()})
				}
			}
		}
	}
	return out
}

// needed gives the ids of the points that a stance requires something of, and of those of its package.
func needed(s *parleyv1.Stance) []string {
	out := slices.Clone(s.GetTarget().GetPackage().GetPoints())
	for _, q := range s.GetRequirements() {
		switch r := q.GetRequirement().(type) {
		case *parleyv1.Stance_Requirement_AsIn:
			out = append(out, record.IDOf(r.AsIn))
		case *parleyv1.Stance_Requirement_Agreed:
			out = append(out, r.Agreed)
		case *parleyv1.Stance_Requirement_First:
			out = append(out, r.First)
		}
	}
	return out
}

// labelsOf finds points by their numbers, where these are of one point alone.
func labelsOf(b *board) map[string]string {
	out := map[string]string{}
	for p := range b.revision.Text.Points() {
		label := strings.ToLower(p.GetLabel())
		if redline.Gone(p) || label == "" {
			continue
		}
		if _, taken := out[label]; taken {
			out[label] = ""
			continue
		}
		out[label] = p.GetId()
	}
	return out
}

const number = `\d+[a-z]*(?:\.\d+[a-z]*)*`

var (
	references = regexp.MustCompile(`(?i)\b(?:points?|articles?|paragraphs?|clauses?) (` + number + `(?:(?:, | and | or |, and )` + number + `)*)\b`)
	numbers    = regexp.MustCompile(number)
)

// referred gives the numbers that a text refers to.
func referred(text string) (out []string) {
	for _, m := range references.FindAllStringSubmatch(text, -1) {
		out = append(out, numbers.FindAllString(strings.ToLower(m[1]), -1)...)
	}
	return out
}

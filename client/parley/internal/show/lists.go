package show

import (
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Negotiations writes a list of negotiations.
func (p Page) Negotiations(list []*parleyv1.Negotiation) string {
	var rows [][]string
	for _, n := range list {
		rows = append(rows, []string{listed(n), n.GetDisplayName(), lower(n.GetAudience().GetLevel().String(), "LEVEL_")})
	}
	return p.Table([]string{"NEGOTIATION", "TITLE", "AUDIENCE"}, rows)
}

// Parties writes a list of parties.
func (p Page) Parties(list []*parleyv1.Party) string {
	var rows [][]string
	for _, m := range list {
		rows = append(rows, []string{
			listed(m), m.GetDisplayName(), said(m.GetKind().String(), "KIND_"), said(m.GetRole().String(), "ROLE_"),
			strings.Join(m.GetAliases(), ", "),
		})
	}
	return p.Table([]string{"PARTY", "NAME", "KIND", "ROLE", "ALSO CALLED"}, rows)
}

// Demands writes a list of demands.
func (p Page) Demands(list []*parleyv1.Demand) string {
	var rows [][]string
	for _, m := range list {
		statement := m.GetStatement()
		if m.GetWithheld() {
			statement = "(withheld)"
		}
		if m.GetLimit() != nil {
			statement += " [" + bound(m.GetLimit()) + "]"
		}
		rows = append(rows, []string{
			partyOf(m.GetName()), listed(m), said(m.GetStrength().String(), "STRENGTH_"), said(m.GetStatus().String(), "STATUS_"), statement,
		})
	}
	return confided(p, list, []string{"PARTY", "DEMAND", "STRENGTH", "STATUS", "STATEMENT"}, rows)
}

// Plans writes a list of plans.
func (p Page) Plans(list []*parleyv1.Plan) string {
	var rows [][]string
	for _, m := range list {
		rows = append(rows, []string{listed(m), m.GetDisplayName(), ID(m.GetOwner()), ID(m.GetLatestRevision())})
	}
	return confided(p, list, []string{"PLAN", "TITLE", "OWNER", "NEWEST"}, rows)
}

// Stances writes a list of stances.
func (p Page) Stances(list []*parleyv1.Stance) string {
	var rows [][]string
	for _, s := range list {
		value := lower(s.GetValue().String(), "VALUE_")
		if s.GetWithdrawn() {
			value += " (withdrawn)"
		}
		switch b := s.GetAttribution().GetBasis(); b {
		case parleyv1.Attribution_BASIS_REPORTED, parleyv1.Attribution_BASIS_INFERRED:
			value += " (" + lower(b.String(), "BASIS_") + ")"
		}
		rows = append(rows, []string{listed(s), ID(s.GetParty()), When(s.GetSaidTime()), value, target(s)})
	}
	return confided(p, list, []string{"STANCE", "PARTY", "SAID", "VALUE", "ON"}, rows)
}

// Deletable is a resource that may be deleted.
type Deletable interface {
	GetName() string
	GetDeleteTime() *timestamppb.Timestamp
}

// listed gives the id of a resource, and says so if it is deleted.
func listed(m Deletable) string {
	if m.GetDeleteTime() != nil {
		return ID(m.GetName()) + " (deleted)"
	}
	return ID(m.GetName())
}

// Deleted tells when a resource was deleted, in a line before what it says; nothing if it was not.
func Deleted(m Deletable) string {
	if m.GetDeleteTime() == nil {
		return ""
	}
	return "# deleted " + m.GetDeleteTime().AsTime().Format(time.RFC3339) + "\n"
}

// target tells what a stance is about.
func target(s *parleyv1.Stance) string {
	switch t := s.GetTarget().GetTarget().(type) {
	case *parleyv1.Stance_Target_Point:
		return RevisionID(targetRevision(s)) + "/" + ID(t.Point)
	case *parleyv1.Stance_Target_Revision:
		return RevisionID(t.Revision) + " as a whole"
	case *parleyv1.Stance_Target_UnnamedSet_:
		return RevisionID(t.UnnamedSet.GetRevision()) + ": “" + t.UnnamedSet.GetDescription() + "”"
	case *parleyv1.Stance_Target_Comparison_:
		return RevisionID(t.Comparison.GetRevision()) + " against " + RevisionID(t.Comparison.GetThan())
	}
	return ""
}

// said gives an enum's value in words, empty if it says nothing.
func said(name, prefix string) string {
	if word := lower(name, prefix); word != "unspecified" {
		return word
	}
	return ""
}

// partyOf gives the id of the party that a demand belongs to.
func partyOf(name string) string {
	name, _, _ = strings.Cut(name, "/demands/")
	return ID(name)
}

// Matches tells how the points of a committed text were recognised, those that came with their ids excepted.
func (p Page) Matches(matches []*parleyv1.PointMatch) string {
	var rows [][]string
	byID := 0
	for _, m := range matches {
		switch m.GetHow() {
		case parleyv1.PointMatch_HOW_ID:
			byID++
		case parleyv1.PointMatch_HOW_DIGEST:
			rows = append(rows, []string{m.GetPoint(), "by its wording"})
		case parleyv1.PointMatch_HOW_SIMILARITY:
			rows = append(rows, []string{m.GetPoint(), "by likeness, " + itoa(int(m.GetSimilarity()*100+0.5)) + " % of the words: please check"})
		case parleyv1.PointMatch_HOW_NEW:
			rows = append(rows, []string{m.GetPoint(), "is new"})
		}
	}
	text := ""
	known := func(m *parleyv1.PointMatch) bool { return m.GetHow() != parleyv1.PointMatch_HOW_NEW }
	if len(rows) > 1 && !slices.ContainsFunc(matches, known) { // a first text may have 20,000
		return "all points are new\n"
	}
	if byID > 0 {
		text = plural(byID, "point came with its id", "points came with their ids") + "\n"
	}
	if len(rows) > 0 {
		text += p.Table([]string{"POINT", "RECOGNISED"}, rows)
	}
	return text
}

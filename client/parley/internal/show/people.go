package show

import (
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Moment writes a time to the second, UTC; empty for none.
func Moment(t *timestamppb.Timestamp) string {
	if t == nil {
		return ""
	}
	return t.AsTime().UTC().Format(time.RFC3339)
}

// day writes the day of a time, UTC.
func day(t *timestamppb.Timestamp) string { return t.AsTime().UTC().Format(time.DateOnly) }

// Tokens writes a list of tokens.
func (p Page) Tokens(list []*parleyv1.Token) string {
	var rows [][]string
	for _, t := range list {
		who, state := t.GetPrincipal(), ""
		if t.GetAdmin() {
			who += " (admin)"
		}
		if t.GetRevokeTime() != nil {
			state = day(t.GetRevokeTime()) + " by " + t.GetRevoker()
		}
		rows = append(rows, []string{
			ID(t.GetName()), who, day(t.GetCreateTime()) + " by " + t.GetCreator(), day(t.GetExpireTime()), state, t.GetDisplayName(),
		})
	}
	return p.Table([]string{"TOKEN", "PRINCIPAL", "MADE", "EXPIRES", "REVOKED", "FOR"}, rows)
}

// Members writes a list of members.
func (p Page) Members(list []*parleyv1.Member) string {
	var rows [][]string
	for _, m := range list {
		rows = append(rows, []string{listed(m), m.GetPrincipal(), said(m.GetRole().String(), "ROLE_"), ID(m.GetParty()), Audience(m.GetAudience())})
	}
	return p.Table([]string{"MEMBER", "PRINCIPAL", "ROLE", "PARTY", "KNOWN TO"}, rows)
}

// Disclosures writes a list of disclosures.
func (p Page) Disclosures(list []*parleyv1.Disclosure) string {
	var rows [][]string
	for _, d := range list {
		told := Moment(d.GetEffectTime())
		if d.GetEffectTime() == nil {
			told = "not before " + Moment(d.GetEmbargoTime())
		}
		what := strings.Join(short(d.GetResources()), ", ")
		if len(d.GetHeldBack()) > 0 {
			what += "; held back: " + strings.Join(short(d.GetHeldBack()), ", ")
		}
		if d.GetNote() != "" {
			what += " · " + d.GetNote()
		}
		rows = append(rows, []string{ID(d.GetName()), told, d.GetDiscloser(), Audience(d.GetAudience()), what})
	}
	return p.Table([]string{"DISCLOSURE", "TOLD", "BY", "TO", "WHAT"}, rows)
}

// Accesses writes a list of accesses.
func (p Page) Accesses(list []*parleyv1.Access) string {
	var rows [][]string
	for _, a := range list {
		rows = append(rows, []string{Moment(a.GetCreateTime()), a.GetPrincipal(), a.GetMethod(), ID(a.GetParty()), strings.Join(short(a.GetResources()), ", ")})
	}
	return p.Table([]string{"READ", "BY", "METHOD", "OF", "WHAT"}, rows)
}

// short gives names without the negotiation.
func short(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = name
		if parts := strings.SplitN(name, "/", 3); len(parts) == 3 && parts[0] == "negotiations" {
			out[i] = parts[2]
		}
	}
	return out
}

// Audience tells in words who may know of something; empty if that is left to what it belongs to.
func Audience(a *parleyv1.Audience) string {
	switch a.GetLevel() {
	case parleyv1.Audience_LEVEL_PARTY:
		return "own"
	case parleyv1.Audience_LEVEL_MEDIATOR:
		return "mediators"
	case parleyv1.Audience_LEVEL_SHARED:
		ids := make([]string, len(a.GetParties()))
		for i, party := range a.GetParties() {
			ids[i] = ID(party)
		}
		return strings.Join(ids, ", ")
	case parleyv1.Audience_LEVEL_TABLED:
		return "table"
	case parleyv1.Audience_LEVEL_PUBLIC:
		return "public"
	}
	return ""
}

// confidable is a resource with an audience.
type confidable interface{ GetAudience() *parleyv1.Audience }

// confided writes a table of resources, with a column before the last that tells who may know of each, if that is not everybody.
func confided[M confidable](p Page, list []M, headings []string, rows [][]string) string {
	open := true
	for _, m := range list {
		level := m.GetAudience().GetLevel()
		open = open && (level == parleyv1.Audience_LEVEL_UNSPECIFIED || level == parleyv1.Audience_LEVEL_PUBLIC)
	}
	if open {
		return p.Table(headings, rows)
	}
	before := func(row []string, cell string) []string {
		last := len(row) - 1
		return append(row[:last:last], cell, row[last])
	}
	for i, m := range list {
		rows[i] = before(rows[i], Audience(m.GetAudience()))
	}
	return p.Table(before(headings, "KNOWN TO"), rows)
}

package show

import (
	"fmt"
	"strconv"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Valuations writes a list of valuations.
func (p Page) Valuations(list []*parleyv1.Valuation) string {
	var rows [][]string
	for _, m := range list {
		var worths []string
		for _, w := range m.GetWorths() {
			option := w.GetPoint()
			if w.GetAlternative() != "" {
				option += "=" + w.GetAlternative()
			}
			worths = append(worths, option+" "+digits(w.GetValue()))
		}
		rows = append(rows, []string{listed(m), ID(m.GetParty()), RevisionID(m.GetRevision()), digits(m.GetReserve()), strings.Join(worths, ", ")})
	}
	return p.Table([]string{"VALUATION", "PARTY", "OF", "NO DEAL", "WORTHS"}, rows)
}

// Packages writes which packages are good for everybody, with the arithmetic.
func (p Page) Packages(m *parleyv1.SuggestPackagesResponse) string {
	var b strings.Builder
	complete := "all"
	if !m.GetComplete() {
		complete = "a sample"
	}
	fmt.Fprintf(&b, "%s: %s packages cross no red line; %d efficient ones leave everybody their reserve (%s)\n", p.style(bold, RevisionID(m.GetRevision())), m.GetPackageCount(), m.GetEfficientCount(), complete)
	for _, x := range m.GetExcluded() {
		b.WriteString(wrap("  "+x.GetPoint()+"="+x.GetAlternative()+" is out: it crosses "+crossed(x), p.width(), "    "))
	}
	if len(m.GetUnknownRedLines()) > 0 {
		b.WriteString(wrap("  nobody can tell here whether packages cross "+idsOf(m.GetUnknownRedLines()), p.width(), "    "))
	}
	if len(m.GetBlocked()) > 0 {
		b.WriteString("no package: red lines stand against every alternative of " + strings.Join(m.GetBlocked(), ", ") + "\n")
		return b.String()
	}
	for _, v := range m.GetParties() {
		if len(v.GetUnvalued()) > 0 {
			b.WriteString(wrap("  "+ID(v.GetParty())+" gives no worth to "+strings.Join(v.GetUnvalued(), ", ")+": taken for 0", p.width(), "    "))
		}
	}
	if len(m.GetUnheard()) > 0 {
		b.WriteString("  not considered, as they have no valuation: " + idsOf(m.GetUnheard()) + "\n")
	}
	rows := [][]string{}
	add := func(name string, pack *parleyv1.Package) {
		if pack != nil {
			rows = append(rows, append([]string{name}, row(pack)...))
		}
	}
	add("now", m.GetStatusQuoPackage())
	add(proven("Nash", m.GetNash()), m.GetNash().GetPackage())
	add(proven("egalitarian", m.GetEgalitarian()), m.GetEgalitarian().GetPackage())
	add(proven("utilitarian", m.GetUtilitarian()), m.GetUtilitarian().GetPackage())
	for i, pack := range m.GetEfficient() {
		add("efficient "+itoa(i+1), pack)
	}
	b.WriteString("\n" + p.Table([]string{"PACKAGE", "GAINS", "SUM", "PRODUCT", "CHOICES"}, rows))
	p.swaps(&b, m)
	return b.String()
}

// crossed names the red lines that stand against an option, and what finds them crossed.
func crossed(x *parleyv1.SuggestPackagesResponse_Excluded) string {
	var by []string
	if len(x.GetLimits()) > 0 {
		by = append(by, "the limit of "+idsOf(x.GetLimits()))
	}
	if len(x.GetAssessments()) > 0 {
		by = append(by, idsOf(x.GetAssessments()))
	}
	return idsOf(x.GetDemands()) + " (by " + strings.Join(by, ", ") + ")"
}

// proven names a choice, and tells how far off it may be.
func proven(name string, m *parleyv1.SuggestPackagesResponse_Best) string {
	if m.GetOptimal() {
		return name
	}
	return name + " (at most " + digits(m.GetUpperBound()) + ")"
}

// row writes a package: gains as worth less reserve.
func row(m *parleyv1.Package) []string {
	var gains []string
	for _, o := range m.GetOutcomes() {
		gains = append(gains, ID(o.GetParty())+" "+digits(o.GetWorth())+"−"+digits(o.GetWorth()-o.GetGain())+"="+digits(o.GetGain()))
	}
	return []string{strings.Join(gains, ", "), digits(m.GetGainSum()), digits(m.GetGainProduct()), choices(m.GetChoices())}
}

func (p Page) swaps(b *strings.Builder, m *parleyv1.SuggestPackagesResponse) {
	if len(m.GetSwaps()) == 0 {
		return
	}
	var rows [][]string
	for _, s := range m.GetSwaps() {
		var gains []string
		for i, g := range s.GetGains() {
			gains = append(gains, ID(m.GetParties()[i].GetParty())+" +"+digits(g))
		}
		rows = append(rows, []string{choices(s.GetChoices()), strings.Join(gains, ", ")})
	}
	b.WriteString("\nChanges of what stands now that are worse for nobody\n" + p.Table([]string{"INSTEAD", "GAINS"}, rows))
}

func choices(list []*parleyv1.Package_Choice) string {
	var out []string
	for _, c := range list {
		out = append(out, c.GetPoint()+"="+c.GetAlternative())
	}
	return strings.Join(out, ", ")
}

// digits writes a number with at most six digits that count.
func digits(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

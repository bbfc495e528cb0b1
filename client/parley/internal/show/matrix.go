package show

import (
	"cmp"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// sign is how a stance is written in a cell.
type sign struct {
	symbol, word string
	style        ansi.Style
	meaning      string
}

var signs = map[parleyv1.Stance_Value]sign{
	parleyv1.Stance_VALUE_ACCEPT:              {"✓", "yes", green, "accepts"},
	parleyv1.Stance_VALUE_ACCEPT_WITH_CHANGES: {"±", "changes", yellow, "accepts with changes"},
	parleyv1.Stance_VALUE_NO_OBJECTION:        {"○", "no obj.", green, "does not object"},
	parleyv1.Stance_VALUE_BASIS_FOR_TALKS:     {"≈", "basis", yellow, "takes it as a basis for talks"},
	parleyv1.Stance_VALUE_RESERVE:             {"?", "reserve", yellow, "reserves its position"},
	parleyv1.Stance_VALUE_OPPOSE:              {"✗", "no", red, "opposes"},
	parleyv1.Stance_VALUE_BLOCK:               {"■", "blocks", red, "blocks"},
	parleyv1.Stance_VALUE_ABSTAIN:             {"–", "abstain", faint, "abstains"},
	parleyv1.Stance_VALUE_DECLINED_TO_SAY:     {"∅", "silent", faint, "declined to say"},
	parleyv1.Stance_VALUE_PREFERS:             {"↑", "better", green, "prefers it"},
	parleyv1.Stance_VALUE_DISPREFERS:          {"↓", "worse", red, "disprefers it"},
}

var statusWords = map[parleyv1.PositionMatrix_Status]string{
	parleyv1.PositionMatrix_STATUS_OPEN:                 "open",
	parleyv1.PositionMatrix_STATUS_BRACKETED:            "bracketed",
	parleyv1.PositionMatrix_STATUS_AGREED_IN_PRINCIPLE:  "in principle",
	parleyv1.PositionMatrix_STATUS_AGREED_AD_REFERENDUM: "ad referendum",
	parleyv1.PositionMatrix_STATUS_AGREED:               "AGREED",
	parleyv1.PositionMatrix_STATUS_PROVISIONAL:          "provisional",
	parleyv1.PositionMatrix_STATUS_NO_WORDING:           "no wording",
}

// pointWidth is what the numbers and titles of points want to have; they do with leastPoint if all parties stand side by
// side then. partyName is what the name of a party may be wide in any case.
const (
	pointWidth = 28
	leastPoint = 20
	partyName  = 8
)

// matrix is one in the making: what its legend and notes will have to explain.
type matrix struct {
	Page
	m      *parleyv1.PositionMatrix
	used   map[parleyv1.Stance_Value]bool
	marks  map[string]bool
	aged   []aged      // why stances are stale, in the order in which that comes up
	shown  []int       // columns of parties that have a stance
	labels int         // width of the numbers
	titles int         // width of the widest title
	words  bool        // whether cells have words beside their signs
	widths map[int]int // of the columns of parties
	state  int         // width of the column of states
}

// asAWhole is the title of the row of stances on the revision as a whole.
const asAWhole = "the text as a whole"

// Matrix writes who stands where on each point. Parties without any stance stand in a footnote; where there are too many
// columns for the page, blocks of columns follow one another.
func (p Page) Matrix(m *parleyv1.PositionMatrix, revision *parleyv1.Revision) string {
	x := &matrix{Page: p, m: m, used: map[parleyv1.Stance_Value]bool{}, marks: map[string]bool{}}
	for _, row := range m.GetRows() {
		x.labels = max(x.labels, ansi.StringWidth(label(row.GetPoint())))
		x.titles = max(x.titles, ansi.StringWidth(title(row.GetPoint())))
	}
	x.labels = min(x.labels, 8)
	x.titles = max(x.titles, ansi.StringWidth(asAWhole))
	var silent []string
	for i, party := range m.GetParties() {
		if x.says(i) {
			x.shown = append(x.shown, i)
		} else {
			silent = append(silent, cmp.Or(party.GetDisplayName(), ID(party.GetName()))+x.decides(i))
		}
	}
	var b strings.Builder
	b.WriteString(p.style(bold, RevisionID(m.GetRevision())) + p.style(faint, "  "+called(revision)) + "\n")
	b.WriteString(wrap(x.statusLine(), p.width(), ""))
	for _, row := range m.GetRows() {
		x.state = max(x.state, ansi.StringWidth(statusWords[row.GetStatus()])+2)
	}
	room := p.width() - pointWidth - x.state
	x.words = true
	if x.measure() > room {
		x.words = false
		if least := p.width() - leastPoint - x.state; x.measure() <= least {
			room = least
		}
	}
	for _, block := range x.blocks(room) {
		b.WriteByte('\n')
		b.WriteString(x.block(block))
	}
	if len(x.shown) == 0 {
		b.WriteByte('\n')
		b.WriteString(x.block(nil))
	}
	b.WriteString(x.notes(silent))
	return b.String()
}

// measure works out how wide the columns of parties are, and gives their sum.
func (x *matrix) measure() int {
	x.widths = map[int]int{}
	sum := 0
	for _, i := range x.shown {
		w := ansi.StringWidth(x.sign(cellAt(x.m.GetWhole(), i)))
		for _, row := range x.m.GetRows() {
			w = max(w, ansi.StringWidth(x.sign(cellAt(row.GetCells(), i))))
		}
		x.widths[i] = max(w, ansi.StringWidth(name(x.m.GetParties()[i], max(w-1, partyName))+x.decides(i))) + 1
		sum += x.widths[i]
	}
	return sum
}

// blocks divides the columns into runs that fit side by side.
func (x *matrix) blocks(room int) [][]int {
	var out [][]int
	left := 0
	for _, i := range x.shown {
		if left < x.widths[i] || len(out) == 0 {
			out = append(out, nil)
			left = room
		}
		out[len(out)-1] = append(out[len(out)-1], i)
		left -= x.widths[i]
	}
	return out
}

// says tells whether a party has a stance anywhere in the matrix, or had one that it took back.
func (x *matrix) says(column int) bool {
	if onRecord(cellAt(x.m.GetWhole(), column)) {
		return true
	}
	return slices.ContainsFunc(x.m.GetRows(), func(r *parleyv1.PositionMatrix_Row) bool {
		return onRecord(cellAt(r.GetCells(), column))
	})
}

// onRecord tells whether a party said anything on a point.
func onRecord(c *parleyv1.PositionMatrix_Cell) bool {
	return c.GetStance() != nil || c.GetStanceCount() > 0
}

func cellAt(cells []*parleyv1.PositionMatrix_Cell, i int) *parleyv1.PositionMatrix_Cell {
	if i < len(cells) {
		return cells[i]
	}
	return nil
}

// name gives the name of a party for a text of some width: its display name if that fits, or its id.
func name(p *parleyv1.Party, width int) string {
	if n := p.GetDisplayName(); n != "" && ansi.StringWidth(n) <= width {
		return n
	}
	return fit(ID(p.GetName()), width)
}

func (x *matrix) statusLine() string {
	var out []string
	total := 0
	for _, c := range x.m.GetStatusCounts() {
		total += int(c.GetCount())
		out = append(out, itoa(int(c.GetCount()))+" "+statusWords[c.GetStatus()])
	}
	if total == 0 {
		return "no points"
	}
	return plural(total, "point", "points") + ": " + strings.Join(out, " · ")
}

// block writes all rows with some of the parties.
func (x *matrix) block(columns []int) string {
	points := x.width() - x.state - 1
	for _, i := range columns {
		points -= x.widths[i]
	}
	points = min(points, x.titles+x.labels+3)
	var b strings.Builder
	line := func(label, title, status string, cells []string) {
		text := pad(fit(label, x.labels), x.labels+1) + pad(title, points-x.labels-1) + " " + pad(status, x.state) + strings.Join(cells, "")
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	titleWidth := points - x.labels - 2
	line("", "", "", x.headings(columns))
	if slices.ContainsFunc(columns, func(i int) bool { return onRecord(cellAt(x.m.GetWhole(), i)) }) {
		line("", x.style(faint, fit(asAWhole, titleWidth)), "", x.cells(x.m.GetWhole(), columns, -1))
	}
	for i, row := range x.m.GetRows() {
		line(label(row.GetPoint()), fit(title(row.GetPoint()), titleWidth), x.status(row.GetStatus()), x.cells(row.GetCells(), columns, i))
	}
	return b.String()
}

func (x *matrix) headings(columns []int) []string {
	var out []string
	for _, i := range columns {
		decides := x.decides(i)
		out = append(out, pad(x.style(bold, name(x.m.GetParties()[i], x.widths[i]-1-len(decides))+decides), x.widths[i]))
	}
	return out
}

// decides gives the mark of a party that has to agree.
func (x *matrix) decides(column int) string {
	if column < len(x.m.GetDecides()) && x.m.GetDecides()[column] {
		x.marks["*"] = true
		return "*"
	}
	return ""
}

func (x *matrix) status(s parleyv1.PositionMatrix_Status) string {
	word := statusWords[s]
	switch s {
	case parleyv1.PositionMatrix_STATUS_AGREED, parleyv1.PositionMatrix_STATUS_PROVISIONAL, parleyv1.PositionMatrix_STATUS_AGREED_IN_PRINCIPLE, parleyv1.PositionMatrix_STATUS_AGREED_AD_REFERENDUM:
		return x.style(green, word)
	case parleyv1.PositionMatrix_STATUS_BRACKETED:
		return x.style(yellow, word)
	case parleyv1.PositionMatrix_STATUS_NO_WORDING:
		return x.style(faint, word)
	}
	return word
}

// cells writes the cells of a row; those of stale stances are noted for below.
func (x *matrix) cells(cells []*parleyv1.PositionMatrix_Cell, columns []int, row int) []string {
	var out []string
	for _, i := range columns {
		c := cellAt(cells, i)
		out = append(out, pad(x.sign(c), x.widths[i]))
		if c.GetCurrency() == parleyv1.PositionMatrix_CURRENCY_STALE {
			x.lapsed(c, i, row)
		}
	}
	return out
}

// sign writes a cell: `✓ yes`, in brackets if it is stale, with marks for what limits it.
func (x *matrix) sign(c *parleyv1.PositionMatrix_Cell) string {
	s := c.GetStance()
	if s == nil && onRecord(c) {
		x.marks["←"] = true
		return x.style(faint, "←")
	}
	if s == nil {
		x.marks["·"] = true
		return x.style(faint, "·")
	}
	x.used[s.GetValue()] = true
	sg := signs[s.GetValue()]
	text := sg.symbol
	if x.words {
		text += " " + sg.word
	}
	if len(s.GetConditions()) > 0 {
		text += "…"
		x.marks["…"] = true
	}
	switch s.GetAttribution().GetBasis() {
	case parleyv1.Attribution_BASIS_REPORTED, parleyv1.Attribution_BASIS_INFERRED:
		text += "°"
		x.marks["°"] = true
	case parleyv1.Attribution_BASIS_UNSPECIFIED:
		x.marks["no °"] = true
	}
	switch c.GetCurrency() {
	case parleyv1.PositionMatrix_CURRENCY_STALE:
		x.marks["()"] = true
		return x.style(faint, "("+text+")")
	case parleyv1.PositionMatrix_CURRENCY_CARRIED:
		x.marks["~"] = true
		text += "~"
	}
	return x.style(sg.style, text)
}

// aged is what one revision did to stances: by party, the numbers of the points.
type aged struct {
	why    string
	points map[int][]string // by column
}

// lapsed notes why a stance is stale: a revision on the way changed the words, or it was given in another text.
func (x *matrix) lapsed(c *parleyv1.PositionMatrix_Cell, column, row int) {
	why := "by " + RevisionID(c.GetAgedBy())
	if c.GetAgedBy() == "" {
		why = "given on other words, those of " + RevisionID(targetRevision(c.GetStance()))
	}
	point := "the whole"
	if row >= 0 {
		point = cmp.Or(label(x.m.GetRows()[row].GetPoint()), x.m.GetRows()[row].GetPoint().GetId())
	}
	at := slices.IndexFunc(x.aged, func(a aged) bool { return a.why == why })
	if at < 0 {
		at = len(x.aged)
		x.aged = append(x.aged, aged{why, map[int][]string{}})
	}
	x.aged[at].points[column] = append(x.aged[at].points[column], point)
}

// told lists what a revision aged: "Russia on 1, 3, 5; E3 on 6".
func (x *matrix) told(a aged) string {
	var out []string
	for _, i := range x.shown {
		if points := a.points[i]; len(points) > 0 {
			party := x.m.GetParties()[i]
			out = append(out, cmp.Or(party.GetDisplayName(), ID(party.GetName()))+" on "+strings.Join(points, ", "))
		}
	}
	return a.why + ": " + strings.Join(out, "; ")
}

// targetRevision gives the revision that a stance is about.
func targetRevision(s *parleyv1.Stance) string {
	switch t := s.GetTarget().GetTarget().(type) {
	case *parleyv1.Stance_Target_Point:
		name, _, _ := strings.Cut(t.Point, "/points/")
		return name
	case *parleyv1.Stance_Target_Revision:
		return t.Revision
	case *parleyv1.Stance_Target_UnnamedSet_:
		return t.UnnamedSet.GetRevision()
	case *parleyv1.Stance_Target_Comparison_:
		return t.Comparison.GetRevision()
	}
	return ""
}

// notes explain below the table the signs that it uses, and what aged stale stances.
func (x *matrix) notes(silent []string) string {
	var legend []string
	for v := range parleyv1.Stance_Value(len(parleyv1.Stance_Value_name)) {
		if x.used[v] {
			legend = append(legend, signs[v].symbol+" "+signs[v].meaning)
		}
	}
	for _, m := range []struct{ mark, meaning string }{
		{"()", "( ) lapsed: given on other words"},
		{"~", "~ carried over an editorial change"},
		{"…", "… with conditions"},
		{"°", "° reported or inferred, not declared"},
		{"no °", "without °: declared, or unsaid (counts as reported)"},
		{"←", "← taken back"},
		{"·", "· nothing on record"},
		{"*", "* has to agree"},
	} {
		if x.marks[m.mark] {
			legend = append(legend, m.meaning)
		}
	}
	var b strings.Builder
	b.WriteString("\n" + wrapItems(legend, " | ", x.width(), func(text string) string { return x.style(faint, text) }))
	if len(silent) > 0 {
		b.WriteString(wrap(x.style(faint, "Nothing on record from: "+strings.Join(silent, ", ")+"."), x.width(), ""))
	}
	if len(x.aged) > 0 {
		b.WriteString("\nLapsed, as the words have changed since:\n")
		for _, a := range x.aged {
			b.WriteString(wrap(x.told(a), x.width(), "  "))
		}
	}
	if len(x.m.GetUnplaced()) > 0 {
		b.WriteString("\nSaid of the text, but of no point by name:\n")
		for _, s := range x.m.GetUnplaced() {
			b.WriteString(wrap(aside(s), x.width(), "  "))
		}
	}
	return b.String()
}

// aside tells of a stance that belongs into no cell: "russia accepts “not all, but many”, 2025-11-24".
func aside(s *parleyv1.Stance) string {
	text := ID(s.GetParty()) + " " + signs[s.GetValue()].meaning
	switch t := s.GetTarget().GetTarget().(type) {
	case *parleyv1.Stance_Target_UnnamedSet_:
		text += " “" + t.UnnamedSet.GetDescription() + "”"
	case *parleyv1.Stance_Target_Comparison_:
		text += ", compared with " + RevisionID(t.Comparison.GetThan())
	}
	if date := When(s.GetSaidTime()); date != "" {
		text += ", " + date
	}
	return text
}

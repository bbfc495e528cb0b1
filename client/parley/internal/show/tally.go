package show

import (
	"slices"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Tally writes for each point how many parties say what, from the compact rows of a matrix.
func (p Page) Tally(m *parleyv1.PositionMatrix, revision *parleyv1.Revision) string {
	t := headcount{columns: map[string]int{}}
	for _, row := range m.GetRows() {
		t.count(row)
	}
	headings := []string{"", "STATUS"}
	for _, name := range t.names() {
		headings = append(headings, strings.ToUpper(strings.ReplaceAll(name, " ", "-"))) // a heading that is broken at a blank makes its column narrow
	}
	headings = append(headings, "POINT")
	rows := make([][]string, len(m.GetRows()))
	for i, row := range m.GetRows() {
		rows[i] = []string{label(row.GetPoint()), statusWords[row.GetStatus()]}
		for _, name := range t.names() {
			n := ""
			if t.counts[i][name] > 0 {
				n = itoa(t.counts[i][name])
			}
			rows[i] = append(rows[i], n)
		}
		rows[i] = append(rows[i], title(row.GetPoint()))
	}
	x := matrix{Page: p, m: m}
	return p.style(bold, RevisionID(m.GetRevision())) + p.style(faint, "  "+called(revision)) + "\n" +
		wrap(x.statusLine()+" · "+plural(len(m.GetParties()), "party", "parties"), p.width(), "") + "\n" + p.Table(headings, rows)
}

// headcount counts what is said of each point.
type headcount struct {
	counts  []map[string]int // by row and name of a column
	columns map[string]int   // places of the columns that are not empty
}

// Columns beside those of values, and where they stand: behind them.
const (
	lapsedColumn, lapsedPlace   = "lapsed", 1000
	backColumn, backPlace       = "taken back", 1001
	nothingColumn, nothingPlace = "nothing", 1002
)

func (t *headcount) count(row *parleyv1.PositionMatrix_Row) {
	counts := map[string]int{}
	add := func(column string, place int) {
		counts[column]++
		t.columns[column] = place
	}
	for i, value := range row.GetValues() {
		switch {
		case row.GetCurrencies()[i] == parleyv1.PositionMatrix_CURRENCY_STALE:
			add(lapsedColumn, lapsedPlace)
		case value != parleyv1.Stance_VALUE_UNSPECIFIED:
			add(signs[value].word, int(value))
		case row.GetStanceCounts()[i] > 0:
			add(backColumn, backPlace)
		default:
			add(nothingColumn, nothingPlace)
		}
	}
	t.counts = append(t.counts, counts)
}

// names gives the columns that are not empty, in order.
func (t *headcount) names() (out []string) {
	for name := range t.columns {
		out = append(out, name)
	}
	slices.SortFunc(out, func(a, b string) int { return t.columns[a] - t.columns[b] })
	return out
}

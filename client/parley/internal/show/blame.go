package show

import (
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Blame writes the words of a point, run by run, each beside a number; and under them, by number, the revisions that
// brought them in, with who had a hand in them and at which event.
func (p Page) Blame(b *parleyv1.BlamePointResponse) string {
	var out strings.Builder
	revision, point, _ := strings.Cut(b.GetPoint(), "/points/")
	out.WriteString(p.style(bold, RevisionID(revision)+"/"+point) + "\n")
	if len(b.GetRuns()) == 0 {
		return out.String() + p.style(faint, "it has no words") + "\n"
	}
	out.WriteString("\n")
	part := ""
	for _, run := range b.GetRuns() {
		if now := partName(run); now != part {
			out.WriteString(p.style(faint, now) + "\n")
			part = now
		}
		text := oneLine(strings.TrimSpace(run.GetText()))
		if text == "" {
			continue // blanks between two runs
		}
		number := pad(itoa(int(run.GetOrigin())+1), 3)
		if run.GetPoint() != "" {
			text += p.style(faint, " (came over from "+run.GetPoint()+")")
		}
		out.WriteString(wrap(number+text, p.width(), "   "))
	}
	out.WriteString("\n")
	var rows [][]string
	for i, o := range b.GetOrigins() {
		event := ID(o.GetEvent())
		if event == "" {
			event = "not on record"
		}
		rows = append(rows, []string{
			itoa(i + 1), RevisionID(o.GetRevision()), dated(o), event,
			contributors(&parleyv1.Revision{Contributors: o.GetContributors()}),
		})
	}
	out.WriteString(p.Table([]string{"NO.", "BROUGHT IN BY", "WHEN", "EVENT", "HANDS IN IT"}, rows))
	if b.GetRestoredBy() != "" {
		out.WriteString(p.style(faint, "The wording came back with "+RevisionID(b.GetRestoredBy())+".") + "\n")
	}
	return out.String()
}

func partName(run *parleyv1.BlamePointResponse_Run) string {
	name := lower(run.GetPart().String(), "PART_")
	if run.GetAlternative() != "" {
		name += " " + run.GetAlternative()
	}
	return name
}

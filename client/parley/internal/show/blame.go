package show

import (
	"regexp"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Blame writes the words of a point, run by run, each beside a number; and under them, by number, the revisions that
// brought them in, with who had a hand in them and at which event. Of `only`, if it is not empty, it tells where it stands and who
// brought that in, and nothing else.
func (p Page) Blame(b *parleyv1.BlamePointResponse, only string) string {
	var out strings.Builder
	revision, point, _ := strings.Cut(b.GetPoint(), "/points/")
	out.WriteString(p.style(bold, RevisionID(revision)+"/"+point) + "\n")
	if len(b.GetRuns()) == 0 {
		return out.String() + p.style(faint, "it has no words") + "\n"
	}
	runs := b.GetRuns()
	if only != "" {
		if runs = p.runsWith(runs, only); len(runs) == 0 {
			return out.String() + p.style(faint, "“"+only+"” does not stand in it") + "\n"
		}
	}
	out.WriteString("\n")
	part := ""
	told := map[int32]bool{}
	for _, run := range runs {
		if now := partName(run); now != part {
			out.WriteString(p.style(faint, now) + "\n")
			part = now
		}
		text := oneLine(strings.TrimSpace(run.GetText()))
		if text == "" {
			continue // blanks between two runs
		}
		told[run.GetOrigin()] = true
		number := pad(itoa(int(run.GetOrigin())+1), 3)
		if run.GetPoint() != "" {
			text += p.style(faint, " (came over from "+run.GetPoint()+")")
		}
		out.WriteString(wrap(number+text, p.width(), "   "))
	}
	out.WriteString("\n" + p.origins(b, told))
	if b.GetRestoredBy() != "" {
		out.WriteString(p.style(faint, "The wording came back with "+RevisionID(b.GetRestoredBy())+".") + "\n")
	}
	return out.String()
}

// runsWith gives what of the runs belongs to the words, each with a little of its own text around: words may reach over runs
// that came in apart. Capitals and small letters are the same.
func (p Page) runsWith(runs []*parleyv1.BlamePointResponse_Run, words string) []*parleyv1.BlamePointResponse_Run {
	var out []*parleyv1.BlamePointResponse_Run
	for len(runs) > 0 {
		n := 1
		for n < len(runs) && partName(runs[n]) == partName(runs[0]) {
			n++
		}
		out = append(out, p.runsOfPartWith(runs[:n], words)...)
		runs = runs[n:]
	}
	return out
}

// runsOfPartWith is runsWith for the runs of one part of a point.
func (p Page) runsOfPartWith(runs []*parleyv1.BlamePointResponse_Run, words string) []*parleyv1.BlamePointResponse_Run {
	var whole strings.Builder
	for _, run := range runs {
		whole.WriteString(run.GetText())
	}
	pattern := regexp.MustCompile(`(?i)` + strings.Join(quoted(strings.Fields(words)), `\s+`))
	var out []*parleyv1.BlamePointResponse_Run
	for _, found := range pattern.FindAllStringIndex(whole.String(), -1) {
		at := 0
		for _, run := range runs {
			from, to := max(found[0]-at, 0), min(found[1]-at, len(run.GetText()))
			at += len(run.GetText())
			if from >= to {
				continue
			}
			text := run.GetText()
			out = append(out, &parleyv1.BlamePointResponse_Run{
				Part: run.GetPart(), Alternative: run.GetAlternative(), Origin: run.GetOrigin(), Point: run.GetPoint(),
				Text: cutEqual(text[:from], false, true, false) +
					p.marked(text[from:to], "*", "*", func(t string) string { return p.style(bold, t) }) + cutEqual(text[to:], true, false, false),
			})
		}
	}
	return out
}

func quoted(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = regexp.QuoteMeta(w)
	}
	return out
}

// origins lists the revisions that words came in with, those of which some are told.
func (p Page) origins(b *parleyv1.BlamePointResponse, told map[int32]bool) string {
	var rows [][]string
	for i, o := range b.GetOrigins() {
		if !told[int32(i)] {
			continue
		}
		event := ID(o.GetEvent())
		if event == "" {
			event = "not on record"
		}
		rows = append(rows, []string{
			itoa(i + 1), RevisionID(o.GetRevision()), dated(o), event,
			contributors(&parleyv1.Revision{Contributors: o.GetContributors()}),
		})
	}
	return p.Table([]string{"NO.", "BROUGHT IN BY", "WHEN", "EVENT", "HANDS IN IT"}, rows)
}

func partName(run *parleyv1.BlamePointResponse_Run) string {
	name := lower(run.GetPart().String(), "PART_")
	if run.GetAlternative() != "" {
		name += " " + run.GetAlternative()
	}
	return name
}

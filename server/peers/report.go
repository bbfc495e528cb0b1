package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is what was measured, as it is written to JSON: rates in pieces of work a second, times in microseconds.
type report struct {
	Time    time.Time `json:"time"`
	Cores   int       `json:"cores"`
	Rounds  int       `json:"rounds"`
	Turn    string    `json:"turn"`
	Missing []string  `json:"missing,omitempty"`
	Figures []figure  `json:"figures"`
	Ratios  []ratio   `json:"ratios"`
	Facts   []fact    `json:"facts,omitempty"`
}

type figure struct {
	Job       string    `json:"job"`
	Size      string    `json:"size"`
	Side      string    `json:"side"`
	PerSecond float64   `json:"per_second"`
	P50       float64   `json:"p50_us"`
	P99       float64   `json:"p99_us"`
	Turns     []float64 `json:"turns_per_second"`
}

// ratio is how many times as fast one of parley's own sides is as another.
type ratio struct {
	Job   string  `json:"job"`
	Size  string  `json:"size"`
	Side  string  `json:"side"`
	Other string  `json:"other"`
	Ratio float64 `json:"ratio"`
	Goal  float64 `json:"goal,omitempty"`
}

func newReport(o options) *report {
	return &report{Time: time.Now().UTC().Truncate(time.Second), Cores: runtime.NumCPU(), Rounds: o.rounds, Turn: o.lasts.String()}
}

func (r *report) note(missing string) {
	if !slices.Contains(r.Missing, missing) {
		r.Missing = append(r.Missing, missing)
	}
}

// add takes in a contest that was held, and prints it.
func (r *report) add(out io.Writer, c *contest) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	ours := slices.DeleteFunc(slices.Clone(c.sides), func(s *side) bool { return s.goals == nil })
	head := []string{"\n" + c.job + ", " + c.size, "a second", "p50", "p99"}
	for _, s := range ours {
		head = append(head, s.name+" is")
	}
	fmt.Fprintln(table, strings.Join(head, "\t")+"\t")
	for _, s := range c.sides {
		r.Figures = append(r.Figures, s.figure(c))
		row := []string{s.name, number(s.rate()), span(s.latency(0.5)), span(s.latency(0.99))}
		for _, own := range ours {
			row = append(row, r.compare(c, own, s))
		}
		fmt.Fprintln(table, strings.Join(row, "\t")+"\t")
	}
	_ = table.Flush()
}

func (s *side) figure(c *contest) figure {
	f := figure{Job: c.job, Size: c.size, Side: s.name, PerSecond: s.rate(), P50: micros(s.latency(0.5)), P99: micros(s.latency(0.99))}
	for _, t := range s.turns {
		f.Turns = append(f.Turns, t.perSecond())
	}
	return f
}

// compare notes a ratio, and says it with the goal, if there is one.
func (r *report) compare(c *contest, own, other *side) string {
	if own == other {
		return ""
	}
	it := ratio{Job: c.job, Size: c.size, Side: own.name, Other: other.name, Ratio: own.against(other), Goal: own.goals[other.name]}
	r.Ratios = append(r.Ratios, it)
	sign := "≥"
	if it.Ratio < it.Goal {
		sign = "<"
	}
	return compared(it.Ratio, sign, it.Goal)
}

// compared writes a ratio, and how it compares with its goal, if there is one.
func compared(ratio float64, sign string, goal float64) string {
	if goal == 0 {
		return fmt.Sprintf("%s ×        ", number(ratio))
	}
	return fmt.Sprintf("%s × (%s %s)", number(ratio), sign, number(goal))
}

// finish says what goals were missed, and writes the figures to a file if it has a name.
func (r *report) finish(out io.Writer, file string) error {
	for _, note := range r.Missing {
		fmt.Fprintln(out, "left out:", note)
	}
	missed, goals := 0, 0
	for _, it := range r.Ratios {
		if it.Goal > 0 {
			goals++
		}
		if it.Ratio < it.Goal {
			missed++
			fmt.Fprintf(out, "missed: %s, %s: %s is %s × %s, not %s\n", it.Job, it.Size, it.Side, number(it.Ratio), it.Other, number(it.Goal))
		}
	}
	for _, it := range r.Facts {
		if it.AtMost > 0 {
			goals++
		}
		if it.missed() {
			missed++
			fmt.Fprintf(out, "missed: %s, %s: parley is %s × %s, not at most %s\n", it.Job, it.What, number(it.Ratio), it.Side, number(it.AtMost))
		}
	}
	fmt.Fprintf(out, "%d of %d goals met\n", goals-missed, goals)
	return writeJSON(file, r)
}

// writeJSON writes figures to a file if it has a name.
func writeJSON(file string, figures any) error {
	if file == "" {
		return nil
	}
	data, err := json.MarshalIndent(figures, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o644)
}

// number prints three digits that count.
func number(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func span(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.0f µs", micros(d))
}

package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// fact is what was measured once, in bytes or seconds.
type fact struct {
	Job    string  `json:"job"`
	What   string  `json:"what"`
	Side   string  `json:"side"`
	Value  float64 `json:"value"`
	Ratio  float64 `json:"ratio,omitempty"`   // how many times this parley's own value is
	AtMost float64 `json:"at_most,omitempty"` // the goal for it
}

func (f fact) missed() bool { return f.AtMost > 0 && f.Ratio > f.AtMost }

// amounts are the facts of one kind about one job. The first is parley's own.
type amounts struct {
	job, what string
	print     func(float64) string
	facts     []fact
}

// add notes the value of a side, and how many times that parley's own is to be at the most, 0 for no goal.
func (a *amounts) add(side string, value, atMost float64) {
	f := fact{Job: a.job, What: a.what, Side: side, Value: value, AtMost: atMost}
	if len(a.facts) > 0 {
		f.Ratio = a.facts[0].Value / value
	}
	a.facts = append(a.facts, f)
}

// addAmounts takes in what was measured once, and prints it.
func (r *report) addAmounts(out io.Writer, a *amounts) {
	r.Facts = append(r.Facts, a.facts...)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "\n%s\t%s\t%s is\t\n", a.job, a.what, a.facts[0].Side)
	for _, f := range a.facts {
		fmt.Fprintf(table, "%s\t%s\t%s\t\n", f.Side, a.print(f.Value), f.compare())
	}
	_ = table.Flush()
}

// compare says the ratio with the goal, if there is one.
func (f fact) compare() string {
	if f.Ratio == 0 {
		return ""
	}
	sign := "≤"
	if f.missed() {
		sign = ">"
	}
	return compared(f.Ratio, sign, f.AtMost)
}

func size(bytes float64) string { return fmt.Sprintf("%s MB", number(bytes/1e6)) }

func seconds(s float64) string { return span(time.Duration(s * float64(time.Second))) }

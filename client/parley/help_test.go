package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// What prints the help takes brackets within a word apart and writes the first word of a flag's help with a capital
// letter; so help is worded such that it comes out as it was meant.
func TestHelpComesOutAsItIsWritten(t *testing.T) {
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			visit(sub)
		}
		var out bytes.Buffer
		args := append(strings.Fields(c.CommandPath())[1:], "--help")
		if code := run(t.Context(), args, nil, &out, &out); code != exitDone {
			t.Errorf("%v: exit code %d", args, code)
		}
		if words := strings.Join(strings.Fields(out.String()), " "); !c.HasSubCommands() && !strings.Contains(words, c.Use) {
			t.Errorf("%s: the help does not show %q", c.CommandPath(), c.Use)
		}
		for line := range strings.SplitSeq(c.Example, "\n") {
			if line = strings.Join(strings.Fields(line), " "); !strings.Contains(out.String(), line) {
				t.Errorf("%s: the help cuts the example %q", c.CommandPath(), line)
			}
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			rest := f.Usage[1:]
			if !f.Hidden && (!strings.Contains(out.String(), rest) || strings.ToUpper(f.Usage[:1]) == f.Usage[:1]) {
				t.Errorf("%s --%s: the help does not read %q", c.CommandPath(), f.Name, f.Usage)
			}
		})
	}
	visit((&app{}).root())
}

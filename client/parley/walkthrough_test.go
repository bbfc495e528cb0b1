package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	indent = "    "
	prompt = indent + "$ "
)

// prompted finds the commands in a document: lines that are indented and begin with `$`, each with the indented lines after it.
// Lines after a `\` belong to the command.
func prompted(lines []string) []step {
	var out []step
	for i := 0; i < len(lines); i++ {
		command, ok := strings.CutPrefix(lines[i], prompt)
		if !ok {
			continue
		}
		for strings.HasSuffix(lines[i], `\`) {
			i++
			command += "\n" + strings.TrimPrefix(lines[i], indent)
		}
		s := step{command: command, from: i + 1}
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], indent) && !strings.HasPrefix(lines[i+1], prompt) {
			i++
			s.output = append(s.output, strings.TrimPrefix(lines[i], indent))
		}
		out = append(out, s)
	}
	return out
}

// inItsPlace reads over REST, without a word, what grpcurl would have read: who looked is listed later.
const inItsPlace = `curl -sf -o /dev/null -H "Authorization: Bearer $(cat maria.token)" http://127.0.0.1:7480/v1/negotiations/two-towns/stances/upton--council`

// What docs/access.md shows four people doing is done here, in one shell and in its order, and compared with what it says is
// printed. `go test -update` writes that anew. To build grpcurl takes minutes, so what it does is left out where nobody has built
// it; `make test-clients` does so first.
func TestTheWalkThroughIsWhatHappens(t *testing.T) {
	grpcurl, err := filepath.Abs("../../bin/grpcurl")
	if err != nil {
		t.Fatal(err)
	}
	_, missing := os.Stat(grpcurl)
	const document = "../../docs/access.md"
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	all := prompted(strings.Split(string(text), "\n"))
	if missing != nil {
		if *update {
			t.Fatal(missing)
		}
		for i, s := range all {
			if strings.Contains(s.command, "grpcurl ") {
				all[i].command, all[i].output = inItsPlace, nil
			}
		}
	}
	if len(all) < 30 {
		t.Fatalf("only %d commands found", len(all))
	}
	compare(t, document, indent, all, settle(t).walk(t, all, filepath.Dir(grpcurl)))
}

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// step is a command of a document, and what the document says that it prints. Lines after a `\` belong to the command.
type step struct {
	command string
	from    int // line of the document on which the output begins
	output  []string
}

const (
	indent = "    "
	prompt = indent + "$ "
)

// steps finds the commands in a document: lines that are indented and begin with `$`, each with the indented lines after it.
func steps(lines []string) []step {
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

// passing masks what is another in every run: secrets, ids that the server makes, etags, digests, and times.
var passing = []struct {
	what *regexp.Regexp
	mask string
}{
	{regexp.MustCompile(`\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "TIME"},
	{regexp.MustCompile(`\b20\d\d-\d\d-\d\d\b`), "DATE"},
	{regexp.MustCompile(`\bx[a-z2-7]{16}\b`), "ID"},
	{regexp.MustCompile(`("etag": *)"[^"]+"`), `$1"ETAG"`},
}

func masked(lines []string) string {
	text := strings.Join(lines, "\n")
	for _, p := range passing {
		text = p.what.ReplaceAllString(text, p.mask)
	}
	return text
}

// inItsPlace reads over REST, without a word, what grpcurl would have read: who looked is listed later.
const inItsPlace = `curl -sf -o /dev/null -H "Authorization: Bearer $(cat maria.token)" http://127.0.0.1:7480/v1/negotiations/two-towns/stances/upton--council`

// What docs/access.md shows four people doing is done here, in one shell and in its order, and compared with what it says is
// printed. `go test -update` writes that anew. To build grpcurl takes minutes, so what it does is left out where nobody has built
// it; `make test-clients` does so first.
func TestTheWalkThroughIsWhatHappens(t *testing.T) {
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the walk-through needs %s, and it is not installed: %v", tool, err)
		}
	}
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
	lines := strings.Split(string(text), "\n")
	all := steps(lines)
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
	printed := walk(t, all, filepath.Dir(grpcurl))
	if *update {
		var b bytes.Buffer
		at := 0
		for i, s := range all {
			for _, line := range lines[at:s.from] {
				fmt.Fprintln(&b, line)
			}
			for _, line := range printed[i] {
				fmt.Fprintln(&b, strings.TrimRight(indent+line, " "))
			}
			at = s.from + len(s.output)
		}
		b.WriteString(strings.Join(lines[at:], "\n"))
		if err := os.WriteFile(document, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for i, s := range all {
		if got, want := masked(printed[i]), masked(s.output); got != want {
			t.Errorf("docs/access.md:%d: $ %s\nprints\n%s\nand not\n%s", s.from, s.command, got, want)
		}
	}
}

// walk runs commands in one shell, beside a server of their own, and gives the lines that each printed. In the directory `built` are
// commands that were built before.
func walk(t *testing.T, all []step, built string) [][]string {
	bin, dir := t.TempDir(), t.TempDir()
	build(t, bin, ".", "../../server/parleyd")
	data := filepath.Join(dir, ".local", "share", "parley")
	s, stop, err := startServer(filepath.Join(bin, "parleyd"), data)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	const mark = "walk-through: next"
	var script strings.Builder
	for _, step := range all {
		command := strings.NewReplacer("127.0.0.1:7400", s.grpc, "127.0.0.1:7480", s.rest).Replace(step.command)
		fmt.Fprintf(&script, "%s\necho; echo %q\n", command, mark)
	}
	shell := exec.CommandContext(t.Context(), "bash", "-c", script.String())
	shell.Dir = dir
	shell.Env = []string{"HOME=" + dir, "PARLEY_SERVER=" + s.grpc, "PATH=" + strings.Join([]string{bin, built, os.Getenv("PATH")}, string(filepath.ListSeparator))}
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var printed [][]string
	for each := range strings.SplitSeq(string(out), "\n"+mark+"\n") {
		each = strings.NewReplacer(s.grpc, "127.0.0.1:7400", s.rest, "127.0.0.1:7480").Replace(strings.Trim(each, "\n"))
		var lines []string
		if each != "" {
			lines = strings.Split(each, "\n")
		}
		printed = append(printed, lines)
	}
	return printed[:len(all)]
}

// build makes commands.
func build(t *testing.T, bin string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "go", append([]string{"build", "-o", bin + "/"}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("build %v: %v\n%s", args, err, out)
	}
}

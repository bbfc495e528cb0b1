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

// step is a command of a document, and what the document says that it prints.
type step struct {
	command string
	from    int // line of the document on which the output begins
	output  []string
}

// passing masks what is another in every run: secrets, ids that the server makes, etags, digests, and times.
var passing = []struct {
	what *regexp.Regexp
	mask string
}{
	{regexp.MustCompile(`\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?`), "TIME"},
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

// compare holds what commands printed against what a document says that they print. `go test -update` writes anew what differs in
// more than what is passing; every line of it stands behind an indent.
func compare(t *testing.T, document, indent string, all []step, printed [][]string) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	var b bytes.Buffer
	at := 0
	for i, s := range all {
		got := printed[i]
		if masked(got) == masked(s.output) {
			got = s.output
		} else if !*update {
			t.Errorf("%s:%d: $ %s\nprints\n%s\nand not\n%s", document, s.from, s.command, masked(got), masked(s.output))
		}
		for _, line := range lines[at:s.from] {
			fmt.Fprintln(&b, line)
		}
		for _, line := range got {
			fmt.Fprintln(&b, strings.TrimRight(indent+line, " "))
		}
		at = s.from + len(s.output)
	}
	b.WriteString(strings.Join(lines[at:], "\n"))
	if *update {
		if err := os.WriteFile(document, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// place is where a document is followed: a server of its own, with the examples, and a home in which its record lies.
type place struct {
	addresses
	home, bin string
}

// mediator is where the token of the server's administrator is.
func (p place) mediator() string {
	return filepath.Join(p.home, ".local", "share", "parley", "mediator.token")
}

// settle makes such a place.
func settle(t *testing.T) place {
	t.Helper()
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("to follow a document needs %s, and it is not installed: %v", tool, err)
		}
	}
	p := place{home: t.TempDir(), bin: t.TempDir()}
	build(t, p.bin, ".", "../../server/parleyd")
	s, stop, err := startServer(filepath.Join(p.bin, "parleyd"), filepath.Dir(p.mediator()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	p.addresses = s
	return p
}

// walk runs commands in one shell, and gives the lines that each printed. In the directory `built` are commands that were built
// before.
func (p place) walk(t *testing.T, all []step, built string) [][]string {
	t.Helper()
	const mark = "walk-through: next"
	var script strings.Builder
	for _, step := range all {
		command := strings.NewReplacer("127.0.0.1:7400", p.grpc, "127.0.0.1:7480", p.rest).Replace(step.command)
		fmt.Fprintf(&script, "%s\necho; echo %q\n", command, mark)
	}
	shell := exec.CommandContext(t.Context(), "bash", "-c", script.String())
	shell.Dir = p.home
	shell.Env = []string{"HOME=" + p.home, "PARLEY_SERVER=" + p.grpc, "PATH=" + strings.Join([]string{p.bin, built, os.Getenv("PATH")}, string(filepath.ListSeparator))}
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var printed [][]string
	for each := range strings.SplitSeq(string(out), "\n"+mark+"\n") {
		each = strings.NewReplacer(p.grpc, "127.0.0.1:7400", p.rest, "127.0.0.1:7480").Replace(strings.Trim(each, "\n"))
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

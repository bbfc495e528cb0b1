package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seed-ff4a8210/parley/client"
)

// build builds the server once for all tests, without the race detector, which makes starting it slow.
var build = sync.OnceValues(func() (string, error) {
	dir := buildDir
	bin := filepath.Join(dir, "parleyd")
	if out, err := exec.CommandContext(context.Background(), "go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build parleyd: %w\n%s", err, out)
	}
	return bin, nil
})

// process is a parleyd that runs.
type process struct {
	cmd  *exec.Cmd
	addr string        // of gRPC
	says *bytes.Buffer // what it wrote to stderr; to be read when it has ended
	dir  string
}

// begun starts parleyd on a data directory, under another program if that is given (strace and its arguments), and gives
// what it writes to stdout.
func begun(t testing.TB, dir string, under ...string) (*process, io.ReadCloser, error) {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	args := append(under, bin, "--data", dir, "--grpc", "127.0.0.1:0", "--rest", "127.0.0.1:0")
	p := &process{cmd: exec.CommandContext(context.Background(), args[0], args[1:]...), says: &bytes.Buffer{}, dir: dir}
	p.cmd.Stderr = p.says
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	return p, stdout, p.cmd.Start()
}

// launch is begun, and waits until the server is ready.
func launch(t testing.TB, dir string, under ...string) (*process, error) {
	t.Helper()
	p, stdout, err := begun(t, dir, under...)
	if err != nil {
		return nil, err
	}
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if rest, ok := strings.CutPrefix(line, "gRPC "); ok {
			p.addr = rest
		}
		if strings.HasPrefix(line, "REST ") {
			return p, nil
		}
	}
	err = p.cmd.Wait()
	return nil, fmt.Errorf("it did not start (%w): %s", err, p.says)
}

// What `make run` starts loads its examples and says what to try, which it does when all is loaded.
func TestAServerWithTheExamples(t *testing.T) {
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bin, "--example", "--data", t.TempDir(), "--grpc", "127.0.0.1:0", "--rest", "127.0.0.1:0")
	says := &bytes.Buffer{}
	cmd.Stderr = says
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for out := bufio.NewScanner(stdout); out.Scan(); {
		if lines = append(lines, out.Text()); strings.HasPrefix(out.Text(), "Stop with") {
			_ = cmd.Process.Signal(os.Interrupt)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v: %s", err, says)
	}
	all := strings.Join(lines, "\n")
	for _, want := range []string{"\nukraine-peace-plan: ", "\nStop with"} {
		if !strings.Contains(all, want) {
			t.Errorf("it does not say %q:\n%s", want, all)
		}
	}
}

// kill ends it without warning.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// dial connects as the mediator. Calls are made once: the tests see what fails.
func (p *process) dial(t testing.TB) *client.Client {
	t.Helper()
	token, err := os.ReadFile(filepath.Join(p.dir, client.TokenFile))
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.Dial(p.addr, client.Options{Token: strings.TrimSpace(string(token)), Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sound checks a data directory as an operator would.
func sound(t testing.TB, dir string) {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), bin, "verify", "--data", dir).CombinedOutput(); err != nil {
		t.Fatalf("verify: %v\n%s", err, out)
	}
}

package boltledger

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// pathVariable tells a child process of these tests which file to work on.
const pathVariable = "BOLTLEDGER_CHILD_PATH"

// TestChildProcess is no test: it is what the other process does. It opens the file, and acknowledges on its output
// every entry that it has appended, until its input ends or it is killed.
func TestChildProcess(t *testing.T) {
	path := os.Getenv(pathVariable)
	if path == "" {
		t.Skip("only runs as a child of other tests")
	}
	l := open(t, path)
	go func() {
		for seq := ledger.Seq(0); ; seq++ {
			if err := l.Append(t.Context(), "geneva", seq, fmt.Appendf(nil, "entry %d", seq+1)); err != nil {
				return
			}
			fmt.Printf("\nacknowledged %d\n", seq+1)
		}
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// startChild starts a process on the file and gives what it acknowledges. Its input ends with the test.
func startChild(t *testing.T, path string) (*exec.Cmd, io.Closer, func() int) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestChildProcess$")
	child.Env = append(os.Environ(), pathVariable+"="+path)
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	return child, stdin, func() int {
		for lines.Scan() {
			var n int
			if _, err := fmt.Sscanf(lines.Text(), "acknowledged %d", &n); err == nil {
				return n
			}
		}
		return 0
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := newPath(t)
	child, stdin, acknowledged := startChild(t, path)
	if acknowledged() == 0 {
		t.Fatal("the child does not work")
	}
	_, err := Open(path, Options{LockTimeout: time.Millisecond})
	wantFault(t, err, fault.ReasonStoreInUse)
	_ = stdin.Close()
	for acknowledged() > 0 {
	}
	if err := child.Wait(); err != nil {
		t.Errorf("the child: %v", err)
	}
	checkFile(t, path)
}

func TestKilledProcessLosesNothing(t *testing.T) {
	path := newPath(t)
	last := 0
	child, _, acknowledged := startChild(t, path)
	for last < 100 {
		if last = acknowledged(); last == 0 {
			t.Fatal("the child does not work")
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for n := acknowledged(); n > 0; n = acknowledged() {
		last = n
	}
	_ = child.Wait() // says that it was killed

	got, err := contents(t, open(t, path), "geneva")
	if err != nil || len(got) < last {
		t.Errorf("%d entries, %v; %d were acknowledged", len(got), err, last)
	}
	for i, entry := range got {
		if entry != fmt.Sprintf("entry %d", i+1) {
			t.Fatalf("entry %d is %q", i+1, entry)
		}
	}
}

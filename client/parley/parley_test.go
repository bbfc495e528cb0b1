package main

import (
	"bufio"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

// TestSessions runs the sessions in testdata, each against a real server of its own that holds the examples. The commands
// are built for it, as the test's own binary takes long to start when it watches for races.
func TestSessions(t *testing.T) {
	bin := t.TempDir()
	build(t, bin, ".", "../../server/parleyd")
	readme, err := filepath.Abs("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata", UpdateScripts: *update, RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			data := filepath.Join(e.WorkDir, ".parley")
			s, stop, err := startServer(filepath.Join(bin, "parleyd"), data)
			if err != nil {
				return err
			}
			e.Defer(func() {
				if err := stop(); err != nil {
					t.Errorf("the server should end cleanly when interrupted: %v", err)
				}
			})
			e.Setenv("PATH", bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
			e.Setenv("README", readme)
			e.Setenv("PARLEY_SERVER", s.grpc)
			e.Setenv("PARLEY_DATA", data)
			e.Setenv("PARLEY_NEGOTIATION", "ukraine-peace-plan")
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
	})
}

// addresses are where a server listens.
type addresses struct{ grpc, rest string }

// startServer runs a server with the examples, and gives its addresses once all is loaded.
func startServer(bin, data string) (s addresses, stop func() error, err error) {
	server := exec.Command(bin, "--example", "--data", data, "--grpc", "127.0.0.1:0", "--rest", "127.0.0.1:0")
	server.Stderr = os.Stderr
	stdout, err := server.StdoutPipe()
	if err != nil {
		return s, nil, err
	}
	if err := server.Start(); err != nil {
		return s, nil, err
	}
	stop = func() error { return errors.Join(server.Process.Signal(os.Interrupt), server.Wait()) }
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if rest, ok := strings.CutPrefix(line, "gRPC "); ok {
			s.grpc = rest
		}
		if rest, ok := strings.CutPrefix(line, "REST http://"); ok {
			s.rest = rest
		}
		if strings.HasPrefix(line, "Stop with") { // the last line
			return s, stop, nil
		}
	}
	return s, nil, errors.Join(errors.New("the server ended before it was ready"), stop())
}

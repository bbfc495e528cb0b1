package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestWhatEndsBeforeAServerStarts(t *testing.T) {
	for _, test := range []struct {
		args []string
		err  string // empty for none
	}{
		{[]string{"--version"}, ""},
		{[]string{"--help"}, ""},
		{[]string{"serve"}, `"serve" is no flag`},
		{[]string{"--example", "now"}, `"now" is no flag`},
		{[]string{"--port", "1"}, "not defined: -port"},
		{[]string{"--grpc", "127.0.0.1:1:1"}, "127.0.0.1:1:1"},
	} {
		dir := filepath.Join(t.TempDir(), "data")
		t.Setenv("PARLEY_DATA", dir)
		err := run(t.Context(), test.args)
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%v: got %v", test.args, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%v: the data directory was made", test.args)
		}
	}
}

// buildDir is where the tests build the server.
var buildDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "parleyd")
	if err != nil {
		panic(err)
	}
	buildDir = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
